"""Pages of the portal itself: home, search, and the compulsory ones."""

import re
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from atlas import maps
from atlas.filters import CollectivityFilterSet, CountryFilterSet, ForeignAuthorityFilterSet
from atlas.models import Collectivity, Country, ForeignAuthority
from atlas.names import normalise
from atlas.search import Near, suggest

TOP_COUNTRIES = 10
FOUND = 8
MOST_NAMED = 30  # countries or authorities that a search may be about
SLUG = re.compile(r"[-\w]{1,200}")


class HomePage(TemplateView):
    """Search, the key figures of the national ledger, the most present countries, the latest partnerships."""

    template_name = "atlas/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        rows = Country.objects.visible_to(user).filter(partnership_count__gt=0)
        countries = list(rows.order_by("-partnership_count", "sort_name"))
        steps = maps.steps(country.partnership_count for country in countries)
        return super().get_context_data(
            countries=countries,
            steps=steps,
            preview={
                country.iso2: [country.partnership_count, maps.class_of(country.partnership_count, steps)]
                for country in countries
            },
            top_countries=TOP_COUNTRIES,
            **kwargs,
        )


class SearchPage(TemplateView):
    """What bears a name, by family. Twinnings and projects come from the `projects` app, through its own tag."""

    template_name = "atlas/search.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET.get("q", "").replace("\x00", "").strip()[:100]
        groups = self._groups(asked) if normalise(asked) else []
        # Near spellings in one family say nothing once another bears the very words.
        borne = [group for group in groups if group["exact"]]
        groups = borne or groups
        groups.sort(key=lambda group: -group["nearness"])
        found = any(group["rows"] for group in groups)
        return super().get_context_data(q=asked, groups=groups, exact=bool(borne), any=found, **kwargs)

    def _groups(self, asked: str) -> list[dict[str, Any]]:
        towns = (CollectivityFilterSet, Collectivity, "atlas/_collectivity_row.html", "collectivity_list")
        partners = (ForeignAuthorityFilterSet, ForeignAuthority, "atlas/_foreign_authority_row.html")
        countries = (CountryFilterSet, Country, "atlas/_country_row.html", "country_list")
        return [
            self._group(_("Pays"), asked, *countries),
            self._group(_("Collectivités françaises"), asked, *towns),
            self._group(_("Partenaires étrangers"), asked, *partners, "foreign_authority_list"),
            self._group(_("Anciennes collectivités"), asked, *towns, former="true"),
        ]

    def _group(
        self, label: str, asked: str, filterset_class: type, model: type, row_template: str, url_name: str, **extra: str
    ) -> dict[str, Any]:
        """The first rows of one family, their template, and the list that holds them all."""
        asked_for = {"q": asked, **extra}
        filterset = filterset_class(asked_for, queryset=model.objects.visible_to(self.request.user))
        rows = list(filterset.rows().for_list()[: FOUND + 1])
        return {
            "label": label,
            "rows": rows[:FOUND],
            "row_template": row_template,
            "exact": bool(rows) and all(word in rows[0].search_name for word in normalise(asked).split()),
            "nearness": rows[0].nearness if rows else 0,
            "all_url": f"{reverse(url_name)}?{urlencode(asked_for)}" if len(rows) > FOUND else "",
        }


def suggestions(request: HttpRequest) -> JsonResponse:
    """`{"results": [{"label", "detail", "kind", "url", "key"}]}` for `?q=`; one query, kept a minute by the browser.

    `types`: only those kinds. `pays` and `avec`: countries and French authorities whose names and partners come first.
    """
    kinds, countries, beside = (
        [one for one in request.GET.get(name, "").split(",") if SLUG.fullmatch(one)][:MOST_NAMED]
        for name in ("types", "pays", "avec")
    )
    found = suggest(request.GET.get("q", "").replace("\x00", ""), kinds=kinds or None, near=Near(countries, beside))
    response = JsonResponse({"results": [asdict(one) for one in found]})
    patch_cache_control(response, public=True, max_age=60)
    return response
