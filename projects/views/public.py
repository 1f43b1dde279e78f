"""Public pages of partnerships and projects."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from atlas.pages import ExportView, ListPage
from projects.exports import PARTNERSHIP_LINE, with_line, with_point
from projects.filters import ProjectFilterSet
from projects.models import PartKind, Partnership, Project, ProjectRole


class PartnershipList(ListPage):
    listed = "jumelages"
    template_name = "projects/partnership_list.html"
    export_url_name = "projects:partnership_export"
    api_url_name = "api:partnership-list"
    map_url_name = "map"


class PartnershipExport(ExportView):
    listed = "jumelages"
    geometry = PARTNERSHIP_LINE

    def on_map(self, rows: QuerySet) -> QuerySet:
        return with_line(rows)


class PartnershipPage(TemplateView):
    """Sheet of a partnership. The address of one that was made one with its twin leads to that."""

    template_name = "projects/partnership_detail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            kept = Partnership.objects.visible_to(request.user).filter(twins__uuid=kwargs["uuid"]).first()
            if kept is None:
                raise
            return HttpResponsePermanentRedirect(kept.get_absolute_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Partnership.objects.visible_to(self.request.user).for_detail()
        partnership = get_object_or_404(rows, uuid=self.kwargs["uuid"])
        parties = partnership.all_parties
        return super().get_context_data(
            partnership=partnership,
            french=[party for party in parties if party.collectivity_id],
            foreign=[party for party in parties if party.foreign_authority_id],
            projects=list(
                Project.objects.visible_to(self.request.user)
                .filter(partnership=partnership)
                .order_by(*ProjectFilterSet.default_order)
                .only("title", "slug")
            ),
            **kwargs,
        )


class ProjectList(ListPage):
    listed = "projets"
    template_name = "projects/project_list.html"
    export_url_name = "projects:project_export"
    api_url_name = "api:project-list"
    map_url_name = "map_layer"
    map_args = ("projets",)


class ProjectExport(ExportView):
    listed = "projets"

    def on_map(self, rows: QuerySet) -> QuerySet:
        return with_point(rows)


RELATED = 5


class ProjectPage(TemplateView):
    """Sheet of a project."""

    template_name = "projects/project_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        visible = Project.objects.visible_to(self.request.user)
        project = get_object_or_404(visible.for_detail(), slug=self.kwargs["slug"])
        parties = sorted(project.all_parties, key=lambda party: list(ProjectRole.values).index(party.role))
        return super().get_context_data(
            project=project,
            french=[party for party in parties if party.kind == PartKind.COLLECTIVITY],
            foreign=[party for party in parties if party.kind == PartKind.FOREIGN_AUTHORITY],
            others=[party for party in parties if party.authority is None],
            related=self._related(project),
            **kwargs,
        )

    def _related(self, project: Project) -> list[Project]:
        """Projects of the same country and theme, most recent first."""
        if not (project.country_codes and project.theme_codes):
            return []
        near = Project.objects.visible_to(self.request.user).filter(
            country_codes__overlap=project.country_codes, theme_codes__overlap=project.theme_codes
        )
        return list(
            near.exclude(pk=project.pk).order_by(*ProjectFilterSet.default_order).only("title", "slug")[:RELATED]
        )
