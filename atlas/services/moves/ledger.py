"""The journal of one move: rows as they were before, as they are after, and back again exactly.

Images are made and put back by PostgreSQL (`jsonb_populate_record`): no value goes through Python. Of a row that a move changed
only the columns it changed are kept: what people write elsewhere in the row meanwhile is theirs. Digests are computed anew, and
versions only grow, so that no form read meanwhile looks fresh.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models
from django.db.models import QuerySet
from psycopg import sql

from atlas.models import Move, MovedRow

ONWARD = ["version", "updated_at"]  # of a row that stays
ARGUMENTS = 50  # pairs that a function of PostgreSQL takes at once
OF_MOVE = "move_id = {move} AND table_name = {table_name}"


def image_columns(model: type[models.Model]) -> list[str]:
    """Columns of an image: those whose changes are history, in a tracked model; all but the generated, in another."""
    written = [field for field in model._meta.concrete_fields if not field.generated]
    if hasattr(model, "events"):
        kept = {field.name for field in model.events.rel.related_model._meta.fields}
        written = [field for field in written if field.name in kept]
    return [field.column for field in written]


def _image(model: type[models.Model]) -> sql.Composable:
    """SQL of the image of the row `t`."""
    pairs = [sql.SQL("{}, t.{}").format(sql.Literal(name), sql.Identifier(name)) for name in image_columns(model)]
    pieces = [pairs[start : start + ARGUMENTS] for start in range(0, len(pairs), ARGUMENTS)]
    objects = [sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(piece)) for piece in pieces]
    return sql.SQL("({})").format(sql.SQL(" || ").join(objects))


@dataclass(frozen=True)
class Difference:
    """A row that is no longer as the move left it. `columns`: those that differ; none when the row itself came or went."""

    model: type[models.Model]
    row_id: int
    columns: tuple[str, ...]


class Ledger:
    """Writes the rows of `move`. Every row must be taken before it is changed."""

    def __init__(self, move: Move) -> None:
        self.move = move

    def take(self, rows: QuerySet) -> list[int]:
        """Lock rows, the lowest key first, and keep their present image. Returns their keys."""
        model = rows.model
        ids = list(rows.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        if ids:
            self._execute(
                "INSERT INTO atlas_movedrow (move_id, table_name, row_id, before)"
                " SELECT {move}, {table_name}, t.{pk}, {image} FROM {table} t WHERE t.{pk} = ANY({ids})"
                " ORDER BY t.{pk} ON CONFLICT DO NOTHING",
                model,
                ids=sql.Literal(ids),
            )
        return ids

    def made(self, model: type[models.Model], ids: Iterable[int]) -> None:
        """Say that these rows did not exist before."""
        MovedRow.objects.bulk_create(
            MovedRow(move=self.move, table_name=model._meta.db_table, row_id=pk, before=None) for pk in ids
        )

    def close(self) -> None:
        """Keep what the rows have become, and forget those that did not change, and columns that did not."""
        for model in self.changed_models():
            self._execute(
                "UPDATE atlas_movedrow SET after = {image} FROM {table} t WHERE row_id = t.{pk} AND " + OF_MOVE, model
            )
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE atlas_movedrow SET"
                " before = (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(before)"
                "   WHERE value IS DISTINCT FROM after -> key AND key <> ALL(%(onward)s)),"
                " after = (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(after)"
                "   WHERE value IS DISTINCT FROM before -> key AND key <> ALL(%(onward)s))"
                " WHERE move_id = %(move)s AND before IS NOT NULL AND after IS NOT NULL",
                {"move": self.move.pk, "onward": ONWARD},
            )
            cursor.execute("DELETE FROM atlas_movedrow WHERE move_id = %s AND before = after", [self.move.pk])

    def changed_models(self) -> list[type[models.Model]]:
        """Models of the rows of the move, those first written first."""
        first = self.move.rows.values("table_name").annotate(first=models.Min("pk")).order_by("first")
        by_table = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
        return [by_table[row["table_name"]] for row in first]

    # --- And back -----------------------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Nobody changes these rows until the end of the transaction."""
        for model in self.changed_models():
            rows = model._base_manager.filter(pk__in=self._ids(model)).order_by("pk")
            list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))

    def differences(self) -> Iterator[Difference]:
        """Rows that somebody changed since."""
        for model in self.changed_models():
            found = self._fetch(
                "SELECT row_id, columns FROM atlas_movedrow LEFT JOIN {table} t ON t.{pk} = row_id"
                " CROSS JOIN LATERAL (SELECT {image} AS image) AS now CROSS JOIN LATERAL ("
                "   SELECT coalesce(array_agg(key ORDER BY key), '{{}}') AS columns FROM jsonb_each(after) AS was(key, value)"
                "   WHERE t.{pk} IS NOT NULL AND was.value IS DISTINCT FROM now.image -> key"
                " ) AS moved WHERE " + OF_MOVE + " AND (columns <> '{{}}' OR (after IS NULL) <> (t.{pk} IS NULL))"
                " ORDER BY row_id",
                model,
            )
            for pk, columns in found:
                yield Difference(model, pk, tuple(columns))

    def restore(self) -> None:
        """Put every row back as it was. Rows of the first table go back one by one: they pass keys to one another."""
        for model in reversed(self.changed_models()):
            columns = [name for name in image_columns(model) if name != "version"]
            given = {
                "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
                "values": sql.SQL(", ").join(sql.SQL("was.{}").format(sql.Identifier(name)) for name in columns),
                "grow": sql.SQL(", version = t.version + 1" if has_version(model) else ""),
            }
            self._execute(
                "DELETE FROM {table} t USING atlas_movedrow WHERE t.{pk} = row_id AND before IS NULL AND " + OF_MOVE,
                model,
            )
            changed = self._ids(model, before__isnull=False, after__isnull=False)
            for ids in [[pk] for pk in changed] if model in self.changed_models()[:1] else [changed]:
                self._execute(
                    "UPDATE {table} t SET ({columns}) = ROW({values}){grow} FROM atlas_movedrow"
                    " JOIN {table} now ON now.{pk} = row_id"
                    " CROSS JOIN LATERAL jsonb_populate_record(now, before) AS was"
                    " WHERE t.{pk} = row_id AND row_id = ANY({ids}) AND " + OF_MOVE,
                    model,
                    ids=sql.Literal(ids),
                    **given,
                )
            self._execute(
                "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM atlas_movedrow"
                " CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, before) AS was"
                " WHERE after IS NULL AND before IS NOT NULL AND " + OF_MOVE,
                model,
                **given,
            )

    def _ids(self, model: type[models.Model], **of: bool) -> list[int]:
        rows = self.move.rows.filter(table_name=model._meta.db_table, **of)
        return list(rows.order_by("pk").values_list("row_id", flat=True))

    def _compose(self, statement: str, model: type[models.Model], **given: sql.Composable) -> sql.Composed:
        return sql.SQL(statement).format(
            move=sql.Literal(self.move.pk),
            table=sql.Identifier(model._meta.db_table),
            table_name=sql.Literal(model._meta.db_table),
            pk=sql.Identifier(model._meta.pk.column),
            image=_image(model),
            **given,
        )

    def _execute(self, statement: str, model: type[models.Model], **given: sql.Composable) -> None:
        with connection.cursor() as cursor:
            cursor.execute(self._compose(statement, model, **given).as_string(cursor.connection))

    def _fetch(self, statement: str, model: type[models.Model], **given: sql.Composable) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(self._compose(statement, model, **given).as_string(cursor.connection))
            return cursor.fetchall()


def has_version(model: type[models.Model]) -> bool:
    """Whether its rows refuse stale forms."""
    return "version" in {field.name for field in model._meta.concrete_fields}
