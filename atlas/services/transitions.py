"""The one way to change a state: lock, check, apply, write down, announce."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.models import StatusChange, User
from atlas.permissions import may, require
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
    fields: Mapping[str, Any] | None = None,
) -> M:
    """Move `obj` by the transition `name` of its `workflow`; returns the row as it now stands.

    The row is locked first, so that of two people who press the button one moves it and the other is told. Columns tied
    to the state are written with it: the stamps of the transition, and those that the caller gives in `fields`.
    `announce` is called with the id of the `StatusChange` once all is committed.

    Raises:
        PermissionDenied: `actor` may not.
        ValidationError: unknown transition, state left meanwhile, note missing, or a rule of the model broken.
    """
    transition = _find(obj, name)
    locked = _lock(obj)
    require(may(actor, transition.permission, locked))
    return _move(locked, transition, actor, note, announce, fields)


@transaction.atomic
def fire_by_link(
    obj: M,
    name: str,
    *,
    note: str = "",
    announce: Callable[[int], None] | None = None,
    fields: Mapping[str, Any] | None = None,
) -> M:
    """The same for somebody without account, whom a secret link lets do this: the caller has checked the link.

    Raises:
        ValidationError: as `fire`.
    """
    transition = _find(obj, name)
    return _move(_lock(obj), transition, None, note, announce, fields)


def _find(obj: models.Model, name: str) -> Transition:
    if (transition := obj.workflow.get(name)) is None:
        raise ValidationError(_("Cette action n’existe pas."), code="unknown_transition")
    return transition


def _lock(obj: M) -> M:
    return type(obj)._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)


def _move(
    locked: M,
    transition: Transition,
    who: User | None,
    note: str,
    announce: Callable[[int], None] | None,
    fields: Mapping[str, Any] | None,
) -> M:
    state = locked.workflow.field
    source = getattr(locked, state)
    if source not in transition.sources:
        raise ValidationError(
            _("« %(action)s » n’est pas possible : l’état est maintenant « %(state)s »."),
            code="wrong_state",
            params={"action": transition.label, "state": _state_label(locked, state)},
        )
    note = note.strip()
    if transition.needs_note and not note:
        raise ValidationError(_("Indiquez le motif."), code="note_missing")
    setattr(locked, state, transition.target)
    stamped = {column: _stamped(stamp, who, note) for column, stamp in transition.stamps.items()}
    for column, value in (stamped | dict(fields or {})).items():
        setattr(locked, column, value)
    if hasattr(locked, "version"):
        locked.version += 1
    locked.full_clean()
    locked.save()
    change = StatusChange.objects.create(
        subject=locked, transition=transition.name, source=source, target=transition.target, actor=who, note=note
    )
    if announce:
        transaction.on_commit(lambda: announce(change.pk), robust=True)
    return locked


def _stamped(stamp: Stamp, who: User | None, note: str) -> Any:
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
        case Stamp.BLANK:
            return ""


def _state_label(obj: models.Model, field: str) -> str:
    return str(dict(obj._meta.get_field(field).flatchoices).get(getattr(obj, field), getattr(obj, field)))
