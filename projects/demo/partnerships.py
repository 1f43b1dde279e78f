"""Partnerships of the demonstration: twinnings, agreements, networks."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from atlas.demo import part
from atlas.models import Theme
from atlas.services.partners import authorities_of_places
from projects.demo import world
from projects.demo.world import TODAY, Abroad, Actor, Town, World
from projects.models import DatePrecision, Origin, Partnership, PartnershipKind, PartnershipStatus
from projects.services import NewPartnership, create_partnerships

SOURCE = "Données de démonstration"
NOTE = "Partenariat fictif entre des collectivités réelles, créé pour la démonstration de l’atlas."

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
    invented = list(Inventor(World(world.TARGETS)).links())
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
    if rows:
        create_partnerships(rows, actor=None, origin=Origin.DEMO)
    return f"{len(rows)} créés, {len(invented) - len(rows)} déjà là"


class Inventor:
    """Draws links by fixed chance. Until they are written, `foreign` holds GeoNames identifiers."""

    def __init__(self, cast: World) -> None:
        self.cast = cast
        self.random = cast.random
        self.themes = dict(Theme.objects.values_list("code", "pk"))
        self.pairs: set[tuple[int, int]] = set()

    def links(self) -> Iterator[NewPartnership]:
        """All of them: twinnings, then agreements, country by country, then the networks."""
        yield from self._twinnings()
        yield from self._accords()
        for title, codes in NETWORKS.items():
            towns = list(dict.fromkeys(self.cast.draw("communes", 2 + self.random.randrange(3))))
            places = [self.random.choice(self.cast.places[code][-24:]) for code in codes]
            link = self._link(PartnershipKind.NETWORK, towns, places, Abroad(1, (1994, 2024), south=True))
            yield replace(link, title=title)

    def _twinnings(self) -> Iterator[NewPartnership]:
        """Each commune of the cast has one at least; towns of much the same size come together, as they often do."""
        towns = list(self.cast.french["communes"])
        more = self.cast.targets.twinnings - len(towns)
        towns += self.cast.draw("communes", more - more // 14)
        others = [group for group in ("intercommunalites", "departements", "regions") if self.cast.french[group]]
        for n in range(more // 14):
            towns += self.cast.draw(others[n % len(others)], 1)
        self.random.shuffle(towns)
        for code, number in self.cast.twinnings.items():
            french, towns = towns[:number], towns[number:]
            cast = self.cast.places[code]
            places = self.random.sample(cast, number) if number < len(cast) else self._each_once(cast, number)
            places.sort(key=lambda place: (place.population, place.pk))
            french.sort(key=lambda row: ((row.population or 0) * math.exp(self.random.gauss(0, 0.5)), row.pk))
            for authority, place in zip(french, places, strict=True):
                one, other = self._new_pair(authority, place, cast)
                yield self._link(PartnershipKind.TWINNING, [one], [other], self.cast.countries[code])

    def _each_once(self, cast: list[Town], number: int) -> list[Town]:
        """Every town of the cast, then some again, large ones more often."""
        weights = [place.population**0.45 for place in cast]
        return [*cast, *self.random.choices(cast, weights, k=number - len(cast))]

    def _new_pair(self, authority: Actor, place: Town, cast: list[Town]) -> tuple[Actor, Town]:
        """This pair, or near it one that has no link yet."""
        if (authority.pk, place.pk) in self.pairs:
            near = self.cast.near_size(cast, place.population)
            free = [one for one in [*near, *cast] if (authority.pk, one.pk) not in self.pairs]
            while not free:
                authority = self.cast.draw("communes", 1)[0]
                free = [one for one in cast if (authority.pk, one.pk) not in self.pairs]
            place = free[0]
        self.pairs.add((authority.pk, place.pk))
        return authority, place

    def _accords(self) -> Iterator[NewPartnership]:
        """Charters, agreements and cross-border links, by every kind of authority."""
        for code, number in self.cast.accords.items():
            abroad, cast = self.cast.countries[code], self.cast.places[code]
            near = list(self._neighbours(code)) if abroad.border else []
            for _n in range(number):
                kind = self._kind(abroad.south)
                if near and self.random.random() < 0.25:
                    authority, place = self.random.choice(near)
                    kind = PartnershipKind.CROSS_BORDER
                else:
                    groups = [group for group, rows in self.cast.french.items() if rows]
                    weights = {"communes": 52, "intercommunalites": 20, "departements": 15, "regions": 13}
                    group = self.random.choices(groups, [weights[group] for group in groups])[0]
                    authority = self.cast.draw(group, 1)[0]
                    place = self.random.choice(self.cast.near_size(cast, authority.population or 0))
                if (authority.pk, place.pk) not in self.pairs:
                    self.pairs.add((authority.pk, place.pk))
                    yield self._link(kind, [authority], [place], abroad)

    def _neighbours(self, country: str) -> Iterator[tuple[Actor, Town]]:
        """Pairs of towns of the cast less than 25 km apart across the border."""
        cells = self._cells()
        for place in self.cast.places[country]:
            x, y = round(place.longitude * 2), round(place.latitude * 2)
            for cell in [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]:
                yield from ((row, place) for row in cells.get(cell, ()) if kilometres(row, place) < 25)

    @cache  # noqa: B019 — lives as long as the draw
    def _cells(self) -> dict[tuple[int, int], list[Actor]]:
        cells: dict[tuple[int, int], list[Actor]] = {}
        for row in self.cast.french["communes"]:
            cells.setdefault((round(row.longitude * 2), round(row.latitude * 2)), []).append(row)
        return cells

    # --- What, when, on what ------------------------------------------------------------------------------------------

    def _kind(self, south: bool) -> str:
        kinds = [
            PartnershipKind.COOPERATION,
            PartnershipKind.FRIENDSHIP,
            PartnershipKind.TECHNICAL,
            PartnershipKind.ONE_OFF,
        ]
        return self.random.choices(kinds, [60, 12, 16, 12] if south else [25, 45, 15, 15])[0]

    def _link(self, kind: str, french: Iterable[Actor], foreign: Iterable[Town], abroad: Abroad) -> NewPartnership:
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


def kilometres(one: Actor | Town, other: Actor | Town) -> float:
    """Distance over short ranges, on a flat Earth."""
    mean = math.radians((one.latitude + other.latitude) / 2)
    return 111.2 * math.hypot((one.longitude - other.longitude) * math.cos(mean), one.latitude - other.latitude)
