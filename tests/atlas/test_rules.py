"""Rules of the portal's working: dated rows that the staff changes, and what they are worth before anybody did."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from atlas import rules
from atlas.models import OperatingRule, in_force, limit_of, months_before
from atlas.services.accounts import ensure_groups
from atlas.services.rules import set_rule, write_starting_values
from tests.factories.atlas import UserFactory, hold

pytestmark = pytest.mark.django_db

ADD = reverse("admin:atlas_operatingrule_add")


@pytest.fixture
def officer(client):
    user = UserFactory(staff=True)
    user.groups.set(ensure_groups().values())
    client.force_login(user)
    return user


def test_every_rule_begins_within_its_bounds_and_says_its_unit():
    for rule in rules.everything():
        assert rule.lowest <= rule.start <= rule.highest, rule.code
        assert "," in str(rule.unit), rule.code
    assert rules.ALERT_ROWS.say(1) == "1\u00a0fiche"
    assert rules.ALERT_ROWS.say(2) == "2\u00a0fiches"


def test_a_value_holds_from_its_day_and_the_one_before_until_then():
    rule, today = rules.ALERT_CONFIRM_DAYS, timezone.localdate()
    assert in_force(rule) == rule.start
    write_starting_values()
    set_rule(rule.code, 10, actor=None, valid_from=today + timedelta(days=5), note="Demande des communes")
    assert in_force(rule) == in_force(rule, today + timedelta(days=4)) == rule.start
    assert in_force(rule, today + timedelta(days=5)) == 10
    set_rule(rule.code, 12, actor=None, valid_from=today + timedelta(days=9), note="Encore")
    assert [in_force(rule, today + timedelta(days=n)) for n in (0, 8, 9)] == [rule.start, 10, 12]


def test_what_makes_no_sense_is_refused_and_nothing_ends():
    rule = rules.ALERT_CONFIRM_DAYS
    set_rule(rule.code, 10, actor=None)
    for told, where in (
        ({"code": "unknown", "value": 3, "note": "x"}, "code"),
        ({"code": rule.code, "value": 3}, "note"),
        ({"code": rule.code, "value": 3, "note": "x"}, "valid_from"),
        ({"code": rule.code, "value": 0, "note": "x", "valid_from": date(2100, 1, 1)}, "value"),
        ({"code": rule.code, "value": 91, "note": "x", "valid_from": date(2100, 1, 1)}, "value"),
    ):
        with pytest.raises(ValidationError) as refusal:
            set_rule(told.pop("code"), told.pop("value"), actor=None, **told)
        assert where in refusal.value.message_dict
    # What the last two ended is undone with their transaction.
    assert OperatingRule.objects.get(code=rule.code).valid_to is None


def test_starting_values_are_written_once_and_never_over_what_was_decided():
    OperatingRule.objects.all().delete()
    hold(rules.ALERT_ROWS, 7)
    assert write_starting_values() == len(rules.everything()) - 1
    assert write_starting_values() == 0
    assert in_force(rules.ALERT_ROWS) == 7


def test_a_month_before_is_the_same_day_or_the_last_one():
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 13) == date(2024, 12, 15)
    hold(rules.CONTACT_CHECK_MONTHS, 3)
    assert limit_of(rules.CONTACT_CHECK_MONTHS, date(2026, 5, 2)) == date(2026, 2, 2)


def test_staff_give_a_rule_its_next_value(client, officer):
    write_starting_values()
    rule = rules.LOG_INS_KEPT_DAYS
    listed = client.get(reverse("admin:atlas_operatingrule_changelist"), {"validite": "vigueur"}).content.decode()
    assert "180\u00a0jours" in listed
    assert f"{ADD}?code={rule.code}" in listed
    shown = client.get(ADD, {"code": rule.code}).content.decode()
    assert "Aujourd’hui\u00a0: 180\u00a0jours. De 1 à 366\u00a0jours." in shown
    typed = {"code": rule.code, "value": "400", "valid_from": timezone.localdate().isoformat(), "note": "CNIL"}
    refused = client.post(ADD, typed)
    assert refused.status_code == 200
    assert "Cette règle va de 1 à 366." in refused.content.decode()
    assert client.post(ADD, typed | {"value": "90"}).status_code == 302
    row = OperatingRule.objects.get(code=rule.code, valid_to=None)
    assert (row.value, row.note, row.written_by) == (90, "CNIL", officer)
    assert "90\u00a0jours" in client.get(reverse("privacy")).content.decode()
    page = reverse("admin:atlas_operatingrule_change", args=[row.pk])
    assert "CNIL" in client.get(page).content.decode()
    assert client.post(page, typed).status_code == 403
    assert client.post(reverse("admin:atlas_operatingrule_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_a_search_finds_a_rule_by_its_words(client, officer):
    write_starting_values()
    address = reverse("admin:atlas_operatingrule_changelist")
    assert "Alertes\u00a0: délai pour confirmer" in client.get(address, {"q": "délai confirmer"}).content.decode()
    assert "Alertes\u00a0: délai pour confirmer" not in client.get(address, {"q": "invitation"}).content.decode()


def test_staff_without_the_right_read_nothing(client):
    user = UserFactory(staff=True)
    client.force_login(user)
    assert client.get(ADD).status_code == 403
    with pytest.raises(PermissionDenied):
        set_rule(rules.ALERT_ROWS.code, 5, actor=user, note="x")
