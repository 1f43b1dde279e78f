"""Countries of an edition, their dated statuses, their regions and places."""

from collections import defaultdict
from datetime import date

from django.utils.translation import gettext as _

from atlas.imports.tables import Folder
from atlas.models import Continent, StatusCategory

from .edition import REFERENCE_SOURCE, Values

_COUNTRY = [
    "iso2",
    "iso3",
    "num",
    "name_fr",
    "name_en",
    "name_es",
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


def read_countries(folder: Folder) -> list[Values]:
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
                row.text("num", longest=3),
                row.text("name_fr", required=True, longest=100),
                row.text("name_en", required=True, longest=100),
                row.text("name_es", longest=100),
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


def read_statuses(folder: Folder, countries: set[str]) -> list[Values]:
    """(iso2, list, category, valid_from, valid_to, source, confirmed, note), the years of a category put end to end."""
    statuses: list[Values] = []
    for row in folder.rows("countries.csv", _COUNTRY):
        until, note, state = row.day("ldc_until"), row.text("ldc_note"), row.values["ldc_status"]
        source = f"{REFERENCE_SOURCE}\u00a0: liste ONU des PMA"
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
            source = f"{REFERENCE_SOURCE}\u00a0: liste du CAD {start}-{year}"
            # A span is as sure as its best attested year: the 2024 edition was checked against the official list.
            sure = any(editions[y][1] == "checked" for y in range(start, year + 1))
            statuses.append((iso2, "dac", group, date(start, 1, 1), end, source, sure, ""))
            start = None
    return statuses


def read_foreign_regions(folder: Folder, countries: set[str]) -> list[Values]:
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


def read_places(folder: Folder, countries: set[str], regions: set[str]) -> list[Values]:
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
