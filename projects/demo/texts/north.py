"""What is said of projects with countries that are not eligible for aid: exchanges between equals."""

from .model import ThemeText

_BOTH = ("north", "border")

NORTH: dict[str, dict[str, ThemeText]] = {
    "humanitaire-transfrontalier": {},
    "environnement-climat-energie": {
        "energie": ThemeText(
            (
                "Rénovation énergétique des écoles : échanges avec {lieu}",
                "Coopératives d’énergie citoyenne avec {lieu}",
                "Réseaux de chaleur : {lieu} et ses partenaires",
            ),
            ("Les deux territoires visent la neutralité carbone et affrontent les mêmes obstacles.",),
            (
                "comparer les audits des bâtiments publics",
                "organiser des visites techniques",
                "accompagner des coopératives d’habitants",
                "publier un guide commun",
            ),
            ("Chaque territoire engage la rénovation de deux bâtiments pilotes.",),
            ("Les services techniques, les élus et les associations d’habitants.",),
            (("Bâtiments suivis", "bâtiments", 2, 40), ("Participants aux visites", "personnes", 15, 220)),
            _BOTH,
        ),
        "climat": ThemeText(
            (
                "Plans climat comparés avec {lieu}",
                "La ville face aux canicules : atelier commun avec {lieu}",
                "Budgets carbone : {lieu} et ses partenaires",
            ),
            ("Canicules et inondations touchent les deux territoires, qui cherchent des réponses éprouvées.",),
            (
                "échanger entre services sur les plans climat",
                "tenir des ateliers avec les habitants",
                "végétaliser des cours d’école",
                "mesurer ensemble les îlots de chaleur",
            ),
            ("Chaque territoire adopte trois mesures éprouvées chez l’autre.",),
            ("Les habitants et les services techniques des deux territoires.",),
            (("Cours végétalisées", "cours", 1, 18), ("Agents mobilisés", "agents", 8, 90)),
            _BOTH,
        ),
    },
    "culture-patrimoine": {
        "sport": ThemeText(
            (
                "Tournoi de l’amitié avec {lieu}",
                "Sport et handicap : clubs de {lieu} et d’ici",
                "Course des deux villes avec {lieu}",
            ),
            ("Les clubs des deux villes se rencontrent peu hors des compétitions.",),
            (
                "organiser des rencontres entre clubs",
                "accueillir de jeunes arbitres",
                "ouvrir des sections de sport adapté",
            ),
            ("Les clubs se retrouvent chaque année, tour à tour dans chaque ville.",),
            ("Les jeunes licenciés, les bénévoles et leurs familles.",),
            (("Participants", "personnes", 60, 1_500), ("Clubs engagés", "clubs", 2, 20)),
            _BOTH,
        ),
    },
    "economie-durable": {
        "developpement-economique": ThemeText(
            (
                "Rencontres d’entreprises avec {lieu}",
                "Pépinières jumelles : {lieu} et ses partenaires",
                "Commerces de centre-ville : échanges avec {lieu}",
            ),
            ("Les petites entreprises exportent peu vers le territoire partenaire.",),
            (
                "réunir les entreprises des deux territoires",
                "tenir un stand commun",
                "échanger sur les commerces de centre-ville",
            ),
            ("Des contrats sont signés entre entreprises des deux territoires.",),
            ("Les petites entreprises, les commerçants et les chambres consulaires.",),
            (("Entreprises participantes", "entreprises", 8, 140), ("Rendez-vous d’affaires", "rendez-vous", 20, 400)),
            _BOTH,
        ),
        "numerique": ThemeText(
            (
                "Services publics numériques : échanges avec {lieu}",
                "Données ouvertes avec {lieu}",
                "Inclusion numérique : {lieu} et ses partenaires",
            ),
            ("Une part des habitants reste à l’écart des démarches en ligne.",),
            ("comparer les services en ligne", "former des médiateurs numériques", "publier des données communes"),
            ("Les deux territoires publient leurs données dans un même format.",),
            ("Les agents, les médiateurs et les habitants éloignés du numérique.",),
            (("Agents participants", "agents", 8, 120), ("Jeux de données publiés", "jeux de données", 4, 60)),
            _BOTH,
        ),
        "formation-professionnelle": ThemeText(
            (
                "Apprentis en mobilité avec {lieu}",
                "Lycées professionnels partenaires {de_lieu}",
                "Métiers d’art : échanges avec {lieu}",
            ),
            ("Peu d’apprentis partent à l’étranger, alors que les employeurs recherchent cette expérience.",),
            ("organiser des stages croisés", "former les tuteurs", "faire reconnaître les acquis des séjours"),
            ("Les séjours sont inscrits au parcours de formation.",),
            ("Les apprentis, les lycéens professionnels et leurs formateurs.",),
            (("Apprentis en mobilité", "jeunes", 8, 160), ("Entreprises d’accueil", "entreprises", 4, 60)),
            _BOTH,
        ),
    },
    "education-social-recherche": {
        "sante": ThemeText(
            (
                "Bien vieillir : échanges avec {lieu}",
                "Hôpitaux partenaires : {lieu} et ses voisins",
                "Santé mentale des jeunes avec {lieu}",
            ),
            ("Les deux territoires vieillissent et manquent de soignants.",),
            ("échanger entre équipes soignantes", "expérimenter des logements partagés", "former des aidants"),
            ("Une expérience de chaque territoire est reprise par l’autre.",),
            ("Les aînés, les aidants et les soignants.",),
            (("Professionnels participants", "personnes", 10, 150), ("Aidants formés", "personnes", 15, 300)),
            _BOTH,
        ),
        "egalite-femmes-hommes": ThemeText(
            ("L’égalité dans la ville : échanges avec {lieu}", "Femmes élues : réseau avec {lieu}"),
            ("Les femmes restent minoritaires dans les exécutifs locaux.",),
            (
                "réunir les élues des deux territoires",
                "organiser des marches exploratoires",
                "établir un budget sensible au genre",
            ),
            ("Chaque territoire adopte un plan d’action pour l’égalité.",),
            ("Les élues, les agentes et les associations.",),
            (("Élues participantes", "élues", 8, 120),),
            _BOTH,
        ),
    },
    "autres": {},
}
