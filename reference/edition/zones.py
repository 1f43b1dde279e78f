"""Zones of the world, as the ministry speaks of them: ours, to be confirmed by it."""

SSA = """
    AO BJ BW BF BI CV CM CF TD KM CG CD CI DJ GQ ER SZ ET GA GM GH GN GW KE LS LR MG MW ML MR MU MZ
    NA NE NG RW ST SN SC SL SO ZA SS SD TZ TG UG ZM ZW SH IO
""".split()
ANMO = "DZ EG LY MA TN EH BH IR IQ IL JO KW LB OM PS QA SA SY AE YE".split()
EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE AX".split()
EURNON = """
    AL AD AM AZ BY BA GE GG GI IS IM JE XK LI MD MC ME MK NO RU SM RS SJ CH TR UA GB VA FO KZ KG TJ
    TM UZ
""".split()
AMNORD = "CA US BM GL".split()
ASIE = "AF BD BT BN KH CN HK IN ID JP KP KR LA MO MY MV MN MM NP PK PH SG LK TW TH TL VN".split()
OCEAN = "AU NZ FJ KI MH FM NR PW PG WS SB TO TV VU CK NU TK AS GU MP NF PN CX CC UM HM".split()
FRTERR = "GP MQ GF RE YT PM BL MF PF NC WF TF".split()
MAGHREB = "DZ LY MA TN EH EG".split()
CASUD = "AF BD BT IN KZ KG LK MV NP PK TJ TM UZ".split()
AMCENT = "BZ CR SV GT HN MX NI PA".split()
AMSUD = "AR BO BR CL CO EC FK GY PY PE SR UY VE GS".split()


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
