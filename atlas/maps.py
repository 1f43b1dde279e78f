"""What the map shows: the layers that apps register, the light payload of their points, and the classes of countries.

A layer is a family of links between French authorities and places abroad. `atlas` owns the page and knows no layer; each
app registers its own in `AppConfig.ready()`. Layers read the digest columns of their model, so that a map costs two statements
whatever its size.
"""

import gzip
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import brotli
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Count, F, FloatField, Func, IntegerField, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from atlas.filters import FacetedFilterSet, Unnest
from atlas.models import Collectivity, Department, ForeignAuthority

GRID_ABOVE = 20_000  # rows: beyond, points are gathered in cells
CELLS = {"french": 250, "foreign": 1000}  # their sides, in the unit below
SCALE = 1000  # coordinates leave as integers: thousandths of a degree, some hundred metres
KEPT_SECONDS = 24 * 3600
CLASSES = 4
_BAND = 2 * SCALE  # points are sent in bands of latitude: neighbours follow one another and differ by little


@dataclass(frozen=True)
class MapTexts:
    """What the page and the script write of a layer, as lazy translations; `{n}` and `{name}` are filled by the script."""

    title: Any  # «Carte des partenariats»
    description: Any
    by_country: Any  # «Partenariats par pays»
    by_region: Any  # «Partenariats par région française»
    by_department: Any  # «Partenariats par département»
    column: Any  # «Partenariats»
    foreign: Any  # «Partenaires étrangers»
    foreign_one: Any  # «Partenaire étranger»
    foreign_group: Any  # «{n} partenaires étrangers groupés ici : rapprocher»
    french_link: tuple[
        Any, Any
    ]  # what a French authority is joined to, one and several: «{n} partenaire», «{n} partenaires»
    foreign_link: tuple[Any, Any]
    no_country: Any  # «{name} : aucun partenariat»
    empty: Any  # «Aucun partenariat publié.»
    demo: Any  # «Démonstration : partenariats fictifs.»


@dataclass(frozen=True)
class MapLayer:
    """A family of links that the map can show. The texts are lazy translations, the `*_url_name` names of addresses.

    `french`, `foreign`, `regions` and `countries` name the array columns of `model` that hold the two ends, the codes of French
    régions and the ISO codes; `sheet` is the template of what a chosen point shows, given `rows`.

    Where rows have points of their own besides authorities, `spots` gives those of some rows, with `shown_name` and
    `place_code`; `foreign` holds their ids as negative numbers. `lines` says that a row without both ends is not on the map;
    else its foreign end is enough, or either one where rows have `one_end`.
    """

    name: str
    label: Any
    counted: Any  # «partenariat,partenariats»
    q_label: Any
    texts: MapTexts
    model: type[Model]
    filterset_class: type[FacetedFilterSet]
    list_url_name: str
    export_url_name: str
    sheet: str
    french: str = "french_ids"
    foreign: str = "foreign_ids"
    regions: str = "region_codes"
    countries: str = "country_codes"
    spots: Callable[[QuerySet], QuerySet] | None = None
    lines: bool = True
    one_end: bool = False

    def count_ground(self, rows: QuerySet, version: str) -> dict[str, list[tuple[str, int]]]:
        """(code, number of rows) of each of `countries`, `regions` and `departments`, the most present first.

        Two queries by data version. A row of two authorities of one département counts once there, as in the list.
        """
        key = f"ground:{self.name}:{version}:{_question(rows)}"
        counted = cache.get(key)
        if counted is None:
            counted = self._count_ground(rows)
            cache.set(key, counted, KEPT_SECONDS)
        return counted

    def _count_ground(self, rows: QuerySet) -> dict[str, list[tuple[str, int]]]:
        parts = [
            rows.order_by()
            .annotate(family=Value(family), code=Unnest(F(column)))
            .values("family", "code")
            .annotate(n=Count("pk"))
            .values_list("family", "code", "n")
            for family, column in (("countries", self.countries), ("regions", self.regions))
        ]
        counted: dict[str, list[tuple[str, int]]] = {"countries": [], "regions": []}
        for family, code, n in parts[0].union(*parts[1:], all=True):
            counted[family].append((code, n))
        counted["departments"] = self._count_departments(rows)
        return {family: sorted(found, key=lambda one: (-one[1], one[0])) for family, found in counted.items()}

    def _count_departments(self, rows: QuerySet) -> list[tuple[str, int]]:
        """Of the French ends. Rows that join the same ones are counted together, then each département once for them."""
        together = rows.order_by().values(self.french).annotate(n=Count("pk")).values_list(self.french, "n")
        try:
            inner, parameters = together.query.sql_with_params()
        except EmptyResultSet:
            return []
        with connections[rows.db].cursor() as cursor:
            cursor.execute(
                f"SELECT department.code, sum(together.n)::int FROM ({inner}) AS together (ends, n) CROSS JOIN LATERAL ("
                f"SELECT DISTINCT department_id FROM {Collectivity._meta.db_table} WHERE id = ANY(together.ends)"
                f") AS met JOIN {Department._meta.db_table} department ON department.id = met.department_id "
                "GROUP BY department.code",
                parameters,
            )
            return cursor.fetchall()

    def of_point(self, rows: QuerySet, side: str, pk: int) -> QuerySet:
        """The rows that meet at a point: an authority («french», «foreign»), or one of their own («spot»)."""
        column, key = (self.foreign, -pk) if side == "spot" else (getattr(self, side), pk)
        return rows.filter(**{f"{column}__contains": [key]})


_LAYERS: dict[str, MapLayer] = {}


def register(layer: MapLayer) -> None:
    """Offer a layer on the map. Called by apps in `ready()`, in the order in which layers are shown."""
    if _LAYERS.setdefault(layer.name, layer) != layer:
        raise ValueError(f"Two map layers are called {layer.name!r}.")


def layers() -> list[MapLayer]:
    """The layers on offer, in the order of the applications."""
    return list(_LAYERS.values())


# --- Classes of countries -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A class of the choropleth: its rank from 1, and the numbers it holds. `to` is None for the last one."""

    rank: int
    start: int
    to: int | None


def steps(numbers: Iterable[int]) -> list[Step]:
    """Up to four classes of round bounds that suit the largest number: 1–4, 5–49, 50–299, 300 and more for 2 000."""
    most = max(numbers, default=0)
    if not most:
        return []
    bounds = {1}
    for rank in range(1, CLASSES):
        bounds.add(rank + 1 if most <= CLASSES else _round(most ** (rank / CLASSES)))
    starts = [bound for bound in sorted(bounds) if bound <= most]
    ends = [after - 1 for _start, after in pairwise(starts)]
    return [Step(rank, start, to) for rank, (start, to) in enumerate(zip(starts, [*ends, None], strict=True), 1)]


def _round(number: float) -> int:
    """The nearest of 2, 3, 5, 10, 20, 30, 50…"""
    power = 10 ** math.floor(math.log10(number))
    return max(2, min((1, 2, 3, 5, 10), key=lambda digit: abs(digit * power - number)) * power)


def class_of(number: int, classes: Sequence[Step]) -> int:
    """Rank of the class that holds `number`; 0 for none."""
    return sum(number >= step.start for step in classes)


# --- Points ---------------------------------------------------------------------------------------------------------


def grid(layer: MapLayer, rows: QuerySet, version: str, total: int) -> dict[str, bytes]:
    """The ends of many rows, gathered in cells: how many authorities or places each holds, and their middle (one query).

    `points`: {version, scale, total, grid, french: {n, x, y}, foreign: {n, x, y}}, `x` and `y` as in `points`.
    """
    ends = [_ends(Collectivity, rows, layer.french, "department__code"), *_abroad(layer, rows)]
    try:
        inner, parameters = ends[0].union(*ends[1:], all=True).query.sql_with_params()
    except EmptyResultSet:
        inner, parameters = "SELECT '' AS side, 0 AS pk, 0 AS x, 0 AS y, '' AS name, '' AS place WHERE false", ()
    cell = f"CASE side WHEN 'french' THEN {CELLS['french']} ELSE {CELLS['foreign']} END::numeric"
    with connections[rows.db].cursor() as cursor:
        cursor.execute(
            f"SELECT side, count(*), round(avg(x))::int, round(avg(y))::int FROM ({inner}) AS ends (side, pk, x, y, name, place) "
            f"GROUP BY side, floor(x / {cell}), floor(y / {cell}) ORDER BY side, floor(y / {cell}), floor(x / {cell})",
            parameters,
        )
        cells: dict[str, list[tuple[int, int, int]]] = {"french": [], "foreign": []}
        for side, *gathered in cursor.fetchall():
            cells[side].append(tuple(gathered))
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
    french = _ends(Collectivity, rows, layer.french, "department__code")
    placed: dict[str, list[tuple]] = {"french": [], "foreign": []}
    for side, *point in french.union(*_abroad(layer, rows), all=True):
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


def _abroad(layer: MapLayer, rows: QuerySet) -> list[QuerySet]:
    """The same columns as `_ends`, of authorities abroad and of the points that rows have of their own."""
    found = [_ends(ForeignAuthority, rows, layer.foreign, "country__iso2")]
    if layer.spots:
        spots = layer.spots(rows).annotate(key=-F("pk"), side=Value("foreign", TextField()), **_scaled())
        found.append(spots.order_by().values_list("side", "key", "x", "y", "shown_name", "place_code"))
    return found


def _ends(model: type[Model], rows: QuerySet, column: str, place: str) -> QuerySet:
    """(side, id, x, y, name, place) of the authorities of `rows` that have a position."""
    side = "french" if model is Collectivity else "foreign"
    return (
        model.objects.filter(pk__in=rows.order_by().values(end=Unnest(F(column))))
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


def compressed_points(layer: MapLayer, rows: QuerySet, version: str) -> dict[str, dict[str, bytes]]:
    """`points` or `grid`, in brotli and in gzip, made once per question and state of the data: {part: {encoding: bytes}}."""
    key = f"map:{layer.name}:{settings.RELEASE}:{version}:{_question(rows)}"
    kept = cache.get(key)
    if kept is None:
        total = rows.order_by().count()
        parts = points(layer, rows, version) if total <= GRID_ABOVE else grid(layer, rows, version, total)
        # At 5 brotli takes a tenth of a second for ten thousand points; at 11, two seconds for an eighth less.
        kept = {
            part: {
                "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
                "gzip": gzip.compress(body, 6, mtime=0),
            }
            for part, body in parts.items()
        }
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _question(rows: QuerySet) -> str:
    """What tells a question from another: the rows that it asks for."""
    try:
        question = repr(rows.order_by().query.sql_with_params())
    except EmptyResultSet:  # Django knows without asking: a criterion names nobody
        question = "nothing"
    return hashlib.sha256(question.encode()).hexdigest()
