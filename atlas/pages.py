"""The pages that every list of the portal is made of: list with facets, export, and the ETag of public pages."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import condition
from django.views.generic import TemplateView, View

from atlas.exports import POINT, Columns, attach, copy_csv, download, geojson, write_workbook
from atlas.filters import FacetedFilterSet
from atlas.filters.lists import PublicList
from atlas.filters.lists import find as find_list
from atlas.models import Collectivity, DataChange
from atlas.services.exports import ask_export

PAGE_SIZE = 25
# Beyond this page OFFSET costs more than it gives: one refines the search, or takes the file or the API's cursor.
LAST_PAGE = 400


def unindexed(response: HttpResponse) -> HttpResponse:
    """A page whose address bears a secret. (No other site reads it: the portal's referrers are its own only; without any,
    browsers would post its forms as if from nowhere, and be refused.)
    """
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@dataclass(frozen=True)
class Page:
    """A page of rows and what its navigation needs."""

    object_list: list
    number: int
    total: int
    num_pages: int
    total_capped: bool = False

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.num_pages

    @property
    def previous_number(self) -> int:
        return self.number - 1

    @property
    def next_number(self) -> int:
        return self.number + 1

    @property
    def window(self) -> list[int | None]:
        """Numbers worth a link: the ends and the neighbours; None stands for a gap."""
        near = {1, self.num_pages, *range(self.number - 2, self.number + 3)}
        numbers = sorted(n for n in near if 1 <= n <= self.num_pages)
        shown: list[int | None] = []
        for n in numbers:
            if shown and n - shown[-1] > 1:
                shown.append(None)
            shown.append(n)
        return shown


def data_version(request: HttpRequest) -> str:
    """Version of the data that the answer tells of: read once, for its ETag and for its counts."""
    if not hasattr(request, "_data_version"):
        request._data_version = DataChange.objects.version()
    return request._data_version


def _etag(request: HttpRequest, *args: Any, **kwargs: Any) -> str | None:
    """Version of what an anonymous visitor reads: the data, the release, the day (statuses are dated)."""
    if request.user.is_authenticated:
        return None
    return f'"{settings.RELEASE}-{timezone.localdate():%y%j}-{data_version(request)}"'


def versioned(view: Callable) -> Callable:
    """Answers 304 to an anonymous visitor who holds the current version; a member's page is never shared."""
    conditional = condition(etag_func=_etag)(view)

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = conditional(request, *args, **kwargs)
        patch_vary_headers(response, ["Cookie"])
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_cache=True)
        else:
            patch_cache_control(response, public=True, no_cache=True)
        return response

    return wrapped


class ListSource:
    """What a list is about: page and export take it from the register of lists, by its name."""

    listed = ""

    @property
    def source(self) -> PublicList:
        return find_list(self.listed)

    def get_filterset(self) -> FacetedFilterSet:
        return self.source.filterset_class(self.request.GET, queryset=self.source.rows(self.request.user))


class ListPage(ListSource, TemplateView):
    """A list with its facets, its order, its files, and the same question put to the map and to the API."""

    page_size = PAGE_SIZE
    export_url_name = ""
    export_formats: tuple[str, ...] = ("csv", "xlsx", "geojson")
    api_url_name = ""
    map_url_name = ""
    map_args: tuple[str, ...] = ()  # the layer, where it is not the first one
    map_criteria: tuple[str, ...] | None = None  # those the map understands too; None: all of them

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filterset = self.get_filterset()
        total, facets = filterset.counts(data_version(self.request))
        num_pages = max(1, min(-(-total // self.page_size), LAST_PAGE))
        number = self._page_number(num_pages)
        start = (number - 1) * self.page_size
        rows = list(self.shape(filterset.page(start, self.page_size)))
        return super().get_context_data(
            title=self.source.title,
            counted=str(self.source.counted),
            page=Page(rows, number, total, num_pages, filterset.total_capped),
            facets=facets,
            filterset=filterset,
            errors=filterset.errors,
            sorts=filterset.filters["sort"].field.choices,
            order=filterset.order,
            **self._elsewhere(filterset),
            **kwargs,
        )

    def _elsewhere(self, filterset: FacetedFilterSet) -> dict[str, Any]:
        """Addresses that put the same question to the exports, the map and the API."""
        query = self.request.GET.copy()
        query.pop("page", None)
        asked = f"?{query.urlencode()}" if query else ""
        return {
            "kept": [(name, value) for name, values in query.lists() if name != "sort" for value in values],
            "exports": [
                ("GeoJSON" if fmt == "geojson" else fmt.upper(), reverse(self.export_url_name, args=[fmt]) + asked)
                for fmt in self.export_formats
            ],
            "map_url": reverse(self.map_url_name, args=self.map_args) + asked if self._is_on_map(filterset) else "",
            "follow_url": reverse("alert_follow", args=[self.listed]) + asked if self.source.new_since else "",
            "api_url": reverse(self.api_url_name) + asked if self.api_url_name else "",
        }

    def _is_on_map(self, filterset: FacetedFilterSet) -> bool:
        """Whether the map can be asked the very same question: it must never answer a wider one."""
        asked = set(filterset.criteria) - {"sort"}
        return bool(self.map_url_name) and (self.map_criteria is None or asked <= set(self.map_criteria))

    def shape(self, rows):
        return rows.for_list()

    def _page_number(self, num_pages: int) -> int:
        asked = self.request.GET.get("page", "1")
        if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:6]) <= num_pages:
            raise Http404
        return int(asked)


class ExportView(ListSource, View):
    """The rows of a list as a file; `fmt` comes from the address."""

    geometry = POINT

    def get(self, request: HttpRequest, fmt: str) -> HttpResponse:
        rows = self.get_filterset().rows()
        if fmt == "csv":
            return download(copy_csv(rows, self.source.columns), name=self.listed, fmt=fmt)
        if fmt == "xlsx":
            return workbook_or_offer(request, self.listed, rows, self.source.columns)
        if fmt == "geojson":
            content = geojson(self.on_map(rows), self.source.columns, self.geometry)
            return download(content, name=self.listed, fmt=fmt)
        raise Http404

    def post(self, request: HttpRequest, fmt: str) -> HttpResponse:
        """An XLSX of many rows is prepared in the background, for an account."""
        if fmt != "xlsx":
            raise Http404
        return prepare(request, self.listed)

    def on_map(self, rows):
        return rows.filter(longitude__isnull=False)


def workbook_or_offer(
    request: HttpRequest, name: str, rows: QuerySet, columns: Columns, *, csv_url: str | None = None
) -> HttpResponse:
    """The rows as XLSX straight away; past `EXPORT_DIRECT_ROWS`, a page that offers to prepare the file."""
    title = find_list(name).title
    most = settings.EXPORT_DIRECT_ROWS
    if rows.order_by()[: most + 1].count() > most:
        csv_url = csv_url or request.get_full_path().replace("export.xlsx", "export.csv", 1)
        return render(request, "atlas/export_offer.html", {"title": title, "most": most, "csv_url": csv_url})
    out = io.BytesIO()  # well under a megabyte
    write_workbook(out, str(title), rows, columns)
    out.seek(0)
    return attach(out, name=name)


def prepare(request: HttpRequest, name: str, collectivity: Collectivity | None = None) -> HttpResponse:
    """Ask for the file and go to its page; without an account, log in first."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    try:
        job = ask_export(name, request.META["QUERY_STRING"], actor=request.user, collectivity=collectivity)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("export_jobs")
    return redirect(job)
