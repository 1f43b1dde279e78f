"""What the portal says of each record, in the values of the sheet's columns; and values in words, to compare them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet

from atlas.models import Collectivity
from projects.models import Partnership, Project, ProjectPublication, Publication

from .codes import AUTHORITIES, Codes
from .columns import BUDGET, INDICATORS, MEASURES, PARTIES, PARTNERSHIPS, PROJECTS, Sheet, tidy

Values = dict[str, Any]
# Columns of a partnership that hold a field of the same name.
LINK_FIELDS = tuple(column.name for column in PARTNERSHIPS.columns if column.name not in ("partners", "signed"))
YES = "oui"  # what the cell of a true one says; that of another is empty
YES_FIELDS = tuple(column.name for column in PARTNERSHIPS.columns if column.family == "yes")


def read_records(scope: Sequence[Collectivity]) -> dict[str, QuerySet]:
    """Records of these authorities that a sheet holds, by the name of the sheet: all but the archived ones."""
    own = {"french_ids__overlap": [collectivity.pk for collectivity in scope]}
    projects = Project.objects.filter(**own).exclude(publication=ProjectPublication.ARCHIVED)
    partnerships = Partnership.objects.filter(**own).exclude(publication=Publication.ARCHIVED)
    parties = "parties__foreign_authority__country"
    return {
        PROJECTS.name: projects.defer("search")
        .prefetch_related("theme_shares__theme", "country_shares__country", "sdgs", parties)
        .prefetch_related("budget_lines", "indicators__periods")
        .order_by("pk"),
        PARTNERSHIPS.name: partnerships.prefetch_related("themes", parties).order_by("pk"),
    }


def values_of(record: Project | Partnership, codes: Codes) -> Values:
    """The values of a record, each in the only form that says the same."""
    partners = [party.foreign_authority for party in record.parties.all() if party.foreign_authority_id]
    for one in partners:
        codes.partners.setdefault(one.slug, one)
    said = {"partners": tuple(sorted({one.slug for one in partners}))}
    if isinstance(record, Partnership):
        return said | {
            **{name: _said(getattr(record, name)) for name in LINK_FIELDS},
            "signed": (record.signed_on, record.signed_precision),
            "themes": tuple(sorted((theme.code, None) for theme in record.themes.all())),
        }
    texts = [column.name for column in PROJECTS.columns if column.longest]
    shares = sorted(record.theme_shares.all(), key=lambda part: (not part.is_primary, -part.share, part.pk))
    return said | {
        **{name: tidy(getattr(record, name)) for name in texts},
        **{name: getattr(record, name) for name in ("starts_on", "ends_on", "declared_status", "beneficiary_count")},
        "sdgs": tuple(str(goal.number) for goal in sorted(record.sdgs.all(), key=lambda goal: goal.number)),
        "themes": in_order((part.theme.code, _share(part.share)) for part in shares),
        "countries": in_order(
            ((part.country.iso2, _share(part.share)) for part in record.country_shares.all()), first_counts=False
        ),
    }


def _said(value: Any) -> Any:
    """A value of a partnership as its cell says it: «oui» or nothing for what is true or not."""
    if isinstance(value, bool):
        return YES if value else ""
    return tidy(value) if isinstance(value, str) else value


def parts_of(project: Project, codes: Codes) -> dict[str, dict[int, Values]]:
    """By the name of their sheet, the values of each part of a project that has a line of its own, by id."""
    indicators = sorted(project.indicators.all(), key=lambda one: one.pk)
    codes.indicators |= {one.pk: one.title for one in indicators}
    organisations = [party for party in project.parties.all() if party.kind not in AUTHORITIES]
    measures = {
        period.pk: _part(MEASURES, period) | {"indicator": one.pk} for one in indicators for period in one.periods.all()
    }
    return {
        PARTIES.name: {party.pk: _part(PARTIES, party) for party in organisations},
        BUDGET.name: {line.pk: _part(BUDGET, line) for line in project.budget_lines.all()},
        INDICATORS.name: {one.pk: _part(INDICATORS, one) for one in indicators},
        MEASURES.name: measures,
    }


def _part(sheet: Sheet, part: Model) -> Values:
    values = {column.name: getattr(part, column.name, None) for column in sheet.columns if column.name != "remove"}
    return {name: tidy(value) if isinstance(value, str) else value for name, value in values.items()}


def _share(share: Decimal) -> Decimal:
    return share.quantize(Decimal("0.01"))


def _figure(share: Decimal) -> str:
    return f"{share:f}".rstrip("0").rstrip(".").replace(".", ",")


def in_order(pairs: Any, *, first_counts: bool = True) -> tuple:
    """The first one says something (the main theme); the order of the others does not."""
    found = list(pairs)
    return (*found[:1], *sorted(found[1:])) if first_counts else tuple(sorted(found))


def in_words(sheet: Sheet, name: str, value: Any, codes: Codes) -> str:
    """A value as people read it."""
    if name in sheet.labels:
        family = next(family for slot, family, _header, _share in sheet.slotted if slot == name)
        labels = codes.families[family].labels
        said = [(labels.get(code, code), share) for code, share in value]
        return ", ".join(f"{label} {_figure(share)}\u00a0%" if share else label for label, share in said)
    column = next(column for column in sheet.columns if column.name == name)
    return column.kind.show(value, codes)
