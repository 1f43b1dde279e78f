"""What FilterSets are made of: criteria, labels of codes, and facets that count."""

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from operator import and_
from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Case, Func, Q, QuerySet, TextField, Value, When
from django.utils.translation import gettext_lazy as _

from atlas.models import (
    SDG,
    Collectivity,
    Country,
    DataChange,
    Department,
    Kept,
    Region,
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
    "theme": lambda: Theme.objects.in_tree_order().values_list("code", "name"),
    "theme_group": lambda: Theme.objects.filter(parent__isnull=True).values_list("code", "name"),
    "sdg": lambda: ((str(goal.number), str(goal)) for goal in SDG.objects.all()),
}


def labels(family: str) -> dict[str, str]:
    """Code → French label, in display order, of `region`, `department`, `country`, `theme`, `theme_group` or `sdg`; kept a minute per process."""
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
    capped: bool = False  # the numbers are those of the first rows only: at least so many

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


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """Several choices of a column: a row matches when it bears one of them, and comes once (no DISTINCT, which sorts them all)."""

    def __init__(self, **kwargs) -> None:
        super().__init__(distinct=False, **kwargs)


class CodesFilter(ChoicesFilter):
    """Several codes of a family: a row matches when it bears one of them."""

    def __init__(self, family: str, **kwargs) -> None:
        super().__init__(choices=lambda: list(labels(family).items()), **kwargs)


class ArrayCodesFilter(CodesFilter):
    """The same over an array column with a GIN index."""

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        return qs.filter(**{f"{self.field_name}__overlap": list(value)}) if value else qs


class DepartmentFilter(CodesFilter):
    """Rows of which a French authority lies in one of these départements; `field_name` is the array column of its ids."""

    def __init__(self, **kwargs) -> None:
        super().__init__("department", label=_("Département"), **kwargs)

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        if not value:
            return qs
        within = Collectivity.objects.filter(department__code__in=value).order_by().values("pk")
        return qs.filter(**{f"{self.field_name}__overlap": ArraySubquery(within)})

    def words(self, value: str) -> str:
        """«Ille-et-Vilaine (35)»."""
        return labels("department").get(value, value)


class SearchFilter(django_filters.CharFilter):
    """What is searched; where nothing bears it, near spellings. Subclasses say what `exact` and `near` are.

    Which of the two holds is asked once, before the rest: the index is then read for one of them and never for both.
    """

    def __init__(self, **kwargs) -> None:
        self._answers: dict[str, Q] = {}
        super().__init__(label=_("Recherche"), max_length=100, widget=forms.TextInput(), **kwargs)

    def exact(self, value: str, words: list[str]) -> Q:
        raise NotImplementedError

    def near(self, words: list[str]) -> Q:
        return Q(**{f"{self.field_name}__trigram_word_similar": " ".join(words)})

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        words = normalise(value or "").split()
        return qs.filter(self._answer(value, words)) if words else qs

    def _answer(self, value: str, words: list[str]) -> Q:
        if value not in self._answers:
            exact = self.exact(value, words)
            # Of what this person may see, whatever the other criteria: facets and pages must agree.
            borne = self.parent.queryset.filter(exact).exists()
            self._answers[value] = exact if borne else self.near(words)
        return self._answers[value]


class NameFilter(SearchFilter):
    """Words of a name, in any order, without accents."""

    def __init__(self, field_name: str = "search_name", **kwargs) -> None:
        super().__init__(field_name=field_name, **kwargs)

    def exact(self, value: str, words: list[str]) -> Q:
        return reduce(and_, (Q(**{f"{self.field_name}__contains": word}) for word in words))


class ActivityFilter(django_filters.BooleanFilter):
    """Rows with (true) or without (false) a published partnership or project."""

    def filter(self, qs: QuerySet, value: bool | None) -> QuerySet:
        if value is None:
            return qs
        idle = Q(partnership_count=0, project_count=0)
        return qs.filter(~idle) if value else qs.filter(idle)


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


def digest_of(rows: QuerySet, *beside: Any, dated: bool = True) -> str:
    """What tells a question from another: the rows that it asks for; without its dates, today's is yesterday's."""
    try:
        statement, parameters = rows.query.sql_with_params()
        asked: Any = (statement, [one for one in parameters if dated or not isinstance(one, date)])
    except EmptyResultSet:  # Django knows without asking: a criterion names nobody
        asked = "nothing"
    return hashlib.sha256(repr((asked, *beside)).encode()).hexdigest()


class FacetedFilterSet(django_filters.FilterSet):
    """A FilterSet that counts. Subclasses give `facets_spec` and `default_order`."""

    facets_spec: dict[str, FacetSpec] = {}
    default_order: tuple = ("pk",)
    search_field = "search_name"
    most_counted: int | None = None  # above so many rows, only the first ones are counted, and it is said
    total: int | None = None  # known once counted
    total_capped = False  # more than `total`
    counted_at: datetime | None = None  # when what is shown was counted, if the data changed since

    @property
    def criteria(self) -> dict[str, Any]:
        """What was asked, cleaned, without what is empty."""
        if not self.is_bound:
            return {}
        self.errors  # noqa: B018 - runs the validation
        return {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "", [])}

    @property
    def kept(self) -> list[tuple[str, Any]]:
        """(name, value) of what was asked by a link and no choice of the panel shows: other filters come on top of it."""
        beside = {name: value for name, value in self.criteria.items() if name not in (*self.facets_spec, "q")}
        return [
            (name, one) for name, value in beside.items() for one in (value if isinstance(value, list) else [value])
        ]

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

    @property
    def order(self) -> str:
        """The named order in force; «» where the nearest to what was typed comes first."""
        criteria = self.criteria
        if "sort" in criteria or "q" in criteria:
            return criteria.get("sort", "")
        orders = self.filters["sort"].orders
        return next((name for name, (_label, order) in orders.items() if order == self.default_order), "")

    def page(self, start: int, size: int) -> QuerySet:
        """The rows of a page. Of large tables the keys are found first: an index that covers the criteria gives them alone."""
        rows = self.rows()
        if self.most_counted is None:
            return rows[start : start + size]
        # By nearness, the order is a column of the rows; else the criteria need not be asked again.
        found = rows if "q" in self.criteria else self.queryset.order_by(*rows.query.order_by)
        return found.filter(pk__in=rows.values("pk")[start : start + size])

    def _without(self, name: str) -> QuerySet:
        """Rows that meet all the criteria but `name`."""
        rows = self.queryset.order_by()
        for other, value in self.criteria.items():
            if other not in (name, "sort"):
                rows = self.filters[other].filter(rows, value)
        return rows.order_by()

    def _count(self, most: int | None = None) -> list[tuple[str, str, int]]:
        """(facet, value, count) for every facet, and totals under the value «»: one statement.

        Each question is asked once: that of all the criteria for the total and the facets left alone, and for each facet
        with a choice that of the others. `most`: no more than one row beyond so many is read. The total is that of the facet
        «»; a facet with a choice has its own.
        """
        asked = {name: name if name in self.criteria else "" for name in self.facets_spec}
        bases, parameters, parts = [], [], []
        for rank, left_out in enumerate(dict.fromkeys(["", *asked.values()])):
            names = [name for name, without in asked.items() if without == left_out]
            try:
                statement, given = self._values(left_out, names, most)
            except EmptyResultSet:  # Django knows without asking: a criterion names nobody
                continue
            bases.append(f"base_{rank} AS MATERIALIZED ({statement})")
            parameters += given
            parts.append(f"SELECT '{left_out}', '', count(*) FROM base_{rank}")
            for name in names:
                source = f"base_{rank}, unnest(v_{name}) AS value" if self._is_list(name) else f"base_{rank}"
                value = "value" if self._is_list(name) else f"v_{name}"
                parts.append(f"SELECT '{name}', {value}::text, count(*) FROM {source} GROUP BY 2")
        if not bases:
            return []
        with connections[self.queryset.db].cursor() as cursor:
            cursor.execute(f"WITH {', '.join(bases)} {' UNION ALL '.join(parts)}", parameters)
            return [row for row in cursor.fetchall() if row[1] is not None]

    def _values(self, left_out: str, names: Iterable[str], most: int | None) -> tuple[str, tuple]:
        """Statement of the columns that facets count, among the rows that meet all the criteria but one."""
        columns = {f"v_{name}": self.facets_spec[name].expression for name in names}
        for column, expression in columns.items():
            if isinstance(expression, Unnest):
                columns[column] = expression.source_expressions[0]
        rows = self._without(left_out).annotate(**columns, v=Value(1)).values_list(*columns, "v")
        return (rows if most is None else rows[: most + 1]).query.sql_with_params()

    def _is_list(self, name: str) -> bool:
        return isinstance(self.facets_spec[name].expression, Unnest)

    def counts(self, version: str = "") -> tuple[int, list[Facet]]:
        """Total and facets, kept by data version: the same question on the same data is counted once.

        Where `most_counted` says so, large numbers are «more than», unless the clock's task counted them to the end before
        (`count_ahead`); `counted_at` says when, if the data changed since.
        """
        version = version or DataChange.objects.version()
        asked = {name: value for name, value in self.criteria.items() if name != "sort"}
        most = self.most_counted
        key = f"counts:{type(self).__name__}:{version}:{digest_of(self.queryset, sorted(asked.items()))}:{most}"
        counted = cache.get(key)
        if counted is None:
            counted = self._count(most)
            cache.set(key, counted, 3600)
        capped = {facet for facet, value, n in counted if most and value == "" and n == most + 1}
        total = next((n for facet, value, n in counted if (facet, value) == ("", "")), 0)
        self.total, self.total_capped = (most, True) if "" in capped else (total, False)
        counted = [(facet, value, min(n, most or n)) for facet, value, n in counted]
        if (capped and not asked) or (len(asked) == 1 and next(iter(asked)) in capped):
            counted, capped = self._from_ahead(counted, capped, asked, version)
        return self.total, self._facets(counted, capped)

    def _from_ahead(
        self, counted: list[tuple[str, str, int]], capped: set[str], asked: dict[str, Any], version: str
    ) -> tuple[list[tuple[str, str, int]], set[str]]:
        """With what was counted to the end beforehand: of everything, and of the one facet with a choice, whose numbers are
        those of everything.
        """
        kept = Kept.objects.latest_of(self._name_ahead())
        if kept is None:
            return counted, capped
        everything = [tuple(row) for row in json.loads(kept.content)]
        self.counted_at = kept.at if kept.version != version else None
        if not asked:
            self.total, self.total_capped = next(n for facet, value, n in everything if facet == value == ""), False
            return everything, set()
        ((alone, chosen),) = asked.items()
        own = {value: n for facet, value, n in everything if facet == alone}
        if "" in capped and len(chosen) == 1:
            self.total, self.total_capped = own.get(str(chosen[0]), 0), False
        return [row for row in counted if row[0] != alone] + [(alone, *one) for one in own.items()], capped - {alone}

    def count_ahead(self, version: str) -> bool:
        """Count everything to the end, for `counts`, where the rows are many. Returns whether it did."""
        if self.counts(version)[0] < (self.most_counted or math.inf):
            return False
        return Kept.objects.renew(self._name_ahead(), version, lambda: json.dumps(self._count()).encode())

    def _name_ahead(self) -> str:
        return f"counts:{type(self).__name__}:{digest_of(self.queryset, [], dated=False)}"

    def _facets(self, counted: list[tuple[str, str, int]], capped: set[str]) -> list[Facet]:
        return [
            replace(self._facet(name, spec, counted), capped=(name if name in self.criteria else "") in capped)
            for name, spec in self.facets_spec.items()
        ]

    def _facet(self, name: str, spec: FacetSpec, counted: list[tuple[str, str, int]]) -> Facet:
        selected = {str(value) for value in self.criteria.get(name, [])}
        numbers = {value: n for facet, value, n in counted if facet == name}
        if len(selected) == 1 and self.total:  # the rows that bear the only choice are the rows that are listed
            numbers |= dict.fromkeys(selected, self.total)
        choices = [
            Choice(value, str(label), numbers.get(value, 0), value in selected)
            for value, label in spec.labels().items()
            if value in numbers or value in selected
        ]
        if spec.by_count:
            choices.sort(key=lambda choice: (-choice.count, choice.label))
        return Facet(name, str(self.filters[name].label), choices)
