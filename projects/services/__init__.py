"""The only writers of partnerships, projects and the panorama: one function per verb."""

from .bulk import NewIndicator, NewParty, NewProject, create_projects
from .confirmation import confirm_all
from .digest import Touched, refresh_activity, refresh_partnership_digest, refresh_project_digest
from .files import add_document, add_photo, remove_file
from .imports import (
    cancel_import,
    confirm_import,
    ignore_row,
    import_partnerships,
    preview_import,
    reopen_row,
    resolve_row,
)
from .panorama import Difference, change_rule, check_panorama, freeze_panorama
from .partner_requests import answer_request, ask_partner, decide_corrections, open_request, revoke_request
from .partnership_sheet import create_partnership, update_partnership
from .partnerships import NewPartnership, change_publication, create_partnerships, save_parties
from .projects import (
    copy_project,
    create_project,
    set_budget,
    set_description,
    set_identity,
    set_markers,
    set_parties,
    set_places,
    set_results,
    set_themes,
)
from .publication import move

__all__ = [
    "Difference",
    "NewIndicator",
    "NewPartnership",
    "NewParty",
    "NewProject",
    "Touched",
    "add_document",
    "add_photo",
    "answer_request",
    "ask_partner",
    "cancel_import",
    "change_publication",
    "change_rule",
    "check_panorama",
    "confirm_all",
    "confirm_import",
    "copy_project",
    "create_partnership",
    "create_partnerships",
    "create_project",
    "create_projects",
    "decide_corrections",
    "freeze_panorama",
    "ignore_row",
    "import_partnerships",
    "move",
    "open_request",
    "preview_import",
    "refresh_activity",
    "refresh_partnership_digest",
    "refresh_project_digest",
    "remove_file",
    "reopen_row",
    "resolve_row",
    "revoke_request",
    "save_parties",
    "set_budget",
    "set_description",
    "set_identity",
    "set_markers",
    "set_parties",
    "set_places",
    "set_results",
    "set_themes",
    "update_partnership",
]
