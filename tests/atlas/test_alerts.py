"""Saved searches: nobody is written to without having confirmed; news once, all of them, and stopped in one click."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from atlas import rules, tasks
from atlas.models import AlertSent, SavedSearch
from atlas.notifications import alerts as news
from atlas.services import alerts
from projects import services
from projects.models import Partnership, Project
from tests.factories.atlas import (
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    ThemeFactory,
    UserFactory,
    hold,
)
from tests.factories.projects import NoticeFactory, PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
ASK = "/alertes/nouvelle/projets/?country=SN&page=2&sort=title"
FORM = {"email": "Elsa@exemple.example", "rhythm": "daily"}


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def links(message) -> list[str]:
    return re.findall(r"http://localhost:8000(/alertes/\S+)", message.body)


def followed(query: str = "country=SN", rhythm: str = "daily", name: str = "projets", **fields) -> SavedSearch:
    """Confirmed, and told of all that is older than a day."""
    now = timezone.now()
    given = {"email": "elsa@exemple.example", "confirmed_at": now, "told_until": now - timedelta(days=1)} | fields
    return SavedSearch.objects.create(query=query, rhythm=rhythm, list_name=name, **given)


def project(minutes: int = 60, country: str = "SN", **fields) -> Project:
    """Published that many minutes ago."""
    at = timezone.now() - timedelta(minutes=minutes)
    partner = ForeignAuthorityFactory(country=CountryFactory(iso2=country))
    return ProjectFactory(foreign=partner, published_at=at, **fields)


# --- To follow --------------------------------------------------------------------------------------------------------


def test_a_visitor_confirms_by_the_link_and_by_a_click_before_anything_is_sent(client, committed):
    CountryFactory(iso2="SN")
    assert "Être prévenu des nouveautés" in client.get("/projets/?country=SN").content.decode()
    assert "Sénégal" in client.get(ASK).content.decode()
    with committed():
        assert client.post(ASK, FORM)["Location"] == "/alertes/envoyee/"
    search = SavedSearch.objects.get()
    assert (search.email, search.query, search.confirmed_at) == ("elsa@exemple.example", "country=SN&sort=title", None)
    project()
    tasks.send_alerts()
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["elsa@exemple.example"]
    [address] = links(mail.outbox[0])
    client.get(address)  # a robot that reads links confirms nothing
    search.refresh_from_db()
    assert search.confirmed_at is None
    answer = client.post(address)
    assert "C’est confirmé" in answer.content.decode()
    assert answer["Referrer-Policy"] == "same-origin"  # with none, browsers post from «null», which is refused
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    search.refresh_from_db()
    assert search.confirmed_at


def test_an_account_follows_at_its_own_address_without_confirming_it_again(client):
    user = UserFactory()
    CountryFactory(iso2="SN")
    client.force_login(user)
    assert client.post(ASK, {"rhythm": "weekly"})["Location"] == "/compte/alertes/"
    search = SavedSearch.objects.get()
    assert (search.user, search.email, bool(search.confirmed_at)) == (user, user.email, True)
    assert mail.outbox == []


def test_asked_again_it_is_one_search_and_the_answer_tells_nothing(client, committed):
    CountryFactory(iso2="SN")
    followed("country=SN&sort=title", email="elsa@exemple.example")
    with committed():
        assert client.post(ASK, FORM)["Location"] == "/alertes/envoyee/"
    assert SavedSearch.objects.count() == 1
    assert mail.outbox == []


def test_an_address_is_not_flooded_with_links(client, committed):
    hold(rules.ALERTS_TO_CONFIRM, 2)
    countries = [CountryFactory(iso2=iso2).iso2 for iso2 in ("SN", "DE", "BR", "ML")]
    for country in countries:
        with committed():
            answer = client.post(f"/alertes/nouvelle/projets/?country={country}", FORM)
        assert answer["Location"] == "/alertes/envoyee/"
    assert (len(mail.outbox), SavedSearch.objects.count()) == (2, 2)


@pytest.mark.parametrize("address", ["/alertes/nouvelle/pays/", "/alertes/nouvelle/rien/"])
def test_only_lists_with_news_are_followed(client, address):
    assert client.get(address).status_code == 404


def test_a_criterion_that_means_nothing_is_not_followed(client):
    answer = client.post("/alertes/nouvelle/projets/?country=ZZ", FORM)
    assert answer.status_code == 422
    assert "Un critère n’a pas été compris" in answer.content.decode()
    assert client.post(ASK, {"email": "pas une adresse", "rhythm": "daily"}).status_code == 422
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("kind", ["confirmer", "fin"])
def test_a_false_link_leads_nowhere(client, kind):
    search = followed()
    other = news.token(search, news.STOP if kind == "confirmer" else news.CONFIRM)
    for token in ("faux", f"{search.uuid}:1:x", other):
        assert client.get(f"/alertes/{token}/{kind}/").status_code == 404
        assert client.post(f"/alertes/{token}/{kind}/").status_code == 404
    assert SavedSearch.objects.exists()


def test_a_confirmation_expires_and_is_then_forgotten(client):
    search = followed(confirmed_at=None)
    token = news.token(search, news.CONFIRM)
    hold(rules.ALERT_CONFIRM_DAYS, 0)
    assert client.post(f"/alertes/{token}/confirmer/").status_code == 410
    hold(rules.ALERT_CONFIRM_DAYS, 7)
    SavedSearch.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert tasks.forget_alerts() == 1
    followed()
    SavedSearch.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert tasks.forget_alerts() == 0


# --- To stop ----------------------------------------------------------------------------------------------------------


def test_one_click_stops_from_the_mail_program_without_cookie_nor_account():
    search = followed()
    project()
    tasks.send_alerts()
    [message] = mail.outbox
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    strict = Client(enforce_csrf_checks=True)
    assert "Ne plus recevoir" in strict.get(address).content.decode()
    assert SavedSearch.objects.filter(pk=search.pk).exists()
    assert strict.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not SavedSearch.objects.exists()
    assert strict.post(address).status_code == 200  # again is no harm
    assert strict.get(address).status_code == 410


def test_an_account_keeps_its_own_and_nobody_elses(client):
    user = UserFactory(email="elsa@exemple.example")
    client.force_login(user)
    mine, other = followed(), followed(email="autre@exemple.example")
    page = client.get("/compte/alertes/").content.decode()
    assert str(mine.uuid) in page
    assert str(other.uuid) not in page
    client.post("/compte/alertes/", {"_save": mine.uuid, "rhythm": "weekly"})
    mine.refresh_from_db()
    assert mine.rhythm == "weekly"
    assert client.post("/compte/alertes/", {"_stop": other.uuid}).status_code == 404
    assert client.post("/compte/alertes/", {"_stop": "x"}).status_code == 404
    client.post("/compte/alertes/", {"_stop": mine.uuid})
    assert list(SavedSearch.objects.all()) == [other]


# --- The news ---------------------------------------------------------------------------------------------------------


def test_news_are_the_rows_that_answer_and_became_public_since(client):
    followed()
    expected = project(title="Puits & <forages>")
    project(country="DE")
    project(minutes=3_000)
    project(minutes=1)  # still settling: next time
    project(draft=True)
    Project.objects.filter(publication="draft").update(published_at=None)
    tasks.send_alerts()
    [message] = mail.outbox
    assert message.subject == "Projets de coopération : 1 projet de plus"
    assert "Puits & <forages>" in message.body
    assert f"http://localhost:8000{expected.get_absolute_url()}" in message.body
    html = message.alternatives[0].content
    assert "Puits &amp; &lt;forages&gt;" in html
    assert "Sénégal" in message.body


def test_a_partnership_is_news_when_it_is_made_public_however_old_its_draft():
    town = MembershipFactory(role="representative")
    old = PartnershipFactory(draft=True, french=town.collectivity)
    PartnershipFactory(draft=True)
    Partnership.objects.update(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    followed("", name="jumelages", told_until=timezone.now() - timedelta(days=2))
    services.move(old, "publish", actor=town.user)
    old.refresh_from_db()
    from atlas.models import StatusChange

    StatusChange.objects.update(at=timezone.now() - timedelta(hours=1))
    tasks.send_alerts()
    [message] = mail.outbox
    assert str(old.uuid) in message.body
    assert "1 partenariat de plus" in message.subject


def test_the_exchange_is_followed_by_theme_each_week():
    search = followed("theme=eau", rhythm="weekly", name="bourse")
    water, recent = ThemeFactory(code="eau"), timezone.now() - timedelta(hours=3)
    expected = NoticeFactory(theme=water, published_at=recent)
    NoticeFactory(theme=ThemeFactory(code="culture"), published_at=recent)
    NoticeFactory(theme=water)  # of ten days ago
    NoticeFactory(theme=water, draft=True)
    assert news.tell(search.pk, MONDAY) == 1
    assert expected.get_absolute_url() in mail.outbox[0].body
    assert mail.outbox[0].subject == "Bourse aux partenariats : 1 annonce de plus"


def test_without_news_nothing_leaves_and_the_period_is_done():
    search = followed()
    tasks.send_alerts()
    assert mail.outbox == []
    assert AlertSent.objects.get().count == 0
    search.refresh_from_db()
    assert timezone.now() - search.told_until < timedelta(minutes=6)


def test_a_period_is_told_once_and_the_next_one_tells_only_what_came_since():
    search = followed()
    first = project(title="Premier")
    assert [news.tell(search.pk, MONDAY), news.tell(search.pk, MONDAY)] == [1, 0]
    assert len(mail.outbox) == 1
    SavedSearch.objects.update(told_until=timezone.now() - timedelta(minutes=50))
    project(minutes=30, title="Second")
    assert news.tell(search.pk, MONDAY + timedelta(days=1)) == 1
    assert "Second" in mail.outbox[1].body
    assert first.title not in mail.outbox[1].body


def test_a_weekly_search_is_due_once_a_week_from_monday_on():
    search = followed(rhythm="weekly")
    project()
    assert news.due(MONDAY) == [search.pk]
    news.tell(search.pk, MONDAY)
    for days in range(1, 7):
        assert news.due(MONDAY + timedelta(days=days)) == []
    assert news.due(MONDAY + timedelta(days=7)) == [search.pk]


def test_many_news_are_counted_and_the_first_told(django_assert_max_num_queries):
    search = followed()
    for _number in range(25):
        project()
    with django_assert_max_num_queries(16):
        news.tell(search.pk, MONDAY)
    assert mail.outbox[0].body.count("* ") == 20
    assert "Et 5 de plus." in mail.outbox[0].body


class Killed(BaseException):
    """As sudden as a signal."""


@pytest.mark.parametrize("when", ["before", "while"])
def test_a_worker_killed_in_the_middle_tells_nothing_twice_and_misses_nothing(monkeypatch, when):
    first, second = followed(), followed(email="autre@exemple.example")
    project()
    real, sent = EmailMultiAlternatives.send, []

    def send(message, *args, **kwargs):
        if len(sent) == 1 and when == "before":
            raise Killed
        sent.append(message.to[0])
        if len(sent) == 2 and when == "while":
            sent.pop()
            raise Killed
        return real(message, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", send)
        with pytest.raises(Killed):
            tasks.send_alerts()
    assert [message.to for message in mail.outbox] == [[first.email]]
    assert AlertSent.objects.get().search == first
    tasks.send_alerts()
    tasks.send_alerts()
    assert [message.to for message in mail.outbox] == [[first.email], [second.email]]


def test_a_closed_account_and_a_draft_receive_and_tell_nothing():
    user = UserFactory(is_active=False)
    followed(email=user.email, user=user)
    project()
    tasks.send_alerts()
    assert mail.outbox == []


def test_the_news_of_a_member_are_those_of_everybody():
    """A draft that its reader may see is no news: alerts tell what is public."""
    town = MembershipFactory(role="reader")
    followed("", email=town.user.email, user=town.user)
    ProjectFactory(draft=True, french=town.collectivity)
    Project.objects.update(published_at=timezone.now() - timedelta(hours=1), publication="archived")
    tasks.send_alerts()
    assert mail.outbox == []


def test_too_many_searches_of_one_address_are_refused():
    hold(rules.ALERTS_AT_MOST, 1)
    followed()
    with pytest.raises(Exception, match="suit déjà 1"):
        alerts.follow("jumelages", "", email="elsa@exemple.example", rhythm="daily")
