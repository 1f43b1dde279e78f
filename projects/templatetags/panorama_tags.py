"""Charts of the panorama: SVG drawn on the server, each with a title and a description, each beside its table.

Sizes are attributes and colours are classes: the security policy allows no inline style. Coordinates are whole numbers of a
small canvas, which keeps the maps light.
"""

import csv
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from atlas import maps
from atlas.typography import NO_BREAK, number
from projects.figures import FIGURES, panorama_of, rules_in_force

register = template.Library()

DATA = settings.BASE_DIR / "atlas" / "data"
BAR_WIDTH, BAR_STEP = 330, 46


# --- Bars -------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("projects/_bar_chart.html")
def bar_chart(name: str, title: str, rows: Sequence[Any], words: str) -> dict[str, Any]:
    """Horizontal bars of `rows` (`PanoramaRow`); `words`: what is counted, «projet,projets»."""
    largest = max((row.number for row in rows), default=0) or 1
    bars = [
        {
            "label": row.label,
            "value": f"{number(row.share, 1)}{NO_BREAK}%" if row.share is not None else number(row.number),
            "y": index * BAR_STEP,
            "width": max(1, round(row.number * BAR_WIDTH / largest)) if row.number else 0,
        }
        for index, row in enumerate(rows)
    ]
    return {
        "name": name,
        "title": title,
        "words": words,
        "bars": bars,
        "height": len(bars) * BAR_STEP,
        "parts": [f"{bar['label']} {bar['value']}" for bar in bars],
    }


# --- Maps -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """An area of a map: `path` in the coordinates of its canvas, or a dot where it is too small to be drawn."""

    key: str
    name: str
    path: str = ""
    x: int = 0
    y: int = 0


def _rings(geometry: dict[str, Any]) -> Iterator[list[list[float]]]:
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in parts:
        yield polygon[0]


def _path(rings: Iterable[list[list[float]]], project: Any, smallest: int = 1) -> str:
    """Rings as relative moves between whole points; what is smaller than `smallest` pixels is left out."""
    drawn = []
    for ring in rings:
        points = []
        for longitude, latitude in ring:
            point = project(longitude, latitude)
            if not points or point != points[-1]:
                points.append(point)
        width, height = (max(axis) - min(axis) for axis in zip(*points, strict=True))
        if len(points) < 4 or max(width, height) < smallest:
            continue
        moves = [f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(points)]
        drawn.append(f"M{points[0][0]} {points[0][1]}l{' '.join(moves)}z")
    return "".join(drawn).replace(" -", "-")


WORLD_WIDTH, WORLD_HEIGHT = 800, 380


def _world(longitude: float, latitude: float) -> tuple[int, int]:
    """Equal Earth projection (Šavrič, Patterson, Jenny, 2018): areas keep their proportions."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    angle = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    squared = angle * angle
    power = squared**3
    x = (
        2
        * math.sqrt(3)
        * math.radians(longitude)
        * math.cos(angle)
        / (3 * (9 * a4 * squared * power + 7 * a3 * power + 3 * a2 * squared + a1))
    )
    y = angle * (a4 * squared * power + a3 * power + a2 * squared + a1)
    scale = WORLD_WIDTH / 5.42
    return round(WORLD_WIDTH / 2 + x * scale), round(193 - y * scale)


@cache
def world_shapes() -> tuple[Shape, ...]:
    """Every country: its outline, or a dot at its centre where the outlines leave it out."""
    with (DATA / "world_110m.geojson").open(encoding="utf-8") as file:
        drawn = {
            feature["properties"]["iso2"]: _path(_rings(feature["geometry"]), _world)
            for feature in json.load(file)["features"]
            if feature["properties"]["iso2"] != "AQ"
        }
    shapes = []
    with (DATA / "countries.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if path := drawn.get(row["iso2"]):
                shapes.append(Shape(row["iso2"], row["name_fr"], path))
            elif row["centroid_lat"] and row["iso2"] != "AQ":
                x, y = _world(float(row["centroid_lon"]), float(row["centroid_lat"]))
                shapes.append(Shape(row["iso2"], row["name_fr"], x=x, y=y))
    return tuple(shapes)


FRANCE_WIDTH, FRANCE_HEIGHT = 390, 324
_MAINLAND = (41.3, 51.2, -5.2, 9.7)  # latitudes, longitudes
_INSET, _INSET_STEP = 42, 60


def _mainland(longitude: float, latitude: float) -> tuple[int, int]:
    scale = 320 / (_MAINLAND[1] - _MAINLAND[0])
    x = (longitude - _MAINLAND[2]) * scale * math.cos(math.radians(46.5))
    return round(x) + _INSET + 8, round((_MAINLAND[1] - latitude) * scale)


def _inset(rings: list[list[list[float]]], rank: int) -> Any:
    """Projection of an overseas région into its square, at its own scale."""
    points = [point for ring in rings for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = _INSET / max((east - west) * narrow, north - south)

    def project(longitude: float, latitude: float) -> tuple[int, int]:
        return round((longitude - west) * narrow * scale), round((north - latitude) * scale) + 4 + rank * _INSET_STEP

    return project


@cache
def france_shapes() -> tuple[Shape, ...]:
    """The régions: the mainland and Corse together, those overseas one above the other on the left."""
    with (DATA / "france_regions.geojson").open(encoding="utf-8") as file:
        features = json.load(file)["features"]
    shapes, overseas = [], 0
    for feature in features:
        rings, about = list(_rings(feature["geometry"])), feature["properties"]
        project = _mainland
        if about["zone"] != "metro":
            project = _inset(rings, overseas)
            overseas += 1
        shapes.append(Shape(about["code"], about["nom"], _path(rings, project, 3)))
    return tuple(shapes)


@register.inclusion_tag("projects/_choropleth.html")
def world_map(name: str, title: str, rows: Sequence[Any], words: str) -> dict[str, Any]:
    """Countries shaded by number."""
    steps = maps.steps(row.number for row in rows)
    return _choropleth(name, title, rows, words, world_shapes(), (WORLD_WIDTH, WORLD_HEIGHT), steps)


def quarters(numbers: Sequence[int]) -> list[maps.Step]:
    """Up to four classes that hold much the same number of values."""
    ordered = sorted(numbers)
    starts = sorted({ordered[rank * len(ordered) // 4] for rank in range(4)}) if ordered else []
    ends = [after - 1 for after in starts[1:]]
    return [maps.Step(rank, start, to) for rank, (start, to) in enumerate(zip(starts, [*ends, None], strict=False), 1)]


@register.inclusion_tag("projects/_choropleth.html")
def france_map(name: str, title: str, rows: Sequence[Any], words: str) -> dict[str, Any]:
    """Régions shaded by number, in classes of as many régions each: their numbers lie close together."""
    steps = quarters([row.number for row in rows if row.number])
    return _choropleth(name, title, rows, words, france_shapes(), (FRANCE_WIDTH, FRANCE_HEIGHT), steps)


def _choropleth(
    name: str,
    title: str,
    rows: Sequence[Any],
    words: str,
    shapes: Sequence[Shape],
    size: tuple[int, int],
    steps: Sequence[maps.Step],
) -> dict[str, Any]:
    numbers = {row.key: row.number for row in rows if row.number}
    first = sorted(rows, key=lambda row: -row.number)[:5]
    return {
        "name": name,
        "title": title,
        "words": words,
        "width": size[0],
        "height": size[1],
        "areas": [
            {
                "shape": shape,
                "number": numbers.get(shape.key, 0),
                "rank": maps.class_of(numbers.get(shape.key, 0), steps),
            }
            for shape in shapes
        ],
        "steps": steps,
        "parts": [f"{row.label} {number(row.number)}" for row in first if row.number],
    }


# --- Key figures of the home page -------------------------------------------------------------------------------------

HOME = ("collectivites-engagees", "autorites-etrangeres", "pays", "projets", "jumelages")


@register.inclusion_tag("projects/_home_figures.html")
def home_figures() -> dict[str, Any]:
    """The figures of today with their rules (two queries); none before the first computation."""
    panorama = panorama_of()
    rules = rules_in_force() if panorama else {}
    blocks = [
        {
            "figure": figure,
            "rule": rules.get(figure.id),
            "total": panorama.figures[figure.id]["total"],
            "url": f"{reverse(figure.list_url_name)}?{figure.list_query('', None)}".removesuffix("?"),
        }
        for figure in (FIGURES[name] for name in HOME if panorama)
    ]
    return {"panorama": panorama, "blocks": blocks, "year": None}


@register.simple_tag
def sentence(parts: Sequence[str]) -> str:
    """The description of a chart: its parts in a sentence."""
    return _("%(parts)s.") % {"parts": ", ".join(parts)} if parts else _("Aucune donnée.")
