"""Projects: what the authority wrote, to read; sent back, refreshed, published or archived by buttons."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from atlas.adminsite import PartsInline, Work, WorkflowAdmin, as_written, declare
from atlas.history import words
from projects import services
from projects.models import (
    IndicatorPeriod,
    Project,
    ProjectBudget,
    ProjectCountry,
    ProjectDocument,
    ProjectIndicator,
    ProjectMarker,
    ProjectParty,
    ProjectPhoto,
    ProjectPlace,
    ProjectPublication,
    ProjectRole,
    ProjectTheme,
)

from .criteria import CRITERIA, SearchedByParty

ACTUAL = IndicatorPeriod._meta.get_field("actual")


class PartyInline(PartsInline):
    model = ProjectParty
    fields = ("role", "who", "kind", "cash", "in_kind")
    related = ("collectivity", "foreign_authority")

    @admin.display(description=gettext_lazy("partie"))
    def who(self, party: ProjectParty) -> str:
        return str(party)


class ThemeInline(PartsInline):
    model = ProjectTheme
    fields = ("theme", "share", "is_primary")
    related = ("theme",)


class CountryInline(PartsInline):
    model = ProjectCountry
    fields = ("country", "share")
    related = ("country",)


class BudgetInline(PartsInline):
    model = ProjectBudget
    fields = (as_written(ProjectBudget, "year"), "source", "planned", "obtained")


class PlaceInline(PartsInline):
    model = ProjectPlace
    fields = ("foreign_authority", "name", "latitude", "longitude", "precision")
    related = ("foreign_authority",)


class IndicatorInline(PartsInline):
    model = ProjectIndicator
    fields = ("title", "kind", "unit", "baseline", "target", "measures")

    @admin.display(description=gettext_lazy("mesures"))
    def measures(self, indicator: ProjectIndicator) -> str:
        """«2025 : 4 (Pompe posée)» for each."""
        told = [
            f"{period.starts_on:%d/%m/%Y}–{period.ends_on:%d/%m/%Y}\u00a0: {words(ACTUAL, period.actual)}"
            + (f" ({period.comment})" if period.comment else "")
            for period in indicator.periods.all()
        ]
        return "\u00a0; ".join(told) or "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("periods")


class MarkerInline(PartsInline):
    model = ProjectMarker
    fields = ("marker", "score")
    related = ("marker",)


class DocumentInline(PartsInline):
    model = ProjectDocument
    fields = ("title", "category", "size")


class PhotoInline(PartsInline):
    model = ProjectPhoto
    fields = ("alt", "credit", "licence")


@admin.register(Project)
class ProjectAdmin(SearchedByParty, WorkflowAdmin):
    """Nothing of it can be changed here by accident: only its transitions move it."""

    transition_services = {transition.name: services.move for transition in Project.workflow}
    list_display = ("title", "lead", "where", "publication", "period", "confirmed_on")
    list_filter = ("publication", "origin", "declared_status", *CRITERIA)
    search_fields = ("title",)
    inlines = (
        *(PartyInline, ThemeInline, CountryInline, PlaceInline, BudgetInline, IndicatorInline, MarkerInline),
        *(DocumentInline, PhotoInline),
    )
    fieldsets = (
        (None, {"fields": ("title", "summary", ("starts_on", "ends_on"), "declared_status", "budget_total")}),
        (
            gettext_lazy("Description"),
            {
                "fields": (
                    *("objectives", "activities", "expected_results", "beneficiaries", "beneficiary_count", "sdgs"),
                    *("purpose_codes", "website", "title_en", "summary_en", "title_local", "summary_local"),
                )
            },
        ),
        (
            gettext_lazy("Provenance"),
            {
                "fields": (
                    *("partnership", "origin", "source", "confirmed_on", "confirmed_by", "foreign_confirmed_on"),
                    *("verified_on", "verified_as", "verified_by", "created_by", "created_at", "updated_at"),
                )
            },
        ),
        (gettext_lazy("Publication"), {"fields": ("publication", "published_at")}),
    )

    @admin.display(description=gettext_lazy("chef de file"))
    def lead(self, project: Project) -> str:
        """The French authority that leads; the first one named, where none is said to."""
        french = [one for one in project.all_parties if one.collectivity]
        leads = [one for one in french if one.role == ProjectRole.LEAD] or french
        return str(leads[0].collectivity) if leads else "–"

    @admin.display(description=gettext_lazy("pays"))
    def where(self, project: Project) -> str:
        return ", ".join(str(country) for country in project.countries.all()) or "–"

    @admin.display(description=gettext_lazy("période"), ordering="starts_on")
    def period(self, project: Project) -> str:
        return project.years or "–"

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        shown = [name for _title, options in self.fieldsets for name in options["fields"]]
        flat = [name for entry in shown for name in (entry if isinstance(entry, tuple) else (entry,))]
        return list(dict.fromkeys([*flat, *super().get_readonly_fields(request, obj)]))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = Project.objects.visible_to(request.user)
        if request.resolver_match.kwargs.get("object_id"):
            return rows.defer("search").select_related("confirmed_by", "created_by")
        return rows.for_list().prefetch_related("countries")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A project is described in the space of its authority."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        """What was is archived, never deleted."""
        return False


for order, state, label in (
    (
        40,
        ProjectPublication.SUBMITTED,
        gettext_lazy("projet proposé à la publication,projets proposés à la publication"),
    ),
    (41, ProjectPublication.TO_REFRESH, gettext_lazy("projet à actualiser,projets à actualiser")),
):
    declare(
        Work(
            section=gettext_lazy("Projets"),
            label=label,
            count=lambda user, state=state: Project.objects.visible_to(user).filter(publication=state).count(),
            url_name="admin:projects_project_changelist",
            query=f"publication__exact={state}",
            permission="projects.review_project",
            order=order,
        )
    )
