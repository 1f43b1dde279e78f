"""Where some projects of the demonstration take place: a point of their own, near the town, with its exactness."""

import random
from math import cos, pi, radians, sin

from atlas.models import PositionPrecision
from projects.demo import world
from projects.demo.words import of
from projects.demo.world import Town
from projects.services import NewPoint

SHARE = 0.12  # of the projects whose theme has a place of its own
NEAR_KM = (0.3, 2.5)
KM_OF_DEGREE = 111.2
# By theme, what stands somewhere; «{de}» is «de Thiès».
SITES: dict[str, tuple[str, ...]] = {
    "eau-potable": ("Forage du quartier nord {de}", "Château d’eau {de}", "Borne-fontaine du marché {de}"),
    "assainissement": ("Station d’épuration {de}", "Latrines de l’école centrale {de}"),
    "dechets": ("Centre de tri {de}", "Déchèterie communale {de}"),
    "energie": ("Centrale solaire {de}", "Toit solaire du lycée {de}"),
    "biodiversite": ("Pépinière communale {de}", "Sentier de la forêt {de}"),
    "education": ("École primaire {de}", "Collège {de}", "Cantine scolaire {de}"),
    "sante": ("Centre de santé {de}", "Maternité {de}"),
    "jeunesse": ("Maison des jeunes {de}",),
    "handicap-inclusion": ("Centre d’accueil de jour {de}",),
    "enseignement-superieur": ("Campus {de}",),
    "patrimoine": ("Vieille ville {de}", "Musée {de}"),
    "creation-artistique": ("Centre culturel {de}",),
    "lecture-publique": ("Bibliothèque municipale {de}",),
    "sport": ("Stade municipal {de}",),
    "agriculture": ("Ferme-école {de}", "Périmètre maraîcher {de}"),
    "securite-alimentaire": ("Grenier communal {de}",),
    "tourisme": ("Maison du tourisme {de}",),
    "formation-professionnelle": ("Centre de formation {de}",),
    "numerique": ("Espace numérique {de}",),
    "reconstruction": ("École reconstruite {de}", "Dispensaire {de}"),
    "accueil-refugies": ("Centre d’accueil {de}",),
    "securite-civile": ("Caserne des pompiers {de}",),
}


def own_point(rank: int, theme: str, town: Town, country: int) -> tuple[NewPoint, ...]:
    """The point of the project of that rank; none for most. Its own draw: nothing else of the project depends on it."""
    chance = random.Random(f"{world.SEED}/{rank}")  # noqa: S311
    if theme not in SITES or town.longitude is None or town.latitude is None or chance.random() >= SHARE:
        return ()
    name = chance.choice(SITES[theme]).format(de=of(town.name))
    angle, degrees = chance.uniform(0, 2 * pi), chance.uniform(*NEAR_KM) / KM_OF_DEGREE
    exact = chance.random() < 0.7
    return (
        NewPoint(
            name[:200],
            country,
            round(town.longitude + degrees * cos(angle) / cos(radians(town.latitude)), 5 if exact else 2),
            round(town.latitude + degrees * sin(angle), 5 if exact else 2),
            (PositionPrecision.EXACT if exact else PositionPrecision.FILE).value,
        ),
    )
