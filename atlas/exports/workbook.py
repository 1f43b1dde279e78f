"""XLSX out of a queryset, row by row: the memory taken does not depend on the number of rows."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import F, QuerySet
from django.utils import timezone
from xlsxwriter import Workbook

from .tables import Columns, SafeText

MOST_ROWS = 1_000_000  # a sheet holds 1,048,576 lines
STEP = 1_000
WIDTHS = {"intitule": 50, "resume": 60, "nom": 36, "adresse": 30, "source": 30, "identifiant": 38}


def write_workbook(
    out: IO[bytes], title: str, rows: QuerySet, columns: Columns, *, told: Callable[[int], None] = lambda _n: None
) -> int:
    """Write `rows` as the one sheet, `title`, of a workbook; `told` hears how many are written. Returns their number.

    Texts are written as texts: nothing in them is a formula or a link.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    workbook = Workbook(out, options)
    formats = {
        date: workbook.add_format({"num_format": "dd/mm/yyyy"}),
        datetime: workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
    }
    sheet = workbook.add_worksheet(title[:31])
    for index, header in enumerate(columns):
        sheet.set_column(index, index, WIDTHS.get(header, 18))
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, columns, workbook.add_format({"bold": True, "bottom": 1}))
    number = 0
    for number, row in enumerate(_values(rows, columns), start=1):
        for index, value in enumerate(row):
            _write(sheet, number, index, value, formats)
        if number % STEP == 0:
            told(number)
    if number:
        sheet.autofilter(0, 0, number, len(columns) - 1)
    workbook.close()
    told(number)
    return number


def _values(rows: QuerySet, columns: Columns):
    # A workbook types its texts: the quote that keeps a CSV from being run would only be seen.
    plain = {
        f"c{i}": value.source_expressions[0] if isinstance(value, SafeText) else value
        for i, value in enumerate(columns.values())
    }
    named = {name: F(value) if isinstance(value, str) else value for name, value in plain.items()}
    try:
        yield from rows.annotate(**named).values_list(*named).iterator(chunk_size=STEP)
    except EmptyResultSet:
        return


def _write(sheet: Any, line: int, column: int, value: Any, formats: dict[type, Any]) -> None:
    match value:
        case None | "":
            return
        case bool():
            sheet.write_boolean(line, column, value)
        case int() | float() | Decimal():
            sheet.write_number(line, column, value)
        case datetime():
            sheet.write_datetime(line, column, timezone.localtime(value), formats[datetime])
        case date():
            sheet.write_datetime(line, column, value, formats[date])
        case UUID():
            sheet.write_string(line, column, str(value))
        case _:
            sheet.write_string(line, column, str(value))
