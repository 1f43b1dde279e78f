"""The cast of the demonstration: which authorities and towns take part, and how many links each country has.

Drawn once for partnerships and projects alike, so that together they reach `TARGETS` exactly: each authority and each town
of the cast is given at least one link.
"""

import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, starmap
from typing import NamedTuple, TypeVar

from django.db.models import Q

from atlas.models import Collectivity, CollectivityKind, Country, ForeignPlace
from projects.figures import KIND_GROUPS

SEED = 2026
TODAY = date(2026, 6, 30)  # of the invented world: nothing was signed later
T = TypeVar("T")


class Town(NamedTuple):
    """What the cast knows of a `ForeignPlace`: a tuple, since 40,000 are looked at to keep 3,000."""

    pk: int
    name: str
    population: int
    longitude: float | None
    latitude: float | None
    country_id: int


class Actor(NamedTuple):
    """What the cast knows of a `Collectivity`."""

    pk: int
    kind: str
    name: str
    insee_code: str
    population: int | None
    longitude: float
    latitude: float
    region_id: int | None
    is_local_authority: bool


@dataclass(frozen=True)
class Targets:
    """Numbers to reach. The shares are in thousandths of the projects."""

    french: int = 4_762
    foreign: int = 3_031
    countries: int = 138
    twinnings: int = 6_700
    accords: int = 900
    projects: int = 4_000


TARGETS = Targets()
THEME_SHARES = {
    "humanitaire-transfrontalier": 140,
    "environnement-climat-energie": 150,
    "culture-patrimoine": 160,
    "economie-durable": 220,
    "education-social-recherche": 260,
    "autres": 70,
}
KIND_SHARES = {"communes": 535, "intercommunalites": 160, "regions": 165, "departements": 140}
INTERCOMMUNAL_CAST = 72  # in hundredths of the projects that they lead


@dataclass(frozen=True)
class Abroad:
    """How French authorities work with one country: how many links, since which years, at war or not."""

    links: int
    years: tuple[int, int]
    south: bool = False
    troubled: bool = False
    border: bool = False


COUNTRIES = {
    "DE": Abroad(160, (1955, 2012), border=True),
    "GB": Abroad(85, (1956, 2005)),
    "IT": Abroad(65, (1957, 2018), border=True),
    "ES": Abroad(50, (1965, 2019), border=True),
    "PL": Abroad(48, (1990, 2019)),
    "BE": Abroad(40, (1955, 2010), border=True),
    "PT": Abroad(36, (1974, 2016)),
    "RO": Abroad(24, (1989, 2014)),
    "CA": Abroad(24, (1962, 2018)),
    "US": Abroad(22, (1955, 2016)),
    "CH": Abroad(16, (1956, 2012), border=True),
    "IE": Abroad(14, (1975, 2008)),
    "CZ": Abroad(13, (1990, 2012)),
    "HU": Abroad(11, (1989, 2012)),
    "GR": Abroad(9, (1975, 2012)),
    "LU": Abroad(5, (1960, 2012), border=True),
    "JP": Abroad(13, (1958, 2017)),
    "CN": Abroad(16, (1981, 2018)),
    "UA": Abroad(12, (1991, 2025), troubled=True),
    "RU": Abroad(9, (1960, 2013), troubled=True),
    "AM": Abroad(12, (1989, 2023), south=True),
    "SN": Abroad(44, (1972, 2025), south=True),
    "ML": Abroad(26, (1975, 2019), south=True, troubled=True),
    "BF": Abroad(24, (1970, 2021), south=True, troubled=True),
    "MG": Abroad(26, (1988, 2025), south=True),
    "MA": Abroad(24, (1975, 2025), south=True),
    "BJ": Abroad(20, (1985, 2025), south=True),
    "TN": Abroad(17, (1971, 2024), south=True),
    "TG": Abroad(12, (1984, 2025), south=True),
    "CM": Abroad(12, (1984, 2024), south=True),
    "NE": Abroad(9, (1980, 2022), south=True, troubled=True),
    "CI": Abroad(12, (1978, 2025), south=True),
    "MR": Abroad(6, (1990, 2025), south=True),
    "GN": Abroad(5, (1990, 2024), south=True),
    "PS": Abroad(14, (1993, 2024), south=True),
    "LB": Abroad(11, (1995, 2025), south=True),
    "DZ": Abroad(8, (1980, 2022), south=True),
    "VN": Abroad(11, (1989, 2025), south=True),
    "KH": Abroad(4, (1993, 2023), south=True),
    "LA": Abroad(4, (1990, 2023), south=True),
    "HT": Abroad(10, (1990, 2021), south=True, troubled=True),
    "BR": Abroad(9, (1982, 2023), south=True),
    "MX": Abroad(5, (1985, 2022), south=True),
    "IN": Abroad(5, (1988, 2024), south=True),
    "CD": Abroad(4, (1988, 2024), south=True),
}
# Each country that the table leaves out: eligible for ODA, or not.
ELSEWHERE = {True: Abroad(4, (1978, 2025), south=True), False: Abroad(8, (1962, 2019))}
LEFT_OUT = {"FR", "KP", "AF", "SY", "BY"}


def allocate(total: int, weights: Mapping[str, float], caps: Mapping[str, int] | None = None) -> dict[str, int]:
    """`total` shared by weight in whole numbers, none above its cap: exact, unless the caps together are lower."""
    given = dict.fromkeys(weights, 0)
    open_keys = dict(weights)
    left = total
    while left and open_keys:
        scale = left / sum(open_keys.values())
        wished = {key: weight * scale for key, weight in open_keys.items()}
        parts = {key: int(number) for key, number in wished.items()}
        for key in sorted(wished, key=lambda key: parts[key] - wished[key])[: left - sum(parts.values())]:
            parts[key] += 1
        for key, number in parts.items():
            room = caps[key] - given[key] if caps else number
            given[key] += min(number, room)
            if number >= room and caps:
                del open_keys[key]
        left = total - sum(given.values())
    return given


class World:
    """Who takes part, and how much."""

    def __init__(self, targets: Targets) -> None:
        self.targets = targets
        self.random = random.Random(SEED)  # noqa: S311 — the same draw each time is the point
        towns = self._towns()
        self.countries = self._countries(towns)
        self.twinnings = allocate(
            targets.twinnings,
            {code: abroad.links * (0.3 if abroad.south else 1) for code, abroad in self.countries.items()},
        )
        self.accords = allocate(
            targets.accords,
            {code: abroad.links * (1 if abroad.south else 0.4) for code, abroad in self.countries.items()},
        )
        self.projects = allocate(
            targets.projects,
            {code: abroad.links * (1 if abroad.south else 0.2) for code, abroad in self.countries.items()},
        )
        self.places = self._cast_abroad(towns)
        self.french = self._cast_in_france()
        self._weights = {
            group: list(accumulate((row.population or 1) ** 0.6 for row in rows)) for group, rows in self.french.items()
        }

    # --- Abroad -------------------------------------------------------------------------------------------------------

    @staticmethod
    def _towns() -> dict[str, list[Town]]:
        """Towns by country, by growing population."""
        codes = dict(Country.objects.filter(is_french_territory=False).values_list("pk", "iso2"))
        rows = ForeignPlace.objects.filter(country__in=codes, population__gte=1_000).order_by("population", "pk")
        found = defaultdict(list)
        for row in starmap(Town, rows.values_list(*Town._fields)):
            found[codes[row.country_id]].append(row)
        return found

    def _countries(self, towns: Mapping[str, Sequence[Town]]) -> dict[str, Abroad]:
        """Those of the table, then those that have most towns."""
        listed = {code: abroad for code, abroad in COUNTRIES.items() if towns.get(code)}
        others = sorted(towns.keys() - listed.keys() - LEFT_OUT, key=lambda code: (-len(towns[code]), code))
        others = others[: self.targets.countries - len(listed)]
        south = set(
            Country.objects.with_dac_category()
            .filter(iso2__in=others, dac_category__isnull=False)
            .values_list("iso2", flat=True)
        )
        return listed | {code: ELSEWHERE[code in south] for code in others}

    def _cast_abroad(self, towns: Mapping[str, Sequence[Town]]) -> dict[str, list[Town]]:
        """Towns that take part: no more in a country than it has links to give them."""
        links = {code: self.twinnings[code] + self.projects[code] for code in self.countries}
        caps = {code: min(len(towns[code]), links[code]) for code in self.countries}
        numbers = allocate(self.targets.foreign, {code: links[code] ** 0.9 for code in self.countries}, caps)
        return {code: self._sample(towns[code], numbers[code]) for code in self.countries}

    # --- In France ----------------------------------------------------------------------------------------------------

    def _cast_in_france(self) -> dict[str, list[Actor]]:
        """Every région and département, most intercommunal bodies that lead projects, then communes up to the target."""
        rows = Collectivity.objects.filter(is_current=True, longitude__isnull=False, zone__in=["metro", "drom"])
        rows = rows.exclude(Q(kind=CollectivityKind.COMMUNE) & (Q(population=None) | Q(population__lt=1_000)))
        groups = {kind: group for group, (_label, kinds) in KIND_GROUPS.items() for kind in kinds}
        found: dict[str, list[Actor]] = {group: [] for group in KIND_GROUPS}
        rows = rows.order_by("population", "kind", "insee_code", "siren")
        for row in starmap(Actor, rows.values_list(*Actor._fields)):
            if row.kind == CollectivityKind.DEPARTEMENT and not row.is_local_authority:
                continue
            found[groups[row.kind]].append(row)
        lead = self.targets.projects * KIND_SHARES["intercommunalites"] * INTERCOMMUNAL_CAST // 100_000
        found["intercommunalites"] = self._sample(found["intercommunalites"], lead)
        others = sum(len(rows) for group, rows in found.items() if group != "communes")
        found["communes"] = self._sample(found["communes"], self.targets.french - others)
        return found

    def _sample(self, rows: Sequence[T], number: int) -> list[T]:
        """That many rows, each once, large ones more often; the order is kept."""
        chance = {index: self.random.random() ** (1 / (row.population or 1) ** 0.6) for index, row in enumerate(rows)}
        kept = sorted(chance, key=lambda index: (-chance[index], index))[:number]
        return [rows[index] for index in sorted(kept)]

    # --- Draws --------------------------------------------------------------------------------------------------------

    def draw(self, group: str, number: int) -> list[Actor]:
        """French authorities of a group, large ones more often; the same one may come again."""
        return self.random.choices(self.french[group], cum_weights=self._weights[group], k=number)

    def near_size(self, rows: Sequence[T], population: float, width: int = 12) -> list[T]:
        """Some of the rows (by growing population) of much the same size."""
        middle = bisect_left(rows, population, key=lambda row: row.population or 0)
        low = max(0, min(middle - width, len(rows) - 2 * width))
        return list(rows[low : low + 2 * width])
