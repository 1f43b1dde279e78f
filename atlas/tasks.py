"""Nightly housekeeping of the ground. Idempotent: a second run the same night finds nothing to do."""

from celery import shared_task
from django.core.management import call_command

from atlas.models import DataChange

KEPT_DATA_CHANGES = 500


@shared_task
def prune_data_changes() -> int:
    """Keeps the journal behind the data version short: its last rows say all that readers need. Returns rows deleted."""
    kept = DataChange.objects.order_by("-pk").values_list("pk", flat=True)[KEPT_DATA_CHANGES - 1 : KEPT_DATA_CHANGES]
    oldest = next(iter(kept), None)
    return DataChange.objects.filter(pk__lt=oldest).delete()[0] if oldest else 0


@shared_task
def clear_sessions() -> None:
    """Forgets the sessions that ended."""
    call_command("clearsessions")
