"""Humanitarian aid and cross-border cooperation."""

from .model import ThemeText

HUMANITARIAN = {
    "aide-urgence": ThemeText(
        (
            "Aide d’urgence aux habitants {de_lieu}",
            "Solidarité avec les sinistrés {de_lieu}",
            "Secours aux familles déplacées {a_lieu}",
        ),
        (
            "La catastrophe a détruit des logements et coupé les services essentiels.",
            "L’afflux de familles déplacées dépasse les moyens de la collectivité.",
        ),
        (
            "envoyer du matériel médical et des abris",
            "rétablir l’accès à l’eau",
            "soutenir les cantines et les centres d’accueil",
            "financer une association de secours déjà sur place",
        ),
        ("Les familles reçoivent de quoi passer l’hiver.", "Les services essentiels fonctionnent de nouveau."),
        ("Les familles sinistrées ou déplacées.",),
        (("Personnes secourues", "personnes", 150, 20_000), ("Colis distribués", "colis", 100, 8_000)),
    ),
    "reconstruction": ThemeText(
        (
            "Reconstruire l’école {de_lieu}",
            "Relèvement des services publics {de_lieu}",
            "Reconstruction du centre de santé {de_lieu}",
        ),
        ("Les équipements publics restent fermés, faute de moyens pour les relever.",),
        (
            "reconstruire selon des normes qui résistent aux séismes et aux crues",
            "rééquiper les salles de classe et de soins",
            "former les artisans à une construction plus sûre",
            "accompagner la mairie dans la conduite des travaux",
        ),
        ("L’équipement reconstruit est ouvert au public.",),
        ("Les élèves, les patients et le personnel des services rouverts.",),
        (("Bâtiments relevés", "bâtiments", 1, 12), ("Usagers accueillis", "personnes", 120, 7_000)),
    ),
    "prevention-risques": ThemeText(
        (
            "Prévention des inondations {a_lieu}",
            "Plan communal de sauvegarde {de_lieu}",
            "Prévention des risques de part et d’autre de la frontière : {lieu}",
        ),
        ("Les crues surviennent sans alerte, et les secours manquent de formation commune.",),
        (
            "cartographier les zones exposées",
            "installer une alerte par téléphone et sirène",
            "former des équipes de secouristes",
            "organiser des exercices communs",
        ),
        ("Chaque quartier exposé sait quoi faire et où aller.",),
        ("Les habitants des zones exposées et les services de secours.",),
        (("Habitants couverts par l’alerte", "habitants", 500, 40_000), ("Secouristes formés", "personnes", 20, 400)),
        ("south", "border"),
    ),
    "accueil-refugies": ThemeText(
        ("Accueil des réfugiés : échanges avec {lieu}", "Villes accueillantes : {lieu} et ses partenaires"),
        ("Les communes accueillent en première ligne et manquent d’outils partagés.",),
        (
            "échanger entre équipes sociales",
            "adapter des cours de langue et un accompagnement vers l’emploi",
            "publier un guide commun",
        ),
        ("Les familles accueillies accèdent à leurs droits plus vite.",),
        ("Les personnes réfugiées et les travailleurs sociaux.",),
        (("Personnes accompagnées", "personnes", 20, 900),),
        ("south", "north"),
    ),
    "cooperation-transfrontaliere": ThemeText(
        (
            "Services publics partagés de part et d’autre de la frontière avec {lieu}",
            "Une piste cyclable transfrontalière vers {lieu}",
            "Agenda culturel et sportif commun avec {lieu}",
            "Santé sans frontière : {lieu} et ses voisins",
        ),
        ("Des milliers d’habitants passent la frontière chaque jour, mais les services s’y arrêtent.",),
        (
            "créer un comité de suivi commun",
            "ouvrir les équipements aux habitants des deux rives",
            "harmoniser les horaires des transports",
            "publier une information dans les deux langues",
        ),
        ("Les habitants des deux côtés utilisent les mêmes services.",),
        ("Les travailleurs frontaliers et les habitants du bassin de vie.",),
        (("Usagers du service partagé", "personnes par an", 300, 30_000), ("Réunions du comité", "réunions", 4, 24)),
        ("border",),
    ),
    "paix-memoire": ThemeText(
        (
            "Mémoires croisées : {lieu} et ses partenaires",
            "Chemins de mémoire avec {lieu}",
            "Jeunes ambassadeurs de la paix {a_lieu}",
        ),
        ("Les derniers témoins disparaissent, et les jeunes connaissent mal l’histoire commune.",),
        (
            "recueillir les témoignages",
            "créer une exposition itinérante",
            "réunir des classes des deux territoires",
            "poser des panneaux sur les lieux de mémoire",
        ),
        ("L’exposition circule dans les deux territoires.",),
        ("Les collégiens, les lycéens et les associations de mémoire.",),
        (("Jeunes participants", "jeunes", 30, 900), ("Visiteurs de l’exposition", "visiteurs", 400, 15_000)),
        ("north",),
    ),
}
