"""Foreign authorities: one at a time, or many found by their GeoNames place, or made, in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from atlas.models import AuthorityLevel, Country, ForeignAuthority, ForeignPlace, ForeignRegion, PositionPrecision
from atlas.names import slugify
from atlas.services.copying import copy_instances


@dataclass(frozen=True)
class NewAuthority:
    """A foreign authority to make. `place_id` is a GeoNames identifier; coordinates are WGS 84 degrees, both or none."""

    name: str
    country_id: int
    place_id: int | None = None
    region_id: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    precision: str = PositionPrecision.NONE
    level: str = AuthorityLevel.UNKNOWN
    population: int | None = None
    aliases: tuple[str, ...] = ()


@transaction.atomic
def authorities_of_places(place_ids: Iterable[int], *, is_demo: bool = False) -> dict[int, int]:
    """The local authority of each GeoNames place, by place: the one on record (or what it was merged into), else a new one.

    Raises:
        KeyError: a place is not in the gazetteer.
    """
    asked = list(dict.fromkeys(place_ids))
    found = _on_record(asked)
    missing = [pk for pk in asked if pk not in found]
    if missing:
        places = ForeignPlace.objects.in_bulk(missing)
        made = make_authorities([authority_of_place(places[pk]) for pk in missing], is_demo=is_demo)
        found.update(zip(missing, made, strict=True))
    return found


def authority_of_place(place: ForeignPlace, aliases: tuple[str, ...] = ()) -> NewAuthority:
    """The local authority that governs a place, as far as the gazetteer tells."""
    return NewAuthority(
        name=place.name,
        country_id=place.country_id,
        place_id=place.pk,
        region_id=place.region_id,
        longitude=place.longitude,
        latitude=place.latitude,
        precision=PositionPrecision.EXACT if place.longitude is not None else PositionPrecision.NONE,
        level=AuthorityLevel.LOCAL,
        population=place.population,
        aliases=aliases,
    )


def _on_record(place_ids: Sequence[int]) -> dict[int, int]:
    """Local authorities that have one of these places. One that stands wins over one that was merged."""
    merged = dict(ForeignAuthority.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into_id"))
    local = ForeignAuthority.objects.filter(place_id__in=place_ids, level=AuthorityLevel.LOCAL).order_by("pk")
    found: dict[int, int] = {}
    for pk, place in local.values_list("pk", "place_id"):
        standing = pk
        while standing in merged:
            standing = merged[standing]
        if place not in found or pk not in merged:
            found[place] = standing
    return found


@transaction.atomic
def make_authorities(rows: Sequence[NewAuthority], *, is_demo: bool = False) -> list[int]:
    """Write new authorities; returns their ids in the same order. Nothing is looked for: see `authorities_of_places`."""
    slugs = _slugs(rows)
    made = copy_instances(
        [
            ForeignAuthority(
                name_local=row.name,
                country_id=row.country_id,
                place_id=row.place_id,
                region_id=row.region_id,
                longitude=row.longitude,
                latitude=row.latitude,
                position_precision=row.precision,
                level=row.level,
                population=row.population,
                aliases=list(row.aliases),
                slug=slug,
                is_demo=is_demo,
            )
            for row, slug in zip(rows, slugs, strict=True)
        ]
    )
    return [authority.pk for authority in made]


def _slugs(rows: Sequence[NewAuthority]) -> list[str]:
    """Public addresses, each free: name and country, then the region where that is taken, then a number."""
    codes = dict(Country.objects.values_list("pk", "iso2"))
    regions = dict(
        ForeignRegion.objects.filter(pk__in={row.region_id for row in rows if row.region_id}).values_list("pk", "name")
    )
    plain = [slugify(row.name, codes[row.country_id])[:200] for row in rows]
    wider = [slugify(row.name, regions.get(row.region_id, ""), codes[row.country_id])[:200] for row in rows]
    # Those in use that could meet ours, the numbered ones included.
    used = ForeignAuthority.objects.filter(Q(slug__in={*plain, *wider}) | Q(slug__regex=r"-\d+$"))
    taken = set(used.values_list("slug", flat=True))
    slugs = []
    for first, second in zip(plain, wider, strict=True):
        number = 2
        slug = first if first not in taken else second
        while slug in taken:
            slug = f"{second}-{number}"
            number += 1
        taken.add(slug)
        slugs.append(slug)
    return slugs


def give_slug(authority: ForeignAuthority) -> None:
    """The address of a new sheet, from its name and country; a namesake's gets a number."""
    stem = slugify(str(authority), authority.country.iso2)
    taken = set(ForeignAuthority.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    authority.slug = next(
        slug for n in range(1, len(taken) + 2) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken
    )
