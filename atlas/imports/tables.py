"""Reading of tabular reference files: every fault of every file is named, with its line, before anything is written."""

import csv
import gzip
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where. `line` 0 is the file itself."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return (
            f"{self.file}, {_('ligne')} {self.line}\u00a0: {self.message}"
            if self.line
            else f"{self.file}\u00a0: {self.message}"
        )


class ReferenceError(Exception):
    """The edition is refused; `faults` says why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass
class Row:
    """A line of a file; its readers note what they cannot read and go on."""

    table: "Folder"
    file: str
    line: int
    values: dict[str, str]

    def fail(self, message: str) -> None:
        self.table.faults.append(Fault(self.file, self.line, message))

    def text(self, column: str, *, required: bool = False, longest: int = 500) -> str:
        value = self.values[column].strip()
        if required and not value:
            self.fail(_("la colonne « %s » est vide.") % column)
        if len(value) > longest:
            self.fail(
                _("la colonne « %(column)s » dépasse %(longest)d caractères.") % {"column": column, "longest": longest}
            )
        return value

    def integer(self, column: str) -> int | None:
        value = self.values[column].strip()
        if value and not (value.isascii() and value.isdigit() and len(value) <= 9):
            self.fail(
                _("« %(value)s » n’est pas un nombre entier (colonne « %(column)s »).")
                % {"value": value, "column": column}
            )
            return None
        return int(value) if value else None

    def boolean(self, column: str) -> bool:
        value = self.values[column].strip()
        if value not in ("true", "false"):
            self.fail(
                _("« %(value)s » n’est ni true ni false (colonne « %(column)s »).") % {"value": value, "column": column}
            )
        return value == "true"

    def day(self, column: str) -> date | None:
        value = self.values[column].strip()
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.fail(
                _("« %(value)s » n’est pas une date AAAA-MM-JJ (colonne « %(column)s »).")
                % {"value": value, "column": column}
            )
            return None

    def position(self, longitude: str = "lon", latitude: str = "lat") -> tuple[float | None, float | None]:
        """(longitude, latitude) in degrees, or two None."""
        given = self.values[longitude].strip(), self.values[latitude].strip()
        if given == ("", ""):
            return None, None
        try:
            lon, lat = map(float, given)
        except ValueError:
            self.fail(_("position illisible : « %s ».") % ", ".join(given))
            return None, None
        if 180 < lon <= 360:  # written eastwards over the antimeridian
            lon -= 360
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            self.fail(_("position hors du monde : « %s ».") % ", ".join(given))
        return lon, lat

    def known(self, column: str, among: Collection[str], *, required: bool = False) -> str | None:
        """A code that must exist among `among`."""
        value = self.values[column].strip()
        if (value and value not in among) or (required and not value):
            self.fail(_("« %(value)s » est inconnu (colonne « %(column)s »).") % {"value": value, "column": column})
            return None
        return value or None


@dataclass
class Folder:
    """The folder of an edition, and the faults found in it so far."""

    path: Path
    faults: list[Fault] = field(default_factory=list)

    def rows(self, file: str, columns: Collection[str], *, unique: tuple[str, ...] = ()) -> Iterator[Row]:
        """Lines of a CSV file (plain or .gz) that has at least `columns`; `unique` names the columns of its key."""
        path, seen = self.path / file, {}
        try:
            opener = partial(gzip.open, mode="rt") if file.endswith(".gz") else open
            with opener(path, encoding="utf-8-sig", newline="") as handle:
                reader = csv.DictReader(handle, strict=True)
                if missing := [column for column in columns if column not in (reader.fieldnames or [])]:
                    self.faults.append(Fault(file, 1, _("colonne absente : %s.") % ", ".join(missing)))
                    return
                for values in reader:
                    if None in values or None in values.values():
                        self.faults.append(
                            Fault(file, reader.line_num, _("le nombre de colonnes n’est pas celui de l’en-tête."))
                        )
                        continue
                    if "\0" in "".join(values.values()):
                        self.faults.append(Fault(file, reader.line_num, _("caractère nul.")))
                        continue
                    row = Row(self, file, reader.line_num, values)
                    if unique:
                        key = tuple(values[column] for column in unique)
                        if key in seen:
                            row.fail(_("doublon de la ligne %d.") % seen[key])
                        seen[key] = reader.line_num
                    yield row
        except FileNotFoundError:
            self.faults.append(Fault(file, 0, _("fichier absent.")))
        except (UnicodeDecodeError, csv.Error, OSError, EOFError) as error:
            self.faults.append(Fault(file, 0, _("fichier illisible : %s.") % error))

    def features(self, file: str) -> list[dict[str, Any]]:
        """Properties of the features of a GeoJSON file."""
        try:
            return [feature["properties"] for feature in json.loads((self.path / file).read_text())["features"]]
        except FileNotFoundError:
            self.faults.append(Fault(file, 0, _("fichier absent.")))
        except (ValueError, KeyError, TypeError) as error:
            self.faults.append(Fault(file, 0, _("fichier illisible : %s.") % error))
        return []

    def refuse_faults(self) -> None:
        """Raises: ReferenceError, when anything was noted."""
        if self.faults:
            raise ReferenceError(self.faults)
