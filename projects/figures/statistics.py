"""The figures computed for every year at once, and kept in `PanoramaYear`: pages read one row and never wait.

Which years: from the oldest entry to this year; `None` stands for all that is published today, undated or to come included.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from atlas.models import DataChange
from projects.models import CountingRule, PanoramaSnapshot, PanoramaYear

from .definitions import FIGURES, Figure, first_rules
from .shares import shares

# Changes of the statistics themselves, and of what is said of them, do not make them old.
_OWN = [model._meta.db_table for model in (PanoramaYear, PanoramaSnapshot, CountingRule)]
# By identifier of a figure: {"total": …, "rows": [[key, label, number, share or None]]}
Figures = dict[str, dict[str, Any]]


def source_version() -> str:
    """Version of the data that figures are made from."""
    return DataChange.objects.exclude(table_name__in=_OWN).version()


def measure(year: int | None) -> Figures:
    """All figures up to the end of one year, computed from the rows now."""
    return measure_everything([year])[year]


def measure_everything(years: Iterable[int | None] | None = None) -> dict[int | None, Figures]:
    """All figures of these years (of every year that has something, and of today, by default)."""
    found = {figure.id: (figure.totals(), figure.tally()) for figure in FIGURES.values()}
    if years is None:
        this_year = timezone.localdate().year
        known = [year for totals, _tally in found.values() for _key, year in totals]
        years = [None, *range(min([*known, this_year]), this_year + 1)]
    measured: dict[int | None, Figures] = {year: {} for year in years}
    for figure in FIGURES.values():
        totals, tally = found[figure.id]
        names = {key: str(label) for key, label in figure.breakdown.labels().items()} if figure.breakdown else {}
        for year, figures in measured.items():
            total = _upto(totals, year).get("", 0)
            figures[figure.id] = {"total": total, "rows": _rows(figure, names, _upto(tally, year))}
    return measured


def _upto(tally: Mapping[tuple[str, int], int], year: int | None) -> dict[str, int]:
    """Numbers by key, of what had entered by the end of the year."""
    numbers: dict[str, int] = defaultdict(int)
    for (key, entered), number in tally.items():
        if year is None or entered <= year:
            numbers[key] += number
    return numbers


def _rows(figure: Figure, names: Mapping[str, str], numbers: Mapping[str, int]) -> list[list[Any]]:
    """[key, label, number, share]: the largest first, or in the order of the groups, with shares that add to 100."""
    if not figure.breakdown:
        return []
    if figure.breakdown.complete:
        counted = [numbers.get(key, 0) for key in names]
        parts = [float(share) for share in shares(counted)]
        return [[key, names[key], n, share] for key, n, share in zip(names, counted, parts, strict=True)]
    ordered = sorted(((key, n) for key, n in numbers.items() if key in names), key=lambda one: (-one[1], names[one[0]]))
    return [[key, names[key], n, None] for key, n in ordered]


def refresh(*, force: bool = False) -> bool:
    """Compute everything again if data changed since, or if forced; writes the first rules too. Returns whether it did."""
    version = source_version()
    kept = PanoramaYear.objects.filter(year=None).values_list("data_version", flat=True).first()
    if kept == version and not force:
        return False
    with transaction.atomic():
        _write_first_rules()
        measured = measure_everything()
        now = timezone.now()
        first = min(year for year in measured if year is not None)
        PanoramaYear.objects.exclude(year__in=[year for year in measured if year]).exclude(year=None).delete()
        PanoramaYear.objects.bulk_create(
            [
                PanoramaYear(year=year, figures=figures, first_year=first, data_version=version, computed_at=now)
                for year, figures in measured.items()
            ],
            update_conflicts=True,
            unique_fields=["year"],
            update_fields=["figures", "first_year", "data_version", "computed_at"],
        )
    return True


def _write_first_rules() -> None:
    """Version 1 of the rule of each figure that has none: from then on it belongs to the staff."""
    written = set(CountingRule.objects.values_list("figure", flat=True).distinct())
    today = timezone.localdate()
    missing = [(figure, text) for figure, text in first_rules() if figure not in written]
    if missing:
        CountingRule.objects.bulk_create(
            [CountingRule(figure=figure, version=1, text=text, valid_from=today) for figure, text in missing]
        )


def panorama_of(year: int | None = None) -> PanoramaYear | None:
    """The figures kept for a year (one query); None before the first computation, or where nothing is known."""
    return PanoramaYear.objects.filter(year=year).first()


def rules_in_force(day: date | None = None) -> dict[str, CountingRule]:
    """The rule of each figure on a day, by identifier (one query)."""
    return {rule.figure: rule for rule in CountingRule.objects.valid_on(day).order_by("figure", "version")}
