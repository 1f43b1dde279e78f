"""Names of places made comparable. Pure functions, the Python twins of the SQL functions of migration 0001."""

import re
import unicodedata

# Modifier letters («Hawaiʻi») are marks, as for PostgreSQL.
_NOT_ALPHANUMERIC = re.compile(r"[\W_ʰ-˿]+")
_SAINT = re.compile(r"\bst\b")
_SAINTE = re.compile(r"\bste\b")
_ARTICLE = re.compile(r"^(?:le|la|les|l) (?=.)")
# Letters that no decomposition makes plain: ligatures, and the barred and hooked ones («Đà Nẵng», «Diyarbakır»).
_LETTERS = str.maketrans("đðħłøıŋŧƀɓƈɖɗɛƒɠǥɦɨɉƙƚɲƞƥɍƭʈʉʋƴɏƶ", "ddhlointbbcddefgghijklnnprttuvyyz") | str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "þ": "th"}
)


def unaccent(value: str) -> str:
    """Lower case without accents: «Œuilly-lès-Forêts» → «oeuilly-les-forets»."""
    value = value.lower()
    if value.isascii():  # most names of a gazetteer: nothing to take apart
        return value
    decomposed = unicodedata.normalize("NFKD", value.translate(_LETTERS))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def normalise(value: str) -> str:
    """Comparable form of a name: no accent, case or punctuation, «St» spelled out. «St-Étienne» → «saint etienne»."""
    words = _NOT_ALPHANUMERIC.sub(" ", unaccent(value)).strip()
    return _SAINT.sub("saint", _SAINTE.sub("sainte", words))


def sort_key(value: str) -> str:
    """Where a name stands in a list: `normalise` without its leading article. «Le Havre» → «havre»."""
    return _ARTICLE.sub("", normalise(value))


def slugify(*parts: str) -> str:
    """«Saint-Étienne», «42218» → «saint-etienne-42218»: `normalise`, of which addresses keep plain letters and digits."""
    words = normalise(" ".join(part for part in parts if part))
    return "-".join(words.encode("ascii", "ignore").decode().split())


def name_in(language: str | None, **names: str) -> tuple[str, str]:
    """Of the names by language, that of the page; the French one where it is missing, and then «fr», for the page to say so."""
    code = (language or "fr")[:2]
    return (names[code], "") if names.get(code) else (names["fr"], "fr")
