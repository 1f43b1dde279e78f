"""Contacts of an authority: who sees them, who keeps them, the yearly check, and the right to object."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from rest_framework.settings import api_settings

from atlas import rules, tasks
from atlas.completeness import Light, contacts_checked
from atlas.models import Collectivity, Contact, DataChange, FormDraft
from atlas.services import contacts, drafts
from atlas.services.records import StaleRecord
from tests.factories.atlas import (
    CollectivityFactory,
    ContactFactory,
    CountryFactory,
    MembershipFactory,
    PostingFactory,
    RegionFactory,
    UserFactory,
    hold,
)

pytestmark = pytest.mark.django_db
TYPED = {
    "first_name": "Awa",
    "last_name": "Le Goff",
    "function": "Chargée de mission coopération",
    "standing": "officer",
    "email": "awa.legoff@rennes.example",
    "phone": "02 99 00 00 00",
    "languages": "français, wolof",
    "visibility": "public",
}


def url(name: str, town: Collectivity, *args) -> str:
    return reverse(f"space:{name}", args=[town.slug, *args])


def enter(town, actor, **fields) -> Contact:
    return contacts.create_contact(town, actor=actor, **(TYPED | fields))


def history():
    return apps.get_model("atlas", "ContactHistory").objects


# --- Who sees ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def people(town):
    """Every kind of reader, of this authority and of another."""
    other = CollectivityFactory(region=RegionFactory(code="84"))
    Collectivity.objects.filter(pk=town.pk).update(partner_countries=["SN"])
    brazil = CountryFactory(iso2="BR")
    embassy, far_embassy, past_embassy = (PostingFactory(kind="embassy") for _ in range(3))
    for posting, country in ((embassy, CountryFactory()), (far_embassy, brazil), (past_embassy, CountryFactory())):
        posting.countries.add(country)
    type(past_embassy).objects.filter(pk=past_embassy.pk).update(valid_to=timezone.localdate())
    adviser, far_adviser = (PostingFactory(kind="adviser") for _ in range(2))
    adviser.regions.add(town.region)
    far_adviser.regions.add(other.region)
    return {
        "visitor": AnonymousUser(),
        "account": UserFactory(),
        "stranger": MembershipFactory(collectivity=other, role="representative").user,
        "reader": MembershipFactory(collectivity=town, role="reader").user,
        "editor": MembershipFactory(collectivity=town, role="editor").user,
        "representative": MembershipFactory(collectivity=town, role="representative").user,
        "staff": UserFactory(staff=True),
        "embassy": embassy.user,
        "far_embassy": far_embassy.user,
        "past_embassy": past_embassy.user,
        "adviser": adviser.user,
        "far_adviser": far_adviser.user,
    }


WRITERS = {"editor", "representative", "staff"}
NETWORK = {"embassy", "adviser"}


@pytest.mark.parametrize(
    ("visibility", "ends", "seen_by"),
    [
        ("public", None, "everybody"),
        ("members", None, WRITERS | NETWORK | {"reader"}),
        ("nobody", None, WRITERS),
        ("public", -1, WRITERS | {"reader"}),
        ("members", -1, WRITERS | {"reader"}),
        ("public", 0, "everybody"),  # the last day counts
    ],
)
def test_each_contact_is_seen_as_it_says(town, people, visibility, ends, seen_by, subtests):
    today = timezone.localdate()
    ContactFactory(
        collectivity=town, visibility=visibility, ends_on=None if ends is None else today + timedelta(days=ends)
    )
    ContactFactory(collectivity=town, objected=True)
    for who, user in people.items():
        with subtests.test(who):
            expected = 1 if seen_by == "everybody" or who in seen_by else 0
            assert Contact.objects.visible_to(user).count() == expected


def test_a_mandate_that_has_not_begun_is_not_public(town, people):
    ContactFactory(collectivity=town, starts_on=timezone.localdate() + timedelta(days=1))
    assert not Contact.objects.visible_to(people["visitor"]).exists()
    assert not Contact.objects.visible_to(people["embassy"]).exists()


def test_an_authority_of_the_past_has_nobody_in_office(client, town, people):
    ContactFactory(collectivity=town)
    Collectivity.objects.filter(pk=town.pk).update(is_current=False)
    assert not Contact.objects.visible_to(people["visitor"]).exists()
    assert not Contact.objects.running().exists()
    assert 'id="contacts"' not in client.get(town.get_absolute_url()).content.decode()


def test_the_public_sheet_shows_public_contacts_only(client, town):
    ContactFactory(collectivity=town, last_name="Publique")
    ContactFactory(collectivity=town, last_name="Discrète", visibility="members")
    ContactFactory(collectivity=town, last_name="Partie", ends_on=date(2020, 1, 1))
    page = unescape(client.get(town.get_absolute_url()).content.decode())
    assert "Publique" in page
    assert "Discrète" not in page
    assert "Partie" not in page


def test_a_sheet_without_public_contact_says_nothing_of_contacts(client, town):
    ContactFactory(collectivity=town, visibility="nobody")
    assert 'id="contacts"' not in client.get(town.get_absolute_url()).content.decode()


def test_the_api_publishes_no_contact(client, town):
    ContactFactory(collectivity=town, last_name="Publique", email="publique@ville.example")
    for address in ("/api/v1/collectivities/", f"/api/v1/collectivities/{town.slug}/"):
        assert "ublique" not in client.get(address).content.decode()
    assert "ontact" not in str(client.get("/api/v1/schema/", HTTP_ACCEPT="application/json").json()["paths"])


def test_a_contact_entered_makes_the_kept_sheet_old(client, town, editor):
    before = DataChange.objects.version()
    enter(town, editor)
    assert DataChange.objects.version() != before


# --- Keeping them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "writes"), [("reader", False), ("editor", True), ("representative", True), ("stranger", False)]
)
def test_only_those_who_write_for_the_authority_keep_its_contacts(client, town, role, writes):
    place = CollectivityFactory() if role == "stranger" else town
    user = MembershipFactory(collectivity=place, role="editor" if role == "stranger" else role).user
    contact = ContactFactory(collectivity=town)
    acts = [
        lambda: contacts.create_contact(town, actor=user, **TYPED),
        lambda: contacts.update_contact(contact, actor=user, read_version=None, phone="1"),
        lambda: contacts.end_mandate(contact, actor=user, ends_on=timezone.localdate()),
        lambda: contacts.check_contacts(town, actor=user),
        lambda: contacts.object_contact(contact, actor=user),
    ]
    for act in acts:
        if writes:
            act()
        else:
            with pytest.raises(PermissionDenied):
                act()
    client.force_login(user)
    posted = client.post(url("contact_create", town), TYPED | {"email": "autre@rennes.example"})
    assert posted.status_code == (302 if writes else 404 if role == "stranger" else 403)


def test_an_officer_reads_contacts_and_records_objections_only(town, officer):
    contact = ContactFactory(collectivity=town)
    with pytest.raises(PermissionDenied):
        contacts.update_contact(contact, actor=officer, read_version=None, phone="1")
    assert contacts.object_contact(contact, actor=officer).objected_at


def test_a_contact_is_entered_and_told_once(client, town, editor, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(url("contact_create", town), TYPED | {"_save": "stay"}, follow=True)
    contact = Contact.objects.get()
    assert answer.redirect_chain == [(url("contact_list", town), 302)]
    assert (contact.last_name, contact.visibility, contact.checked_on) == ("Le Goff", "public", timezone.localdate())
    assert [message.to for message in mail.outbox] == [["awa.legoff@rennes.example"]]
    assert "droit d’opposition" in mail.outbox[0].body
    assert not tasks.send_contact_notice(contact.pk), "run twice, sent once"
    assert len(mail.outbox) == 1


def test_a_new_address_is_told_and_the_old_one_is_not(town, editor, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        contact = enter(town, editor)
    with django_capture_on_commit_callbacks(execute=True):
        contacts.update_contact(contact, actor=editor, read_version=1, phone="0")
    with django_capture_on_commit_callbacks(execute=True):
        contacts.update_contact(contact, actor=editor, read_version=None, email="nouvelle@rennes.example")
    assert [message.to[0] for message in mail.outbox] == ["awa.legoff@rennes.example", "nouvelle@rennes.example"]


def test_entered_again_a_person_is_not_written_to_again(town, editor, django_capture_on_commit_callbacks):
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            contacts.end_mandate(enter(town, editor), actor=editor, ends_on=timezone.localdate())
    assert len(mail.outbox) == 1


def test_an_authority_enters_so_many_contacts_a_day(town, editor):
    hold(rules.CONTACTS_BY_DAY, 2)
    for n in range(2):
        enter(town, editor, email=f"c{n}@rennes.example")
    with pytest.raises(ValidationError, match="déjà saisi 2 contacts"):
        enter(town, editor, email="c3@rennes.example")
    Contact.objects.update(created_at=timezone.now() - timedelta(days=2))
    enter(town, editor, email="c3@rennes.example")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"last_name": ""}, "last_name"),
        ({"function": " "}, "function"),
        ({"email": "pas une adresse"}, "email"),
        ({"starts_on": "2026-02-01", "ends_on": "2026-01-01"}, "ends_on"),
        ({"visibility": "bogus"}, "visibility"),
    ],
)
def test_a_wrong_field_is_told_and_nothing_typed_is_lost(client, town, editor, changed, field):
    page = client.post(url("contact_create", town), TYPED | {"phone": "à garder"} | changed)
    assert page.status_code == 422
    assert page.context["step"].main.errors[field]
    assert "à garder" in page.content.decode()
    assert not Contact.objects.exists()


def test_the_same_person_twice_is_refused_in_words(client, town, editor):
    enter(town, editor)
    page = client.post(url("contact_create", town), TYPED | {"email": "AWA.legoff@rennes.example"})
    assert "Cette personne figure déjà parmi vos contacts." in unescape(page.content.decode())


def test_of_two_people_who_correct_a_contact_the_second_sees_both_values(client, town, editor):
    contact = enter(town, editor)
    address = url("contact", town, contact.uuid)
    seen = client.get(address).context["seen"]
    contacts.update_contact(contact, actor=editor, read_version=1, phone="01 11 11 11 11")
    page = client.post(address, TYPED | {"phone": "02 22 22 22 22", "seen": seen, "_save": "stay"})
    assert page.status_code == 409
    text = page.content.decode()
    assert "01 11 11 11 11" in text
    assert "02 22 22 22 22" in text
    assert Contact.objects.get().phone == "01 11 11 11 11"
    with pytest.raises(StaleRecord):
        contacts.update_contact(contact, actor=editor, read_version=1, phone="3")


def test_what_was_typed_is_there_after_the_session_ended(client, town, editor):
    client.logout()
    client.post(url("contact_create", town), TYPED)
    client.force_login(editor)
    page = client.get(url("contact_create", town))
    assert "Votre saisie est là" in page.content.decode()
    assert 'value="Le Goff"' in page.content.decode()


def test_a_mandate_ends_on_its_page(client, town, editor):
    contact = enter(town, editor, starts_on=date(2026, 1, 1))
    address = url("contact_end", town, contact.uuid)
    assert client.get(address).status_code == 200
    refused = client.post(address, {"ends_on": "2025-01-01"})
    assert refused.status_code == 422
    assert "ne peut pas précéder" in refused.content.decode()
    assert client.post(address, {"ends_on": "2026-06-30"}).status_code == 302
    contact.refresh_from_db()
    assert contact.ends_on == date(2026, 6, 30)
    assert not Contact.objects.running().exists()
    assert "jusqu’au 30 juin 2026" in client.get(url("contact_list", town)).content.decode()


def test_for_a_reader_the_page_only_shows(client, town):
    ContactFactory(collectivity=town)
    ContactFactory(collectivity=town, last_name="Secrète", visibility="nobody")
    client.force_login(MembershipFactory(collectivity=town, role="reader").user)
    page = client.get(url("contact_list", town)).content.decode()
    assert url("contact_create", town) not in page
    assert "Secrète" not in page
    assert client.post(url("contact_list", town)).status_code == 403


def test_the_contact_of_another_authority_does_not_exist_here(client, town, editor):
    other = ContactFactory()
    for name in ("contact", "contact_end", "contact_object"):
        assert client.get(url(name, town, other.uuid)).status_code == 404
        assert client.post(url(name, town, other.uuid)).status_code == 404


# --- The yearly check -------------------------------------------------------------------------------------------------


def test_the_light_asks_for_contacts_then_for_their_check(client, town, editor):
    today = timezone.localdate()
    assert contacts_checked(town, today).light == Light.ORANGE
    contact = enter(town, editor)
    assert contacts_checked(town, today).light == Light.GREEN
    Contact.objects.update(checked_on=today - timedelta(days=366))
    state = contacts_checked(town, today)
    assert (state.light, state.day) == (Light.ORANGE, today - timedelta(days=366))
    assert "À vérifier" in client.get(url("contact_list", town)).content.decode()
    client.post(url("contact_list", town))
    contact.refresh_from_db()
    assert (contact.checked_on, contact.version) == (today, 2)
    assert contacts_checked(town, today).light == Light.GREEN


def test_a_contact_that_left_is_not_asked_about(town, editor):
    ContactFactory(collectivity=town, checked_on=date(2020, 1, 1), ends_on=date(2021, 1, 1))
    ContactFactory(collectivity=town, objected=True)
    assert "Aucun contact" in contacts_checked(town, timezone.localdate()).text


def test_long_after_its_mandate_a_person_is_erased_with_its_history(town, editor):
    contact = enter(town, editor)
    contacts.end_mandate(contact, actor=editor, ends_on=timezone.localdate() - timedelta(days=366))
    kept = ContactFactory(collectivity=town, ends_on=timezone.localdate() - timedelta(days=365))
    objected = ContactFactory(collectivity=town, objected=True)
    assert history().exists()
    assert tasks.forget_contacts() == 1
    assert set(Contact.objects.all()) == {kept, objected}
    assert not history().filter(pgh_obj=contact.pk).exists()
    assert tasks.forget_contacts() == 0


# --- The right to object ----------------------------------------------------------------------------------------------


@pytest.fixture
def told(town, editor, django_capture_on_commit_callbacks) -> str:
    """The address in the message that the person received."""
    with django_capture_on_commit_callbacks(execute=True):
        enter(town, editor)
    return re.search(r"/opposition/\S+", mail.outbox[0].body)[0]


def test_the_link_shows_what_is_kept_and_one_click_erases_it(client, town, told):
    contact = Contact.objects.get()
    drafts.keep_draft(url("contact", town, contact.uuid), {"last_name": ["Le Goff"]}, actor=UserFactory())
    client.logout()
    page = client.get(told)
    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "awa.legoff@rennes.example" in page.content.decode()
    assert Contact.objects.get().objected_at is None, "reading does nothing: programs open links too"
    done = client.post(told).content.decode()
    assert "Vous êtes effacé" in unescape(done)
    contact.refresh_from_db()
    stored = str(Contact.objects.values().get()) + str(list(history().values()))
    for word in ("Awa", "Le Goff", "legoff", "02 99", "wolof"):
        assert word not in stored
    assert not FormDraft.objects.exists()
    assert not Contact.objects.visible_to(UserFactory(staff=True)).exists()
    at = contact.objected_at
    assert client.post(told).status_code == 200, "pressed twice"
    contact.refresh_from_db()
    assert contact.objected_at == at


@pytest.mark.parametrize("broken", ["faux", "", "é"])
def test_a_link_that_is_not_ours_opens_nothing(client, broken):
    contact = ContactFactory()
    assert client.post(f"/opposition/{contact.uuid}/{broken or 'x'}/").status_code == 404
    assert client.post(f"/opposition/{contact.uuid}/{ContactFactory().token}/").status_code == 404
    assert Contact.objects.standing().count() == 2


def test_whoever_tries_links_at_random_is_stopped(client):
    contact = ContactFactory()
    limit = int(api_settings.DEFAULT_THROTTLE_RATES["link"].split("/")[0])
    statuses = [client.get(f"/opposition/{contact.uuid}/faux/").status_code for _ in range(limit + 1)]
    assert statuses == [404] * limit + [429]


def test_every_row_of_the_person_in_the_authority_is_erased_and_no_other(town, editor):
    contacts.end_mandate(enter(town, editor), actor=editor, ends_on=timezone.localdate())
    again = enter(town, editor, email="AWA.legoff@rennes.example", function="Directrice")
    namesake = ContactFactory(collectivity=town, first_name="Awa", last_name="Le Goff")
    elsewhere = ContactFactory(first_name="Awa", last_name="Le Goff", email="awa.legoff@rennes.example")
    contacts.object_contact(again, actor=editor)
    assert set(Contact.objects.standing()) == {namesake, elsewhere}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"email": "Awa.LeGoff@rennes.example", "last_name": "Martin"},
        {"email": "a@b.example", "last_name": "LE GOFF"},
    ],
)
def test_whoever_objected_is_not_entered_again_without_a_word(client, town, editor, told, changed):
    client.post(told)
    page = client.post(url("contact_create", town), TYPED | changed)
    assert page.status_code == 422
    text = unescape(page.content.decode())
    assert "s’est opposée le" in text
    assert '<textarea name="consent_note"' in text
    assert not Contact.objects.standing().exists()
    with pytest.raises(ValidationError):
        enter(town, editor, **changed)
    answer = client.post(url("contact_create", town), TYPED | changed | {"consent_note": "Courriel du 3 mars"})
    assert answer.status_code == 302
    assert Contact.objects.standing().get().consent_note == "Courriel du 3 mars"


def test_an_objection_holds_for_its_authority_only(town, editor, told, client):
    client.post(told)
    other = MembershipFactory(role="editor")
    assert enter(other.collectivity, other.user).pk


def test_no_word_is_asked_of_those_who_did_not_object(client, town, editor):
    page = client.get(url("contact_create", town)).content.decode()
    assert 'type="hidden" name="consent_note"' in page


def test_an_objection_survives_a_new_key_of_the_portal(town, editor, told, client, settings):
    client.post(told)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "une-autre-cle-pour-cet-essai-seulement"
    with pytest.raises(ValidationError):
        enter(town, editor)
    assert client.get(told).status_code == 200


def test_nothing_leaves_for_somebody_who_objected_before_the_message(town, editor):
    contact = enter(town, editor)
    contacts.erase(contact)
    assert not tasks.send_contact_notice(contact.pk)
    assert not mail.outbox


def test_the_staff_read_contacts_and_record_an_objection(client, administrator):
    contact = ContactFactory(last_name="Publique")
    client.force_login(administrator)
    listed = client.get(reverse("admin:atlas_contact_changelist"))
    assert "Publique" in listed.content.decode()
    assert client.get(reverse("admin:atlas_contact_change", args=[contact.pk])).status_code == 200
    address = reverse("admin:atlas_contact_gesture", args=[contact.pk, "object"])
    assert client.get(address).status_code == 200
    client.post(address)
    contact.refresh_from_db()
    assert contact.objected_at
    journal = str(list(apps.get_model("admin", "LogEntry").objects.values()))
    assert "Publique" not in journal
    assert "Publique" not in client.get(reverse("admin:atlas_contact_changelist")).content.decode()
