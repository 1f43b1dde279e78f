"""Search criteria: one FilterSet per list, shared by the page, the map, the exports and the API.

A FilterSet also counts its facets: one SQL statement gives every choice with the number of rows it would leave, each
facet counted with all the *other* criteria applied, and the total.
"""

from .base import (
    ActivityFilter,
    ArrayCodesFilter,
    Choice,
    ChoicesFilter,
    CodesFilter,
    DepartmentFilter,
    Facet,
    FacetedFilterSet,
    FacetSpec,
    NameFilter,
    SearchFilter,
    SortFilter,
    Unnest,
    digest_of,
    forget_labels,
    labels,
)
from .ground import CollectivityFilterSet, CountryFilterSet, ForeignAuthorityFilterSet, PopulationFilter, ThemeFilterSet

__all__ = [
    "ActivityFilter",
    "ArrayCodesFilter",
    "Choice",
    "ChoicesFilter",
    "CodesFilter",
    "CollectivityFilterSet",
    "CountryFilterSet",
    "DepartmentFilter",
    "Facet",
    "FacetSpec",
    "FacetedFilterSet",
    "ForeignAuthorityFilterSet",
    "NameFilter",
    "PopulationFilter",
    "SearchFilter",
    "SortFilter",
    "ThemeFilterSet",
    "Unnest",
    "digest_of",
    "forget_labels",
    "labels",
]
