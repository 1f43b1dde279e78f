"""Files made in the background: each is written whole, once, or was never begun.

The row is locked and the file belongs to the same transaction as its state: a worker killed on the way leaves a job that
still waits and no file that anybody sees. Whoever asks for the same job meanwhile finds it locked, and goes on.
"""

import tempfile
from datetime import timedelta

from django.core.cache import cache
from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas import rules
from atlas.filters import lists
from atlas.models import ExportJob, ExportState, in_force

from .tables import Columns
from .workbook import MOST_ROWS, write_workbook

MOST_ATTEMPTS = 4  # a job that kills its worker is not begun for ever
KEPT_PROGRESS = 3600


def question(job: ExportJob) -> tuple[str, QuerySet, Columns]:
    """Title, rows and columns of what `job` asks, as its account may see it today."""
    listed = lists.find(job.list_name)
    rows = listed.ask(job.query, job.user).rows()
    if job.collectivity_id is None:
        return str(listed.title), rows, listed.columns
    own = rows.filter(french_ids__contains=[job.collectivity_id])
    return str(listed.title), own, {**listed.columns, **listed.own_columns}


def progress(job: ExportJob) -> tuple[int, int]:
    """Rows written and rows to write, as far as is known."""
    return cache.get(_key(job), (0, 0))


def _key(job: ExportJob) -> str:
    return f"export:{job.uuid}"


def make(job_id: int) -> bool:
    """Make the file of a job that waits; False when there is nothing to do: it is made, or another worker is at it."""
    if not _begin(job_id):
        return False
    with transaction.atomic():
        job = _locked(job_id)
        if job is None:
            return False
        _write(job)
    cache.delete(_key(job))
    return True


def _locked(job_id: int) -> ExportJob | None:
    waiting = ExportJob.objects.queued().select_related("user")
    return waiting.select_for_update(of=("self",), skip_locked=True).filter(pk=job_id).first()


@transaction.atomic
def _begin(job_id: int) -> bool:
    """Count the attempt, whatever becomes of it."""
    job = _locked(job_id)
    if job is None:
        return False
    if job.attempts >= MOST_ATTEMPTS or not job.user.is_active or lists.find(job.list_name) is None:
        _give_up(job, _("La préparation a été interrompue plusieurs fois. Affinez la liste, ou prenez le CSV."))
        return False
    job.attempts += 1
    job.save(update_fields=["attempts", "updated_at"])
    return True


@transaction.atomic
def give_up(job_id: int, reason: str) -> None:
    """The file will not be made: its page says why."""
    if job := _locked(job_id):
        _give_up(job, reason)


def _give_up(job: ExportJob, reason: str) -> None:
    job.state, job.reason, job.done_at = ExportState.FAILED, reason, timezone.now()
    job.save()


def _write(job: ExportJob) -> None:
    title, rows, columns = question(job)
    total = rows.order_by()[: MOST_ROWS + 1].count()
    if total > MOST_ROWS:
        _give_up(job, _("La liste dépasse ce qu’une feuille de tableur contient : affinez-la, ou prenez le CSV."))
        return

    def told(written: int) -> None:
        cache.set(_key(job), (written, total), KEPT_PROGRESS)

    told(0)
    with tempfile.TemporaryFile() as out:
        job.row_count = write_workbook(out, title, rows, columns, told=told)
        out.seek(0)
        job.file.save(f"{job.uuid}-{job.attempts}.xlsx", File(out), save=False)
    now = timezone.now()
    job.state, job.done_at = ExportState.DONE, now
    job.expires_at = now + timedelta(days=in_force(rules.EXPORTS_KEPT_DAYS))
    job.save()


def forget() -> int:
    """Delete the files past their time, those that no row claims, and the rows of long ago. Returns files deleted."""
    now = timezone.now()
    forgotten = 0
    for job in ExportJob.objects.filter(state=ExportState.DONE, expires_at__lte=now).order_by("pk"):
        storage, name = job.file.storage, job.file.name
        job.file, job.state = "", ExportState.EXPIRED
        job.save()
        storage.delete(name)
        forgotten += 1
    long_ago = now - timedelta(days=in_force(rules.DRAFTS_KEPT_DAYS))
    ExportJob.objects.filter(updated_at__lt=long_ago).exclude(state=ExportState.DONE).delete()
    return forgotten + _sweep(ExportJob._meta.get_field("file").storage, now - timedelta(days=1))


def _sweep(storage: Storage, before) -> int:
    """Files of workers that died between writing and committing."""
    try:
        names = [f"exports/{name}" for name in storage.listdir("exports")[1]]
    except FileNotFoundError:
        return 0
    claimed = set(ExportJob.objects.filter(file__in=names).values_list("file", flat=True))
    lost = [name for name in names if name not in claimed and storage.get_modified_time(name) < before]
    for name in lost:
        storage.delete(name)
    return len(lost)
