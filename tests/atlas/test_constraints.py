"""What the database itself refuses, without any form in between. One case per named constraint of the ground."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from atlas import models, rules
from tests.factories.atlas import (
    AccessRequestFactory,
    CollectivityFactory,
    ContactFactory,
    CountryFactory,
    CountryStatusFactory,
    DepartmentFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    PostingFactory,
    RegionFactory,
    ThemeFactory,
    UserFactory,
    hold,
)

pytestmark = pytest.mark.django_db


def foreign_region(**fields):
    return models.ForeignRegion.objects.create(code="SN.01", name="Dakar", country=CountryFactory(), **fields)


def foreign_place(**fields):
    return models.ForeignPlace.objects.create(name="Thiès", country=CountryFactory(), **{"geonames_id": 1, **fields})


def code(model, **fields):
    backwards = {"valid_from": date(2026, 1, 1), "valid_to": date(2025, 1, 1)}
    return lambda: model.objects.create(code="1", **backwards, **fields)


def two_authorities_of_one_place():
    place = foreign_place()
    ForeignAuthorityFactory(place=place, slug="a")
    ForeignAuthorityFactory(place=place, slug="b")


def member_twice():
    member = MembershipFactory()
    MembershipFactory(user=member.user, collectivity=member.collectivity)


def merged_into_itself():
    authority = ForeignAuthorityFactory()
    models.ForeignAuthority.objects.filter(pk=authority.pk).update(merged_into=authority)


def overlapping_statuses():
    country = CountryFactory()
    CountryStatusFactory(country=country, valid_from=date(2024, 1, 1), valid_to=None)
    CountryStatusFactory(country=country, valid_from=date(2025, 1, 1), category="LMIC")


def purpose_backwards():
    category = models.SectorCategory.objects.create(code="140")
    code(models.PurposeCode, category=category)()


def asked_twice():
    access = AccessRequestFactory()
    AccessRequestFactory(user=access.user, collectivity=access.collectivity)


BACKWARDS = {"valid_from": date(2026, 1, 1), "valid_to": date(2025, 1, 1)}


def draft_twice():
    user = UserFactory()
    for _ in range(2):
        models.FormDraft.objects.create(user=user, path="/espace/", data={})


def move(**fields):
    sheets = {"foreign_from": ForeignAuthorityFactory(), "foreign_into": ForeignAuthorityFactory()}
    return models.Move.objects.create(**{"kind": "merge"} | sheets | fields)


def row_moved_twice():
    done = move()
    for _ in range(2):
        models.MovedRow.objects.create(move=done, table_name="atlas_user", row_id=1)


def told_apart(*times):
    one, other = ForeignAuthorityFactory(), ForeignAuthorityFactory()
    for swapped in times:
        pair = (other, one) if swapped else (one, other)
        models.Distinction.objects.create(one=pair[0], other=pair[1])


def same_contact_twice():
    town = CollectivityFactory()
    for email in ("awa@ville.example", "AWA@ville.example"):
        ContactFactory(collectivity=town, email=email, last_name="Le Goff")


def sent_twice():
    now = datetime(2026, 1, 5, tzinfo=UTC)
    search = models.SavedSearch.objects.create(email="a@example.org", list_name="projets")
    for _round in range(2):
        search.sent.create(period=now.date(), since=now, until=now, count=0)


def rule_worth_twice() -> None:
    hold(rules.ALERT_ROWS, 3)
    models.OperatingRule.objects.create(code=rules.ALERT_ROWS.code, value=4, valid_from=date(2026, 1, 1))


REFUSED = {
    "atlas_operatingrule_no_overlap": rule_worth_twice,
    "atlas_operatingrule_validity": lambda: models.OperatingRule.objects.create(
        code="alert_rows", value=3, valid_from=date(2026, 1, 2), valid_to=date(2026, 1, 1)
    ),
    "atlas_move_sides": lambda: move(kind="succession"),
    "atlas_move_undone": lambda: move(undone_by=UserFactory()),
    "atlas_movedrow_once": row_moved_twice,
    "atlas_distinction_once": lambda: told_apart(False, False),
    "atlas_distinction_order": lambda: told_apart(True),
    "atlas_contact_mandate": lambda: ContactFactory(starts_on=date(2026, 1, 2), ends_on=date(2026, 1, 1)),
    "atlas_contact_objected": lambda: ContactFactory(objected=True, last_name="Le Goff"),
    "atlas_contact_once": same_contact_twice,
    "atlas_formdraft_once": draft_twice,
    "atlas_region_position": lambda: RegionFactory(longitude=2.0, latitude=None),
    "atlas_department_position": lambda: DepartmentFactory(longitude=200.0, latitude=2.0),
    "atlas_collectivity_position": lambda: CollectivityFactory(longitude=None, latitude=48.0),
    "atlas_collectivity_code": lambda: [CollectivityFactory(insee_code="35238") for _ in range(2)],
    "atlas_collectivity_siren": lambda: [CollectivityFactory(siren="213502388") for _ in range(2)],
    "atlas_collectivity_siren_digits": lambda: CollectivityFactory(siren="21350238X"),
    "atlas_collectivity_ceased": lambda: CollectivityFactory(is_current=True, ceased_on=date(2019, 1, 1)),
    "atlas_country_position": lambda: CountryFactory(longitude=0.0, latitude=99.0),
    "atlas_country_iso2": lambda: CountryFactory(iso2="sn", iso3="SEN"),
    "atlas_countrystatus_validity": lambda: CountryStatusFactory(**BACKWARDS),
    "atlas_countrystatus_no_overlap": overlapping_statuses,
    "atlas_foreignregion_position": lambda: foreign_region(longitude=1.0),
    "atlas_foreignplace_position": lambda: foreign_place(latitude=1.0),
    "atlas_foreignauthority_position": lambda: ForeignAuthorityFactory(longitude=None),
    "atlas_foreignauthority_named": lambda: ForeignAuthorityFactory(name_fr="", slug="x"),
    "atlas_foreignauthority_not_into_itself": merged_into_itself,
    "atlas_foreignauthority_recognition_dated": lambda: ForeignAuthorityFactory(recognition="recognised"),
    "atlas_foreignauthority_place": two_authorities_of_one_place,
    "atlas_sectorcategory_validity": code(models.SectorCategory),
    "atlas_purposecode_validity": purpose_backwards,
    "atlas_aidtype_validity": code(models.AidType, category="C"),
    "atlas_financetype_validity": code(models.FinanceType),
    "atlas_flowtype_validity": code(models.FlowType),
    "atlas_policymarker_validity": code(models.PolicyMarker, scores="0|1|2"),
    "atlas_channel_validity": code(models.Channel),
    "atlas_recipientregion_validity": code(models.RecipientRegion),
    "atlas_sdg_number": lambda: models.SDG.objects.create(number=18, name_fr="x", name_en="x"),
    "atlas_theme_validity": lambda: ThemeFactory(**BACKWARDS),
    "atlas_user_email_ci": lambda: [UserFactory(email=email) for email in ("a@example.org", "A@example.org")],
    "atlas_membership_once": member_twice,
    "atlas_accessrequest_once": asked_twice,
    "atlas_accessrequest_subject": lambda: AccessRequestFactory(collectivity=None, siret=""),
    "atlas_accessrequest_attached": lambda: AccessRequestFactory(
        collectivity=None, siret="", wanted_name="Pontorson-sur-Mer", status="granted", decided_at=timezone.now()
    ),
    "atlas_accessrequest_decided": lambda: AccessRequestFactory(status="granted", decided_at=None),
    "atlas_savedsearch_once": lambda: [
        models.SavedSearch.objects.create(email=email, list_name="projets")
        for email in ("a@example.org", "A@example.org")
    ],
    "atlas_alertsent_once": sent_twice,
    "atlas_exportjob_waiting": lambda: [
        models.ExportJob.objects.create(user=user, list_name="projets") for user in [UserFactory()] * 2
    ],
    "atlas_exportjob_done": lambda: models.ExportJob.objects.create(
        user=UserFactory(), list_name="projets", state="done"
    ),
    "atlas_posting_validity": lambda: PostingFactory(**BACKWARDS),
    "atlas_posting_starts": lambda: PostingFactory(valid_from=None),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses(name):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        REFUSED[name]()
    assert refusal.value.__cause__.diag.constraint_name == name
