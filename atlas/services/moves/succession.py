"""A French authority that took the place of others takes over what they still hold."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas.models import (
    AccessRequest,
    Collectivity,
    CollectivityEvent,
    Contact,
    ExportJob,
    Membership,
    Move,
    MoveKind,
    Role,
    User,
    contact_digests,
    successions,
)
from atlas.permissions import may, require
from atlas.services.contacts import tell_contacts

from .drafts import pass_drafts
from .ledger import Ledger
from .merging import finish
from .references import Reference, declare, followers, references

RANKS = [Role.READER, Role.EDITOR, Role.REPRESENTATIVE]


def fold_membership(kept: Membership, gone: Membership) -> None:
    """A member of both keeps the higher role."""
    kept.role = max(kept.role, gone.role, key=RANKS.index)


def known_to_heir(old: models.Model, heir: models.Model) -> list[int]:
    """Contacts whom the heir has already, or who objected to being the heir's: nobody is entered twice, nor against its will."""
    there, refused = set(), set()
    for one in Contact.objects.filter(collectivity=heir):
        refused |= set(one.digests)
        there.add(tuple(contact_digests(one.email, one.first_name, one.last_name)))
    held = {
        one.pk: contact_digests(one.email, one.first_name, one.last_name)
        for one in Contact.objects.filter(collectivity=old).standing()
    }
    return [pk for pk, digests in held.items() if tuple(digests) in there or refused & set(digests)]


_REGISTER = gettext_lazy("Le registre des territoires dit ce qui fut.")
declare(
    Reference(Membership, "collectivity", once=["user"], fold=fold_membership),
    Reference(AccessRequest, "collectivity", stays=gettext_lazy("Une demande a sa réponse là où elle fut faite.")),
    Reference(Contact, "collectivity", staying=known_to_heir),
    Reference(ExportJob, "collectivity", stays=gettext_lazy("Un fichier fait ne se refait pas.")),
    Reference(Collectivity, "epci", stays=_REGISTER),
    Reference(CollectivityEvent.predecessors.through, "collectivity", stays=_REGISTER),
    Reference(CollectivityEvent.successors.through, "collectivity", stays=_REGISTER),
    Reference(Move, "french_from", stays=gettext_lazy("Le journal garde ce qui a été décidé.")),
    Reference(Move, "french_into", stays=gettext_lazy("Le journal garde ce qui a été décidé.")),
)


@transaction.atomic
def take_over(
    old: Collectivity,
    heir: Collectivity,
    *,
    actor: User,
    chosen: Mapping[type[models.Model], Q] | None = None,
) -> Move:
    """Give `heir` what `old` still holds, in one journal. `chosen`: which rows of each model; everything without it.

    The records keep their history, and the old authority its page.

    Raises:
        PermissionDenied: `actor` neither represents the heir nor is in charge of events.
        ValidationError: one is not the heir of the other, or nothing is left to take over.
    """
    require(may(actor, "atlas.take_over", heir))
    found = next((one for one in successions([old.pk]) if one.heir == heir.pk), None)
    if found is None or old.is_current:
        raise ValidationError(_("Aucun événement ne dit que l’une succède à l’autre."), code="no_heir")
    for app in followers():
        app.prepare([old, heir])
    rows = Collectivity.objects.filter(pk__in=[old.pk, heir.pk]).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    move = Move.objects.create(
        kind=MoveKind.SUCCESSION, french_from=old, french_into=heir, event_id=found.event, done_by=actor
    )
    ledger = Ledger(move)
    move.counts = {}
    for reference in references(Collectivity):
        if reference.stays or (chosen is not None and reference.model not in chosen):
            continue
        given = reference.rows(old)
        if chosen is not None:
            given = given.filter(chosen[reference.model])
        if n := reference.pass_on(ledger, old, heir, given):
            move.counts[reference.model._meta.label_lower] = n
    if not move.counts:
        raise ValidationError(_("Il n’y a rien à reprendre : quelqu’un l’a peut-être déjà fait."), code="nothing")
    finish(ledger, heir, old)
    pass_drafts(old, heir)
    moved = ledger.move.rows.filter(table_name=Contact._meta.db_table)
    tell_contacts(moved.values_list("row_id", flat=True))
    return move
