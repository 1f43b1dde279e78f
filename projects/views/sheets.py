"""Records by the spreadsheet, in the space of an authority: download, upload, preview, confirmation, and agreements."""

import csv
import io
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from atlas.exports import attach, download
from atlas.models import Collectivity
from atlas.names import slugify
from atlas.permissions import may, require
from atlas.search import suggest
from atlas.views.space import InSpace, SpacePage
from projects import services
from projects.forms.sheets import AgreementSearchForm, SheetForm
from projects.imports.faults import Fault, FileRefused
from projects.models import Delegation, ImportStatus, SheetUpload

SHOWN = 200  # of each kind; the file holds them all
LAST = 10


class SheetPage(InSpace):
    """How it goes, the workbook to take, the form to send it back, and what was sent before."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(SheetForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        require(may(request.user, "projects.add_project", self.collectivity))
        form = SheetForm(request.POST, request.FILES, dropped="file" in getattr(request, "too_big", set()))
        if not form.is_valid():
            return self.show(form, status=422)
        file = form.cleaned_data["file"]
        try:
            upload = services.preview_sheet(self.collectivity, file.read(), file.name, actor=request.user)
        except FileRefused as refusal:
            return self.show(form, refusal, status=422)
        return redirect("space:sheet_report", self.collectivity.slug, upload.uuid)

    def show(self, form: SheetForm, refusal: FileRefused | None = None, status: int = 200) -> HttpResponse:
        scope = services.scope_of(self.collectivity, actor=self.request.user)
        sent = SheetUpload.objects.visible_to(self.request.user).filter(collectivity=self.collectivity)
        return self.render(
            "projects/space/sheet.html",
            status,
            form=form,
            refusal=refusal,
            can_write=self.collectivity in scope,
            others=[one for one in scope if one != self.collectivity],
            uploads=list(sent.select_related("by").defer("content", "report").order_by("-pk")[:LAST]),
            can_entrust=may(self.request.user, "projects.add_delegation", self.collectivity),
        )


class SheetFile(InSpace):
    """The workbook with the records as they are now."""

    def get(self, request: HttpRequest) -> HttpResponse:
        content = services.make_sheet(self.collectivity, actor=request.user)
        return attach(io.BytesIO(content), name=f"fiches-{self.collectivity.slug[:80]}")


class OfUpload(InSpace):
    def upload(self, uuid: UUID) -> SheetUpload:
        found = SheetUpload.objects.visible_to(self.request.user).filter(collectivity=self.collectivity)
        return get_object_or_404(found.defer("content"), uuid=uuid)


class SheetReport(OfUpload):
    """What a workbook would do, or did. Buttons: `_confirm`, `_cancel`."""

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        return self.show(self.upload(uuid))

    def post(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        upload = self.upload(uuid)
        try:
            if "_cancel" in request.POST:
                services.cancel_sheet(upload.pk, actor=request.user)
                messages.success(request, _("Classeur oublié : rien n’a été écrit."))
                return redirect("space:sheet", self.collectivity.slug)
            upload = services.confirm_sheet(upload.pk, actor=request.user)
        except (ValidationError, FileRefused) as refusal:
            messages.error(request, " ".join(getattr(refusal, "messages", [str(refusal)])))
        else:
            if upload.status == ImportStatus.DONE:
                messages.success(request, _("C’est écrit : toutes les lignes du classeur sont appliquées."))
            else:
                messages.error(
                    request, _("Rien n’a été écrit : le portail a changé depuis l’aperçu. Voici ce qui ne va plus.")
                )
        return redirect(request.path)

    def show(self, upload: SheetUpload) -> HttpResponse:
        report = upload.report
        return self.render(
            "projects/space/sheet_report.html",
            upload=upload,
            is_preview=upload.status == ImportStatus.PREVIEW,
            is_own=upload.by_id == self.request.user.pk,
            added=report["added"][:SHOWN],
            changed=report["changed"][:SHOWN],
            faults=report["faults"][:SHOWN],
            most=SHOWN,
            with_collectivity=len({row["collectivity"] for row in report["added"] + report["changed"]}) > 1,
        )


REPORT_HEADER = ("quoi", "feuille", "ligne", "colonne", "avant", "apres", "message", "que_faire")


class SheetReportFile(OfUpload):
    """The whole report as CSV: additions, changes and errors."""

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        upload = self.upload(uuid)
        return download(_report_csv(upload.report), name=f"apercu-{slugify(upload.file_name)[:60]}", fmt="csv")


def _report_csv(report: dict[str, Any]):
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(REPORT_HEADER)
    for fault in report["faults"]:
        told = Fault(**fault)
        cells = (told.sheet, told.line or "", told.column, told.value, "", told.message, told.advice)
        writer.writerow(map(_safe, (_("erreur"), *cells)))
    for kind, rows in ((_("ajout"), report["added"]), (_("changement"), report["changed"])):
        for row in rows:
            for label, old, new in row["fields"]:
                writer.writerow(map(_safe, (kind, row["sheet"], row["line"], label, old, new, row["title"], "")))
    yield b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _safe(cell: object) -> str:
    """A spreadsheet runs nothing of it."""
    text = str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


class Agreements(SpacePage):
    """Who keeps the records of this authority, and whose records it keeps. POST: `_entrust` (an address), `_take_back`."""

    template_name = "projects/space/sheet_agreements.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            if pk := request.POST.get("_take_back", ""):
                services.take_back(self._agreement(pk), actor=request.user)
                messages.success(request, _("L’accord est retiré : vos fiches ne sont plus tenues que par vous."))
            elif slug := request.POST.get("_entrust", ""):
                delegate = get_object_or_404(Collectivity.objects.visible_to(request.user).current(), slug=slug)
                services.entrust(self.collectivity, delegate, actor=request.user)
                messages.success(request, _("L’accord est donné à « %(name)s ».") % {"name": delegate})
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect(request.path)

    def _agreement(self, pk: str) -> Delegation:
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise Http404
        return get_object_or_404(
            Delegation.objects.visible_to(self.request.user).filter(member=self.collectivity), pk=pk
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = AgreementSearchForm(self.request.GET or None)
        asked = self.request.GET.get("q", "").strip()[:100]
        can_entrust = may(self.request.user, "projects.add_delegation", self.collectivity)
        found = suggest(asked, limit=20, kinds=["collectivity"]) if can_entrust and asked else []
        visible = Delegation.objects.visible_to(self.request.user).for_list()
        return super().get_context_data(
            form=form,
            asked=asked,
            found=[
                (one, one.key.partition(":")[2]) for one in found if one.key != f"collectivity:{self.collectivity.slug}"
            ],
            given=list(visible.filter(member=self.collectivity).order_by("-pk")),
            received=list(visible.filter(delegate=self.collectivity).order_by("-pk")),
            anew=services.to_agree_anew(self.collectivity) if can_entrust else [],
            can_entrust=can_entrust,
            **kwargs,
        )
