"""Sustainable economy."""

from .model import ThemeText

ECONOMY = {
    "agriculture": ThemeText(
        (
            "Maraîchage agroécologique {a_lieu}",
            "Circuits courts et cantines {a_lieu}",
            "Appui aux filières agricoles {de_lieu}",
            "Irrigation et petits périmètres autour {de_lieu}",
        ),
        ("Les rendements baissent avec les sols, et les producteurs vendent à perte en pleine saison.",),
        (
            "aménager des périmètres maraîchers irrigués",
            "former les producteurs à l’agroécologie",
            "construire un magasin de stockage",
            "organiser la vente aux cantines scolaires",
            "créer un champ école",
        ),
        (
            "Les revenus des exploitations suivies augmentent d’un tiers.",
            "Les cantines se fournissent pour moitié sur place.",
        ),
        ("Les groupements de producteurs, dont une majorité de femmes.",),
        (("Producteurs formés", "personnes", 40, 1_800), ("Surface aménagée", "hectares", 2, 140)),
    ),
    "securite-alimentaire": ThemeText(
        (
            "Sécurité alimentaire des ménages {de_lieu}",
            "Jardins scolaires et cantines {a_lieu}",
            "Banques de céréales {de_lieu}",
        ),
        ("La soudure dure quatre mois, et un enfant sur cinq souffre de malnutrition.",),
        (
            "ouvrir des banques de céréales",
            "planter des jardins scolaires",
            "former des relais en nutrition",
            "réhabiliter des puits maraîchers",
        ),
        ("La période de soudure est réduite de moitié dans les villages suivis.",),
        ("Les ménages vulnérables, les jeunes enfants et leurs mères.",),
        (("Ménages appuyés", "ménages", 100, 4_000), ("Repas servis", "repas par an", 5_000, 300_000)),
    ),
    "developpement-economique": ThemeText(
        (
            "Une pépinière d’entreprises {a_lieu}",
            "Marché central {de_lieu} : modernisation et gestion",
            "Entreprendre ensemble : {lieu} et ses partenaires",
            "Mission économique avec {lieu}",
        ),
        ("Les jeunes diplômés peinent à créer leur activité, et la fiscalité locale reste faible.",),
        (
            "ouvrir un lieu d’accueil pour les porteurs de projet",
            "accompagner les artisans vers la formalisation",
            "réhabiliter les halles du marché",
            "réunir les entreprises des deux territoires",
        ),
        ("Les entreprises accompagnées tiennent au-delà de trois ans.",),
        ("Les jeunes entrepreneurs, les artisans et les commerçantes.",),
        (("Entreprises accompagnées", "entreprises", 8, 160), ("Emplois créés", "emplois", 10, 420)),
    ),
    "tourisme": ThemeText(
        (
            "Tourisme solidaire {a_lieu}",
            "Itinéraire de découverte {de_lieu}",
            "Destination commune : {lieu} et ses partenaires",
        ),
        ("Le territoire attire peu de visiteurs, et ses retombées échappent aux habitants.",),
        (
            "former des guides et des hébergeurs",
            "baliser un itinéraire",
            "créer un office de tourisme",
            "promouvoir les deux territoires dans les salons",
        ),
        ("Les nuitées progressent chez l’habitant.",),
        ("Les hébergeurs, les guides et les artisans.",),
        (("Guides formés", "personnes", 6, 80), ("Nuitées", "par an", 200, 18_000)),
        ("south", "north", "border"),
    ),
    "economie-sociale": ThemeText(
        (
            "Coopératives et économie solidaire {a_lieu}",
            "Épargne et crédit des femmes {de_lieu}",
            "Incubateur d’économie sociale avec {lieu}",
        ),
        ("L’accès au crédit reste fermé aux groupements, en particulier ceux des femmes.",),
        (
            "créer des groupes d’épargne et de crédit",
            "former les coopératives à la gestion",
            "mettre en réseau les structures des deux territoires",
        ),
        ("Les coopératives appuyées vendent en commun.",),
        ("Les membres des coopératives et des groupements.",),
        (("Membres des coopératives", "personnes", 50, 2_500), ("Crédits remboursés", "%", 80, 99)),
    ),
    "commerce-equitable": ThemeText(
        ("Filière équitable du karité {a_lieu}", "Cacao équitable {de_lieu}", "Artisanat équitable {de_lieu}"),
        ("Les producteurs vendent sans transformer, à des prix qui ne couvrent pas leur travail.",),
        (
            "équiper un atelier de transformation",
            "obtenir une certification",
            "trouver des débouchés dans la restauration collective",
        ),
        ("La coopérative vend directement une part croissante de sa production.",),
        ("Les productrices et leurs familles.",),
        (("Productrices concernées", "personnes", 40, 1_500), ("Production vendue", "tonnes", 2, 180)),
    ),
    "numerique": ThemeText(
        (
            "Un espace public numérique {a_lieu}",
            "L’état civil informatisé {de_lieu}",
            "Administration numérique : échanges avec {lieu}",
            "Cartographie libre {de_lieu}",
        ),
        ("Les registres sont tenus à la main, et les services en ligne restent hors de portée de beaucoup.",),
        (
            "numériser les registres d’état civil",
            "ouvrir un lieu d’accès équipé",
            "former des agents et des jeunes au numérique",
            "cartographier la ville avec des outils libres",
        ),
        ("Un acte d’état civil est délivré dans la journée.",),
        ("Les usagers de la mairie, les jeunes et les agents.",),
        (("Actes numérisés", "actes", 5_000, 250_000), ("Personnes formées", "personnes", 25, 900)),
    ),
    "formation-professionnelle": ThemeText(
        (
            "Formation aux métiers du bâtiment {a_lieu}",
            "Un centre de formation pour {lieu}",
            "Apprentissage : échanges avec {lieu}",
            "Formation aux métiers du froid et du solaire {a_lieu}",
        ),
        ("Les entreprises ne trouvent pas d’ouvriers qualifiés, alors que le chômage des jeunes dépasse 30 %.",),
        (
            "rénover et équiper les ateliers",
            "former les formateurs",
            "créer un diplôme reconnu avec les branches",
            "organiser des stages croisés",
        ),
        ("Trois jeunes sur quatre trouvent un emploi dans l’année.",),
        ("Les jeunes de 16 à 25 ans et les formateurs.",),
        (("Jeunes formés", "jeunes", 40, 1_600), ("Formateurs formés", "personnes", 5, 60)),
    ),
}
