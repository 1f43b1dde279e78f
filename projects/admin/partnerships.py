"""Partnerships: the record with its parties, and its publication as buttons."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas.adminsite import RecordForm, Work, WorkflowAdmin, declare
from atlas.names import normalise
from projects import services
from projects.models import Origin, Partnership, PartnershipParty, Publication
from projects.services.partnership_sheet import FORMALITIES

from .criteria import CRITERIA


class PartnershipForm(RecordForm):
    """A record typed here comes from the staff."""

    def clean(self) -> dict[str, Any]:
        self.instance.origin = self.instance.origin or Origin.STAFF
        return super().clean()


class PartyFormSet(forms.BaseInlineFormSet):
    """A partnership unites both sides: said beside the rows, before the service says it."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        for side in ("collectivity", "foreign_authority"):
            if not any(row.get(side) for row in kept):
                raise ValidationError(_("Un partenariat a une partie française et une partie étrangère."))


class PartyInline(admin.StackedInline):
    model = PartnershipParty
    formset = PartyFormSet
    fields = (("collectivity", "foreign_authority"), ("role", "since", "until"))
    autocomplete_fields = ("collectivity", "foreign_authority")
    extra = 0
    min_num = 2

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("collectivity", "foreign_authority")


@admin.register(Partnership)
class PartnershipAdmin(WorkflowAdmin):
    """Saved with its parties, through services. Published, taken back or archived by its buttons only."""

    form = PartnershipForm
    transition_services = {transition.name: services.move for transition in Partnership.workflow}
    list_display = ("__str__", "kind", "status", "publication", "signed", "origin", "confirmed_on")
    list_filter = ("publication", "kind", "status", "origin", "signed_precision", *CRITERIA)
    search_fields = ("party_names", "title", "source")
    autocomplete_fields = ("themes",)
    readonly_fields = (
        *("publication", "merged_into", "origin", "foreign_confirmed_on", "verified_on", "verified_as", "verified_by"),
        *("created_by", "created_at", "updated_at"),
    )
    inlines = (PartyInline,)
    fieldsets = (
        (
            None,
            {"fields": ("kind", "title", "status", ("signed_on", "signed_precision"), "ended_on", "themes", "note")},
        ),
        (gettext_lazy("Accord"), {"fields": FORMALITIES}),
        (
            gettext_lazy("Provenance"),
            {
                "fields": (
                    *("origin", "source", "confirmed_on", "foreign_confirmed_on"),
                    *("verified_on", "verified_as", "verified_by", "created_by", "created_at", "updated_at"),
                )
            },
        ),
        (gettext_lazy("Publication"), {"fields": ("publication", "merged_into")}),
    )

    @admin.display(description=gettext_lazy("signé"), ordering="signed_on")
    def signed(self, partnership: Partnership) -> str:
        return str(partnership.signed_on.year) if partnership.signed_on else "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return Partnership.objects.visible_to(request.user).for_list()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        return super().get_search_results(request, queryset, normalise(search_term))

    def has_delete_permission(self, request: HttpRequest, obj: Partnership | None = None) -> bool:
        """What was is archived, never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: Partnership, form: RecordForm, change: bool) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Themes are written by now: the digest sees them."""
        saved = formset.save(commit=False)
        services.save_parties(form.instance, actor=request.user, saved=saved, removed=formset.deleted_objects)


declare(
    Work(
        section=gettext_lazy("Partenariats"),
        label=gettext_lazy("partenariat en brouillon,partenariats en brouillon"),
        count=lambda user: Partnership.objects.visible_to(user).filter(publication=Publication.DRAFT).count(),
        url_name="admin:projects_partnership_changelist",
        query=f"publication__exact={Publication.DRAFT}",
        permission="projects.change_partnership",
        order=30,
    )
)
