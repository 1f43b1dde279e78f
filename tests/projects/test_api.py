"""Partnerships in the public API."""

import csv
import io
import json

import pytest

from projects.filters import PartnershipFilterSet
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    RegionFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import PartnershipFactory

pytestmark = pytest.mark.django_db
PARTNERSHIPS = "/api/v1/partnerships/"


@pytest.fixture
def brest_and_kiel():
    """A twinning of Brest with Kiel, among others."""
    brest = CollectivityFactory(name="Brest", region=RegionFactory(code="53", name="Bretagne"), slug="brest")
    kiel = ForeignAuthorityFactory(name_fr="Kiel", slug="kiel", country=CountryFactory(iso2="DE"))
    twinning = PartnershipFactory(french=brest, foreign=kiel)
    PartnershipFactory.create_batch(2)
    ThemeFactory()
    return twinning


def uuids(response) -> list[str]:
    return [row["uuid"] for row in response.json()["results"]]


@pytest.mark.parametrize(
    "criteria",
    [{"region": "53"}, {"country": "DE"}, {"collectivity": "brest"}, {"partner": "kiel"}, {"q": "kiel brest"}],
)
def test_criteria_are_those_of_the_page(client, brest_and_kiel, criteria):
    assert uuids(client.get(PARTNERSHIPS, criteria)) == [str(brest_and_kiel.uuid)]


def test_page_cursor_csv_and_geojson_hold_the_same_rows(client, brest_and_kiel):
    expected = {str(row.uuid) for row in PartnershipFilterSet({"kind": ["twinning"]}).rows()}
    asked = {"kind": "twinning"}
    assert set(uuids(client.get(PARTNERSHIPS, asked))) == expected
    assert set(uuids(client.get(PARTNERSHIPS, {**asked, "cursor": ""}))) == expected
    text = client.get(PARTNERSHIPS, {**asked, "format": "csv"}).getvalue().decode("utf-8-sig")
    assert {row["identifiant"] for row in csv.DictReader(io.StringIO(text))} == expected
    features = json.loads(client.get(PARTNERSHIPS, {**asked, "format": "geojson"}).getvalue())["features"]
    assert {feature["properties"]["identifiant"] for feature in features} == expected
    assert {feature["geometry"]["type"] for feature in features} == {"LineString"}


def test_both_parties_are_named_and_linked(client, brest_and_kiel):
    theme = ThemeFactory(code="mer")
    brest_and_kiel.themes.add(theme)
    record = client.get(f"{PARTNERSHIPS}{brest_and_kiel.uuid}/").json()
    french, foreign = sorted(record["parties"], key=lambda party: party["collectivity"] is None)
    assert client.get(french["collectivity"]["url"]).json()["name"] == "Brest"
    assert client.get(foreign["foreign_authority"]["url"]).json()["country"]["iso2"] == "DE"
    assert [french["foreign_authority"], foreign["collectivity"]] == [None, None]
    assert client.get(record["themes"][0]["url"]).json()["code"] == "mer"
    row = client.get(PARTNERSHIPS, {"partner": "kiel"}).json()["results"][0]
    assert record.items() >= row.items()


@pytest.mark.parametrize("login", [False, True])
def test_a_draft_is_nobodys_business(client, login):
    """Not even staff's, through this door: the API answers everyone alike."""
    draft = PartnershipFactory(draft=True)
    if login:
        client.force_login(UserFactory(superuser=True))
    assert client.get(PARTNERSHIPS).json()["count"] == 0
    assert client.get(PARTNERSHIPS, {"cursor": ""}).json()["results"] == []
    assert client.get(f"{PARTNERSHIPS}{draft.uuid}/").status_code == 404
    assert str(draft.uuid) not in client.get(PARTNERSHIPS, {"format": "csv"}).getvalue().decode()
    assert str(draft.uuid) not in client.get(PARTNERSHIPS, {"format": "geojson"}).getvalue().decode()


@pytest.mark.parametrize("asked", [{}, {"facets": "true"}, {"cursor": ""}, {"region": "53"}])
def test_a_list_costs_four_queries_however_many_parties(client, asked, brest_and_kiel, django_assert_max_num_queries):
    client.get(PARTNERSHIPS, asked)  # labels of codes are kept by process
    PartnershipFactory()
    with django_assert_max_num_queries(4) as few:
        assert client.get(PARTNERSHIPS, asked).json()["results"]
    PartnershipFactory.create_batch(10)
    with django_assert_max_num_queries(4) as many:
        assert client.get(PARTNERSHIPS, asked).json()["results"]
    assert len(few) == len(many)
    record = f"{PARTNERSHIPS}{brest_and_kiel.uuid}/"
    with django_assert_max_num_queries(2):
        assert client.get(record).status_code == 200


@pytest.mark.parametrize("name", ["signed_from", "signed_to"])
@pytest.mark.parametrize("value", ["abc", "NaN", "1e400", "99999", "-5"])
def test_a_wrong_year_is_named(client, name, value):
    response = client.get(PARTNERSHIPS, {name: value})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [name]
