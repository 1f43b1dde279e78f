"""Culture and heritage."""

from .model import ThemeText

CULTURE = {
    "patrimoine": ThemeText(
        (
            "Restauration du centre ancien {de_lieu}",
            "Inventaire du patrimoine {de_lieu}",
            "Un musée de territoire pour {lieu}",
            "Patrimoines partagés avec {lieu}",
        ),
        ("Le bâti ancien se dégrade, et les règles d’urbanisme ne le protègent pas.",),
        (
            "dresser l’inventaire du bâti avec les écoles d’architecture",
            "restaurer un édifice pilote",
            "former des artisans aux techniques traditionnelles",
            "ouvrir un parcours de visite",
        ),
        ("Le secteur ancien est protégé par un règlement, et l’édifice pilote est ouvert.",),
        ("Les habitants du centre ancien, les artisans et les visiteurs.",),
        (("Artisans formés", "personnes", 8, 120), ("Bâtiments inventoriés", "bâtiments", 40, 1_200)),
        ("south", "north"),
    ),
    "creation-artistique": ThemeText(
        (
            "Résidences croisées d’artistes avec {lieu}",
            "Un festival en commun avec {lieu}",
            "Musiques d’ici et {de_lieu}",
            "Arts de la rue : {lieu} invitée",
        ),
        ("Les artistes des deux territoires se connaissent peu et circulent difficilement.",),
        (
            "accueillir des artistes en résidence",
            "coproduire un spectacle",
            "organiser des ateliers dans les écoles",
            "former des techniciens du spectacle",
        ),
        ("Le spectacle commun tourne dans les deux pays.",),
        ("Les artistes, les scolaires et le public des deux territoires.",),
        (("Artistes accueillis", "artistes", 4, 60), ("Spectateurs", "spectateurs", 300, 20_000)),
        ("south", "north"),
    ),
    "lecture-publique": ThemeText(
        ("Une bibliothèque pour {lieu}", "Réseau de lecture publique {de_lieu}", "Bibliothèques jumelles avec {lieu}"),
        ("La bibliothèque manque de livres récents et de personnel formé.",),
        (
            "aménager un lieu de lecture",
            "constituer un fonds avec les éditeurs locaux",
            "former les bibliothécaires",
            "faire circuler un bibliobus dans les quartiers",
        ),
        ("La bibliothèque ouvre quarante heures par semaine.",),
        ("Les écoliers, les étudiants et les lecteurs des quartiers.",),
        (("Lecteurs inscrits", "lecteurs", 200, 8_000), ("Ouvrages acquis", "ouvrages", 500, 12_000)),
    ),
    "francophonie": ThemeText(
        (
            "Apprendre le français {a_lieu}",
            "Classes bilingues : échanges avec {lieu}",
            "Semaine de la francophonie avec {lieu}",
        ),
        ("Le français recule dans les écoles, malgré la demande des familles.",),
        (
            "accueillir des assistants de langue",
            "équiper une médiathèque francophone",
            "organiser des correspondances entre classes",
            "former les enseignants",
        ),
        ("Les classes bilingues comptent davantage d’élèves.",),
        ("Les élèves, les enseignants et leurs familles.",),
        (("Élèves apprenant le français", "élèves", 60, 3_000), ("Enseignants formés", "enseignants", 5, 90)),
        ("south", "north"),
    ),
    "sport": ThemeText(
        (
            "Le sport pour tous {a_lieu}",
            "Terrains de sport et éducateurs {a_lieu}",
            "Tournoi de l’amitié avec {lieu}",
            "Le sport, école de la citoyenneté {a_lieu}",
        ),
        ("Les jeunes filles n’ont guère accès au sport, faute d’équipements et d’encadrants.",),
        (
            "aménager un plateau sportif",
            "former des éducateurs et des éducatrices",
            "créer des sections féminines",
            "organiser des rencontres entre clubs",
        ),
        ("Les clubs comptent autant de filles que de garçons dans leurs écoles de sport.",),
        ("Les jeunes de 8 à 18 ans et les clubs.",),
        (("Jeunes licenciés", "jeunes", 80, 3_500), ("Éducateurs formés", "personnes", 6, 90)),
    ),
}
