"""Files out of a queryset: CSV and GeoJSON straight from the database, XLSX row by row, at once or in the background."""

from .tables import (
    COLLECTIVITY_COLUMNS,
    COUNTRY_COLUMNS,
    FOREIGN_AUTHORITY_COLUMNS,
    POINT,
    Columns,
    SafeText,
    attach,
    copy_csv,
    download,
    geojson,
    joined,
    line,
    text,
)
from .workbook import MOST_ROWS, write_workbook

__all__ = [
    "COLLECTIVITY_COLUMNS",
    "COUNTRY_COLUMNS",
    "FOREIGN_AUTHORITY_COLUMNS",
    "MOST_ROWS",
    "POINT",
    "Columns",
    "SafeText",
    "attach",
    "copy_csv",
    "download",
    "geojson",
    "joined",
    "line",
    "text",
    "write_workbook",
]
