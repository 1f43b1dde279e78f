"""What the staff does with partnerships: records, imports, the queue of rows to resolve, and what was decided of names."""

from . import imports, partnerships, rows

__all__ = ["imports", "partnerships", "rows"]
