"""Texts of the notices: `{name}` is the author, `{country}` its country."""

from dataclasses import dataclass


@dataclass(frozen=True)
class French:
    """A notice of the French authority that bears this code. `state`: published, draft, expired, or an outcome."""

    insee_code: str
    title: str
    need: str
    themes: tuple[str, ...]
    sought: tuple[str, ...]
    countries: tuple[str, ...] = ()
    kind: str = "commune"
    direction: str = "request"
    motives: str = ""
    territory: str = "Nos services et nos associations travaillent à l’international depuis plus de vingt ans."
    levels: tuple[str, ...] = ("local",)
    sizes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("fr",)
    budget: int = 0
    state: str = "published"


@dataclass(frozen=True)
class Abroad:
    """A notice of a foreign town: the `rank`-th of its country by population, or a name that the atlas does not hold."""

    country: str
    rank: int
    title: str
    need: str
    themes: tuple[str, ...]
    sought: tuple[str, ...]
    person: str = "Awa Diop"
    function: str = "Responsable de la coopération"
    direction: str = "request"
    motives: str = "Nous voulons apprendre d’une collectivité qui a connu les mêmes difficultés et les a surmontées."
    territory: str = (
        "{name} ({country}) est une ville jeune, qui gère elle-même ses services depuis la décentralisation."
    )
    levels: tuple[str, ...] = ("local", "intermunicipal")
    languages: tuple[str, ...] = ("fr",)
    state: str = "published"
    unknown_name: str = ""


FRENCH = (
    French(
        "35238", "{name} cherche une ville du fleuve Sénégal pour un projet sur l’eau potable",
        "Notre régie de l’eau veut accompagner une ville de taille moyenne dans la gestion de son réseau : diagnostic, "
        "formation des agents, recherche de fuites. Un premier échange à distance suffirait à préparer une mission commune.",
        ("eau-potable", "assainissement"), ("partnership", "training"), ("SN", "ML"), budget=40_000,
        motives="Le dispositif « 1 % eau » nous permet d’agir dans la durée, avec un partenaire et un seul.",
        territory="Métropole de Bretagne, {name} gère son eau en régie publique depuis 2015 et coopère avec le Mali et le Sénégal.",
        sizes=("50000-99999", "100000-"), state="soon",
    ),
    French(
        "35238", "{name} propose son expérience des jardins partagés et des cantines bio",
        "Nous recevons volontiers des élus et des techniciens pour trois jours de visite, et répondons aux questions à distance.",
        ("securite-alimentaire",), ("experience",), ("MA", "TN", "DZ"), direction="offer", languages=("fr", "ar"), state="draft",
    ),
    French(
        "35238", "Échange de jeunes : {name} cherche une ville atlantique",
        "Deux classes de lycée préparent une traversée et cherchent leurs correspondants de l’autre côté de l’océan.",
        ("jeunesse",), ("experience",), ("BR", "CA"), languages=("fr", "en"), state="expired",
    ),
    French(
        "44109", "{name} offre une formation à la gestion des déchets ménagers",
        "Un module d’une semaine, en français, pour six agents : collecte, tri, sensibilisation. L’hébergement est pris en charge.",
        ("dechets",), ("training", "tool"), ("CM", "GN", "CI"), direction="offer", budget=12_000,
    ),
    French(
        "69123", "{name} cherche des villes pour un réseau sur la nature en ville",
        "Végétalisation des écoles, gestion des eaux de pluie, biodiversité : nous voulons comparer nos méthodes à quatre ou cinq.",
        ("biodiversite", "urbanisme"), ("experience", "project"), ("BF", "MG", "AM"), sizes=("100000-",), languages=("fr", "en"),
    ),
    French(
        "38185", "{name} propose ses outils de suivi de la qualité de l’air",
        "Capteurs à bas coût, logiciel libre et notice en quatre langues : nous aidons à les installer et à lire les mesures.",
        ("climat", "numerique"), ("tool", "expertise"), ("MA", "TN"), direction="offer", languages=("fr", "en", "ar"),
    ),
    French(
        "31555", "{name} cherche une ville universitaire d’Afrique centrale",
        "Nos universités et nos services veulent construire un programme de stages croisés autour de l’espace et du climat.",
        ("enseignement-superieur",), ("partnership",), ("CM", "GA", "TD"), levels=("local", "regional"),
    ),
    French(
        "33063", "{name} offre son expertise en restauration du patrimoine bâti",
        "Architectes et artisans peuvent accompagner l’inventaire d’un quartier ancien et un premier chantier-école.",
        ("patrimoine",), ("expertise", "training"), ("BJ", "VN", "SN"), direction="offer", budget=25_000,
    ),
    French(
        "59350", "{name} cherche un partenaire pour la santé des femmes",
        "Nos maternités et nos centres de santé souhaitent un échange suivi avec une ville qui développe les soins de proximité.",
        ("sante", "egalite-femmes-hommes"), ("partnership", "experience"), ("SN", "BF", "TG"),
    ),
    French(
        "67482", "{name} propose un échange sur les transports du quotidien",
        "Tramway, vélo, marche : nos ingénieurs partagent dix ans de mesures et reçoivent des délégations chaque printemps.",
        ("mobilite-durable",), ("experience",), ("PL", "DE", "GE"), direction="offer", languages=("fr", "en", "de"),
    ),
    French(
        "29019", "{name} cherche un port de taille comparable",
        "Nous voulons travailler sur la reconversion des friches portuaires et la formation aux métiers de la mer.",
        ("developpement-economique", "formation-professionnelle"), ("partnership", "project"), ("MA", "MG", "HT"),
        sizes=("100000-",),
    ),
    French(
        "13055", "{name} propose un appui à la négociation de conventions portuaires",
        "Nos juristes ont accompagné quatre villes dans la rédaction de leurs accords avec des exploitants de terminaux.",
        ("appui-institutionnel",), ("negotiation", "expertise"), ("DZ", "LB", "TN"), direction="offer", languages=("fr", "ar"),
    ),
    French(
        "25056", "{name} cherche une ville de montagne pour un projet sur le bois",
        "Filière courte, chauffage des écoles, métiers : nous avons un financement de trois ans et cherchons l’autre moitié.",
        ("energie",), ("project",), ("AM", "GE", "MA"), budget=90_000,
    ),
    French(
        "51454", "{name} offre un accueil d’artistes en résidence croisée",
        "Un atelier, un logement, une bourse de deux mois ; en échange, une résidence dans la ville partenaire.",
        ("creation-artistique",), ("experience",), ("LB", "VN", "BR"), direction="offer", languages=("fr", "en"),
    ),
    French(
        "34172", "{name} cherche une ville méditerranéenne pour préparer la montée des eaux",
        "Cartes de risque, alerte, écoles : nous voulons confronter nos plans à ceux d’une ville qui a déjà vécu le risque.",
        ("prevention-risques", "climat"), ("experience", "tool"), ("TN", "DZ", "IT"), languages=("fr", "it", "ar"),
    ),
    French(
        "63113", "{name} propose de partager ses archives ouvertes",
        "Nos archivistes forment à la numérisation et prêtent leur matériel pour un premier fonds.",
        ("lecture-publique", "numerique"), ("training", "tool"), ("BJ", "CI"), direction="offer",
    ),
    French(
        "87085", "{name} cherche un partenaire pour la céramique et les métiers d’art",
        "Nos lycées professionnels veulent échanger élèves et enseignants avec une ville de potiers.",
        ("formation-professionnelle",), ("partnership",), ("PT", "MA"), languages=("fr", "pt"), state="partnership",
    ),
    French(
        "37261", "{name} a partagé sa méthode de budget participatif",
        "Une méthode, une plateforme libre, un accompagnement de six mois.",
        ("citoyennete",), ("tool", "experience"), ("SN", "CM"), direction="offer", state="contacts",
    ),
    French(
        "84", "{name} cherche une région pour un accord sur la formation agricole",
        "Lycées agricoles, chambres d’agriculture et recherche : nous visons une convention de quatre ans entre régions.",
        ("agriculture", "formation-professionnelle"), ("partnership", "training"), ("BF", "MG", "TN"), kind="region",
        levels=("regional", "intermediate"), budget=300_000,
    ),
    French(
        "53", "{name} propose son expertise des algues et de la pêche côtière",
        "Nos laboratoires et nos lycées maritimes accompagnent des régions littorales : formation, transformation, marchés.",
        ("developpement-economique",), ("expertise", "training"), ("MG", "SN", "VN"), kind="region", direction="offer",
        levels=("regional",), budget=150_000,
    ),
    French(
        "31", "{name} cherche une province pour l’éducation à l’environnement",
        "Collèges jumelés, sentiers, cahiers de terrain : un projet de deux ans, déjà financé pour moitié.",
        ("education", "biodiversite"), ("project",), ("KH", "MG"), kind="departement", levels=("intermediate",), budget=60_000,
    ),
    French(
        "44", "{name} propose un appui à l’état civil",
        "Reprise des registres, formation des agents, sauvegarde : une équipe de quatre personnes, par missions de deux semaines.",
        ("appui-institutionnel",), ("expertise", "training"), ("CM", "GN"), kind="departement", direction="offer",
        levels=("local", "intermediate"),
    ),
)  # fmt: skip

ABROAD = (
    Abroad(
        "SN", 1, "{name} cherche une collectivité française pour l’assainissement de ses quartiers",
        "Nous avons un plan d’assainissement et pas encore d’opérateur. Nous cherchons une collectivité qui nous accompagne "
        "dans le choix des techniques et la formation d’une équipe de huit personnes.",
        ("assainissement", "eau-potable"), ("partnership", "expertise"), person="Fatou Ndiaye", function="Directrice des services",
    ),
    Abroad(
        "SN", 4, "{name} souhaite équiper ses écoles en eau et en latrines",
        "Douze écoles sans point d’eau : nous apportons le terrain et la main-d’œuvre, et cherchons l’appui technique.",
        ("education", "eau-potable"), ("project",), person="Ousmane Sarr", function="Adjoint au maire",
    ),
    Abroad(
        "SN", 0, "Joal-Fadiout cherche un partenaire pour protéger sa mangrove",
        "La mangrove recule et les femmes transformatrices perdent leur ressource. Nous voulons reboiser, surveiller et vendre "
        "mieux, avec une collectivité littorale qui connaît ces métiers.",
        ("biodiversite", "egalite-femmes-hommes"), ("partnership", "expertise"), person="Marie-Thérèse Sarr",
        function="Première adjointe", state="submitted", unknown_name="Commune de Joal-Fadiout",
    ),
    Abroad(
        "ML", 1, "{name} cherche un appui pour son plan de développement communal",
        "Le prochain plan de cinq ans se prépare : nous cherchons des méthodes de concertation et de suivi.",
        ("appui-institutionnel",), ("experience", "tool"),
    ),
    Abroad(
        "BF", 1, "{name} propose d’accueillir des volontaires en agroécologie",
        "Nos fermes-écoles reçoivent chaque année des jeunes de collectivités partenaires, pour trois à six mois.",
        ("agriculture", "jeunesse"), ("experience", "partnership"), direction="offer",
    ),
    Abroad(
        "BJ", 0, "{name} cherche une ville pour la restauration de ses maisons afro-brésiliennes",
        "Deux cents maisons sont recensées ; nous cherchons architectes, artisans et une école partenaire.",
        ("patrimoine", "tourisme"), ("partnership", "training"), person="Rosine Adjovi",
    ),
    Abroad(
        "TG", 0, "{name} cherche un partenaire pour l’éclairage public solaire",
        "Trois quartiers pilotes sont choisis ; il nous manque l’étude technique et la formation à l’entretien.",
        ("energie",), ("expertise", "training"),
    ),
    Abroad(
        "MG", 1, "{name} souhaite un échange sur l’eau entre régies",
        "Notre régie a trois ans. Nous voulons échanger avec une régie qui a réussi sa tarification sociale.",
        ("eau-potable",), ("experience",), person="Hery Rakoto", function="Directeur de la régie",
    ),
    Abroad(
        "TN", 2, "{name} propose son expérience de la budgétisation participative",
        "Cinq éditions, trois mille habitants consultés : nous partageons nos outils en arabe et en français.",
        ("citoyennete",), ("tool", "experience"), direction="offer", languages=("ar", "fr"), person="Leila Ben Salem",
    ),
    Abroad(
        "MA", 3, "{name} cherche une ville pour la gestion de ses déchets",
        "La décharge est pleine. Tri à la source, compost, recycleurs : nous voulons partir de ce qui marche ailleurs.",
        ("dechets",), ("expertise", "project"), languages=("ar", "fr"),
    ),
    Abroad(
        "DE", 5, "{name} sucht, {name} cherche : une commune pour un jumelage vert",
        "Nos citoyens veulent un jumelage autour du climat : rénovation des écoles, vélo, énergie citoyenne.",
        ("climat", "mobilite-durable"), ("partnership",), languages=("de", "fr", "en"), person="Anke Möller",
        territory="{name} est une ville allemande attachée à l’amitié entre nos pays, avec vingt associations actives.",
    ),
    Abroad(
        "PL", 3, "{name} cherche une ville française pour des échanges scolaires",
        "Quatre lycées enseignent le français ; les familles sont prêtes à recevoir.",
        ("jeunesse", "francophonie"), ("experience",), languages=("en", "fr"), person="Zofia Nowak",
        territory="{name} est une ville polonaise de tradition industrielle, aujourd’hui tournée vers la culture.",
    ),
    Abroad(
        "VN", 2, "{name} cherche une région pour la formation au tourisme durable",
        "Deux lycées hôteliers et une université souhaitent des formateurs et des stages.",
        ("tourisme", "formation-professionnelle"), ("training",), languages=("vi", "en", "fr"), levels=("regional", "intermediate"),
        person="Nguyen Thi Lan",
    ),
    Abroad(
        "CM", 2, "{name} cherche un appui à la numérisation de l’état civil",
        "Soixante mille actes à reprendre ; une salle et quatre agents sont prêts.",
        ("appui-institutionnel", "numerique"), ("expertise", "tool"), languages=("fr", "en"),
    ),
    Abroad(
        "BR", 6, "{name} propose un échange sur la cuisine collective et les marchés",
        "Nos cuisines de quartier servent quatre mille repas par jour : venez voir, et dites-nous comment vous faites.",
        ("securite-alimentaire",), ("experience",), direction="offer", languages=("pt", "es", "fr"), person="João Lima",
        territory="{name} est une grande ville du Brésil, connue pour ses politiques alimentaires.",
    ),
    Abroad(
        "MX", 3, "{name} busca, {name} cherche un partenaire pour ses bibliothèques",
        "Dix bibliothèques de quartier veulent monter un programme commun d’animation et de formation.",
        ("lecture-publique",), ("training", "project"), languages=("es", "fr"), person="Lucía Hernández",
        territory="{name} est une ville du Mexique dont les bibliothèques sont le premier lieu public.",
    ),
    Abroad(
        "AM", 1, "{name} a trouvé son partenaire pour la formation aux métiers du vin",
        "Une école, un domaine et une coopérative cherchaient des formateurs.",
        ("formation-professionnelle", "agriculture"), ("training",), languages=("fr", "en"), person="Anna Petrosyan",
        state="partnership",
    ),
    Abroad(
        "LB", 1, "{name} cherche un appui d’urgence pour ses écoles publiques",
        "Le toit de trois écoles est à refaire avant l’hiver ; nous cherchons des expertises et un plan de financement.",
        ("reconstruction", "education"), ("expertise", "negotiation"), languages=("ar", "fr", "en"), person="Georges Haddad",
        state="expired",
    ),
)  # fmt: skip

# Of the commune that replies, and the town that asks: (side, text).
CONVERSATION = (
    (
        "replier",
        "Bonjour, notre régie de l’eau a suivi un plan d’assainissement comparable. Nous serions heureux d’échanger avec "
        "votre équipe, d’abord à distance. Avez-vous déjà choisi les quartiers pilotes ?",
    ),
    (
        "author",
        "Merci de votre réponse. Trois quartiers sont choisis, et le conseil a voté une enveloppe pour les études. "
        "Pourriez-vous nous recevoir, ou nous envoyer deux techniciens au printemps ?",
    ),
    (
        "replier",
        "Nous pouvons accueillir quatre personnes une semaine en avril. Je vous propose une visioconférence pour en fixer le "
        "programme avec notre directeur de l’eau.",
    ),
    (
        "author",
        "C’est entendu : notre directrice des services sera présente. Nous préparons la liste de nos questions.",
    ),
)
