"""Background work of partnerships and projects."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from atlas.models import StatusChange
from projects import figures, notifications
from projects.models import ImportStatus, PartnerRequest, SheetUpload


@shared_task
def send_project_moved(change_id: int) -> None:
    notifications.project_moved(StatusChange.objects.select_related("actor").get(pk=change_id))


@shared_task
def refresh_panorama(force: bool = False) -> bool:
    """Keeps the national figures up to date with the data. Nothing is done twice: the data version says what is new."""
    return figures.refresh(force=force)


@shared_task
def send_partner_request(request_id: int) -> None:
    """The link is made here: it never travels through the queue. Revoked meanwhile, nothing leaves."""
    asked = PartnerRequest.objects.select_related(
        "foreign_authority", "collectivity", "sent_by", "project", "partnership"
    )
    if (found := asked.get(pk=request_id)).state == "open":
        notifications.partner_request(found)


@shared_task
def send_partner_answered(request_id: int) -> None:
    asked = PartnerRequest.objects.select_related(
        "foreign_authority", "collectivity", "sent_by", "project", "partnership"
    )
    notifications.partner_answered(asked.get(pk=request_id))


@shared_task
def forget_sheets() -> int:
    """Deletes workbooks that were shown and never applied, past their time. Returns how many."""
    before = timezone.now() - timedelta(days=settings.SHEETS_KEPT_DAYS)
    return SheetUpload.objects.filter(status=ImportStatus.PREVIEW, updated_at__lt=before).delete()[0]
