"""Notices of French authorities: write, publish, renew, close with what came of them. Also many at once, and the moves of all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.models import Collectivity, User, in_force
from atlas.names import slugify
from atlas.services.records import StaleRecord
from atlas.services.transitions import available, fire
from atlas.workflow import Transition
from projects import rules, tasks
from projects.completeness import notice_lacks
from projects.models import NoticeContact, NoticeOutcome, NoticePublication, Partnership, PartnershipNotice
from projects.services.digest import refresh_notice_digest
from projects.services.editing import check, free_slug, set_fields

FIELDS = (*("direction", "title", "need", "motives", "territory", "sought", "levels", "sizes", "languages", "budget"),)
LINKS = ("themes", "countries", "regions")
RESERVED = ("proposer", "a-verifier")  # addresses beside those of the notices
# What each side does itself, and what the State does to a foreign notice.
OF_FRENCH = ("submit", "publish", "close", "withdraw", "reopen")
OF_STATE = ("send_back", "refuse", "withdraw")  # and `accept_notice`
ANNOUNCED = ("submit", "send_back", "refuse")


def write_notice(notice: PartnershipNotice, fields: dict[str, Any]) -> None:
    """Check and save the columns and the lists of a notice, then its digest. A public one must stay complete.

    Raises:
        TypeError: a column that this door does not write.
        ValidationError: a rule is broken, or a public notice would lack something.
    """
    links = {name: fields.pop(name) for name in LINKS if name in fields}
    set_fields(notice, fields, FIELDS)
    if not notice.published_at:
        slug = free_slug(notice.title, notice)
        notice.slug = f"{slug}-{notice.uuid.hex[:8]}" if slug in RESERVED else slug
    notice.full_clean()
    notice.save()
    for name, rows in links.items():
        getattr(notice, name).set(rows)
    refresh_notice_digest([notice.pk])
    if notice.publication in (NoticePublication.PUBLISHED, NoticePublication.SUBMITTED):
        require_complete(notice)


def require_complete(notice: PartnershipNotice) -> None:
    """Raises ValidationError, which lists what the notice lacks."""
    if lacks := notice_lacks(notice):
        raise ValidationError([str(one) for one in lacks], code="incomplete")


@transaction.atomic
def create_notice(collectivity: Collectivity, *, actor: User, **fields: Any) -> PartnershipNotice:
    """A draft of a French authority. `fields`: those of the form, at least a title.

    Raises:
        PermissionDenied: `actor` does not write for this authority.
        ValidationError: a rule of the model is broken.
    """
    check("projects.add_partnershipnotice", collectivity, actor=actor)
    notice = PartnershipNotice(collectivity=collectivity, created_by=actor)
    write_notice(notice, fields)
    return notice


@transaction.atomic
def update_notice(
    notice: PartnershipNotice, *, actor: User, read_version: int | None = None, **fields: Any
) -> PartnershipNotice:
    """Correct a notice.

    Raises:
        PermissionDenied, StaleRecord.
        ValidationError: it is closed, a rule is broken, or a public notice would lack something.
    """
    locked = PartnershipNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    check("projects.change_partnershipnotice", locked, actor=actor)
    if read_version is not None and locked.version != read_version:
        raise StaleRecord
    if locked.publication not in ("draft", "submitted", "published"):
        raise ValidationError(_("Reprenez d’abord l’annonce en brouillon."), code="ended")
    locked.version += 1
    write_notice(locked, fields)
    return locked


def expiry() -> date:
    """The day on which a notice published or renewed today expires."""
    return timezone.localdate() + timedelta(days=in_force(rules.NOTICE_DAYS))


def notice_moves(notice: PartnershipNotice, *, actor: User) -> list[Transition]:
    """The transitions that `actor` may fire: of a French notice those of its author, of a foreign one those of the State."""
    names = OF_STATE if notice.is_foreign else OF_FRENCH
    return [one for one in available(notice, actor=actor) if one.name in names]


@transaction.atomic
def move_notice(
    notice: PartnershipNotice,
    transition: str,
    *,
    actor: User,
    note: str = "",
    outcome: str = "",
    partnership: Partnership | None = None,
) -> PartnershipNotice:
    """Submit, publish, check, refuse, close, withdraw or reopen. Closing says the outcome.

    Raises:
        PermissionDenied: `actor` may not.
        ValidationError: as `fire`; a notice that lacks something; a move that is not of this side; an outcome missing.
    """
    if transition not in (OF_STATE if notice.is_foreign else OF_FRENCH):
        raise ValidationError(_("Cette action ne convient pas à cette annonce."), code="other_side")
    target = notice.workflow[transition].target
    fields: dict[str, Any] = {}
    if target in (NoticePublication.SUBMITTED, NoticePublication.PUBLISHED):
        require_complete(notice)
    if target == NoticePublication.PUBLISHED:
        fields = {"expires_on": expiry(), "renewal_count": 0}
    if target == NoticePublication.CLOSED:
        fields = {"outcome": _outcome(outcome, partnership), "partnership": partnership}
    announce = tasks.send_notice_moved.delay if transition in ANNOUNCED else None
    return fire(notice, transition, actor=actor, note=note, announce=announce, fields=fields)


def _outcome(outcome: str, partnership: Partnership | None) -> str:
    if outcome not in NoticeOutcome.values:
        raise ValidationError({"outcome": _("Dites ce que l’annonce a donné.")}, code="outcome")
    if partnership and outcome != NoticeOutcome.PARTNERSHIP:
        raise ValidationError({"outcome": _("Un partenariat est désigné : choisissez « Un partenariat ».")})
    return outcome


@transaction.atomic
def renew_notice(notice: PartnershipNotice, *, actor: User) -> PartnershipNotice:
    """Publish it for one span more, from today, expired or not.

    Raises:
        PermissionDenied: `actor` does not write for its author.
        ValidationError: it is not published.
    """
    locked = PartnershipNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    check("projects.change_partnershipnotice", locked, actor=actor)
    return prolong(locked)


def prolong(locked: PartnershipNotice) -> PartnershipNotice:
    """Renew a locked row; the right was checked. Asked twice on one day, it counts once."""
    if locked.publication != NoticePublication.PUBLISHED:
        raise ValidationError(_("Seule une annonce publiée se renouvelle."), code="not_published")
    if locked.expires_on != expiry():
        locked.expires_on = expiry()
        locked.renewal_count += 1
        locked.version += 1
        locked.full_clean()
        locked.save()
    return locked


# --- Many at once -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewNotice:
    """A notice to write. `collectivity`, or `contact` with its authority; ids of themes, countries and régions."""

    title: str
    need: str
    sought: tuple[str, ...]
    direction: str = "request"
    collectivity: int | None = None
    contact: NoticeContact | None = None
    motives: str = ""
    territory: str = ""
    levels: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("fr",)
    budget: Decimal | None = None
    themes: tuple[int, ...] = ()
    countries: tuple[int, ...] = ()
    regions: tuple[int, ...] = ()
    publication: str = NoticePublication.PUBLISHED
    published_at: datetime | None = None
    expires_on: date | None = None
    closed_on: date | None = None
    outcome: str = ""
    is_demo: bool = field(default=False)


@transaction.atomic
def create_notices(rows: Sequence[NewNotice]) -> list[int]:
    """Write notices, the contacts of the foreign ones, their lists and the digest, in a fixed number of queries."""
    contacts = [row.contact for row in rows if row.contact]
    NoticeContact.objects.bulk_create(contacts)
    taken = set(PartnershipNotice.objects.values_list("slug", flat=True))
    made = []
    for row in rows:
        notice = PartnershipNotice(
            collectivity_id=row.collectivity,
            contact=row.contact,
            foreign_authority_id=row.contact.foreign_authority_id if row.contact else None,
            **{name: getattr(row, name) for name in FIELDS if name not in ("sought", "levels", "sizes", "languages")},
            **{name: list(getattr(row, name)) for name in ("sought", "levels", "sizes", "languages")},
            **{
                name: getattr(row, name)
                for name in ("publication", "published_at", "expires_on", "closed_on", "outcome", "is_demo")
            },
        )
        slug = slugify(row.title)[:200]
        notice.slug = f"{slug}-{notice.uuid.hex[:8]}" if slug in taken else slug
        taken.add(notice.slug)
        made.append(notice)
    PartnershipNotice.objects.bulk_create(made)
    for name, column in (("themes", "theme_id"), ("countries", "country_id"), ("regions", "region_id")):
        through = getattr(PartnershipNotice, name).through
        through.objects.bulk_create(
            [
                through(partnershipnotice_id=notice.pk, **{column: pk})
                for notice, row in zip(made, rows, strict=True)
                for pk in dict.fromkeys(getattr(row, name))
            ]
        )
    ids = [notice.pk for notice in made]
    refresh_notice_digest(ids)
    return ids
