"""The only writers of partnerships and projects: one function per verb."""

from .digest import refresh_activity, refresh_partnership_digest, refresh_project_digest
from .imports import (
    cancel_import,
    confirm_import,
    ignore_row,
    import_partnerships,
    preview_import,
    reopen_row,
    resolve_row,
)
from .partnerships import NewPartnership, change_publication, create_partnerships, save_parties

__all__ = [
    "NewPartnership",
    "cancel_import",
    "change_publication",
    "confirm_import",
    "create_partnerships",
    "ignore_row",
    "import_partnerships",
    "preview_import",
    "refresh_activity",
    "refresh_partnership_digest",
    "refresh_project_digest",
    "reopen_row",
    "resolve_row",
    "save_parties",
]
