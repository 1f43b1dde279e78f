"""Public pages of the exchange: its list, its files, and the sheet of a notice."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from atlas.pages import ExportView, ListPage
from projects.models import PartnershipNotice


class NoticeList(ListPage):
    listed = "bourse"
    template_name = "projects/notice_list.html"
    export_url_name = "projects:notice_export"
    api_url_name = "api:notice-list"
    map_url_name = "map_layer"
    map_args = ("bourse",)


class NoticeExport(ExportView):
    listed = "bourse"

    def on_map(self, rows: QuerySet) -> QuerySet:
        return rows.on_map()


class NoticePage(TemplateView):
    """Sheet of a notice."""

    template_name = "projects/notice_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = PartnershipNotice.objects.visible_to(self.request.user).for_detail()
        return super().get_context_data(notice=get_object_or_404(rows, slug=self.kwargs["slug"]), **kwargs)
