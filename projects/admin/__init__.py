"""What the staff does with partnerships and projects: records, imports, rows to resolve, what was decided of names."""

from . import imports, partnerships, projects, rows

__all__ = ["imports", "partnerships", "projects", "rows"]
