"""Labels written by us of the other codes of aid: what the packaged French lists lack."""

AID_TYPES = {
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

FINANCE_CATEGORIES = {
    "100": "Dons",
    "420": "Instruments de dette",
    "430": "Instruments mezzanine",
    "500": "Actions et parts dans des véhicules de placement collectif",
    "600": "Allégement de la dette",
    "1000": "Garanties et autres passifs éventuels non provisionnés",
}

FLOWS = {
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

MARKERS = {
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

CHANNELS = {
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
