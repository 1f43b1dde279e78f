"""What happened to one row: the states it went through, and what was changed in it, by whom, from which door."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Field, ForeignKey, Model
from django.utils.formats import localize
from django.utils.translation import gettext as _

from atlas.models import StatusChange, User

SHOWN = 20  # latest changes
SILENT = {"id", "uuid", "version", "created_at", "updated_at"}


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """`who` is null for what a command or a load did."""

    at: datetime
    who: User | None
    fields: list[FieldChange]


@dataclass(frozen=True)
class Step:
    """A transition that was fired, in the words of the workflow."""

    at: datetime
    who: User | None
    label: str
    state: str
    note: str


def steps(obj: Model) -> list[Step]:
    """The transitions fired on `obj`, the latest first (two queries)."""
    if not (workflow := getattr(obj, "workflow", None)):
        return []
    states = dict(obj._meta.get_field(workflow.field).flatchoices)
    rows = StatusChange.objects.filter(content_type=ContentType.objects.get_for_model(obj), object_id=obj.pk)
    return [
        Step(
            at=row.at,
            who=row.actor,
            label=str(known.label) if (known := workflow.get(row.transition)) else row.transition,
            state=str(states.get(row.target, row.target)),
            note=row.note,
        )
        for row in rows.select_related("actor")[:SHOWN]
    ]


def changes(obj: Model, hidden: Collection[str] = ()) -> list[Change]:
    """What was changed in `obj`, the latest first. Each event of a tracked model holds the row as it was before.

    `hidden` names the columns that tell nothing here. Three queries, and one for each model that changed columns name.
    """
    if not hasattr(obj, "events"):
        return []
    events = list(obj.events.select_related("pgh_context").order_by("-pgh_id")[:SHOWN])
    tracked = {field.name for field in type(obj).events.rel.related_model._meta.fields}
    fields = [field for field in obj._meta.concrete_fields if field.name in tracked - SILENT - set(hidden)]
    raw = []
    after = obj
    for event in events:
        moved = [field for field in fields if _raw(event, field) != _raw(after, field)]
        raw.append((event, [(field, _raw(event, field), _raw(after, field)) for field in moved]))
        after = event
    names = _names(raw)
    people = User.objects.in_bulk([who for event, _moved in raw if (who := _who(event))])
    return [
        Change(
            at=event.pgh_created_at,
            who=people.get(_who(event)),
            fields=[
                FieldChange(str(field.verbose_name), _words(field, before, names), _words(field, later, names))
                for field, before, later in moved
            ],
        )
        for event, moved in raw
        if moved
    ]


def _raw(row: Model, field: Field) -> Any:
    return getattr(row, field.attname)


def _who(event: Model) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None


def _names(raw: list) -> dict[tuple[type[Model], Any], str]:
    """Names of the rows that changed keys point to."""
    wanted: dict[type[Model], set] = {}
    for _event, moved in raw:
        for field, *values in moved:
            if isinstance(field, ForeignKey):
                wanted.setdefault(field.related_model, set()).update(value for value in values if value is not None)
    return {
        (model, pk): str(row)
        for model, pks in wanted.items()
        for pk, row in model._default_manager.in_bulk(list(pks)).items()
    }


def _words(field: Field, value: Any, names: dict) -> str:
    if value is None or value in ("", []):
        return "–"
    if isinstance(field, ForeignKey):
        return names.get((field.related_model, value), _("(supprimé)"))
    return words(field, value)


def words(field: Field, value: Any) -> str:
    """A value as people read it."""
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(localize(value))
