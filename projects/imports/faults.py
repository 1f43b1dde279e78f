"""What is wrong in a file: where, which value, and what to do about it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

SHOWN = 100


@dataclass(frozen=True)
class Fault:
    """`line` 0 is the file itself. `column` and `value` are empty when the fault is not in one cell; `sheet` when there is one sheet."""

    message: str
    advice: str = ""
    line: int = 0
    column: str = ""
    value: str = ""
    sheet: str = ""

    def __str__(self) -> str:
        where = _("ligne %d") % self.line if self.line else ""
        if self.sheet:
            where = ", ".join(filter(None, [_("feuille « %s »") % self.sheet, where]))
        if self.column:
            where += ", " * bool(where) + _("colonne « %s »") % self.column
        if self.value:
            shown = self.value if len(self.value) <= 60 else self.value[:60] + "…"
            where += ", " * bool(where) + _("valeur « %s »") % shown
        return " ".join(part for part in (f"{where}\u00a0:" if where else "", self.message, self.advice) if part)


class FileRefused(Exception):
    """The file is refused whole and nothing was written. `faults` holds the first `SHOWN`, `total` counts them all."""

    def __init__(self, faults: list[Fault]) -> None:
        self.total = len(faults)
        self.faults = faults[:SHOWN]
        super().__init__("\n".join(map(str, self.faults)))
