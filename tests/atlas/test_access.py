"""Asking for access: with an account or without, by number or by name, through mergers; confirming, attaching, deciding."""

import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as portal
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from rest_framework.settings import api_settings

from atlas import rules, tasks
from atlas.models import (
    AccessRequest,
    Collectivity,
    CollectivityEvent,
    CollectivityKind,
    Membership,
    User,
    successions,
)
from atlas.services import access
from atlas.services.access import Wanted
from tests.factories.atlas import (
    AccessRequestFactory,
    CollectivityFactory,
    DepartmentFactory,
    MembershipFactory,
    UserFactory,
    hold,
)

pytestmark = pytest.mark.django_db
PAGE = "/compte/acces/"
PASSWORD = "Une phrase longue, et rare"
VISITOR = {
    "function": "Chargée de mission",
    "first_name": "Nour",
    "last_name": "Diallo",
    "email": "nour@ville.example",
    "message": "Je remplace Awa Le Goff.",
}


@pytest.fixture
def town():
    return CollectivityFactory(name="Rennes", slug="rennes-35238", insee_code="35238", siren="213502388")


def ask(client, **typed):
    return client.post(PAGE, {"_ask": "1"} | VISITOR | typed)


def merge(*names: str, into: str) -> Collectivity:
    """Communes of the past, and the one that they became."""
    heir = CollectivityFactory(name=into, department=DepartmentFactory(code="28", name="Eure-et-Loir"))
    event = CollectivityEvent.objects.create(kind="new_commune", effective_on=date(2016, 1, 1))
    event.predecessors.set([CollectivityFactory(former=True, name=name) for name in names])
    event.successors.add(heir)
    return heir


def follow(client, message, **names):
    """Open the link of an e-mail and choose a password."""
    address = re.search(r"https?://\S+", message.body)[0].removeprefix(portal.SITE_URL)
    page = client.get(address, follow=True)
    given = {"new_password1": PASSWORD, "new_password2": PASSWORD, "first_name": "Nour", "last_name": "Diallo", **names}
    return client.post(page.redirect_chain[-1][0], given, follow=True)


# --- Finding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["213502388", "213 502 388", "21350238800012", "213 502 388 00012", "35238", "Rennes", "rennes ", "RENNES"]
)
def test_an_authority_is_found_by_number_or_name(town, typed):
    CollectivityFactory(name="Rennes-le-Château")
    best = access.find_authorities(typed)[0]
    assert (best.collectivity, best.former, best.is_exact) == (town, None, True)


@pytest.mark.parametrize("typed", ["", "  ", "zzzzqqq", "000000000", "12345678901234", "35 238 AB", "%", "\\"])
def test_what_the_atlas_lacks_is_not_found(town, typed):
    assert access.find_authorities(typed) == []


def test_a_merged_authority_leads_to_the_one_that_succeeds_it(client):
    heir = merge("Bleury", "Saint-Symphorien-le-Château", into="Bleury-Saint-Symphorien")
    former = Collectivity.objects.get(name="Bleury")
    for typed in ("Bleury", former.siren, former.insee_code):
        found = access.find_authorities(typed)
        assert [one.collectivity for one in found] == [heir]
    assert access.find_authorities(former.siren)[0].former == former
    page = unescape(client.get(PAGE, {"q": former.siren}).content.decode())
    assert "Bleury → Bleury-Saint-Symphorien, Eure-et-Loir (28)\u00a0: c’est elle\u00a0?" in page


def test_a_merged_authority_is_not_chosen_unasked(client):
    heir = merge("Bleury", into="Autre nom")
    page = ask(client, authority="Bleury")
    assert page.status_code == 422
    assert page.context["form"].errors["choice"]
    assert not AccessRequest.objects.exists()
    assert ask(client, authority="Bleury", choice=heir.slug).status_code == 200
    assert AccessRequest.objects.get().collectivity == heir


def test_several_mergers_in_a_row_are_followed_and_a_loop_ends():
    middle = merge("Bleury", into="Bleury-Saint-Symphorien")
    Collectivity.objects.filter(pk=middle.pk).update(is_current=False)
    last = CollectivityFactory(name="Grande Commune")
    event = CollectivityEvent.objects.create(kind="merger")
    event.predecessors.add(middle)
    event.successors.add(last)
    first = Collectivity.objects.get(name="Bleury")
    assert access.heirs_of([first, last]) == {first.pk: [last]}
    event.successors.add(first)
    assert access.heirs_of([first]) == {first.pk: [last]}


def test_heirs_are_told_from_the_nearest_then_by_name_through_any_number_of_mergers(django_assert_num_queries):
    """A commune that was split in two and a part that merged eight times over, beside one of which nothing is known."""
    first, lost = CollectivityFactory(former=True, name="Ancienne"), CollectivityFactory(former=True, name="Perdue")
    near = [CollectivityFactory(name=name) for name in ("Zonza", "Ajaccio")]
    chain = [first, *(CollectivityFactory(former=True, name=f"Étape {n}") for n in range(8))]
    last = CollectivityFactory(name="Aast")
    for before, after in zip(chain, [*chain[1:], last], strict=True):
        event = CollectivityEvent.objects.create(kind="merger")
        event.predecessors.add(before)
        event.successors.add(after, *(near if before == first else ()))
    with django_assert_num_queries(2):
        heirs = access.heirs_of([first, lost])
    assert heirs == {first.pk: [near[1], near[0], last], lost.pk: []}
    begun = CollectivityEvent.objects.get(predecessors=first)
    told = [(one.old, one.heir, one.event) for one in successions([first.pk, lost.pk])]
    assert told == [(first.pk, heir.pk, begun.pk) for heir in (near[1], near[0], last)]


def test_a_former_name_is_known():
    town = CollectivityFactory(name="Châlons-en-Champagne")
    event = CollectivityEvent.objects.create(kind="name_change", former_name="Châlons-sur-Marne")
    event.successors.add(town)
    assert access.find_authorities("châlons-sur-marne")[0].collectivity == town


# --- Asking with an account -------------------------------------------------------------------------------------------


def test_an_account_asks_and_the_representatives_are_told(client, town, django_capture_on_commit_callbacks):
    representative = MembershipFactory(collectivity=town, role="representative").user
    user = UserFactory()
    client.force_login(user)
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(
            PAGE, {"authority": "Rennes", "function": "Directeur", "message": "Bonjour", "_ask": "1"}, follow=True
        )
    assert page.redirect_chain == [(reverse("account"), 302)]
    assert "Demande d’accès à «\u00a0Rennes\u00a0»" in unescape(page.content.decode())
    asked = AccessRequest.objects.get()
    assert (asked.user, asked.collectivity, asked.status, asked.function) == (user, town, "pending", "Directeur")
    assert [message.to for message in mail.outbox] == [[representative.email]]
    assert "Directeur" in mail.outbox[0].body
    assert "ProConnect" not in mail.outbox[0].body


def test_asked_again_while_it_waits_it_is_the_same_request(town):
    user = UserFactory()
    first = access.ask_access(Wanted(town), actor=user, function="a")
    assert access.ask_access(Wanted(town), actor=user, function="b") == first
    missing = access.ask_access(Wanted(name="Pontorson-sur-Mer"), actor=user)
    assert access.ask_access(Wanted(name="Pontorson-sur-Mer"), actor=user) == missing


def test_what_makes_no_sense_is_refused_with_its_reason(client, town):
    user = MembershipFactory(collectivity=town).user
    client.force_login(user)
    page = client.post(PAGE, {"authority": "Rennes", "function": "x", "_ask": "1"})
    assert page.status_code == 422
    assert "déjà membre" in unescape(page.content.decode())
    with pytest.raises(ValidationError, match="n’existe plus"):
        access.ask_access(Wanted(CollectivityFactory(former=True)), actor=user)
    hold(rules.ACCESS_REQUESTS_WAITING, 1)
    access.ask_access(Wanted(CollectivityFactory()), actor=user)
    with pytest.raises(ValidationError, match="attendent leur réponse"):
        access.ask_access(Wanted(CollectivityFactory()), actor=user)


def test_after_a_refusal_one_asks_again_a_month_later(town, officer):
    user = UserFactory()
    access.decide_access(access.ask_access(Wanted(town), actor=user), "refuse", actor=officer, note="Inconnu")
    with pytest.raises(ValidationError, match="à partir du"):
        access.ask_access(Wanted(town), actor=user)
    AccessRequest.objects.update(decided_at=timezone.now() - timedelta(days=31))
    assert access.ask_access(Wanted(town), actor=user).status == "pending"


# --- The form ---------------------------------------------------------------------------------------------------------


def test_looking_for_the_authority_judges_nothing_and_keeps_all(client, town):
    page = client.post(PAGE, {"_find": "1", "authority": "renne", "email": "à moitié", "message": "gardé"})
    assert page.status_code == 200
    text = unescape(page.content.decode())
    assert "À corriger" not in text
    assert 'value="à moitié"' in text
    assert "gardé" in text
    assert f'value="{town.slug}"' in text


@pytest.mark.parametrize("missing", ["authority", "function", "first_name", "last_name", "email"])
def test_fields_come_in_any_order_and_what_lacks_is_told_where(client, town, missing):
    page = ask(client, **({"authority": "Rennes"} | {missing: ""}))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [missing]
    text = unescape(page.content.decode())
    for name, value in ({"authority": "Rennes"} | VISITOR).items():
        assert value in text or name == missing
    assert not User.objects.exists()


def test_an_unknown_name_offers_a_way_out_instead_of_a_wall(client):
    page = ask(client, authority="Pontorson-sur-Mer")
    assert "Rien de tel dans l’atlas" in page.context["form"].errors["choice"][0]
    assert "demander son ajout" in unescape(page.content.decode())
    assert ask(client, authority="Pontorson-sur-Mer", choice="absente").status_code == 200
    asked = AccessRequest.objects.get()
    assert (asked.collectivity, asked.wanted_name, asked.wanted_siren) == (None, "Pontorson-sur-Mer", "")


def test_a_number_the_atlas_lacks_is_asked_as_typed_right_or_wrong(client):
    ask(client, authority="213 502 389", choice="absente")
    asked = AccessRequest.objects.get()
    assert (asked.wanted_name, asked.wanted_siren) == ("", "213 502 389")


def test_a_name_with_a_figure_is_a_name(client):
    ask(client, authority="Paris 13e", choice="absente")
    assert AccessRequest.objects.get().wanted_name == "Paris 13e"


def test_a_null_character_is_an_error_of_the_field(client, town):
    page = ask(client, authority="Ren\x00nes")
    assert page.status_code == 422
    assert page.context["form"].errors["authority"]
    assert client.get(PAGE, {"q": "Ren\x00nes"}).status_code == 200


def test_a_choice_for_another_name_is_asked_again(client, town):
    page = ask(client, authority="Pontorson-sur-Mer", choice=town.slug)
    assert page.context["form"].errors["choice"]
    assert not AccessRequest.objects.exists()


def test_two_authorities_of_one_number_are_told_apart(client):
    for kind in (CollectivityKind.COMMUNE, CollectivityKind.STATUT_PARTICULIER):
        CollectivityFactory(name="Paris", kind=kind, siren="217500016", slug=f"paris-{kind}")
    page = ask(client, authority="217500016")
    assert page.context["form"].errors["choice"]
    assert len(page.context["form"].candidates) == 2


def test_a_session_that_ended_loses_nothing(client, town):
    page = client.post(PAGE, {"authority": "Rennes", "function": "Directeur", "message": "gardé", "_ask": "1"})
    assert page.status_code == 422
    assert "gardé" in page.content.decode()
    assert set(page.context["form"].errors) == {"email", "first_name", "last_name"}


# --- Asking without an account ----------------------------------------------------------------------------------------


def test_a_visitor_asks_confirms_and_is_let_in(client, town, django_capture_on_commit_callbacks):
    representative = MembershipFactory(collectivity=town, role="representative").user
    with django_capture_on_commit_callbacks(execute=True):
        page = ask(client, authority="Rennes")
    assert "nour@ville.example" in page.content.decode()
    asked = AccessRequest.objects.get()
    assert asked.status == "unconfirmed"
    assert not AccessRequest.objects.visible_to(representative).exists(), "anybody can type an address"
    assert [message.to for message in mail.outbox] == [["nour@ville.example"]]
    assert "- Rennes" in mail.outbox[0].body
    with django_capture_on_commit_callbacks(execute=True):
        page = follow(client, mail.outbox[0])
    assert "Demande d’accès à «\u00a0Rennes\u00a0»" in unescape(page.content.decode())
    asked.refresh_from_db()
    assert asked.status == "pending"
    assert [message.to for message in mail.outbox[1:]] == [[representative.email]]
    assert "Je remplace Awa Le Goff." in mail.outbox[1].body
    with django_capture_on_commit_callbacks(execute=True):
        access.decide_access(asked, "grant_editor", actor=representative)
    assert "Rédaction" in mail.outbox[2].body
    assert Membership.objects.get(user=asked.user).role == "editor"
    assert client.get(reverse("space:dashboard", args=[town.slug])).status_code == 200


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(client, town, django_capture_on_commit_callbacks):
    UserFactory(email="nour@ville.example")
    UserFactory(email="ferme@ville.example", is_active=False)
    answers = []
    with django_capture_on_commit_callbacks(execute=True):
        for email in ("nour@ville.example", "ferme@ville.example", "neuve@ville.example"):
            page = ask(client, authority="Rennes", email=email)
            answers.append((page.status_code, page.content.decode().replace(email, "…")))
    assert len({re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text) for _status, text in answers}) == 1
    assert sorted(message.to[0] for message in mail.outbox) == ["neuve@ville.example", "nour@ville.example"]
    assert AccessRequest.objects.get().user.email == "neuve@ville.example"


def test_an_account_that_exists_is_sent_to_ask_by_itself(client, town, django_capture_on_commit_callbacks):
    user = UserFactory(email="nour@ville.example", last_name="D’avant")
    with django_capture_on_commit_callbacks(execute=True):
        ask(client, authority="Rennes", email="NOUR@ville.example")
    user.refresh_from_db()
    assert user.last_name == "D’avant"
    link = urlsplit(re.search(r"https?://\S+", mail.outbox[0].body)[0])
    onward = parse_qs(link.query)["next"][0]
    client.force_login(user)
    assert town.slug in client.get(onward).content.decode()


def test_one_address_is_not_flooded(client, town, django_capture_on_commit_callbacks):
    hold(rules.ACCESS_REQUESTS_WAITING, 2)
    with django_capture_on_commit_callbacks(execute=True):
        for name in ("Rennes", "Rennes", *(CollectivityFactory().name for _ in range(4))):
            assert ask(client, authority=name).status_code == 200
    assert AccessRequest.objects.count() == 2
    assert len(mail.outbox) == 2


def test_one_network_does_not_ask_without_end(client, town):
    limit = int(api_settings.DEFAULT_THROTTLE_RATES["ask"].split("/")[0])
    pages = [ask(client, authority="Rennes", email=f"n{n}@ville.example") for n in range(limit + 1)]
    assert [page.status_code for page in pages] == [200] * limit + [429]
    assert "Je remplace Awa Le Goff." in pages[-1].content.decode()
    client.force_login(UserFactory())
    assert client.post(PAGE, {"authority": "Rennes", "function": "x", "_ask": "1"}).status_code == 302


def test_a_request_that_nobody_confirms_is_forgotten_with_its_account(client, town):
    ask(client, authority="Rennes")
    invited = UserFactory(email="invitee@ville.example")
    invited.set_unusable_password()
    invited.save()
    MembershipFactory(user=invited)
    ask(client, authority="Rennes", email="invitee@ville.example")
    assert tasks.forget_unconfirmed() == 0
    AccessRequest.objects.update(created_at=timezone.now() - timedelta(days=15))
    kept = AccessRequestFactory(created_at=timezone.now())
    assert tasks.forget_unconfirmed() == 2
    assert set(AccessRequest.objects.all()) == {kept}
    assert not User.objects.filter(email="nour@ville.example").exists()
    assert User.objects.filter(pk=invited.pk).exists()


# --- Deciding ---------------------------------------------------------------------------------------------------------


def test_a_representative_decides_from_the_page_of_members(client, town):
    representative = MembershipFactory(collectivity=town, role="representative").user
    asked = AccessRequestFactory(collectivity=town, siret="", function="Directeur", message="Bonjour à vous")
    AccessRequestFactory(collectivity=town, status="unconfirmed")
    client.force_login(representative)
    page = client.get(reverse("space:member_list", args=[town.slug]))
    assert [row for row, _answers in page.context["asked"]] == [asked]
    address = reverse("access_decide", args=[asked.pk, "grant_representative"])
    assert address in page.content.decode()
    shown = unescape(client.get(address).content.decode())
    assert "Bonjour à vous" in shown
    assert "ProConnect" not in shown
    client.post(address, {"note": ""})
    assert Membership.objects.get(user=asked.user).role == "representative"


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_other_members_see_no_request(client, town, role):
    AccessRequestFactory(collectivity=town)
    client.force_login(MembershipFactory(collectivity=town, role=role).user)
    assert not client.get(reverse("space:member_list", args=[town.slug])).context["asked"]


# --- An authority that the atlas lacks --------------------------------------------------------------------------------


def admin_page(name: str, *args) -> str:
    return reverse(f"admin:atlas_accessrequest_{name}", args=args)


def test_the_staff_read_what_the_register_says_attach_and_grant(
    client, town, officer, django_capture_on_commit_callbacks
):
    user = UserFactory()
    asked = access.ask_access(Wanted(name="Ville de Renne"), actor=user, function="Adjointe")
    client.force_login(officer)
    index = unescape(client.get(reverse("admin:index")).content.decode())
    query = re.search(r'href="[^"]*accessrequest/\?([^"]*isempty[^"]*)"', index)[1]
    assert "Ville de Renne" in client.get(admin_page("changelist") + "?" + query).content.decode()
    refused = client.post(admin_page("gesture", asked.pk, "grant_representative"), {"note": ""})
    assert "Rattachez d’abord la demande" in unescape(refused.content.decode())
    assert not Membership.objects.exists()
    shown = client.get(admin_page("change", asked.pk)).context["adminform"].form
    typed = {"collectivity": town.pk, "read_version": shown["read_version"].value()}
    assert client.post(admin_page("change", asked.pk), typed).status_code == 302
    asked.refresh_from_db()
    assert (asked.collectivity, asked.status) == (town, "pending")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(admin_page("gesture", asked.pk, "grant_representative"), {"note": "Délibération reçue"})
    assert Membership.objects.get(user=user).role == "representative"
    assert "Représentation" in mail.outbox[-1].body


def test_a_refusal_of_a_missing_authority_is_told(client, officer, django_capture_on_commit_callbacks):
    asked = access.ask_access(Wanted(name="Royaume de Pontorson"), actor=UserFactory())
    with django_capture_on_commit_callbacks(execute=True):
        access.decide_access(asked, "refuse", actor=officer, note="N’existe pas.")
    assert "« Royaume de Pontorson »" in mail.outbox[0].subject
    assert "N’existe pas." in mail.outbox[0].body


def test_only_the_staff_attaches_and_only_what_waits(town, officer):
    asked = access.ask_access(Wanted(name="Ville de Renne"), actor=UserFactory())
    with pytest.raises(PermissionDenied):
        access.attach_request(asked, town, actor=MembershipFactory(collectivity=town, role="representative").user)
    placed = access.ask_access(Wanted(town), actor=UserFactory())
    with pytest.raises(ValidationError, match="ne se rattache plus"):
        access.attach_request(placed, CollectivityFactory(), actor=officer)
    member = MembershipFactory(collectivity=town).user
    theirs = access.ask_access(Wanted(name="Ville de Renne"), actor=member)
    with pytest.raises(ValidationError, match="déjà membre"):
        access.attach_request(theirs, town, actor=officer)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Wanted(siren="213502388"), ["clé de contrôle juste", "Numéro de «\u00a0Rennes\u00a0» (Commune), qui existe"]),
        (Wanted(siren="213 502 389"), ["clé de contrôle fausse", "Aucune collectivité de l’atlas ne porte ce numéro"]),
        (Wanted(siren="R2D2"), ["«\u00a0R2D2\u00a0» n’est ni un SIREN ni un code INSEE"]),
        (Wanted(siren="35238"), ["Numéro de «\u00a0Rennes\u00a0»"]),
        (Wanted(name="renne"), ["Nom proche\u00a0: Rennes"]),
        (Wanted(name="Bleury"), ["Nom proche\u00a0: Bleury → Bleury-Saint-Symphorien"]),
    ],
)
def test_the_register_says_what_it_knows(town, wanted, says):
    merge("Bleury", into="Bleury-Saint-Symphorien")
    asked = AccessRequest(user=UserFactory(), wanted_name=wanted.name, wanted_siren=wanted.siren)
    said = "\n".join(access.register_says(asked))
    for words in says:
        assert words in said


def test_the_register_tells_of_an_authority_of_the_past():
    merge("Bleury", into="Bleury-Saint-Symphorien")
    former = Collectivity.objects.get(name="Bleury")
    said = "\n".join(access.register_says(AccessRequest(wanted_siren=former.siren)))
    assert "n’existe plus\u00a0; lui succède\u00a0: Bleury-Saint-Symphorien" in said
