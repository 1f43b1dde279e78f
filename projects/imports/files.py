"""Bytes of an uploaded file into lines of text cells, or a clear refusal. CSV, XLSX and ODS; nothing is ever executed."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from projects.imports.faults import Fault, FileRefused

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_SHEET_COLUMNS = 160  # of our own workbook, which repeats some
MOST_CHARACTERS = 2_000
# Of a workbook, which is a ZIP archive: a real one holds a few dozen members and compresses about tenfold.
MOST_MEMBERS = 1_000
MOST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 200

Line = tuple[int, list[str]]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# UTF-8 read as Windows-1252 («Ã©»), and a DOS or Macintosh page read so («Sa‚ne», «AndrŽsy»).
_TWICE_ENCODED = re.compile(r"Ã[\x80-\xbf©¨ª«®´¶»¼¯§¢¹]|â€[™œ\x9d“”]")
_OTHER_PAGE = re.compile(r"[a-z][‚ƒ„†‡ˆ‰‹Ž][a-z]")


def read_lines(content: bytes, name: str) -> list[Line]:
    """Lines of the file that are not empty, each with its number there (from 1).

    Raises:
        FileRefused: too big, unreadable, or not one of the three formats.
    """
    if not content.strip():
        raise FileRefused(
            [Fault(_("Le fichier est vide."), _("Choisissez un fichier qui a un en-tête et des lignes."))]
        )
    if len(content) > MOST_BYTES:
        raise FileRefused(
            [
                Fault(
                    _("Le fichier pèse plus de %d Mo.") % (MOST_BYTES >> 20),
                    _("Gardez les seules colonnes utiles, ou coupez-le en plusieurs fichiers."),
                )
            ]
        )
    suffix = Path(name).suffix.lower()
    if content.startswith(b"PK"):
        lines = _workbook_lines(content)
    elif suffix in (".xlsx", ".ods") or content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(
            [
                Fault(
                    _("Ce n’est pas un classeur XLSX ou ODS lisible."),
                    _("Enregistrez-le de nouveau au format XLSX, ODS ou CSV, sans mot de passe."),
                )
            ]
        )
    else:
        lines = _csv_lines(content)
    kept: list[Line] = []
    for number, cells in lines:
        if any(cells):
            kept.append((number, cells))
        if len(kept) > MOST_ROWS + 1:
            raise _too_long()
    return kept


def _too_long() -> FileRefused:
    return FileRefused(
        [
            Fault(
                _("Le fichier compte plus de %d lignes.") % MOST_ROWS,
                _("Vérifiez qu’il s’agit du bon fichier, ou coupez-le en plusieurs."),
            )
        ]
    )


# --- CSV --------------------------------------------------------------------------------------------------------------


def _decode(content: bytes) -> str:
    advice = _("Enregistrez-le en « CSV UTF-8 », ou envoyez le classeur XLSX ou ODS.")
    for encoding in ("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            raise FileRefused([Fault(_("Ce fichier n’est pas un texte : il contient des données binaires."), advice)])
        for number, line in enumerate(text.splitlines(), start=1):
            garbled = _TWICE_ENCODED.search(line) or (encoding == "cp1252" and _OTHER_PAGE.search(line))
            if garbled:
                raise FileRefused(
                    [
                        Fault(
                            _("Les accents sont illisibles : le codage du fichier est faux."),
                            advice,
                            number,
                            value=line,
                        )
                    ]
                )
        return text
    raise FileRefused([Fault(_("Le codage des caractères n’est ni UTF-8 ni Windows-1252."), advice)])


def _csv_lines(content: bytes) -> Iterator[Line]:
    text = _decode(content)
    sample = "\n".join(text.splitlines()[:5])
    delimiter = max(",;\t|", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    end = 0
    try:
        for cells in reader:
            yield end + 1, [_clean(cell) for cell in cells[: MOST_COLUMNS + 1]]
            end = reader.line_num
    except csv.Error as error:
        raise FileRefused(
            [
                Fault(
                    _("Ligne illisible : %s.") % error,
                    _("Un guillemet ouvert n’est peut-être pas refermé."),
                    line=reader.line_num,
                )
            ]
        ) from None


def _clean(cell: str) -> str:
    """One line, single spaces, no control character."""
    return " ".join(_CONTROL.sub("", cell[: MOST_CHARACTERS + 1]).split())


# --- XLSX and ODS -----------------------------------------------------------------------------------------------------


def _check_archive(content: bytes) -> None:
    """What the directory of the archive says of its size, before anything is unpacked."""
    advice = _("Enregistrez la feuille seule dans un nouveau classeur, ou en CSV.")
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise FileRefused([Fault(_("Le classeur est abîmé."), advice)]) from None
    names = {member.filename for member in members}
    if not {"xl/workbook.xml", "content.xml"} & names:
        raise FileRefused([Fault(_("Cette archive n’est ni un classeur XLSX ni un classeur ODS."), advice)])
    unpacked = sum(member.file_size for member in members)
    ratio = unpacked / max(1, sum(member.compress_size for member in members))
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or ratio > MOST_RATIO:
        raise FileRefused(
            [
                Fault(
                    _("Une fois ouvert, ce classeur occuperait %(size)d Mo (%(members)d pièces) : c’est trop.")
                    % {"size": unpacked >> 20, "members": len(members)},
                    advice,
                )
            ]
        )


def _workbook_lines(content: bytes) -> Iterator[Line]:
    for number, cells in enumerate(_opened(content)["rows"], start=1):
        yield number, [_clean(cell) for cell in cells]


def read_sheets(content: bytes, name: str) -> tuple[dict[str, list[Line]], list[tuple[str, str]]]:
    """Sheets of a workbook by name, cells as they are, lines that are not empty; and the (sheet, cell) of each formula.

    Raises:
        FileRefused: not a workbook, or one that cannot be opened.
    """
    if not content.startswith(b"PK"):
        raise FileRefused(
            [
                Fault(
                    _("Ce n’est pas un classeur XLSX ou ODS lisible."),
                    _("Reprenez le fichier téléchargé ici et enregistrez-le au format XLSX ou ODS, sans mot de passe."),
                )
            ]
        )
    answer = _opened(content, MOST_SHEET_COLUMNS, "all")
    names = [sheet for sheet, _rows in answer["sheets"]]
    sheets = {
        sheet: [(number, cells) for number, cells in enumerate(rows, start=1) if any(cell.strip() for cell in cells)]
        for sheet, rows in answer["sheets"]
    }
    return sheets, [(names[sheet] if cell else "", cell) for sheet, cell in answer["formulas"]]


def _opened(content: bytes, most_columns: int = MOST_COLUMNS, *more: str) -> dict:
    """What the program that opens workbooks says of this one."""
    _check_archive(content)
    program = Path(__file__).with_name("spreadsheet.py")
    # A little above the limit, so that a title and empty lines do not count; `read_lines` counts what is left.
    command = [sys.executable, "-I", str(program), str(MOST_ROWS + 1_000), str(most_columns), *more]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=60)  # noqa: S603 our own program
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):  # stopped by the system, or crashed
        answer = {"error": "greedy"}
    advice = _("Enregistrez la feuille seule dans un nouveau classeur, ou en CSV.")
    match answer.get("error"):
        case "password":
            raise FileRefused([Fault(_("Le classeur est protégé par un mot de passe."), _("Enregistrez-le sans."))])
        case "size" if answer["columns"] > most_columns:
            raise FileRefused([Fault(_("La feuille compte plus de %d colonnes.") % most_columns, advice)])
        case "size":
            raise _too_long()
        case "greedy":
            raise FileRefused([Fault(_("Ce classeur demande trop de mémoire ou de temps pour être ouvert."), advice)])
        case "unreadable":
            raise FileRefused([Fault(_("Le classeur est abîmé ou d’un format inconnu."), advice)])
    return answer
