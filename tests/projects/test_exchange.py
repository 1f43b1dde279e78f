"""Conversations about notices: who writes where, what stops, what is reported, what is concluded, and whose address never shows."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from atlas.models import ForeignAuthority
from projects import rules, services
from projects.models import NoticeConversation, NoticeMessage, Partnership
from projects.services import exchange
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    ThemeFactory,
    UserFactory,
    hold,
)
from tests.factories.projects import NoticeContactFactory, NoticeFactory, PartnershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


@pytest.fixture
def rennes():
    return CollectivityFactory(name="Rennes", slug="rennes")


@pytest.fixture
def editor(rennes):
    return MembershipFactory(role="editor", collectivity=rennes).user


@pytest.fixture
def notice():
    """Of a foreign town."""
    return NoticeFactory(foreign=True, slug="eau", theme=ThemeFactory())


@pytest.fixture
def begun(notice, rennes, editor):
    return services.reply(notice, rennes, actor=editor, text="Bonjour, parlons-en.")


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def thread_of(conversation, contact) -> str:
    return f"/bourse/suivi/{contact.token}/conversations/{conversation.uuid}/"


# --- The whole way ----------------------------------------------------------------------------------------------------


def test_a_commune_and_a_foreign_town_talk_and_become_partners(
    client, notice, rennes, editor, mailoutbox, django_capture_on_commit_callbacks
):
    member = client_of(editor)
    door = member.get(reverse("projects:notice_reply", args=["eau"]))
    assert door["Location"] == reverse("space:notice_reply", args=["rennes", "eau"])
    with django_capture_on_commit_callbacks(execute=True):
        answer = member.post(door["Location"], {"text": "Bonjour, parlons-en."})
    found = NoticeConversation.objects.get()
    page = reverse("space:conversation", args=["rennes", found.uuid])
    assert answer["Location"] == page
    assert [mail.to for mail in mailoutbox] == [[notice.contact.email]]
    assert editor.email not in mailoutbox[0].body + mailoutbox[0].subject + str(mailoutbox[0].message())
    mailoutbox.clear()
    follow = f"/bourse/suivi/{notice.contact.token}/"
    assert "nouveau message" in client.get(follow).content.decode()
    thread = thread_of(found, notice.contact)
    assert "Bonjour, parlons-en." in client.get(thread).content.decode()
    assert "nouveau message" not in client.get(follow).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(thread, {"text": "Avec plaisir."}).status_code == 302
    found.refresh_from_db()
    assert found.status == "talking"
    assert [mail.to for mail in mailoutbox] == [[editor.email]]
    assert notice.contact.email not in str(mailoutbox[0].message())
    assert notice.contact.name not in member.get(page).content.decode()
    assert notice.contact.email not in member.get(page).content.decode()
    assert member.post(page, {"_status": "1", "status": "met"}).status_code == 302
    conclude = reverse("space:conversation_conclude", args=["rennes", found.uuid])
    assert member.post(conclude, {"kind": "cooperation_agreement", "existing": ""}).status_code == 302
    found.refresh_from_db()
    partnership = Partnership.objects.get()
    assert (found.status, found.partnership) == ("agreed", partnership)
    assert (partnership.french_ids, partnership.foreign_ids) == ([rennes.pk], [notice.foreign_authority_id])
    assert partnership.publication == "draft"
    client.post(follow, {"_close": "1", "outcome": "partnership"})
    notice.refresh_from_db()
    assert (notice.outcome, notice.partnership) == ("partnership", partnership)


def test_a_foreign_town_answers_a_french_notice_once_its_address_is_confirmed(
    client, rennes, editor, mailoutbox, django_capture_on_commit_callbacks
):
    NoticeFactory(collectivity=rennes, slug="offre")
    senegal = CountryFactory()
    typed = {
        "country": senegal.pk,
        "authority_name": "Joal",
        "authority": "new",
        "name": "Marie Sarr",
        "function": "Maire",
        "email": "mairie@joal.example",
        "language": "en",
        "site": "",
        "text": "We would like to come.",
    }
    page = "/bourse/offre/repondre-sans-compte/"
    assert client.get(page).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page, typed).status_code == 200
    found = NoticeConversation.objects.get()
    assert [mail.to for mail in mailoutbox] == [["mairie@joal.example"]]
    assert "Confirm your answer" in mailoutbox[0].subject
    assert found not in NoticeConversation.objects.visible_to(editor), (
        "nothing is passed on before the address is confirmed"
    )
    link = re.search(r"/bourse/suivi/[0-9a-f]{64}/", mailoutbox.pop().body)[0]
    thread = client.get(link)["Location"]
    assert "Confirm and pass on" in client.get(link, follow=True).content.decode()
    address = link + thread.partition("?")[0]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"_confirm": "1"})
        client.post(address, {"_confirm": "1"})
    assert [mail.to for mail in mailoutbox] == [[editor.email]], "told once"
    assert "We would like to come." in mailoutbox[0].body
    assert found in NoticeConversation.objects.visible_to(editor)
    partnership = services.conclude(found, rennes, actor=editor, kind="twinning")
    assert str(ForeignAuthority.objects.get()) == "Joal"
    found.notice.refresh_from_db()
    assert (found.notice.publication, found.notice.partnership) == ("closed", partnership)


# --- Who --------------------------------------------------------------------------------------------------------------


def test_only_the_members_of_the_two_sides_find_a_conversation(begun, notice, rennes):
    page = reverse("space:conversation", args=["rennes", begun.uuid])
    for role, status in (("reader", 200), ("editor", 200), ("representative", 200)):
        assert client_of(MembershipFactory(collectivity=rennes, role=role).user).get(page).status_code == status
    stranger = MembershipFactory(role="representative")
    assert client_of(stranger.user).get(page).status_code == 404
    own = reverse("space:conversation", args=[stranger.collectivity.slug, begun.uuid])
    assert client_of(stranger.user).get(own).status_code == 404
    assert Client().get(page).status_code == 302


def test_a_reader_reads_and_does_not_write(begun, rennes):
    reader = client_of(MembershipFactory(collectivity=rennes, role="reader").user)
    page = reverse("space:conversation", args=["rennes", begun.uuid])
    for posted in ({"text": "Moi aussi"}, {"_stop": "1"}, {"_status": "1", "status": "met"}):
        assert reader.post(page, posted).status_code == 403
    assert begun.messages.count() == 1


def test_what_a_reader_looks_at_stays_unread(begun, notice, rennes):
    exchange.write(begun, "author", "Bonjour", contact=notice.contact)
    page = reverse("space:conversation", args=["rennes", begun.uuid])
    client_of(MembershipFactory(collectivity=rennes, role="reader").user).get(page)
    assert begun.messages.filter(side="author", read_at__isnull=True).exists()


def test_nobody_speaks_for_the_other_side(begun, notice, editor):
    other = NoticeContactFactory()
    for who in ({"actor": editor}, {"contact": other}, {"actor": UserFactory()}, {}):
        with pytest.raises(PermissionDenied):
            exchange.write(begun, "author", "x", **who)
    with pytest.raises(PermissionDenied):
        exchange.write(begun, "replier", "x", contact=notice.contact)


def test_the_link_of_another_notice_opens_no_conversation(client, begun):
    other = NoticeFactory(foreign=True).contact
    assert client.get(thread_of(begun, other)).status_code == 404


# --- Limits -----------------------------------------------------------------------------------------------------------


def test_one_does_not_answer_oneself_nor_twice_nor_what_ended(rennes, editor, begun):
    with pytest.raises(ValidationError):
        services.reply(NoticeFactory(collectivity=rennes), rennes, actor=editor, text="x")
    with pytest.raises(ValidationError):
        services.reply(begun.notice, rennes, actor=editor, text="x")
    for ended in (NoticeFactory(foreign=True, expired=True), NoticeFactory(closed=True), NoticeFactory(draft=True)):
        with pytest.raises(ValidationError):
            services.reply(ended, rennes, actor=editor, text="x")


def test_an_authority_begins_so_many_conversations_a_day(rennes, editor):
    hold(rules.NOTICE_REPLIES_BY_DAY, 2)
    for _ in range(2):
        services.reply(NoticeFactory(foreign=True), rennes, actor=editor, text="x")
    with pytest.raises(ValidationError):
        services.reply(NoticeFactory(foreign=True), rennes, actor=editor, text="x")


def test_one_waits_for_an_answer_after_some_messages(begun, notice, editor):
    for _ in range(rules.NOTICE_UNANSWERED.start - 1):
        exchange.write(begun, "replier", "Êtes-vous là ?", actor=editor)
    with pytest.raises(ValidationError) as refusal:
        exchange.write(begun, "replier", "Êtes-vous là ?", actor=editor)
    assert refusal.value.code == "unanswered"
    exchange.write(begun, "author", "Oui", contact=notice.contact)
    exchange.write(begun, "replier", "Ah", actor=editor)


def test_one_writes_so_many_messages_a_day(begun, notice, editor):
    hold(rules.NOTICE_MESSAGES_BY_DAY, 2)
    exchange.write(begun, "author", "1", contact=notice.contact)
    exchange.write(begun, "author", "2", contact=notice.contact)
    with pytest.raises(ValidationError) as refusal:
        exchange.write(begun, "author", "3", contact=notice.contact)
    assert refusal.value.code == "too_many"
    NoticeMessage.objects.update(created_at=timezone.now() - timedelta(days=2))
    exchange.write(begun, "author", "3", contact=notice.contact)


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_a_bad_message_is_refused_and_kept(begun, editor, text):
    page = reverse("space:conversation", args=["rennes", begun.uuid])
    assert client_of(editor).post(page, {"text": text}).status_code == 422
    assert begun.messages.count() == 1


def test_a_script_in_a_message_is_shown_as_text(begun, editor, notice):
    exchange.write(begun, "author", "<script>alert(1)</script>", contact=notice.contact)
    page = reverse("space:conversation", args=["rennes", begun.uuid])
    assert "<script>alert(1)</script>" not in client_of(editor).get(page).content.decode()


# --- Stop, report -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["author", "replier"])
def test_either_side_stops_and_neither_writes_any_more(begun, notice, editor, side):
    who = {"author": {"contact": notice.contact}, "replier": {"actor": editor}}
    exchange.stop(begun, side, **who[side])
    begun.refresh_from_db()
    assert (begun.status, begun.stopped_by) == ("closed", side)
    for other in who:
        for act in (
            lambda s: exchange.write(begun, s, "x", **who[s]),
            lambda s: exchange.stop(begun, s, **who[s]),
            lambda s: exchange.say_status(begun, s, "met", **who[s]),
        ):
            with pytest.raises(ValidationError):
                act(other)


@pytest.mark.parametrize("status", ["new", "closed", "autre"])
def test_only_some_states_are_said(begun, editor, status):
    page = reverse("space:conversation", args=["rennes", begun.uuid])
    assert client_of(editor).post(page, {"_status": "1", "status": status}).status_code == 422
    with pytest.raises(ValidationError):
        exchange.say_status(begun, "replier", status, actor=editor)


def test_a_reported_message_is_read_by_the_staff_and_no_other(client, begun, notice, editor):
    message = exchange.write(begun, "author", "Envoyez de l’argent", contact=notice.contact)
    officer = UserFactory(superuser=True)
    assert not NoticeMessage.objects.visible_to(officer).exists()
    page = reverse("space:conversation", args=["rennes", begun.uuid])
    member = client_of(editor)
    assert member.post(page, {"_report": message.pk, "reason": ""}).status_code == 422
    assert member.post(page, {"_report": message.pk, "reason": "Escroquerie"}).status_code == 302
    assert list(NoticeMessage.objects.visible_to(officer)) == [message]
    assert "Envoyez de l’argent" in client_of(officer).get("/admin/projects/noticemessage/").content.decode()
    with pytest.raises(PermissionDenied):
        exchange.handle_report(message, actor=editor)
    exchange.handle_report(message, actor=officer)
    begun.refresh_from_db()
    assert begun.status == "closed"
    assert "Envoyez de l’argent" not in member.get(page).content.decode()
    with pytest.raises(ValidationError):
        exchange.handle_report(message, actor=officer)


def test_a_report_without_ground_changes_nothing(begun, notice, editor):
    message = exchange.write(begun, "author", "Bonjour", contact=notice.contact)
    exchange.report(message, "replier", "Je n’aime pas", actor=editor)
    exchange.handle_report(message, actor=UserFactory(superuser=True), hide=False)
    begun.refresh_from_db()
    message.refresh_from_db()
    assert (begun.is_open, message.is_hidden) == (True, False)


def test_one_reports_the_other_side_only(begun, editor, client, notice):
    own = begun.messages.get()
    with pytest.raises(ValidationError):
        exchange.report(own, "replier", "x", actor=editor)
    elsewhere = exchange.reply(NoticeFactory(foreign=True), begun.collectivity, actor=editor, text="x").messages.get()
    assert client.post(thread_of(begun, notice.contact), {"_report": elsewhere.pk, "reason": "x"}).status_code == 404
    assert client.post(thread_of(begun, notice.contact), {"_report": "abc", "reason": "x"}).status_code == 404


# --- Conclude ---------------------------------------------------------------------------------------------------------


def test_an_existing_partnership_is_linked(begun, notice, rennes, editor):
    link = PartnershipFactory(french=rennes, foreign=notice.foreign_authority)
    assert services.conclude(begun, rennes, actor=editor, kind="twinning", existing=link) == link
    assert Partnership.objects.count() == 1


def test_a_partnership_with_somebody_else_is_refused(begun, rennes, editor):
    with pytest.raises(ValidationError):
        services.conclude(begun, rennes, actor=editor, kind="twinning", existing=PartnershipFactory(french=rennes))


def test_two_french_authorities_agree_without_a_partnership(rennes, editor):
    begun = services.reply(NoticeFactory(), rennes, actor=editor, text="x")
    with pytest.raises(ValidationError):
        services.conclude(begun, rennes, actor=editor, kind="twinning")
    assert not Partnership.objects.exists()


def test_a_partnership_is_concluded_once_and_by_those_who_write(begun, rennes, editor):
    reader = MembershipFactory(collectivity=rennes, role="reader").user
    with pytest.raises(PermissionDenied):
        services.conclude(begun, rennes, actor=reader, kind="twinning")
    with pytest.raises(PermissionDenied):
        services.conclude(begun, CollectivityFactory(), actor=editor, kind="twinning")
    services.conclude(begun, rennes, actor=editor, kind="twinning")
    with pytest.raises(ValidationError):
        services.conclude(begun, rennes, actor=editor, kind="twinning")
    assert Partnership.objects.count() == 1


# --- Lists ------------------------------------------------------------------------------------------------------------


def test_the_dashboard_counts_what_is_unread(begun, notice, editor):
    member = client_of(editor)
    dashboard = reverse("space:dashboard", args=["rennes"])
    assert "aucun message non lu" in member.get(dashboard).content.decode()
    exchange.write(begun, "author", "Bonjour", contact=notice.contact)
    assert "1\xa0message non lu" in member.get(dashboard).content.decode()
    member.get(reverse("space:conversation", args=["rennes", begun.uuid]))
    assert "aucun message non lu" in member.get(dashboard).content.decode()


def test_the_list_costs_the_same_with_more_conversations(rennes, editor, django_assert_max_num_queries):
    member, page = client_of(editor), reverse("space:conversation_list", args=["rennes"])
    for _ in range(12):
        services.reply(NoticeFactory(foreign=True), rennes, actor=editor, text="x")
    with django_assert_max_num_queries(9):
        assert len(member.get(page).context["conversations"]) == 12


def test_a_visitor_is_offered_both_ways_to_answer(client, notice, rennes):
    content = client.get(notice.get_absolute_url()).content.decode()
    assert "/bourse/eau/repondre/" in content
    assert "sans-compte" not in content, "a foreign notice waits for a French authority"
    french = NoticeFactory(collectivity=rennes)
    assert "repondre-sans-compte" in client.get(french.get_absolute_url()).content.decode()
    ended = NoticeFactory(expired=True)
    assert "repondre" not in client.get(ended.get_absolute_url()).content.decode()


def test_whoever_writes_for_several_authorities_chooses(notice, editor):
    MembershipFactory(user=editor, role="editor")
    page = client_of(editor).get("/bourse/eau/repondre/")
    assert page.content.decode().count("/bourse/repondre/eau/") == 2
    nobody = client_of(UserFactory()).get("/bourse/eau/repondre/")
    assert "Vous n’écrivez pour aucune" in nobody.content.decode()


def test_an_unknown_town_is_not_made_twice(rennes, editor):
    senegal = CountryFactory()
    ForeignAuthorityFactory(name_fr="Joal", country=senegal)
    contact = NoticeContactFactory(country=senegal, authority_name="joal")
    begun = NoticeConversation.objects.create(notice=NoticeFactory(collectivity=rennes), contact=contact)
    with pytest.raises(ValidationError):
        services.conclude(begun, rennes, actor=editor, kind="twinning")
    assert ForeignAuthority.objects.count() == 1
