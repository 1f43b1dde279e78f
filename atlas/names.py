"""Names of places made comparable. Pure functions, the Python twins of the SQL functions of migration 0001."""

import re
import unicodedata

_NOT_ALPHANUMERIC = re.compile(r"[^\w]+|_+")
_SAINT = re.compile(r"\bst\b")
_SAINTE = re.compile(r"\bste\b")
_ARTICLE = re.compile(r"^(?:le|la|les|l) (?=.)")
_LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
)


def unaccent(value: str) -> str:
    """«Œuilly-lès-Forêts» → «OEuilly-les-Forets»."""
    decomposed = unicodedata.normalize("NFKD", value.translate(_LIGATURES))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def normalise(value: str) -> str:
    """Comparable form of a name: no accent, case or punctuation, «St» spelled out. «St-Étienne» → «saint etienne»."""
    words = _NOT_ALPHANUMERIC.sub(" ", unaccent(value).lower()).strip()
    return _SAINT.sub("saint", _SAINTE.sub("sainte", words))


def sort_key(value: str) -> str:
    """Where a name stands in a list: `normalise` without its leading article. «Le Havre» → «havre»."""
    return _ARTICLE.sub("", normalise(value))


def slugify(*parts: str) -> str:
    """«Saint-Étienne», «42218» → «saint-etienne-42218» (the abbreviation rule of `normalise` applies)."""
    return "-".join(normalise(" ".join(part for part in parts if part)).split())
