"""Rules of the national figures, and the frozen editions of the panorama."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.models import User
from projects.figures import FIGURES, measure, rules_in_force, source_version
from projects.models import CountingRule, PanoramaSnapshot

FIRST_YEAR = 1900


@transaction.atomic
def change_rule(
    figure: str, *, text: str, note: str, actor: User | None, valid_from: date | None = None, source: str = ""
) -> CountingRule:
    """Write the next version of a figure's rule; the one in force ends the day it begins.

    Raises:
        ValidationError: no such figure; the rule begins before the one in force; no reason is given.
    """
    if figure not in FIGURES:
        raise ValidationError({"figure": _("Ce chiffre n’existe pas.")}, code="unknown")
    valid_from = valid_from or timezone.localdate()
    last = CountingRule.objects.select_for_update(of=("self",)).filter(figure=figure).order_by("-version").first()
    if last:
        if not note:
            raise ValidationError({"note": _("Dites ce qui change, et pourquoi.")}, code="no_reason")
        if valid_from <= last.valid_from:
            raise ValidationError(
                {"valid_from": _("La règle en vigueur commence le %(day)s : la suivante commence après.")},
                code="too_early",
                params={"day": last.valid_from},
            )
        last.valid_to = valid_from
        last.save(update_fields=["valid_to", "updated_at"])
    rule = CountingRule(
        figure=figure,
        version=last.version + 1 if last else 1,
        text=text,
        note=note,
        source=source,
        valid_from=valid_from,
        written_by=actor,
    )
    rule.full_clean()
    rule.save()
    return rule


@transaction.atomic
def freeze_panorama(year: int, *, actor: User | None, note: str = "") -> PanoramaSnapshot:
    """Compute the figures of a year from the rows now, and keep them with their rules, for ever.

    Raises:
        ValidationError: the year is to come; it is frozen already and `note` does not say what a new edition corrects.
    """
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise ValidationError(_("L’année %(year)d est à venir, ou trop ancienne."), code="year", params={"year": year})
    last = PanoramaSnapshot.objects.select_for_update(of=("self",)).filter(year=year).order_by("-edition").first()
    if last and not note:
        raise ValidationError(
            _("Le panorama %(year)d est déjà figé (édition %(edition)d) : dites ce que la nouvelle édition corrige."),
            code="frozen",
            params={"year": year, "edition": last.edition},
        )
    snapshot = PanoramaSnapshot(
        year=year,
        edition=last.edition + 1 if last else 1,
        note=note,
        figures=measure(year),
        rule_versions={figure: rule.version for figure, rule in rules_in_force().items()},
        data_version=source_version(),
        frozen_by=actor,
    )
    content = _file(snapshot)
    snapshot.sha256 = hashlib.sha256(content).hexdigest()
    snapshot.file.save(f"panorama-{year}-{snapshot.edition}.json", ContentFile(content), save=False)
    snapshot.full_clean()
    snapshot.save()
    return snapshot


def _file(snapshot: PanoramaSnapshot) -> bytes:
    """The edition as JSON: the same bytes for the same figures and rules."""
    rules = rules_in_force()
    content = {
        "annee": snapshot.year,
        "edition": snapshot.edition,
        "note": snapshot.note,
        "version_des_donnees": snapshot.data_version,
        "chiffres": {
            figure: {
                "libelle": str(FIGURES[figure].label),
                "regle": rules[figure].text if figure in rules else "",
                "version_de_la_regle": rules[figure].version if figure in rules else None,
                "total": values["total"],
                "lignes": [
                    {"code": key, "libelle": label, "nombre": n} | ({} if share is None else {"part": share})
                    for key, label, n, share in values["rows"]
                ],
            }
            for figure, values in snapshot.figures.items()
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()


@dataclass(frozen=True)
class Difference:
    """A figure, or one of its lines, that the rows no longer give. `actual` None: it is no longer there."""

    figure: str
    line: str
    expected: Any
    actual: Any

    def __str__(self) -> str:
        where = f"{self.figure} ({self.line})" if self.line else self.figure
        return _("%(where)s : %(expected)s attendu, %(actual)s trouvé") % {
            "where": where,
            "expected": _("rien") if self.expected is None else self.expected,
            "actual": _("rien") if self.actual is None else self.actual,
        }


def check_panorama(year: int) -> list[Difference]:
    """What differs between the last frozen edition of a year and the rows of today; its file is checked too.

    Raises:
        ValidationError: no edition is frozen for that year.
    """
    snapshot = PanoramaSnapshot.objects.filter(year=year).order_by("-edition").first()
    if not snapshot:
        raise ValidationError(_("Aucun panorama n’est figé pour %(year)d."), code="absent", params={"year": year})
    return [*_file_differences(snapshot), *_differences(snapshot.figures, measure(year))]


def _file_differences(snapshot: PanoramaSnapshot) -> Iterator[Difference]:
    try:
        with snapshot.file.open("rb") as file:
            found = hashlib.sha256(file.read()).hexdigest()
    except FileNotFoundError:
        found = None
    if found != snapshot.sha256:
        yield Difference(_("empreinte du fichier"), snapshot.file.name, snapshot.sha256, found)


def _differences(expected: dict[str, Any], actual: dict[str, Any]) -> Iterator[Difference]:
    """In the order of the ledger, each total before its lines; lines that are new come last."""
    order = list(FIGURES)
    known = {*expected, *actual}
    for figure in sorted(known, key=lambda name: (order.index(name) if name in order else len(order), name)):
        before, now = expected.get(figure), actual.get(figure)
        if before is None or now is None:
            yield Difference(figure, "", before and before["total"], now and now["total"])
            continue
        if before["total"] != now["total"]:
            yield Difference(figure, "", before["total"], now["total"])
        lines_before, lines_now = ({key: tuple(rest) for key, *rest in values["rows"]} for values in (before, now))
        for key in [*lines_before, *(key for key in lines_now if key not in lines_before)]:
            one, other = lines_before.get(key), lines_now.get(key)
            # A renamed country is no difference, nor an empty group; a number or a share is.
            if _values(one) != _values(other):
                yield Difference(figure, (one or other)[0], _said(one), _said(other))


def _values(line: tuple | None) -> tuple[int, float]:
    """Number and share of [label, number, share]."""
    return (line[1], line[2] or 0.0) if line else (0, 0.0)


def _said(line: tuple | None) -> str | None:
    """«12», or «12 (3.5 %)» where there is a share."""
    if line is None:
        return None
    _label, number, share = line
    return str(number) if share is None else f"{number} ({share} %)"
