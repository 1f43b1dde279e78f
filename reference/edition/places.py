"""Places and regions of the world, by GeoNames."""

import re

from .workshop import Workshop, norm, r5
from .zones import FRTERR, MAGHREB, SSA


def places(shop: Workshop) -> None:
    """`foreign_places.csv.gz`, `foreign_regions.csv`."""
    a1 = {x["code"]: x["name"] for x in shop.json(shop.cities / "admin1.json")}
    large, small = shop.gazetteer("cities15000"), shop.gazetteer("cities1000")
    SMALL = set(SSA) | set(MAGHREB) | {"LB", "PS", "JO", "HT", "VN", "LA", "KH", "AM", "GE", "MD"}
    keep, best = {}, {}
    for c in large + [x for x in small if x["countrycode"] in SMALL]:
        if c["countrycode"] == "FR" or c["countrycode"] in FRTERR:
            continue
        keep[c["geonameid"]] = c
    for c in small:
        k = f"{c['countrycode']}.{c['admin1code']}"
        if k not in best or c["population"] > best[k]["population"]:
            best[k] = c
    latin = re.compile(r"^[A-Za-zÀ-ÖØ-öø-ÿœŒ' .\-]+$")
    rows = []
    for g, c in sorted(keep.items()):
        alts = []
        for a in c["alternatenames"]:
            if latin.match(a) and a[0].isupper() and norm(a) != norm(c["name"]) and len(a) > 3 and a not in alts:
                alts.append(a)
        rows.append(
            dict(
                geonameid=g,
                name=c["name"],
                country_iso2=c["countrycode"],
                admin1_code=c["admin1code"],
                admin1_name=a1.get(f"{c['countrycode']}.{c['admin1code']}"),
                lat=r5(c["latitude"]),
                lon=r5(c["longitude"]),
                population=c["population"],
                altnames="|".join(alts)[:160].rsplit("|", 1)[0] if len("|".join(alts)) > 160 else "|".join(alts),
            )
        )
    shop.write(
        "foreign_places.csv.gz",
        "geonameid name country_iso2 admin1_code admin1_name lat lon population altnames",
        rows,
    )
    reg = []
    for k, n in sorted(a1.items()):
        i = k.split(".")[0]
        if i == "FR" or i in FRTERR:
            continue
        b = best.get(k)
        reg.append(
            dict(
                code=k,
                country_iso2=i,
                name=n,
                name_fr={
                    "CA.10": "Québec",
                    "CA.08": "Ontario",
                    "CA.02": "Colombie-Britannique",
                    "CA.04": "Nouveau-Brunswick",
                }.get(k),
                lat=r5(b["latitude"]) if b else None,
                lon=r5(b["longitude"]) if b else None,
                main_place=b["name"] if b else None,
            )
        )
    shop.write("foreign_regions.csv", "code country_iso2 name name_fr lat lon main_place", reg)
