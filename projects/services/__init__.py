"""The only writers of partnerships, projects and the panorama: one function per verb."""

from .bulk import NewIndicator, NewParty, NewPoint, NewProject, create_projects
from .confirmation import confirm_all
from .consents import answer_consent
from .digest import Touched, refresh_activity, refresh_notice_digest, refresh_partnership_digest, refresh_project_digest
from .exchange import conclude, handle_report, keep_conversation, reply, reply_by_contact
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
from .notice_checks import accept_notice, checks_notices, revoke_contact
from .notices import FIELDS as NOTICE_FIELDS
from .notices import NewNotice, create_notice, create_notices, move_notice, notice_moves, renew_notice, update_notice
from .panorama import Difference, change_rule, check_panorama, freeze_panorama
from .partner_requests import answer_request, ask_partner, decide_corrections, open_request, revoke_request
from .partnership_sheet import create_partnership, update_partnership
from .partnerships import NewPartnership, create_partnerships, save_parties
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
from .sheets import cancel_sheet, confirm_sheet, entrust, make_sheet, preview_sheet, scope_of, take_back, to_agree_anew

__all__ = [
    "NOTICE_FIELDS",
    "Difference",
    "NewIndicator",
    "NewNotice",
    "NewPartnership",
    "NewParty",
    "NewPoint",
    "NewProject",
    "Touched",
    "accept_notice",
    "add_document",
    "add_photo",
    "answer_consent",
    "answer_request",
    "ask_partner",
    "cancel_import",
    "cancel_sheet",
    "change_project",
    "change_rule",
    "check_panorama",
    "checks_notices",
    "conclude",
    "confirm_all",
    "confirm_import",
    "confirm_sheet",
    "copy_project",
    "create_notice",
    "create_notices",
    "create_partnership",
    "create_partnerships",
    "create_project",
    "create_projects",
    "decide_corrections",
    "entrust",
    "freeze_panorama",
    "handle_report",
    "ignore_row",
    "import_partnerships",
    "keep_conversation",
    "make_sheet",
    "move",
    "move_notice",
    "notice_moves",
    "open_request",
    "preview_import",
    "preview_sheet",
    "refresh_activity",
    "refresh_notice_digest",
    "refresh_partnership_digest",
    "refresh_project_digest",
    "remove_file",
    "renew_notice",
    "reopen_row",
    "reply",
    "reply_by_contact",
    "resolve_row",
    "revoke_contact",
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
    "to_agree_anew",
    "update_notice",
    "update_partnership",
]
