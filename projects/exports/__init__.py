"""Files of partnerships and projects: tables, and the sheet of a project on paper."""

from .tables import PARTNERSHIP_COLUMNS, PARTNERSHIP_LINE, PROJECT_COLUMNS, with_line, with_point

__all__ = ["PARTNERSHIP_COLUMNS", "PARTNERSHIP_LINE", "PROJECT_COLUMNS", "with_line", "with_point"]
