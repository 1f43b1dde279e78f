"""What happened to the records of an authority: who changed what, when and from which door, the latest first.

Database triggers keep the state that a row had before each change (`atlas.models.base.tracked`). A registry, so that each
app declares its tables in `AppConfig.ready()`; the pages are cut by key, at the same cost for the first and the last.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Field, ForeignKey, Model, OuterRef, PositiveSmallIntegerField, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas.models import Collectivity, Contact, Membership, StatusChange, User

PAGE = 30
SILENT = {"id", "uuid", "version", "created_at", "updated_at"}
_EPOCH, _TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

# By the beginning of the address that was asked.
DOORS = {
    "/admin/": gettext_lazy("administration"),
    "/espace/": gettext_lazy("espace de la collectivité"),
    "/confirmer/": gettext_lazy("lien envoyé au partenaire"),
    "/opposition/": gettext_lazy("lien envoyé au contact"),
    "/compte/": gettext_lazy("page du compte"),
    "/oidc/": gettext_lazy("ProConnect"),
}


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass
class Entry:
    """What one gesture did to one record. `who` is null for a load, a command or somebody without account."""

    at: datetime
    who: User | None
    door: str
    label: str
    title: str
    url: str
    action: str = ""
    note: str = ""
    lines: list[FieldChange] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A tracked table. `rows`: the records of an authority that an account may read, `root` the key of a part to its record.

    `hidden` names the columns that the changes of state, or nothing worth reading, move. `scope`: the key of a record to
    its authority, by which its end is still told once it is gone.
    """

    model: type[Model]
    label: str | Promise
    rows: Callable[[Collectivity, User], QuerySet]
    title: Callable[[Model], str] = str
    url: Callable[[Collectivity, Model], str] = lambda _collectivity, _record: ""
    root: str = ""
    hidden: frozenset[str] = frozenset()
    scope: str = ""

    @property
    def events(self) -> type[Model]:
        return self.model.events.rel.related_model

    def record_id(self, event: Model) -> int:
        return getattr(event, f"{self.root}_id") if self.root else event.pgh_obj_id


_registry: dict[type[Model], Source] = {}


def register(source: Source) -> None:
    """Declare a table. The same one again replaces it: `ready()` may run twice."""
    _registry[source.model] = source


# --- Cut by key -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cursor:
    """Where a page ends: the moment, the rank of the stream and the key in it, all going down but the rank."""

    at: datetime
    rank: int
    pk: int

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // _TICK}-{self.rank}-{self.pk}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises ValueError."""
        parts = text.split("-")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            raise ValueError(text)
        ticks, rank, pk = map(int, parts)
        try:
            return cls(_EPOCH + ticks * _TICK, rank, pk)
        except OverflowError:
            raise ValueError(text) from None

    def beyond(self, rank: int, at: str, pk: str) -> Q:
        """What comes after this place in the stream of that rank."""
        same = Q(**{at: self.at})
        if rank < self.rank:
            same = Q(pk__in=[])
        elif rank == self.rank:
            same &= Q(**{f"{pk}__lt": self.pk})
        return Q(**{f"{at}__lt": self.at}) | same


@dataclass(frozen=True)
class _Item:
    cursor: Cursor
    source: Source
    row: Model  # an event, a change of state, or the record itself where it begins


def page_of(collectivity: Collectivity, user: User, before: Cursor | None = None) -> tuple[list[Entry], Cursor | None]:
    """The entries of a page, and where the next one begins. A fixed number of queries by table, whatever the length."""
    items = sorted(
        _items(collectivity, user, before), key=lambda item: (item.cursor.at, -item.cursor.rank, item.cursor.pk)
    )[::-1]
    shown = items[:PAGE]
    entries = _entries(collectivity, user, shown)
    return entries, shown[-1].cursor if len(items) > PAGE else None


def _items(collectivity: Collectivity, user: User, before: Cursor | None) -> Iterable[_Item]:
    """The first of each stream: events, then changes of state, then beginnings of records."""
    sources = sorted(_registry.values(), key=lambda source: source.model._meta.label)
    for rank, source in enumerate(sources):
        rows = source.rows(collectivity, user)
        own = Q(**{f"{source.root or 'pgh_obj'}__in": rows.order_by().values("pk")})
        if source.scope:
            own |= Q(**{source.scope: collectivity}, pgh_label="delete")
        events = source.events.objects.filter(own)
        yield from _cut(events.select_related("pgh_context"), source, 3 * rank, "pgh_created_at", "pgh_id", before)
        if source.root:
            continue
        if hasattr(source.model, "workflow"):
            kind = ContentType.objects.get_for_model(source.model)
            moves = StatusChange.objects.filter(content_type=kind, object_id__in=rows.order_by().values("pk"))
            yield from _cut(moves.select_related("actor"), source, 3 * rank + 1, "at", "pk", before)
        if source.model is not Collectivity:
            yield from _cut(rows, source, 3 * rank + 2, "created_at", "pk", before)


def _cut(rows: QuerySet, source: Source, rank: int, at: str, pk: str, before: Cursor | None) -> Iterable[_Item]:
    if before:
        rows = rows.filter(before.beyond(rank, at, pk))
    for row in rows.order_by(f"-{at}", f"-{pk}")[: PAGE + 1]:
        yield _Item(Cursor(getattr(row, at), rank, getattr(row, pk)), source, row)


# --- In words ---------------------------------------------------------------------------------------------------------


def _entries(collectivity: Collectivity, user: User, items: list[_Item]) -> list[Entry]:
    by_source: dict[Source, list[_Item]] = {}
    for item in items:
        by_source.setdefault(item.source, []).append(item)
    moved: dict[Cursor, tuple[list[tuple[Field, Any, Any]], bool]] = {}
    records: dict[tuple[Source, int], Model] = {}
    for source, own in by_source.items():
        events = [item for item in own if isinstance(item.row, source.events)]
        moved |= _moves(source, events)
        wanted = {_record_id(item) for item in own}
        found = source.rows(collectivity, user).for_list().filter(pk__in=wanted)
        records |= {(source, record.pk): record for record in found}
    names = names_of(change for changes, _silent in moved.values() for change in changes)
    people = User.objects.in_bulk([who for item in items if (who := who_of(item.row))])
    entries: list[Entry] = []
    last = None
    for item in items:
        record = records.get((item.source, _record_id(item)))
        if record:
            entry = _entry(collectivity, item, record, moved.get(item.cursor), names, people)
        else:
            entry = _end(item, moved.get(item.cursor), names, people)
        if not entry:
            continue
        # What one gesture wrote in several tables of one record reads as one entry.
        same = (item.cursor.at, entry.label, _record_id(item))
        if same == last and not (entry.action or entries[-1].action):
            entries[-1].lines += entry.lines
        else:
            entries.append(entry)
        last = same
    for entry in entries:
        if not (entry.lines or entry.action):
            entry.action = _("Parties, thèmes, lieux, budget ou fichiers modifiés")
    return entries


def _record_id(item: _Item) -> int:
    if isinstance(item.row, item.source.events):
        return item.source.record_id(item.row)
    return item.row.object_id if isinstance(item.row, StatusChange) else item.row.pk


def _entry(collectivity, item: _Item, record: Model, moves, names: dict, people: dict) -> Entry | None:
    """Nothing for an event of which another entry tells, or that moved only silent columns."""
    row, source = item.row, item.source
    told = {"label": str(source.label), "title": source.title(record), "url": source.url(collectivity, record)}
    if isinstance(row, StatusChange):
        transition = source.model.workflow.get(row.transition)
        action = str(transition.label) if transition else row.transition
        return Entry(row.at, row.actor, "", action=action, note=row.note, **told)
    if not isinstance(row, source.events):
        author = getattr(row, "created_by", None) or getattr(row, "invited_by", None)
        return Entry(row.created_at, author, "", action=_("Création"), **told)
    changes, is_told = moves
    if not (changes or is_told):
        return None
    part = f"{source.model._meta.verbose_name} – " if source.root else ""
    lines = [
        FieldChange(f"{part}{changed.verbose_name}", said(changed, before, names), said(changed, after, names))
        for changed, before, after in changes
    ]
    return Entry(row.pgh_created_at, people.get(who_of(row)), door_of(row), lines=lines, **told)


def _end(item: _Item, moves, names: dict, people: dict) -> Entry | None:
    """A record that is gone: what it said last."""
    row, source = item.row, item.source
    if not (source.scope and moves and row.pgh_label == "delete"):
        return None
    said_last = [(changed, said(changed, before, names)) for changed, before, _gone in moves[0]]
    told = [words for changed, words in said_last if changed.name != source.scope]
    return Entry(
        row.pgh_created_at,
        people.get(who_of(row)),
        door_of(row),
        label=str(source.label),
        title=told[0] if told else "",
        url="",
        action=_("Fin"),
    )


def _moves(source: Source, items: list[_Item]) -> dict[Cursor, tuple[list[tuple[Field, Any, Any]], bool]]:
    """For each event, the columns that it changed, and whether it says something though none did (parts moved)."""
    if not items:
        return {}
    history = source.events
    later = history.objects.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__gt=OuterRef("pgh_id")).order_by("pgh_id")
    following = dict(
        history.objects.filter(pk__in=[item.row.pgh_id for item in items]).values_list(
            "pgh_id", Subquery(later.values("pgh_id")[:1])
        )
    )
    states = history.objects.in_bulk([pk for pk in following.values() if pk])
    now = source.model._base_manager.in_bulk([item.row.pgh_obj_id for item in items])
    found = {}
    for item in items:
        event = item.row
        after = states.get(following[event.pgh_id]) or (
            None if event.pgh_label == "delete" else now.get(event.pgh_obj_id)
        )
        every = differences(source.model, event, after, hidden=())
        hidden = source.hidden | {source.root}
        shown = [change for change in every if change[0].name not in hidden]
        if source.root and event.pgh_label != "delete" and after is None:
            shown = []
        version = getattr(event, "version", None) != getattr(after, "version", None)
        found[item.cursor] = (shown, version and not every)
    return found


def differences(model: type[Model], before: Model, after: Model | None, hidden: Collection[str]) -> list:
    """(column, value before, value after) of the tracked columns that differ; all that is gone when `after` is null."""
    tracked = {column.name for column in model.events.rel.related_model._meta.fields}
    columns = [column for column in model._meta.concrete_fields if column.name in tracked - SILENT - set(hidden)]
    pairs = ((column, raw(before, column), raw(after, column) if after else None) for column in columns)
    return [(column, old, new) for column, old, new in pairs if old != new and (after or old not in ("", [], False))]


def raw(row: Model, column: Field) -> Any:
    return getattr(row, column.attname)


def who_of(event: Model) -> int | None:
    """The account that wrote, of an event that bears its context."""
    context = getattr(event, "pgh_context", None)
    return context.metadata.get("user") if context else None


def door_of(event: Model) -> str:
    address = (event.pgh_context.metadata.get("url") or "") if event.pgh_context else ""
    return next((str(name) for start, name in DOORS.items() if address.startswith(start)), "")


def names_of(changes: Iterable[tuple[Field, Any, Any]]) -> dict[tuple[type[Model], Any], str]:
    """Names of the rows that changed keys point to."""
    wanted: dict[type[Model], set] = {}
    for column, *values in changes:
        if isinstance(column, ForeignKey):
            wanted.setdefault(column.related_model, set()).update(value for value in values if value is not None)
    return {
        (model, pk): str(row)
        for model, pks in wanted.items()
        for pk, row in model._default_manager.in_bulk(list(pks)).items()
    }


def said(column: Field, value: Any, names: dict) -> str:
    """A value as people read it, with the names of what keys point to."""
    column = getattr(column, "output_field", column)  # what a generated column holds
    if value is None or value in ("", []):
        return "–"
    if isinstance(column, ForeignKey):
        return names.get((column.related_model, value), _("(supprimé)"))
    return words(column, value)


def words(column: Field, value: Any) -> str:
    """A value as people read it."""
    column = getattr(column, "output_field", column)  # what a generated column holds
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, list | tuple):
        return ", ".join(words(column.base_field, one) if hasattr(column, "base_field") else str(one) for one in value)
    if isinstance(column, PositiveSmallIntegerField):
        return str(value)  # a year, an edition, a rank: no space parts its thousands
    if isinstance(value, float):
        value = round(value, 5)  # our only floats are degrees: a metre
    return str(localize(value))


# --- The tables of the ground -----------------------------------------------------------------------------------------


def declare() -> None:
    """The sheet, the contacts and the members."""
    register(
        Source(
            Collectivity,
            gettext_lazy("Fiche de la collectivité"),
            lambda collectivity, user: Collectivity.objects.visible_to(user).filter(pk=collectivity.pk),
            url=lambda collectivity, record: record.get_absolute_url(),
        )
    )
    register(
        Source(
            Contact,
            gettext_lazy("Contact"),
            lambda collectivity, user: Contact.objects.visible_to(user).filter(collectivity=collectivity),
            url=lambda collectivity, record: reverse("space:contact_list", args=[collectivity.slug]),
        )
    )
    register(
        Source(
            Membership,
            gettext_lazy("Membre"),
            lambda collectivity, user: Membership.objects.visible_to(user).filter(collectivity=collectivity),
            title=lambda member: str(member.user),
            scope="collectivity",
            url=lambda collectivity, record: reverse("space:member_list", args=[collectivity.slug]),
        )
    )
