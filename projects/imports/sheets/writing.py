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
from .columns import DAY, HEAD, INTEGER, MOST_SLOTS, PUBLICATION, SHARE, SHEETS, SLOTS, Column, Sheet
from .records import read_records, values_of

ROOM = 500  # empty lines that know their lists
LISTS = ("theme", "country", "sdg", "activity", "kind", "situation", "collectivity")


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
    rows = read_records(scope)
    sheets = [book.add_worksheet(str(sheet.title)) for sheet in SHEETS]
    ranges = _write_codes(book, codes, formats)
    for sheet, page in zip(SHEETS, sheets, strict=True):
        _write_records(page, sheet, list(rows[sheet.name]), codes, ranges, formats)
    book.close()
    return out.getvalue()


def _write_guide(book: Workbook, collectivity: Collectivity, scope: Sequence[Collectivity], formats: dict) -> None:
    page = book.add_worksheet(_("Mode d’emploi"))
    page.set_column(0, 0, 110)
    lines = [
        _("Fiches de %(name)s, le %(day)s") % {"name": collectivity, "day": f"{timezone.localdate():%d/%m/%Y}"},
        _("Corrigez les feuilles « Projets » et « Partenariats », puis déposez le classeur sur la page où vous l’avez pris."),
        _("Rien n’est écrit avant que vous ayez vu, page suivante, les ajouts, les changements et les erreurs ; puis tout l’est, ou rien."),
        _("Une ligne sans identifiant crée une fiche, en brouillon. Une ligne supprimée ne change rien : on archive en ligne."),
        _("Ne modifiez ni l’identifiant, ni la version : ils disent de quelle fiche il s’agit, et si elle a changé entre-temps."),
        _("Une colonne entière peut être supprimée : ce qu’elle disait reste comme il est. Les colonnes grisées sont nécessaires."),
        _("Thèmes et pays : le premier thème est le principal ; les parts des thèmes font 100 en tout, celles des pays aussi."),
        _("Partenaires étrangers : « Nom (Pays) [code] », séparés par « | ». Le code est à la fin de l’adresse de sa fiche publique ; sans code, le nom exact et le pays suffisent."),
        _("ODD : « libellé [numéro] » ou le numéro seul, séparés par « | »."),
        _("Signature d’un partenariat : 1987, 03/1987 ou 12/03/1987, selon ce que vous savez."),
        _("Budget, résultats, autres organismes, documents, photos et publication se tiennent en ligne : ce classeur n’y touche pas."),
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


def _columns(sheet: Sheet, values: Sequence[dict[str, Any]]) -> list[Column]:
    """The columns of a sheet, with room enough for the record that repeats most."""
    most = max([SLOTS, *(len(one[name]) for one in values for name, *_rest in sheet.slotted)])
    return [*HEAD, *sheet.columns, *sheet.slots(min(most, MOST_SLOTS))]


def _write_records(page: Any, sheet: Sheet, records: list, codes: Codes, ranges: dict[str, str], formats: dict) -> None:
    values = [values_of(record, codes) for record in records]
    columns = _columns(sheet, values)
    by_id = {one.pk: one.slug for one in codes.scope.values()}
    page.freeze_panes(1, len(HEAD) + 1)
    page.set_row(0, 32)
    last = len(records) + ROOM
    for index, column in enumerate(columns):
        page.write_string(0, index, str(column.header), formats["head"])
        key = formats["key"] if column.name in ("uuid", "version") else None
        page.set_column(index, index, column.width, key)
        if column.family and column.family != "sdg":
            page.data_validation(1, index, last, index, _validation(ranges[column.family], column))
    note = len(columns)
    page.write_string(0, note, str(PUBLICATION), formats["head"])
    page.set_column(note, note, 20, formats["key"])
    for number, (record, said) in enumerate(zip(records, values, strict=True), start=1):
        slug = next((by_id[pk] for pk in record.french_ids if pk in by_id), "")
        head = {"uuid": str(record.uuid), "version": record.version, "collectivity": slug}
        for index, column in enumerate(columns):
            _write(page, number, index, column, _cell(column.name, head | said), codes, formats)
        page.write_string(number, note, record.get_publication_display(), formats["key"])
    page.autofilter(0, 0, max(1, len(records)), len(columns))


def _validation(source: str, column: Column) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_title": str(column.header)[:32],
        "error_message": _("Choisissez dans la liste."),
    }


def _cell(name: str, values: dict[str, Any]) -> Any:
    """The value of a column; of a repeated one, the n-th."""
    if "." not in name:
        return values[name]
    group, number, *share = name.split(".")
    pairs = values[group]
    return pairs[int(number) - 1][1 if share else 0] if int(number) <= len(pairs) else None


def _write(page: Any, line: int, index: int, column: Column, value: Any, codes: Codes, formats: dict) -> None:
    if value in (None, "", ()):
        return
    if column.kind is DAY:
        page.write_datetime(line, index, value, formats["day"])
    elif column.kind in (SHARE, INTEGER):
        page.write_number(line, index, value, formats["key"] if column.name == "version" else None)
    else:
        shown = column.kind.show(value, codes)
        page.write_string(line, index, shown, formats["key"] if column.name == "uuid" else None)
