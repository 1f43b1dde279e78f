"""Accounts: invite, open, close. Members are in `atlas.services.members`, requests in `atlas.services.access`."""

from collections.abc import Iterable
from datetime import date, timedelta

from axes.models import AccessAttempt
from axes.utils import reset as forget_failures
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas import rules, tasks
from atlas.models import Collectivity, Country, Membership, Posting, Region, Role, User, in_force
from atlas.permissions import ADMIN, OFFICERS, granted, may, require
from atlas.services.access import confirm_requests
from atlas.services.members import add_member

OUR_APPS = ("atlas", "projects", "apd", "calls", "expect", "network")


# --- Invitations ------------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(
    email: str,
    *,
    actor: User,
    first_name: str = "",
    last_name: str = "",
    collectivity: Collectivity | None = None,
    role: str = Role.READER,
    is_staff: bool = False,
    groups: Iterable[Group] = (),
) -> User:
    """Open an account by e-mail, or let somebody who has one into `collectivity`. No one types another's password.

    Staff may invite anyone; a representative, into its own authority; only the administrators make staff.

    Raises:
        PermissionDenied: `actor` may not invite there, or not with these rights.
        ValidationError: bad address, account closed, or already a member.
    """
    groups = list(groups)
    if collectivity:
        _check(actor, "atlas.change_membership", collectivity)
    else:
        _check(actor, "atlas.add_user")
    if is_staff or groups:
        _check(actor, "atlas.change_user")
    email = email.strip().lower()
    validate_email(email)
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User(email=email, first_name=first_name, last_name=last_name, is_staff=is_staff)
        user.set_unusable_password()
        user.full_clean(exclude=["password"])
        user.save()
        user.groups.set(groups)
    elif not user.is_active:
        raise ValidationError(_("Ce compte est fermé. La DCTCIV peut le rouvrir."), code="closed")
    elif not collectivity or is_staff or groups:
        raise ValidationError(_("Un compte existe déjà à cette adresse."), code="exists")
    if collectivity:
        _spare_the_mail(actor)
        add_member(user, collectivity, role, actor)
    announce_invitation(user, actor=actor, collectivity=collectivity)
    return user


def _spare_the_mail(inviter: User) -> None:
    """Addresses of strangers are not written to without end. The staff is not counted."""
    since = timezone.now() - timedelta(days=1)
    sent = Membership.objects.filter(invited_by=inviter, created_at__gt=since)
    limit = in_force(rules.INVITATIONS_BY_DAY)
    if not inviter.is_staff and sent.count() >= limit:
        raise ValidationError(
            _("Vous avez déjà envoyé %(limit)s invitations en un jour : recommencez demain."),
            code="too_many",
            params={"limit": limit},
        )


def announce_invitation(user: User, *, actor: User, collectivity: Collectivity | None = None) -> None:
    """Send the link that opens the account, or, when it is open already, the news of its new access."""
    _after_commit(tasks.send_invitation, user.pk, actor.pk, collectivity.pk if collectivity else None)


@transaction.atomic
def accept_invitation(user: User, *, password: str, first_name: str = "", last_name: str = "") -> User:
    """First password of an invited account. The link is void from then on: its signature covers the password.

    Raises:
        ValidationError: the password is too weak.
    """
    user.first_name, user.last_name = first_name or user.first_name, last_name or user.last_name
    set_password(user, password=password)
    confirm_requests(user)
    return user


@transaction.atomic
def set_password(user: User, *, password: str) -> User:
    """Change the password: every other session of the account ends, its hash being part of each.

    Raises:
        ValidationError: the password is too weak.
    """
    validate_password(password, user)
    user.set_password(password)
    user.save()
    return user


def ask_password_reset(email: str) -> None:
    """Send the link that sets a new password, if an open account bears this address. Says and costs the same if not."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).values_list("pk", flat=True).first()
    tasks.send_password_reset.delay(user)


@transaction.atomic
def update_profile(user: User, *, actor: User, first_name: str, last_name: str, language: str) -> User:
    """Names and language, by the person itself or an administrator."""
    if actor.pk != user.pk:
        _check(actor, "atlas.change_user")
    user.first_name, user.last_name, user.language = first_name, last_name, language
    user.full_clean(exclude=["password"])
    user.save(update_fields=["first_name", "last_name", "language"])
    return user


# --- Closing and opening ----------------------------------------------------------------------------------------------


@transaction.atomic
def deactivate(user: User, *, actor: User) -> User:
    """Close an account: it cannot log in, its sessions are refused at their next page, its history stays.

    Even the last representative of an authority: closing must never wait. The staff then names another one.

    Raises:
        PermissionDenied: not an administrator.
        ValidationError: one's own account.
    """
    _check_rank(user, actor)
    if user.pk == actor.pk:
        raise ValidationError(_("Vous ne pouvez pas fermer votre propre compte."), code="oneself")
    user.is_active = False
    user.save(update_fields=["is_active"])
    return user


@transaction.atomic
def reactivate(user: User, *, actor: User) -> User:
    """Open a closed account again."""
    _check_rank(user, actor)
    user.is_active = True
    user.save(update_fields=["is_active"])
    return user


@transaction.atomic
def invite_again(user: User, *, actor: User) -> None:
    """Send the link that opens an account once more: the first one was lost, or expired."""
    _check(actor, "atlas.add_user")
    announce_invitation(user, actor=actor)


@transaction.atomic
def unlink_proconnect(user: User, *, actor: User) -> User:
    """Forget the ProConnect identity of an account: the next one at the same address may take its place."""
    _check_rank(user, actor)
    user.proconnect_sub = None
    user.save(update_fields=["proconnect_sub"])
    return user


def is_locked_out(user: User) -> bool:
    """Whether failures closed the door of this account, at least from one place, and not long enough ago."""
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    attempts = AccessAttempt.objects.filter(username=user.email, attempt_time__gte=since)
    return attempts.filter(failures_since_start__gte=settings.AXES_FAILURE_LIMIT).exists()


def unlock(user: User, *, actor: User) -> None:
    """Forget the failures of an account."""
    _check_rank(user, actor)
    forget_failures(username=user.email)


# --- Staff ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def ensure_groups() -> dict[str, Group]:
    """Make the groups of the staff and give them their permissions; running it again changes nothing.

    Administrators hold every permission of our apps; officers may read everything, and write what the `permissions`
    module of each app declares.

    Raises:
        ValueError: a declared permission does not exist.
    """
    ours = Permission.objects.filter(content_type__app_label__in=[*OUR_APPS, "axes"]).select_related("content_type")
    held = {f"{permission.content_type.app_label}.{permission.codename}": permission for permission in ours}
    declared = {
        ADMIN: set(held) | granted(ADMIN),
        OFFICERS: {name for name in held if name.partition(".")[2].startswith("view_")} | granted(OFFICERS),
    }
    groups = {}
    for name, permissions in declared.items():
        if unknown := permissions - set(held):
            raise ValueError(f"group {name}: no such permission: {', '.join(sorted(unknown))}")
        groups[name], _created = Group.objects.get_or_create(name=name)
        groups[name].permissions.set(held[permission] for permission in permissions)
    return groups


@transaction.atomic
def ensure_account(
    email: str,
    *,
    password: str,
    encoded: str = "",
    first_name: str = "",
    last_name: str = "",
    is_superuser: bool = False,
    groups: Iterable[str] = (),
    memberships: Iterable[tuple[Collectivity, str]] = (),
) -> User:
    """An account as described, made or brought back to that: for the demonstration, which knows its passwords.

    `groups` are names of staff groups; whoever has one, or is superuser, enters the administration. `encoded` is the
    password already hashed, for callers who make several accounts of the same one: each hash costs a quarter of a second.
    """
    names = list(groups)
    user = User.objects.filter(email__iexact=email).first() or User(email=email.lower(), date_joined=timezone.now())
    user.first_name, user.last_name = first_name, last_name
    user.is_superuser, user.is_staff, user.is_active = is_superuser, is_superuser or bool(names), True
    if encoded and user._state.adding:
        user.password = encoded
    elif user._state.adding or not user.check_password(password):
        user.set_password(password)
    user.full_clean()
    user.save()
    user.groups.set(group for name, group in ensure_groups().items() if name in names)
    for collectivity, role in memberships:
        Membership.objects.update_or_create(user=user, collectivity=collectivity, defaults={"role": role})
    return user


@transaction.atomic
def ensure_posting(
    user: User,
    *,
    kind: str,
    valid_from: date,
    zones: Iterable[str] = (),
    countries: Iterable[Country] = (),
    regions: Iterable[Region] = (),
) -> Posting:
    """The posting of this kind that `user` holds since that day, made or brought back to what is described."""
    posting = Posting.objects.filter(user=user, kind=kind, valid_from=valid_from).first()
    posting = posting or Posting(user=user, kind=kind, valid_from=valid_from)
    posting.zones = list(zones)
    posting.full_clean()
    posting.save()
    posting.countries.set(countries)
    posting.regions.set(regions)
    return posting


# --- Shared -----------------------------------------------------------------------------------------------------------


def _check(who: User, permission: str, subject: Collectivity | Membership | None = None) -> None:
    require(may(who, permission, subject))


def _check_rank(user: User, who: User) -> None:
    """An administrator, and a superuser where the account is one."""
    _check(who, "atlas.change_user")
    if user.is_superuser and not who.is_superuser:
        raise PermissionDenied(_("Seul un superutilisateur agit sur ce compte."))


def _after_commit(task, *ids: int | None) -> None:
    transaction.on_commit(lambda: task.delay(*ids), robust=True)
