"""The one way to change a state: lock, check, apply, write down, announce."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.models import StatusChange, User
from atlas.permissions import may
from atlas.workflow import Stamp, Transition

M = TypeVar("M", bound=models.Model)


def available(obj: models.Model, *, actor: User) -> list[Transition]:
    """The transitions that `actor` may fire on `obj` in its present state."""
    workflow = obj.workflow
    leaving = workflow.leaving(getattr(obj, workflow.field))
    return [transition for transition in leaving if may(actor, transition.permission, obj)]


@transaction.atomic
def fire(
    obj: M,
    name: str,
    *,
    actor: User,
    note: str = "",
    announce: Callable[[int], None] | None = None,
) -> M:
    """Move `obj` by the transition `name` of its `workflow`; returns the row as it now stands.

    The row is locked first, so that of two people who press the button one moves it and the other is told. Columns tied
    to the state are written with it. `announce` is called with the id of the `StatusChange` once all is committed.

    Raises:
        PermissionDenied: `actor` may not.
        ValidationError: unknown transition, state left meanwhile, note missing, or a rule of the model broken.
    """
    workflow = obj.workflow
    transition = workflow.get(name)
    if transition is None:
        raise ValidationError(_("Cette action n’existe pas."), code="unknown_transition")
    locked = type(obj)._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)
    if not may(actor, transition.permission, locked):
        raise PermissionDenied(_("Vous n’avez pas le droit de faire cette action."))
    source = getattr(locked, workflow.field)
    if source not in transition.sources:
        raise ValidationError(
            _("« %(action)s » n’est pas possible : l’état est maintenant « %(state)s »."),
            code="wrong_state",
            params={"action": transition.label, "state": _state_label(locked, workflow.field)},
        )
    note = note.strip()
    if transition.needs_note and not note:
        raise ValidationError(_("Indiquez le motif."), code="note_missing")
    setattr(locked, workflow.field, transition.target)
    for column, stamp in transition.stamps.items():
        setattr(locked, column, _stamped(stamp, actor, note))
    if hasattr(locked, "version"):
        locked.version += 1
    locked.full_clean()
    locked.save()
    change = StatusChange.objects.create(
        subject=locked, transition=name, source=source, target=transition.target, actor=actor, note=note
    )
    if announce:
        transaction.on_commit(lambda: announce(change.pk), robust=True)
    return locked


def _stamped(stamp: Stamp, who: User, note: str) -> Any:
    match stamp:
        case Stamp.NOW:
            return timezone.now()
        case Stamp.TODAY:
            return timezone.localdate()
        case Stamp.ACTOR:
            return who
        case Stamp.NOTE:
            return note
        case Stamp.CLEAR:
            return None


def _state_label(obj: models.Model, field: str) -> str:
    return str(dict(obj._meta.get_field(field).flatchoices).get(getattr(obj, field), getattr(obj, field)))
