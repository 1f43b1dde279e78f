"""Dated statuses of countries."""

from django.utils.translation import gettext as _

from atlas.imports.reference import REFERENCE_SOURCE, Edition
from atlas.models import CountryStatus

from .merging import Outcome, resolved


def merge_statuses(edition: Edition, countries: dict[str, int]) -> Outcome:
    """Statuses of a country on a list are ours as a block, until staff write one: from then on the block is theirs."""
    columns = ("country_id", "list", "category", "valid_from", "valid_to", "source", "confirmed", "note")
    given: dict[tuple[int, str], list[tuple]] = {}
    for row in resolved(edition.statuses, {0: countries}):
        given.setdefault(row[:2], []).append(row)
    stored: dict[tuple[int, str], list[tuple]] = {}
    for row in CountryStatus.objects.order_by("pk").values_list(*columns):
        stored.setdefault(row[:2], []).append(row)
    outcome = Outcome(_("statuts de pays"), len(edition.statuses))
    replaced, added = [], []
    for block, rows in given.items():
        there = stored.get(block, [])
        if sorted(there, key=str) == sorted(rows, key=str):
            continue
        if any(not row[5].startswith(REFERENCE_SOURCE) for row in there):
            outcome.notes.append(
                _("%(list)s, pays %(country)s : statuts de la DCTCIV gardés") % {"list": block[1], "country": block[0]}
            )
            continue
        replaced.append(block)
        added += rows
        outcome.changed += len(there)
        outcome.added += len(rows) - len(there)
    for country, name in replaced:
        CountryStatus.objects.filter(country_id=country, list=name).delete()
    CountryStatus.objects.bulk_create(CountryStatus(**dict(zip(columns, row, strict=True))) for row in added)
    return outcome
