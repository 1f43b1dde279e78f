"""What points to an authority, and what becomes of it when its rows pass to another one.

Every app declares its own columns, at start: a test walks the schema and refuses one that nobody declared.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils.functional import Promise

from atlas.models import ForeignAuthority

from .ledger import Ledger, has_version

Fold = Callable[[models.Model, models.Model], None]
Staying = Callable[[models.Model, models.Model], list[int]]


@dataclass(frozen=True)
class Reference:
    """A foreign key to an authority.

    `once`: with the authority, these columns are unique. Of two rows that would become the same, `fold(kept, gone)` writes
    into the kept one what only the other said, which is then removed. `stays`: why the rows keep their authority.
    `staying(source, target)`: keys of rows that keep theirs because of what `target` already is or has.
    """

    model: type[models.Model]
    name: str
    once: Sequence[str] = ()
    fold: Fold | None = None
    staying: Staying | None = None
    stays: str | Promise = ""

    @property
    def target(self) -> type[models.Model]:
        return self.model._meta.get_field(self.name).related_model

    def rows(self, authority: models.Model) -> QuerySet:
        return self.model._base_manager.filter(**{self.name: authority})

    def pass_on(self, ledger: Ledger, source: models.Model, target: models.Model, rows: QuerySet | None = None) -> int:
        """Give `rows` of `source` (all of them by default) to `target`; returns how many."""
        given = self.rows(source) if rows is None else rows
        if self.staying:
            given = given.exclude(pk__in=self.staying(source, target))
        ids = ledger.take(given)
        if not ids:
            return 0
        moving = self.model._base_manager.filter(pk__in=ids)
        if self.fold:
            self._fold(ledger, moving, target)
        grown = {"version": F("version") + 1} if has_version(self.model) else {}
        moving.update(**{self.name: target}, **grown)
        return len(ids)

    def _fold(self, ledger: Ledger, moving: QuerySet, target: models.Model) -> None:
        same = self.rows(target).filter(*(_same(self.model, name) for name in self.once))
        paired = moving.annotate(kept_id=Subquery(same.order_by("pk").values("pk")[:1])).filter(kept_id__isnull=False)
        pairs = {gone.pk: gone.kept_id for gone in paired.order_by("pk")}
        if not pairs:
            return
        ledger.take(self.model._base_manager.filter(pk__in=pairs.values()))
        there = self.model._base_manager.in_bulk([*pairs, *pairs.values()])
        for gone, kept in pairs.items():
            self.fold(there[kept], there[gone])
        self.model._base_manager.filter(pk__in=pairs).delete()
        for kept in dict.fromkeys(pairs.values()):
            there[kept].full_clean()
            there[kept].save()


def _same(model: type[models.Model], name: str) -> Q:
    """A column equal to that of the outer row; nothing is equal to nothing."""
    equal = Q(**{name: OuterRef(name)})
    if not model._meta.get_field(name).null:
        return equal
    return equal | (Q(**{f"{name}__isnull": True}) & Q(IsNull(OuterRef(name), True)))


@dataclass(frozen=True)
class Follower:
    """What an app does around a move, inside its transaction; each is given the ledger and both authorities.

    `prepare` locks its records before any part of them. `complete` makes one of those that have become the same.
    `refresh` writes digests, counts and versions, once rows moved or moved back.
    """

    prepare: Callable[[Sequence[models.Model]], None]
    complete: Callable[[Ledger, models.Model], None]
    refresh: Callable[[Ledger, Sequence[models.Model]], None]


_references: dict[tuple[type[models.Model], str], Reference] = {}
_followers: list[Follower] = []


def declare(*references: Reference) -> None:
    """Add columns to the register. The same again replaces them: `ready()` may run twice."""
    for reference in references:
        _references[reference.model, reference.name] = reference


def follow(follower: Follower) -> None:
    """Have an app take part in each move."""
    if follower not in _followers:
        _followers.append(follower)


def followers() -> tuple[Follower, ...]:
    return tuple(_followers)


def references(target: type[models.Model] = ForeignAuthority) -> list[Reference]:
    """Columns that point to `target`, in the order they were declared."""
    return [reference for reference in _references.values() if reference.target is target]


def staying(model: type[models.Model], source: models.Model, target: models.Model) -> list[int]:
    """Keys of the rows of `source` that would not pass to `target`, because of what it is or has."""
    asked = (one for one in references(type(source)) if one.model is model and one.staying)
    return [pk for one in asked for pk in one.staying(source, target)]


def holdings(authority: models.Model) -> list[tuple[str, int]]:
    """What points to an authority and would pass on: French plural of the rows, and how many (one query for each kind)."""
    counted = [
        (str(one.model._meta.verbose_name_plural), one.rows(authority).count())
        for one in references(type(authority))
        if not one.stays
    ]
    return [(label, n) for label, n in counted if n]
