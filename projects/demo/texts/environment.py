"""Environment, climate, energy."""

from .model import ThemeText

ENVIRONMENT = {
    "eau-potable": ThemeText(
        (
            "Accès à l’eau potable dans les quartiers périphériques {de_lieu}",
            "Réhabilitation du réseau d’eau {de_lieu}",
            "Forages et bornes-fontaines pour les villages {de_lieu}",
            "Un service public de l’eau durable {a_lieu}",
        ),
        (
            "Une part de la population puise encore dans des puits non protégés, et les pannes de pompe durent des semaines.",
            "Le réseau, posé il y a quarante ans, perd près de la moitié de l’eau produite.",
        ),
        (
            "réaliser des forages équipés de pompes solaires",
            "poser des bornes-fontaines et des branchements sociaux",
            "former les comités d’usagers et les fontainiers",
            "mettre en place un service communal de l’eau et une grille tarifaire",
            "suivre la qualité de l’eau avec le laboratoire régional",
        ),
        (
            "Les habitants disposent d’un point d’eau potable à moins de 500 mètres.",
            "Le service de l’eau équilibre ses comptes et répare les pannes en moins de trois jours.",
        ),
        (
            "Les ménages des quartiers non raccordés, les écoles et les centres de santé.",
            "Les habitants de douze villages.",
        ),
        (
            ("Habitants desservis en eau potable", "habitants", 800, 25_000),
            ("Points d’eau construits", "ouvrages", 4, 60),
        ),
    ),
    "assainissement": ThemeText(
        (
            "Assainissement des écoles et des marchés {de_lieu}",
            "Schéma directeur d’assainissement {de_lieu}",
            "Des latrines et une filière de vidange {a_lieu}",
        ),
        (
            "Moins d’un ménage sur trois dispose de latrines améliorées, et les boues sont rejetées sans traitement.",
            "La saison des pluies ramène chaque année le choléra dans les quartiers bas.",
        ),
        (
            "construire des blocs sanitaires dans les écoles et les marchés",
            "subventionner des latrines familiales",
            "aménager une station de traitement des boues de vidange",
            "former les maçons et les vidangeurs",
            "sensibiliser les familles à l’hygiène",
        ),
        (
            "Les écoles disposent de toilettes séparées et entretenues.",
            "Les boues collectées sont traitées et valorisées en compost.",
        ),
        ("Les élèves, les commerçantes des marchés et les ménages sans latrines.",),
        (("Latrines construites", "ouvrages", 20, 600), ("Élèves disposant de toilettes", "élèves", 300, 9_000)),
    ),
    "dechets": ThemeText(
        (
            "Collecte et tri des déchets {a_lieu}",
            "Une filière de compostage pour {lieu}",
            "Appui au service de propreté {de_lieu}",
        ),
        (
            "Les dépôts sauvages encombrent les caniveaux, et la décharge n’est pas contrôlée.",
            "La collecte ne couvre que le centre, faute de véhicules et de recettes.",
        ),
        (
            "organiser la précollecte avec des groupements de quartier",
            "équiper le service de propreté en tricycles et bennes",
            "aménager une plateforme de tri et de compostage",
            "créer une redevance acceptée par les ménages",
        ),
        (
            "Huit ménages sur dix sont abonnés à la collecte.",
            "Le compost produit est vendu aux maraîchers.",
        ),
        ("Les ménages, les maraîchers et les agents du service de propreté.",),
        (("Déchets collectés", "tonnes par an", 200, 12_000), ("Emplois créés", "emplois", 5, 80)),
    ),
    "energie": ThemeText(
        (
            "Éclairage public solaire {a_lieu}",
            "Efficacité énergétique des bâtiments publics {de_lieu}",
            "Électrification solaire des centres de santé {de_lieu}",
        ),
        ("La facture d’électricité pèse lourd dans le budget de la collectivité, et les coupures sont quotidiennes.",),
        (
            "réaliser l’audit énergétique des bâtiments publics",
            "installer des lampadaires solaires",
            "équiper les centres de santé de panneaux photovoltaïques",
            "former des techniciens à la maintenance",
        ),
        ("La consommation des bâtiments suivis baisse d’un quart.", "Les centres de santé soignent aussi la nuit."),
        ("Les usagers des services publics et les habitants des quartiers éclairés.",),
        (("Puissance solaire installée", "kW", 5, 400), ("Bâtiments rénovés ou équipés", "bâtiments", 2, 40)),
    ),
    "climat": ThemeText(
        (
            "Plan climat de territoire {de_lieu}",
            "Adapter {lieu} aux fortes chaleurs",
            "Deux territoires face au changement climatique : {lieu} et ses partenaires",
        ),
        ("Inondations et canicules se succèdent, et les documents d’urbanisme n’en tiennent pas compte.",),
        (
            "dresser le bilan des émissions et des vulnérabilités",
            "associer les habitants par des ateliers de quartier",
            "planter des îlots de fraîcheur",
            "échanger entre services techniques sur les plans climat",
        ),
        ("Un plan climat est adopté par le conseil municipal.", "Les écoles disposent de cours ombragées."),
        ("Les habitants des quartiers les plus exposés et les services techniques.",),
        (("Arbres plantés", "arbres", 200, 20_000), ("Agents formés", "agents", 8, 90)),
    ),
    "biodiversite": ThemeText(
        (
            "Gestion concertée de la forêt {de_lieu}",
            "Corridors écologiques et agroforesterie autour {de_lieu}",
            "Protéger les zones humides {de_lieu}",
        ),
        ("La coupe du bois de feu et les cultures sur brûlis font reculer la forêt.",),
        (
            "créer des pépinières villageoises",
            "restaurer des parcelles dégradées",
            "établir des chartes locales de gestion",
            "diffuser des foyers économes en bois",
        ),
        ("Les surfaces restaurées sont gérées par les communautés.",),
        ("Les communautés riveraines et les écoles.",),
        (("Surface restaurée", "hectares", 10, 900), ("Plants mis en terre", "plants", 2_000, 150_000)),
        ("south", "border"),
    ),
    "ocean-littoral": ThemeText(
        ("Gestion intégrée du littoral {de_lieu}", "Pêche artisanale et mangroves {a_lieu}"),
        ("Le trait de côte recule et les ressources de la pêche artisanale s’épuisent.",),
        (
            "replanter la mangrove avec les groupements de femmes",
            "installer un observatoire du trait de côte",
            "former les pêcheurs à des pratiques durables",
        ),
        ("La mangrove gagne du terrain et les captures se stabilisent.",),
        ("Les pêcheurs, les transformatrices de poisson et les riverains.",),
        (("Mangrove replantée", "hectares", 5, 300), ("Pêcheurs formés", "personnes", 30, 600)),
    ),
    "mobilite-durable": ThemeText(
        (
            "Pistes cyclables et mobilités douces {a_lieu}",
            "Plan de mobilité {de_lieu}",
            "Bus propres : {lieu} et ses partenaires",
        ),
        ("Le trafic automobile sature le centre et les transports collectifs perdent des voyageurs.",),
        (
            "enquêter sur les déplacements des habitants",
            "aménager un itinéraire cyclable pilote",
            "échanger entre autorités organisatrices",
            "réorganiser les lignes de minibus",
        ),
        ("Un plan de mobilité est adopté, et son premier itinéraire est ouvert.",),
        ("Les usagers des transports et les scolaires.",),
        (("Itinéraires aménagés", "km", 2, 45), ("Déplacements à vélo", "par jour", 200, 6_000)),
        ("north", "border", "south"),
    ),
}
