"""Reminders that a notice expires: to whom, when, in which language, and once whatever happens to the worker."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from projects import notifications, rules, services, tasks
from projects.models import NoticeReminder, PartnershipNotice
from tests.factories.atlas import MembershipFactory, hold
from tests.factories.projects import NoticeFactory

pytestmark = pytest.mark.django_db


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def notice():
    return NoticeFactory(expires_on=in_days(10))


@pytest.fixture
def editor(notice):
    return MembershipFactory(collectivity=notice.collectivity, role="editor").user


def test_those_who_write_for_the_author_are_reminded_once(client, notice, editor):
    MembershipFactory(collectivity=notice.collectivity, role="reader")
    speaker = MembershipFactory(collectivity=notice.collectivity, role="representative").user
    NoticeFactory(expires_on=in_days(16))
    NoticeFactory(expired=True)
    NoticeFactory(draft=True)
    assert tasks.remind_notices() == 2
    assert sorted(one.to[0] for one in mail.outbox) == sorted([editor.email, speaker.email])
    assert tasks.remind_notices() == 0
    assert tasks.remind_notice(notice.pk, editor.pk) is False
    assert len(mail.outbox) == 2
    message = mail.outbox[0]
    assert message.subject.startswith(f"Votre annonce « {notice.title} » expire le ")
    client.force_login(editor)
    address = next(line for line in message.body.splitlines() if line.startswith("http"))
    client.post(urlsplit(address).path, {"_renew": "1"})
    notice.refresh_from_db()
    assert notice.expires_on == in_days(rules.NOTICE_DAYS.start)


def test_the_staff_decide_how_long_before(notice, editor):
    hold(rules.NOTICE_REMINDER_DAYS, 0)
    assert tasks.remind_notices() == 0
    hold(rules.NOTICE_REMINDER_DAYS, 9)
    assert tasks.remind_notices() == 0
    hold(rules.NOTICE_REMINDER_DAYS, 10)
    assert tasks.remind_notices() == 1


def test_the_last_day_is_not_too_late_and_without_delay_nobody_is_reminded(notice, editor):
    PartnershipNotice.objects.update(expires_on=in_days(0))
    hold(rules.NOTICE_REMINDER_DAYS, 0)
    assert tasks.remind_notices() == 0
    hold(rules.NOTICE_REMINDER_DAYS, 5)
    assert tasks.remind_notices() == 1
    assert len(mail.outbox) == 1


def test_a_renewed_notice_is_reminded_of_its_next_date(notice, editor):
    tasks.remind_notices()
    services.renew_notice(notice, actor=editor)
    assert tasks.remind_notices() == 0
    PartnershipNotice.objects.update(expires_on=in_days(3))
    assert tasks.remind_notices() == 1
    assert NoticeReminder.objects.count() == 2


def test_a_foreign_author_gets_a_link_that_works_in_its_language(client):
    notice = NoticeFactory(foreign=True, expires_on=in_days(10), contact__language="es")
    type(notice.contact).objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert tasks.remind_notices() == 1
    assert tasks.remind_notices() == 0
    [message] = mail.outbox
    assert message.to == [notice.contact.email]
    assert "Renuévelo con un clic" in message.body
    address = next(line for line in message.body.splitlines() if line.startswith("http"))
    assert client.get(urlsplit(address).path).status_code == 200
    client.post(urlsplit(address).path, {"_renew": "1"})
    notice.refresh_from_db()
    assert (notice.expires_on, notice.renewal_count) == (in_days(rules.NOTICE_DAYS.start), 1)


def test_a_link_that_the_staff_revoked_stays_so():
    notice = NoticeFactory(foreign=True, expires_on=in_days(10))
    type(notice.contact).objects.update(revoked_at=timezone.now())
    tasks.remind_notices()
    assert mail.outbox == []
    notice.contact.refresh_from_db()
    assert notice.contact.state == "revoked"


@pytest.mark.parametrize("dies", ["send", "link"])
def test_a_worker_killed_on_the_way_leaves_the_reminder_to_be_sent(notice, editor, monkeypatch, dies):
    def killed(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(notifications, dies, killed)
        with pytest.raises(SystemExit):
            tasks.remind_notice(notice.pk, editor.pk)
    assert not NoticeReminder.objects.exists()
    assert tasks.remind_notice(notice.pk, editor.pk) is True
    assert tasks.remind_notice(notice.pk, editor.pk) is False
    assert len(mail.outbox) == 1
    assert not connection.needs_rollback


def test_what_expired_or_closed_meanwhile_is_not_told(notice, editor):
    PartnershipNotice.objects.update(expires_on=in_days(-1))
    assert tasks.remind_notice(notice.pk, editor.pk) is False
    NoticeFactory(closed=True, collectivity=notice.collectivity)
    assert tasks.remind_notice(PartnershipNotice.objects.get(publication="closed").pk, editor.pk) is False
    assert mail.outbox == []


def test_the_dashboard_says_so_to_those_who_write(client, notice, editor):
    reader = MembershipFactory(collectivity=notice.collectivity, role="reader").user
    NoticeFactory(collectivity=notice.collectivity, expires_on=in_days(60), title="Plus tard", slug="plus-tard")
    address = reverse("space:dashboard", args=[notice.collectivity.slug])
    for user, told in ((editor, True), (reader, False)):
        client.force_login(user)
        content = client.get(address).content.decode()
        assert (f"Votre annonce «\u00a0{notice.title}\u00a0» expire bientôt." in content) == told
        assert "«\u00a0Plus tard\u00a0» expire bientôt" not in content
