"""What the database itself refuses of partnerships. One case per named constraint."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from projects.models import (
    DatePrecision,
    ImportRow,
    ImportStatus,
    NameResolution,
    NameSide,
    Origin,
    Partnership,
    PartnershipImport,
    PartnershipKind,
    Problem,
    RowStatus,
)
from tests.factories.atlas import CollectivityFactory, CountryFactory, ForeignAuthorityFactory
from tests.factories.projects import PartnershipPartyFactory

pytestmark = pytest.mark.django_db


def partnership(**fields) -> Partnership:
    return Partnership.objects.create(kind=PartnershipKind.TWINNING, origin=Origin.STAFF, **fields)


def party(**fields):
    return PartnershipPartyFactory(partnership=partnership(), **fields)


def same_party_twice(side: str, factory):
    def build():
        link, authority = partnership(), factory()
        for _ in range(2):
            PartnershipPartyFactory(partnership=link, **{side: authority})

    return build


def imported(**fields) -> PartnershipImport:
    given = {"file_name": "jumelages.csv", "sha256": "0" * 64, "kind": PartnershipKind.TWINNING, "content": b"x"}
    return PartnershipImport.objects.create(**given | fields)


def queued(**fields):
    given = {"line": 2, "fingerprint": "1" * 64, "values": {}, "problem": Problem.COUNTRY_UNKNOWN}
    return ImportRow.objects.create(batch=imported(), **given | fields)


def resolved(**fields):
    return NameResolution.objects.create(**{"side": NameSide.FRENCH, "key": "brest", "written": "Brest"} | fields)


def resolved_twice():
    for _ in range(2):
        resolved(collectivity=CollectivityFactory())


SIGNED = {"signed_on": date(1990, 1, 1), "signed_precision": DatePrecision.YEAR}

REFUSED = {
    "projects_partnership_signed_precision": lambda: partnership(signed_on=date(1990, 1, 1)),
    "projects_partnership_dates": lambda: partnership(ended_on=date(1989, 1, 1), status="ended", **SIGNED),
    "projects_partnership_ended": lambda: partnership(ended_on=date(1999, 1, 1), status="active", **SIGNED),
    "projects_party_one_side": lambda: party(
        collectivity=CollectivityFactory(), foreign_authority=ForeignAuthorityFactory()
    ),
    "projects_party_french_once": same_party_twice("collectivity", CollectivityFactory),
    "projects_party_foreign_once": same_party_twice("foreign_authority", ForeignAuthorityFactory),
    "projects_party_dates": lambda: party(
        collectivity=CollectivityFactory(), since=date(2000, 1, 1), until=date(1999, 1, 1)
    ),
    "projects_import_done": lambda: imported(status=ImportStatus.DONE),
    "projects_importrow_resolved": lambda: queued(status=RowStatus.RESOLVED),
    "projects_nameresolution_once": resolved_twice,
    "projects_nameresolution_target": lambda: resolved(country=CountryFactory()),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses(name):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        REFUSED[name]()
    assert refusal.value.__cause__.diag.constraint_name == name


def test_a_party_belongs_to_one_side():
    with pytest.raises(IntegrityError), transaction.atomic():
        party()
