"""Education, social action, research."""

from .model import ThemeText

EDUCATION = {
    "education": ThemeText(
        (
            "Des salles de classe pour {lieu}",
            "Réussite scolaire des filles {a_lieu}",
            "Jardins d’enfants {de_lieu}",
            "Une école, un avenir {a_lieu}",
        ),
        ("Les classes comptent plus de soixante-dix élèves, et beaucoup de filles quittent l’école avant le collège.",),
        (
            "construire et équiper des salles de classe",
            "former les directeurs et les enseignants",
            "ouvrir une cantine",
            "offrir des bourses et un tutorat aux collégiennes",
            "fournir des manuels",
        ),
        ("Les effectifs descendent sous cinquante élèves par classe.", "Davantage de filles entrent au collège."),
        ("Les élèves du primaire et du collège, leurs enseignants.",),
        (
            ("Élèves scolarisés dans de meilleures conditions", "élèves", 120, 6_000),
            ("Enseignants formés", "enseignants", 8, 220),
        ),
    ),
    "enseignement-superieur": ThemeText(
        (
            "Universités partenaires : {lieu} et son territoire d’accueil",
            "Un double diplôme avec {lieu}",
            "Recherche partagée sur l’eau avec {lieu}",
            "Accueil d’étudiants {de_lieu}",
        ),
        ("Les laboratoires travaillent sur les mêmes questions sans se rencontrer.",),
        (
            "financer des mobilités d’étudiants et de chercheurs",
            "organiser une école d’été",
            "monter un laboratoire commun",
            "accueillir des doctorants en cotutelle",
        ),
        ("Le double diplôme accueille sa première promotion.",),
        ("Les étudiants et les chercheurs des deux territoires.",),
        (("Étudiants en mobilité", "étudiants", 6, 140), ("Publications communes", "publications", 2, 25)),
        ("south", "north"),
    ),
    "jeunesse": ThemeText(
        (
            "Chantier de jeunes {a_lieu}",
            "Conseils de jeunes : échanges avec {lieu}",
            "Volontaires en service civique {a_lieu}",
            "Rencontre de jeunes avec {lieu}",
            "Jeunes citoyens, d’ici et {de_lieu}",
        ),
        ("Les jeunes des quartiers prioritaires partent peu à l’étranger.",),
        (
            "préparer le départ avec les centres sociaux",
            "organiser un séjour et son retour",
            "accueillir des volontaires en réciprocité",
            "réaliser un film ou une exposition",
        ),
        ("Les participants racontent leur expérience et en préparent d’autres.",),
        ("Les jeunes de 15 à 25 ans, dont ceux qui ont le moins d’occasions de partir.",),
        (("Jeunes mobilisés", "jeunes", 10, 260), ("Volontaires accueillis ou envoyés", "volontaires", 2, 24)),
        ("south", "north", "border"),
    ),
    "sante": ThemeText(
        (
            "Santé de la mère et de l’enfant {a_lieu}",
            "Un centre de santé pour {lieu}",
            "Jumelage hospitalier avec {lieu}",
            "Dépistage et soins de proximité {a_lieu}",
        ),
        ("La maternité manque d’équipements, et les évacuations arrivent trop tard.",),
        (
            "réhabiliter la maternité",
            "former les sages-femmes et les infirmiers",
            "équiper le laboratoire",
            "organiser des consultations avancées",
            "mettre en place une mutuelle de santé",
        ),
        ("Les accouchements assistés progressent, et la mortalité maternelle recule.",),
        ("Les femmes enceintes, les jeunes enfants et les soignants.",),
        (("Consultations", "par an", 800, 45_000), ("Soignants formés", "personnes", 8, 180)),
    ),
    "egalite-femmes-hommes": ThemeText(
        (
            "Lutter contre les violences faites aux femmes {a_lieu}",
            "Femmes et pouvoir local {a_lieu}",
            "Autonomie économique des femmes {de_lieu}",
        ),
        ("Les femmes siègent peu dans les conseils, et les victimes de violences sont mal accueillies.",),
        (
            "ouvrir un lieu d’écoute",
            "former les élues et les candidates",
            "établir un budget sensible au genre",
            "soutenir des activités génératrices de revenus",
        ),
        ("Le lieu d’écoute est inscrit au budget de la collectivité.",),
        ("Les femmes, les élues et les associations locales.",),
        (("Femmes accompagnées", "femmes", 50, 2_500), ("Élues formées", "élues", 10, 140)),
    ),
    "handicap-inclusion": ThemeText(
        ("Une ville accessible : {lieu}", "École inclusive {a_lieu}", "Handicap et emploi : échanges avec {lieu}"),
        ("Les enfants handicapés restent à la maison, faute d’accueil adapté.",),
        (
            "rendre accessibles des bâtiments publics",
            "former les enseignants à l’accueil",
            "appuyer les associations de familles",
            "ouvrir un atelier d’appareillage",
        ),
        ("Des enfants jusque-là exclus suivent une scolarité.",),
        ("Les personnes handicapées et leurs familles.",),
        (("Enfants scolarisés", "enfants", 15, 400), ("Bâtiments rendus accessibles", "bâtiments", 2, 30)),
    ),
    "citoyennete": ThemeText(
        (
            "Éducation à la citoyenneté mondiale avec {lieu}",
            "Semaine de la solidarité internationale avec {lieu}",
            "Classes jumelées avec {lieu}",
            "Regards croisés : {lieu} à l’école",
        ),
        ("Les préjugés sont forts de part et d’autre, et les échanges rares.",),
        (
            "jumeler des classes",
            "former des animateurs",
            "monter un jeu et une exposition",
            "organiser un festival du film",
        ),
        ("Les classes jumelées correspondent toute l’année.",),
        ("Les élèves, les enseignants et le grand public.",),
        (("Élèves sensibilisés", "élèves", 100, 6_000), ("Animations", "animations", 5, 120)),
        ("south", "north", "border"),
    ),
}
