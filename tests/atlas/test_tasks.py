"""Nightly housekeeping."""

from datetime import timedelta

import pytest
from axes.models import AccessLog
from django.contrib.sessions.models import Session
from django.utils import timezone

from atlas import rules
from atlas.models import DataChange
from atlas.tasks import KEPT_DATA_CHANGES, clear_sessions, forget_log_ins, prune_data_changes
from tests.factories.atlas import CollectivityFactory, hold

pytestmark = pytest.mark.django_db


def test_the_journal_of_changes_is_cut_to_its_last_rows_once():
    DataChange.objects.all().delete()  # what migrations changed
    DataChange.objects.bulk_create(DataChange(table_name="x") for _ in range(KEPT_DATA_CHANGES + 7))
    last = DataChange.objects.order_by("-pk").first()
    assert prune_data_changes() == 7
    assert prune_data_changes() == 0
    assert DataChange.objects.count() == KEPT_DATA_CHANGES
    assert DataChange.objects.filter(pk=last.pk).exists()


def test_a_change_of_public_data_moves_the_data_version():
    before = DataChange.objects.version()
    town = CollectivityFactory()
    created = DataChange.objects.version()
    type(town).objects.filter(pk=town.pk).update(population=1)
    changed = DataChange.objects.version()
    assert len({before, created, changed}) == 3
    assert DataChange.objects.version() == changed


def test_ended_sessions_are_forgotten():
    now = timezone.now()
    for key, expires in (("ended", now - timedelta(days=1)), ("alive", now + timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    clear_sessions()
    assert [session.session_key for session in Session.objects.all()] == ["alive"]


def test_old_log_ins_are_forgotten_and_recent_ones_kept():
    hold(rules.LOG_INS_KEPT_DAYS, 30)
    for days in (29, 31):
        row = AccessLog.objects.create(username=f"{days} jours", ip_address="192.0.2.1", user_agent="essai")
        AccessLog.objects.filter(pk=row.pk).update(attempt_time=timezone.now() - timedelta(days=days))
    assert forget_log_ins() == 1
    assert forget_log_ins() == 0
    assert [row.username for row in AccessLog.objects.all()] == ["29 jours"]
