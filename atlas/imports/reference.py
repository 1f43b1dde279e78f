"""The reference edition shipped in `atlas/data/`, read and checked: plain rows, nothing written here.

`read_edition(folder)` gives an `Edition` or raises `ReferenceError` with every fault of every file.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from stdnum.fr import siren as siren_number

from atlas.imports.tables import Fault, Folder
from atlas.models import INTERMUNICIPAL_KINDS, CollectivityKind, Continent, EventKind, StatusCategory, Zone
from atlas.names import normalise, slugify

EDITION = 2026
# Legal populations in force on 1 January 2026. Overseas bodies and Mayotte rest on older censuses: no year is given.
POPULATION_YEAR = 2023
MAYOTTE = "976"
REFERENCE_SOURCE = "Référentiel de l’atlas"

Values = tuple[Any, ...]


@dataclass
class Edition:
    """Rows ready to merge, family by family; the order of the columns is that of `services/reference.py`."""

    regions: list[Values]
    departments: list[Values]
    authorities: list[Values]  # all but communes
    communes: list[Values]
    former: list[Values]
    events: list[tuple[str, str, str, list[tuple[str, str]]]]  # key, kind, current INSEE code, [(former code, name)]
    countries: list[Values]
    statuses: list[Values]
    foreign_regions: list[Values]
    places: list[Values]
    codes: dict[str, list[Values]]
    sdgs: list[Values]
    themes: list[Values]
    theme_codes: list[tuple[str, str]]
    theme_sdgs: list[tuple[str, int]]


def read_edition(path: Path) -> Edition:
    """Read and check a whole edition.

    Raises:
        ReferenceError: with every fault found.
    """
    folder = Folder(path)
    collectivities = _collectivities(folder)
    regions, departments = _regions(folder, collectivities)
    authorities, communes = _authorities(folder, collectivities, {r[0] for r in regions}, {d[0] for d in departments})
    former, events = _former_communes(folder, collectivities)
    countries = _countries(folder)
    known = {country[0] for country in countries}
    codes = _codes(folder)
    sdgs = [
        (row.integer("number"), row.text("name_fr", required=True), row.text("name_en", required=True))
        for row in folder.rows("sdgs.csv", ("number", "name_fr", "name_en"), unique=("number",))
    ]
    themes, theme_codes, theme_sdgs = _themes(folder, {c[0] for c in codes["purpose"]}, {str(sdg[0]) for sdg in sdgs})
    foreign_regions = _foreign_regions(folder, known)
    edition = Edition(
        regions=regions,
        departments=departments,
        authorities=authorities,
        communes=communes,
        former=former,
        events=events,
        countries=countries,
        statuses=_statuses(folder, known),
        foreign_regions=foreign_regions,
        places=_places(folder, known, {region[0] for region in foreign_regions}),
        codes=codes,
        sdgs=sdgs,
        themes=themes,
        theme_codes=theme_codes,
        theme_sdgs=theme_sdgs,
    )
    folder.refuse_faults()
    return edition


# --- French territories ---------------------------------------------------------------------------------------------

_COLLECTIVITY = [
    "kind",
    "insee_code",
    "siren",
    "name",
    "population",
    "departement",
    "region",
    "epci",
    "lat",
    "lon",
    "coord_source",
    "is_collectivity",
    "zone",
]


def _collectivities(folder: Folder) -> list:
    rows = list(folder.rows("collectivities.csv", _COLLECTIVITY))
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        row.known("kind", CollectivityKind.values, required=True)
        row.known("zone", Zone.values, required=True)
        row.text("name", required=True, longest=200)
        code, siren = row.values["insee_code"], row.values["siren"]
        if not code and not siren:
            row.fail(_("ni code INSEE ni SIREN."))
        if siren and not siren_number.is_valid(siren):
            row.fail(_("« %s » n’est pas un SIREN valable.") % siren)
        for label, value in (("code INSEE", code), ("SIREN", siren)):
            key = (row.values["kind"], f"{label} {value}")
            if value and key in seen:
                row.fail(
                    _("%(label)s %(value)s déjà donné à la ligne %(line)d.")
                    % {"label": label, "value": value, "line": seen[key]}
                )
            seen[key] = row.line
    return rows


def _regions(folder: Folder, collectivities: list) -> tuple[list[Values], list[Values]]:
    """Régions and départements; the overseas bodies stand among the régions, so that every commune has one."""
    points = {(row.values["kind"], row.values["insee_code"]): row for row in collectivities}

    def position(*keys: tuple[str, str]) -> tuple[float | None, float | None]:
        return next((points[key].position() for key in keys if key in points), (None, None))

    regions = []
    for feature in folder.features("france_regions.geojson"):
        code, name = feature["code"], feature["nom"]
        where = position(("region", code), ("collectivite_unique", code))
        regions.append((code, name, slugify(name, code), feature["zone"], *where))
    for row in collectivities:
        if row.values["zone"] == Zone.COM and row.values["kind"] in ("com", "collectivite_sui_generis"):
            code = row.values["insee_code"]
            name = row.values["name"].removeprefix("Collectivité territoriale de ").removeprefix("Collectivité de ")
            regions.append((code, name, slugify(name, code), Zone.COM, *row.position()))
    known = {region[0] for region in regions}
    departments = []
    for feature in folder.features("france_departements.geojson"):
        code, name, region = feature["code"], feature["nom"], feature["region"]
        if region not in known:
            folder.faults.append(Fault("france_departements.geojson", 0, _("région inconnue : %s.") % region))
        departments.append((code, name, region, feature["zone"], *position(("departement", code))))
    return regions, departments


def _authorities(folder: Folder, collectivities: list, regions: set[str], departments: set[str]):
    inter = {row.values["siren"] for row in collectivities if row.values["kind"] in INTERMUNICIPAL_KINDS}
    authorities, communes = [], []
    for row in collectivities:
        value = row.values
        overseas = value["zone"] == Zone.COM
        region = value["region"] or (value["departement"] if overseas else "")
        if region and region not in regions:
            row.fail(_("région inconnue : « %s ».") % region)
        department = "" if overseas else value["departement"]
        if department and department not in departments:
            row.fail(_("département inconnu : « %s ».") % department)
        epci = row.known("epci", inter)
        population = row.integer("population")
        dated = population is not None and not overseas and value["departement"] != MAYOTTE
        line = (
            value["kind"],
            value["insee_code"],
            value["siren"] or None,
            value["name"].strip(),
            slugify(value["name"], value["insee_code"] or value["siren"]),
            population,
            POPULATION_YEAR if dated else None,
            region or None,
            department or None,
            epci,
            value["zone"],
            *row.position(),
            row.text("coord_source", longest=40),
            row.boolean("is_collectivity"),
        )
        (communes if value["kind"] == CollectivityKind.COMMUNE else authorities).append(line)
    return authorities, communes


_FORMER_KINDS = {
    "commune-deleguee": EventKind.NEW_COMMUNE,
    "commune-associee": EventKind.ASSOCIATION,
}


def _former_communes(folder: Folder, collectivities: list):
    """Former communes, and one event per (current commune, nature). Wards of Paris, Lyon, Marseille were never communes."""
    current = {r.values["insee_code"]: r for r in collectivities if r.values["kind"] == CollectivityKind.COMMUNE}
    former, events = [], defaultdict(list)
    columns = ("insee_code", "name", "kind", "current_insee_code")
    for row in folder.rows("communes_associees_deleguees.csv", columns, unique=("insee_code", "name")):
        kind, code, name = row.values["kind"], row.values["insee_code"], row.text("name", required=True, longest=200)
        heir = row.known("current_insee_code", current.keys(), required=True)
        if kind == "arrondissement-municipal" or heir is None:
            continue
        if row.known("kind", _FORMER_KINDS.keys(), required=True) is None:
            continue
        now = current[heir].values
        if normalise(now["name"]) == normalise(name) and code == heir:
            continue  # the seat of the new commune that kept its name
        overseas = now["zone"] == Zone.COM
        region = now["region"] or (now["departement"] if overseas else None)
        former.append(
            (
                code,
                name,
                f"{slugify(name, code)}-ancienne",
                region,
                None if overseas else now["departement"],
                now["zone"],
            )
        )
        events[heir, _FORMER_KINDS[kind]].append((code, name))
    return former, [(f"{kind}:{heir}", kind, heir, members) for (heir, kind), members in events.items()]


# --- Countries ------------------------------------------------------------------------------------------------------

_COUNTRY = [
    "iso2",
    "iso3",
    "num",
    "name_fr",
    "name_en",
    "zone_fr",
    "zone_atlas_fr",
    "continent",
    "lat",
    "lon",
    "coord_source",
    "capital",
    "dac_code",
    "ldc",
    "ldc_until",
    "ldc_status",
    "ldc_note",
    "is_french_territory",
    "centroid_lat",
    "centroid_lon",
]


# The published statistics know one America.
_CONTINENTS = {"Amérique du Nord": Continent.AMERICA, "Amérique du Sud": Continent.AMERICA}


def _countries(folder: Folder) -> list[Values]:
    aliases = defaultdict(list)
    alias_rows = list(folder.rows("country_aliases.csv", ("iso2", "alias"), unique=("alias",)))
    for row in alias_rows:
        aliases[row.values["iso2"]].append(row.text("alias", required=True, longest=100))
    countries = []
    for row in folder.rows("countries.csv", _COUNTRY, unique=("iso2",)):
        value = row.values
        if not (len(value["iso2"]) == 2 and len(value["iso3"]) == 3 and (value["iso2"] + value["iso3"]).isupper()):
            row.fail(_("codes ISO mal formés."))
        continent = _CONTINENTS.get(value["continent"], value["continent"])
        if continent not in Continent.values:
            row.fail(_("continent inconnu : « %s ».") % continent)
        countries.append(
            (
                value["iso2"],
                value["iso3"],
                value["num"],
                row.text("name_fr", required=True, longest=100),
                row.text("name_en", required=True, longest=100),
                aliases[value["iso2"]],
                row.text("zone_fr", longest=60),
                row.text("zone_atlas_fr", longest=60),
                continent,
                row.text("capital", longest=100),
                *row.position(),
                row.text("coord_source", longest=40),
                *row.position("centroid_lon", "centroid_lat"),
                row.integer("dac_code"),
                row.boolean("is_french_territory"),
            )
        )
    known = {country[0] for country in countries}
    for row in alias_rows:
        row.known("iso2", known, required=True)
    return countries


def _statuses(folder: Folder, countries: set[str]) -> list[Values]:
    """(iso2, list, category, valid_from, valid_to, source, confirmed, note), the years of a category put end to end."""
    statuses: list[Values] = []
    for row in folder.rows("countries.csv", _COUNTRY):
        until, note, state = row.day("ldc_until"), row.text("ldc_note"), row.values["ldc_status"]
        source = f"{REFERENCE_SOURCE} : liste ONU des PMA"
        if row.boolean("ldc"):
            statuses.append((row.values["iso2"], "ldc", "LDC", None, until, source, True, note))
            if until and state == "to_confirm":
                # An exit that nobody confirmed is not assumed: the country stays, and the row says that it is unsure.
                statuses.append((row.values["iso2"], "ldc", "LDC", until, None, source, False, note))
        elif state == "graduated" and note[-10:].replace("-", "").isdigit():
            left = date.fromisoformat(note[-10:])
            statuses.append((row.values["iso2"], "ldc", "LDC", None, left, source, True, note))
    years: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    columns = ("edition_year", "iso2", "income_group", "confidence")
    for row in folder.rows("dac_list_editions.csv", columns, unique=("edition_year", "iso2")):
        year = row.integer("edition_year")
        iso2 = row.known("iso2", countries, required=True)
        group = row.known("income_group", StatusCategory.values, required=True)
        if year and iso2 and group:
            years[iso2][year] = (group, row.values["confidence"])
    last = max((year for editions in years.values() for year in editions), default=0)
    for iso2, editions in years.items():
        start = None
        for year in sorted(editions):
            group, _confidence = editions[year]
            start = start or year
            following = editions.get(year + 1)
            if following and following[0] == group:
                continue
            end = None if year == last else date(year + 1, 1, 1)
            source = f"{REFERENCE_SOURCE} : liste du CAD {start}-{year}"
            # A span is as sure as its best attested year: the 2024 edition was checked against the official list.
            sure = any(editions[y][1] == "checked" for y in range(start, year + 1))
            statuses.append((iso2, "dac", group, date(start, 1, 1), end, source, sure, ""))
            start = None
    return statuses


def _foreign_regions(folder: Folder, countries: set[str]) -> list[Values]:
    rows = folder.rows(
        "foreign_regions.csv", ("code", "country_iso2", "name", "name_fr", "lat", "lon", "main_place"), unique=("code",)
    )
    return [
        (
            row.text("code", required=True, longest=20),
            row.known("country_iso2", countries, required=True),
            row.text("name", required=True, longest=150),
            row.text("name_fr", longest=150),
            row.text("main_place", longest=150),
            *row.position(),
        )
        for row in rows
    ]


def _places(folder: Folder, countries: set[str], regions: set[str]) -> list[Values]:
    columns = ("geonameid", "name", "country_iso2", "admin1_code", "lat", "lon", "population", "altnames")
    places = []
    for row in folder.rows("foreign_places.csv.gz", columns, unique=("geonameid",)):
        country = row.known("country_iso2", countries, required=True)
        region = f"{country}.{row.values['admin1_code']}"
        places.append(
            (
                row.integer("geonameid"),
                row.text("name", required=True, longest=200),
                country,
                region if region in regions else None,
                row.integer("population"),
                row.text("altnames"),
                *row.position(),
            )
        )
    return places


# --- Codes and themes -----------------------------------------------------------------------------------------------


def _codes(folder: Folder) -> dict[str, list[Values]]:
    """Rows of each code list: code, name_fr, name_en, is_active, label_source, then what the list has of its own."""

    def common(row, *, source: bool = True) -> Values:
        active = row.values.get("status", "active") == "active"
        label = row.values.get("fr_source", "") if source else ""
        return (
            row.text("code", required=True, longest=10),
            row.text("name_fr", longest=300),
            row.text("name_en", longest=300),
            active,
            label,
        )

    named = ("code", "name_fr", "name_en")
    categories = [
        (
            row.values["category_code"],
            row.text("name_fr", longest=300),
            row.text("name_en", longest=300),
            True,
            "",
            row.values["group_code"],
            row.text("group", longest=200),
        )
        for row in folder.rows(
            "crs_categories.csv",
            ("category_code", "name_fr", "name_en", "group_code", "group"),
            unique=("category_code",),
        )
    ]
    known = {category[0] for category in categories}
    return {
        "category": categories,
        "purpose": [
            (
                *common(row),
                row.known("category_code", known, required=True),
                row.boolean("voluntary"),
                row.text("thema_atlas", longest=100),
            )
            for row in folder.rows(
                "crs_purpose_codes.csv",
                (*named, "category_code", "voluntary", "thema_atlas", "status", "fr_source"),
                unique=("code",),
            )
        ],
        "aid_type": [
            (
                *common(row),
                row.text("parent_code") or None,
                row.text("category", required=True, longest=5),
                row.text("category_fr", longest=200),
                row.boolean("in_donor_refugees"),
            )
            for row in folder.rows(
                "dac_aid_types.csv",
                (*named, "parent_code", "category", "category_fr", "in_donor_refugees", "fr_source"),
                unique=("code",),
            )
        ],
        "finance_type": [
            (*common(row), row.text("category", longest=5), row.text("category_fr", longest=200))
            for row in folder.rows("dac_finance_types.csv", (*named, "category", "category_fr"), unique=("code",))
        ],
        "flow_type": [common(row) for row in folder.rows("dac_flow_types.csv", named, unique=("code",))],
        "marker": [
            (*common(row), row.boolean("rio"), row.text("scores", required=True, longest=20))
            for row in folder.rows("dac_policy_markers.csv", (*named, "rio", "scores"), unique=("code",))
        ],
        "channel": [
            (
                *common(row),
                row.text("parent_code") or None,
                row.boolean("is_category"),
                row.text("acronym_fr", longest=40),
                row.text("acronym_en", longest=40),
            )
            for row in folder.rows(
                "dac_channels.csv",
                (*named, "parent_code", "is_category", "acronym_fr", "acronym_en", "fr_source"),
                unique=("code",),
            )
        ],
        "recipient_region": [common(row) for row in folder.rows("dac_regions.csv", named, unique=("code",))],
    }


def _themes(folder: Folder, purposes: set[str], sdgs: set[str]):
    themes, codes, goals, known = [], [], [], set()
    columns = ("code", "name", "parent", "position", "edition", "purpose_codes", "sdgs")
    for row in folder.rows("themes.csv", columns, unique=("code",)):
        code = row.text("code", required=True, longest=60)
        parent = row.known("parent", known)  # a parent stands before its children
        known.add(code)
        themes.append(
            (
                code,
                row.text("name", required=True, longest=120),
                parent,
                row.integer("position"),
                row.integer("edition"),
            )
        )
        for purpose in filter(None, row.values["purpose_codes"].split("|")):
            if purpose not in purposes:
                row.fail(_("code-objet inconnu : « %s ».") % purpose)
            codes.append((code, purpose))
        for goal in filter(None, row.values["sdgs"].split("|")):
            if goal not in sdgs:
                row.fail(_("ODD inconnu : « %s ».") % goal)
            else:
                goals.append((code, int(goal)))
    return themes, codes, goals
