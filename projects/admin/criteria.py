"""Criteria of the staff's lists over the digest columns of records: countries, régions, themes that are used."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from atlas.filters import Unnest, labels
from atlas.names import normalise


class ByCodes(admin.SimpleListFilter):
    """Rows of which `column` holds a code of the list `family`."""

    family = column = ""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        rows = model_admin.get_queryset(request).order_by()
        used = set(rows.values_list(Unnest(self.column), flat=True).distinct())
        return [(code, label) for code, label in labels(self.family).items() if code in used]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**{f"{self.column}__contains": [self.value()]}) if self.value() else queryset


class ByCountry(ByCodes):
    title, parameter_name, family, column = _("pays"), "pays", "country", "country_codes"


class ByRegion(ByCodes):
    title, parameter_name, family, column = _("région française"), "region", "region", "region_codes"


class ByTheme(ByCodes):
    title, parameter_name, family, column = _("thème"), "theme", "theme", "theme_codes"


CRITERIA = (ByCountry, ByRegion, ByTheme)


class SearchedByParty:
    """By what `search_fields` hold, or by a party: there accents, case and hyphens do not count."""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        rows, repeats = super().get_search_results(request, queryset, search_term)
        return rows | queryset.filter(party_names__contains=normalise(search_term)), repeats
