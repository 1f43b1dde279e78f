"""What happened to one row: the states it went through, and what was changed in it, by whom, from which door."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from atlas.history import FieldChange, differences, names_of, said, who_of
from atlas.models import StatusChange, User

SHOWN = 20  # latest changes


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
    changed = []
    after = obj
    for event in events:
        changed.append((event, differences(type(obj), event, after, hidden)))
        after = event
    names = names_of(change for _event, moved in changed for change in moved)
    people = User.objects.in_bulk([who for event, _moved in changed if (who := who_of(event))])
    return [
        Change(
            at=event.pgh_created_at,
            who=people.get(who_of(event)),
            fields=[
                FieldChange(str(field.verbose_name), said(field, before, names), said(field, later, names))
                for field, before, later in moved
            ],
        )
        for event, moved in changed
        if moved
    ]
