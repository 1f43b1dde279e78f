"""Pages of partnerships."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from atlas.pages import ExportView, ListPage
from projects.exports import PARTNERSHIP_COLUMNS, PARTNERSHIP_LINE, with_line
from projects.filters import PartnershipFilterSet
from projects.models import Partnership


class PartnershipSource:
    model = Partnership
    filterset_class = PartnershipFilterSet


class PartnershipList(PartnershipSource, ListPage):
    template_name = "projects/partnership_list.html"
    title = _("Jumelages et accords")
    counted = _("partenariat,partenariats")
    export_url_name = "projects:partnership_export"
    api_url_name = "api:partnership-list"
    map_url_name = "map"


class PartnershipExport(PartnershipSource, ExportView):
    columns = geojson_properties = PARTNERSHIP_COLUMNS
    geometry = PARTNERSHIP_LINE
    filename = "jumelages"

    def on_map(self, rows: QuerySet) -> QuerySet:
        return with_line(rows)


class PartnershipPage(TemplateView):
    """Sheet of a partnership."""

    template_name = "projects/partnership_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Partnership.objects.visible_to(self.request.user).for_detail()
        partnership = get_object_or_404(rows, uuid=self.kwargs["uuid"])
        parties = partnership.all_parties
        return super().get_context_data(
            partnership=partnership,
            french=[party for party in parties if party.collectivity_id],
            foreign=[party for party in parties if party.foreign_authority_id],
            **kwargs,
        )
