"""Resources of the ground, and the addresses that describe the API."""

import json
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import get_resolver, reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from drf_spectacular.renderers import OpenApiYamlRenderer
from rest_framework.exceptions import NotFound

from atlas import filters, models, serializers
from atlas.api.base import PublicAPI, Resource
from atlas.api.negotiation import JSONFormat
from atlas.api.schema import openapi
from atlas.exports import COLLECTIVITY_COLUMNS, COUNTRY_COLUMNS, FOREIGN_AUTHORITY_COLUMNS, text


class CollectivityResource(Resource):
    model = models.Collectivity
    about = _("Collectivités territoriales et groupements français. Celles d’autrefois : `former=true`.")
    filterset_class = filters.CollectivityFilterSet
    row_serializer = serializers.CollectivityRowSerializer
    serializer_class = serializers.CollectivitySerializer
    columns = properties = COLLECTIVITY_COLUMNS
    filename = "collectivites"


class ForeignAuthorityResource(Resource):
    model = models.ForeignAuthority
    about = _("Autorités locales et régionales étrangères, sans les doublons fusionnés.")
    filterset_class = filters.ForeignAuthorityFilterSet
    row_serializer = serializers.ForeignAuthorityRowSerializer
    serializer_class = serializers.ForeignAuthoritySerializer
    columns = properties = FOREIGN_AUTHORITY_COLUMNS
    filename = "partenaires"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().standing()

    def missing(self, slug: str) -> HttpResponse:
        """A duplicate that was merged leads to the row that stands for both."""
        target = super().get_queryset().filter(slug=slug).values_list("merged_into__slug", flat=True).first()
        if target is None:
            return super().missing()
        return HttpResponsePermanentRedirect(reverse("api:foreign-authority-detail", args=[target]))


class CountryResource(Resource):
    model = models.Country
    about = _(
        "Pays et territoires, avec leur statut d’aujourd’hui sur la liste du Comité d’aide au développement (CAD)."
    )
    filterset_class = filters.CountryFilterSet
    row_serializer = serializers.CountryRowSerializer
    serializer_class = serializers.CountrySerializer
    lookup_field = "iso2"
    columns = properties = COUNTRY_COLUMNS
    filename = "pays"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_dac_category()

    def answer_record(self, request: Any, iso2: str) -> Any:
        return super().answer_record(request, iso2=iso2.upper())


class ThemeResource(Resource):
    model = models.Theme
    about = _(
        "Arbre des thèmes de l’atlas, avec les codes-objet du Système de notification des pays créanciers (SNPC) et les objectifs de développement durable (ODD) proposés."
    )
    filterset_class = filters.ThemeFilterSet
    row_serializer = serializers.ThemeRowSerializer
    serializer_class = serializers.ThemeSerializer
    lookup_field = "code"
    columns = {
        "code": "code",
        "nom": text("name"),
        "code_parent": "parent__code",
        "rang": "position",
        "edition": "edition",
        "valable_du": "valid_from",
        "valable_jusqu_au": "valid_to",
    }
    filename = "themes"


class RootView(PublicAPI):
    """The resources and their addresses, whichever app registered them."""

    schema = None

    def get(self, request: Any) -> HttpResponse:
        names = get_resolver().namespace_dict["api"][1].reverse_dict
        lists = sorted(name for name in names if isinstance(name, str) and name.endswith("-list"))
        found = {}
        for name in [*lists, "schema", "documentation"]:
            path = reverse(f"api:{name}")
            found[path.rstrip("/").rsplit("/", 1)[-1] if name in lists else name] = request.build_absolute_uri(path)
        return HttpResponse(json.dumps(found, indent=1), content_type="application/json")


class YAMLFormat(JSONFormat):
    media_type = "application/yaml"
    format = "yaml"


class SchemaView(PublicAPI):
    """The OpenAPI 3 schema, in JSON or YAML."""

    schema = None
    renderer_classes = [JSONFormat, YAMLFormat]

    def get(self, request: Any) -> Any:
        renderer = request.accepted_renderer
        self.etag = f'"{settings.RELEASE}-{renderer.format}"'
        if answer := get_conditional_response(request, etag=self.etag):
            return answer
        if renderer.format == "yaml":
            body = OpenApiYamlRenderer().render(openapi())
        else:
            body = json.dumps(openapi(), ensure_ascii=False)
        return HttpResponse(body, content_type=f"{renderer.media_type}; charset=utf-8")


class NowhereView(PublicAPI):
    """Any other address under the API: its 404 is an error of the API too."""

    schema = None

    def get(self, request: Any) -> HttpResponse:
        raise NotFound(
            _("Rien ne se trouve à cette adresse ; les ressources sont listées sur %(root)s.")
            % {"root": request.build_absolute_uri(reverse("api:root"))}
        )
