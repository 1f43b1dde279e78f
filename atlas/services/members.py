"""Members of an authority: another role, leaving, and invitations that nobody has answered yet."""

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from atlas import tasks
from atlas.models import Collectivity, Membership, Role, User
from atlas.permissions import may, require


@transaction.atomic
def change_role(membership: Membership, *, actor: User, role: str) -> Membership:
    """Give another role. An authority that has a representative keeps one.

    Raises:
        PermissionDenied, ValidationError.
    """
    _check(membership, actor)
    found, peers = _lock(membership)
    if role != Role.REPRESENTATIVE:
        _keep_a_representative(found, peers)
    found.role = role
    found.full_clean()
    found.save()
    return found


@transaction.atomic
def remove_member(membership: Membership, *, actor: User) -> None:
    """Leave an authority, or have somebody leave it. Its last representative stays, until another one is there.

    Raises:
        PermissionDenied, ValidationError.
    """
    if membership.user_id != actor.pk:
        _check(membership, actor)
    found, peers = _lock(membership)
    _keep_a_representative(found, peers)
    found.delete()


@transaction.atomic
def invite_member_again(membership: Membership, *, actor: User) -> None:
    """Send the link once more to somebody who has not opened its account.

    Raises:
        PermissionDenied: `actor` does not manage the members.
        ValidationError: the account is open, or a message has just left.
    """
    _check(membership, actor)
    _still_invited(membership)
    if not cache.add(f"invited:{membership.user_id}", 1, settings.INVITE_AGAIN_SECONDS):
        raise ValidationError(_("Une invitation vient de partir : attendez quelques minutes."), code="just_sent")
    ids = membership.user_id, actor.pk, membership.collectivity_id
    transaction.on_commit(lambda: tasks.send_invitation.delay(*ids), robust=True)


@transaction.atomic
def withdraw_invitation(membership: Membership, *, actor: User) -> None:
    """Take an invitation back. The link dies with the account, when nothing else holds it.

    Raises:
        PermissionDenied: `actor` does not manage the members.
        ValidationError: the account is open: the person is a member like another.
    """
    _check(membership, actor)
    found, _peers = _lock(membership)
    _still_invited(found)
    user = User.objects.select_for_update().get(pk=found.user_id)
    found.delete()
    held = user.is_staff or user.memberships.exists() or user.postings.exists() or user.access_requests.exists()
    if not held:
        user.delete()


def add_member(user: User, collectivity: Collectivity, role: str, inviter: User | None) -> Membership:
    """For the services that let people in, which have checked the right to."""
    membership = Membership(user=user, collectivity=collectivity, role=role, invited_by=inviter)
    membership.full_clean()
    membership.save()
    return membership


def _lock(membership: Membership) -> tuple[Membership, list[Membership]]:
    """The row and all the members of its authority, locked in one order: two of them cannot leave each counting on the other.

    Raises:
        ValidationError: the person left meanwhile.
    """
    members = Membership.objects.filter(collectivity=membership.collectivity_id).for_list()
    locked = list(members.select_for_update(of=("self",)).order_by("pk"))
    found = next((row for row in locked if row.pk == membership.pk), None)
    if found is None:
        raise ValidationError(_("Cette personne ne fait plus partie de la collectivité."), code="gone")
    return found, [row for row in locked if row.pk != membership.pk]


def _represents(member: Membership) -> bool:
    """Closed accounts and unanswered invitations act for nobody."""
    return member.role == Role.REPRESENTATIVE and member.user.is_active and member.user.is_opened


def _keep_a_representative(membership: Membership, peers: list[Membership]) -> None:
    if _represents(membership) and not any(_represents(peer) for peer in peers):
        raise ValidationError(
            _("Dernier représentant de « %(name)s » : donnez d’abord ce rôle à une autre personne."),
            code="last_representative",
            params={"name": membership.collectivity},
        )


def _still_invited(membership: Membership) -> None:
    if membership.user.is_opened:
        raise ValidationError(_("Cette personne a déjà ouvert son compte."), code="opened")


def _check(membership: Membership, who: User) -> None:
    require(may(who, "atlas.change_membership", membership))
