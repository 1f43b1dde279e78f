"""Documents and photos of projects, and the sheet as PDF: for those who may read the project."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control, patch_vary_headers

from atlas.names import slugify
from projects.exports.sheet import project_pdf
from projects.models import Project


def _visible(request: HttpRequest, slug: str) -> Project:
    return get_object_or_404(Project.objects.visible_to(request.user), slug=slug)


def _private(response: HttpResponse) -> HttpResponse:
    """What was sent by people is shown alone, without any right, and kept by no shared cache: it may be withdrawn."""
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    patch_vary_headers(response, ["Cookie"])
    patch_cache_control(response, private=True, max_age=300)
    return response


def document(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A document is downloaded, never opened in the portal's own name."""
    found = get_object_or_404(_visible(request, slug).documents, pk=pk)
    suffix = found.file.name.rpartition(".")[2]
    name = f"{slugify(found.title)[:80] or 'document'}.{suffix}"
    return _private(FileResponse(found.file.open("rb"), as_attachment=True, filename=name))


def photo(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = get_object_or_404(_visible(request, slug).photos, pk=pk)
    return _private(FileResponse(found.file.open("rb"), content_type="image/jpeg", filename=f"{slug}-{pk}.jpg"))


def pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The sheet on paper."""
    rows = Project.objects.visible_to(request.user).for_detail()
    project = get_object_or_404(rows, slug=slug)
    response = HttpResponse(project_pdf(project), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="projet-{slug[:80]}.pdf"'
    return _private(response)
