"""The OpenAPI 3 description of the resources: written from their FilterSets and serializers, in French."""

from functools import cache
from typing import Any

import django_filters
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from atlas.api.errors import MEDIA_TYPE, TITLES
from atlas.api.paging import CURSOR_SIZE, CURSOR_SIZE_MAX, OFFSET_MAX, PAGE_SIZE, PAGE_SIZE_MAX
from atlas.filters import CodesFilter, SortFilter

# Codes are rows of the database: the schema shows one, the resource of the same name lists them.
CODE_EXAMPLES = {"region": "53", "department": "35", "country": "SN", "theme": "eau-potable", "parent": "education"}
CODE_MEANINGS = {
    "region": _("Codes INSEE de régions."),
    "department": _("Codes INSEE de départements."),
    "country": _("Codes ISO à deux lettres, voir la ressource « countries »."),
    "theme": _("Codes de thèmes, voir la ressource « themes »."),
    "parent": _("Codes de thèmes, voir la ressource « themes »."),
}


class ProblemSerializer(serializers.Serializer):
    """Erreur, au format « problem details » (RFC 9457)."""

    type = serializers.URLField(help_text=_("Explication de ce genre d’erreur."))
    title = serializers.CharField(help_text=_("Genre d’erreur."))
    status = serializers.IntegerField(help_text=_("Code HTTP."))
    detail = serializers.CharField(help_text=_("Ce qui n’allait pas, et que faire."))
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text=_("Messages par paramètre en cause.")
    )


class FacetChoiceSerializer(serializers.Serializer):
    """Valeur d’une facette et nombre de fiches qu’elle laisserait."""

    value = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()


GEOJSON = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "properties": {
                    "type": {"type": "string", "enum": ["Feature"]},
                    "geometry": {"type": "object", "nullable": True},
                    "properties": {"type": "object"},
                },
            },
        },
    },
}


def criterion_parameter(name: str, criterion: django_filters.Filter) -> OpenApiParameter:
    """A criterion of a FilterSet as a query parameter."""
    label = str(criterion.label or name)
    many = isinstance(criterion, django_filters.MultipleChoiceFilter)
    value: dict[str, Any] = {"type": "string"}
    description = f"{label}."
    if isinstance(criterion, SortFilter):
        value["enum"] = list(criterion.orders)
        description = f"{label}\u00a0: " + ", ".join(
            f"`{key}` {text}" for key, (text, _order) in criterion.orders.items()
        )
    elif isinstance(criterion, CodesFilter):
        value["example"] = CODE_EXAMPLES.get(name, "")
        description += f" {CODE_MEANINGS.get(name, '')}"
    elif isinstance(criterion, django_filters.ChoiceFilter | django_filters.MultipleChoiceFilter):
        choices = list(criterion.extra["choices"])
        choices = getattr(criterion.extra["choices"], "choices", choices)
        value["enum"] = [key for key, _text in choices]
        description += " " + ", ".join(f"`{key}` {text}" for key, text in choices) + "."
    elif isinstance(criterion, django_filters.BooleanFilter):
        value = {"type": "boolean"}
    elif isinstance(criterion, django_filters.NumberFilter):
        value = {"type": "integer", "minimum": 1900, "maximum": 2100, "example": 1990}
    elif length := criterion.extra.get("max_length"):
        value["maxLength"] = length
    if many:
        description += " " + str(_("Répétable : une fiche convient si elle porte l’une des valeurs."))
        value = {"type": "array", "items": value}
    return OpenApiParameter(name, value, description=description, explode=True if many else None)


class ResourceSchema(AutoSchema):
    """Describes a `Resource`: criteria, pages, formats, errors."""

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # the wrapping of lists is said in `_page`

    @property
    def lists(self) -> bool:
        return self.view.action == "list"

    def get_operation_id(self) -> str:
        return f"{self.view.basename}_{'list' if self.lists else 'retrieve'}".replace("-", "_")

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_summary(self) -> str:
        names = self.view.model._meta
        if self.lists:
            return str(_("Liste : %(names)s") % {"names": names.verbose_name_plural})
        return str(_("Fiche : %(name)s") % {"name": names.verbose_name})

    def get_description(self) -> str:
        return str(self.view.about) if self.lists else ""

    def _get_format_parameters(self) -> list:
        return []  # said in `get_override_parameters`, with the rest

    def get_override_parameters(self) -> list[OpenApiParameter]:
        headers = [
            OpenApiParameter(
                "ETag",
                str,
                "header",
                description=str(_("Version, à renvoyer dans If-None-Match.")),
                response=[200, 304],
            ),
            *(
                OpenApiParameter(f"RateLimit-{name}", int, "header", description=str(meaning), response=[200, 429])
                for name, meaning in (
                    ("Limit", _("Requêtes permises par période.")),
                    ("Remaining", _("Requêtes encore permises.")),
                    ("Reset", _("Secondes avant la période suivante.")),
                )
            ),
            OpenApiParameter("Retry-After", int, "header", description=str(_("Secondes à attendre.")), response=[429]),
        ]
        if not self.lists:
            return headers
        criteria = self.view.filterset_class.base_filters.items()
        formats = [renderer.format for renderer in self.view.get_renderers()]
        return [
            *(criterion_parameter(name, criterion) for name, criterion in criteria),
            *self._paging(),
            OpenApiParameter(
                "format",
                {"type": "string", "enum": formats, "default": "json"},
                description=str(
                    _("Format ; l’emporte sur l’en-tête Accept. CSV et GeoJSON rendent toute la sélection.")
                ),
            ),
            *headers,
        ]

    def _paging(self) -> list[OpenApiParameter]:
        def parameter(name: str, schema: dict, text: Any) -> OpenApiParameter:
            return OpenApiParameter(name, schema, description=str(text))

        return [
            parameter(
                "page",
                {"type": "integer", "minimum": 1, "default": 1},
                _("Numéro de page, jusqu’à la fiche %(rows)d.") % {"rows": OFFSET_MAX},
            ),
            parameter(
                "page_size",
                {"type": "integer", "minimum": 1, "maximum": CURSOR_SIZE_MAX},
                _(
                    "Fiches par page : %(size)d par défaut et %(top)d au plus ; "
                    "par curseur, %(cursor)d par défaut et %(cursor_top)d au plus."
                )
                % {"size": PAGE_SIZE, "top": PAGE_SIZE_MAX, "cursor": CURSOR_SIZE, "cursor_top": CURSOR_SIZE_MAX},
            ),
            parameter(
                "pagination",
                {"type": "string", "enum": ["page", "cursor"], "default": "page"},
                _("Parcours : « cursor » mène par toutes les fiches, une fois chacune, à coût constant."),
            ),
            parameter("cursor", {"type": "string"}, _("Curseur donné par « next » ; vide, il commence un parcours.")),
            parameter(
                "facets",
                {"type": "boolean", "default": False},
                _(
                    "Facettes : ajoute le nombre de fiches par valeur de chaque critère. Au-delà de 10 000 fiches, ce sont des "
                    "minimums : voir `facets_at_least` et `facets_counted_at`."
                ),
            ),
        ]

    def get_response_serializers(self) -> dict:
        responses: dict[Any, Any] = {}
        if self.lists:
            responses[200, "application/json"] = OpenApiResponse(self._page(), str(_("Une page de la liste.")))
            responses[200, "text/csv"] = OpenApiResponse(str, str(_("Toute la sélection.")))
            if self.view.properties is not None:
                responses[200, "application/geo+json"] = OpenApiResponse(GEOJSON, str(_("Toute la sélection.")))
        else:
            responses[200, "application/json"] = OpenApiResponse(self.view.serializer_class, str(_("La fiche.")))
        responses[304] = OpenApiResponse(None, str(_("Rien n’a changé depuis la version d’If-None-Match.")))
        for status, (_anchor, title) in TITLES.items():
            if status != 405:
                responses[status, MEDIA_TYPE] = OpenApiResponse(ProblemSerializer, str(title))
        return responses

    def _page(self) -> dict:
        """Reference to the component that wraps rows of this resource in a page."""
        row = self.resolve_serializer(self.view.row_serializer, "response")
        choice = self.resolve_serializer(FacetChoiceSerializer, "response")
        link = {"type": "string", "format": "uri", "nullable": True}
        component = ResolvedComponent(
            name=f"{row.name}Page",
            type=ResolvedComponent.SCHEMA,
            object=row.name,
            schema={
                "type": "object",
                "required": ["count", "next", "previous", "results"],
                "properties": {
                    "count": {
                        "type": "integer",
                        "nullable": True,
                        "description": str(_("Total ; null dans un parcours par curseur.")),
                    },
                    "next": {**link, "description": str(_("Adresse de la suite."))},
                    "previous": {**link, "description": str(_("Adresse de la page précédente."))},
                    "facets": {
                        "type": "object",
                        "additionalProperties": {"type": "array", "items": choice.ref},
                        "description": str(_("Avec `facets=true`.")),
                    },
                    "facets_at_least": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": str(
                            _(
                                "Avec `facets=true` : critères dont les nombres sont des minimums, seules les premières fiches "
                                "étant comptées."
                            )
                        ),
                    },
                    "facets_counted_at": {
                        "type": "string",
                        "format": "date-time",
                        "nullable": True,
                        "description": str(
                            _(
                                "Avec `facets=true` : quand elles furent comptées, si les données ont changé depuis ; sinon null."
                            )
                        ),
                    },
                    "results": {"type": "array", "items": row.ref},
                },
            },
        )
        self.registry.register_on_missing(component)
        return component.ref


@cache
def _openapi(language: str) -> dict:
    with override(language):
        return SchemaGenerator(urlconf=None).get_schema(request=None, public=True)


def openapi() -> dict:
    """The schema in the language of the request, made once per process."""
    return _openapi(get_language() or "fr")
