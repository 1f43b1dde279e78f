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
    change_project,
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
from .sheets import cancel_sheet, confirm_sheet, entrust, make_sheet, preview_sheet, scope_of, take_back

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
    "cancel_sheet",
    "change_project",
    "change_publication",
    "change_rule",
    "check_panorama",
    "confirm_all",
    "confirm_import",
    "confirm_sheet",
    "copy_project",
    "create_partnership",
    "create_partnerships",
    "create_project",
    "create_projects",
    "decide_corrections",
    "entrust",
    "freeze_panorama",
    "ignore_row",
    "import_partnerships",
    "make_sheet",
    "move",
    "open_request",
    "preview_import",
    "preview_sheet",
    "refresh_activity",
    "refresh_partnership_digest",
    "refresh_project_digest",
    "remove_file",
    "reopen_row",
    "resolve_row",
    "revoke_request",
    "save_parties",
    "scope_of",
    "set_budget",
    "set_description",
    "set_identity",
    "set_markers",
    "set_parties",
    "set_places",
    "set_results",
    "set_themes",
    "take_back",
    "update_partnership",
]
