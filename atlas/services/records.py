"""Saving a record as a whole, for doors that edit it field by field: no lost update, no rule skipped."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from atlas.models import User

M = TypeVar("M", bound=models.Model)


class StaleRecord(ValidationError):
    """The record was changed by somebody else since it was read."""

    def __init__(self) -> None:
        super().__init__(
            _("Cette fiche a été modifiée entre-temps par une autre personne : rien n’a été enregistré."), code="stale"
        )


@transaction.atomic
def save_record(record: M, *, actor: User, read_version: int | None = None) -> M:
    """Check and write a record. With a `version` column, `read_version` is the one that `actor` read.

    Raises:
        StaleRecord: another version was saved meanwhile; nothing is written.
        ValidationError: a rule of the model is broken.
    """
    if record.pk and read_version is not None:
        locked = type(record)._default_manager.select_for_update(of=("self",)).only("version").get(pk=record.pk)
        if locked.version != read_version:
            raise StaleRecord
        record.version = read_version + 1
    record.full_clean()
    record.save()
    return record
