"""Background work of the ground: nightly housekeeping, which a second run finds done, and e-mails."""

from datetime import date, timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas import maps, notifications, rules
from atlas.exports import jobs
from atlas.filters import lists
from atlas.models import (
    AccessRequest,
    AccessStatus,
    AlertSent,
    Collectivity,
    Contact,
    DataChange,
    ExportJob,
    ExportState,
    FormDraft,
    Kept,
    SavedSearch,
    StatusChange,
    User,
    in_force,
)
from atlas.notifications import alerts

KEPT_DATA_CHANGES = 500


@shared_task
def prune_data_changes() -> int:
    """Keeps the journal behind the data version short: its last rows say all that readers need. Returns rows deleted."""
    kept = DataChange.objects.order_by("-pk").values_list("pk", flat=True)[KEPT_DATA_CHANGES - 1 : KEPT_DATA_CHANGES]
    oldest = next(iter(kept), None)
    Kept.objects.filter(at__lt=timezone.now() - timedelta(days=7)).delete()  # of questions that changed with a release
    return DataChange.objects.filter(pk__lt=oldest).delete()[0] if oldest else 0


@shared_task
def keep_counts() -> None:
    """Counts large lists to the end and draws the maps before anybody asks. What is known for these data is not done again."""
    visitor, version = AnonymousUser(), DataChange.objects.version()
    for listed in lists.everyone():
        if listed.filterset_class.most_counted:
            listed.ask("", visitor).count_ahead(version)
    for layer in maps.layers():
        maps.draw_ahead(layer, layer.filterset_class({}, queryset=layer.model.objects.visible_to(visitor)), version)


@shared_task
def clear_sessions() -> None:
    """Forgets the sessions that ended."""
    call_command("clearsessions")


@shared_task
def forget_log_ins() -> int:
    """Deletes the journal of log-ins and of their failures past its time. Returns rows deleted."""
    before = timezone.now() - timedelta(days=in_force(rules.LOG_INS_KEPT_DAYS))
    journals = (AccessLog, AccessAttempt, AccessFailureLog)
    return sum(journal.objects.filter(attempt_time__lt=before).delete()[0] for journal in journals)


@shared_task
def forget_drafts() -> int:
    """Deletes what was typed and never saved, past its time. Returns rows deleted."""
    before = timezone.now() - timedelta(days=in_force(rules.DRAFTS_KEPT_DAYS))
    return FormDraft.objects.filter(updated_at__lt=before).delete()[0]


@shared_task
@transaction.atomic
def forget_contacts() -> int:
    """Erases the persons whose mandate ended long ago, with their history. Returns rows deleted."""
    before = timezone.localdate() - timedelta(days=in_force(rules.CONTACTS_KEPT_DAYS))
    gone = list(Contact.objects.standing().filter(ends_on__lt=before).values_list("pk", flat=True))
    Contact.objects.filter(pk__in=gone).delete()
    apps.get_model("atlas", "ContactHistory").objects.filter(pgh_obj__in=gone).delete()
    return len(gone)


@shared_task
@transaction.atomic
def send_contact_notice(contact_id: int) -> bool:
    """Tells a person that it is in the atlas and how to object: once, and not again and again if it is entered anew."""
    rows = Contact.objects.standing().filter(pk=contact_id, notified_at__isnull=True)
    contact = rows.select_for_update(of=("self",)).select_related("collectivity").first()
    if contact is None:
        return False
    since = timezone.now() - timedelta(days=in_force(rules.CONTACT_NOTICE_DAYS))
    told = Contact.objects.filter(collectivity=contact.collectivity_id, email__iexact=contact.email)
    if told.filter(notified_at__gt=since).exists():
        return False
    notifications.contact_notice(contact)
    rows.update(notified_at=timezone.now())
    return True


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
@transaction.atomic
def forget_unconfirmed() -> int:
    """Deletes requests whose address nobody confirmed in time, and the accounts that only they held. Returns requests."""
    before = timezone.now() - timedelta(days=in_force(rules.INVITATION_DAYS))
    rows = AccessRequest.objects.filter(status=AccessStatus.UNCONFIRMED, created_at__lt=before)
    people = set(rows.values_list("user", flat=True))
    count = rows.delete()[0]
    for user in User.objects.filter(
        pk__in=people, is_staff=False, memberships=None, postings=None, access_requests=None
    ):
        if not user.is_opened:
            user.delete()
    return count


@shared_task
def send_access_confirmation(user_id: int, wanted: str) -> None:
    """To somebody who asked without being logged in; `wanted` is what was looked for."""
    notifications.access_confirmation(User.objects.get(pk=user_id), wanted)


@shared_task
def send_access_requested(access_id: int) -> None:
    notifications.access_requested(AccessRequest.objects.for_list().get(pk=access_id))


@shared_task
def send_access_decided(change_id: int) -> None:
    notifications.access_decided(StatusChange.objects.get(pk=change_id))


@shared_task
def send_proconnect_linked(user_id: int) -> None:
    notifications.proconnect_linked(User.objects.get(pk=user_id))


@shared_task
def send_alert_confirmation(search_id: int) -> None:
    """The link is made here: it never travels through the queue. Confirmed or gone meanwhile, nothing leaves."""
    if search := SavedSearch.objects.filter(pk=search_id, confirmed_at=None).first():
        alerts.confirmation(search)


@shared_task
def send_alerts() -> int:
    """Has the news of each saved search told whose day, or week, was not yet. Returns how many were asked for."""
    day = timezone.localdate()
    due = alerts.due(day)
    for pk in due:
        send_alert.delay(pk, day.isoformat())
    return len(due)


@shared_task
def send_alert(search_id: int, day: str) -> int:
    """Tells the news of one search for the period of `day`; run again, it finds them told."""
    return alerts.tell(search_id, date.fromisoformat(day))


@shared_task
def forget_alerts() -> int:
    """Deletes searches that nobody confirmed in time, and what was noted of alerts long ago. Returns searches deleted."""
    now = timezone.now()
    AlertSent.objects.filter(at__lt=now - timedelta(days=in_force(rules.LOG_INS_KEPT_DAYS))).delete()
    late = now - timedelta(days=in_force(rules.ALERT_CONFIRM_DAYS))
    gone, _kinds = SavedSearch.objects.filter(confirmed_at=None, created_at__lt=late).delete()
    return gone


# --- Files ------------------------------------------------------------------------------------------------------------

LATE = timedelta(minutes=2)


@shared_task
def make_export(job_id: int) -> None:
    """Makes a file that waits. Run again, or by two workers at once, it is made once."""
    try:
        jobs.make(job_id)
    except SoftTimeLimitExceeded:
        jobs.give_up(job_id, _("Cette liste demande trop de temps : affinez-la, ou prenez le CSV."))
    send_export_ready.delay(job_id)


@shared_task
def send_export_ready(job_id: int) -> None:
    """Tells the account that its file is ready, or will not be; once."""
    with transaction.atomic():
        ended = ExportJob.objects.filter(pk=job_id, told_at=None, state__in=[ExportState.DONE, ExportState.FAILED])
        job = ended.select_related("user").select_for_update(of=("self",), skip_locked=True).first()
        if job:
            job.told_at = timezone.now()
            job.save(update_fields=["told_at"])
            if job.user.is_active:
                notifications.export_ready(job)


@shared_task
def resume_exports() -> int:
    """Asks again for what a worker or the broker lost: jobs that wait, news untold. Returns how many."""
    before = timezone.now() - LATE
    lost = list(ExportJob.objects.queued().filter(updated_at__lt=before).values_list("pk", flat=True))
    untold = ExportJob.objects.filter(
        told_at=None, state__in=[ExportState.DONE, ExportState.FAILED], done_at__lt=before
    )
    for pk in lost:
        make_export.delay(pk)
    news = list(untold.values_list("pk", flat=True))
    for pk in news:
        send_export_ready.delay(pk)
    return len(lost) + len(news)


@shared_task
def forget_exports() -> int:
    """Deletes files past their time. Returns how many."""
    return jobs.forget()
