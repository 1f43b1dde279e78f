#!/usr/bin/env python3
"""Checks over the built files. usage: check.py SHIPPABLE_DIR [XCHECK_DIR]"""

import collections
import csv
import gzip
import os
import sys

D = sys.argv[1]
X = sys.argv[2] if len(sys.argv) > 2 else None
R = lambda n: list(
    csv.DictReader((gzip.open if n.endswith(".gz") else open)(os.path.join(D, n), "rt", encoding="utf-8"))
)
bad = []


def ok(c, m):
    print(("ok   " if c else "FAIL ") + m)
    if not c:
        bad.append(m)


c = R("collectivities.csv")
k = collections.Counter(r["kind"] for r in c)
com = [r for r in c if r["kind"] == "commune"]
ok(
    34800 <= len([r for r in com if r["zone"] != "com"]) <= 34960,
    f"communes metropole+DROM: {len([r for r in com if r['zone'] != 'com'])}, COM/NC: {len([r for r in com if r['zone'] == 'com'])}",
)
ok(k["departement"] == 101, "101 departements")
ok(k["region"] + k["collectivite_unique"] == 18, "18 regions (14 + 4 single communities)")
n = sum(
    k[x]
    for x in ("communaute_communes", "communaute_agglomeration", "communaute_urbaine", "metropole", "metropole_lyon")
)
ok(1250 <= n <= 1260, f"EPCI with own tax (incl. Metropole de Lyon): {n}")
ok(k["metropole"] + k["metropole_lyon"] == 22, "22 metropoles")
ok(k["ept"] == 11, "11 EPT")
ids = collections.Counter((r["kind"], r["insee_code"] or r["siren"]) for r in c)
ok(max(ids.values()) == 1, "unique (kind, code)")
s = collections.Counter(r["siren"] for r in c if r["siren"])
d = [x for x, v in s.items() if v > 1]
ok(set(d) <= {"217500016"}, f"siren repeated: {d}")


def luhn(s):
    t = 0
    for i, ch in enumerate(reversed(s)):
        q = int(ch) * (2 if i % 2 else 1)
        t += q - 9 if q > 9 else q
    return t % 10 == 0


ok(all(luhn(r["siren"]) for r in c if r["siren"]), "every SIREN passes Luhn: %d" % sum(bool(r["siren"]) for r in c))
print("     siren missing:", dict(collections.Counter(r["kind"] + "/" + r["zone"] for r in c if not r["siren"])))
ok(all(r["lat"] and r["lon"] for r in c), "no missing coordinates: %d missing" % sum(not r["lat"] for r in c))
print("     coord_source:", dict(collections.Counter(r["coord_source"] for r in com)))
ok(
    all(41 <= float(r["lat"]) <= 51.2 and -5.3 <= float(r["lon"]) <= 9.7 for r in c if r["zone"] == "metro"),
    "metropolitan points inside the metropolitan box",
)
p = sum(int(r["population"] or 0) for r in com if r["zone"] != "com")
ok(
    66e6 < p < 70e6,
    f"population metropole+DROM: {p:,}; COM/NC: {sum(int(r['population'] or 0) for r in com if r['zone'] == 'com'):,}; without population: {sum(not r['population'] for r in com)}",
)
deps = {r["insee_code"] for r in c if r["kind"] == "departement"} | {
    r["departement"] for r in com if r["zone"] == "com"
}
regs = {r["insee_code"] for r in c if r["kind"] in ("region", "collectivite_unique", "com", "collectivite_sui_generis")}
ok(all(r["departement"] in deps and r["region"] in regs for r in com), "commune parents exist")
es = {r["siren"] for r in c}
ok(
    all(not r["epci"] or r["epci"] in es for r in com),
    "commune EPCI exists; without EPCI: %d" % sum(not r["epci"] for r in com),
)
y = R("countries.csv")
ok(len({r["iso2"] for r in y}) == len(y) == 250, f"{len(y)} countries, unique iso2")
ok(len({r["iso3"] for r in y}) == len(y), "unique iso3")
ok({r["iso2"] for r in y if not r["num"]} == {"XK"}, "numeric code missing only for Kosovo")
ok(all(r["name_fr"] and r["name_en"] and r["name_es"] for r in y), "names complete")
ok([r["iso2"] for r in y if not r["lat"]] == ["AQ"], f"no coordinates: {[r['iso2'] for r in y if not r['lat']]}")
ok(all(r["dac_code"] for r in y if r["dac_recipient"] == "true"), "every recipient has a DAC code")
e = R("dac_list_editions.csv")
g = collections.Counter((r["edition_year"], r["income_group"]) for r in e)
for yr in ("2022", "2023", "2024", "2025", "2026"):
    print(
        "     ",
        yr,
        {q: g[(yr, q)] for q in ("LDC", "OLIC", "LMIC", "UMIC")},
        sum(g[(yr, q)] for q in ("LDC", "OLIC", "LMIC", "UMIC")),
    )
ok(sum(g[("2024", q)] for q in ("LDC", "OLIC", "LMIC", "UMIC")) == 141, "141 recipients in 2024-25")
ok(sum(r["ldc"] == "true" for r in y) == 44, "44 LDCs on 2026-11-23")
print("     zones", dict(collections.Counter(r["zone_fr"] for r in y)))
print("     zones atlas", dict(collections.Counter(r["zone_atlas_fr"] for r in y)))
print("     capital not found:", [r["iso2"] for r in y if r["coord_source"] != "capital"])
q = R("crs_purpose_codes.csv")
ok(len({r["code"] for r in q}) == len(q), f"{len(q)} CRS codes unique")
act = [r for r in q if r["status"] == "active"]
ok(
    all(r["name_fr"] for r in act),
    "active codes with French label: %d/%d (own %d)"
    % (sum(bool(r["name_fr"]) for r in act), len(act), sum(r["fr_source"] == "own" for r in act)),
)
print("     voluntary", sum(r["voluntary"] == "true" for r in act), "withdrawn", len(q) - len(act))
h = R("dac_channels.csv")
ok(
    all(r["name_fr"] for r in h if r["is_category"] == "true"),
    "channel categories have French labels: %d" % sum(r["is_category"] == "true" for r in h),
)
print("     channels with French label", sum(bool(r["name_fr"]) for r in h), "of", len(h))
cs = {r["code"] for r in h}
ok(all(not r["parent_code"] or r["parent_code"] in cs for r in h), "channel parents exist")
f = R("foreign_places.csv.gz")
ok(len({r["geonameid"] for r in f}) == len(f), f"{len(f)} foreign places unique")
ok({r["country_iso2"] for r in f} <= {r["iso2"] for r in y}, "place countries known")
print("     places without admin1 name", sum(not r["admin1_name"] for r in f))
print(
    "     per country",
    {
        i: sum(r["country_iso2"] == i for r in f)
        for i in ("SN", "ML", "BF", "MG", "MA", "TN", "LB", "PS", "VN", "CA", "DE", "HT", "BJ", "XK", "TW")
    },
)
w = R("foreign_regions.csv")
print("     Quebec", [r for r in w if r["code"] == "CA.10"], "no point:", sum(not r["lat"] for r in w), "of", len(w))
if X:
    m = [
        r
        for r in csv.DictReader(open(X + "/mafi.csv"))
        if r["source"] == "oecd_dac" and r["group_type"] == "oda_recipient_group"
    ]
    M = {r["iso3"]: {"LDCs": "LDC", "LMICs": "LMIC", "UMICs": "UMIC", "Other LICs": "OLIC"}[r["group_name"]] for r in m}
    E = {r["iso3"]: r["income_group"] for r in e if r["edition_year"] == "2024"}
    ok(
        {k: v for k, v in E.items() if k != "XKX"} == M,
        "2024 list equals a republished copy of the official file (Kosovo aside)",
    )
print("FAILED:", bad) if bad else print("all checks passed")
sys.exit(bool(bad))
