"""What the map shows: the layers that apps register, the light payload of their points, and the classes of countries.

A layer is a family of links between French authorities and places abroad. `atlas` owns the page and knows no layer; each
app registers its own in `AppConfig.ready()`. Layers read the digest columns of their model, so that a map costs a few
statements whatever its size.
"""

from .answers import Answer, compressed_points, draw_ahead, ground
from .registry import CLASSES, MapLayer, MapTexts, Step, class_of, layers, register, steps

__all__ = [
    "CLASSES",
    "Answer",
    "MapLayer",
    "MapTexts",
    "Step",
    "class_of",
    "compressed_points",
    "draw_ahead",
    "ground",
    "layers",
    "register",
    "steps",
]
