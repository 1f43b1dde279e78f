"""What every change of a record goes through: the right, the lock, the version, the digest, and what must stay complete."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction

from atlas.models import User
from atlas.names import slugify
from atlas.permissions import may, require
from atlas.services.records import StaleRecord
from projects.completeness import missing
from projects.models import Partnership, Project
from projects.services.digest import Touched, refresh_activity, refresh_partnership_digest, refresh_project_digest
from projects.workflow import PUBLIC

R = TypeVar("R", Project, Partnership)


def check(permission: str, subject: models.Model, *, actor: User) -> None:
    """Raises PermissionDenied unless `actor` may."""
    require(may(actor, permission, subject))


@contextmanager
def editing(record: R, *, actor: User, read_version: int | None) -> Iterator[R]:
    """The row, locked, to be changed with its parts; written on the way out as one version more, with its digest.

    A project that everybody reads must still be complete afterwards: else nothing is written.

    Raises:
        PermissionDenied: `actor` may not.
        StaleRecord: another version than `read_version` was saved meanwhile (None: not asked).
        ValidationError: a rule of the model is broken, or a public record would lack something.
    """
    kind = type(record)._meta.model_name
    with transaction.atomic():
        locked = type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)
        check(f"projects.change_{kind}", locked, actor=actor)
        if read_version is not None and locked.version != read_version:
            raise StaleRecord
        before = Touched.of(locked)
        yield locked
        locked.version += 1
        locked.full_clean()
        locked.save()
        is_public = locked.publication in PUBLIC
        if isinstance(locked, Project):
            changed = refresh_project_digest([locked.pk])
            if is_public and (lacks := missing(locked)):
                raise ValidationError([one.text for one in lacks], code="incomplete")
        else:
            changed = refresh_partnership_digest([locked.pk])
        if changed and is_public:
            refresh_activity(before | Touched.by(type(record), [locked.pk]))


def set_fields(record: models.Model, fields: Mapping[str, Any], allowed: Iterable[str]) -> None:
    """Raises TypeError for a field that this door does not write: states and digests are not among them."""
    if unknown := set(fields) - set(allowed):
        raise TypeError(f"not writable here: {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        setattr(record, name, value)


def replace_parts(
    parts: models.Manager,
    wanted: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    last: Callable[[Mapping[str, Any]], bool] = lambda _row: False,
) -> list[Any]:
    """Make the parts of a record those `wanted`: rows with the same `key` are kept and updated, the others leave or come.

    Returns them in the order of `wanted`.

    What left goes first and the rows that are `last` (the lead, the main theme) are written at the end, so that a role can
    pass from one row to another without two bearing it on the way.

    Raises:
        ValidationError: a rule of the table is broken.
    """
    there: dict[tuple, list] = {}
    for part in parts.order_by("pk"):
        there.setdefault(tuple(getattr(part, name) for name in key), []).append(part)
    pairs = []
    for row in wanted:
        same = there.get(tuple(row.get(name) for name in key))
        pairs.append((same.pop(0) if same else parts.model(**{parts.field.name: parts.instance}), row))
    if gone := [part.pk for left in there.values() for part in left]:
        parts.filter(pk__in=gone).delete()
    for part, row in sorted(pairs, key=lambda pair: last(pair[1])):
        if part.pk and all(getattr(part, name) == value for name, value in row.items()):
            continue
        for name, value in row.items():
            if name != "pk":  # an unknown one, perhaps somebody else's, makes a new row
                setattr(part, name, value)
        part.full_clean()
        part.save()
    return [part for part, _row in pairs]


def free_slug(title: str, record: models.Model) -> str:
    """A public address made of the title; with a piece of the record's identifier when another one has it."""
    slug = slugify(title)[:200] or "projet"
    taken = type(record).objects.filter(slug=slug).exclude(pk=record.pk).exists()
    return f"{slug}-{record.uuid.hex[:8]}" if taken else slug
