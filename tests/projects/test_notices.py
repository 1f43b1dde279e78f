"""The exchange: who sees which notice, how one is written, published, renewed and closed in the space of its author."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from atlas.filters.lists import find
from atlas.services.records import StaleRecord
from projects import services
from projects.models import PartnershipNotice
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    PostingFactory,
    RegionFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import NoticeFactory, PartnershipFactory

pytestmark = pytest.mark.django_db
LIST = "/bourse/"
WHOLE = {
    "direction": "offer",
    "title": "Rennes propose une formation à l’eau",
    "sought": ["training"],
    "need": "Une semaine de formation.",
    "territory": "Une ville de Bretagne.",
    "languages": ["fr"],
}


def member(role: str, **fields) -> tuple:
    joined = MembershipFactory(role=role, **fields)
    return joined.user, joined.collectivity


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


# --- Who sees what ----------------------------------------------------------------------------------------------------


def embassy(*countries) -> object:
    posting = PostingFactory(kind="embassy")
    posting.countries.set(countries)
    return posting.user


def test_the_list_holds_what_is_in_force(client):
    shown = NoticeFactory()
    NoticeFactory(draft=True)
    NoticeFactory(waiting=True)
    old, closed = NoticeFactory(expired=True), NoticeFactory(closed=True)
    assert list(client.get(LIST).context["page"].object_list) == [shown]
    assert set(client.get(LIST, {"past": "true"}).context["page"].object_list) == {old, closed}


def test_an_ended_notice_keeps_its_address(client):
    for notice in (NoticeFactory(expired=True), NoticeFactory(closed=True)):
        assert client.get(notice.get_absolute_url()).status_code == 200
    assert client.get(NoticeFactory(draft=True).get_absolute_url()).status_code == 404


def test_an_embassy_sees_what_waits_in_its_countries_and_nowhere_else():
    senegal, brazil = CountryFactory(), CountryFactory(iso2="BR")
    waiting = NoticeFactory(waiting=True, contact__country=senegal)
    unconfirmed = NoticeFactory(waiting=True, draft=True, contact__country=senegal, contact__confirmed_at=None)
    seen = PartnershipNotice.objects.visible_to(embassy(senegal))
    assert (waiting in seen, unconfirmed in seen) == (True, False)
    assert waiting not in PartnershipNotice.objects.visible_to(embassy(brazil))
    ended = PostingFactory(kind="embassy", valid_to=timezone.localdate())
    ended.countries.set([senegal])
    assert waiting not in PartnershipNotice.objects.visible_to(ended.user)


def test_the_sheet_never_shows_the_address_nor_the_name_of_the_person(client):
    notice = NoticeFactory(foreign=True)
    for page in (notice.get_absolute_url(), LIST, f"/api/v1/notices/{notice.slug}/", "/bourse/export.csv"):
        answer = client.get(page)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert notice.contact.email not in content.decode()
        assert notice.contact.name not in content.decode()


def test_the_sheet_says_that_no_cofinancing_follows(client):
    assert "n’implique pas de cofinancement" in client.get(NoticeFactory().get_absolute_url()).content.decode()
    assert "n’implique pas de cofinancement" in client.get(LIST).content.decode()


@pytest.mark.parametrize("side", ["collectivity", "foreign_authority", "country"])
def test_sheets_of_the_author_and_of_the_country_show_its_notices(client, side):
    kiel = ForeignAuthorityFactory(slug="kiel")
    rennes = CollectivityFactory(slug="rennes")
    notice = {
        "collectivity": lambda: NoticeFactory(collectivity=rennes),
        "foreign_authority": lambda: NoticeFactory(foreign=True, foreign_authority=kiel),
        "country": lambda: NoticeFactory(country=kiel.country),
    }[side]()
    page = {"collectivity": "/collectivites/rennes/", "foreign_authority": "/partenaires/kiel/", "country": "/pays/sn/"}
    assert notice.title in client.get(page[side]).content.decode()
    notice.expires_on = timezone.localdate() - timedelta(days=1)
    notice.published_at -= timedelta(days=20)
    notice.save()
    assert notice.title not in client.get(page[side]).content.decode()


def test_the_digest_takes_each_side_from_its_author():
    bretagne, senegal = RegionFactory(code="53"), CountryFactory()
    french = NoticeFactory(collectivity=CollectivityFactory(region=bretagne), country=senegal)
    assert (french.region_codes, french.country_codes, french.foreign_ids) == (["53"], ["SN"], [])
    foreign = NoticeFactory(foreign=True, foreign_authority=ForeignAuthorityFactory(country=senegal))
    foreign.regions.add(bretagne)
    services.refresh_notice_digest([foreign.pk])
    foreign.refresh_from_db()
    assert (foreign.region_codes, foreign.country_codes, foreign.french_ids) == (["53"], ["SN"], [])


def test_the_exchange_can_be_followed():
    """Its list says what became public in a span of time: saved searches rest on that."""
    new, old = NoticeFactory(), NoticeFactory(expired=True)
    listed, now = find("bourse"), timezone.now()
    rows = listed.new_since(listed.ask("", UserFactory()).qs, now - timedelta(days=30), now)
    assert new in rows
    assert old not in rows
    assert listed.line(listed.shape(rows)[0])[2] == new.get_absolute_url()


# --- In the space -----------------------------------------------------------------------------------------------------


def test_a_representative_writes_publishes_renews_and_closes():
    user, rennes = member("representative")
    client, theme = client_of(user), ThemeFactory()
    made = client.post(reverse("space:notice_create", args=[rennes.slug]), WHOLE | {"themes": [theme.pk]})
    notice = PartnershipNotice.objects.get()
    assert made["Location"] == reverse("space:notice", args=[rennes.slug, notice.uuid])
    assert (notice.publication, notice.theme_codes) == ("draft", [theme.code])
    page = reverse("space:notice_move", args=[rennes.slug, notice.uuid, "publish"])
    assert client.get(page).status_code == 200
    client.post(page, {"note": ""})
    notice.refresh_from_db()
    assert notice.in_force
    assert notice.title in Client().get(LIST).content.decode()
    PartnershipNotice.objects.filter(pk=notice.pk).update(expires_on=timezone.localdate() - timedelta(days=1))
    client.post(made["Location"], {"_renew": "1"})
    notice.refresh_from_db()
    assert (notice.in_force, notice.renewal_count) == (True, 1)
    client.post(made["Location"], {"_renew": "1"})
    notice.refresh_from_db()
    assert notice.renewal_count == 1, "twice on one day is once"
    close = reverse("space:notice_move", args=[rennes.slug, notice.uuid, "close"])
    assert client.post(close, {"outcome": ""}).status_code == 422
    link = PartnershipFactory(french=rennes)
    client.post(close, {"outcome": "partnership", "partnership": link.pk})
    notice.refresh_from_db()
    assert (notice.publication, notice.outcome, notice.partnership) == ("closed", "partnership", link)
    client.post(reverse("space:notice_move", args=[rennes.slug, notice.uuid, "reopen"]), {"note": ""})
    notice.refresh_from_db()
    assert (notice.publication, notice.outcome, notice.partnership, notice.closed_on) == ("draft", "", None, None)


def test_an_incomplete_notice_is_not_published_and_says_what_it_lacks():
    user, rennes = member("representative")
    notice = services.create_notice(rennes, actor=user, title="Rennes cherche")
    page = client_of(user).get(reverse("space:notice_move", args=[rennes.slug, notice.uuid, "publish"]))
    assert "Choisissez au moins un thème" in page.content.decode()
    with pytest.raises(ValidationError) as refusal:
        services.move_notice(notice, "publish", actor=user)
    assert len(refusal.value.messages) == 5


def test_a_published_notice_stays_complete():
    user, rennes = member("editor")
    notice = NoticeFactory(collectivity=rennes, territory="Une ville.", theme=ThemeFactory())
    with pytest.raises(ValidationError):
        services.update_notice(notice, actor=user, need="")
    notice.refresh_from_db()
    assert notice.need


def test_an_editor_proposes_and_a_representative_publishes():
    editor, rennes = member("editor")
    chief = MembershipFactory(collectivity=rennes, role="representative").user
    notice = NoticeFactory(collectivity=rennes, draft=True, territory="Une ville.", theme=ThemeFactory())
    with pytest.raises(PermissionDenied):
        services.move_notice(notice, "publish", actor=editor)
    services.move_notice(notice, "submit", actor=editor)
    assert services.move_notice(notice, "publish", actor=chief).in_force


def test_the_representatives_are_told_that_a_notice_waits(mailoutbox, django_capture_on_commit_callbacks):
    editor, rennes = member("editor")
    chief = MembershipFactory(collectivity=rennes, role="representative").user
    notice = NoticeFactory(collectivity=rennes, draft=True, territory="Une ville.", theme=ThemeFactory())
    with django_capture_on_commit_callbacks(execute=True):
        services.move_notice(notice, "submit", actor=editor, note="Relu par le maire.")
    assert [mail.to for mail in mailoutbox] == [[chief.email]]
    assert "Relu par le maire." in mailoutbox[0].body


# Roles, then what each may fire from each state; everything else is refused.
MOVES = {
    "reader": {},
    "editor": {
        "draft": {"submit", "withdraw"},
        "submitted": {"withdraw"},
        "published": {"close", "withdraw"},
        "closed": {"reopen"},
        "refused": {"reopen"},
        "withdrawn": {"reopen"},
    },
    "representative": {
        "draft": {"submit", "publish", "withdraw"},
        "submitted": {"publish", "withdraw"},
        "published": {"close", "withdraw"},
        "closed": {"reopen"},
        "refused": {"reopen"},
        "withdrawn": {"reopen"},
    },
    "stranger": {},
    "embassy": {},
}
STATES = {
    "draft": {"draft": True},
    "submitted": {"draft": True, "publication": "submitted"},
    "published": {},
    "closed": {"closed": True},
    "refused": {"draft": True, "publication": "refused"},
    "withdrawn": {"draft": True, "publication": "withdrawn"},
}


@pytest.mark.parametrize("role", MOVES)
@pytest.mark.parametrize("state", STATES)
def test_each_role_fires_what_is_its_own_on_a_french_notice(role, state):
    rennes, theme = CollectivityFactory(), ThemeFactory()
    if role in ("reader", "editor", "representative"):
        user = MembershipFactory(role=role, collectivity=rennes).user
    else:
        user = embassy(CountryFactory()) if role == "embassy" else MembershipFactory(role="representative").user
    notice = NoticeFactory(collectivity=rennes, territory="Une ville.", theme=theme, **STATES[state])
    allowed = MOVES[role].get(state, set())
    assert {one.name for one in services.notice_moves(notice, actor=user)} == allowed
    for transition in notice.workflow:
        if transition.name not in allowed:
            with pytest.raises((PermissionDenied, ValidationError)):
                services.move_notice(notice, transition.name, actor=user, note="x", outcome="nothing")
    notice.refresh_from_db()
    assert notice.publication == state


def test_two_people_edit_one_notice_and_the_second_is_told():
    user, rennes = member("editor")
    notice = NoticeFactory(collectivity=rennes, draft=True)
    client, page = client_of(user), reverse("space:notice_update", args=[rennes.slug, notice.uuid])
    seen = client.get(page).context["seen"]
    services.update_notice(notice, actor=user, title="Un autre titre")
    answer = client.post(page, WHOLE | {"seen": seen})
    assert answer.status_code == 409
    assert "Un autre titre" in answer.content.decode()
    with pytest.raises(StaleRecord):
        services.update_notice(notice, actor=user, read_version=1, title="Encore")


@pytest.mark.parametrize(
    "bad",
    [
        {"title": ""},
        {"title": "x" * 151},
        {"direction": "ailleurs"},
        {"sought": ["argent"]},
        {"languages": ["xx"]},
        {"themes": ["999999"]},
        {"themes": ["abc"]},
        {"countries": ["999999"]},
        {"budget": "-5"},
        {"budget": "beaucoup"},
        {"need": "x" * 4001},
    ],
    ids=str,
)
def test_bad_input_is_told_and_kept_in_the_form(bad):
    user, rennes = member("editor")
    answer = client_of(user).post(reverse("space:notice_create", args=[rennes.slug]), WHOLE | bad)
    assert answer.status_code == 422
    assert "À corriger" in answer.content.decode()
    assert "Une ville de Bretagne." in answer.content.decode()
    assert not PartnershipNotice.objects.exists()


def test_a_script_in_a_notice_is_shown_as_text(client):
    notice = NoticeFactory(need="<script>alert(1)</script>", title="<b>gras</b>")
    content = client.get(notice.get_absolute_url()).content.decode()
    assert "<script>alert(1)</script>" not in content
    assert "<b>gras</b>" not in content


def test_a_reader_sees_the_notices_of_its_authority_and_writes_none():
    user, rennes = member("reader")
    notice = NoticeFactory(collectivity=rennes, draft=True)
    client = client_of(user)
    page = client.get(reverse("space:notice_list", args=[rennes.slug])).content.decode()
    assert notice.title in page
    assert "Écrire une annonce" not in page
    for name in ("space:notice_create", "space:notice_update"):
        args = [rennes.slug] + ([notice.uuid] if name.endswith("update") else [])
        assert client.get(reverse(name, args=args)).status_code == 403
    with pytest.raises(PermissionDenied):
        services.renew_notice(NoticeFactory(collectivity=rennes), actor=user)


def test_the_notices_of_others_do_not_exist_in_ones_space():
    user, rennes = member("representative")
    notice = NoticeFactory()
    assert client_of(user).get(reverse("space:notice", args=[rennes.slug, notice.uuid])).status_code == 404
