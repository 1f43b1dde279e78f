"""Imports: choose a file, look at what it would do, confirm."""

from collections import defaultdict
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from atlas.adminsite import Work, declare
from projects import services
from projects.forms.imports import ImportForm
from projects.imports.faults import FileRefused
from projects.models import ImportStatus, PartnershipImport

SHOWN = 500  # lines of each outcome
_OUTCOMES = {
    "queued": gettext_lazy("À résoudre : une question attend pour chacune de ces lignes"),
    "created": gettext_lazy("Acceptées avec une précision : à relire"),
    "completed": gettext_lazy("Complètent une fiche"),
    "folded": gettext_lazy("Répètent une autre ligne"),
    "ignored": gettext_lazy("Ignorées, comme décidé auparavant"),
    "known": gettext_lazy("Déjà connues"),
}


@admin.register(PartnershipImport)
class PartnershipImportAdmin(admin.ModelAdmin):
    """The journal of imports. An import is made by its own pages, and never changed after."""

    list_display = ("file_name", "status", "kind", "rows_read", "rows_created", "rows_queued", "by", "created_at")
    list_filter = ("status", "kind")
    search_fields = ("file_name", "source")
    list_select_related = ("by",)

    @admin.display(description=gettext_lazy("lignes"))
    def rows_read(self, batch: PartnershipImport) -> int:
        return batch.counts.get("rows", 0)

    @admin.display(description=gettext_lazy("créés"))
    def rows_created(self, batch: PartnershipImport) -> int:
        return batch.counts.get("created", 0)

    @admin.display(description=gettext_lazy("à résoudre"))
    def rows_queued(self, batch: PartnershipImport) -> int:
        return batch.counts.get("queued", 0)

    def has_delete_permission(self, request: HttpRequest, obj: PartnershipImport | None = None) -> bool:
        """A preview is cancelled; an import that was done stays in the journal."""
        return False

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/confirmer/", wrap(require_POST(self.confirm_view)), name="projects_partnershipimport_confirm"
            ),
            path("<int:pk>/annuler/", wrap(require_POST(self.cancel_view)), name="projects_partnershipimport_cancel"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        """Choose a file. What is wrong in it is told whole, on the same page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form, refusal = ImportForm(request.POST or None, request.FILES or None), None
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                batch = services.preview_import(
                    given["file"].read(),
                    given["file"].name,
                    actor=request.user,
                    kind=given["kind"],
                    source=given["source"],
                    mapping=given["mapping"],
                )
            except FileRefused as error:
                refusal = error
            else:
                return HttpResponseRedirect(batch.get_absolute_url())
        context = self._context(request, _("Importer un fichier de partenariats"), form=form, refusal=refusal)
        return TemplateResponse(request, "admin/projects/partnershipimport/add.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """What the import would do, or did."""
        batch = self.get_object(request, object_id)
        if batch is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, batch):
            raise PermissionDenied
        told = defaultdict(list)
        for line, outcome, how, reason, said in batch.report:
            told[outcome].append({"line": line, "said": said, "why": reason or how})
        context = self._context(
            request,
            _("Aperçu de l’import") if batch.status == ImportStatus.PREVIEW else _("Compte rendu de l’import"),
            subtitle=str(batch),
            batch=batch,
            original=batch,
            is_preview=batch.status == ImportStatus.PREVIEW,
            sections=[
                {"name": name, "title": title, "lines": told[name][:SHOWN], "hidden": max(0, len(told[name]) - SHOWN)}
                for name, title in _OUTCOMES.items()
                if told[name] and name != "known"
            ],
        )
        return TemplateResponse(request, "admin/projects/partnershipimport/preview.html", context)

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write what was shown."""
        batch = get_object_or_404(PartnershipImport, pk=pk)
        try:
            batch = services.confirm_import(pk, actor=request.user)
        except (ValidationError, FileRefused) as refusal:
            self.message_user(request, " ".join(getattr(refusal, "messages", [str(refusal)])), messages.ERROR)
        else:
            created, queued = batch.counts["created"], batch.counts["queued"]
            told = {
                "created": ngettext("%d partenariat créé", "%d partenariats créés", created) % created,
                "queued": ngettext("%d ligne à résoudre", "%d lignes à résoudre", queued) % queued,
            }
            self.message_user(request, _("Import terminé : %(created)s, %(queued)s.") % told, messages.SUCCESS)
        return HttpResponseRedirect(batch.get_absolute_url())

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Forget a preview."""
        batch = get_object_or_404(PartnershipImport, pk=pk)
        try:
            services.cancel_import(pk, actor=request.user)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return HttpResponseRedirect(batch.get_absolute_url())
        self.message_user(request, _("Aperçu abandonné : rien n’a été importé."))
        return HttpResponseRedirect(reverse("admin:projects_partnershipimport_changelist"))

    def _context(self, request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "title": title, "is_popup": False, **more}


declare(
    Work(
        section=gettext_lazy("Partenariats"),
        label=gettext_lazy("import à confirmer,imports à confirmer"),
        count=lambda user: PartnershipImport.objects.filter(status=ImportStatus.PREVIEW).count(),
        url_name="admin:projects_partnershipimport_changelist",
        query=f"status__exact={ImportStatus.PREVIEW}",
        permission="projects.add_partnershipimport",
        order=25,
    )
)
