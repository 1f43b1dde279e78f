"""Search criteria: one FilterSet per list, shared by the page, the map, the exports and the API.

A FilterSet also counts its facets: one SQL statement gives every choice with the number of rows it would leave, each
facet counted with all the *other* criteria applied, and the total.
"""

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.cache import cache
from django.db.models import Case, Count, Exists, F, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from atlas.models import (
    Collectivity,
    CollectivityKind,
    Continent,
    Country,
    DataChange,
    Department,
    ForeignAuthority,
    Region,
    StatGroup,
    StatusCategory,
    Theme,
)
from atlas.names import normalise

# --- Labels of the codes that lists are filtered by -----------------------------------------------------------------

_LABELS: dict[str, tuple[float, dict[str, str]]] = {}
_LABELS_SECONDS = 60
_LABEL_SOURCES: dict[str, Callable[[], Iterable[tuple[str, str]]]] = {
    "region": lambda: Region.objects.values_list("code", "name"),
    "department": lambda: ((code, f"{name} ({code})") for code, name in Department.objects.values_list("code", "name")),
    "country": lambda: Country.objects.values_list("iso2", "name_fr"),
    "theme": lambda: Theme.objects.values_list("code", "name"),
}


def labels(family: str) -> dict[str, str]:
    """Code → French label, in display order, of `region`, `department`, `country` or `theme`; kept a minute per process."""
    known = _LABELS.get(family)
    if not known or known[0] < time.monotonic():
        known = (time.monotonic() + _LABELS_SECONDS, dict(_LABEL_SOURCES[family]()))
        if known[1]:
            _LABELS[family] = known
    return known[1]


def forget_labels() -> None:
    """After a load of reference data, and between tests."""
    _LABELS.clear()


# --- Facets ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A value of a facet, with the number of rows it would leave."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True)
class Facet:
    """A criterion shown with its counts. `choices` holds what is selected or leaves something."""

    name: str
    label: str
    choices: list[Choice]

    @property
    def selected(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.selected]


@dataclass(frozen=True)
class FacetSpec:
    """How to count a facet: the expression whose values are counted, and where their labels come from."""

    expression: Any
    labels: Callable[[], dict[str, str]]
    by_count: bool = False


class Unnest(Func):
    """One row per element of an array column."""

    function = "unnest"
    arity = 1
    set_returning = True
    output_field = TextField()


class CodesFilter(django_filters.MultipleChoiceFilter):
    """Several codes of a family: a row matches when it bears one of them."""

    def __init__(self, family: str, **kwargs) -> None:
        super().__init__(choices=lambda: list(labels(family).items()), **kwargs)


class ArrayCodesFilter(CodesFilter):
    """The same over an array column with a GIN index."""

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        return qs.filter(**{f"{self.field_name}__overlap": list(value)}) if value else qs


class NameFilter(django_filters.CharFilter):
    """Words of a name, in any order, without accents. When nothing holds them all, near spellings are accepted."""

    def __init__(self, field_name: str = "search_name", **kwargs) -> None:
        super().__init__(
            field_name=field_name, label=_("Recherche"), max_length=100, widget=forms.TextInput(), **kwargs
        )

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        words = normalise(value or "").split()
        if not words:
            return qs
        exact = reduce(and_, (Q(**{f"{self.field_name}__contains": word}) for word in words))
        near = Q(**{f"{self.field_name}__trigram_word_similar": " ".join(words)})
        return qs.filter(exact | (near & ~Exists(qs.model._default_manager.filter(exact))))


class ActivityFilter(django_filters.BooleanFilter):
    """Rows with (true) or without (false) a published partnership."""

    def filter(self, qs: QuerySet, value: bool | None) -> QuerySet:
        if value is None:
            return qs
        return qs.filter(partnership_count__gt=0) if value else qs.filter(partnership_count=0)


class SortFilter(django_filters.ChoiceFilter):
    """A named order. Every order ends with the primary key, so that pages never overlap."""

    def __init__(self, orders: dict[str, tuple[str, tuple]], **kwargs) -> None:
        self.orders = orders
        super().__init__(
            choices=[(name, label) for name, (label, _order) in orders.items()],
            label=_("Trier par"),
            empty_label=_("Pertinence"),
            **kwargs,
        )

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return qs.order_by(*self.orders[value][1]) if value else qs


class FacetedFilterSet(django_filters.FilterSet):
    """A FilterSet that counts. Subclasses give `facets_spec` and `default_order`."""

    facets_spec: dict[str, FacetSpec] = {}
    default_order: tuple = ("pk",)
    search_field = "search_name"

    @property
    def criteria(self) -> dict[str, Any]:
        """What was asked, cleaned, without what is empty."""
        if not self.is_bound:
            return {}
        self.errors  # noqa: B018 - runs the validation
        return {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "", [])}

    def rows(self) -> QuerySet:
        """The filtered rows in the order asked for; by nearness to the searched name when there is one."""
        rows = self.qs
        if "sort" in self.criteria:
            return rows
        if words := normalise(self.criteria.get("q", "")):
            return rows.annotate(
                nearness=Case(
                    When(**{self.search_field: words}, then=Value(3.0)),
                    When(**{f"{self.search_field}__startswith": words}, then=Value(2.0)),
                    default=TrigramWordSimilarity(words, self.search_field),
                )
            ).order_by("-nearness", *self.default_order)
        return rows.order_by(*self.default_order)

    def _without(self, name: str) -> QuerySet:
        """Rows that meet all the criteria but `name`."""
        rows = self.queryset.order_by()
        for other, value in self.criteria.items():
            if other not in (name, "sort"):
                rows = self.filters[other].filter(rows, value)
        return rows.order_by()

    def _count(self) -> list[tuple[str, str, int]]:
        """(facet, value, count) for every facet, and the total under the name «»: one statement."""
        parts = [
            self._without("")
            .annotate(facet=Value(""), value=Value(""))
            .values("facet", "value")
            .annotate(n=Count("pk"))
        ]
        for name, spec in self.facets_spec.items():
            parts.append(
                self._without(name)
                .annotate(facet=Value(name), value=Cast(spec.expression, TextField()))
                .values("facet", "value")
                .annotate(n=Count("pk"))
            )
        parts = [part.values_list("facet", "value", "n") for part in parts]
        return [row for row in parts[0].union(*parts[1:], all=True) if row[1] is not None]

    def counts(self, version: str = "") -> tuple[int, list[Facet]]:
        """Total and facets, kept by data version: the same question on the same data is counted once.

        Only for querysets that depend on nobody (`visible_to` an anonymous visitor); see `ListPage`.
        """
        asked = hashlib.sha256(repr((self.queryset.query.sql_with_params(), sorted(self.criteria.items()))).encode())
        key = f"counts:{type(self).__name__}:{version or DataChange.objects.version()}:{asked.hexdigest()}"
        counted = cache.get(key)
        if counted is None:
            counted = self._count()
            cache.set(key, counted, 3600)
        total = next((n for facet, _value, n in counted if facet == ""), 0)
        return total, [self._facet(name, spec, counted) for name, spec in self.facets_spec.items()]

    def _facet(self, name: str, spec: FacetSpec, counted: list[tuple[str, str, int]]) -> Facet:
        selected = {str(value) for value in self.criteria.get(name, [])}
        numbers = {value: n for facet, value, n in counted if facet == name}
        choices = [
            Choice(value, str(label), numbers.get(value, 0), value in selected)
            for value, label in spec.labels().items()
            if value in numbers or value in selected
        ]
        if spec.by_count:
            choices.sort(key=lambda choice: (-choice.count, choice.label))
        return Facet(name, str(self.filters[name].label), choices)


# --- The three lists of the ground ----------------------------------------------------------------------------------

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


class CollectivityFilterSet(FacetedFilterSet):
    """French authorities. Past ones are left out unless `former=true` asks for them instead."""

    q = NameFilter()
    kind = django_filters.MultipleChoiceFilter(choices=CollectivityKind, label=_("Type"))
    stat_group = django_filters.MultipleChoiceFilter(choices=StatGroup, label=_("Groupe statistique"))
    region = CodesFilter("region", field_name="region__code", label=_("Région"))
    department = CodesFilter("department", field_name="department__code", label=_("Département"))
    population = PopulationFilter()
    country = ArrayCodesFilter("country", field_name="partner_countries", label=_("Pays des partenaires"))
    theme = ArrayCodesFilter("theme", field_name="partner_themes", label=_("Thème"))
    active = ActivityFilter(label=_("Engagée à l’international"))
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
    continent = django_filters.MultipleChoiceFilter(
        choices=Continent, field_name="country__continent", label=_("Continent")
    )
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
    continent = django_filters.MultipleChoiceFilter(choices=Continent, label=_("Continent"))
    status = django_filters.MultipleChoiceFilter(
        choices=StatusCategory, method="filter_status", label=_("Statut (liste du CAD)")
    )
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
