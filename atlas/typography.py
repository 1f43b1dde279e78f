"""French typography of the interface: texts are typed with plain spaces, and read with those at which no line breaks.

One place for all of them: a text that no catalogue of French translates is French already, and gettext ends here.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from gettext import NullTranslations

from django.conf import settings
from django.utils.dateformat import DateFormat
from django.utils.translation import get_language, trans_real

NO_BREAK, NARROW_SPACE = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
# Before the high marks and the signs, and between guillemets and what they hold. The % of «%(name)s» is no sign.
_BREAKS = re.compile(r" (?=[:;?!€]|%%?(?![\w(]))|(?<=«) ?(?=\S)|(?<=[^\s«]) ?(?=»)")


@cache
def no_break(text: str) -> str:
    """«Une erreur ?» with a no-break space before its mark. All are kept: they are the texts of the code."""
    return _BREAKS.sub(NO_BREAK, text)


class _AsTyped(NullTranslations):
    """Where gettext ends, for a text in French."""

    def gettext(self, message: str) -> str:
        return no_break(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return no_break(msgid1 if n < 2 else msgid2)


def _suffix(day: DateFormat, english: Callable[[DateFormat], str] = DateFormat.S) -> str:
    """«1er»: the first of the month alone bears one in French. Django's suffixes are English whatever the language."""
    if (get_language() or settings.LANGUAGE_CODE).startswith("fr"):
        return "er" if day.data.day == 1 else ""
    return english(day)


def install() -> None:
    """Once the apps are loaded; catalogues live as long as the process."""
    trans_real.translation(settings.LANGUAGE_CODE).add_fallback(_AsTyped())
    DateFormat.S = _suffix


# --- Numbers ----------------------------------------------------------------------------------------------------------


def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """1234567.891 → «1 234 568»; `|number:1` → «1 234 567,9». Thousands are parted by narrow no-break spaces."""
    if value is None or value == "":
        return ""
    quantum = Decimal(1).scaleb(-int(decimals))
    text = f"{Decimal(str(value)).quantize(quantum, ROUND_HALF_UP):,f}"
    return text.replace(",", NARROW_SPACE).replace(".", ",")


def exact(value: float | Decimal | None) -> str:
    """1234.5 → «1 234,5»: with its cents, where there are some."""
    text = number(value, 2)
    return text.rstrip("0").rstrip(",") if "," in text else text
