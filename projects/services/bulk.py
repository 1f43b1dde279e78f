"""Writing many projects with their parts at once: a fixed number of queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.models import User
from atlas.models.partners import PositionPrecision
from atlas.names import slugify
from atlas.services.copying import copy_instances, copy_rows, new_ids
from projects.models import (
    IndicatorPeriod,
    Origin,
    PartKind,
    Project,
    ProjectBudget,
    ProjectCountry,
    ProjectIndicator,
    ProjectMarker,
    ProjectParty,
    ProjectPlace,
    ProjectPublication,
    ProjectTheme,
    ResultKind,
)
from projects.services.digest import Touched, refresh_activity, refresh_project_digest

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class NewParty:
    """A party: the id of a French or foreign authority, or the name of another organisation."""

    kind: str
    role: str
    authority: int | None = None
    name: str = ""
    cash: Decimal | None = None
    in_kind: Decimal | None = None


@dataclass(frozen=True)
class NewIndicator:
    """An indicator; `periods` are (start, end, target, actual)."""

    title: str
    unit: str
    kind: str = ResultKind.OUTPUT
    target: Decimal | None = None
    baseline: Decimal | None = None
    baseline_year: int | None = None
    periods: tuple[tuple[date, date, Decimal | None, Decimal | None], ...] = ()


@dataclass(frozen=True)
class NewPoint:
    """A place of the project's own: its name, the id of its country, where it is and how exactly."""

    name: str
    country: int
    longitude: float
    latitude: float
    precision: str = PositionPrecision.EXACT.value


@dataclass(frozen=True)
class NewProject:
    """A project to write. `fields` are plain columns of `Project`; the rest are ids with their shares in percent.

    `themes` and `countries` each add to 100, the main theme first; `budget` is (year, source, planned, obtained); `markers`
    are (id, score); `places` are ids of foreign authorities.
    """

    fields: dict[str, Any]
    parties: tuple[NewParty, ...]
    countries: tuple[tuple[int, Decimal], ...]
    themes: tuple[tuple[int, Decimal], ...] = ()
    purpose_codes: tuple[int, ...] = ()
    sdgs: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    points: tuple[NewPoint, ...] = ()
    budget: tuple[tuple[int, str, Decimal, Decimal | None], ...] = ()
    indicators: tuple[NewIndicator, ...] = ()
    markers: tuple[tuple[int, int], ...] = ()
    uuid: UUID = field(default_factory=uuid4)


@transaction.atomic
def create_projects(
    rows: Sequence[NewProject],
    *,
    actor: User | None,
    origin: str = Origin.IMPORT,
    publication: str = ProjectPublication.PUBLISHED,
) -> list[int]:
    """Write projects and their parts, then the digest and the counts; returns the ids in the same order.

    `fields` may give another `publication` for one row. No duplicate is looked for.

    Raises:
        ValidationError: a row has no French party or no country, or its shares do not add to 100.
        IntegrityError: a rule of the tables is broken.
    """
    for row in rows:
        _check(row)
    slugs = _slugs([row.fields["title"] for row in rows])
    now = timezone.now()
    made = copy_instances(
        [
            _project(row, slug, actor=actor, origin=origin, publication=publication, now=now)
            for row, slug in zip(rows, slugs, strict=True)
        ]
    )
    pairs = [(project.pk, row) for project, row in zip(made, rows, strict=True)]
    for model, columns, parts in _parts(pairs):
        copy_rows(model, columns, parts, now=now)
    _copy_indicators(pairs, now)
    ids = [project.pk for project in made]
    refresh_project_digest(ids)
    refresh_activity(Touched.by(Project, ids))
    return ids


def _check(row: NewProject) -> None:
    if not any(party.kind == PartKind.COLLECTIVITY for party in row.parties):
        raise ValidationError(_("Un projet a au moins une collectivité française."), code="no_french_party")
    if not row.countries:
        raise ValidationError(_("Un projet se déroule dans au moins un pays."), code="no_country")
    for parts in (row.themes, row.countries):
        if parts and sum(share for _pk, share in parts) != HUNDRED:
            raise ValidationError(_("Les parts d’un projet font 100 % au total."), code="shares")


def _slugs(titles: Iterable[str]) -> list[str]:
    """Public addresses, each free: the title, then a number."""
    plain = [slugify(title)[:200] or "projet" for title in titles]
    taken = set(Project.objects.filter(slug__in=set(plain)).values_list("slug", flat=True))
    taken.update(Project.objects.filter(slug__regex=r"-\d+$").values_list("slug", flat=True))
    numbers: dict[str, int] = {}
    slugs = []
    for stem in plain:
        slug, number = stem, numbers.get(stem, 1)
        while slug in taken:
            number += 1
            slug = f"{stem}-{number}"
        numbers[stem] = number
        taken.add(slug)
        slugs.append(slug)
    return slugs


def _project(
    row: NewProject, slug: str, *, actor: User | None, origin: str, publication: str, now: datetime
) -> Project:
    given = {"publication": publication, "origin": origin, "created_by": actor, **row.fields}
    if given["publication"] not in (ProjectPublication.DRAFT, ProjectPublication.SUBMITTED):
        given.setdefault("published_at", now)
    return Project(uuid=row.uuid, slug=slug, **given)


def _parts(pairs: Sequence[tuple[int, NewProject]]) -> Iterator[tuple[type[Model], tuple[str, ...], Iterator[tuple]]]:
    """Table, columns and rows of each kind of part whose ids nobody needs."""
    yield (
        ProjectParty,
        ("project_id", "kind", "role", "collectivity_id", "foreign_authority_id", "name", "cash", "in_kind"),
        ((pk, *_party(party)) for pk, row in pairs for party in row.parties),
    )
    yield (
        ProjectTheme,
        ("project_id", "theme_id", "share", "is_primary"),
        ((pk, *theme, not rank) for pk, row in pairs for rank, theme in enumerate(row.themes)),
    )
    yield (
        ProjectCountry,
        ("project_id", "country_id", "share"),
        ((pk, *country) for pk, row in pairs for country in row.countries),
    )
    yield (
        ProjectPlace,
        ("project_id", "foreign_authority_id", "name", "precision", "country_id", "longitude", "latitude"),
        (place for pk, row in pairs for place in _places(pk, row)),
    )
    yield (
        ProjectBudget,
        ("project_id", "year", "source", "planned", "obtained"),
        ((pk, *line) for pk, row in pairs for line in row.budget),
    )
    yield (
        ProjectMarker,
        ("project_id", "marker_id", "score"),
        ((pk, *marker) for pk, row in pairs for marker in row.markers),
    )
    sdgs, purposes = Project.sdgs.through, Project.purpose_codes.through
    yield sdgs, ("project_id", "sdg_id"), ((pk, goal) for pk, row in pairs for goal in row.sdgs)
    yield (
        purposes,
        ("project_id", "purposecode_id"),
        ((pk, purpose) for pk, row in pairs for purpose in row.purpose_codes),
    )


def _places(pk: int, row: NewProject) -> Iterator[tuple]:
    for authority in row.places:
        yield pk, authority, "", PositionPrecision.EXACT.value, None, None, None
    for point in row.points:
        yield pk, None, point.name, point.precision, point.country, point.longitude, point.latitude


def _party(party: NewParty) -> tuple:
    french = party.authority if party.kind == PartKind.COLLECTIVITY else None
    foreign = party.authority if party.kind == PartKind.FOREIGN_AUTHORITY else None
    return party.kind, party.role, french, foreign, party.name, party.cash, party.in_kind


def _copy_indicators(pairs: Sequence[tuple[int, NewProject]], now: datetime) -> None:
    """Indicators, whose ids are taken first, then their periods."""
    told = [(project, indicator) for project, row in pairs for indicator in row.indicators]
    ids = new_ids(ProjectIndicator, len(told))
    copy_rows(
        ProjectIndicator,
        ("id", "project_id", "kind", "title", "unit", "baseline", "baseline_year", "target"),
        (
            (pk, project, one.kind, one.title, one.unit, one.baseline, one.baseline_year, one.target)
            for pk, (project, one) in zip(ids, told, strict=True)
        ),
        now=now,
    )
    copy_rows(
        IndicatorPeriod,
        ("indicator_id", "starts_on", "ends_on", "target", "actual", "comment"),
        ((pk, *period, "") for pk, (_project, one) in zip(ids, told, strict=True) for period in one.periods),
        now=now,
    )
