"""Bringing a reference edition into the database: set-based, in one transaction, and silent when nothing differs.

Each family is copied into a temporary table, compared there, and only what differs is written: a second load of the same
edition writes nothing, so neither `updated_at` nor the data version moves. What the edition no longer has is ended, not
deleted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from atlas.filters import forget_labels
from atlas.imports.reference import EDITION, REFERENCE_SOURCE, Edition, read_edition
from atlas.models import (
    SDG,
    AidType,
    Channel,
    Collectivity,
    CollectivityEvent,
    CollectivityKind,
    Country,
    CountryStatus,
    Department,
    FinanceType,
    FlowType,
    ForeignPlace,
    ForeignRegion,
    PolicyMarker,
    PurposeCode,
    RecipientRegion,
    Region,
    SectorCategory,
    Theme,
)

DATA_FOLDER = settings.BASE_DIR / "atlas" / "data"


@dataclass
class Outcome:
    """What a load did to a family."""

    family: str
    rows: int
    added: int = 0
    changed: int = 0
    ended: int = 0
    notes: list[str] = field(default_factory=list)


def load_reference(
    *, folder: Path = DATA_FOLDER, check: bool = False, tell: Callable[[Outcome], None] = lambda outcome: None
) -> list[Outcome]:
    """Load the edition of `folder`; with `check`, find the differences and write nothing.

    Raises:
        ReferenceError: the edition has faults; nothing was written.
    """
    edition = read_edition(folder)
    with transaction.atomic(), connection.cursor() as cursor:
        # Whole tables meet here. A plan made before their statistics are known would loop over them row by row.
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '128MB'")
        outcomes = []
        for outcome in _families(edition):
            outcomes.append(outcome)
            tell(outcome)
        if check:
            transaction.set_rollback(True)
    forget_labels()
    return outcomes


def _families(edition: Edition):
    """Parents before children."""
    yield _merge(_("régions"), Region, "code name slug zone longitude latitude", edition.regions, fixed={"slug"})
    regions = _ids(Region, "code")
    yield _merge(
        _("départements"),
        Department,
        "code name region_id zone longitude latitude",
        _resolved(edition.departments, {2: regions}),
    )
    departments = _ids(Department, "code")
    yield _merge_collectivities(_("groupements et collectivités"), edition.authorities, regions, departments)
    yield _merge_collectivities(_("communes"), edition.communes, regions, departments)
    yield _end_collectivities(edition)
    yield _merge_former(edition, regions, departments)
    yield _merge_events(edition)
    yield _merge(
        _("pays"),
        Country,
        "iso2 iso3 iso_numeric name_fr name_en aliases zone zone_atlas continent capital longitude latitude coord_source "
        "centroid_longitude centroid_latitude dac_code is_french_territory",
        edition.countries,
        key="iso2",
        defaults={"partnership_count": "0"},
    )
    countries = _ids(Country, "iso2")
    yield _merge_statuses(edition, countries)
    yield _merge(
        _("régions étrangères"),
        ForeignRegion,
        "code country_id name name_fr main_place longitude latitude",
        _resolved(edition.foreign_regions, {1: countries}),
    )
    yield _merge(
        _("lieux du monde"),
        ForeignPlace,
        "geonames_id name country_id region_id population alternate_names longitude latitude",
        _resolved(edition.places, {2: countries, 3: _ids(ForeignRegion, "code")}),
        key="geonames_id",
    )
    yield from _code_lists(edition)
    yield _merge(_("ODD"), SDG, "number name_fr name_en", edition.sdgs, key="number")
    yield from _theme_tree(edition)


# --- Merging --------------------------------------------------------------------------------------------------------


def _ids(model: type, column: str) -> dict[str, int]:
    return dict(model.objects.values_list(column, "pk"))


def _resolved(rows: Sequence[tuple], places: dict[int, dict[str, int]]) -> list[tuple]:
    """Rows with the codes at these places replaced by primary keys."""
    resolved = []
    for row in rows:
        line = list(row)
        for place, ids in places.items():
            line[place] = ids[line[place]] if line[place] is not None else None
        resolved.append(tuple(line))
    return resolved


def _merge(
    family: str,
    model: type,
    columns: str,
    rows: Sequence[tuple],
    *,
    key: str = "code",
    match: str | None = None,
    fixed: frozenset[str] | set[str] = frozenset(),
    defaults: dict[str, str] | None = None,
) -> Outcome:
    """Add and change rows of `model` so that they equal `rows`.

    `columns` are those of `rows`, in order; `match` the SQL condition that pairs a row `t` with a given one `s` (equality of
    `key` by default); `fixed` columns are set when a row is added and kept after; `defaults` are SQL values for the others.
    """
    names = columns.split()
    table = model._meta.db_table
    match = match or f't."{key}" = s."{key}"'
    compared = [name for name in names if name not in fixed and name != key]
    listed = ", ".join(f'"{name}"' for name in names)
    defaults = dict(defaults or {})
    dated = {field.column for field in model._meta.concrete_fields} & {"created_at", "updated_at"}
    for name in dated:
        defaults[name] = "now()"
    outcome = Outcome(family, len(rows))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS given")
        cursor.execute(f'CREATE TEMP TABLE given ON COMMIT DROP AS SELECT {listed} FROM "{table}" WITH NO DATA')
        with cursor.copy(f"COPY given ({listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("ANALYZE given")
        if compared:
            there = ", ".join(f't."{name}"' for name in compared)
            given = ", ".join(f's."{name}"' for name in compared)
            differs = f"{match} AND ({there}) IS DISTINCT FROM ({given})"
            # A statement that changes no row would still move the data version: ask first.
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}" t JOIN given s ON {differs})')
            if cursor.fetchone()[0]:
                sets = [f'"{name}" = s."{name}"' for name in compared]
                sets += ["updated_at = now()"] if "updated_at" in dated else []
                cursor.execute(f'UPDATE "{table}" t SET {", ".join(sets)} FROM given s WHERE {differs}')
                outcome.changed = cursor.rowcount
        absent = f'NOT EXISTS (SELECT FROM "{table}" t WHERE {match})'
        cursor.execute(f"SELECT EXISTS (SELECT FROM given s WHERE {absent})")
        if cursor.fetchone()[0]:
            into = listed + "".join(f', "{name}"' for name in defaults)
            values = ", ".join([*(f's."{name}"' for name in names), *defaults.values()])
            cursor.execute(f'INSERT INTO "{table}" ({into}) SELECT {values} FROM given s WHERE {absent}')
            outcome.added = cursor.rowcount
        cursor.execute(f'ANALYZE "{table}"') if outcome.added > 1000 else None
    return outcome


# --- French authorities ---------------------------------------------------------------------------------------------

_AUTHORITY_COLUMNS = (
    "kind insee_code siren name slug population population_year region_id department_id epci_id zone longitude latitude "
    "coord_source is_local_authority"
)
_AUTHORITY_DEFAULTS = {
    "is_current": "true",
    "website": "''",
    "reference_edition": str(EDITION),
    "partnership_count": "0",
    "partner_countries": "'{}'",
    "partner_themes": "'{}'",
}
# INSEE code where there is one, SIREN otherwise.
_SAME_AUTHORITY = (
    "t.is_current AND t.kind = s.kind "
    "AND coalesce(nullif(t.insee_code, ''), t.siren) = coalesce(nullif(s.insee_code, ''), s.siren)"
)


def _merge_collectivities(family: str, rows: Sequence[tuple], regions: dict, departments: dict) -> Outcome:
    epci = dict(
        Collectivity.objects.filter(is_current=True, siren__isnull=False)
        .exclude(kind="commune")
        .values_list("siren", "pk")
    )
    return _merge(
        family,
        Collectivity,
        _AUTHORITY_COLUMNS,
        _resolved(rows, {7: regions, 8: departments, 9: epci}),
        key="kind",
        match=_SAME_AUTHORITY,
        fixed={"slug"},
        defaults=_AUTHORITY_DEFAULTS,
    )


def _end_collectivities(edition: Edition) -> Outcome:
    """Authorities of an earlier edition that this one no longer has: they stay, as past ones."""
    given = {(row[0], row[1] or row[2]) for row in (*edition.authorities, *edition.communes)}
    current = Collectivity.objects.filter(is_current=True, reference_edition__isnull=False)
    gone = [
        pk
        for pk, kind, code, siren in current.values_list("pk", "kind", "insee_code", "siren")
        if (kind, code or siren) not in given
    ]
    outcome = Outcome(_("collectivités disparues"), len(gone))
    if gone:
        outcome.ended = Collectivity.objects.filter(pk__in=gone).update(is_current=False, is_local_authority=False)
    return outcome


def _merge_former(edition: Edition, regions: dict, departments: dict) -> Outcome:
    rows = [
        (
            CollectivityKind.COMMUNE.value,
            code,
            name,
            slug,
            regions.get(region),
            departments.get(department),
            zone,
            False,
        )
        for code, name, slug, region, department, zone in edition.former
    ]
    return _merge(
        _("anciennes communes"),
        Collectivity,
        "kind insee_code name slug region_id department_id zone is_current",
        rows,
        key="insee_code",
        match="NOT t.is_current AND t.kind = s.kind AND t.insee_code = s.insee_code AND t.name = s.name",
        fixed={"slug"},
        defaults={
            "is_local_authority": "false",
            "coord_source": "''",
            "website": "''",
            "reference_edition": str(EDITION),
            "partnership_count": "0",
            "partner_countries": "'{}'",
            "partner_themes": "'{}'",
        },
    )


def _merge_events(edition: Edition) -> Outcome:
    """One event per current commune and nature, with its former communes and its heir."""
    source = f"{REFERENCE_SOURCE} : communes associées et déléguées (INSEE)"
    outcome = _merge(
        _("événements territoriaux"),
        CollectivityEvent,
        "source_key kind source",
        [(key, kind, source) for key, kind, _heir, _members in edition.events],
        key="source_key",
        defaults={"former_name": "''", "note": "''"},
    )
    events = _ids(CollectivityEvent, "source_key")
    communes = Collectivity.objects.filter(kind="commune")
    heirs = dict(communes.filter(is_current=True).values_list("insee_code", "pk"))
    former = {
        (code, name): pk for code, name, pk in communes.filter(is_current=False).values_list("insee_code", "name", "pk")
    }
    before = {(events[key], former[member]) for key, _kind, _heir, members in edition.events for member in members}
    after = {(events[key], heirs[heir]) for key, _kind, heir, _members in edition.events}
    for through, wanted in (
        (CollectivityEvent.predecessors.through, before),
        (CollectivityEvent.successors.through, after),
    ):
        outcome.added += _add_links(through, "collectivityevent_id", "collectivity_id", wanted)
    return outcome


def _add_links(through: type, left: str, right: str, wanted: set[tuple[int, int]]) -> int:
    """Add the missing rows of a many-to-many table; a link that staff added stays."""
    missing = wanted - set(through.objects.values_list(left, right))
    through.objects.bulk_create(through(**{left: a, right: b}) for a, b in sorted(missing))
    return 0 if not missing else len(missing)


# --- Countries ------------------------------------------------------------------------------------------------------


def _merge_statuses(edition: Edition, countries: dict[str, int]) -> Outcome:
    """Statuses of a country on a list are ours as a block, until staff write one: from then on the block is theirs."""
    columns = ("country_id", "list", "category", "valid_from", "valid_to", "source", "confirmed", "note")
    given: dict[tuple[int, str], list[tuple]] = {}
    for row in _resolved(edition.statuses, {0: countries}):
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


# --- Codes and themes -----------------------------------------------------------------------------------------------

_CODE = "code name_fr name_en is_active label_source"


def _code_lists(edition: Edition):
    codes = edition.codes
    undated = {"source": f"'{REFERENCE_SOURCE}'"}
    yield _codes(_("catégories SNPC"), SectorCategory, f"{_CODE} group_code group_name", codes["category"], undated)
    purposes = _resolved(codes["purpose"], {5: _ids(SectorCategory, "code")})
    columns = f"{_CODE} category_id is_voluntary theme_group"
    yield _codes(_("codes-objet SNPC"), PurposeCode, columns, purposes, undated)
    columns = f"{_CODE} parent_id category category_name is_in_donor_refugees"
    yield _tree(_("types d’aide"), AidType, columns, codes["aid_type"], undated)
    columns = f"{_CODE} category category_name"
    yield _codes(_("types de financement"), FinanceType, columns, codes["finance_type"], undated)
    yield _codes(_("types d’apport"), FlowType, _CODE, codes["flow_type"], undated)
    yield _codes(_("marqueurs"), PolicyMarker, f"{_CODE} is_rio scores", codes["marker"], undated)
    columns = f"{_CODE} parent_id is_category acronym_fr acronym_en"
    yield _tree(_("canaux"), Channel, columns, codes["channel"], undated)
    yield _codes(_("bénéficiaires régionaux"), RecipientRegion, _CODE, codes["recipient_region"], undated)


def _codes(family: str, model: type, columns: str, rows: Sequence[tuple], defaults: dict[str, str]) -> Outcome:
    outcome = _merge(family, model, columns, rows, defaults=defaults)
    gone = model.objects.filter(is_active=True).exclude(code__in=[row[0] for row in rows])
    if gone.exists():
        outcome.ended = gone.update(is_active=False)
    return outcome


def _tree(family: str, model: type, columns: str, rows: Sequence[tuple], defaults: dict[str, str]) -> Outcome:
    """A list whose rows name a parent of the same list (column 6): level by level, parents first."""
    total = Outcome(family, len(rows))
    waiting, done = list(rows), set()
    while waiting:
        ready = [row for row in waiting if row[5] is None or row[5] in done]
        outcome = _merge(family, model, columns, _resolved(ready, {5: _ids(model, "code")}), defaults=defaults)
        total.added, total.changed = total.added + outcome.added, total.changed + outcome.changed
        done |= {row[0] for row in ready}
        waiting = [row for row in waiting if row[0] not in done]
    gone = model.objects.filter(is_active=True).exclude(code__in=done)
    if gone.exists():
        total.ended = gone.update(is_active=False)
    return total


def _theme_tree(edition: Edition):
    total = Outcome(_("thèmes"), len(edition.themes))
    for with_parent in (False, True):
        rows = [row for row in edition.themes if (row[2] is not None) == with_parent]
        resolved = _resolved(rows, {2: _ids(Theme, "code")})
        outcome = _merge(
            total.family,
            Theme,
            "code name parent_id position edition",
            resolved,
            defaults={"source": f"'{REFERENCE_SOURCE}'"},
        )
        total.added, total.changed = total.added + outcome.added, total.changed + outcome.changed
    yield total
    themes = _ids(Theme, "code")
    purposes, goals = _ids(PurposeCode, "code"), _ids(SDG, "number")
    links = Outcome(_("liens des thèmes"), len(edition.theme_codes) + len(edition.theme_sdgs))
    wanted = {(themes[theme], purposes[code]) for theme, code in edition.theme_codes}
    links.added += _add_links(Theme.purpose_codes.through, "theme_id", "purposecode_id", wanted)
    wanted = {(themes[theme], goals[goal]) for theme, goal in edition.theme_sdgs}
    links.added += _add_links(Theme.sdgs.through, "theme_id", "sdg_id", wanted)
    yield links
