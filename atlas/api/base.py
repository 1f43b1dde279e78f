"""What every address of the API does, and what every resource does."""

import difflib
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from atlas.api.errors import invalid
from atlas.api.negotiation import CSVFormat, FormatNegotiation, GeoJSONFormat, JSONFormat
from atlas.api.paging import (
    CURSOR_SIZE,
    CURSOR_SIZE_MAX,
    OFFSET_MAX,
    PAGE_SIZE,
    PAGE_SIZE_MAX,
    decode_cursor,
    encode_cursor,
)
from atlas.api.schema import ResourceSchema
from atlas.exports import POINT, Columns, copy_csv, download, geojson
from atlas.filters import FacetedFilterSet
from atlas.models import DataChange
from atlas.serializers import RowSerializer, as_text
from atlas.throttling import AddressThrottle

LIST_OPTIONS = ["page", "page_size", "pagination", "cursor", "facets", "format"]
EXPOSED_HEADERS = "ETag, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Content-Disposition"


class PublicAPI(APIView):
    """Open to all pages of the web, without session, counted by address, errors in French."""

    authentication_classes: list = []
    permission_classes: list = []
    throttle_classes = [AddressThrottle]
    renderer_classes = [JSONFormat]
    content_negotiation_class = FormatNegotiation
    http_method_names = ["get", "head", "options"]
    etag: str | None = None
    data_version = ""

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        if request.method == "OPTIONS":
            response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response["Access-Control-Allow-Headers"] = "Accept, If-None-Match"
            response["Access-Control-Max-Age"] = "86400"
        if rate_limit := getattr(request, "rate_limit", None):
            for name, value in zip(("Limit", "Remaining", "Reset"), rate_limit, strict=True):
                response[f"RateLimit-{name}"] = str(value)
        patch_vary_headers(response, ["Accept"])
        if self.etag and response.status_code in (200, 304):
            response["ETag"] = self.etag
            response["Cache-Control"] = "public, no-cache"
        else:
            response["Cache-Control"] = "no-store"
        return response


def versioned(handler: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answers 304 to who holds the current version: that of the data, of the release, of the day, in that format."""

    @wraps(handler)
    def wrapped(view: PublicAPI, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        view.data_version = DataChange.objects.version()
        day = f"{timezone.localdate():%y%j}"
        view.etag = f'"{settings.RELEASE}-{day}-{view.data_version}-{request.accepted_renderer.format}"'
        return get_conditional_response(request, etag=view.etag) or handler(view, request, *args, **kwargs)

    return wrapped


def document(results: Iterable[str], **members: Any) -> HttpResponse:
    """A list as JSON: `members`, then the rows, which PostgreSQL has already written."""
    head = json.dumps(members, ensure_ascii=False)[:-1]
    return HttpResponse(f'{head}, "results": [{",".join(results)}]}}', content_type="application/json")


class Resource(PublicAPI, GenericViewSet):
    """A list and its records. Subclasses say which; a resource without `properties` has no GeoJSON."""

    schema = ResourceSchema()
    model: Any
    about: Any = ""
    filterset_class: type[FacetedFilterSet]
    row_serializer: type[RowSerializer]
    serializer_class: type[RowSerializer]
    lookup_field = "slug"
    lookup_value_converter = "slug"
    columns: Columns
    properties: Columns | None = None
    geometry = POINT
    filename = ""

    def get_renderers(self) -> list:
        if self.action != "list":
            return [JSONFormat()]
        return [JSONFormat(), CSVFormat(), *([GeoJSONFormat()] if self.properties is not None else [])]

    def get_queryset(self) -> QuerySet:
        return self.model.objects.visible_to(AnonymousUser())

    @property
    def site(self) -> str:
        """Root of absolute addresses."""
        return self.request.build_absolute_uri("/")[:-1]

    # --- One record ---

    def retrieve(self, request: Any, **kwargs: Any) -> HttpResponseBase:
        self.refuse_unknown(["format"])
        return self.answer_record(request, **kwargs)

    @versioned
    def answer_record(self, request: Any, **lookup: Any) -> HttpResponseBase:
        rows = self.get_queryset().filter(**lookup).order_by()
        record = rows.values_list(as_text(self.serializer_class, self.site), flat=True).first()
        return self.missing(**lookup) if record is None else HttpResponse(record, content_type="application/json")

    def missing(self, **lookup: Any) -> HttpResponseBase:
        raise NotFound(_("Aucune fiche ne porte cet identifiant."))

    # --- A list ---

    def list(self, request: Any) -> HttpResponseBase:
        filterset = self.get_filterset()
        return self.answer_list(request, filterset)

    @versioned
    def answer_list(self, request: Any, filterset: FacetedFilterSet) -> HttpResponseBase:
        match request.accepted_renderer.format:
            case "csv":
                return download(copy_csv(filterset.rows(), self.columns), name=self.filename, fmt="csv")
            case "geojson":
                content = geojson(self.on_map(filterset.rows()), self.properties, self.geometry)
                return download(content, name=self.filename, fmt="geojson")
        if "cursor" in request.query_params or self.choice("pagination", ["page", "cursor"]) == "cursor":
            return self.answer_cursor(filterset)
        return self.answer_page(filterset)

    def on_map(self, rows: QuerySet) -> QuerySet:
        """Those that have a place on a map."""
        return rows.filter(longitude__isnull=False)

    def answer_page(self, filterset: FacetedFilterSet) -> HttpResponse:
        """Numbered pages, for people: a total, in the order asked for."""
        size = self.number("page_size", PAGE_SIZE, PAGE_SIZE_MAX)
        number = self.number("page", 1, 999_999_999)
        more: dict[str, Any] = {}
        if self.choice("facets", ["false", "true"]) == "true":
            _total, facets = filterset.counts(self.data_version)
            more["facets"] = {
                facet.name: [{"value": c.value, "label": c.label, "count": c.count} for c in facet.choices]
                for facet in facets
            }
            more["facets_at_least"] = [facet.name for facet in facets if facet.capped]
            more["facets_counted_at"] = filterset.counted_at and filterset.counted_at.isoformat()
        exact = more and not filterset.total_capped and not filterset.counted_at
        total = filterset.total if exact else self.total(filterset)
        last = max(1, -(-total // size))
        if number > last:
            raise NotFound(_("La dernière page est la page %(last)d.") % {"last": last})
        if number * size > OFFSET_MAX and number > 1:
            raise NotFound(
                _("Au-delà de %(rows)d fiches, parcourez la liste par curseur (« cursor= ») ou prenez le fichier CSV.")
                % {"rows": OFFSET_MAX}
            )
        return document(
            self.texts(filterset, (number - 1) * size, size),
            count=total,
            next=self.address(page=number + 1) if number < last else None,
            previous=self.address(page=number - 1) if number > 1 else None,
            **more,
        )

    def answer_cursor(self, filterset: FacetedFilterSet) -> HttpResponse:
        """Keyset pages, for machines: every row once, at a cost that does not depend on how far one is."""
        for name in ("page", "sort", "facets"):
            if name in self.request.query_params:
                raise invalid(**{name: _("Sans effet dans un parcours par curseur, dont l’ordre est fixe.")})
        size = self.number("page_size", CURSOR_SIZE, CURSOR_SIZE_MAX)
        after = decode_cursor(self.request.query_params.get("cursor", ""))
        rows = filterset.qs.filter(pk__gt=after).order_by("pk")
        found = list(rows.values_list("pk", as_text(self.row_serializer, self.site))[: size + 1])
        following = self.address(cursor=encode_cursor(found[size - 1][0])) if len(found) > size else None
        return document((text for _pk, text in found[:size]), count=None, next=following, previous=None)

    def texts(self, filterset: FacetedFilterSet, start: int, size: int) -> Iterable[str]:
        """The JSON of `size` rows from `start` on. PostgreSQL also writes what OFFSET skips: far pages are found first."""
        if start:
            keys = list(filterset.rows().values_list("pk", flat=True)[start : start + size])
            rows = self.get_queryset().filter(pk__in=keys)
            found = dict(rows.values_list("pk", as_text(self.row_serializer, self.site)))
            return (found[key] for key in keys if key in found)
        return filterset.page(0, size).values_list(as_text(self.row_serializer, self.site), flat=True)

    def total(self, filterset: FacetedFilterSet) -> int:
        """Number of rows, counted once for the same question on the same data."""
        asked = hashlib.sha256(repr(sorted(filterset.criteria.items(), key=str)).encode()).hexdigest()
        key = f"total:{self.basename}:{self.etag}:{asked}"
        filterset.total = cache.get_or_set(key, filterset.qs.order_by().count, 3600)
        return filterset.total

    def address(self, **parameters: Any) -> str:
        """This address with other parameters."""
        url = remove_query_param(self.request.build_absolute_uri(), "pagination") if "cursor" in parameters else None
        url = url or self.request.build_absolute_uri()
        for name, value in parameters.items():
            url = replace_query_param(url, name, value)
        return url

    # --- What was asked ---

    def get_filterset(self) -> FacetedFilterSet:
        """The criteria, checked. Empty ones are as if they were not there.

        Raises:
            ValidationError: for an unknown criterion, naming the known ones, or a wrong value.
        """
        criteria = self.filterset_class.base_filters
        self.refuse_unknown([*criteria, *LIST_OPTIONS])
        given = self.request.query_params.copy()
        for name, values in list(given.lists()):
            given.setlist(name, [value for value in values if value])
            if not given.getlist(name):
                del given[name]
        filterset = self.filterset_class(given, queryset=self.get_queryset())
        errors = {name: list(messages) for name, messages in filterset.errors.items()}
        for name, criterion in criteria.items():
            # The form of the page holds any other text for «unknown»; here it would be a mistake passed over in silence.
            if isinstance(criterion, BooleanFilter) and given.get(name, "true").lower() not in ("true", "false"):
                errors[name] = [_("Dites « true » ou « false ».")]
        if errors:
            raise ValidationError(errors)
        return filterset

    def refuse_unknown(self, known: Sequence[str]) -> None:
        errors = {}
        for name in self.request.query_params:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
                hint = _("Vouliez-vous dire « %(near)s » ? ") % {"near": near[0]} if near else ""
                errors[name] = [
                    _("Paramètre inconnu. %(hint)sParamètres connus : %(known)s.")
                    % {"hint": hint, "known": ", ".join(known)}
                ]
        if errors:
            raise ValidationError(errors)

    def number(self, name: str, default: int, highest: int) -> int:
        asked = self.request.query_params.get(name) or str(default)
        if not (asked.isascii() and asked.isdecimal() and 1 <= int(asked[:12]) <= highest):
            raise invalid(**{name: _("Donnez un nombre entier de 1 à %(highest)d.") % {"highest": highest}})
        return int(asked)

    def choice(self, name: str, choices: Sequence[str]) -> str:
        asked = self.request.query_params.get(name) or choices[0]
        if asked not in choices:
            raise invalid(**{name: _("Valeurs admises : %(choices)s.") % {"choices": ", ".join(choices)}})
        return asked
