"""Criteria of the lists: what they keep, and how their facets count."""

import pytest

from atlas.filters import CollectivityFilterSet, CountryFilterSet, ForeignAuthorityFilterSet, forget_labels, labels
from atlas.models import Collectivity, CollectivityKind
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    CountryStatusFactory,
    ForeignAuthorityFactory,
    RegionFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


def names(filterset) -> list[str]:
    return [str(row) for row in filterset.rows()]


def facet(filterset, name: str) -> dict[str, int]:
    return {choice.value: choice.count for f in filterset.counts()[1] if f.name == name for choice in f.choices}


def test_a_name_is_found_without_its_accents_and_hyphens():
    CollectivityFactory(name="Saint-Étienne")
    CollectivityFactory(name="Rennes")
    for typed in ("saint etienne", "St-Etienne", "ÉTIENNE saint"):
        assert names(CollectivityFilterSet({"q": typed})) == ["Saint-Étienne"]


def test_a_misspelt_name_is_found_only_when_nothing_bears_it():
    CollectivityFactory(name="Saint-Étienne")
    CollectivityFactory(name="Saint-Martin")
    assert names(CollectivityFilterSet({"q": "sant etiene"})) == ["Saint-Étienne"]
    assert names(CollectivityFilterSet({"q": "saint martin"})) == ["Saint-Martin"]


def test_the_nearest_name_comes_first():
    CollectivityFactory(name="Rennes-le-Château", partnership_count=9)
    CollectivityFactory(name="Rennes")
    assert names(CollectivityFilterSet({"q": "rennes"})) == ["Rennes", "Rennes-le-Château"]


def test_a_facet_is_counted_with_the_other_criteria_but_not_its_own():
    bretagne, corse = RegionFactory(code="53", name="Bretagne"), RegionFactory(code="94", name="Corse")
    CollectivityFactory.create_batch(2, region=bretagne)
    CollectivityFactory(region=corse)
    CollectivityFactory(region=corse, kind=CollectivityKind.METROPOLE)
    filterset = CollectivityFilterSet({"region": ["53"], "kind": ["commune"]})
    total, _facets = filterset.counts()
    assert total == 2
    assert facet(filterset, "region") == {"53": 2, "94": 1}
    assert facet(filterset, "kind") == {"commune": 2}


def test_all_facets_and_the_total_cost_one_statement(django_assert_num_queries):
    CollectivityFactory(partner_countries=["SN", "DE"])
    CountryFactory(), CountryFactory(iso2="DE"), ThemeFactory()
    CollectivityFilterSet().counts()
    filterset = CollectivityFilterSet({"population": ["10000-49999"]})
    with django_assert_num_queries(2):  # the data version, and the count itself
        total, _facets = filterset.counts()
    assert total == 1
    assert facet(filterset, "country") == {"SN": 1, "DE": 1}
    with django_assert_num_queries(1):
        assert CollectivityFilterSet({"population": ["10000-49999"]}).counts()[0] == 1


def test_counts_follow_the_data():
    assert CollectivityFilterSet().counts()[0] == 0
    CollectivityFactory()
    assert CollectivityFilterSet().counts()[0] == 1


def test_past_authorities_are_found_on_demand_only():
    CollectivityFactory(name="Arbignieu", former=True)
    CollectivityFactory(name="Arboys-en-Bugey")
    assert names(CollectivityFilterSet({})) == ["Arboys-en-Bugey"]
    assert names(CollectivityFilterSet({"former": "true"})) == ["Arbignieu"]


def test_an_unknown_code_is_an_error_and_filters_nothing():
    CollectivityFactory()
    filterset = CollectivityFilterSet({"region": ["zz"]})
    assert "region" in filterset.errors
    assert filterset.rows().count() == 1


@pytest.mark.parametrize("typed", ["%", "_", "'", '"', "\\", "((", "*", "œ", "漢字", "a" * 99])
def test_odd_characters_break_nothing(typed):
    CollectivityFactory(name="L’Haÿ-les-Roses")
    list(CollectivityFilterSet({"q": typed}).rows())


def test_countries_are_told_apart_by_their_place_on_the_dac_list():
    CountryStatusFactory()
    CountryFactory(iso2="DE")
    assert names(CountryFilterSet({"status": ["LDC"]})) == ["Sénégal"]
    assert facet(CountryFilterSet(), "status") == {"LDC": 1}


def test_partners_are_filtered_by_country():
    ForeignAuthorityFactory(name_fr="Thiès")
    ForeignAuthorityFactory(name_fr="Cologne", name_local="Köln", country=CountryFactory(iso2="DE"))
    assert names(ForeignAuthorityFilterSet({"country": ["DE"]})) == ["Cologne"]
    assert names(ForeignAuthorityFilterSet({"q": "koln"})) == ["Cologne"]


@pytest.mark.parametrize("sort", ["name", "-population", "-partnerships", None])
def test_every_order_is_total(sort):
    CollectivityFactory.create_batch(3, name="Villeneuve", population=None)
    data = {"sort": sort} if sort else {}
    rows = CollectivityFilterSet(data).rows()
    assert rows.query.order_by[-1] in ("pk", "-pk")
    assert set(rows) == set(Collectivity.objects.all())


def test_themes_are_listed_by_group_each_followed_by_its_own():
    second, first = (ThemeFactory(parent=None, position=position) for position in (2, 1))
    below = [ThemeFactory(parent=parent, position=position) for parent in (second, first) for position in (2, 1)]
    forget_labels()
    assert list(labels("theme")) == [
        one.code for one in (first, below[3], below[2], second, below[1], below[0])
    ]  # fmt: skip
