"""Local government, town planning, rural development."""

from .model import ThemeText

INSTITUTIONS = {
    "appui-institutionnel": ThemeText(
        (
            "Appui aux services de la mairie {de_lieu}",
            "Renforcement des capacités {de_lieu}",
            "Décentralisation : accompagner {lieu}",
        ),
        ("Les compétences ont été transférées sans personnel ni méthode.",),
        (
            "former les agents et les élus",
            "organiser des missions de pairs",
            "rédiger un plan de développement communal",
            "moderniser l’état civil et les archives",
        ),
        ("La collectivité conduit elle-même ses projets.",),
        ("Les élus, les agents et les usagers.",),
        (("Agents et élus formés", "personnes", 12, 320), ("Missions d’échange", "missions", 2, 16)),
    ),
    "finances-locales": ThemeText(
        (
            "Mobiliser les recettes propres {de_lieu}",
            "Budget participatif {a_lieu}",
            "Adressage et fiscalité locale {a_lieu}",
        ),
        ("Les recettes propres couvrent à peine les salaires.",),
        (
            "réaliser l’adressage de la ville",
            "recenser les contribuables",
            "ouvrir le budget au débat",
            "former la régie",
        ),
        ("Les recettes propres progressent d’un quart en trois ans.",),
        ("Les contribuables et les services financiers.",),
        (("Contribuables recensés", "contribuables", 400, 25_000), ("Hausse des recettes", "%", 8, 60)),
    ),
    "urbanisme": ThemeText(
        ("Plan d’urbanisme {de_lieu}", "Rénover un quartier {de_lieu}", "Espaces publics : atelier commun avec {lieu}"),
        ("La ville s’étend sans plan, et les espaces publics manquent.",),
        (
            "tenir des ateliers d’urbanisme",
            "aménager une place publique",
            "former le service technique",
            "tracer les voies à venir",
        ),
        ("Le plan est approuvé, et la place pilote est aménagée.",),
        ("Les habitants du quartier et le service technique.",),
        (("Habitants concernés", "habitants", 600, 45_000), ("Surface aménagée", "m²", 500, 20_000)),
        ("south", "north"),
    ),
    "developpement-rural": ThemeText(
        (
            "Développement rural autour {de_lieu}",
            "Pistes et marchés ruraux {de_lieu}",
            "Plan de développement des villages {de_lieu}",
        ),
        ("Les villages sont coupés du marché pendant la saison des pluies.",),
        (
            "réhabiliter des pistes",
            "construire un marché à bétail",
            "animer des comités villageois",
            "équiper des moulins",
        ),
        ("Les villages suivis accèdent au marché toute l’année.",),
        ("Les habitants des villages.",),
        (("Pistes réhabilitées", "km", 3, 70), ("Villages concernés", "villages", 3, 40)),
    ),
    "securite-civile": ThemeText(
        ("Sapeurs-pompiers : échanges avec {lieu}", "Un centre de secours pour {lieu}"),
        ("Le centre de secours manque de matériel et d’entraînement.",),
        ("former les sapeurs-pompiers", "céder et acheminer des véhicules", "organiser la chaîne d’alerte"),
        ("Le délai d’intervention est ramené sous vingt minutes.",),
        ("Les habitants et les sapeurs-pompiers.",),
        (("Sapeurs-pompiers formés", "personnes", 10, 200), ("Interventions", "par an", 50, 2_000)),
        ("south", "north"),
    ),
}
