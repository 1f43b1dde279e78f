"""One partnership, by those who keep its record: create it with its parties, correct it. Files are in `partnerships.py`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from atlas.models import Collectivity, Theme, User
from projects.models import Origin, Partnership, PartnershipParty, PartyRole
from projects.services.consents import naming
from projects.services.digest import refresh_partnership_digest
from projects.services.editing import check, editing, replace_parts, set_fields

# What binds the two sides: most links say little of it.
FORMALITIES = (
    *("formality", "expires_on", "is_tacitly_renewed", "deliberation", "deliberated_on", "deliberation_url"),
    *("agreement_url", "languages", "is_triangular", "last_active_on"),
)
FIELDS = ("kind", "title", "status", "signed_on", "signed_precision", "ended_on", "note", *FORMALITIES)
Rows = Sequence[Mapping[str, Any]]


@transaction.atomic
def create_partnership(
    collectivity: Collectivity, parties: Rows, *, actor: User, themes: Iterable[Theme] = (), **fields: Any
) -> Partnership:
    """A draft. Rows of `parties`: `collectivity` or `foreign_authority`, `role`, `since`, `until`.

    Raises:
        PermissionDenied: `actor` does not write for `collectivity`.
        ValidationError: a side is missing, a rule of the model is broken, or as `consents.naming`.
    """
    check("projects.add_partnership", collectivity, actor=actor)
    _two_sides(parties)
    is_member = actor.memberships.filter(collectivity=collectivity).exists()
    partnership = Partnership(origin=Origin.AUTHORITY if is_member else Origin.STAFF, created_by=actor)
    set_fields(partnership, fields, FIELDS)
    partnership.full_clean()
    partnership.save()
    with naming(partnership, parties, actor=actor, own={collectivity.pk}):
        for row in parties:
            party = PartnershipParty(partnership=partnership, **row)
            party.full_clean()
            party.save()
    partnership.themes.set(themes)
    refresh_partnership_digest([partnership.pk])
    return partnership


def update_partnership(
    partnership: Partnership,
    parties: Rows,
    *,
    actor: User,
    themes: Iterable[Theme] = (),
    read_version: int | None = None,
    **fields: Any,
) -> Partnership:
    """Correct a partnership, its parties and its themes together.

    Raises:
        PermissionDenied, StaleRecord.
        ValidationError: a side is missing, a rule of the model is broken, or as `consents.naming`.
    """
    with editing(partnership, actor=actor, read_version=read_version) as locked:
        _two_sides(parties)
        set_fields(locked, fields, FIELDS)
        with naming(locked, parties, actor=actor):
            replace_parts(
                locked.parties,
                parties,
                key=("collectivity", "foreign_authority"),
                last=lambda row: row["role"] == PartyRole.LEAD,
            )
        locked.themes.set(themes)
    return locked


def _two_sides(parties: Rows) -> None:
    if not all(any(row.get(side) for row in parties) for side in ("collectivity", "foreign_authority")):
        raise ValidationError(_("Un partenariat a une partie française et une partie étrangère."), code="one_sided")
