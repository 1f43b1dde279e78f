"""Writing partnerships with their parties: many at once for imports, one for a form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from atlas.models import User
from atlas.permissions import may, require
from atlas.services.copying import copy_instances, copy_rows
from projects.models import (
    DatePrecision,
    Origin,
    Partnership,
    PartnershipParty,
    PartnershipStatus,
    PartyRole,
    Publication,
)
from projects.services.consents import ask_named, french_of, require_willing
from projects.services.digest import Touched, refresh_activity, refresh_partnership_digest


@dataclass(frozen=True)
class NewPartnership:
    """A partnership to write. Ids of authorities on both sides; ids of themes."""

    kind: str
    french: tuple[int, ...]
    foreign: tuple[int, ...]
    signed_on: date | None = None
    signed_precision: str = DatePrecision.UNKNOWN
    ended_on: date | None = None
    status: str = PartnershipStatus.UNKNOWN
    title: str = ""
    note: str = ""
    source: str = ""
    themes: tuple[int, ...] = ()


@transaction.atomic
def create_partnerships(
    rows: Sequence[NewPartnership],
    *,
    actor: User | None,
    origin: str = Origin.IMPORT,
    publication: str = Publication.PUBLISHED,
) -> list[int]:
    """Write partnerships, their parties and themes, then the digest and the counts; returns the ids in the same order.

    A fixed number of queries. No duplicate is looked for.

    Raises:
        ValidationError: a row lacks one of its two sides.
        IntegrityError: a rule of the table is broken.
    """
    if any(not row.french or not row.foreign for row in rows):
        raise ValidationError(_("Un partenariat a une partie française et une partie étrangère."), code="one_sided")
    made = copy_instances(
        [
            Partnership(
                kind=row.kind,
                title=row.title,
                status=row.status,
                publication=publication,
                signed_on=row.signed_on,
                signed_precision=row.signed_precision,
                ended_on=row.ended_on,
                note=row.note,
                origin=origin,
                source=row.source,
                created_by=actor,
            )
            for row in rows
        ]
    )
    ids = [partnership.pk for partnership in made]
    pairs = list(zip(ids, rows, strict=True))
    parties = (
        (pk, PartyRole.LEAD, *party)
        for pk, row in pairs
        for party in chain(
            ((french, None) for french in dict.fromkeys(row.french)),
            ((None, foreign) for foreign in dict.fromkeys(row.foreign)),
        )
    )
    copy_rows(PartnershipParty, ("partnership_id", "role", "collectivity_id", "foreign_authority_id"), parties)
    links = ((pk, theme) for pk, row in pairs for theme in dict.fromkeys(row.themes))
    copy_rows(Partnership.themes.through, ("partnership_id", "theme_id"), links)
    refresh_partnership_digest(ids)
    refresh_activity(Touched.by(Partnership, ids))
    return ids


@transaction.atomic
def save_parties(
    partnership: Partnership,
    *,
    actor: User,
    saved: Sequence[PartnershipParty],
    removed: Sequence[PartnershipParty] = (),
) -> None:
    """Write the parties of one partnership, those that leave first, then its digest and the counts.

    The ministry writes what it knows: nobody is asked to confirm, but who refused to be named is not named again.

    Raises:
        PermissionDenied: `actor` may not.
        ValidationError: a rule of a party is broken, one of the two sides is left empty, or a party has refused.
    """
    require(may(actor, "projects.change_partnership", partnership))
    before, there = Touched.by(Partnership, [partnership.pk]), french_of(partnership)
    for party in removed:
        party.delete()
    for party in saved:
        party.partnership = partnership
        party.full_clean()
        party.save()
    sides = partnership.parties.aggregate(french=Count("collectivity"), foreign=Count("foreign_authority"))
    if not all(sides.values()):
        raise ValidationError(_("Un partenariat a une partie française et une partie étrangère."), code="one_sided")
    require_willing(partnership, french_of(partnership) - there, actor=actor)
    ask_named(partnership, (), actor=actor)
    refresh_partnership_digest([partnership.pk])
    refresh_activity(before | Touched.by(Partnership, [partnership.pk]))
