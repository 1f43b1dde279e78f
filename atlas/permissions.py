"""Who may do what to one object.

Two sources: Django's permissions, given to the groups of the staff (`GROUPS`), and rules about one object (`rule`), such
as «the representative of this authority». Each app declares its own in its `permissions` module, found at start.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from atlas.models import AccessRequest, Collectivity, Contact, Membership, Move, Role, User

ADMIN = "admin"  # runs the portal: everything, accounts and groups included
OFFICERS = "dctciv"  # the ministry's officers: read everything, write what is listed below

Rule = Callable[[User, Any], bool]
_rules: dict[str, Rule] = {}
_granted: dict[str, set[str]] = defaultdict(set)


def rule(permission: str) -> Callable[[Rule], Rule]:
    """Register a rule: `@rule("atlas.change_accessrequest")` over a function of (account, object)."""

    def register(function: Rule) -> Rule:
        _rules[permission] = function
        return function

    return register


def may(user: Any, permission: str, obj: Model | None = None) -> bool:
    """Whether `user` holds the Django permission, or a rule about `obj` says so. Nobody without an active account."""
    if not (user and user.is_authenticated and user.is_active):
        return False
    if user.has_perm(permission):
        return True
    about_one = _rules.get(permission)
    return bool(obj is not None and about_one and about_one(user, obj))


def require(allowed: bool) -> None:
    """Raises PermissionDenied with the sentence that the page of refusal shows."""
    if not allowed:
        raise PermissionDenied(_("Vous n’avez pas le droit de faire cette action."))


def grant(group: str, *permissions: str) -> None:
    """Declare that `group` of the staff holds these permissions (`app.codename`); `setup_groups` writes them."""
    _granted[group].update(permissions)


def granted(group: str) -> set[str]:
    """What the apps declared for `group`."""
    autodiscover_modules("permissions")
    return set(_granted[group])


def has_role(user: User, collectivity_id: int, *roles: str) -> bool:
    """Whether `user` is a member of the authority, with one of `roles` when some are given."""
    members = Membership.objects.filter(user=user, collectivity_id=collectivity_id)
    return (members.filter(role__in=roles) if roles else members).exists()


@rule("atlas.change_membership")
def represents(user: User, subject: Collectivity | Membership) -> bool:
    """A representative manages the members of its authority."""
    return has_role(user, getattr(subject, "collectivity_id", subject.pk), Role.REPRESENTATIVE)


@rule("atlas.change_accessrequest")
def decides(user: User, request: AccessRequest) -> bool:
    """A representative lets people in, though never itself. An authority that the atlas lacks has none."""
    if request.collectivity_id is None:
        return False
    return request.user_id != user.pk and has_role(user, request.collectivity_id, Role.REPRESENTATIVE)


@rule("atlas.take_over")
def inherits(user: User, heir: Collectivity) -> bool:
    """A representative accepts for its authority what those before it held."""
    return has_role(user, heir.pk, Role.REPRESENTATIVE)


@rule("atlas.undo_move")
def undoes(user: User, move: Move) -> bool:
    """It gives back what it accepted. Merges of partners are the staff's."""
    return move.french_into_id is not None and has_role(user, move.french_into_id, Role.REPRESENTATIVE)


@rule("atlas.confirm_accessrequest")
def asked(user: User, request: AccessRequest) -> bool:
    """Whoever opened its account has confirmed its address."""
    return request.user_id == user.pk and user.is_opened


@rule("atlas.change_collectivity")
def keeps_sheet(user: User, collectivity: Collectivity) -> bool:
    """Editors and representatives say where their authority is reached."""
    return has_role(user, collectivity.pk, Role.EDITOR, Role.REPRESENTATIVE)


@rule("atlas.add_contact")
@rule("atlas.change_contact")
@rule("atlas.object_contact")
def keeps_contacts(user: User, subject: Collectivity | Contact) -> bool:
    """Editors and representatives keep the contacts of their authority."""
    return has_role(user, getattr(subject, "collectivity_id", subject.pk), Role.EDITOR, Role.REPRESENTATIVE)


# Officers keep the directory of partners, what lists say of countries, the postings, and let people in.
grant(
    OFFICERS,
    *(
        f"atlas.{verb}_{model}"
        for model in ("countrystatus", "foreignauthority", "posting")
        for verb in ("add", "change")
    ),
    *(f"atlas.{verb}_membership" for verb in ("add", "change", "delete")),
    *(f"atlas.change_{model}" for model in ("collectivity", "country", "accessrequest", "theme")),
    *(f"atlas.{verb}_operatingrule" for verb in ("add", "view")),
    "atlas.add_user",
    "atlas.view_move",
    "atlas.undo_move",
    "atlas.take_over",
    "atlas.object_contact",
    "atlas.add_collectivityevent",
    "atlas.change_collectivityevent",
)
