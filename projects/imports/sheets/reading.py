"""The workbook that comes back, into rows of values: every fault of every cell is noted, with its sheet, line and column."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from atlas.names import normalise
from projects.imports.faults import Fault, FileRefused
from projects.imports.files import Line, read_sheets

from .codes import Codes, Unknown
from .columns import SHEETS, Column, Sheet, Unreadable, tidy
from .records import in_order

HEADER_WITHIN = 5


@dataclass
class Row:
    """A line of a sheet. `values` holds what its columns say; a column that the file does not have is not in it.

    Of a part of a project, `uuid` is that of the project, or `reference` the title of a new one; `part` is its own number.
    `cells`: texts by header, for what is told of the row. `is_sound`: every cell was understood.
    """

    sheet: Sheet
    line: int
    uuid: UUID | None = None
    version: int | None = None
    collectivity: str = ""
    reference: str = ""
    part: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    is_sound: bool = True


@dataclass
class Content:
    """What a file says, and all that is wrong in it."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fail(self, row: Row, column: str, message: str, advice: str = "", value: str = "") -> None:
        row.is_sound = False
        self.faults.append(Fault(message, advice, row.line, column, value, str(row.sheet.title)))


def read_content(content: bytes, name: str, codes: Codes, *, most: int) -> Content:
    """Rows of the sheets.

    Raises:
        FileRefused: not a workbook, not this one, too long, or with formulas.
    """
    sheets, formulas = read_sheets(content, name)
    found = {
        sheet: lines
        for title, lines in sheets.items()
        for sheet in SHEETS
        if normalise(title) == normalise(sheet.title)
    }
    if not found:
        raise FileRefused(
            [
                Fault(
                    _("Aucune feuille « Projets » ni « Partenariats » dans ce classeur."),
                    _("Repartez du classeur téléchargé sur cette page, et gardez le nom de ses feuilles."),
                )
            ]
        )
    _refuse_formulas(formulas)
    if (total := sum(max(0, len(lines) - 1) for lines in found.values())) > most:
        raise FileRefused(
            [
                Fault(
                    _("Le classeur compte %(n)d lignes : %(most)d au plus à la fois.") % {"n": total, "most": most},
                    _("Gardez les lignes à corriger et retirez les autres : une ligne absente ne change rien."),
                )
            ]
        )
    headers = {sheet: _find_columns(sheet, lines) for sheet, lines in found.items() if lines}
    codes.know_partners(
        cells[columns["partners"]]
        for sheet, (start, columns, _names) in headers.items()
        for _number, cells in found[sheet][start + 1 :]
        if "partners" in columns and columns["partners"] < len(cells)
    )
    read = Content()
    for sheet, (start, columns, names) in headers.items():
        for number, cells in found[sheet][start + 1 :]:
            texts = {key: tidy(cells[place]) if place < len(cells) else "" for key, place in columns.items()}
            read.rows.append(_row(sheet, number, texts, names, codes, read))
    return read


def _refuse_formulas(formulas: Sequence[tuple[str, str]]) -> None:
    if not formulas:
        return
    titles = {normalise(sheet.title): str(sheet.title) for sheet in SHEETS}
    faults = []
    for title, cell in formulas:
        if title and normalise(title) not in titles:
            continue  # somebody's own sheet: it is not read
        place = re.fullmatch(r"([A-Z]+)(\d+)", cell)
        faults.append(
            Fault(
                _("cette cellule contient une formule.") if cell else _("Le classeur contient des formules."),
                _("Remplacez-la par son résultat (copier, puis collage spécial « valeurs »)."),
                int(place[2]) if place else 0,
                place[1] if place else "",
                sheet=title,
            )
        )
    if faults:
        raise FileRefused(faults)


def _find_columns(sheet: Sheet, lines: Sequence[Line]) -> tuple[int, dict[str, int], dict[str, Column]]:
    """Index of the header in `lines`, place of each column in it, and the columns by name.

    Raises:
        FileRefused: a column is missing, unknown or there twice.
    """
    known = {column.name: column for column in (*sheet.head, *sheet.columns, *sheet.slots())}
    by_header = {normalise(column.header): name for name, column in known.items()}
    best: tuple[int, int] = (0, -1)
    for index, (_number, cells) in enumerate(lines[:HEADER_WITHIN]):
        recognised = sum(normalise(cell) in by_header for cell in cells)
        best = max(best, (recognised, -index))
    start = -best[1] if best[0] else 0
    number, cells = lines[start]
    faults, places = [], {}
    for place, cell in enumerate(cells):
        key = normalise(cell)
        if not key or key == normalise(sheet.note.header):
            continue
        if (name := by_header.get(key)) is None:
            faults.append(
                Fault(
                    _("colonne inconnue."),
                    _("Rendez-lui le nom qu’elle a dans le classeur téléchargé, ou supprimez-la."),
                    number,
                    tidy(cell),
                    sheet=str(sheet.title),
                )
            )
        elif name in places:
            faults.append(
                Fault(
                    _("cette colonne est là deux fois."),
                    _("Supprimez-en une."),
                    number,
                    tidy(cell),
                    sheet=str(sheet.title),
                )
            )
        else:
            places[name] = place
    faults += [
        Fault(
            _("colonne absente : « %s ».") % column.header,
            _("Remettez-la, comme dans le classeur téléchargé sur cette page."),
            number,
            sheet=str(sheet.title),
        )
        for column in known.values()
        if column.required and column.name not in places
    ]
    if faults:
        raise FileRefused(faults)
    return start, places, known


def _row(
    sheet: Sheet, number: int, texts: Mapping[str, str], names: Mapping[str, Column], codes: Codes, read: Content
) -> Row:
    row = Row(sheet, number, cells={str(names[key].header): text for key, text in texts.items() if text})
    values: dict[str, Any] = {}
    for key, text in texts.items():
        column = names[key]
        try:
            values[key] = column.kind.read(text, codes, column) if text else column.kind.empty
        except (Unreadable, Unknown) as error:
            read.fail(row, str(column.header), str(error), error.advice, text)
    row.collectivity = values.pop("collectivity", "")
    row.version = values.pop("version", None)
    row.part = values.pop("part", None)
    if given := values.pop("uuid", ""):
        try:
            row.uuid = UUID(given)
        except ValueError:
            row.reference = given
        if row.reference and not sheet.key:
            read.fail(
                row,
                str(names["uuid"].header),
                _("ce n’est pas un identifiant de fiche."),
                _("Laissez la cellule vide pour une fiche nouvelle ; sinon reprenez celui du classeur téléchargé."),
                given,
            )
    for name, _family, header, share in sheet.slotted:
        _gather(name, header, share, values, texts, row, read)
    _check(row, values, names, read)
    row.values = values
    return row


def _gather(
    name: str, header: Any, share: Any, values: dict[str, Any], texts: Mapping[str, str], row: Row, read: Content
) -> None:
    """The repeated columns of a row as one value: pairs of code and share."""
    numbers = sorted({int(key.split(".")[1]) for key in texts if key.startswith(f"{name}.")})
    if not numbers:
        return
    pairs, unread = [], False
    for number in numbers:
        key, part = f"{name}.{number}", f"{name}.{number}.share"
        code, given = values.pop(key, None), values.pop(part, None)
        unread = unread or code is None or (bool(texts.get(part)) and given is None)
        if code:
            if code in [known for known, _given in pairs]:
                read.fail(
                    row,
                    str(header % number),
                    _("cette valeur est déjà donnée plus à gauche."),
                    _("Effacez-la."),
                    texts[key],
                )
            pairs.append((code, given))
        elif code == "" and given is not None:
            read.fail(
                row,
                str(header % number),
                _("il y a une part et rien à sa gauche."),
                _("Complétez, ou effacez la part."),
            )
    if unread:
        return
    if share and len(pairs) == 1 and pairs[0][1] is None:
        pairs = [(pairs[0][0], _WHOLE)]
    if share and (lacking := [code for code, given in pairs if given is None]):
        at = numbers[[code for code, _given in pairs].index(lacking[0])]
        read.fail(
            row, str(share % at), _("la part est vide."), _("Donnez une part à chacun : elles doivent faire 100 %.")
        )
        return
    if share and (total := sum(given for _code, given in pairs)) > 100:
        told = f"{total:f}".rstrip("0").rstrip(".").replace(".", ",")
        read.fail(
            row,
            str(share % numbers[len(pairs) - 1]),
            _("les parts font %s %% en tout.") % told,
            _("Ramenez-les à 100 %."),
        )
        return
    values[name] = in_order(pairs, first_counts=name == "themes" and bool(share))


_WHOLE = Decimal("100.00")
_UNSAID = object()


def _check(row: Row, values: Mapping[str, Any], names: Mapping[str, Column], read: Content) -> None:
    """What the cells of a row say together."""

    def fail(name: str, message: str, advice: str = "") -> None:
        header = str(names[name].header if name in names else row.sheet.label(name))
        read.fail(row, header, message, advice, row.cells.get(header, ""))

    for first, last in (("starts_on", "ends_on"), ("signed", "ended_on"), ("signed", "expires_on")):
        begun, ended = values.get(first), values.get(last)
        begun = begun[0] if isinstance(begun, tuple) else begun
        if begun and ended and ended < begun:
            fail(last, _("la fin précède le début (%s).") % f"{begun:%d/%m/%Y}", _("Corrigez l’une des deux dates."))
    for column in row.sheet.columns:
        if column.required and values.get(column.name, _UNSAID) in ("", None, ()):
            fail(column.name, _("la cellule est vide."), _("Complétez-la, ou supprimez la ligne."))
    if row.uuid is None and row.is_sound and row.sheet.name == "projects" and not values.get("countries"):
        fail("countries.1", _("le projet n’est dans aucun pays."), _("Indiquez au moins un pays."))
