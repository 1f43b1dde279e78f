"""The DAC list of ODA recipients by year, and the calendar of exits from the least developed countries.

For the next edition: `TODAY`, `YEARS`, `edition` and `LDC_CAL`.
"""

TODAY = "2026-11-23"
# Year of the list -> how far it was checked
YEARS = {2022: "reconstructed", 2023: "reconstructed", 2024: "checked", 2025: "derived", 2026: "derived"}

# group = LDC / OLIC / LMIC / UMIC
DAC2024 = {
    "LDC": """
        AF AO BD BJ BF BI KH CF TD KM CD DJ ER ET GM GN GW HT KI LA LS LR MG MW ML MR MZ MM NP NE RW
        ST SN SL SB SO SS SD TZ TL TG TV UG YE ZM
    """.split(),
    "OLIC": "KP SY".split(),
    "LMIC": """
        DZ BT BO CV CM CG CI EG SZ GH HN IN IR JO KE KG LB FM MN MA NI NG PK PG PH WS LK TJ TK TN UA
        UZ VU VN ZW
    """.split(),
    "UMIC": """
        AL AR AM AZ BY BZ BA BW BR CN CO CR CU DM DO EC SV GQ FJ GA GE GD GT GY ID IQ JM KZ XK LY MY
        MV MH MU MX MD ME MS NA NR NU MK PW PA PY PE SH LC VC RS ZA SR TH TO TR TM VE WF PS
    """.split(),
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


# iso2 -> (ldc_until, status, note); dates are the last day of LDC status + 1 = graduation date
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
