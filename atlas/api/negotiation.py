"""Formats of the API, and how one is chosen: `?format=` first, else the Accept header."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from atlas.api.errors import invalid


class JSONFormat(BaseRenderer):
    """Names the format. Bodies are written by the views, which stream rows as PostgreSQL gives them."""

    media_type = "application/json"
    format = "json"


class CSVFormat(JSONFormat):
    media_type = "text/csv"
    format = "csv"


class GeoJSONFormat(JSONFormat):
    media_type = "application/geo+json"
    format = "geojson"


class FormatNegotiation(DefaultContentNegotiation):
    """`?format=` wins over the header: a link must give the same file from everywhere."""

    def select_renderer(self, request: Any, renderers: list, format_suffix: str | None = None) -> tuple:
        asked = request.query_params.get("format")
        if not asked:
            return super().select_renderer(request, renderers, format_suffix)
        for renderer in renderers:
            if renderer.format == asked:
                return renderer, renderer.media_type
        offered = ", ".join(renderer.format for renderer in renderers)
        raise invalid(format=_("Format inconnu ici. Formats offerts : %(offered)s.") % {"offered": offered})
