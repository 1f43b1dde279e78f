"""Purpose codes of the OECD, with French labels and the group of the atlas that each falls into."""

import re

from .sector_labels import CAT_EN, CAT_FR, EN_FIX, GROUP, OWN_FR, OWN_VOL
from .workshop import Workshop, boolean

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


def sectors(shop: Workshop) -> None:
    """`crs_purpose_codes.csv`, `crs_categories.csv`."""
    p, o = shop.iati("Sector"), shop.json(shop.oda_data / "tools/names/crs_names.json")["purpose_code"]
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
    shop.write(
        "crs_purpose_codes.csv",
        "code category_code name_en name_fr category_fr category_en group_code group thema_atlas status voluntary fr_source",
        rows,
    )
    shop.write(
        "crs_categories.csv",
        "category_code name_fr name_en group_code group",
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
