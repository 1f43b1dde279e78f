"""Criteria of the lists of the ground: French authorities, foreign authorities, countries, themes."""

import django_filters
from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.utils.translation import gettext_lazy as _

from atlas.models import (
    Collectivity,
    CollectivityKind,
    Continent,
    Country,
    ForeignAuthority,
    StatGroup,
    StatusCategory,
    Theme,
)

from .base import (
    ActivityFilter,
    ArrayCodesFilter,
    ChoicesFilter,
    CodesFilter,
    FacetedFilterSet,
    FacetSpec,
    NameFilter,
    SortFilter,
    Unnest,
    labels,
)

POPULATION_STEPS = [
    ("0-1999", _("Moins de 2 000 habitants"), Q(population__lt=2_000)),
    ("2000-9999", _("2 000 à 9 999"), Q(population__gte=2_000, population__lt=10_000)),
    ("10000-49999", _("10 000 à 49 999"), Q(population__gte=10_000, population__lt=50_000)),
    ("50000-99999", _("50 000 à 99 999"), Q(population__gte=50_000, population__lt=100_000)),
    ("100000-", _("100 000 et plus"), Q(population__gte=100_000)),
]


def _population_labels() -> dict[str, str]:
    return {value: label for value, label, _condition in POPULATION_STEPS}


class PopulationFilter(django_filters.MultipleChoiceFilter):
    """Size classes."""

    def __init__(self, **kwargs) -> None:
        super().__init__(choices=list(_population_labels().items()), label=_("Population"), **kwargs)

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        if not value:
            return qs
        wanted = Q()
        for step, _label, condition in POPULATION_STEPS:
            if step in value:
                wanted |= condition
        return qs.filter(wanted)


_POPULATION_STEP = Case(
    *[When(condition, then=Value(value)) for value, _label, condition in POPULATION_STEPS], output_field=TextField()
)


class EngagedFilter(ActivityFilter):
    """Authorities that work abroad, as the panorama counts them: what a network does is not what an authority does."""

    def filter(self, qs: QuerySet, value: bool | None) -> QuerySet:
        found = super().filter(qs, value)
        return found.exclude(kind=CollectivityKind.RESEAU) if value else found


class CollectivityFilterSet(FacetedFilterSet):
    """French authorities. Past ones are left out unless `former=true` asks for them instead."""

    q = NameFilter()
    kind = ChoicesFilter(choices=CollectivityKind, label=_("Type"))
    stat_group = ChoicesFilter(choices=StatGroup, label=_("Groupe statistique"))
    region = CodesFilter("region", field_name="region__code", label=_("Région"))
    department = CodesFilter("department", field_name="department__code", label=_("Département"))
    population = PopulationFilter()
    country = ArrayCodesFilter("country", field_name="partner_countries", label=_("Pays des partenaires"))
    theme = ArrayCodesFilter("theme", field_name="partner_themes", label=_("Thème"))
    active = EngagedFilter(label=_("Engagée à l’international"))
    former = django_filters.BooleanFilter(method="filter_former", label=_("Collectivités disparues"))
    sort = SortFilter(
        {
            "name": (_("Nom"), ("sort_name", "pk")),
            "-population": (_("Population"), (F("population").desc(nulls_last=True), "pk")),
            "-partnerships": (_("Nombre de partenariats"), ("-partnership_count", "sort_name", "pk")),
        }
    )

    default_order = ("-partnership_count", "sort_name", "pk")
    facets_spec = {
        "kind": FacetSpec(F("kind"), lambda: dict(CollectivityKind.choices)),
        "region": FacetSpec(F("region__code"), lambda: labels("region")),
        "department": FacetSpec(F("department__code"), lambda: labels("department")),
        "population": FacetSpec(_POPULATION_STEP, _population_labels),
        "country": FacetSpec(Unnest(F("partner_countries")), lambda: labels("country"), by_count=True),
        "theme": FacetSpec(Unnest(F("partner_themes")), lambda: labels("theme"), by_count=True),
    }

    class Meta:
        model = Collectivity
        fields: list[str] = []

    def __init__(self, data=None, queryset=None, **kwargs) -> None:
        rows = Collectivity.objects.all() if queryset is None else queryset
        former = (data or {}).get("former", "").lower() in ("true", "1", "on")
        super().__init__(data, queryset=rows.filter(is_current=not former), **kwargs)

    def filter_former(self, qs: QuerySet, name: str, value: bool) -> QuerySet:
        return qs  # the base queryset already says it: facets count within the same world


class ForeignAuthorityFilterSet(FacetedFilterSet):
    """Foreign authorities, without the duplicates merged into another row."""

    q = NameFilter()
    country = CodesFilter("country", field_name="country__iso2", label=_("Pays"))
    continent = ChoicesFilter(choices=Continent, field_name="country__continent", label=_("Continent"))
    active = ActivityFilter(label=_("Avec des partenaires français"))
    region = ArrayCodesFilter("region", field_name="partner_regions", label=_("Région des partenaires français"))
    theme = ArrayCodesFilter("theme", field_name="partner_themes", label=_("Thème"))
    population = PopulationFilter()
    sort = SortFilter(
        {
            "name": (_("Nom"), ("sort_name", "pk")),
            "-population": (_("Population"), (F("population").desc(nulls_last=True), "pk")),
            "-partnerships": (_("Nombre de partenariats"), ("-partnership_count", "sort_name", "pk")),
        }
    )

    default_order = ("-partnership_count", "sort_name", "pk")
    facets_spec = {
        "country": FacetSpec(F("country__iso2"), lambda: labels("country"), by_count=True),
        "continent": FacetSpec(F("country__continent"), lambda: dict(Continent.choices)),
        "region": FacetSpec(Unnest(F("partner_regions")), lambda: labels("region"), by_count=True),
        "theme": FacetSpec(Unnest(F("partner_themes")), lambda: labels("theme"), by_count=True),
        "population": FacetSpec(_POPULATION_STEP, _population_labels),
    }

    class Meta:
        model = ForeignAuthority
        fields: list[str] = []


class CountryFilterSet(FacetedFilterSet):
    """Countries; `status` speaks of today's place on the DAC list."""

    q = NameFilter()
    continent = ChoicesFilter(choices=Continent, label=_("Continent"))
    status = ChoicesFilter(choices=StatusCategory, method="filter_status", label=_("Statut (liste du CAD)"))
    active = ActivityFilter(label=_("Avec des partenaires français"))
    sort = SortFilter(
        {
            "name": (_("Nom"), ("sort_name", "pk")),
            "-partnerships": (_("Nombre de partenariats"), ("-partnership_count", "sort_name", "pk")),
        }
    )

    default_order = ("-partnership_count", "sort_name", "pk")
    facets_spec = {
        "continent": FacetSpec(F("continent"), lambda: dict(Continent.choices)),
        "status": FacetSpec(F("dac_category"), lambda: dict(StatusCategory.choices)),
    }

    class Meta:
        model = Country
        fields: list[str] = []

    def __init__(self, data=None, queryset=None, **kwargs) -> None:
        rows = Country.objects.all() if queryset is None else queryset
        super().__init__(data, queryset=rows.with_dac_category(), **kwargs)

    def filter_status(self, qs: QuerySet, name: str, value: list[str]) -> QuerySet:
        return qs.filter(dac_category__in=value) if value else qs


class ThemeFilterSet(FacetedFilterSet):
    """Themes, for the API."""

    parent = CodesFilter("theme", field_name="parent__code", label=_("Thème parent"))

    default_order = ("position", "sort_name", "pk")

    class Meta:
        model = Theme
        fields: list[str] = []
