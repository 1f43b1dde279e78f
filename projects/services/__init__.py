"""The only writers of partnerships: one function per verb."""

from .digest import refresh_activity, refresh_partnership_digest
from .imports import (
    cancel_import,
    confirm_import,
    ignore_row,
    import_partnerships,
    preview_import,
    reopen_row,
    resolve_row,
)
from .partnerships import NewPartnership, create_partnerships

__all__ = [
    "NewPartnership",
    "cancel_import",
    "confirm_import",
    "create_partnerships",
    "ignore_row",
    "import_partnerships",
    "preview_import",
    "refresh_activity",
    "refresh_partnership_digest",
    "reopen_row",
    "resolve_row",
]
