"""Make the outlines that the maps draw (`static/geo/`) from the shapes of `atlas/data/`.

Run it when those shapes change, and commit what it writes. The same input gives the same bytes, which a test checks.
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

DATA = Path(settings.BASE_DIR) / "atlas" / "data"
GEO = Path(settings.BASE_DIR) / "static" / "geo"
NATURAL_EARTH = "Natural Earth, Visionscarto"
# The web projection stretches it without end, and no authority lies there.
LEFT_OUT = {"AQ"}


class Command(BaseCommand):
    """`build_outlines [--folder FOLDER]`."""

    help = "Écrit les contours des cartes (static/geo/) à partir de atlas/data/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=GEO)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in outlines():
            path = folder / f"{name}.json"
            path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")
            self.stdout.write(f"{path} : {path.stat().st_size / 1000:.0f} ko")


def outlines() -> Iterator[tuple[str, dict[str, Any]]]:
    """(file name, content). The small countries that the coarse world leaves out come from the fine one."""
    coarse, fine = _features("world_110m"), _features("world_50m")
    drawn = {feature["properties"]["iso2"] for feature in coarse}
    islands = [feature for feature in fine if feature["properties"]["iso2"] not in drawn]
    overseas = _features("france_com")
    yield "world", _shapes([*coarse, *islands], "iso2", "name_fr", 100)
    yield "world-fine", _shapes(fine, "iso2", "name_fr", 100)
    yield "regions", _shapes([*_features("france_regions"), *overseas], "code", "nom", 1000)
    yield "departements", _shapes(_features("france_departements"), "code", "nom", 1000)


def _features(name: str) -> list[dict[str, Any]]:
    return json.loads((DATA / f"{name}.geojson").read_text())["features"]


def _shapes(features: Iterable[dict[str, Any]], code: str, name: str, scale: int) -> dict[str, Any]:
    """{scale, credit, shapes: [{code, name, polygons: [[ring]]}]}; a ring is x, y, then differences, in 1/scale degrees."""
    shapes = [
        {
            "code": feature["properties"][code] or "",
            "name": feature["properties"][name],
            "polygons": [[_ring(ring, scale) for ring in polygon] for polygon in _polygons(feature["geometry"])],
        }
        for feature in features
        if feature["properties"][code] not in LEFT_OUT
    ]
    return {"scale": scale, "credit": NATURAL_EARTH, "shapes": sorted(shapes, key=lambda s: (s["code"], s["name"]))}


def _polygons(geometry: dict[str, Any]) -> list[list[list[list[float]]]]:
    return geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]


def _ring(ring: list[list[float]], scale: int) -> list[int]:
    """Without its last point, which is the first again, and without the points that rounding made equal."""
    flat, before = [], None
    for longitude, latitude in ring[:-1]:
        point = round(longitude * scale), round(latitude * scale)
        if point != before:
            x, y = before or (0, 0)
            flat += [point[0] - x, point[1] - y]
            before = point
    return flat
