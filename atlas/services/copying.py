"""Writing many rows of one table by COPY: several times faster than the INSERT of `bulk_create`, triggers included."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model
from django.utils import timezone
from psycopg import sql

from atlas.models.base import Dated

T = TypeVar("T", bound=Model)


def copy_rows(
    model: type[Model], columns: Sequence[str], rows: Iterable[Sequence], *, now: datetime | None = None
) -> None:
    """Write rows, given as values of `columns` (names of the database); `now` dates those of `Dated` models.

    No row, no statement: an empty one would still tell the data version that something changed.
    Defaults of Python are not applied: a column left out must be nullable, generated, or have a default in the database.

    Raises:
        IntegrityError: a rule of the table is broken; nothing was written.
    """
    rows = iter(rows)
    if (first := next(rows, None)) is None:
        return
    dated = (now or timezone.now(),) * 2 if issubclass(model, Dated) and "created_at" not in columns else ()
    names = [*columns, "created_at", "updated_at"] if dated else columns
    target = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, cursor.copy(target) as copy:
        for row in chain([first], rows):
            copy.write_row((*row, *dated))


def new_ids(model: type[Model], number: int) -> list[int]:
    """That many ids of the table's own sequence, which nobody else will be given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, number],
        )
        return [pk for (pk,) in cursor.fetchall()]


def copy_instances(instances: Sequence[T]) -> Sequence[T]:
    """Write unsaved instances of one model, whose ids are set on return; what the database generates is not read back.

    Raises:
        IntegrityError: a rule of the table is broken; nothing was written.
    """
    if not instances:
        return instances
    model = type(instances[0])
    for instance, pk in zip(instances, new_ids(model, len(instances)), strict=True):
        instance.pk = pk
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    database = connections[DEFAULT_DB_ALIAS]  # not the proxy `connection`: it is asked once for each value
    copy_rows(
        model,
        [field.column for field in fields],
        (
            [field.get_db_prep_save(field.pre_save(instance, True), database) for field in fields]
            for instance in instances
        ),
    )
    for instance in instances:
        instance._state.adding, instance._state.db = False, database.alias
    return instances
