"""Background work of the ground: nightly housekeeping, which a second run finds done, and e-mails."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from atlas import notifications
from atlas.models import AccessRequest, Collectivity, DataChange, FormDraft, StatusChange, User

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


@shared_task
def forget_log_ins() -> int:
    """Deletes the journal of log-ins and of their failures past its time. Returns rows deleted."""
    before = timezone.now() - timedelta(days=settings.LOG_INS_KEPT_DAYS)
    journals = (AccessLog, AccessAttempt, AccessFailureLog)
    return sum(journal.objects.filter(attempt_time__lt=before).delete()[0] for journal in journals)


@shared_task
def forget_drafts() -> int:
    """Deletes what was typed and never saved, past its time. Returns rows deleted."""
    before = timezone.now() - timedelta(days=settings.DRAFTS_KEPT_DAYS)
    return FormDraft.objects.filter(updated_at__lt=before).delete()[0]


@shared_task
def send_invitation(user_id: int, inviter_id: int, collectivity_id: int | None) -> None:
    """The link is made here: it never travels through the queue."""
    collectivity = Collectivity.objects.filter(pk=collectivity_id).first()
    notifications.invitation(User.objects.get(pk=user_id), User.objects.get(pk=inviter_id), collectivity)


@shared_task
def send_password_reset(user_id: int | None) -> None:
    """Called for unknown addresses too, with nothing to send: asking takes as long for everybody."""
    if user := User.objects.filter(pk=user_id, is_active=True).first():
        notifications.password_reset(user)


@shared_task
def send_access_requested(access_id: int) -> None:
    notifications.access_requested(AccessRequest.objects.for_list().get(pk=access_id))


@shared_task
def send_access_decided(change_id: int) -> None:
    notifications.access_decided(StatusChange.objects.get(pk=change_id))


@shared_task
def send_proconnect_linked(user_id: int) -> None:
    notifications.proconnect_linked(User.objects.get(pk=user_id))
