"""What the staff does with partnerships, projects and the panorama: records, imports, rows to resolve, names, rules."""

from . import imports, notices, panorama, partnerships, projects, rows, verification

__all__ = ["imports", "notices", "panorama", "partnerships", "projects", "rows", "verification"]
