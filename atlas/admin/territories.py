"""French territories: what the reference file says is read here, not typed; events and how to reach one are kept by hand."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from atlas.adminsite import RecordAdmin, as_written
from atlas.models import Collectivity, CollectivityEvent, Department, Region, StatGroup
from atlas.names import normalise
from atlas.services.collectivities import WRITABLE


class ReadOnlyAdmin(RecordAdmin):
    """Rows of a reference load: read, searched, pointed to."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    list_display = ("name", "code", "zone")
    list_filter = ("zone",)
    search_fields = ("name", "code")
    fields = ("name", "code", "zone", "slug", "longitude", "latitude")


@admin.register(Department)
class DepartmentAdmin(ReadOnlyAdmin):
    list_display = ("name", "code", "region")
    list_filter = ("region",)
    list_select_related = ("region",)
    search_fields = ("name", "code")
    fields = ("name", "code", "region", "zone", "longitude", "latitude")


class StatGroupFilter(admin.SimpleListFilter):
    """A generated column does not show its labels by itself."""

    title = _("groupe statistique")
    parameter_name = "stat_group"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return StatGroup.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(stat_group=self.value()) if self.value() else queryset


@admin.register(Collectivity)
class CollectivityAdmin(RecordAdmin):
    """Only where it is reached is typed here, by its members first: the rest comes with each year's edition."""

    list_display = ("name", "kind", "department", "population", "partnership_count", "project_count", "is_current")
    list_filter = ("is_current", "kind", StatGroupFilter, "zone", "region")
    list_select_related = ("department",)
    search_fields = ("search_name", "insee_code", "siren")
    fieldsets = (
        (None, {"fields": ("name", "kind", *WRITABLE)}),
        (
            _("Référence"),
            {
                "fields": (
                    "insee_code", "siren", "population", as_written(Collectivity, "population_year"), "region", "department",
                    "epci", "zone", "is_local_authority", as_written(Collectivity, "stat_group"),
                    as_written(Collectivity, "reference_edition"),
                )
            },
        ),
        (_("Vie"), {"fields": ("is_current", "ceased_on", "confirmed_at", "partnership_count", "project_count")}),
        (_("Position"), {"fields": ("longitude", "latitude")}),
    )  # fmt: skip
    ordering = ("sort_name", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Collectivity | None = None) -> list[str]:
        return [name for __, options in self.fieldsets for name in options["fields"] if name not in WRITABLE]

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        """Accents, case and hyphens do not count."""
        return super().get_search_results(request, queryset, normalise(search_term))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Collectivity | None = None) -> bool:
        return False


@admin.register(CollectivityEvent)
class CollectivityEventAdmin(RecordAdmin):
    """Mergers, splits, new names: what leads from an old page to the present one."""

    list_display = ("kind", "effective_on", "before", "after", "source")
    list_filter = ("kind",)
    search_fields = ("former_name", "predecessors__name", "successors__name")
    autocomplete_fields = ("predecessors", "successors")
    fields = ("kind", "effective_on", "predecessors", "successors", "former_name", "source", "note")
    date_hierarchy = "effective_on"
    list_per_page = 50

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("predecessors", "successors")

    @admin.display(description=_("Avant"))
    def before(self, event: CollectivityEvent) -> str:
        return ", ".join(sorted(str(one) for one in event.predecessors.all())) or event.former_name

    @admin.display(description=_("Après"))
    def after(self, event: CollectivityEvent) -> str:
        return ", ".join(sorted(str(one) for one in event.successors.all()))
