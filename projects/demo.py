"""Partnerships of the demonstration: invented links between real authorities and real towns, the same at each run.

Nothing here is true but the names and places. Each row is marked (`Origin.DEMO`, `ForeignAuthority.is_demo`) and says so.
"""

import math
import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate

from atlas.demo import part
from atlas.models import Collectivity, CollectivityKind, Country, ForeignPlace, Theme
from atlas.services.partners import authorities_of_places
from projects.models import DatePrecision, Origin, Partnership, PartnershipKind, PartnershipStatus
from projects.services import NewPartnership, create_partnerships

SEED = 2026
TODAY = date(2026, 6, 30)  # of the invented world: no link is younger
SOURCE = "Données de démonstration"
NOTE = "Partenariat fictif entre des collectivités réelles, créé pour la démonstration de l’atlas."


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
NETWORKS = {
    "Réseau des villes riveraines": ("PT", "ES", "SN", "MA"),
    "Villes et territoires de l’eau": ("SN", "BJ", "BF", "MG"),
    "Réseau des cités de la céramique": ("IT", "ES", "PT", "DE"),
    "Villes en transition énergétique": ("DE", "PL", "DZ", "TN"),
    "Réseau des ports solidaires": ("CI", "CM", "BR", "VN"),
    "Communes de montagne": ("CH", "IT", "AM", "LB"),
    "Villes universitaires associées": ("CA", "RO", "CZ", "MA"),
    "Réseau des jardins nourriciers": ("TG", "HT", "KH", "IT"),
    "Territoires de mémoire": ("DE", "PL", "GB", "BE"),
    "Réseau des villes du livre": ("GB", "LB", "MX", "ES"),
}
THEMES_SOUTH = [
    "eau-potable",
    "assainissement",
    "dechets",
    "energie",
    "agriculture",
    "securite-alimentaire",
    "education",
    "sante",
    "formation-professionnelle",
    "appui-institutionnel",
    "urbanisme",
    "egalite-femmes-hommes",
    "jeunesse",
    "numerique",
    "developpement-rural",
    "patrimoine",
    "climat",
]
THEMES_NORTH = [
    "jeunesse",
    "francophonie",
    "sport",
    "creation-artistique",
    "patrimoine",
    "tourisme",
    "citoyennete",
    "enseignement-superieur",
    "developpement-economique",
    "lecture-publique",
    "mobilite-durable",
    "climat",
]
THEMES_BORDER = ["cooperation-transfrontaliere", "mobilite-durable", "biodiversite", "prevention-risques", "tourisme"]


@part("Partenariats")
def make_partnerships() -> str:
    """Write those that are not there yet."""
    invented = list(Inventor().links())
    authorities = authorities_of_places({place for link in invented for place in link.foreign}, is_demo=True)
    here = {
        (kind, tuple(french), tuple(foreign))
        for kind, french, foreign in Partnership.objects.filter(origin=Origin.DEMO)
        .order_by("pk")
        .values_list("kind", "french_ids", "foreign_ids")
    }
    rows = []
    for link in invented:
        foreign = tuple(sorted({authorities[place] for place in link.foreign}))
        if (link.kind, tuple(sorted(link.french)), foreign) not in here:
            rows.append(replace(link, foreign=foreign))
    create_partnerships(rows, actor=None, origin=Origin.DEMO)
    return f"{len(rows)} créés, {len(invented) - len(rows)} déjà là"


class Inventor:
    """Draws links by fixed chance. Until they are written, `foreign` holds GeoNames identifiers."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)  # noqa: S311 — the same draw each time is the point
        self.themes = dict(Theme.objects.values_list("code", "pk"))
        self.french = self._french()
        self.weights = {
            kind: list(accumulate(row.population**0.45 for row in rows)) for kind, rows in self.french.items()
        }
        self.places = self._places()
        self.pairs: set[tuple[int, int]] = set()

    def links(self) -> Iterator[NewPartnership]:
        """All of them, country by country, then the networks."""
        for code, abroad in COUNTRIES.items():
            near = list(self._neighbours(code)) if abroad.border else []
            for _n in range(abroad.links):
                if near and self.random.random() < 0.15:
                    commune, place = self.random.choice(near)
                    kind = PartnershipKind.CROSS_BORDER
                else:
                    commune = self._authority(abroad.south)
                    place = self._partner(commune, code)
                    kind = self._kind(abroad.south)
                if (commune.pk, place.pk) not in self.pairs:
                    self.pairs.add((commune.pk, place.pk))
                    yield self._link(kind, [commune], [place], abroad)
        for title, codes in NETWORKS.items():
            towns = self._draw("town", 2 + self.random.randrange(3))
            places = [self._partner(towns[0], code) for code in codes]
            yield replace(
                self._link(PartnershipKind.NETWORK, towns, places, Abroad(1, (1994, 2024), south=True)), title=title
            )

    # --- Who ----------------------------------------------------------------------------------------------------------

    @staticmethod
    def _french() -> dict[str, list[Collectivity]]:
        """Authorities that may have partners, by kind, in an order that no database chooses. "town": large communes."""
        found = defaultdict(list)
        rows = Collectivity.objects.filter(
            is_current=True, population__gte=2_000, longitude__isnull=False, zone__in=["metro", "drom"]
        ).order_by("kind", "insee_code", "siren")
        for row in rows.only("kind", "name", "population", "longitude", "latitude"):
            found[row.kind].append(row)
        found["town"] = [row for row in found[CollectivityKind.COMMUNE] if row.population > 20_000]
        return found

    @staticmethod
    def _places() -> dict[str, list[ForeignPlace]]:
        """Towns by country, by growing population."""
        codes = dict(Country.objects.filter(iso2__in=COUNTRIES).values_list("pk", "iso2"))
        rows = ForeignPlace.objects.filter(country__in=codes, population__gte=1_000).order_by("population", "pk")
        found = defaultdict(list)
        for row in rows.only("population", "longitude", "latitude", "country_id"):
            found[codes[row.country_id]].append(row)
        return found

    def _draw(self, kind: str, number: int = 1) -> list[Collectivity]:
        """Some authorities, each once; large ones more often."""
        drawn = self.random.choices(self.french[kind], cum_weights=self.weights[kind], k=number)
        return list(dict.fromkeys(drawn))

    def _authority(self, south: bool) -> Collectivity:
        kinds = [
            CollectivityKind.COMMUNE,
            CollectivityKind.COMMUNAUTE_AGGLOMERATION,
            CollectivityKind.METROPOLE,
            CollectivityKind.DEPARTEMENT,
            CollectivityKind.REGION,
        ]
        kind = self.random.choices(kinds, [58, 10, 8, 14, 10] if south else [90, 2, 2, 4, 2])[0]
        return self._draw(kind)[0]

    def _partner(self, authority: Collectivity, country: str) -> ForeignPlace:
        """A town of much the same size, as partners often are; a larger authority takes one of the largest."""
        places = self.places[country]
        wished = authority.population * math.exp(self.random.gauss(0, 0.5))
        middle = bisect_left(places, wished, key=lambda place: place.population)
        low = max(0, min(middle - 12, len(places) - 24))
        return self.random.choice(places[low : low + 24])

    def _neighbours(self, country: str) -> Iterator[tuple[Collectivity, ForeignPlace]]:
        """Pairs of towns less than 25 km apart across the border."""
        cells = defaultdict(list)
        for row in self.french[CollectivityKind.COMMUNE]:
            cells[round(row.longitude * 2), round(row.latitude * 2)].append(row)
        for place in self.places[country]:
            x, y = round(place.longitude * 2), round(place.latitude * 2)
            for cell in [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]:
                yield from ((row, place) for row in cells.get(cell, ()) if _kilometres(row, place) < 25)

    # --- What, when, on what ------------------------------------------------------------------------------------------

    def _kind(self, south: bool) -> str:
        kinds = [
            PartnershipKind.TWINNING,
            PartnershipKind.COOPERATION,
            PartnershipKind.FRIENDSHIP,
            PartnershipKind.TECHNICAL,
            PartnershipKind.ONE_OFF,
        ]
        return self.random.choices(kinds, [24, 48, 8, 12, 8] if south else [80, 4, 10, 3, 3])[0]

    def _link(
        self, kind: str, french: Iterable[Collectivity], foreign: Iterable[ForeignPlace], abroad: Abroad
    ) -> NewPartnership:
        first, last = abroad.years
        if kind in (PartnershipKind.TECHNICAL, PartnershipKind.ONE_OFF):
            first = max(first, last - 20)
        begun = date(first, 1, 1) + timedelta(days=self.random.randrange((last - first + 1) * 365))
        signed_on, precision = self._signed(min(begun, TODAY))
        status, ended_on = self._status(kind, begun, abroad.troubled)
        return NewPartnership(
            kind=kind,
            french=tuple(row.pk for row in french),
            foreign=tuple(row.pk for row in foreign),
            signed_on=signed_on,
            signed_precision=precision,
            ended_on=ended_on,
            status=status,
            note=NOTE,
            source=SOURCE,
            themes=self._themes(kind, abroad.south),
        )

    def _signed(self, day: date) -> tuple[date | None, str]:
        """The day as far as it is known: sources often have the year only, and some nothing."""
        precisions = [DatePrecision.DAY, DatePrecision.MONTH, DatePrecision.YEAR, DatePrecision.UNKNOWN]
        precision = self.random.choices(precisions, [34, 10, 46, 10])[0]
        known = {
            DatePrecision.DAY: day,
            DatePrecision.MONTH: day.replace(day=1),
            DatePrecision.YEAR: day.replace(month=1, day=1),
            DatePrecision.UNKNOWN: None,
        }
        return known[precision], precision

    def _status(self, kind: str, begun: date, troubled: bool) -> tuple[str, date | None]:
        """Where the link stands, and the day it ended, when it did and the day is known."""
        statuses = [
            PartnershipStatus.ACTIVE,
            PartnershipStatus.DORMANT,
            PartnershipStatus.SUSPENDED,
            PartnershipStatus.ENDED,
            PartnershipStatus.UNKNOWN,
        ]
        weights = [58, 12, 2, 8, 20]
        if troubled:
            weights = [30, 14, 38, 8, 10]
        if kind in (PartnershipKind.TECHNICAL, PartnershipKind.ONE_OFF):
            weights = [40, 2, 4, 50, 4]
        status = self.random.choices(statuses, weights)[0]
        ended_on = begun + timedelta(days=365 * 2 + self.random.randrange(365 * 20))
        if status != PartnershipStatus.ENDED or self.random.random() < 0.3:
            return status, None
        return (status, ended_on) if ended_on < TODAY else (PartnershipStatus.ACTIVE, None)

    def _themes(self, kind: str, south: bool) -> tuple[int, ...]:
        """None for many twinnings, of which little more than the date is known."""
        if kind == PartnershipKind.TWINNING and not south and self.random.random() < 0.5:
            return ()
        choice = THEMES_SOUTH if south else THEMES_NORTH
        if kind == PartnershipKind.CROSS_BORDER:
            choice = THEMES_BORDER
        return tuple(
            self.themes[code] for code in self.random.sample(choice, self.random.choices([1, 2, 3], [5, 4, 2])[0])
        )


def _kilometres(one: Collectivity | ForeignPlace, other: Collectivity | ForeignPlace) -> float:
    """Distance over short ranges, on a flat Earth."""
    mean = math.radians((one.latitude + other.latitude) / 2)
    return 111.2 * math.hypot((one.longitude - other.longitude) * math.cos(mean), one.latitude - other.latitude)
