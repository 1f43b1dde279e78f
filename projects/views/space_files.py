"""The records of one authority as a file, those that are not public included."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from atlas.filters import lists
from atlas.pages import prepare, workbook_or_offer
from atlas.views.space import InSpace


class OwnExport(InSpace):
    """XLSX of all the records of the authority in one list."""

    list_name = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        listed: Any = lists.find(self.list_name)
        rows = listed.ask("", request.user).rows().filter(french_ids__contains=[self.collectivity.pk])
        columns = {**listed.columns, **listed.own_columns}
        csv_url = f"{listed.address('').rstrip('/')}/export.csv?collectivity={self.collectivity.slug}"
        return workbook_or_offer(request, self.list_name, rows, columns, csv_url=csv_url)

    def post(self, request: HttpRequest) -> HttpResponse:
        return prepare(request, self.list_name, self.collectivity)


class ProjectExport(OwnExport):
    list_name = "projets"


class PartnershipExport(OwnExport):
    list_name = "jumelages"
