"""The workbook that goes out: how to use it, the records, and the codes that its cells choose from."""

import io
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from atlas.models import Collectivity

from .codes import Codes
from .columns import DAY, MOST_SLOTS, NUMBERS, PARTNERSHIPS, PARTS, PROJECTS, SHEETS, SLOTS, Column, Sheet
from .records import Values, parts_of, read_records, values_of

ROOM = 500  # empty lines that know their lists
GREY = ("uuid", "version", "part", "note")
LISTS = (
    *("theme", "country", "sdg", "activity", "kind", "situation", "collectivity"),
    *("formality", "party", "role", "source", "level", "yes"),
)


def write_sheets(collectivity: Collectivity, scope: Sequence[Collectivity]) -> bytes:
    """The workbook of `collectivity`, with the records of `scope`. Texts are texts: nothing in them is a formula."""
    codes = Codes(scope)
    out = io.BytesIO()
    book = Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "key": book.add_format({"font_color": "#666666", "bg_color": "#EEEEEE"}),
        "day": book.add_format({"num_format": "dd/mm/yyyy"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    _write_guide(book, collectivity, scope, formats)
    lines = _lines(scope, codes)
    sheets = [book.add_worksheet(str(sheet.title)) for sheet in SHEETS]
    ranges = _write_codes(book, codes, formats)
    for sheet, page in zip(SHEETS, sheets, strict=True):
        _write_lines(page, sheet, lines[sheet.name], codes, ranges, formats)
    book.close()
    return out.getvalue()


def _lines(scope: Sequence[Collectivity], codes: Codes) -> dict[str, list[Values]]:
    """By the name of the sheet, its lines: what each column of head and body says."""
    records = read_records(scope)
    slugs = {one.pk: one.slug for one in scope}
    lines: dict[str, list[Values]] = {sheet.name: [] for sheet in SHEETS}
    for sheet in (PROJECTS, PARTNERSHIPS):
        for record in records[sheet.name]:
            key = {"uuid": str(record.uuid), "version": record.version}
            head = key | {
                "collectivity": next((slugs[pk] for pk in record.french_ids if pk in slugs), ""),
                "note": record.get_publication_display(),
            }
            lines[sheet.name].append(head | values_of(record, codes))
            if sheet is PROJECTS:
                said = parts_of(record, codes)
                for part in PARTS:
                    lines[part.name] += [
                        key | {"part": pk, "note": record.title, "remove": ""} | values
                        for pk, values in said[part.name].items()
                    ]
    return lines


def _write_guide(book: Workbook, collectivity: Collectivity, scope: Sequence[Collectivity], formats: dict) -> None:
    page = book.add_worksheet(_("Mode d’emploi"))
    page.set_column(0, 0, 110)
    lines = [
        _("Fiches de %(name)s, le %(day)s") % {"name": collectivity, "day": f"{timezone.localdate():%d/%m/%Y}"},
        _("Corrigez les feuilles « Projets », « Partenariats », « Organismes », « Budget », « Indicateurs » et « Mesures », puis déposez le classeur sur la page où vous l’avez pris."),
        _("Rien n’est écrit avant que vous ayez vu, page suivante, les ajouts, les changements et les erreurs ; puis tout l’est, ou rien."),
        _("Une ligne sans identifiant crée une fiche, en brouillon. Une ligne supprimée ne change rien : on archive en ligne."),
        _("Ne modifiez ni l’identifiant, ni la version : ils disent de quelle fiche il s’agit, et si elle a changé entre-temps."),
        _("Une colonne entière peut être supprimée : ce qu’elle disait reste comme il est. Les colonnes grisées sont nécessaires."),
        _("Thèmes et pays : le premier thème est le principal ; les parts des thèmes font 100 en tout, celles des pays aussi."),
        _("Partenaires étrangers : « Nom (Pays) [code] », séparés par « | ». Le code est à la fin de l’adresse de sa fiche publique ; sans code, le nom exact et le pays suffisent."),
        _("ODD : « libellé [numéro] » ou le numéro seul, séparés par « | »."),
        _("Signature d’un partenariat : 1987, 03/1987 ou 12/03/1987, selon ce que vous savez."),
        _("Organismes, budget, indicateurs, mesures : une ligne chacun. « Projet » dit de quel projet, par son identifiant, ou par l’intitulé d’un projet ajouté dans ce classeur ; « Ligne » dit quelle ligne, et reste vide pour une nouvelle."),
        _("Pour retirer une de ces lignes, choisissez « Oui » dans la colonne « Retirer ». Un indicateur retiré emporte ses mesures."),
        _("Une mesure nomme son indicateur, par son intitulé ; les montants sont en euros."),
        _("Collectivités françaises parties d’un projet, documents, photos et publication se tiennent en ligne : ce classeur n’y touche pas."),
        _("Pas de formules : seules les valeurs sont lues."),
        _("Collectivités de ce classeur :"),
        *(f"– {one}" for one in scope),
    ]  # fmt: skip
    page.write_string(0, 0, lines[0], formats["title"])
    for number, line in enumerate(lines[1:], start=2):
        page.write_string(number, 0, line, formats["wrap"])


def _write_codes(book: Workbook, codes: Codes, formats: dict) -> dict[str, str]:
    """The lists that cells choose from, one by column; returns the range of each."""
    titles = {
        "theme": _("Thèmes"),
        "country": _("Pays"),
        "sdg": _("ODD"),
        "activity": _("Situation déclarée d’un projet"),
        "kind": _("Nature d’un partenariat"),
        "situation": _("Situation d’un partenariat"),
        "collectivity": _("Collectivités"),
        "party": _("Nature d’un organisme"),
        "role": _("Rôle d’un organisme"),
        "source": _("Source d’un budget"),
        "level": _("Niveau d’un indicateur"),
        "formality": _("Engagement d’un partenariat"),
        "yes": _("Oui, ou rien"),
    }
    page = book.add_worksheet(_("Codes"))
    page.freeze_panes(1, 0)
    ranges = {}
    for index, family in enumerate(LISTS):
        choices = codes.families[family].choices
        page.set_column(index, index, 40)
        page.write_string(0, index, str(titles[family]), formats["head"])
        for number, choice in enumerate(choices, start=1):
            page.write_string(number, index, choice)
        letter = xl_col_to_name(index)
        ranges[family] = f"={_('Codes')}!${letter}$2:${letter}${max(2, len(choices) + 1)}"
    return ranges


def _columns(sheet: Sheet, values: Sequence[Values]) -> list[Column]:
    """The columns of a sheet, with room enough for the record that repeats most."""
    most = max([SLOTS, *(len(one[name]) for one in values for name, *_rest in sheet.slotted)])
    slots = sheet.slots(min(most, MOST_SLOTS))
    if sheet in PARTS:  # what project it is, at once after its number
        return [*sheet.head, sheet.note, *sheet.columns]
    return [*sheet.head, *sheet.columns, *slots, sheet.note]


def _write_lines(
    page: Any, sheet: Sheet, lines: list[Values], codes: Codes, ranges: dict[str, str], formats: dict
) -> None:
    columns = _columns(sheet, lines)
    page.freeze_panes(1, len(sheet.head) + 1)
    page.set_row(0, 32)
    last = len(lines) + ROOM
    for index, column in enumerate(columns):
        page.write_string(0, index, str(column.header), formats["head"])
        page.set_column(index, index, column.width, formats["key"] if column.name in GREY else None)
        if column.family and column.family != "sdg":
            page.data_validation(1, index, last, index, _validation(ranges[column.family], column))
    for number, values in enumerate(lines, start=1):
        for index, column in enumerate(columns):
            _write(page, number, index, column, _cell(column.name, values), codes, formats)
    page.autofilter(0, 0, max(1, len(lines)), len(columns) - 1)


def _validation(source: str, column: Column) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_title": str(column.header)[:32],
        "error_message": _("Choisissez dans la liste."),
    }


def _cell(name: str, values: Values) -> Any:
    """The value of a column; of a repeated one, the n-th."""
    if "." not in name:
        return values[name]
    group, number, *share = name.split(".")
    pairs = values[group]
    return pairs[int(number) - 1][1 if share else 0] if int(number) <= len(pairs) else None


def _write(page: Any, line: int, index: int, column: Column, value: Any, codes: Codes, formats: dict) -> None:
    if value in (None, "", ()):
        return
    look = formats["key"] if column.name in GREY else None
    if column.kind is DAY:
        page.write_datetime(line, index, value, formats["day"])
    elif column.kind in NUMBERS:
        page.write_number(line, index, value, look)
    else:
        page.write_string(line, index, column.kind.show(value, codes), look)
