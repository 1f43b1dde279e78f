"""Projects, step by step: create, describe, say with whom, on what, where, with what money and what results; copy."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from atlas.models import SDG, Collectivity, PurposeCode, User
from projects.models import Origin, PartKind, Project, ProjectParty, ProjectRole
from projects.services.consents import ask_named, french_of, naming
from projects.services.digest import refresh_project_digest
from projects.services.editing import check, editing, free_slug, replace_parts, set_fields

Rows = Sequence[Mapping[str, Any]]
Results = Sequence[tuple[Mapping[str, Any], Rows]]

IDENTITY = (
    *("title", "title_en", "title_local", "summary", "summary_en", "summary_local", "website", "partnership"),
    *("starts_on", "ends_on", "declared_status"),
)
DESCRIPTION = ("objectives", "activities", "expected_results", "beneficiaries", "beneficiary_count")


@transaction.atomic
def create_project(collectivity: Collectivity, *, actor: User, **fields: Any) -> Project:
    """A draft led by `collectivity`. `fields`: those of the identity and the description, at least a title.

    Raises:
        PermissionDenied: `actor` does not write for this authority.
        ValidationError: a rule of the model is broken.
    """
    check("projects.add_project", collectivity, actor=actor)
    is_member = actor.memberships.filter(collectivity=collectivity).exists()
    project = Project(origin=Origin.AUTHORITY if is_member else Origin.STAFF, created_by=actor)
    set_fields(project, fields, (*IDENTITY, *DESCRIPTION))
    project.slug = free_slug(project.title, project)
    project.full_clean()
    project.save()
    ProjectParty.objects.create(
        project=project, kind=PartKind.COLLECTIVITY, role=ProjectRole.LEAD, collectivity=collectivity
    )
    refresh_project_digest([project.pk])
    return project


def set_identity(project: Project, *, actor: User, read_version: int | None = None, **fields: Any) -> Project:
    """Names, summary, dates. The public address follows the title until the first publication."""
    with editing(project, actor=actor, read_version=read_version) as locked:
        set_fields(locked, fields, IDENTITY)
        if not locked.published_at:
            locked.slug = free_slug(locked.title, locked)
    return locked


def set_description(project: Project, *, actor: User, read_version: int | None = None, **fields: Any) -> Project:
    """Objectives, activities, expected results, beneficiaries."""
    with editing(project, actor=actor, read_version=read_version) as locked:
        set_fields(locked, fields, DESCRIPTION)
    return locked


def set_parties(project: Project, parties: Rows, *, actor: User, read_version: int | None = None) -> Project:
    """Who takes part. Rows: `kind`, `role`, `collectivity` or `foreign_authority` or `name`, `cash`, `in_kind`.

    Raises:
        ValidationError: two leads, an authority twice in one role, or none left for which `actor` writes.
    """
    with editing(project, actor=actor, read_version=read_version) as locked:
        _put_parties(locked, parties, actor=actor)
    return locked


def _put_parties(project: Project, parties: Rows, *, actor: User) -> None:
    if sum(1 for row in parties if row["role"] == ProjectRole.LEAD) > 1:
        raise ValidationError(_("Un projet a un seul chef de file."), code="two_leads")
    with naming(project, parties, actor=actor):
        replace_parts(
            project.parties,
            parties,
            key=("kind", "collectivity", "foreign_authority", "name"),
            last=lambda row: row["role"] == ProjectRole.LEAD,
        )


def set_themes(
    project: Project,
    themes: Rows,
    *,
    actor: User,
    sdgs: Iterable[SDG] = (),
    purpose_codes: Iterable[PurposeCode] = (),
    read_version: int | None = None,
) -> Project:
    """On what. Rows: `theme`, `share`, `is_primary`. A draft may not add to 100 yet; nothing adds to more.

    Raises:
        ValidationError: shares over 100, or two main themes.
    """
    with editing(project, actor=actor, read_version=read_version) as locked:
        _put_themes(locked, themes)
        locked.sdgs.set(sdgs)
        locked.purpose_codes.set(purpose_codes)
    return locked


def set_places(
    project: Project, countries: Rows, places: Rows, *, actor: User, read_version: int | None = None
) -> Project:
    """Where. Rows of `countries`: `country`, `share`; of `places`: `foreign_authority`, or `name`, `longitude`, `latitude`.

    Raises:
        ValidationError: shares over 100, a place nowhere.
    """
    with editing(project, actor=actor, read_version=read_version) as locked:
        _put_countries(locked, countries)
        replace_parts(locked.places, places, key=("foreign_authority", "name"))
    return locked


def _put_themes(project: Project, themes: Rows) -> None:
    _not_over_100(themes)
    replace_parts(project.theme_shares, themes, key=("theme",), last=lambda row: row["is_primary"])


def _put_countries(project: Project, countries: Rows) -> None:
    _not_over_100(countries)
    replace_parts(project.country_shares, countries, key=("country",))


def change_project(
    project: Project,
    *,
    actor: User,
    read_version: int | None = None,
    fields: Mapping[str, Any] | None = None,
    parties: Rows | None = None,
    themes: Rows | None = None,
    countries: Rows | None = None,
    sdgs: Iterable[SDG] | None = None,
    budget: Rows | None = None,
    results: Results | None = None,
) -> Project:
    """Several steps at once, as one version: `fields` of the first two, then the rows of the others. None leaves them.

    `results`: each indicator with its measures, rows as in `set_results`.

    Raises:
        PermissionDenied, StaleRecord, ValidationError: as each step.
    """
    with editing(project, actor=actor, read_version=read_version) as locked:
        set_fields(locked, fields or {}, (*IDENTITY, *DESCRIPTION))
        if not locked.published_at:
            locked.slug = free_slug(locked.title, locked)
        if parties is not None:
            _put_parties(locked, parties, actor=actor)
        if themes is not None:
            _put_themes(locked, themes)
        if countries is not None:
            _put_countries(locked, countries)
        if sdgs is not None:
            locked.sdgs.set(sdgs)
        if budget is not None:
            _put_budget(locked, budget)
        if results is not None:
            _put_results(locked, results)
    return locked


def _not_over_100(rows: Rows) -> None:
    if (total := sum(row["share"] for row in rows)) > 100:
        raise ValidationError(
            _("Les parts font %(total)s %% : ramenez-les à 100 %%."), code="shares", params={"total": f"{total:g}"}
        )


def set_budget(project: Project, lines: Rows, *, actor: User, read_version: int | None = None) -> Project:
    """Money by year and source. Rows: `year`, `source`, `planned`, `obtained`."""
    with editing(project, actor=actor, read_version=read_version) as locked:
        _put_budget(locked, lines)
    return locked


def _put_budget(project: Project, lines: Rows) -> None:
    replace_parts(project.budget_lines, lines, key=("year", "source"))


def set_results(
    project: Project, indicators: Rows, measures: Rows, *, actor: User, read_version: int | None = None
) -> Project:
    """Indicators, and what was measured. Rows of `indicators`: `pk` (None: new), `title`, `kind`, `unit`, `baseline_year`,
    `baseline`, `target`; of `measures`: `indicator` (its id), `starts_on`, `ends_on`, `target`, `actual`, `comment`.

    Raises:
        ValidationError: a measure of an indicator that is not of this project, or that leaves with it.
    """
    with editing(project, actor=actor, read_version=read_version) as locked:
        kept = {row.get("pk") for row in indicators} & set(locked.indicators.values_list("pk", flat=True))
        of: dict[int | None, list] = {pk: [] for pk in kept}
        for row in measures:
            if row["indicator"] not in kept:
                raise ValidationError(_("Une mesure se rapporte à un indicateur de ce projet."), code="indicator")
            of[row["indicator"]].append({name: row[name] for name in row if name != "indicator"})
        _put_results(locked, [(row, of.get(row.get("pk"), [])) for row in indicators])
    return locked


def _put_results(project: Project, results: Results) -> None:
    indicators = replace_parts(project.indicators, [row for row, _measures in results], key=("pk",))
    for indicator, (_row, measures) in zip(indicators, results, strict=True):
        replace_parts(indicator.periods, measures, key=("starts_on", "ends_on"))


def set_markers(project: Project, scores: Rows, *, actor: User, read_version: int | None = None) -> Project:
    """DAC policy markers. Rows: `marker`, `score`. A marker without a row was not screened."""
    with editing(project, actor=actor, read_version=read_version) as locked:
        replace_parts(locked.markers, scores, key=("marker",))
    return locked


COPIED = (*(name for name in IDENTITY if name not in ("starts_on", "ends_on", "declared_status")), *DESCRIPTION)


@transaction.atomic
def copy_project(project: Project, collectivity: Collectivity, *, actor: User) -> Project:
    """A draft that says the same for another time: texts, parties, themes, countries, places and markers.

    Neither the dates nor the money, nor what was measured, nor files, nor any confirmation.
    """
    copy = create_project(
        collectivity,
        actor=actor,
        **{name: getattr(project, name) for name in COPIED if name != "title"},
        title=_("%(title)s (copie)") % {"title": project.title[:190]},
    )
    copy.parties.all().delete()
    for manager in ("parties", "theme_shares", "country_shares", "places", "markers"):
        parts = getattr(project, manager).all()
        for part in parts:
            part.pk, part.project = None, copy
            part._state.adding = True
            for amount in ("cash", "in_kind"):
                if hasattr(part, amount):
                    setattr(part, amount, None)
        parts.model.objects.bulk_create(parts)
    ask_named(copy, french_of(copy), actor=actor)
    copy.sdgs.set(project.sdgs.all())
    copy.purpose_codes.set(project.purpose_codes.all())
    refresh_project_digest([copy.pk])
    return copy
