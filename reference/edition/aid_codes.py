"""The other codes of aid: types, instruments, flows, markers, channels, regions."""

import csv

from .aid_code_labels import AID_TYPES, CHANNELS, FINANCE_CATEGORIES, FLOWS, MARKERS
from .workshop import Workshop, boolean


def aid_types(shop: Workshop) -> None:
    """`dac_aid_types.csv`."""
    at = shop.iati("AidType")
    cat = shop.iati("AidType-category")
    rows = []
    for c in sorted(set(at) | set(AID_TYPES)):
        en, fr = AID_TYPES.get(c) or (at[c]["en"], at[c]["fr"])
        rows.append(
            dict(
                code=c,
                parent_code=c[:3] if len(c) == 4 else ("H02" if c in ("H03", "H04", "H05") else ""),
                category=c[0],
                category_fr=cat[c[0]]["fr"].replace("’", "'"),
                name_en=en.replace("’", "'"),
                name_fr=fr.replace("’", "'"),
                in_donor_refugees=boolean(c in ("H02", "H03", "H04", "H05", "H06")),
                fr_source="own" if c in AID_TYPES else "pyIATI",
            )
        )
    shop.write(
        "dac_aid_types.csv",
        "code parent_code category category_fr name_en name_fr in_donor_refugees fr_source",
        rows,
    )


def finance_types(shop: Workshop) -> None:
    """`dac_finance_types.csv`."""
    ft = shop.iati("FinanceType")
    shop.write(
        "dac_finance_types.csv",
        "code category category_fr name_en name_fr",
        [
            dict(
                code=c,
                category=v["cat"],
                category_fr=FINANCE_CATEGORIES[v["cat"]],
                name_en=v["en"],
                name_fr=v["fr"].replace("’", "'"),
            )
            for c, v in sorted(ft.items(), key=lambda x: int(x[0]))
            if v["fr"] and v["cat"] in FINANCE_CATEGORIES
        ],
    )


def flow_types(shop: Workshop) -> None:
    """`dac_flow_types.csv`."""
    assert set(FLOWS) <= set(shop.iati("FlowType"))
    shop.write(
        "dac_flow_types.csv",
        "code name_en name_fr",
        [dict(code=c, name_en=a, name_fr=b) for c, (a, b) in FLOWS.items()],
    )


def policy_markers(shop: Workshop) -> None:
    """`dac_policy_markers.csv`."""
    assert {c for c in shop.iati("PolicyMarker")} <= set(MARKERS)
    shop.write(
        "dac_policy_markers.csv",
        "code name_en name_fr rio scores",
        [
            dict(
                code=c,
                name_en=a,
                name_fr=b,
                rio=boolean(r),
                scores="0|1|2|3|4" if c == "9" else ("0|1|2|3" if c == "8" else "0|1|2"),
            )
            for c, (a, b, r) in MARKERS.items()
        ],
    )


def channels(shop: Workshop) -> None:
    """`dac_channels.csv`."""
    pc = shop.iati("CRSChannelCode")
    ch = {
        r["channel_code"]: r
        for r in csv.DictReader((shop.oda_data / "clean_data/crs_channel_mapping.csv").open(encoding="utf-8-sig"))
    }
    rows = []
    for c in sorted(ch):
        par = (
            ""
            if c.endswith("0000")
            else (c[0] + "0000" if c.endswith("000") else (c[:2] + "000" if c[:2] + "000" in ch else c[0] + "0000"))
        )
        fr = CHANNELS.get(c) or pc.get(c, {}).get("fr", "")
        rows.append(
            dict(
                code=c,
                parent_code=par if par in ch else "",
                is_category=boolean(c.endswith("000")),
                name_en=ch[c]["channel_name"],
                name_fr=fr,
                acronym_en=ch[c]["en_acronym"],
                acronym_fr=ch[c]["fr_acronym"],
                fr_source="own" if c in CHANNELS else ("pyIATI" if fr else "none"),
            )
        )
    shop.write(
        "dac_channels.csv",
        "code parent_code is_category name_en name_fr acronym_en acronym_fr fr_source",
        rows,
    )


def regions(shop: Workshop) -> None:
    """`dac_regions.csv`."""
    rg = shop.iati("Region")
    shop.write(
        "dac_regions.csv",
        "code name_en name_fr",
        [dict(code=c, name_en=v["en"], name_fr=v["fr"]) for c, v in sorted(rg.items())],
    )
