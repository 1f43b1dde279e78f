"""The map: its page, the same in a frame for other sites, its points, and what a chosen point shows."""

import gzip
import re
from collections.abc import Mapping
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.generic import TemplateView, View

from atlas import maps
from atlas.filters import FacetedFilterSet, labels
from atlas.models import Collectivity, ForeignAuthority
from atlas.names import sort_key
from atlas.pages import data_version, versioned

SHEET_ROWS = 12
SIDES = {"france": ("french", Collectivity), "etranger": ("foreign", ForeignAuthority), "lieu": ("spot", None)}
# Criteria that a layer hands to the others, as far as they know them.
SHARED = ("q", "country", "region", "department", "theme", "collectivity", "partner")


class LayerSource:
    """A layer named in the address (the first one by default) and its rows, those of the list for the same question."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @property
    def layer(self) -> maps.MapLayer:
        offered = maps.layers()
        name = self.kwargs.get("layer_name")
        found = next((layer for layer in offered if name in (None, layer.name)), None)
        if found is None:
            raise Http404
        return found

    def get_filterset(self) -> FacetedFilterSet:
        rows = self.layer.model.objects.visible_to(self.request.user)
        return self.layer.filterset_class(self.request.GET, queryset=rows)

    @property
    def asked(self) -> str:
        """The question as a query string with its mark, or nothing."""
        query = self.request.GET.copy()
        query.pop("page", None)
        return f"?{query.urlencode()}" if query else ""


class MapPage(LayerSource, TemplateView):
    """Filters, map, and the table that says the same without a map."""

    template_name = "atlas/map.html"
    embedded = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        layer, asked = self.layer, self.asked
        filterset = self.get_filterset()
        total, facets = filterset.counts(data_version(self.request))
        ground = maps.ground(layer, filterset, data_version(self.request))
        counted = ground.content
        classes = maps.steps(number for _code, number in counted["countries"])
        countries = [
            {**row, "rank": maps.class_of(row["number"], classes)}
            | {"url": reverse("country_detail", args=[row["code"].lower()])}
            for row in self._ground("country", counted["countries"])
        ]
        address = reverse("map_layer", args=[layer.name])
        return super().get_context_data(
            layer=layer,
            texts=layer.texts,
            layers=[(one, self._same_question(one)) for one in maps.layers()],
            filterset=filterset,
            facets=facets,
            errors=filterset.errors,
            total=total,
            counted=str(layer.counted),
            countries=countries,
            regions=self._ground("region", counted["regions"]),
            departments=self._ground("department", counted["departments"]),
            steps=classes,
            ground=ground,
            asked=asked,
            map_url=address + asked,
            list_url=reverse(layer.list_url_name) + asked,
            exports=[
                (label, reverse(layer.export_url_name, args=[fmt]) + asked)
                for label, fmt in (("CSV", "csv"), ("GeoJSON", "geojson"))
            ],
            **self._embed(layer),
            setup={
                "points": reverse("map_points", args=[layer.name, "points"]) + asked,
                "names": reverse("map_points", args=[layer.name, "noms"]) + asked,
                "sheet": reverse("map_sheet", args=[layer.name]) + asked,
                "tiles": settings.MAP_TILES_URL,
                "tilesCredit": settings.MAP_TILES_ATTRIBUTION,
                "embedded": self.embedded,
                "countryPage": reverse("country_detail", args=["xx"]),
                "filtered": bool(filterset.criteria),
                "countries": {one["code"]: [one["name"], one["number"], one["rank"]] for one in countries},
                "texts": _texts(layer.texts),
            },
            **kwargs,
        )

    def _ground(self, criterion: str, counted: list[tuple[str, int]]) -> list[dict[str, Any]]:
        """Countries, régions or départements with their numbers, and the address of the rows that are counted.

        The most numerous first; those with as many in the order of a dictionary.
        """
        names = labels(criterion) if counted else {}
        address = reverse(self.layer.list_url_name)
        rows = [
            {
                "code": code,
                "name": names.get(code, code),
                "number": number,
                "list_url": f"{address}?{self._only(criterion, code)}",
            }
            for code, number in counted
        ]
        return sorted(rows, key=lambda row: (-row["number"], sort_key(row["name"])))

    def _only(self, criterion: str, code: str) -> str:
        """The question, about one country, région or département."""
        query = self.request.GET.copy()
        query.pop("page", None)
        query[criterion] = code
        return query.urlencode()

    def _same_question(self, layer: maps.MapLayer) -> str:
        """Another layer, asked what it understands of the question put to this one."""
        query = self.request.GET.copy()
        for name in list(query):
            if name not in SHARED or name not in layer.filterset_class.base_filters:
                del query[name]
        return reverse("map_layer", args=[layer.name]) + (f"?{query.urlencode()}" if query else "")

    def _embed(self, layer: maps.MapLayer) -> dict[str, str]:
        """The frame for other sites; the script puts what is looked at in the place of `{hash}`."""
        address = self.request.build_absolute_uri(reverse("map_embed", args=[layer.name]) + self.asked)
        code = '<iframe src="{}{}" title="{}" width="100%" height="600" loading="lazy"></iframe>'
        title = _("Carte : {label}").format(label=layer.label)
        return {
            "embed_code": code.format(escape(address), "{hash}", escape(title)),
            "embed_code_now": code.format(escape(address), "", escape(title)),
        }


class MapEmbed(MapPage):
    """The map alone, for a frame of another site."""

    template_name = "atlas/map_embed.html"
    embedded = True


# The one page that any site may frame: nothing in it changes anything. Outside `versioned`, because browsers take the
# headers of a 304 for those of the page they kept.
embed = xframe_options_exempt(csp_replace({"frame-ancestors": ["*"]})(versioned(MapEmbed.as_view())))


def _texts(layer: maps.MapTexts) -> dict[str, Any]:
    """What the script of the map writes; `{n}`, `{name}`… are filled by it."""
    return {
        "france": _("Collectivité française"),
        "foreign": str(layer.foreign_one),
        "frenchCluster": _("{n} collectivités françaises groupées ici : rapprocher"),
        "foreignCluster": str(layer.foreign_group),
        "frenchLink": [str(text) for text in layer.french_link],
        "foreignLink": [str(text) for text in layer.foreign_link],
        "countryPage": _("Fiche du pays"),
        "onlyCountry": _("N’afficher que ce pays"),
        "country": _("{name} : {n}"),
        "none": str(layer.no_country),
        "inView": _("Dans la vue : {french} du côté français, {foreign} à l’étranger."),
        "grid": _(
            "{n} fiches : la carte les regroupe. Choisissez un pays, une région ou un thème pour voir chaque lieu."
        ),
        "more": _("et {n} autres : rapprochez la carte pour les voir."),
        "failed": _("La carte n’a pas pu être chargée. Le tableau ci-dessous donne les mêmes données."),
        "sheetFailed": _("Cette fiche n’a pas pu être chargée. Réessayez dans un instant."),
        "zoomIn": _("Rapprocher"),
        "zoomOut": _("Éloigner"),
        "close": _("Fermer"),
        "copied": _("Code copié."),
    }


class MapPoints(LayerSource, View):
    """The ends of the links (`part` «points») or their names («noms»), as compressed columns; see `maps.points`."""

    def get(self, request: HttpRequest, layer_name: str, part: str) -> HttpResponse:
        names = {"points": "points", "noms": "names"}
        if part not in names:
            raise Http404
        bodies = maps.compressed_points(self.layer, self.get_filterset(), data_version(request))[names[part]]
        return compressed(request, bodies)


def compressed(request: HttpRequest, bodies: Mapping[str, bytes]) -> HttpResponse:
    """The JSON text in the best encoding that the browser reads, of those at hand ({encoding: bytes}, gzip among them)."""
    header = request.headers.get("Accept-Encoding", "")
    read = {
        name
        for name, weight in re.findall(r"([\w*]+)\s*(?:;\s*q=([\d.]+))?", header)
        if weight.strip("0.") or not weight
    }
    encoding = next((name for name in bodies if name in read), "")
    response = HttpResponse(bodies[encoding] if encoding else gzip.decompress(bodies["gzip"]), "application/json")
    if encoding:
        response["Content-Encoding"] = encoding
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


class MapSheet(LayerSource, TemplateView):
    """What a chosen point shows, as a piece of page: the authority or the place, and its rows among those asked for."""

    def get_template_names(self) -> list[str]:
        return [self.layer.sheet]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        side, model = SIDES.get(self.request.GET.get("cote", ""), (None, None))
        number = self.request.GET.get("id", "")
        if not side or not re.fullmatch(r"[0-9]{1,15}", number):
            raise Http404
        filterset = self.get_filterset()
        if model:
            point = get_object_or_404(self._authorities(model), pk=int(number))
        else:  # a place of rows is known to those who see one of them
            point = get_object_or_404(self._spots(filterset.qs), pk=int(number))
        shown = list(self.layer.of_point(filterset.rows(), side, point.pk).for_list()[: SHEET_ROWS + 1])
        return super().get_context_data(
            authority=point, side=side, rows=shown[:SHEET_ROWS], more=len(shown) > SHEET_ROWS, **kwargs
        )

    def _spots(self, rows: QuerySet) -> QuerySet:
        if not self.layer.spots:
            raise Http404
        return self.layer.spots(rows.order_by().values("pk"))

    def _authorities(self, model: type[Collectivity | ForeignAuthority]) -> QuerySet:
        return model.objects.visible_to(self.request.user).for_list()
