"""What the lines of a workbook would change, as the preview tells it and as the services are asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from projects.imports.sheets.codes import Codes
from projects.imports.sheets.reading import Content, Row
from projects.imports.sheets.records import in_words

Fields = list[tuple[str, str, str]]


@dataclass
class Change:
    """A line that would write: something new, or the values of a record that differ.

    `fields`: label, old and new of each. `parts`: rows of the parts of a project as they would all be, by sheet.
    """

    row: Row
    values: dict[str, Any]
    record: Model | None = None
    title: str = ""
    fields: Fields = field(default_factory=list)
    parts: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return self.record is None

    def as_json(self) -> dict[str, Any]:
        """What the preview tells: where, of what, and (label, old, new) of each value."""
        return {
            "sheet": str(self.row.sheet.title),
            "line": self.row.line,
            "title": self.title,
            "collectivity": self.row.collectivity,
            "fields": self.fields,
        }


@dataclass
class Plan:
    """`changes` are written, one by record; `told` has each line. They differ where several lines make one record."""

    changes: list[Change] = field(default_factory=list)
    told: list[Change] = field(default_factory=list)
    unchanged: int = 0

    def add(self, change: Change) -> None:
        self.changes.append(change)
        self.told.append(change)


def new_fields(row: Row, values: Mapping[str, Any], codes: Codes) -> Fields:
    """What a new line says."""
    said = ((name, in_words(row.sheet, name, value, codes)) for name, value in values.items())
    return [(row.sheet.label(name), "", text) for name, text in said if text]


def changed_fields(row: Row, old: Mapping[str, Any], new: Mapping[str, Any], codes: Codes) -> Fields:
    """What a line says otherwise."""
    return [
        (row.sheet.label(name), *(in_words(row.sheet, name, side, codes) for side in (old[name], value)))
        for name, value in new.items()
    ]


def tell_stale(row: Row, record: Model, fields: Fields, read: Content) -> None:
    """The record is not the one that was downloaded: both values of each field that differs."""
    if row.version is None:
        advice = _("Reprenez celle du classeur téléchargé : la fiche en est à la version %d.") % record.version
        read.fail(row, _("Version"), _("la cellule est vide."), advice)
        return
    for label, theirs, mine in fields:
        message = _(
            "la fiche a changé sur le portail depuis votre téléchargement : il dit « %(theirs)s », le classeur « %(mine)s »."
        )
        advice = _(
            "Pour garder votre valeur, écrivez %d dans la colonne « Version » ; sinon reprenez celle du portail."
        )
        read.fail(row, label, message % {"theirs": theirs, "mine": mine}, advice % record.version)
