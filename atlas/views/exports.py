"""Files prepared in the background: their list, their progress, the files themselves. For whoever asked, and nobody else."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from atlas.exports import attach
from atlas.exports.jobs import progress
from atlas.filters import lists
from atlas.filters.words import words_of
from atlas.models import ExportJob, ExportState

SHOWN = 50


def _own(request: HttpRequest, uuid: UUID) -> ExportJob:
    return get_object_or_404(ExportJob.objects.visible_to(request.user).select_related("collectivity"), uuid=uuid)


def _described(job: ExportJob) -> dict[str, Any]:
    listed = lists.find(job.list_name)
    return {
        "job": job,
        "title": listed.title if listed else job.list_name,
        "criteria": words_of(listed, job.query, job.user) if listed else [],
        "list_url": listed.address(job.query) if listed and not job.collectivity else "",
    }


@login_required
@never_cache
def jobs_page(request: HttpRequest) -> HttpResponse:
    """«Mes fichiers»."""
    found = ExportJob.objects.visible_to(request.user).select_related("collectivity", "user").order_by("-pk")
    return render(request, "atlas/export_jobs.html", {"jobs": [_described(job) for job in found[:SHOWN]]})


@login_required
@never_cache
def job_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where the making of a file is. A link reads it again; with JavaScript the page does it by itself."""
    job = _own(request, uuid)
    written, total = progress(job)
    return render(request, "atlas/export_job.html", _described(job) | {"written": written, "total": total})


@login_required
@never_cache
def job_state(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same for the script of the page: state, rows written and rows to write, and the sentence that says so."""
    job = _own(request, uuid)
    written, total = progress(job)
    text = _("%(written)d lignes écrites sur %(total)d") % {"written": written, "total": total} if total else ""
    return JsonResponse({"state": job.state, "written": written, "total": total, "text": text})


@login_required
@never_cache
def job_file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    job = _own(request, uuid)
    if job.state != ExportState.DONE or job.is_past:
        raise Http404
    return attach(job.file.open("rb"), name=job.list_name, day=job.done_at.date())
