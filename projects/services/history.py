"""What changed in records since a moment, read in the history that database triggers keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

# Written by the portal itself: their change is not news for whoever confirms.
SILENT = {
    "verified_on",
    "verified_by",
    "verified_as",
    "id",
    "created_at",
    "updated_at",
    "version",
    "confirmed_on",
    "confirmed_by",
    "created_by",
    "confirmed_at",
}
LONG = 120


@dataclass(frozen=True)
class Change:
    """One field of one record: its French name, how it read, how it reads."""

    label: str
    before: str
    after: str


def changes_since(rows: Sequence[models.Model], moment: datetime) -> dict[int, list[Change]]:
    """The fields that differ between `moment` and now, by key; an empty list when only the parts of the record moved.

    One query, of the first state kept after `moment` for each row: that is how the row read then.
    """
    if not rows:
        return {}
    model = type(rows[0])
    kept = apps.get_model(model._meta.app_label, f"{model.__name__}History").objects
    events = kept.filter(pgh_obj__in=[row.pk for row in rows], pgh_created_at__gt=moment)
    before = {event.pgh_obj_id: event for event in events.order_by("pgh_obj_id", "pgh_id").distinct("pgh_obj_id")}
    found = {}
    for row in rows:
        if event := before.get(row.pk):
            changes = list(_differences(event, row))
            # The version says that something was saved; else only the silent columns moved.
            if changes or getattr(event, "version", 0) != getattr(row, "version", 0):
                found[row.pk] = changes
    return found


def _differences(event: models.Model, row: models.Model):
    for field in row._meta.concrete_fields:
        if field.name in SILENT or not hasattr(event, field.attname):
            continue
        old, new = getattr(event, field.attname), getattr(row, field.attname)
        if old != new:
            yield Change(str(field.verbose_name), _shown(field, old), _shown(field, new))


def _shown(field: models.Field, value: Any) -> str:
    """A stored value as people read it."""
    if value in (None, "", []):
        return ""
    if field.is_relation:
        return _("n° %(number)s") % {"number": value}
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value)
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    text = str(value)
    return text if len(text) <= LONG else text[:LONG].rstrip() + "…"
