"""Files of partnerships, projects and the panorama: tables, and the sheet of a project on paper."""

from .tables import (
    PARTNERSHIP_COLUMNS,
    PARTNERSHIP_LINE,
    PROJECT_COLUMNS,
    counted_rows,
    figure_csv,
    with_line,
    with_point,
)

__all__ = [
    "PARTNERSHIP_COLUMNS",
    "PARTNERSHIP_LINE",
    "PROJECT_COLUMNS",
    "counted_rows",
    "figure_csv",
    "with_line",
    "with_point",
]
