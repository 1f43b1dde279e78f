"""Projects: what the authority wrote, to read; sent back, refreshed, published or archived by buttons."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas.adminsite import Work, WorkflowAdmin, declare
from projects import services
from projects.models import Project, ProjectBudget, ProjectCountry, ProjectParty, ProjectPublication, ProjectTheme


class PartInline(admin.TabularInline):
    """Rows of a project, to read: the authority writes them in its space."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class PartyInline(PartInline):
    model = ProjectParty
    fields = ("role", "kind", "collectivity", "foreign_authority", "name", "cash", "in_kind")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("collectivity", "foreign_authority")


class ThemeInline(PartInline):
    model = ProjectTheme
    fields = ("theme", "share", "is_primary")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("theme")


class CountryInline(PartInline):
    model = ProjectCountry
    fields = ("country", "share")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("country")


class BudgetInline(PartInline):
    model = ProjectBudget
    fields = ("year", "source", "planned", "obtained")


@admin.register(Project)
class ProjectAdmin(WorkflowAdmin):
    """Nothing of it can be changed here by accident: only its transitions move it."""

    transition_services = {transition.name: services.move for transition in Project.workflow}
    list_display = ("title", "publication", "starts_on", "ends_on", "origin", "confirmed_on", "updated_at")
    list_filter = ("publication", "origin", "declared_status")
    search_fields = ("title", "party_names")
    date_hierarchy = "starts_on"
    inlines = (PartyInline, ThemeInline, CountryInline, BudgetInline)
    fieldsets = (
        (None, {"fields": ("title", "sheet", "summary", ("starts_on", "ends_on"), "declared_status", "budget_total")}),
        (gettext_lazy("Description"), {"fields": ("objectives", "activities", "expected_results", "beneficiaries")}),
        (
            gettext_lazy("Provenance"),
            {
                "fields": (
                    *("partnership", "origin", "source", "confirmed_on", "foreign_confirmed_on"),
                    *("created_by", "created_at", "updated_at"),
                )
            },
        ),
        (gettext_lazy("Publication"), {"fields": ("publication", "published_at")}),
    )

    @admin.display(description=gettext_lazy("fiche"))
    def sheet(self, project: Project) -> str:
        return format_html('<a href="{}">{}</a>', project.get_absolute_url(), _("Voir la fiche"))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        shown = [name for _title, options in self.fieldsets for name in options["fields"]]
        flat = [name for entry in shown for name in (entry if isinstance(entry, tuple) else (entry,))]
        return list(dict.fromkeys([*flat, *super().get_readonly_fields(request, obj)]))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return Project.objects.visible_to(request.user).defer("search").select_related("confirmed_by", "created_by")

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
