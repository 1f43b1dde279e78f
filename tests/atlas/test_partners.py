"""Foreign authorities found or made from places of the gazetteer."""

import pytest

from atlas.models import AuthorityLevel, ForeignAuthority, ForeignPlace, ForeignRegion, PositionPrecision
from atlas.services import partners
from tests.factories.atlas import CountryFactory, ForeignAuthorityFactory

pytestmark = pytest.mark.django_db


def place(pk: int, name: str = "Frankfurt", region: str = "", **fields) -> ForeignPlace:
    country = CountryFactory(iso2="DE")
    if region:
        fields["region"], _ = ForeignRegion.objects.get_or_create(
            code=f"DE.{region}", defaults={"country": country, "name": region}
        )
    return ForeignPlace.objects.create(
        geonames_id=pk, name=name, country=country, longitude=8.7, latitude=50.1, population=700_000, **fields
    )


def test_an_authority_is_made_once_with_what_the_gazetteer_knows():
    place(1, region="Hesse")
    found = partners.authorities_of_places([1, 1])
    made = ForeignAuthority.objects.get()
    assert found == {1: made.pk} == partners.authorities_of_places([1])
    assert (made.name, made.slug, made.region.name) == ("Frankfurt", "frankfurt-de", "Hesse")
    assert (made.level, made.position_precision) == (AuthorityLevel.LOCAL, PositionPrecision.EXACT)
    assert (made.population, made.longitude, made.is_demo) == (700_000, 8.7, False)


def test_the_authority_on_record_is_taken_even_by_what_it_was_merged_into():
    place(1)
    standing = ForeignAuthorityFactory(name_fr="Francfort-sur-le-Main", country=CountryFactory(iso2="DE"))
    between = ForeignAuthorityFactory(merged_into=standing)
    ForeignAuthorityFactory(place_id=1, merged_into=between)
    assert partners.authorities_of_places([1]) == {1: standing.pk}
    on_place = ForeignAuthorityFactory(place_id=1)
    assert partners.authorities_of_places([1]) == {1: on_place.pk}


def test_homonyms_get_addresses_of_their_own():
    for pk, region in enumerate(["Hesse", "Brandebourg", "Hesse", "Hesse"], start=1):
        place(pk, region=region)
    partners.authorities_of_places([1])
    partners.authorities_of_places([2, 3, 4])
    assert set(ForeignAuthority.objects.values_list("slug", flat=True)) == {
        "frankfurt-de",
        "frankfurt-brandebourg-de",
        "frankfurt-hesse-de",
        "frankfurt-hesse-de-2",
    }


def test_a_place_out_of_the_gazetteer_is_refused():
    with pytest.raises(KeyError):
        partners.authorities_of_places([404])
    assert not ForeignAuthority.objects.exists()


def test_many_places_cost_what_few_cost(django_assert_num_queries):
    for pk in range(1, 41):
        place(pk, name=f"Ville {pk}")
    with django_assert_num_queries(11):
        partners.authorities_of_places([1, 2])
    with django_assert_num_queries(11):
        partners.authorities_of_places(range(3, 41))
