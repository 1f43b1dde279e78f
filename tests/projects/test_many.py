"""Beyond what is counted and drawn row by row: numbers are right, or say that they are «more than»; the map gathers its points."""

import json

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from atlas.maps import answers as maps
from atlas.models import CollectivityKind, Kept
from atlas.tasks import keep_counts
from projects import services
from projects.filters import ProjectFilterSet
from projects.models import Project, ProjectPlace
from tests.factories.atlas import CountryFactory, ForeignAuthorityFactory, RegionFactory, ThemeFactory, UserFactory
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(monkeypatch):
    """Twelve projects where five are many: nine in Sénégal, three in Germany."""
    monkeypatch.setattr(ProjectFilterSet, "most_counted", 5)
    monkeypatch.setattr(maps, "GRID_ABOVE", 5)
    senegal, germany, _nobody = CountryFactory(), CountryFactory(iso2="DE"), CountryFactory(iso2="BR")
    thies = ForeignAuthorityFactory(name_fr="Thiès", country=senegal, longitude=-16.93, latitude=14.79)
    region, theme = RegionFactory(code="53"), ThemeFactory(code="eau")
    for number in range(12):
        foreign = thies if number % 4 else ForeignAuthorityFactory(country=germany, longitude=10.5, latitude=50.5)
        ProjectFactory(
            foreign=foreign, french__region=region, theme=theme, starts_on=f"20{10 + number}-01-01", digest=False
        )
    services.refresh_project_digest()
    services.refresh_activity()


def listed(client, **query):
    return client.get(reverse("projects:project_list"), query)


def numbers(response, name: str) -> dict[str, int]:
    facet = next(one for one in response.context["facets"] if one.name == name)
    return {choice.value: choice.count for choice in facet.choices}


def test_a_large_number_says_that_it_is_more_than_what_was_counted(client, many):
    page = listed(client)
    assert (page.context["page"].total, page.context["page"].total_capped) == (5, True)
    content = page.content.decode()
    assert "plus de 5 projets" in content.replace("\xa0", " ").replace("</", " </")
    assert 'atlas-count">plus de ' in content
    assert sum(numbers(page, "country").values()) <= 6
    assert numbers(page, "region") == {"53": 5}, "more than five, of which no more was counted"


def test_a_small_number_is_exact_beside_large_ones(client, many):
    page = listed(client, country="DE")
    assert (page.context["page"].total, page.context["page"].total_capped) == (3, False)
    facets = {facet.name: facet for facet in page.context["facets"]}
    assert facets["country"].capped, "the other countries were not counted to the end"
    assert not facets["region"].capped
    assert numbers(page, "region") == {"53": 3}


def test_what_was_counted_to_the_end_beforehand_is_shown_exactly(client, many):
    keep_counts()
    with CaptureQueriesContext(connection) as sent:
        page = listed(client)
    assert not any("base_0" in query["sql"] for query in sent.captured_queries)
    assert (page.context["page"].total, page.context["page"].total_capped) == (12, False)
    assert numbers(page, "country") == {"SN": 9, "DE": 3}
    assert "plus de" not in page.content.decode()
    assert page.context["filterset"].counted_at is None
    ProjectFactory()
    page = listed(client)
    assert (page.context["page"].total, page.context["page"].total_capped) == (12, False)
    assert "Compté le" in page.content.decode(), "numbers of before say when they were counted"
    Kept.objects.update(seconds=60)
    keep_counts()
    assert listed(client).context["page"].total == 12, "what takes a minute is not done each minute"
    Kept.objects.update(seconds=0)
    keep_counts()
    page = listed(client)
    assert (page.context["page"].total, "Compté le" in page.content.decode()) == (13, False)


def test_a_choice_alone_is_as_exact_as_everything_is(client, many):
    page = listed(client, country="SN")
    assert (page.context["page"].total, page.context["page"].total_capped) == (5, True)
    assert numbers(page, "country")["SN"] == 5, "never less than what is listed"
    keep_counts()
    page = listed(client, country="SN", sort="title")
    assert (page.context["page"].total, page.context["page"].total_capped) == (9, False)
    assert numbers(page, "country") == {"SN": 9, "DE": 3}
    facets = {facet.name: facet.capped for facet in page.context["facets"]}
    assert (facets["country"], facets["region"]) == (False, True)
    page = listed(client, country=["SN", "DE"])
    assert page.context["page"].total_capped
    assert numbers(page, "country") == {"SN": 9, "DE": 3}
    assert (listed(client, country="DE").context["page"].total, listed(client, country="BR").context["page"].total) == (
        3,
        0,
    )


def test_what_was_counted_for_visitors_says_nothing_of_drafts(client, many):
    ProjectFactory(draft=True)
    keep_counts()
    officer = Client()
    officer.force_login(UserFactory(staff=True))
    assert (listed(client).context["page"].total, listed(officer).context["page"].total_capped) == (12, True)


def test_the_facets_of_the_api_are_bounded_as_those_of_the_page_and_say_it(client, many):
    address = reverse("api:project-list")
    answer = client.get(address, {"facets": "true"}).json()
    assert answer["count"] == client.get(address).json()["count"] == 12
    assert set(answer["facets_at_least"]) == {"theme", "country", "region", "kind", "status", "sdg"}
    assert sum(one["count"] for one in answer["facets"]["country"]) == 6
    narrowed = client.get(address, {"facets": "true", "country": "DE"}).json()
    assert narrowed["facets_at_least"] == ["country"]
    keep_counts()
    answer = client.get(address, {"facets": "true"}).json()
    assert (answer["facets_at_least"], answer["facets_counted_at"]) == ([], None)
    assert {one["value"]: one["count"] for one in answer["facets"]["country"]} == {"SN": 9, "DE": 3}
    ProjectFactory()
    assert client.get(address, {"facets": "true"}).json()["facets_counted_at"] is not None


def test_one_scan_serves_the_total_and_all_facets(many):
    filterset = ProjectFilterSet({"theme": ["eau"], "country": ["SN"]})
    with CaptureQueriesContext(connection) as sent:
        assert ("", "", 9) in filterset._count()
    (statement,) = [query["sql"] for query in sent.captured_queries if "base_0" in query["sql"]]
    assert statement.count("AS MATERIALIZED") == 3, "all criteria, all but the country, all but the theme"


def test_a_page_is_found_by_an_index_alone(many):
    """Whatever the order; the largest record that can be fits in that index."""
    codes = {
        "country_codes": [f"{chr(65 + n % 26)}{chr(65 + n // 26)}" for n in range(250)],
        "theme_codes": [f"theme-{n * 7919 % 1000}-{n * 104729 % 1000}-eau-potable" for n in range(100)],
        "region_codes": [str(n) for n in range(30)],
        "sdg_numbers": list(range(1, 18)),
        "lead_kinds": [kind.value for kind in CollectivityKind],
    }
    largest = ProjectFactory(starts_on="2040-01-01", ends_on=None)
    Project.objects.filter(pk=largest.pk).update(**codes)
    for query in ({}, {"sort": "title"}, {"q": "adduction"}, {"theme": ["eau"], "status": ["4"]}):
        filterset = ProjectFilterSet(query)
        expected = [project.pk for project in filterset.rows()]
        assert [project.pk for project in filterset.page(2, 3)] == expected[2:5], query
    assert next(iter(ProjectFilterSet({}).page(0, 1))) == largest


# --- The map --------------------------------------------------------------------------------------------------------------


def test_many_points_are_gathered_in_cells_that_say_how_many(client, many):
    ProjectPlace.objects.create(
        project=ProjectFactory(foreign__longitude=10.5, foreign__latitude=50.5),
        name="Puits",
        longitude=-16.5,
        latitude=14.2,
    )
    services.refresh_project_digest()
    payload = client.get(reverse("map_points", args=["projets", "points"])).json()
    assert payload["grid"] is True
    assert payload["total"] == 13
    assert payload["foreign"]["n"] == [2, 3], "Thiès and the well in one cell, three towns in another"
    assert sum(payload["french"]["n"]) == 13
    first = [payload["foreign"][axis][0] / payload["scale"] for axis in "xy"]
    assert first == pytest.approx([-16.715, 14.495], abs=0.002)
    names = client.get(reverse("map_points", args=["projets", "noms"])).json()
    assert names["version"] == payload["version"]


def test_few_points_are_shown_one_by_one_on_the_same_data(client, many):
    payload = client.get(reverse("map_points", args=["projets", "points"]), {"country": "DE"}).json()
    assert "grid" not in payload
    assert len(payload["foreign"]["id"]) == 3


def test_nobody_asked_for_gives_an_empty_map(client, many, monkeypatch):
    monkeypatch.setattr(maps, "GRID_ABOVE", -1)
    payload = client.get(reverse("map_points", args=["projets", "points"]), {"partner": "nowhere"}).json()
    assert (payload["total"], payload["foreign"]["n"]) == (0, [])


def test_the_map_and_its_tables_are_drawn_before_anybody_asks(client, many):
    keep_counts()
    with CaptureQueriesContext(connection) as sent:
        page = client.get(reverse("map_layer", args=["projets"]))
        client.get(reverse("map_points", args=["projets", "points"]))
    assert not any("unnest" in query["sql"] for query in sent.captured_queries)
    assert json.dumps({one["code"]: one["number"] for one in page.context["countries"]}) == '{"SN": 9, "DE": 3}'
    cache.clear()
    assert client.get(reverse("map_layer", args=["projets"])).context["countries"] == page.context["countries"]


def test_a_map_of_too_many_rows_is_the_one_that_was_drawn_before_and_says_when(client, many, monkeypatch):
    monkeypatch.setattr(maps, "READ_AT_MOST", 5)
    monkeypatch.setattr(maps, "GRID_ABOVE", 4)
    address, points = reverse("map_layer", args=["projets"]), reverse("map_points", args=["projets", "points"])
    page = client.get(address)
    assert page.context["ground"].first == 5
    assert sum(one["number"] for one in page.context["countries"]) == 5, "of the first rows"
    assert "5 premières fiches" in page.content.decode()
    assert client.get(points).json()["total"] == 5
    keep_counts()
    page = client.get(address)
    assert (page.context["ground"].first, page.context["ground"].at) == (None, None)
    assert {one["code"]: one["number"] for one in page.context["countries"]} == {"SN": 9, "DE": 3}
    assert client.get(points).json()["total"] == 12
    ProjectFactory()
    with CaptureQueriesContext(connection) as sent:
        page = client.get(address)
    assert "Compté le" in page.content.decode()
    assert {one["code"]: one["number"] for one in page.context["countries"]} == {"SN": 9, "DE": 3}
    assert client.get(points).json()["total"] == 12
    assert not any("unnest" in query["sql"] for query in sent.captured_queries), "none is read"
    assert client.get(address, {"country": "DE"}).context["ground"].first is None, "few rows are as they are now"


def test_what_one_may_see_alone_is_not_in_the_map_drawn_for_visitors(client, many, monkeypatch):
    monkeypatch.setattr(maps, "READ_AT_MOST", 5)
    keep_counts()
    officer = Client()
    officer.force_login(UserFactory(staff=True))
    assert officer.get(reverse("map_layer", args=["projets"])).context["ground"].first == 5
