"""The light payload of the points of some rows: one by one, or gathered in cells."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, FloatField, Func, IntegerField, Model, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce

from atlas.filters import Unnest
from atlas.models import Collectivity, ForeignAuthority

from .registry import MapLayer

CELLS = {"french": 250, "foreign": 1000}  # their sides, in the unit below
SCALE = 1000  # coordinates leave as integers: thousandths of a degree, some hundred metres
_BAND = 2 * SCALE  # points are sent in bands of latitude: neighbours follow one another and differ by little


def grid(layer: MapLayer, rows: QuerySet, version: str, most: int | None = None) -> dict[str, bytes]:
    """The ends of many rows, gathered in cells: how many authorities or places each holds, and their middle (one query).

    The rows are read once, as «asked», and their ends found from there: no more of them than `most`.

    `points`: {version, scale, total, grid, french: {n, x, y}, foreign: {n, x, y}}, `x` and `y` as in `points`.
    """
    columns = dict.fromkeys([layer.french, layer.foreign])
    ids = {column: RawSQL(f"SELECT unnest({column}) FROM asked", ()) for column in columns}
    ends = [
        _ends(Collectivity, ids[layer.french], "department__code"),
        *_abroad(layer, ids[layer.foreign], RawSQL("SELECT id FROM asked", ())),
    ]
    inner, parameters = ends[0].union(*ends[1:], all=True).query.sql_with_params()
    try:
        asked, given = rows.order_by().values_list("pk", *columns)[:most].query.sql_with_params()
    except EmptyResultSet:
        asked, given = f"SELECT id, {', '.join(columns)} FROM {layer.model._meta.db_table} WHERE false", ()
    cell = f"CASE side WHEN 'french' THEN {CELLS['french']} ELSE {CELLS['foreign']} END::numeric"
    with connections[rows.db].cursor() as cursor:
        cursor.execute(
            f"WITH asked (id, {', '.join(columns)}) AS MATERIALIZED ({asked}) "
            f"(SELECT side, count(*), round(avg(x))::int, round(avg(y))::int FROM ({inner}) AS ends (side, pk, x, y, name, place) "
            f"GROUP BY side, floor(x / {cell}), floor(y / {cell}) ORDER BY side, floor(y / {cell}), floor(x / {cell})) "
            "UNION ALL SELECT 'asked', count(*), 0, 0 FROM asked",
            [*given, *parameters],
        )
        cells: dict[str, list[tuple[int, int, int]]] = {"french": [], "foreign": [], "asked": []}
        for side, *gathered in cursor.fetchall():
            cells[side].append(tuple(gathered))
    ((total, _x, _y),) = cells.pop("asked")
    told = {
        side: {
            "n": [n for n, _x, _y in found],
            "x": _differences([x for _n, x, _y in found]),
            "y": _differences([y for _n, _x, y in found]),
        }
        for side, found in cells.items()
    }
    nobody = {"name": [], "place": []}
    return {
        "points": _json(version=version, scale=SCALE, total=total, grid=True, **told),
        "names": _json(version=version, french=nobody, foreign=nobody),
    }


def points(layer: MapLayer, rows: QuerySet, version: str) -> dict[str, bytes]:
    """The ends of the links of `rows`, in two JSON texts (two queries), in columns and bands, coordinates as differences.

    `points`: {version, scale, total, placed, french: {id, x, y}, foreign: {id, x, y}, links: {french, foreign}}, where
    `x` and `y` are differences with the point before, `links.french` differences with the link before, both links
    ranks in the columns; a negative `id` is a point of a row's own (see `MapLayer.spots`). `names`: {version, french: {name, place}, foreign: {name, place}} in the same order for the same version;
    `place` is a département code or a country's ISO code.
    """
    french = _ends(Collectivity, _unnested(rows, layer.french), "department__code")
    placed: dict[str, list[tuple]] = {"french": [], "foreign": []}
    abroad = _abroad(layer, _unnested(rows, layer.foreign), rows.order_by().values("pk"))
    for side, *point in french.union(*abroad, all=True):
        placed[side].append(tuple(point))
    for found in placed.values():
        found.sort(key=lambda point: (point[2] // _BAND, point[1], point[0]))
    ranks = {side: {point[0]: rank for rank, point in enumerate(found)} for side, found in placed.items()}
    links, total, shown = set(), 0, 0
    # With their keys: some criteria ask for distinct rows, and two rows may join the same ends.
    for _pk, french, foreign in rows.order_by().values_list("pk", layer.french, layer.foreign):
        pairs = {
            (ranks["french"][here], ranks["foreign"][there])
            for here in french
            if here in ranks["french"]
            for there in foreign
            if there in ranks["foreign"]
        }
        links |= pairs
        total += 1
        alone = [there in ranks["foreign"] for there in foreign]
        alone += [here in ranks["french"] for here in french] if layer.one_end else []
        shown += bool(pairs) if layer.lines else any(alone)
    ordered = sorted(links)
    return {
        "points": _json(
            version=version,
            scale=SCALE,
            total=total,
            placed=shown,
            **{
                side: {
                    "id": [point[0] for point in found],
                    "x": _differences([point[1] for point in found]),
                    "y": _differences([point[2] for point in found]),
                }
                for side, found in placed.items()
            },
            links={"french": _differences([here for here, _ in ordered]), "foreign": [there for _, there in ordered]},
        ),
        "names": _json(
            version=version,
            **{
                side: {"name": [point[3] for point in found], "place": [point[4] for point in found]}
                for side, found in placed.items()
            },
        ),
    }


def _unnested(rows: QuerySet, column: str) -> QuerySet:
    return rows.order_by().values(end=Unnest(F(column)))


def _abroad(layer: MapLayer, ids: Any, keys: Any) -> list[QuerySet]:
    """The same columns as `_ends`, of authorities abroad and of the points that the rows of these keys have of their own."""
    found = [_ends(ForeignAuthority, ids, "country__iso2")]
    if layer.spots:
        spots = layer.spots(keys).annotate(key=-F("pk"), side=Value("foreign", TextField()), **_scaled())
        found.append(spots.order_by().values_list("side", "key", "x", "y", "shown_name", "place_code"))
    return found


def _ends(model: type[Model], ids: Any, place: str) -> QuerySet:
    """(side, id, x, y, name, place) of the authorities of these ids that have a position."""
    side = "french" if model is Collectivity else "foreign"
    return (
        model.objects.filter(pk__in=ids)
        .on_map()
        .order_by()
        .annotate(
            side=Value(side, TextField()),
            **_scaled(),
            shown_name=Cast("name", TextField()),
            place_code=Coalesce(Cast(place, TextField()), Value("", TextField())),
        )
        .values_list("side", "pk", "x", "y", "shown_name", "place_code")
    )


def _scaled() -> dict[str, Cast]:
    return {
        axis: Cast(Func(F(name) * SCALE, function="round", output_field=FloatField()), IntegerField())
        for axis, name in (("x", "longitude"), ("y", "latitude"))
    }


def _differences(numbers: Sequence[int]) -> list[int]:
    return [number - before for before, number in pairwise([0, *numbers])]


def _json(**content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
