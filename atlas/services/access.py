"""Requests for access: asked by an account, by a visitor or through ProConnect; confirmed, attached, decided."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from stdnum.fr import siren as siren_number

from atlas import rules, tasks
from atlas.models import (
    AccessRequest,
    AccessStatus,
    Collectivity,
    CollectivityEvent,
    Membership,
    Role,
    User,
    in_force,
    successions,
)
from atlas.names import normalise
from atlas.permissions import may, require
from atlas.search import suggest
from atlas.services.members import add_member
from atlas.services.transitions import fire

GRANTED_ROLES = {
    "grant": Role.READER,
    "grant_editor": Role.EDITOR,
    "grant_representative": Role.REPRESENTATIVE,
}
FOUND = 8
_INSEE = re.compile(r"\d[\dAB]\d{3}", re.I)


@dataclass(frozen=True)
class Wanted:
    """What somebody asks: an authority of the atlas, or the words for one that it lacks."""

    collectivity: Collectivity | None = None
    name: str = ""
    siren: str = ""


# --- Asking -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def request_access(user: User, *, collectivity: Collectivity, siret: str) -> AccessRequest | None:
    """Record that `user` belongs to `collectivity` according to ProConnect, once: neither members nor the refused ask again.

    Returns the request that waits, if any.
    """
    if Membership.objects.filter(user=user, collectivity=collectivity).exists():
        return None
    asked = AccessRequest.objects.select_for_update().filter(user=user, collectivity=collectivity)
    if earlier := asked.order_by("-pk").first():
        return earlier if earlier.status == AccessStatus.PENDING else None
    return _ask(user, Wanted(collectivity), siret=siret)


@transaction.atomic
def ask_access(wanted: Wanted, *, actor: User, function: str = "", message: str = "") -> AccessRequest:
    """`actor` asks to be let in. Asked again while it waits, gives the same request.

    Raises:
        ValidationError: already a member, refused too lately, too many requests that wait, or an authority of the past.
    """
    # Of two clicks, the second waits here and finds the request of the first.
    User.objects.select_for_update().get(pk=actor.pk)
    _check_wanted(wanted, actor)
    own = AccessRequest.objects.filter(user=actor)
    waiting = own.filter(status__in=[AccessStatus.PENDING, AccessStatus.UNCONFIRMED])
    if earlier := waiting.filter(**_criteria(wanted)).first():
        return earlier
    limit = in_force(rules.ACCESS_REQUESTS_WAITING)
    if waiting.count() >= limit:
        raise ValidationError(
            _("Vos %(limit)s demandes attendent leur réponse : patientez avant d’en faire une autre."),
            code="too_many",
            params={"limit": limit},
        )
    return _ask(actor, wanted, function=function, message=message)


def _check_wanted(wanted: Wanted, user: User) -> None:
    if wanted.collectivity is None:
        return
    if not wanted.collectivity.is_current:
        raise ValidationError(_("Cette collectivité n’existe plus : choisissez celle qui lui succède."), code="former")
    if Membership.objects.filter(user=user, collectivity=wanted.collectivity).exists():
        raise ValidationError(_("Vous êtes déjà membre de cette collectivité."), code="member")
    delay = timedelta(days=in_force(rules.ACCESS_RETRY_DAYS))
    refused = AccessRequest.objects.filter(
        user=user, collectivity=wanted.collectivity, status=AccessStatus.REFUSED, decided_at__gt=timezone.now() - delay
    )
    if last := refused.order_by("-decided_at").first():
        day = last.decided_at + delay
        raise ValidationError(
            _("Votre demande a été refusée. Vous pourrez en faire une autre à partir du %(day)s."),
            code="refused",
            params={"day": date_format(timezone.localtime(day))},
        )


def ask_as_visitor(
    email: str,
    wanted: Wanted,
    *,
    first_name: str = "",
    last_name: str = "",
    function: str = "",
    message: str = "",
) -> None:
    """Somebody without account asks: its request waits until the link of an e-mail is opened, which opens the account.

    Says and answers the same whatever the address: an account that exists already is invited to log in and ask.

    Raises:
        ValidationError: not an address, or an authority of the past.
    """
    validate_email(email)
    if wanted.collectivity and not wanted.collectivity.is_current:
        raise ValidationError(_("Cette collectivité n’existe plus : choisissez celle qui lui succède."), code="former")
    with transaction.atomic():
        user = _visitor(email.strip().lower(), first_name, last_name)
        if not user.is_active or not cache.add(_once(user, wanted), 1, settings.INVITE_AGAIN_SECONDS):
            return
        lately = AccessRequest.objects.filter(user=user, created_at__gt=timezone.now() - timedelta(days=1))
        if not user.is_opened:
            waiting = AccessRequest.objects.filter(user=user, **_criteria(wanted))
            if not waiting.filter(status=AccessStatus.UNCONFIRMED).exists():
                if lately.count() >= in_force(rules.ACCESS_REQUESTS_WAITING):
                    return
                _write(user, wanted, AccessStatus.UNCONFIRMED, function=function, message=message)
        query = wanted.siren or (
            wanted.collectivity.siren or wanted.collectivity.name if wanted.collectivity else wanted.name
        )
        transaction.on_commit(lambda: tasks.send_access_confirmation.delay(user.pk, query), robust=True)


def _once(user: User, wanted: Wanted) -> str:
    """Key of the cache: the same request does not send the same e-mail twice in a row."""
    named = wanted.collectivity.slug if wanted.collectivity else f"{wanted.name}/{wanted.siren}"
    return f"asked:{user.pk}:{hashlib.sha256(named.encode()).hexdigest()}"


def _visitor(email: str, first_name: str, last_name: str) -> User:
    """The account at this address, made shut if there is none. What a visitor types changes no account that exists."""
    if user := User.objects.select_for_update().filter(email__iexact=email).first():
        return user
    user = User(email=email, first_name=first_name, last_name=last_name)
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    return user


@transaction.atomic
def confirm_requests(user: User) -> list[AccessRequest]:
    """The account is open, so its address is right: its requests may be decided from now on."""
    waiting = AccessRequest.objects.filter(user=user, status=AccessStatus.UNCONFIRMED).order_by("pk")
    return [fire(asked, "confirm", actor=user, announce=_telling(asked)) for asked in waiting]


def _telling(asked: AccessRequest):
    return lambda _change: tasks.send_access_requested.delay(asked.pk)


def _criteria(wanted: Wanted) -> dict:
    if wanted.collectivity:
        return {"collectivity": wanted.collectivity}
    return {"collectivity": None, "wanted_name": wanted.name, "wanted_siren": wanted.siren}


def _write(user: User, wanted: Wanted, status: str, **fields: str) -> AccessRequest:
    request = AccessRequest(user=user, status=status, **_criteria(wanted), **fields)
    request.full_clean()
    request.save()
    return request


def _ask(user: User, wanted: Wanted, **fields: str) -> AccessRequest:
    request = _write(user, wanted, AccessStatus.PENDING, **fields)
    transaction.on_commit(lambda: tasks.send_access_requested.delay(request.pk), robust=True)
    return request


# --- Deciding ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def decide_access(access: AccessRequest, transition: str, *, actor: User, note: str = "") -> AccessRequest:
    """Grant, with the role that the transition names, or refuse. Raises as `fire` does."""
    access = fire(access, transition, actor=actor, note=note, announce=tasks.send_access_decided.delay)
    if access.status == AccessStatus.GRANTED:
        member = Membership.objects.filter(user=access.user_id, collectivity=access.collectivity_id)
        if not member.exists():
            add_member(access.user, access.collectivity, GRANTED_ROLES[transition], actor)
    return access


@transaction.atomic
def attach_request(access: AccessRequest, collectivity: Collectivity, *, actor: User) -> AccessRequest:
    """Say which authority was meant by a request that the atlas could not place; its representatives are told.

    Raises:
        PermissionDenied: not of the staff.
        ValidationError: decided meanwhile, already a member, or already asked for.
    """
    require(may(actor, "atlas.change_accessrequest"))
    locked = AccessRequest.objects.select_for_update().get(pk=access.pk)
    if locked.status != AccessStatus.PENDING or not (locked.wanted_name or locked.wanted_siren):
        raise ValidationError(_("Cette demande ne se rattache plus."), code="decided")
    if Membership.objects.filter(user=locked.user_id, collectivity=collectivity).exists():
        raise ValidationError(_("Cette personne est déjà membre de la collectivité."), code="member")
    locked.collectivity = collectivity
    locked.full_clean()
    locked.save()
    transaction.on_commit(lambda: tasks.send_access_requested.delay(locked.pk), robust=True)
    return locked


# --- Finding the authority --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """An authority that may be the one; `former` is the past one that was named, which it succeeds."""

    collectivity: Collectivity
    former: Collectivity | None = None
    is_exact: bool = False


def find_authorities(typed: str) -> list[Candidate]:
    """Present authorities meant by a name, a SIREN, a SIRET or an INSEE code, through their mergers; the surest first."""
    number = _number(typed)
    if number:
        named = list(Collectivity.objects.for_list().filter(Q(siren=number) | Q(insee_code__iexact=number)))
        exact = {row.pk for row in named}
    else:
        keys = [one.key.partition(":")[2] for one in suggest(typed, 2 * FOUND, kinds=("collectivity", "former"))]
        rows = {row.slug: row for row in Collectivity.objects.for_list().filter(slug__in=keys)}
        named = [rows[key] for key in keys if key in rows]
        exact = {row.pk for row in named if normalise(row.name) == normalise(typed)}
        named += [
            event.successors.first() for event in CollectivityEvent.objects.filter(former_name__iexact=typed.strip())
        ]
    named = sorted(filter(None, named), key=lambda row: (row.pk not in exact, not row.is_current))
    heirs = heirs_of(named)
    found: dict[int, Candidate] = {}
    for row in named:
        if row.is_current:
            found.setdefault(row.pk, Candidate(row, is_exact=row.pk in exact))
            continue
        for heir in heirs[row.pk]:
            found.setdefault(heir.pk, Candidate(heir, former=row))
    return list(found.values())[:FOUND]


def heirs_of(rows: Iterable[Collectivity]) -> dict[int, list[Collectivity]]:
    """By key of each authority of the past among `rows`, the present ones that it became, the nearest first (two queries)."""
    heirs: dict[int, list[Collectivity]] = {row.pk: [] for row in rows if not row.is_current}
    found = successions(heirs) if heirs else []
    there = Collectivity.objects.for_list().in_bulk({one.heir for one in found})
    for one in found:
        heirs[one.old].append(there[one.heir])
    return heirs


def _number(typed: str) -> str:
    """The SIREN or the INSEE code that was typed, whatever the spaces; nothing for a name."""
    compact = re.sub(r"[\s.\u00a0\u202f-]", "", typed)
    if compact.isascii() and compact.isdigit() and len(compact) in (9, 14):
        return compact[:9]
    return compact.upper() if _INSEE.fullmatch(compact) else ""


def register_says(access: AccessRequest) -> list[str]:
    """What the register knows of an authority that the atlas could not place, for whoever decides."""
    number = _number(access.wanted_siren) or _number(access.wanted_name)
    lines = []
    if len(number) == 9:
        valid = siren_number.is_valid(number)
        lines.append(
            (_("SIREN %(n)s : clé de contrôle juste.") if valid else _("SIREN %(n)s : clé de contrôle fausse."))
            % {"n": number}
        )
    elif access.wanted_siren:
        lines.append(_("« %(typed)s » n’est ni un SIREN ni un code INSEE.") % {"typed": access.wanted_siren})
    if number:
        rows = Collectivity.objects.filter(Q(siren=number) | Q(insee_code=number)).order_by("pk")
        lines += [_standing(row) for row in rows] or [_("Aucune collectivité de l’atlas ne porte ce numéro.")]
    near = find_authorities(access.wanted_name) if access.wanted_name and not _number(access.wanted_name) else []
    lines += [_("Nom proche : %(what)s") % {"what": _described(candidate)} for candidate in near]
    return lines


def _standing(row: Collectivity) -> str:
    if row.is_current:
        return _("Numéro de « %(name)s » (%(kind)s), qui existe.") % {"name": row.name, "kind": row.get_kind_display()}
    heirs = ", ".join(heir.name for heir in heirs_of([row])[row.pk]) or _("personne de connu")
    return _("Numéro de « %(name)s », qui n’existe plus ; lui succède : %(heirs)s.") % {
        "name": row.name,
        "heirs": heirs,
    }


def _described(candidate: Candidate) -> str:
    place = candidate.collectivity.department or candidate.collectivity.region
    name = f"{candidate.collectivity.name}, {place}" if place else candidate.collectivity.name
    return f"{candidate.former.name} → {name}" if candidate.former else name


def described(candidates: Iterable[Candidate]) -> list[tuple[str, str]]:
    """Slug and words of each, for a list to choose from."""
    return [
        (
            one.collectivity.slug,
            _("%(what)s : c’est elle ?") % {"what": _described(one)} if one.former else _described(one),
        )
        for one in candidates
    ]
