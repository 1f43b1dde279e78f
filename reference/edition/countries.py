"""Countries: names, codes, capital, position, status of the year; and the editions of the DAC list."""

import collections
import csv
import re

from .dac_lists import LDC_CAL, TODAY, YEARS, edition
from .workshop import Workshop, boolean, norm, r5
from .zones import FRTERR, zone, zone_atlas

FR_OVERRIDE = {
    "CD": "République démocratique du Congo",
    "CG": "Congo",
    "MM": "Birmanie",
    "CZ": "République tchèque",
    "VA": "Saint-Siège",
    "HK": "Hong Kong",
    "MO": "Macao",
    "CI": "Côte d'Ivoire",
    "PS": "Territoires palestiniens",
    "TW": "Taïwan",
    "XK": "Kosovo",
    "TL": "Timor-Leste",
    "FK": "Îles Malouines",
    "KN": "Saint-Christophe-et-Niévès",
}
EN_OVERRIDE = {
    "HK": "Hong Kong",
    "MO": "Macao",
    "CD": "Democratic Republic of the Congo",
    "CG": "Congo",
    "MM": "Myanmar",
    "PS": "Palestinian Territories",
    "CI": "Côte d'Ivoire",
}
ES_OVERRIDE = {
    "HK": "Hong Kong",
    "MO": "Macao",
    "CI": "Costa de Marfil",
    "MM": "Myanmar",
    "VA": "Santa Sede",
}
CAPITAL_ALIAS = {
    "US": "Washington",
    "PS": "Ramallah",
    "IL": "Jerusalem",
    "KZ": "Astana",
    "MD": "Chisinau",
    "MC": "Monaco",
    "SM": "San Marino",
    "VA": "Vatican City",
    "XK": "Pristina",
    "BI": "Gitega",
    "MM": "Nay Pyi Taw",
    "GQ": "Malabo",
    "LK": "Sri Jayewardenepura Kotte",
    "CI": "Yamoussoukro",
    "TZ": "Dodoma",
    "BO": "Sucre",
    "ZA": "Pretoria",
}
CAPITAL_POS = {
    "EH": (27.15, -13.20),
    "NR": (-0.55, 166.92),
    "TK": (-9.38, -171.25),
    "VA": (41.902, 12.453),
    "PN": (-25.07, -130.10),
    "AQ": (None, None),
    "UM": (19.28, 166.65),
    "PS": (31.90, 35.20),
    "LI": (47.14, 9.52),
    "GS": (-54.28, -36.51),
    "NU": (-19.05, -169.92),
    "CX": (-10.42, 105.68),
    "CC": (-12.19, 96.83),
    "NF": (-29.06, 167.96),
    "BL": (17.90, -62.85),
    "SJ": (78.22, 15.65),
}
CONT = {
    "AF": "Afrique",
    "AS": "Asie",
    "EU": "Europe",
    "NA": "Amérique du Nord",
    "SA": "Amérique du Sud",
    "OC": "Océanie",
    "AN": "Antarctique",
}


def countries(shop: Workshop) -> dict[str, dict]:
    """`countries.csv`, `dac_list_editions.csv`. Returns the rows of countries by their ISO code."""
    centres, dac, names = _centres(shop), _dac_codes(shop), _names()
    towns = collections.defaultdict(list)
    for family in ("cities500", "cities15000"):
        for c in shop.gazetteer(family):
            towns[c["countrycode"]].append(c)
    lists = {year: edition(year) for year in YEARS}
    rows, editions = {}, []
    for i, c in sorted(shop.json(shop.geonames / "countries.json").items()):
        if i in ("AN", "CS"):
            continue
        centre = centres.get(i, {})
        code, capital = dac.get(c["iso3"]), CAPITAL_ALIAS.get(i) or c["capital"]
        la, lo, found = _position(i, capital, towns[i], centre)
        group, leaving = lists[max(YEARS)].get(i), LDC_CAL.get(i)
        ldc = group == "LDC" and not (leaving and leaving[0] <= TODAY)
        rows[i] = dict(
            iso2=i,
            iso3=c["iso3"],
            num=(f"{c['isonumeric']:03d}" if c["isonumeric"] else None),
            name_fr=FR_OVERRIDE.get(i) or names["fr"].get(i, "").replace("’", "'"),
            name_es=ES_OVERRIDE.get(i) or names["es"].get(i, "").replace("’", "'"),
            name_en=EN_OVERRIDE.get(i) or names["en"].get(i, "").replace("’", "'"),
            zone_fr=zone(i),
            zone_atlas_fr=zone_atlas(i),
            continent=CONT[c["continentcode"]],
            lat=r5(la),
            lon=r5(lo),
            coord_source=found,
            capital=capital,
            dac_code=code,
            dac_recipient=boolean(group is not None),
            income_group=group,
            ldc=boolean(ldc),
            ldc_until=(leaving[0] if leaving and leaving[1] != "graduated" else None),
            ldc_status=(leaving[1] if leaving else ("ldc" if ldc else None)),
            ldc_note=(leaving[2] if leaving else None),
            is_french_territory=boolean(i in FRTERR),
            centroid_lat=(r5(float(centre["Latitude"])) if centre.get("Latitude") else None),
            centroid_lon=(r5(float(centre["Longitude"])) if centre.get("Longitude") else None),
        )
        editions += [
            dict(
                edition_year=year,
                iso2=i,
                iso3=c["iso3"],
                dac_code=code,
                income_group=lists[year][i],
                confidence=YEARS[year],
            )
            for year in YEARS
            if i in lists[year]
        ]
    shop.write(
        "countries.csv",
        "iso2 iso3 num name_fr name_en name_es zone_fr zone_atlas_fr continent lat lon coord_source capital dac_code dac_recipient "
        "income_group ldc ldc_until ldc_status ldc_note is_french_territory centroid_lat centroid_lon",
        list(rows.values()),
    )
    shop.write("dac_list_editions.csv", "edition_year iso2 iso3 dac_code income_group confidence", editions)
    return rows


def _names() -> dict[str, dict[str, str]]:
    from babel import Locale

    return {language: Locale(language).territories for language in ("fr", "en", "es")}


def _centres(shop: Workshop) -> dict[str, dict[str, str]]:
    """Rows of the OCHA by ISO code."""
    centres = {}
    with next(shop.hdx.glob("*.csv")).open(encoding="utf-8-sig") as file:
        for x in csv.DictReader(file):
            if k := x["ISO 3166-1 Alpha 2-Codes"] or x["x Alpha2 codes"]:
                centres[k] = x
    return centres


def _dac_codes(shop: Workshop) -> dict[str, int]:
    """ISO code of three letters -> code of the DAC; codes of 1000 and more are groups."""
    codes = shop.json(shop.oda_reader / "schemas/mappings/dac2_codes_area.json").items()
    dac = {v: int(k) for k, v in codes if re.fullmatch(r"\d+", k) and int(k) < 1000 and re.fullmatch(r"[A-Z]{3}", v)}
    dac["XKX"] = dac.pop("XKV", 57)
    return dac


def _position(
    iso2: str, capital: str, towns: list[dict], centre: dict[str, str]
) -> tuple[float | None, float | None, str]:
    """Of the capital, else of the centre of the country; and how it was found."""
    if iso2 in CAPITAL_POS:
        return *CAPITAL_POS[iso2], "hand"
    hits = [x for x in towns if norm(x["name"]) == norm(capital)] or [
        x for x in towns if norm(capital) in {norm(a) for a in x["alternatenames"]}
    ]
    if capital and hits:
        h = max(hits, key=lambda x: x["population"])
        return h["latitude"], h["longitude"], "capital"
    if centre.get("Latitude"):
        return float(centre["Latitude"]), float(centre["Longitude"]), "centroid"
    return None, None, "centroid"
