"""The layers that apps register, and the classes of countries."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet

from atlas.filters import FacetedFilterSet
from atlas.models import Collectivity, Department

CLASSES = 4


@dataclass(frozen=True)
class MapTexts:
    """What the page and the script write of a layer, as lazy translations; `{n}` and `{name}` are filled by the script."""

    title: Any  # «Carte des partenariats»
    description: Any
    by_country: Any  # «Partenariats par pays»
    by_region: Any  # «Partenariats par région française»
    by_department: Any  # «Partenariats par département»
    column: Any  # «Partenariats»
    foreign: Any  # «Partenaires étrangers»
    foreign_one: Any  # «Partenaire étranger»
    foreign_group: Any  # «{n} partenaires étrangers groupés ici : rapprocher»
    french_link: tuple[
        Any, Any
    ]  # what a French authority is joined to, one and several: «{n} partenaire», «{n} partenaires»
    foreign_link: tuple[Any, Any]
    no_country: Any  # «{name} : aucun partenariat»
    empty: Any  # «Aucun partenariat publié.»
    demo: Any  # «Démonstration : partenariats fictifs.»


@dataclass(frozen=True)
class MapLayer:
    """A family of links that the map can show. The texts are lazy translations, the `*_url_name` names of addresses.

    `french`, `foreign`, `regions` and `countries` name the array columns of `model` that hold the two ends, the codes of French
    régions and the ISO codes; `sheet` is the template of what a chosen point shows, given `rows`.

    Where rows have points of their own besides authorities, `spots` gives those of the rows with some keys, with `shown_name`
    and `place_code`; `foreign` holds their ids as negative numbers. `lines` says that a row without both ends is not on the map;
    else its foreign end is enough, or either one where rows have `one_end`.
    """

    name: str
    label: Any
    counted: Any  # «partenariat,partenariats»
    q_label: Any
    texts: MapTexts
    model: type[Model]
    filterset_class: type[FacetedFilterSet]
    list_url_name: str
    export_url_name: str
    sheet: str
    french: str = "french_ids"
    foreign: str = "foreign_ids"
    regions: str = "region_codes"
    countries: str = "country_codes"
    spots: Callable[[Any], QuerySet] | None = None
    lines: bool = True
    one_end: bool = False

    def count_ground(self, rows: QuerySet, most: int | None = None) -> dict[str, list[tuple[str, int]]]:
        """(code, number of rows) of each of `countries`, `regions` and `departments`, in any order (one query).

        A row of two authorities of one département counts once there, as in the list: rows that join the same ones are counted
        together, then each département once for them. No more rows than `most` are read.
        """
        columns = (self.countries, self.regions, self.french)
        counted: dict[str, list[tuple[str, int]]] = {"countries": [], "regions": [], "departments": []}
        try:
            asked, parameters = rows.order_by().values_list(*columns)[:most].query.sql_with_params()
        except EmptyResultSet:
            return counted
        with connections[rows.db].cursor() as cursor:
            cursor.execute(
                f"WITH asked (countries, regions, ends) AS MATERIALIZED ({asked}) "
                "SELECT 'countries', code::text, count(*) FROM asked, unnest(countries) AS code GROUP BY code UNION ALL "
                "SELECT 'regions', code::text, count(*) FROM asked, unnest(regions) AS code GROUP BY code UNION ALL "
                "SELECT 'departments', department.code, sum(met.n)::int FROM ("
                "SELECT together.rank, c.department_id, together.n FROM ("
                "SELECT ends, count(*) AS n, row_number() OVER () AS rank FROM asked GROUP BY ends) AS together, "
                f"unnest(together.ends) AS id JOIN {Collectivity._meta.db_table} c USING (id) "
                "GROUP BY together.rank, c.department_id, together.n"
                f") AS met JOIN {Department._meta.db_table} department ON department.id = met.department_id "
                "GROUP BY department.code",
                parameters,
            )
            for family, code, n in cursor.fetchall():
                counted[family].append((code, n))
        return counted

    def of_point(self, rows: QuerySet, side: str, pk: int) -> QuerySet:
        """The rows that meet at a point: an authority («french», «foreign»), or one of their own («spot»)."""
        column, key = (self.foreign, -pk) if side == "spot" else (getattr(self, side), pk)
        return rows.filter(**{f"{column}__contains": [key]})


_LAYERS: dict[str, MapLayer] = {}


def register(layer: MapLayer) -> None:
    """Offer a layer on the map. Called by apps in `ready()`, in the order in which layers are shown."""
    if _LAYERS.setdefault(layer.name, layer) != layer:
        raise ValueError(f"Two map layers are called {layer.name!r}.")


def layers() -> list[MapLayer]:
    """The layers on offer, in the order of the applications."""
    return list(_LAYERS.values())


# --- Classes of countries -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A class of the choropleth: its rank from 1, and the numbers it holds. `to` is None for the last one."""

    rank: int
    start: int
    to: int | None


def steps(numbers: Iterable[int]) -> list[Step]:
    """Up to four classes of round bounds that suit the largest number: 1–4, 5–49, 50–299, 300 and more for 2 000."""
    most = max(numbers, default=0)
    if not most:
        return []
    bounds = {1}
    for rank in range(1, CLASSES):
        bounds.add(rank + 1 if most <= CLASSES else _round(most ** (rank / CLASSES)))
    starts = [bound for bound in sorted(bounds) if bound <= most]
    ends = [after - 1 for _start, after in pairwise(starts)]
    return [Step(rank, start, to) for rank, (start, to) in enumerate(zip(starts, [*ends, None], strict=True), 1)]


def _round(number: float) -> int:
    """The nearest of 2, 3, 5, 10, 20, 30, 50…"""
    power = 10 ** math.floor(math.log10(number))
    return max(2, min((1, 2, 3, 5, 10), key=lambda digit: abs(digit * power - number)) * power)


def class_of(number: int, classes: Sequence[Step]) -> int:
    """Rank of the class that holds `number`; 0 for none."""
    return sum(number >= step.start for step in classes)
