"""The queue of rows that an import would not guess, and what was decided of names."""

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
from atlas.models import Collectivity, Country, ForeignAuthority
from atlas.names import normalise
from projects import services
from projects.forms.imports import AuthoritySearchForm
from projects.models import ImportRow, NameResolution, NameSide, Problem, RowStatus

FOUND = 20
# What is asked about a row with this problem, when none of the candidates is right.
_ASKED = {
    Problem.FRENCH_UNKNOWN: NameSide.FRENCH,
    Problem.FRENCH_AMBIGUOUS: NameSide.FRENCH,
    Problem.FRENCH_CONTRADICTED: NameSide.FRENCH,
    Problem.COUNTRY_UNKNOWN: NameSide.COUNTRY,
    Problem.PARTNER_IN_FRANCE: NameSide.PARTNER,
    Problem.POSITION_ELSEWHERE: NameSide.PARTNER,
    Problem.PARTNER_AMBIGUOUS: NameSide.PARTNER,
}

# The cells of a row, in the order they are read.
_CELLS = {
    "collectivite_francaise": gettext_lazy("Collectivité française"),
    "departement": gettext_lazy("Département"),
    "code_insee": gettext_lazy("Code INSEE"),
    "siren": gettext_lazy("SIREN"),
    "partenaire": gettext_lazy("Partenaire"),
    "autres_noms": gettext_lazy("Autres noms"),
    "pays": gettext_lazy("Pays"),
    "partenaire_lat": gettext_lazy("Latitude"),
    "partenaire_lon": gettext_lazy("Longitude"),
    "nature": gettext_lazy("Nature"),
    "signature": gettext_lazy("Signature"),
    "source": gettext_lazy("Source"),
}


@admin.register(ImportRow)
class ImportRowAdmin(admin.ModelAdmin):
    """One row, one question: each answer is a button."""

    list_display = ("said_french", "said_partner", "problem", "status", "batch", "line")
    list_display_links = ("said_french", "said_partner")
    list_filter = ("status", "problem", "batch")
    list_select_related = ("batch",)
    search_fields = ("values__collectivite_francaise", "values__partenaire")
    ordering = ("-status", "batch", "line")
    list_per_page = 50

    @admin.display(description=gettext_lazy("collectivité française"))
    def said_french(self, row: ImportRow) -> str:
        return row.values.get("collectivite_francaise", "")

    @admin.display(description=gettext_lazy("partenaire"))
    def said_partner(self, row: ImportRow) -> str:
        return f"{row.values.get('partenaire', '')} ({row.values.get('pays', '')})"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come from files."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportRow | None = None) -> bool:
        """A decision is kept: the same row of a later file obeys it."""
        return False

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/resoudre/", wrap(require_POST(self.resolve_view)), name="projects_importrow_resolve"),
            path("<int:pk>/ignorer/", wrap(require_POST(self.ignore_view)), name="projects_importrow_ignore"),
            path("<int:pk>/rouvrir/", wrap(require_POST(self.reopen_view)), name="projects_importrow_reopen"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """The row, the question, the answers."""
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        form = AuthoritySearchForm(request.GET or None)
        words = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": row.get_problem_display(),
            "subtitle": str(row),
            "original": row,
            "row": row,
            "is_popup": False,
            "may_decide": row.status == RowStatus.QUEUED and self.has_change_permission(request, row),
            "is_ignored": row.status == RowStatus.IGNORED and self.has_change_permission(request, row),
            "asks_for_country": row.problem == Problem.COUNTRY_UNKNOWN,
            "cells": [(label, row.values[name]) for name, label in _CELLS.items() if row.values.get(name)],
            "form": form,
            "words": words,
            "found": _search(words, _ASKED[row.problem]) if words else [],
            "waiting": ImportRow.objects.filter(status=RowStatus.QUEUED).count(),
        }
        return TemplateResponse(request, "admin/projects/importrow/resolve.html", context)

    def resolve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """«C’est celle-ci»: `choice` is «side:id»."""
        row = get_object_or_404(ImportRow, pk=pk)
        side, _sign, target = request.POST.get("choice", "").partition(":")
        try:
            settled = services.resolve_row(
                pk,
                side,
                int(target) if target.isdecimal() and len(target) < 19 else None,
                actor=request.user,
                remember=request.POST.get("scope") != "row",
            )
        except ValidationError as refusal:
            return self._refused(request, row, refusal)
        if not settled:
            self.message_user(request, _("C’est noté. Une autre question se pose pour cette ligne."))
            return HttpResponseRedirect(_address(row))
        text = ngettext("%d ligne est réglée.", "%d lignes sont réglées.", settled) % settled
        self.message_user(request, text, messages.SUCCESS)
        return self._next(row)

    def ignore_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Leave the row out."""
        row = get_object_or_404(ImportRow, pk=pk)
        try:
            services.ignore_row(pk, actor=request.user)
        except ValidationError as refusal:
            return self._refused(request, row, refusal)
        self.message_user(request, _("Ligne ignorée, ici et dans les prochains fichiers."), messages.SUCCESS)
        return self._next(row)

    def reopen_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put it back into the queue."""
        row = get_object_or_404(ImportRow, pk=pk)
        try:
            services.reopen_row(pk, actor=request.user)
        except ValidationError as refusal:
            return self._refused(request, row, refusal)
        return HttpResponseRedirect(_address(row))

    def _refused(self, request: HttpRequest, row: ImportRow, refusal: ValidationError) -> HttpResponse:
        self.message_user(request, " ".join(refusal.messages), messages.ERROR)
        return HttpResponseRedirect(_address(row))

    def _next(self, row: ImportRow) -> HttpResponse:
        """The row that waits after this one, in the order of the list; the list itself when none does."""
        waiting = ImportRow.objects.filter(status=RowStatus.QUEUED).order_by("batch", "line")
        after = waiting.filter(batch_id=row.batch_id, line__gt=row.line).first() or waiting.first()
        return HttpResponseRedirect(_address(after) if after else reverse("admin:projects_importrow_changelist"))


def _address(row: ImportRow) -> str:
    return reverse("admin:projects_importrow_change", args=[row.pk])


def _search(words: str, side: str) -> list[dict[str, Any]]:
    """Authorities or countries whose name holds these words, as choices."""
    key = normalise(words)
    match side:
        case NameSide.FRENCH:
            rows = Collectivity.objects.current().select_related("department").order_by("sort_name", "pk")
        case NameSide.COUNTRY:
            rows = Country.objects.order_by("sort_name")
        case _:
            rows = (
                ForeignAuthority.objects.filter(merged_into__isnull=True)
                .select_related("country")
                .order_by("sort_name", "pk")
            )
    where = {NameSide.FRENCH: "department", NameSide.PARTNER: "country"}
    return [
        {"choice": f"{side}:{row.pk}", "label": str(row), "where": getattr(row, where[side]) if side in where else ""}
        for row in rows.filter(search_name__contains=key)[:FOUND]
    ]


@admin.register(NameResolution)
class NameResolutionAdmin(admin.ModelAdmin):
    """What names mean. A wrong decision is deleted: the question is asked again by the next file."""

    list_display = ("written", "side", "target", "by", "updated_at")
    list_display_links = ("written",)
    list_filter = ("side",)
    list_select_related = ("collectivity", "country", "foreign_authority", "by")
    search_fields = ("written", "key")
    fields = readonly_fields = ("written", "key", "side", "target", "by", "created_at", "updated_at")

    @admin.display(description=gettext_lazy("désigne"))
    def target(self, resolution: NameResolution) -> str:
        return str(resolution.target)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Decisions are taken in the queue, in front of the row."""
        return False


declare(
    Work(
        section=gettext_lazy("Partenariats"),
        label=gettext_lazy("ligne d’import à résoudre,lignes d’import à résoudre"),
        count=lambda user: ImportRow.objects.filter(status=RowStatus.QUEUED).count(),
        url_name="admin:projects_importrow_changelist",
        query=f"status__exact={RowStatus.QUEUED}",
        permission="projects.change_importrow",
        order=20,
    )
)
