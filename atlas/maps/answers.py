"""What the map page and its points answer: once by question and state of the data, and never long."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import brotli
from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet

from atlas.filters import FacetedFilterSet, digest_of
from atlas.models import Kept

from .drawing import grid, points
from .registry import MapLayer

GRID_ABOVE = 20_000  # rows: beyond, points are gathered in cells
READ_AT_MOST = 25_000  # rows, while somebody waits; see `_answer`
KEPT_SECONDS = 24 * 3600


def compressed_points(layer: MapLayer, filterset: FacetedFilterSet, version: str) -> dict[str, dict[str, bytes]]:
    """`points` or `grid`, in brotli and in gzip, made once per question and state of the data: {part: {encoding: bytes}}."""
    key = _key("compressed", layer, filterset, version)
    kept = cache.get(key)
    if kept is None:
        answer = _answer("points", layer, filterset, version, partial(_draw, layer))
        # At 5 brotli takes a tenth of a second for ten thousand points; at 11, two seconds for an eighth less.
        kept = {
            part: {
                "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
                "gzip": gzip.compress(body, 6, mtime=0),
            }
            for part, body in ((part, text.encode()) for part, text in answer.content.items())
        }
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _draw(layer: MapLayer, rows: QuerySet, version: str, most: int | None) -> dict[str, str]:
    few = most is not None and most <= GRID_ABOVE
    parts = points(layer, rows, version) if few else grid(layer, rows, version, most)
    return {part: body.decode() for part, body in parts.items()}


# --- Answers that nobody waits for ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What a map says of some rows. `at`: when it was computed, if the data changed since; `first`: of so many rows only."""

    content: Any
    at: datetime | None = None
    first: int | None = None


# What is said of some rows, at a version: of so many of them, or of all (None).
Compute = Callable[[QuerySet, str, int | None], Any]


def _answer(kind: str, layer: MapLayer, filterset: FacetedFilterSet, version: str, compute: Compute) -> Answer:
    """Of all these rows as they are, up to `READ_AT_MOST`. Beyond, of all of them as the clock's task last saw them
    (`draw_ahead`), or else of as many, the first that the database comes upon.
    """
    key, rows = _key(kind, layer, filterset, version), filterset.qs
    answer = cache.get(key)
    if answer is None:
        number = _up_to_a_limit(filterset)
        kept = Kept.objects.latest_of(_name(kind, layer, rows)) if number > READ_AT_MOST else None
        if kept:
            answer = Answer(json.loads(kept.content), kept.at if kept.version != version else None)
        else:
            content = compute(rows, version, min(number, READ_AT_MOST))
            answer = Answer(content, first=READ_AT_MOST if number > READ_AT_MOST else None)
        cache.set(key, answer, KEPT_SECONDS)
    return answer


def _up_to_a_limit(filterset: FacetedFilterSet) -> int:
    """How many rows there are, as far as it matters: one more than are read says that there are too many."""
    if filterset.total is not None and not filterset.total_capped:
        return filterset.total
    return filterset.qs.order_by()[: READ_AT_MOST + 1].count()


def ground(layer: MapLayer, filterset: FacetedFilterSet, version: str) -> Answer:
    """What `MapLayer.count_ground` counts of these rows, once by question and state of the data."""
    return _answer("ground", layer, filterset, version, partial(_count, layer))


def _count(layer: MapLayer, rows: QuerySet, _version: str, most: int | None) -> dict[str, Any]:
    return layer.count_ground(rows, most)


def draw_ahead(layer: MapLayer, filterset: FacetedFilterSet, version: str) -> None:
    """What the map of these rows says, where they are too many to be read while somebody waits; else, simply at hand."""
    rows = filterset.qs
    computed = {"ground": partial(_count, layer), "points": partial(_draw, layer)}
    if _up_to_a_limit(filterset) > READ_AT_MOST:
        for kind, compute in computed.items():
            make = partial(compute, rows, version, None)
            if Kept.objects.renew(_name(kind, layer, rows), version, lambda make=make: json.dumps(make()).encode()):
                cache.delete_many([_key(one, layer, filterset, version) for one in (kind, "compressed")])
    ground(layer, filterset, version)
    compressed_points(layer, filterset, version)


def _key(kind: str, layer: MapLayer, filterset: FacetedFilterSet, version: str) -> str:
    return f"{kind}:{layer.name}:{settings.RELEASE}:{version}:{digest_of(filterset.qs.order_by())}"


def _name(kind: str, layer: MapLayer, rows: QuerySet) -> str:
    return f"{kind}:{layer.name}:{digest_of(rows.order_by(), dated=False)}"
