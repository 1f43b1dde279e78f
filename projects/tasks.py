"""Background work of partnerships and projects."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from atlas.models import StatusChange
from projects import figures, notifications
from projects.models import (
    ImportStatus,
    NoticeContact,
    NoticeConversation,
    NoticeMessage,
    PartnerRequest,
    PartnershipNotice,
    SheetUpload,
)


@shared_task
def send_project_moved(change_id: int) -> None:
    notifications.project_moved(StatusChange.objects.select_related("actor").get(pk=change_id))


@shared_task
def send_notice_moved(change_id: int) -> None:
    notifications.notice_moved(StatusChange.objects.select_related("actor").get(pk=change_id))


@shared_task
def send_notice_link(contact_id: int) -> None:
    """The link is made here: it never travels through the queue. Revoked meanwhile, nothing leaves."""
    contact = NoticeContact.objects.select_related("notice", "conversation__notice", "country").get(pk=contact_id)
    if contact.state == "open":
        notifications.notice_link(contact)


@shared_task
def send_notice_message(message_id: int) -> None:
    """To the other side: the members of an authority who write for it, or the person behind a link."""
    notifications.notice_message(NoticeMessage.objects.get(pk=message_id))


@shared_task
def forget_unconfirmed_notices() -> int:
    """Nightly: what was proposed from an address that nobody confirmed. Returns the contacts deleted."""
    before = timezone.now() - timedelta(days=settings.NOTICE_UNCONFIRMED_DAYS)
    gone = NoticeContact.objects.filter(confirmed_at__isnull=True, created_at__lt=before)
    with transaction.atomic():
        NoticeConversation.objects.filter(contact__in=gone).delete()
        PartnershipNotice.objects.filter(contact__in=gone).delete()
        return gone.delete()[1].get("projects.NoticeContact", 0)


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
