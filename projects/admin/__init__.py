"""What the staff does with partnerships, projects and the panorama: records, imports, rows to resolve, names, rules."""

from . import imports, panorama, partnerships, projects, rows, verification

__all__ = ["imports", "panorama", "partnerships", "projects", "rows", "verification"]
