"""French articles and elisions for the names of places and authorities."""

import re

from atlas.models import CollectivityKind
from projects.demo.world import Actor

_VOWEL = re.compile(r"^[aàâäeéèêëiîïoôöuùûüyœæAÀÂÄEÉÈÊËIÎÏOÔÖUÙÛÜYŒÆ]")
_DU = {
    *(
        "Bas-Rhin",
        "Calvados",
        "Cantal",
        "Cher",
        "Doubs",
        "Finistère",
        "Gard",
        "Gers",
        "Haut-Rhin",
        "Jura",
        "Loiret",
        "Lot",
    ),
    *("Morbihan", "Nord", "Pas-de-Calais", "Puy-de-Dôme", "Rhône", "Tarn", "Territoire de Belfort", "Val-d'Oise"),
    *("Val-de-Marne", "Var"),
}
_DES = {
    *("Alpes-de-Haute-Provence", "Alpes-Maritimes", "Ardennes", "Bouches-du-Rhône", "Côtes-d'Armor", "Deux-Sèvres"),
    *("Hautes-Alpes", "Hautes-Pyrénées", "Hauts-de-Seine", "Landes", "Pyrénées-Atlantiques", "Pyrénées-Orientales"),
    *("Vosges", "Yvelines"),
}
_DE = {
    *(
        "Eure-et-Loir",
        "Ille-et-Vilaine",
        "Indre-et-Loire",
        "Loir-et-Cher",
        "Lot-et-Garonne",
        "Maine-et-Loire",
        "Mayotte",
    ),
    *("Paris", "Saône-et-Loire", "Seine-et-Marne", "Tarn-et-Garonne", "La Réunion"),
}
_LONG = {
    "CC": "la communauté de communes",
    "CA": "la communauté d’agglomération",
    "CU": "la communauté urbaine",
}


def of(name: str) -> str:
    """«de Rennes», «d’Abidjan», «du Havre», «des Ulis»."""
    for article, contracted in (("Le ", "du "), ("Les ", "des ")):
        if name.startswith(article):
            return contracted + name[len(article) :]
    return f"d’{name}" if _VOWEL.match(name) else f"de {name}"


def at(name: str) -> str:
    """«à Dakar», «au Caire», «aux Cayes»."""
    for article, contracted in (("Le ", "au "), ("Les ", "aux ")):
        if name.startswith(article):
            return contracted + name[len(article) :]
    return f"à {name}"


def of_department(name: str) -> str:
    """«du Nord», «des Landes», «de l’Ain», «de la Creuse»."""
    if name in _DU:
        return f"du {name}"
    if name in _DES:
        return f"des {name}"
    if name in _DE:
        return of(name)
    return f"de l’{name}" if _VOWEL.match(name) or name.startswith("Hérault") else f"de la {name}"


def said(authority: Actor) -> str:
    """How a text names a French authority: «la ville de Rennes», «le Département du Nord»."""
    name = authority.name
    if authority.kind == CollectivityKind.COMMUNE:
        return f"la {'ville' if (authority.population or 0) >= 10_000 else 'commune'} {of(name)}"
    if authority.kind == CollectivityKind.DEPARTEMENT:
        return f"le Département {of_department(name)}"
    if authority.kind == CollectivityKind.REGION:
        return f"la Région {name}"
    short, _space, rest = name.partition(" ")
    if short in _LONG:
        return f"{_LONG[short]} {rest}"
    if name.startswith(("Collectivité", "Métropole")):
        return f"la {name}"
    return name


def of_said(authority: Actor) -> str:
    """The same after «de»: «de la ville de Rennes», «du Département du Nord»."""
    named = said(authority)
    return f"du {named[3:]}" if named.startswith("le ") else f"de {named}" if named.startswith("la ") else of(named)
