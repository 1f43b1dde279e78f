"""Which foreign authority a row names.

A partner is taken for an authority on record, or for a place of the gazetteer, when the names are equal and the point of the
row is near. The gazetteer holds towns only, so that a partner it does not know is nothing strange: it is made from the row.
Without a point, an equal name is enough only where nothing else in the country could be meant.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from atlas.models import AuthorityLevel, ForeignAuthority, ForeignPlace, ForeignRegion
from atlas.names import normalise
from projects.imports.answers import Answer, Candidate, score
from projects.imports.columns import FileRow
from projects.imports.countries import Countries
from projects.imports.sayings import said
from projects.models import NameSide, Problem

PLACE, NEW, REGION = "place", "new", "region"
NEAR = 25.0  # km: a town is wide, and two sources do not put its point in the same square
ON_IT = 3.0  # km: the point is the very one of the place…
APART = 5.0  # km: … and not of another one of the same name, farther than this
SHOWN = 10.0  # km: other names are worth showing within that distance
IN_COUNTRY = 100.0  # km: a point farther than this from every place of its country…
ELSEWHERE = 60.0  # km: … and nearer than this to one of another, lies in the other
_QUALIFIER = re.compile(r"\s*(?:\(([^()]*)\)|,\s*([^,]*))$")
# What may follow a name that is long enough in use: «Frankfurt» on the point of «Frankfurt am Main».
_RIVER = re.compile(r" (?:am|an|im|in|bei|ob|on|upon|under|next|sur|sous|de|di|do|del|della|nad|pod) ")


@dataclass(eq=False, slots=True)
class Spot:
    """Something that a partner can be: an authority on record, a place of the gazetteer, an authority to make."""

    side: str
    id: int
    country: int
    label: str
    latitude: float | None
    longitude: float | None
    names: tuple[str, ...]  # as written; compared by `keys`
    level: str = AuthorityLevel.LOCAL
    place: int | None = None
    size: int = 0
    region: int | None = None
    others: str = ""  # more names, with «|» between
    _keys: frozenset[str] | None = field(default=None, repr=False)

    @property
    def keys(self) -> frozenset[str]:
        if self._keys is None:
            self._keys = frozenset(map(normalise, (*self.names, *self.others.split("|")))) - {""}
        return self._keys

    @property
    def radius(self) -> float:
        """How far a town goes from its point, in km: that of a disc where its people live 4,000 to the square kilometre."""
        return max(ON_IT, math.sqrt(self.size / (math.pi * 4_000)))

    @property
    def own_keys(self) -> set[str]:
        """Its names proper, without those it is also called by."""
        return set(map(normalise, self.names[: 1 if self.side == PLACE else 3])) - {""}


class ForeignNames:
    """Foreign authorities and places, by where they are and what they can be called (four queries).

    Authorities that a file makes are added as it is read (`add`), so that its next lines find them.
    """

    def __init__(self) -> None:
        self.countries = Countries()
        cities = said("city_region")
        self.regions = {
            pk: (country, {normalise(name), normalise(name_fr)} - {""})
            for pk, code, country, name, name_fr in ForeignRegion.objects.values_list(
                "pk", "code", "country_id", "name", "name_fr"
            )
            if normalise(code) not in cities
        }
        self._cells: dict[tuple[int, int], list[Spot]] = defaultdict(list)
        self._nowhere: dict[int, list[Spot]] = defaultdict(list)
        self._by_country: dict[int, list[Spot]] = defaultdict(list)
        self._by_name: dict[int, dict[str, list[Spot]]] = {}
        self.authorities: dict[int, Spot] = {}
        self.standing: dict[int, int] = {}
        self._load_authorities()
        self._load_places()

    def _load_authorities(self) -> None:
        columns = (
            "pk",
            "country_id",
            "name",
            "latitude",
            "longitude",
            "name_local",
            "name_fr",
            "name_en",
            "aliases",
            "level",
            "place_id",
            "population",
            "region_id",
            "merged_into_id",
        )
        merged: dict[int, int] = {}
        heard: dict[int, list[str]] = defaultdict(list)
        for row in ForeignAuthority.objects.order_by("pk").values_list(*columns):
            (
                pk,
                country,
                label,
                latitude,
                longitude,
                local,
                french,
                english,
                aliases,
                level,
                place,
                size,
                region,
                into,
            ) = row
            names = [local, french, english, *aliases]
            if into:
                merged[pk] = into
                heard[pk] = names
                continue
            spot = Spot(
                NameSide.PARTNER, pk, country, label, latitude, longitude, tuple(names), level, place, size or 0, region
            )
            self.authorities[pk] = spot
        for pk in merged:  # a duplicate is called by its names, and means what it was merged into
            target = pk
            while target in merged:
                target = merged[target]
            self.standing[pk] = target
            if spot := self.authorities.get(target):
                spot.names += tuple(heard[pk])
        for spot in self.authorities.values():
            self.add(spot)

    def _load_places(self) -> None:
        governed = {spot.place: spot for spot in self.authorities.values() if spot.level == AuthorityLevel.LOCAL}
        rows = ForeignPlace.objects.order_by("pk").values_list(
            "pk", "name", "country_id", "latitude", "longitude", "alternate_names", "population", "region_id"
        )
        for pk, name, country, latitude, longitude, others, size, region in rows:
            if authority := governed.get(pk):
                authority.names += (name, *others.split("|"))
            else:
                self.add(
                    Spot(
                        PLACE,
                        pk,
                        country,
                        name,
                        latitude,
                        longitude,
                        (name,),
                        place=pk,
                        size=size or 0,
                        region=region,
                        others=others,
                    )
                )

    def add(self, spot: Spot) -> None:
        """Let the next rows find it."""
        self._by_country[spot.country].append(spot)
        for key in spot.keys if spot.country in self._by_name else ():
            self._by_name[spot.country].setdefault(key, []).append(spot)
        if spot.latitude is not None:
            self._cells[_cell(spot.latitude, spot.longitude)].append(spot)
        else:
            self._nowhere[spot.country].append(spot)

    def called(self, country: int, key: str) -> list[Spot]:
        """Everything in the country that bears this normalised name."""
        if country not in self._by_name:
            named: dict[str, list[Spot]] = defaultdict(list)
            for spot in self._by_country[country]:
                for name in spot.keys:
                    named[name].append(spot)
            self._by_name[country] = named
        return self._by_name[country].get(key, [])

    def around(self, latitude: float, longitude: float, radius: float) -> Iterator[tuple[float, Spot]]:
        """What lies within `radius` km, with its distance."""
        south, north = math.floor(latitude - radius / 110), math.floor(latitude + radius / 110)
        widest = max(abs(latitude - radius / 110), abs(latitude + radius / 110))
        reach = radius / (111 * max(0.02, math.cos(math.radians(min(widest, 89)))))
        for row in range(south, north + 1):
            for column in range(math.floor(longitude - reach), math.floor(longitude + reach) + 1):
                for spot in self._cells.get((row, (column + 180) % 360 - 180), ()):
                    # Most of a cell is out of reach: two subtractions say so, before the sines.
                    if abs(spot.latitude - latitude) * 110 > radius:
                        continue
                    if abs((spot.longitude - longitude + 180) % 360 - 180) > reach:
                        continue
                    far = distance(latitude, longitude, spot.latitude, spot.longitude)
                    if far <= radius:
                        yield far, spot

    # --- What a row means -------------------------------------------------------------------------------------------

    def find(self, row: FileRow, country: int, *, regional: bool = False) -> Answer:
        """The partner of the row: `Answer.id` is a `Spot`. `regional`: the French side is a région or a département."""
        keys = set(filter(None, map(normalise, spellings(row))))
        if row.latitude is None:
            return self._without_point(row, country, keys)
        near = sorted(
            ((far, spot) for far, spot in self.around(row.latitude, row.longitude, NEAR) if spot.country == country),
            key=lambda found: (found[0], found[1].side, found[1].id),
        )
        if not near and (elsewhere := self._elsewhere(row, country)):
            return elsewhere
        same = [(far, spot) for far, spot in near if _is_called(spot, keys, far)]
        nowhere = [spot for spot in self._nowhere[country] if spot.keys & keys]
        if regional and (answer := self._regional(row, country, keys, same, near)):
            return answer
        if not same and not nowhere:
            return Answer(None, how=_("nouveau partenaire"))
        if not nowhere and (spot := _the_one(same, keys)):
            return Answer(spot, how=_("nom et lieu"))
        return self._ask(row, country, [*(spot for _far, spot in same), *nowhere], near)

    def _regional(self, row: FileRow, country: int, keys: set[str], same: list, near: list) -> Answer | None:
        """A région or a département may work with a region, wherever the source puts its point, or with its chief town."""
        area = self.region_called(country, keys)
        if not area:
            # The point of a county is in its fields: that of a town of the same name is not it.
            return self._ask(row, country, [same[0][1]], near) if same and same[0][0] > same[0][1].radius else None
        named = dict.fromkeys(spot for key in sorted(keys) for spot in self.called(country, key) if spot.region == area)
        found = list(dict.fromkeys([*(spot for _far, spot in same), *named]))
        if not found:
            return Answer(None, how=REGION)
        if len(found) == 1 and found[0].level == AuthorityLevel.REGIONAL:
            return Answer(found[0], how=_("nom de région"))
        return self._ask(row, country, found, near)

    def _without_point(self, row: FileRow, country: int, keys: set[str]) -> Answer:
        found = list(dict.fromkeys(spot for key in sorted(keys) for spot in self.called(country, key)))
        if len(found) == 1 and found[0].latitude is None:
            return Answer(found[0], how=_("déjà dans l’annuaire"))  # made from a file that had no point either
        if len(found) == 1 and not self._has_longer_namesake(country, keys, found[0]):
            return Answer(found[0], how=_("seul de ce nom dans le pays"))
        if found:
            return self._ask(row, country, found, [])
        return Answer(None, how=_("nouveau partenaire"))

    def _has_longer_namesake(self, country: int, keys: set[str], found: Spot) -> bool:
        """«Frankfurt» may be short for «Frankfurt am Main» or «Frankfurt (Oder)»."""
        return any(
            spot is not found and any(name.startswith(f"{key} ") for name in spot.keys for key in keys)
            for spot in self._by_country[country]
        )

    def region_called(self, country: int, keys: set[str]) -> int | None:
        named = [pk for pk, (of, names) in self.regions.items() if of == country and names & keys]
        return named[0] if len(named) == 1 else None

    def _elsewhere(self, row: FileRow, country: int) -> Answer | None:
        near = list(self.around(row.latitude, row.longitude, IN_COUNTRY))
        if not near or any(spot.country == country for _far, spot in near):
            return None
        far, other = min(near, key=lambda found: found[0])
        if far > ELSEWHERE:
            return None
        reason = _("Le point est près de %(place)s (%(other)s), loin de tout lieu connu de : %(country)s.") % {
            "place": other.label,
            "other": self.countries.by_id[other.country].name_fr,
            "country": self.countries.by_id[country].name_fr,
        }
        keys = {normalise(row.partner)}
        homes = [self._candidate(spot, row, keys) for key in keys for spot in self.called(country, key)]
        candidates = [*homes, self._candidate(other, row, keys), self._new(row, country)]
        return Answer.ask(Problem.POSITION_ELSEWHERE, reason, candidates)

    # --- What is shown to people --------------------------------------------------------------------------------------

    def _ask(self, row: FileRow, country: int, found: list[Spot], near: list[tuple[float, Spot]]) -> Answer:
        keys = set(map(normalise, spellings(row)))
        others = [spot for far, spot in near if far <= SHOWN and spot not in found][:3]
        candidates = [self._candidate(spot, row, keys) for spot in (*found, *others)]
        reason = _("Plusieurs partenaires peuvent porter le nom « %s ».") % row.partner
        if len(found) == 1:
            reason = _("« %s » est peut-être un partenaire déjà connu.") % row.partner
        return Answer.ask(Problem.PARTNER_AMBIGUOUS, reason, [*candidates, self._new(row, country)])

    def _candidate(self, spot: Spot, row: FileRow, keys: set[str]) -> Candidate:
        reasons = [_("déjà dans l’annuaire") if spot.side == NameSide.PARTNER else _("lieu GeoNames")]
        if row.latitude is not None and spot.latitude is not None:
            far = distance(row.latitude, row.longitude, spot.latitude, spot.longitude)
            reasons.append(_("à %d km du point") % round(far))
        fit = max((score(a, b) for a in keys for b in spot.keys), default=0.0)
        label = f"{spot.label} ({self.countries.by_id[spot.country].name_fr})"
        return Candidate(spot.side, spot.id, label, fit, ", ".join(reasons))

    def _new(self, row: FileRow, country: int) -> Candidate:
        label = f"{row.partner} ({self.countries.by_id[country].name_fr})"
        return Candidate(NEW, None, label, 0.0, _("nouveau partenaire, tel que l’écrit le fichier"))


def spellings(row: FileRow) -> list[str]:
    """What the row calls its partner: «Hammond, Indiana» is «Hammond» as well, for the point tells where."""
    names = [row.partner, *row.other_names]
    if row.latitude is not None and (match := _QUALIFIER.search(row.partner)):
        names.append(row.partner[: match.start()])
    return [name for name in names if name.strip()]


def distance(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Kilometres between two points, on a sphere, good to half a percent."""
    north = math.radians(other_latitude - latitude)
    east = math.radians(other_longitude - longitude)
    level = math.cos(math.radians(latitude)) * math.cos(math.radians(other_latitude))
    return 12_742 * math.asin(min(1.0, math.sqrt(math.sin(north / 2) ** 2 + level * math.sin(east / 2) ** 2)))


def _is_called(spot: Spot, keys: set[str], far: float) -> bool:
    """Same name; on the very spot, also the same letters («Karmi’el») or the same name before its river."""
    if spot.keys & keys:
        return True
    if far > ON_IT:
        return False
    glued = {key.replace(" ", "") for key in keys}
    return any(
        key.replace(" ", "") in glued
        or any(key.startswith(asked) and _RIVER.match(key[len(asked) :]) for asked in keys)
        for key in spot.keys
    )


def _the_one(same: list[tuple[float, Spot]], keys: set[str]) -> Spot | None:
    """The one that the row means, of those that are near, nearest first: by its name proper, then by its very point."""
    own = [(far, spot) for far, spot in same if spot.own_keys & keys]
    if len(own) == 1 or len(same) == 1:
        return (own or same)[0][1]
    (nearest, spot), (second, _other) = (own or same)[:2]
    return spot if nearest <= ON_IT and second >= APART else None


def _cell(latitude: float, longitude: float) -> tuple[int, int]:
    return math.floor(latitude), (math.floor(longitude) + 180) % 360 - 180
