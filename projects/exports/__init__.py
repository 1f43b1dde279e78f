"""Files of partnerships, projects, notices and the panorama: tables, and the sheet of a project on paper."""

from .tables import (
    NOTICE_COLUMNS,
    PARTNERSHIP_COLUMNS,
    PARTNERSHIP_LINE,
    PROJECT_COLUMNS,
    counted_rows,
    figure_csv,
    with_line,
    with_point,
)

__all__ = [
    "NOTICE_COLUMNS",
    "PARTNERSHIP_COLUMNS",
    "PARTNERSHIP_LINE",
    "PROJECT_COLUMNS",
    "counted_rows",
    "figure_csv",
    "with_line",
    "with_point",
]
