"""Countries with what official lists say of them, and foreign authorities."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from atlas.adminsite import ByFile, FreshForm, FreshInline, ListResource, RecordAdmin, RecordForm, Work, declare
from atlas.forms.base import LinesField
from atlas.models import Country, CountryStatus, ForeignAuthority, ForeignPlace, ForeignRegion, Recognition
from atlas.names import normalise
from atlas.services.partners import give_slug

from .duplicates import DuplicatesMixin
from .territories import ReadOnlyAdmin


class StatusForm(FreshForm):
    """A status closes on the day the next one opens: rows are checked in order as they are written, not before."""

    class Meta:
        widgets = {
            "source": forms.TextInput(attrs={"size": 20}),
            "note": forms.Textarea(attrs={"rows": 2, "cols": 20}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._validate_constraints = False
        return cleaned


class CountryStatusInline(FreshInline):
    model = CountryStatus
    form = StatusForm
    fields = (("list", "category"), ("valid_from", "valid_to"), "confirmed", ("source", "note"))
    extra = 0


@admin.register(Country)
class CountryAdmin(RecordAdmin):
    """The country itself comes with the reference edition; its statuses are kept here, dated."""

    list_display = ("name_fr", "iso2", "continent", "zone", "zone_atlas", "partnership_count", "project_count")
    list_filter = ("continent", "zone", "is_french_territory")
    search_fields = ("search_name", "iso2", "iso3")
    readonly_fields = fields = (
        "name_fr", "name_en", "name_es", "aliases", "iso2", "iso3", "iso_numeric", "dac_code", "continent", "zone", "zone_atlas",
        "capital", "is_french_territory", "partnership_count", "project_count",
    )  # fmt: skip
    inlines = (CountryStatusInline,)

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        return super().get_search_results(request, queryset, normalise(search_term))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Country | None = None) -> bool:
        return False


class CountryStatusResource(ListResource):
    """One row for each status; the country by its ISO code of two letters."""

    country = Field("country", "country", ForeignKeyWidget(Country, "iso2"))

    class Meta(ListResource.Meta):
        model = CountryStatus
        fields = ("country", "list", "category", "valid_from", "valid_to", "confirmed", "source", "note")
        import_id_fields = ("country", "list", "valid_from")


@admin.register(CountryStatus)
class CountryStatusAdmin(ByFile, RecordAdmin):
    """Editions of the lists, by file or by hand."""

    resource_classes = (CountryStatusResource,)
    list_display = ("country", "list", "category", "valid_from", "valid_to", "confirmed")
    list_filter = ("list", "category", "confirmed")
    list_select_related = ("country",)
    search_fields = ("country__search_name", "country__iso2")
    autocomplete_fields = ("country",)
    fields = ("country", "list", "category", "valid_from", "valid_to", "confirmed", "source", "note")


@admin.register(ForeignRegion)
class ForeignRegionAdmin(ReadOnlyAdmin):
    list_display = ("name", "name_fr", "country", "code")
    list_select_related = ("country",)
    search_fields = ("name", "name_fr", "code")
    fields = ("name", "name_fr", "code", "country", "main_place")


@admin.register(ForeignPlace)
class ForeignPlaceAdmin(ReadOnlyAdmin):
    list_display = ("name", "country", "region", "population")
    list_select_related = ("country", "region")
    search_fields = ("search_name",)
    fields = ("geonames_id", "name", "country", "region", "population", "alternate_names", "longitude", "latitude")

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        return super().get_search_results(request, queryset, normalise(search_term))


class ForeignAuthorityForm(RecordForm):
    """Other names one by line. A new sheet gets its address."""

    aliases = LinesField(forms.CharField(max_length=200), label=_("Autres noms"), required=False)

    def complete(self) -> None:
        if not self.instance.slug:
            give_slug(self.instance)


@admin.register(ForeignAuthority)
class ForeignAuthorityAdmin(DuplicatesMixin, RecordAdmin):
    """Partners. The ministry says here whether it holds one for a territorial authority, since when and why."""

    form = ForeignAuthorityForm
    list_display = ("name", "country", "region", "level", "recognition", "partnership_count", "project_count")
    list_filter = ("recognition", "level", "position_precision", "country__continent", "is_demo")
    list_select_related = ("country", "region")
    search_fields = ("search_name",)
    autocomplete_fields = ("country", "region", "place")
    readonly_fields = ("slug", "merged_into", "partnership_count", "project_count", "is_demo")
    ordering = ("sort_name", "pk")
    fieldsets = (
        (None, {"fields": ("name_fr", "name_local", "name_en", "aliases", "level", "local_type")}),
        (_("Où"), {"fields": ("country", "region", "place", "longitude", "latitude", "position_precision")}),
        (_("Reconnaissance"), {"fields": ("recognition", "recognition_on", "recognition_note")}),
        (_("Pour en savoir plus"), {"fields": ("population", "website", "wikidata_id")}),
        (_("Dans l’atlas"), {"fields": ("slug", "merged_into", "partnership_count", "project_count", "is_demo")}),
    )

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        return super().get_search_results(request, queryset, normalise(search_term))

    def has_delete_permission(self, request: HttpRequest, obj: ForeignAuthority | None = None) -> bool:
        """A duplicate is merged, never deleted."""
        return False


declare(
    Work(
        section=_("Partenaires"),
        label=_("autorité étrangère à examiner,autorités étrangères à examiner"),
        count=lambda user: (
            ForeignAuthority.objects.visible_to(user).standing().filter(recognition=Recognition.UNDER_REVIEW).count()
        ),
        url_name="admin:atlas_foreignauthority_changelist",
        query=f"recognition__exact={Recognition.UNDER_REVIEW}",
        permission="atlas.change_foreignauthority",
        order=40,
    )
)
declare(
    Work(
        section=_("Partenaires"),
        label=_("statut de pays à confirmer,statuts de pays à confirmer"),
        count=lambda user: CountryStatus.objects.visible_to(user).filter(confirmed=False).count(),
        url_name="admin:atlas_countrystatus_changelist",
        query="confirmed__exact=0",
        permission="atlas.change_countrystatus",
        order=50,
    )
)
