"""Background work of partnerships and projects."""

from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from atlas.models import StatusChange, in_force
from projects import figures, notifications, rules
from projects.figures import queue
from projects.models import (
    ImportStatus,
    NoticeContact,
    NoticeConversation,
    NoticeMessage,
    PartnerRequest,
    Partnership,
    PartnershipNotice,
    PartyConsent,
    Project,
    RecordComment,
    SheetUpload,
    VerifierKind,
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
def remind_notices() -> int:
    """Has everybody told whose notice expires soon and who was not yet. Returns how many were asked for."""
    due = list(notifications.expiring(timezone.localdate()))
    for notice_id, user_id in due:
        remind_notice.delay(notice_id, user_id)
    return len(due)


@shared_task
def remind_notice(notice_id: int, user_id: int | None) -> bool:
    """Reminds one person; run again, it finds it done."""
    return notifications.remind(notice_id, user_id)


@shared_task
def send_record_comment(comment_id: int, verified: bool) -> None:
    """A word of who verifies a record, to those who keep it; `verified`: the record was found right at the same time."""
    word = RecordComment.objects.select_related("partnership", "project").get(pk=comment_id)
    record = type(word.subject).objects.for_list().get(pk=word.subject.pk)
    title = VerifierKind(word.written_as)
    notifications.record_verified(record, title, verified=verified, text=word.text, author_id=word.author_id)


@shared_task
def send_record_verified(kind: str, record_id: int) -> None:
    """That a record was found right."""
    model = {"partnership": Partnership, "project": Project}[kind]
    record = model.objects.for_list().get(pk=record_id)
    title = VerifierKind(record.verified_as)
    notifications.record_verified(record, title, verified=True, text="", author_id=record.verified_by_id)


@shared_task
def forget_unconfirmed_notices() -> int:
    """Nightly: what was proposed from an address that nobody confirmed. Returns the contacts deleted."""
    before = timezone.now() - timedelta(days=in_force(rules.NOTICE_UNCONFIRMED_DAYS))
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
def refresh_verification() -> bool:
    """Judges which records wait to be verified, where they are too many for whoever reads the queue to wait."""
    return queue.refresh()


@shared_task
def send_partner_request(request_id: int) -> None:
    """The link is made here: it never travels through the queue. Revoked meanwhile, nothing leaves."""
    asked = PartnerRequest.objects.select_related(
        "foreign_authority", "collectivity", "sent_by", "project", "partnership"
    )
    if (found := asked.get(pk=request_id)).state == "open":
        notifications.partner_request(found)


@shared_task
def send_party_named(consent_id: int) -> None:
    """Answered or withdrawn meanwhile, nothing leaves."""
    asked = PartyConsent.objects.select_related("project", "partnership", "collectivity")
    if found := asked.filter(pk=consent_id, answer="").first():
        notifications.party_named(found)


@shared_task
def send_consent_answered(consent_id: int) -> None:
    given = PartyConsent.objects.select_related("project", "partnership", "collectivity", "asked_by")
    notifications.consent_answered(given.get(pk=consent_id))


@shared_task
def send_partner_answered(request_id: int) -> None:
    asked = PartnerRequest.objects.select_related(
        "foreign_authority", "collectivity", "sent_by", "project", "partnership"
    )
    notifications.partner_answered(asked.get(pk=request_id))


@shared_task
def forget_sheets() -> int:
    """Deletes workbooks that were shown and never applied, past their time. Returns how many."""
    before = timezone.now() - timedelta(days=in_force(rules.SHEETS_KEPT_DAYS))
    return SheetUpload.objects.filter(status=ImportStatus.PREVIEW, updated_at__lt=before).delete()[0]
