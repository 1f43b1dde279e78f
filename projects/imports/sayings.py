"""What the names of files mean beyond the names on record, line by line in `sayings.csv`, each with its source.

`former_region`: a région before 2016 → the code of the one that took over its rights. Alsace is left out: its name is also that
of the Collectivité européenne d'Alsace. `exonym`: a French town in another language, where no French authority bears the name
itself → its French name. `city_region`: a first-level division that is a town (GeoNames code): one body is both.
"""

import csv
import functools
from pathlib import Path

from atlas.names import normalise

FILE = Path(__file__).with_name("sayings.csv")


@functools.cache
def said(rule: str) -> dict[str, str]:
    """What each name, normalised, means under a rule."""
    with FILE.open(encoding="utf-8", newline="") as handle:
        return {normalise(row["said"]): row["means"] for row in csv.DictReader(handle) if row["rule"] == rule}
