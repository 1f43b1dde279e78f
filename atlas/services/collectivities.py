"""Where an authority is reached: what its members write on its sheet. The rest comes with each year's edition."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from atlas.models import Collectivity, User
from atlas.permissions import may, require
from atlas.services.records import StaleRecord

WRITABLE = ("website", "postal_address", "email", "phone")


@transaction.atomic
def describe(collectivity: Collectivity, *, actor: User, read: Mapping[str, Any], **fields: Any) -> Collectivity:
    """Write the columns of `fields`. `read`: those that `actor` saw, as they were then.

    Raises:
        PermissionDenied: `actor` does not write for this authority.
        StaleRecord: somebody changed one of them meanwhile; nothing is written.
        ValidationError: a rule of the model is broken.
        TypeError: a column that comes with the reference edition.
    """
    if unknown := {*fields, *read} - {*WRITABLE}:
        raise TypeError(f"not writable here: {', '.join(sorted(unknown))}")
    require(may(actor, "atlas.change_collectivity", collectivity))
    locked = Collectivity.objects.select_for_update(of=("self",)).get(pk=collectivity.pk)
    if any(getattr(locked, name) != value for name, value in read.items()):
        raise StaleRecord
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.clean_fields(exclude={field.name for field in Collectivity._meta.fields} - {*WRITABLE})
    locked.save(update_fields=[*fields, "updated_at"])
    return locked
