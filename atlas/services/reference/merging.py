"""Tables made equal to given rows, in SQL, writing only what differs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection


@dataclass
class Outcome:
    """What a load did to a family."""

    family: str
    rows: int
    added: int = 0
    changed: int = 0
    ended: int = 0
    notes: list[str] = field(default_factory=list)


def ids(model: type, column: str) -> dict[str, int]:
    return dict(model.objects.values_list(column, "pk"))


def resolved(rows: Sequence[tuple], places: dict[int, dict[str, int]]) -> list[tuple]:
    """Rows with the codes at these places replaced by primary keys."""
    resolved = []
    for row in rows:
        line = list(row)
        for place, ids in places.items():
            line[place] = ids[line[place]] if line[place] is not None else None
        resolved.append(tuple(line))
    return resolved


def merge(
    family: str,
    model: type,
    columns: str,
    rows: Sequence[tuple],
    *,
    key: str = "code",
    match: str | None = None,
    fixed: frozenset[str] | set[str] = frozenset(),
    defaults: dict[str, str] | None = None,
) -> Outcome:
    """Add and change rows of `model` so that they equal `rows`.

    `columns` are those of `rows`, in order; `match` the SQL condition that pairs a row `t` with a given one `s` (equality of
    `key` by default); `fixed` columns are set when a row is added and kept after; `defaults` are SQL values for the others.
    """
    names = columns.split()
    table = model._meta.db_table
    match = match or f't."{key}" = s."{key}"'
    compared = [name for name in names if name not in fixed and name != key]
    listed = ", ".join(f'"{name}"' for name in names)
    defaults = dict(defaults or {})
    dated = {field.column for field in model._meta.concrete_fields} & {"created_at", "updated_at"}
    for name in dated:
        defaults[name] = "now()"
    outcome = Outcome(family, len(rows))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS given")
        cursor.execute(f'CREATE TEMP TABLE given ON COMMIT DROP AS SELECT {listed} FROM "{table}" WITH NO DATA')
        with cursor.copy(f"COPY given ({listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("ANALYZE given")
        if compared:
            there = ", ".join(f't."{name}"' for name in compared)
            given = ", ".join(f's."{name}"' for name in compared)
            differs = f"{match} AND ({there}) IS DISTINCT FROM ({given})"
            # A statement that changes no row would still move the data version: ask first.
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}" t JOIN given s ON {differs})')
            if cursor.fetchone()[0]:
                sets = [f'"{name}" = s."{name}"' for name in compared]
                sets += ["updated_at = now()"] if "updated_at" in dated else []
                cursor.execute(f'UPDATE "{table}" t SET {", ".join(sets)} FROM given s WHERE {differs}')
                outcome.changed = cursor.rowcount
        absent = f'NOT EXISTS (SELECT FROM "{table}" t WHERE {match})'
        cursor.execute(f"SELECT EXISTS (SELECT FROM given s WHERE {absent})")
        if cursor.fetchone()[0]:
            into = listed + "".join(f', "{name}"' for name in defaults)
            values = ", ".join([*(f's."{name}"' for name in names), *defaults.values()])
            cursor.execute(f'INSERT INTO "{table}" ({into}) SELECT {values} FROM given s WHERE {absent}')
            outcome.added = cursor.rowcount
        cursor.execute(f'ANALYZE "{table}"') if outcome.added > 1000 else None
    return outcome


def merge_tree(
    family: str, model: type, columns: str, rows: Sequence[tuple], *, parent: int, defaults: dict[str, str]
) -> Outcome:
    """Merge rows whose column `parent` names another row of the same list: level by level, parents first."""
    total = Outcome(family, len(rows))
    waiting, done = list(rows), {None}
    while waiting:
        ready = [row for row in waiting if row[parent] in done]
        outcome = merge(family, model, columns, resolved(ready, {parent: ids(model, "code")}), defaults=defaults)
        total.added, total.changed = total.added + outcome.added, total.changed + outcome.changed
        done |= {row[0] for row in ready}
        waiting = [row for row in waiting if row[0] not in done]
    return total


def add_links(through: type, left: str, right: str, wanted: set[tuple[int, int]]) -> int:
    """Add the missing rows of a many-to-many table; a link that staff added stays."""
    missing = wanted - set(through.objects.values_list(left, right))
    through.objects.bulk_create(through(**{left: a, right: b}) for a, b in sorted(missing))
    return 0 if not missing else len(missing)


def refresh_statistics() -> None:
    """Of the tables that this transaction wrote. The database makes them by itself, but after its next reader."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT string_agg(relid::regclass::text, ', ') FROM pg_stat_xact_user_tables
               WHERE schemaname = current_schema() AND n_tup_ins + n_tup_upd + n_tup_del > 0"""
        )
        if written := cursor.fetchone()[0]:
            cursor.execute(f"ANALYZE {written}")
