"""From an identity that ProConnect vouches for to an account of the atlas, and to the authority it works for."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Value, When
from django.utils.translation import gettext as _
from stdnum.fr import siret as siret_number

from atlas import tasks
from atlas.models import Collectivity, CollectivityKind, User
from atlas.services.access import confirm_requests, request_access


@dataclass(frozen=True)
class Identified:
    """`collectivity` is null when no present authority bears the SIREN of the claim."""

    user: User
    collectivity: Collectivity | None


@transaction.atomic
def reconcile(*, sub: str, email: str, given_name: str = "", usual_name: str = "", siret: str = "") -> Identified:
    """Find the account by `sub`, then by address; make it if there is none; ask for access to its authority.

    `sub` belongs to one identity provider: an agent whose employer changes provider comes back with another one, and is
    known by the address. That second way never opens a staff account that is bound to another identity, and its holder
    is told by e-mail. Belonging to an authority gives no right: see `request_access` and docs/adr.

    Raises:
        ValidationError: the account is closed, or must be bound by an administrator.
    """
    user = User.objects.select_for_update().filter(proconnect_sub=sub).first()
    if user is None:
        user = _bind(User.objects.select_for_update().filter(email__iexact=email).first(), sub)
    if user is None:
        user = User(email=email.lower(), first_name=given_name[:150], last_name=usual_name[:150], proconnect_sub=sub)
        user.set_unusable_password()
        user.full_clean(exclude=["password"])
        user.save()
    if not user.is_active:
        raise ValidationError(_("Ce compte est fermé. Écrivez à la DCTCIV pour le rouvrir."), code="closed")
    confirm_requests(user)
    collectivity = find_collectivity(siret)
    if collectivity:
        request_access(user, collectivity=collectivity, siret=siret_number.compact(siret))
    return Identified(user, collectivity)


def _bind(user: User | None, sub: str) -> User | None:
    """Attach the identity to the account that bears its address."""
    if user is None or not user.is_active:
        return user
    if user.proconnect_sub and user.is_staff:
        raise ValidationError(
            _("Une autre identité ProConnect est déjà liée à ce compte d’agent. Un administrateur doit la délier."),
            code="bound",
        )
    user.proconnect_sub = sub
    user.save(update_fields=["proconnect_sub"])
    transaction.on_commit(lambda: tasks.send_proconnect_linked.delay(user.pk), robust=True)
    return user


def find_collectivity(siret: str) -> Collectivity | None:
    """The present authority whose SIREN begins this SIRET.

    A SIREN may stand for two rows (the Ville de Paris is a commune and a département): the commune is meant.
    """
    if not siret_number.is_valid(siret):
        return None
    found = Collectivity.objects.current().filter(siren=siret_number.to_siren(siret_number.compact(siret)))
    commune_first = Case(When(kind=CollectivityKind.COMMUNE, then=Value(0)), default=Value(1))
    return found.order_by(commune_first, "pk").first()
