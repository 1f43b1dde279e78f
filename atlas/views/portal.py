"""Pages of the portal itself: home, search, and the compulsory ones."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from atlas.filters import CollectivityFilterSet, CountryFilterSet, ForeignAuthorityFilterSet
from atlas.models import Collectivity, Country, ForeignAuthority
from atlas.search import suggest

TOP_COUNTRIES = 10
FOUND = 8


class HomePage(TemplateView):
    """Search, key figures with their rules, the most present countries, the latest partnerships."""

    template_name = "atlas/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        countries = Country.objects.visible_to(user).filter(partnership_count__gt=0)
        return super().get_context_data(
            today=timezone.localdate(),
            engaged=Collectivity.objects.visible_to(user).current().filter(partnership_count__gt=0).count(),
            partners=ForeignAuthority.objects.visible_to(user).standing().filter(partnership_count__gt=0).count(),
            countries=list(countries.order_by("-partnership_count", "sort_name")),
            top_countries=TOP_COUNTRIES,
            **kwargs,
        )


class SearchPage(TemplateView):
    """What bears a name, by family. Twinnings come from the `projects` app, through its own tag."""

    template_name = "atlas/search.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET.get("q", "").replace("\x00", "").strip()[:100]
        groups = self._groups(asked) if asked else []
        found = any(group["rows"] for group in groups)
        return super().get_context_data(q=asked, groups=groups, any=found, **kwargs)

    def _groups(self, asked: str) -> list[dict[str, Any]]:
        user = self.request.user
        sources = [
            (_("Collectivités françaises"), "collectivity_list", CollectivityFilterSet, Collectivity, {}),
            (
                _("Anciennes collectivités"),
                "collectivity_list",
                CollectivityFilterSet,
                Collectivity,
                {"former": "true"},
            ),
            (_("Partenaires étrangers"), "foreign_authority_list", ForeignAuthorityFilterSet, ForeignAuthority, {}),
            (_("Pays"), "country_list", CountryFilterSet, Country, {}),
        ]
        groups = []
        for label, url_name, filterset_class, model, extra in sources:
            filterset = filterset_class({"q": asked, **extra}, queryset=model.objects.visible_to(user))
            rows = list(filterset.rows().for_list()[: FOUND + 1])
            groups.append(
                {"label": label, "url_name": url_name, "extra": extra, "rows": rows[:FOUND], "more": len(rows) > FOUND}
            )
        return groups


def suggestions(request: HttpRequest) -> JsonResponse:
    """`{"results": [{"label", "detail", "kind", "url"}]}` for `?q=`; one query, kept a minute by the browser."""
    found = suggest(request.GET.get("q", "").replace("\x00", ""))
    response = JsonResponse({"results": [asdict(one) for one in found]})
    patch_cache_control(response, public=True, max_age=60)
    return response
