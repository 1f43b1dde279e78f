"""The history of an authority's space, and the messages of its dashboard."""

from datetime import date, timedelta
from html import unescape

import pghistory
import pytest
from django.urls import reverse
from django.utils import timezone

from atlas import history
from atlas.history import Cursor
from atlas.models import PolicyMarker
from atlas.services import accounts, contacts, members
from atlas.waiting import messages_for
from projects import services
from projects.models import Project, ProjectParty
from tests.factories.atlas import (
    AccessRequestFactory,
    ContactFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    UserFactory,
)
from tests.factories.projects import PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative(town, client):
    user = MembershipFactory(collectivity=town, role="representative", user__last_name="Le Bihan").user
    client.force_login(user)
    return user


@pytest.fixture
def page(town):
    return reverse("space:history", args=[town.slug])


def told(client, page, **query) -> str:
    return " ".join(unescape(client.get(page, query).content.decode()).split())


# --- History ----------------------------------------------------------------------------------------------------------


def test_a_change_is_told_with_its_author_its_door_and_both_values(client, town, representative, page):
    contact = ContactFactory(collectivity=town, last_name="Le Goff", phone="01")
    address = reverse("space:contact", args=[town.slug, contact.uuid])
    seen = client.get(address)
    typed = {name: seen.context["step"].main[name].value() or "" for name in seen.context["step"].main.fields}
    client.post(address, typed | {"phone": "02", "seen": seen.context["seen"], "_save": "stay"})
    entry = next(entry for entry in client.get(page).context["entries"] if entry.lines)
    assert (entry.label, entry.title, entry.who, entry.door) == (
        "Contact", str(contact), representative, "espace de la collectivité",
    )  # fmt: skip
    assert [(line.label, line.before, line.after) for line in entry.lines] == [("téléphone", "01", "02")]
    assert "<del>01</del> → <ins>02</ins>" in told(client, page)


def test_between_two_changes_each_says_what_it_did(client, town, representative, page):
    project = ProjectFactory(french=town, title="Un")
    for title in ("Deux", "Trois"):
        services.set_identity(project, actor=representative, title=title)
    lines = [line for entry in client.get(page).context["entries"] for line in entry.lines if line.label == "intitulé"]
    assert [(line.before, line.after) for line in lines] == [("Deux", "Trois"), ("Un", "Deux")]


def test_a_change_of_state_is_told_with_its_note_and_once(client, town, representative, page):
    project = ProjectFactory(french=town)
    services.move(project, "archive", actor=representative, note="Terminé depuis longtemps")
    entries = [entry for entry in client.get(page).context["entries"] if entry.label == "Projet"]
    assert [(entry.action, entry.note) for entry in entries] == [
        ("Archiver", "Terminé depuis longtemps"),
        ("Création", ""),
    ]


def test_choices_dates_and_keys_are_in_words(client, town, representative, page):
    member = MembershipFactory(collectivity=town, role="reader")
    members.change_role(member, actor=representative, role="editor")
    contacts.end_mandate(ContactFactory(collectivity=town), actor=representative, ends_on=date(2026, 6, 30))
    project = ProjectFactory(french=town)
    party = ProjectParty.objects.filter(project=project, collectivity=town).get()
    other = ForeignAuthorityFactory(name_fr="Thiès")
    ProjectParty.objects.create(project=project, kind="foreign_authority", role="implementing", foreign_authority=other)
    ProjectParty.objects.filter(foreign_authority=other).update(role="funding")
    ProjectParty.objects.filter(foreign_authority=other).delete()
    ProjectParty.objects.filter(pk=party.pk).update(cash=1500)
    text = told(client, page)
    for words in (
        "<del>Lecture</del> → <ins>Rédaction</ins>",
        "30 juin 2026",
        "<del>Mise en œuvre</del>",
        "<del>Thiès</del>",
        "1 500",
    ):
        assert words in text.replace("\u202f", " ").replace("\xa0", " ")


def test_places_markers_files_and_parties_of_partnerships_are_told(client, town, representative, page):
    project = ProjectFactory(french=town)
    project.places.create(name="Quartier Nord", longitude=1, latitude=2)
    project.places.update(name="Quartier Sud")
    marker = PolicyMarker.objects.create(code="1", name_fr="Égalité des sexes", scores="0|1|2")
    project.markers.create(marker=marker, score=1)
    project.markers.update(score=2)
    project.documents.create(file="a.pdf", title="Convention signée", size=1, sha256="0" * 64)
    project.documents.all().delete()
    project.photos.create(file="a.jpg", alt="Une borne", credit="Ville", licence="CC-BY", width=1, height=1)
    project.photos.update(credit="Ville de Rennes")
    PartnershipFactory(french=town).parties.filter(collectivity=town).update(since=date(2019, 6, 30))
    text = told(client, page)
    for words in (
        "<del>Quartier Nord</del> → <ins>Quartier Sud</ins>",
        "<del>Objectif significatif</del> → <ins>Objectif principal</ins>",
        "<del>Convention signée</del>",
        "<del>Ville</del> → <ins>Ville de Rennes</ins>",
        "30 juin 2019",
    ):
        assert words in text, words


def test_beginnings_are_told(client, town, representative, page):
    user = accounts.invite("nour@ville.example", actor=representative, collectivity=town)
    PartnershipFactory(french=town, created_by=representative)
    found = [(entry.label, entry.action, entry.who) for entry in client.get(page).context["entries"]]
    assert ("Membre", "Création", representative) in found
    assert ("Partenariat", "Création", representative) in found
    assert str(user) in told(client, page)


def test_whoever_left_is_told_too(client, town, representative, page):
    member = MembershipFactory(collectivity=town, user__last_name="Quéré")
    MembershipFactory(user__last_name="D’ailleurs").delete()
    members.remove_member(member, actor=representative)
    ends = [entry for entry in client.get(page).context["entries"] if entry.action == "Fin"]
    assert [(entry.label, entry.title) for entry in ends] == [("Membre", "Camille Quéré")]


def test_the_history_of_others_is_not_here(client, town, representative, page):
    stranger = MembershipFactory(role="representative")
    services.set_identity(ProjectFactory(french=stranger.collectivity), actor=stranger.user, title="D’ailleurs")
    ContactFactory(last_name="Étrangère")
    text = told(client, page)
    assert "D’ailleurs" not in text
    assert "Étrangère" not in text


@pytest.mark.parametrize(("role", "sees"), [("reader", False), ("editor", True)])
def test_a_contact_shown_to_nobody_is_not_told_to_readers(client, town, role, sees, page):
    writer = MembershipFactory(collectivity=town, role="editor").user
    contact = ContactFactory(collectivity=town, visibility="nobody", last_name="Discrète")
    contacts.update_contact(contact, actor=writer, read_version=None, phone="07 00")
    client.force_login(MembershipFactory(collectivity=town, role=role).user)
    assert ("Discrète" in told(client, page)) is sees
    assert ("07 00" in told(client, page)) is sees


def test_a_person_who_objected_leaves_no_trace(client, town, representative, page):
    contact = ContactFactory(collectivity=town, last_name="Le Goff")
    contacts.update_contact(contact, actor=representative, read_version=None, phone="07 00")
    contacts.object_contact(contact, actor=representative)
    assert "Le Goff" not in told(client, page)


def test_a_load_or_a_command_has_no_author(client, town, representative, page):
    project = ProjectFactory(french=town)
    Project.objects.filter(pk=project.pk).update(title="Autre", version=2)
    entry = client.get(page).context["entries"][0]
    assert (entry.who, entry.door) == (None, "")
    assert "traitement automatique" in told(client, page)


def test_pages_hold_every_entry_once_in_order_even_at_one_instant(client, town, representative, page):
    project = ProjectFactory(french=town, title="Titre 0")
    with pghistory.context(user=representative.pk, url="/espace/"):
        for n in range(1, 75):
            # In a test all is one transaction: every event bears the same moment, which no page may cut wrong.
            Project.objects.filter(pk=project.pk).update(title=f"Titre {n}")
    found, query = [], {}
    for _turn in range(10):
        context = client.get(page, query).context
        found += [line.after for entry in context["entries"] for line in entry.lines if line.label == "intitulé"]
        if not context["following"]:
            break
        query = {"avant": str(context["following"])}
    assert found == [f"Titre {n}" for n in range(74, 0, -1)]


@pytest.mark.parametrize("broken", ["x", "1-2", "1-2-3-4", "-1-2-3", "1-2-é", "9" * 18 + "-1-1", "1-1-" + "9" * 30])
def test_a_broken_place_is_no_page(client, town, representative, page, broken):
    assert client.get(page, {"avant": broken}).status_code in (404, 200)
    assert client.get(page, {"avant": "x"}).status_code == 404


def test_a_place_reads_back_as_it_was_written():
    cursor = Cursor(timezone.now(), 4, 12)
    assert Cursor.parse(str(cursor)) == cursor


def test_the_first_page_and_the_last_cost_the_same_whatever_the_length(
    client, town, representative, page, django_assert_max_num_queries
):
    for n in range(12):
        project = ProjectFactory(french=town)
        services.set_identity(project, actor=representative, title=f"Projet {n}")
        contact = ContactFactory(collectivity=town)
        contacts.update_contact(contact, actor=representative, read_version=None, phone=str(n))
    with django_assert_max_num_queries(50):
        first = client.get(page)
    with django_assert_max_num_queries(50):
        client.get(page, {"avant": str(first.context["following"])})


def test_every_declared_table_is_tracked_and_names_its_columns():
    for source in history._registry.values():
        columns = {column.name for column in source.model._meta.get_fields()}
        assert source.events
        assert not source.root or source.root in columns


# --- Messages ---------------------------------------------------------------------------------------------------------


def waiting(town, user) -> list[str]:
    return [str(message.text) for message in messages_for(town, user, timezone.localdate())]


def test_a_note_of_the_ministry_waits_until_it_is_answered(client, town, representative, staff):
    staff.is_superuser = True
    staff.save()
    project = ProjectFactory(french=town, title="Forages de Thiès")
    services.move(project, "ask_refresh", actor=staff, note="Les dates sont passées.")
    text = unescape(client.get(reverse("space:dashboard", args=[town.slug])).content.decode())
    assert "Le ministère demande d’actualiser «\u00a0Forages de Thiès\u00a0»." in text
    assert "Les dates sont passées." in text
    services.move(project, "refresh", actor=representative, note="")
    assert waiting(town, representative) == []
    services.move(project, "send_back", actor=staff, note="Résumé à reprendre.")
    assert waiting(town, representative) == ["Le ministère a renvoyé «\u00a0Forages de Thiès\u00a0» pour correction."]
    services.move(project, "publish", actor=representative, note="")
    assert waiting(town, representative) == []


def test_a_draft_that_nobody_sent_back_is_no_message(town, representative):
    ProjectFactory(french=town, draft=True)
    assert waiting(town, representative) == []


def test_corrections_of_a_partner_wait_for_those_who_write(town, representative):
    thies = ForeignAuthorityFactory(name_fr="Thiès")
    partnership = PartnershipFactory(french=town, foreign=thies, title="Charte")
    asked = services.ask_partner(partnership, thies, email="a@thies.example", collectivity=town, actor=representative)
    reader = MembershipFactory(collectivity=town, role="reader").user
    services.answer_request(
        asked.token,
        answer="corrected",
        name="A",
        function="B",
        comment="Un autre titre",
        corrections={"title": "Pacte"},
    )
    assert waiting(town, representative) == ["Thiès propose de corriger «\u00a0Charte\u00a0»."]
    assert waiting(town, reader) == []
    asked.refresh_from_db()
    services.decide_corrections(asked, accept=False, actor=representative)
    assert waiting(town, representative) == []


def test_a_link_without_answer_is_told_before_it_expires(town, representative):
    thies = ForeignAuthorityFactory(name_fr="Thiès")
    partnership = PartnershipFactory(french=town, foreign=thies)
    asked = services.ask_partner(partnership, thies, email="a@thies.example", collectivity=town, actor=representative)
    assert waiting(town, representative) == []
    type(asked).objects.update(expires_at=timezone.now() + timedelta(days=3))
    assert waiting(town, representative) == ["Le lien envoyé à Thiès expire bientôt, sans réponse."]
    services.revoke_request(asked, actor=representative)
    assert waiting(town, representative) == []


def test_requests_for_access_wait_for_those_who_decide(town, representative):
    asked = AccessRequestFactory(collectivity=town)
    AccessRequestFactory(collectivity=town, status="unconfirmed")
    AccessRequestFactory()
    editor = MembershipFactory(collectivity=town, role="editor").user
    assert waiting(town, representative) == [f"{asked.user} demande à rejoindre la collectivité."]
    assert waiting(town, editor) == []
    assert waiting(town, UserFactory(superuser=True)) == waiting(town, representative)


def test_invitations_that_expired_and_mandates_that_end_are_told(town, representative):
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    invited = MembershipFactory(user=user, collectivity=town)
    today = timezone.localdate()
    ContactFactory(collectivity=town, first_name="Awa", last_name="Sow", ends_on=today + timedelta(days=30))
    ContactFactory(collectivity=town, ends_on=today + timedelta(days=31))
    leaving = "Awa Sow quitte bientôt ses fonctions (Chargée de mission coopération)."
    assert waiting(town, representative) == [leaving]
    type(invited).objects.filter(pk=invited.pk).update(created_at=timezone.now() - timedelta(days=15))
    assert waiting(town, representative) == ["1 invitation a expiré sans réponse.", leaving]


def test_without_message_the_dashboard_says_nothing_of_them(client, town, representative):
    assert 'id="attente"' not in client.get(reverse("space:dashboard", args=[town.slug])).content.decode()
