"""The public API over the resources of the ground."""

import csv
import io
import re
from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from atlas.api.paging import encode_cursor
from atlas.filters import CollectivityFilterSet
from atlas.models import CollectivityEvent, EventKind
from tests.factories.atlas import (
    CollectivityFactory,
    CountryStatusFactory,
    ForeignAuthorityFactory,
    RegionFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
COLLECTIVITIES = "/api/v1/collectivities/"
LISTS = [
    COLLECTIVITIES,
    "/api/v1/foreign-authorities/",
    "/api/v1/countries/",
    "/api/v1/themes/",
    "/api/v1/partnerships/",
    "/api/v1/projects/",
    "/api/v1/notices/",
]


def one_of_each():
    return CollectivityFactory(), ForeignAuthorityFactory(), ThemeFactory(parent=ThemeFactory())


def slugs(response) -> list[str]:
    return [row["slug"] for row in response.json()["results"]]


def problem(response, status: int) -> dict:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    assert body["detail"]
    return body


# --- Lists ----------------------------------------------------------------------------------------------------------


def test_the_root_names_every_resource(client):
    assert client.get("/api/v1/").json() == {
        **{path.split("/")[3]: f"http://testserver{path}" for path in LISTS},
        "schema": "http://testserver/api/v1/schema/",
        "documentation": "http://testserver/api/v1/documentation/",
    }


def test_a_page_says_the_total_and_leads_to_the_next(client):
    CollectivityFactory.create_batch(5)
    first = client.get(COLLECTIVITIES, {"page_size": 2, "sort": "name"}).json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    assert [first["count"], len(third["results"]), third["next"]] == [5, 1, None]
    assert client.get(second["previous"]).json()["results"] == first["results"]
    seen = [row["slug"] for page in (first, second, third) for row in page["results"]]
    assert seen == list(CollectivityFilterSet({"sort": "name"}).rows().values_list("slug", flat=True))


@pytest.mark.parametrize(
    "criteria",
    [{"region": "53"}, {"q": "vilneuve"}, {"kind": ["commune", "region"], "sort": "-population"}, {"former": "true"}],
)
def test_criteria_are_those_of_the_pages(client, criteria):
    CollectivityFactory.create_batch(3, region=RegionFactory(code="53"))
    CollectivityFactory(name="Brest", former=True)
    CollectivityFactory(regional=True)
    answered = slugs(client.get(COLLECTIVITIES, criteria))
    data = {
        name: value if isinstance(value, list) or name in ("q", "sort", "former") else [value]
        for name, value in criteria.items()
    }
    assert answered == [row.slug for row in CollectivityFilterSet(data).rows()]
    assert answered


def test_an_empty_criterion_is_as_if_it_were_not_there(client):
    CollectivityFactory()
    assert client.get(COLLECTIVITIES, {"region": "", "q": "", "sort": "", "active": ""}).json()["count"] == 1


def test_facets_come_on_demand(client):
    CollectivityFactory(region=RegionFactory(code="53", name="Bretagne"))
    assert "facets" not in client.get(COLLECTIVITIES).json()
    facets = client.get(COLLECTIVITIES, {"facets": "true"}).json()["facets"]
    assert facets["region"] == [{"value": "53", "label": "Bretagne", "count": 1}]


def test_a_cursor_meets_every_row_once_whatever_arrives_meanwhile(client):
    expected = {row.slug for row in CollectivityFactory.create_batch(5)}
    url, seen = f"{COLLECTIVITIES}?cursor=&page_size=2&kind=commune", []
    while url:
        page = client.get(url)
        assert page.json()["count"] is None
        seen += slugs(page)
        CollectivityFactory(kind="region")
        url = page.json()["next"]
    assert len(seen) == len(set(seen))
    assert set(seen) == expected


def test_a_cursor_is_asked_for_by_name_too(client):
    CollectivityFactory.create_batch(2)
    first = client.get(COLLECTIVITIES, {"pagination": "cursor", "page_size": 1}).json()
    assert "pagination" not in first["next"]
    assert client.get(first["next"]).json()["next"] is None


@pytest.mark.parametrize("more", [{"page": 2}, {"sort": "name"}, {"facets": "true"}])
def test_a_cursor_has_its_own_order(client, more):
    assert problem(client.get(COLLECTIVITIES, {"cursor": "", **more}), 400)["errors"].keys() == more.keys()


# --- Records --------------------------------------------------------------------------------------------------------


def test_resources_lead_to_one_another_and_to_the_site(client):
    authority = ForeignAuthorityFactory()
    collectivity = CollectivityFactory(epci=CollectivityFactory(kind="metropole"))
    ThemeFactory(code="eau-potable", parent=ThemeFactory(code="eau"))
    row = client.get("/api/v1/foreign-authorities/").json()["results"][0]
    record = client.get(row["url"]).json()
    assert record.items() >= row.items()
    assert client.get(record["country"]["url"]).json()["iso2"] == authority.country.iso2
    assert record["html_url"].endswith(reverse("foreign_authority_detail", args=[authority.slug]))
    assert client.get(record["partnerships_url"]).json()["count"] == 0
    epci = client.get(f"{COLLECTIVITIES}{collectivity.slug}/").json()["epci"]
    assert client.get(epci["url"]).json()["kind"] == "metropole"
    child = client.get("/api/v1/themes/eau/").json()["children"][0]
    assert client.get(child["url"]).json()["parent"]["code"] == "eau"


def test_a_past_authority_leads_to_its_successor(client):
    past, present = CollectivityFactory(former=True), CollectivityFactory()
    event = CollectivityEvent.objects.create(kind=EventKind.NEW_COMMUNE, effective_on=date(2019, 1, 1))
    event.predecessors.add(past)
    event.successors.add(present)
    later = client.get(f"{COLLECTIVITIES}{past.slug}/").json()["later_events"]
    assert [successor["slug"] for successor in later[0]["successors"]] == [present.slug]
    assert client.get(f"{COLLECTIVITIES}{present.slug}/").json()["earlier_events"] == later


def test_a_merged_authority_leads_to_the_one_that_stands(client):
    standing = ForeignAuthorityFactory()
    merged = ForeignAuthorityFactory(merged_into=standing)
    response = client.get(f"/api/v1/foreign-authorities/{merged.slug}/")
    assert response.status_code == 301
    assert response["Location"] == f"/api/v1/foreign-authorities/{standing.slug}/"
    assert slugs(client.get("/api/v1/foreign-authorities/")) == [standing.slug]


def test_a_country_tells_its_statuses(client):
    CountryStatusFactory(valid_to=date(2030, 1, 1))
    for code in ("sn", "SN"):
        country = client.get(f"/api/v1/countries/{code}/").json()
        assert country["dac_category"] == "LDC"
        assert country["statuses"][0]["valid_to"] == "2030-01-01"


def test_what_is_unknown_is_null_and_never_an_empty_text(client):
    CollectivityFactory(siren=None, insee_code="", website="", slug="x")
    row = client.get(f"{COLLECTIVITIES}x/").json()
    assert [row["siren"], row["insee_code"], row["website"]] == [None, None, None]


# --- Files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [{"query_params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}])
def test_csv_holds_the_whole_selection(client, asked):
    CollectivityFactory.create_batch(30)
    CollectivityFactory(kind="region", name="Bretagne")
    asked.setdefault("query_params", {})
    response = client.get(COLLECTIVITIES, **{**asked, "query_params": {**asked["query_params"], "kind": "commune"}})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert len(rows) == 30
    assert {row["type"] for row in rows} == {"commune"}


def test_geojson_by_link_wins_over_the_header(client):
    CollectivityFactory()
    response = client.get(COLLECTIVITIES, {"format": "geojson"}, headers={"Accept": "application/json"})
    assert response["Content-Type"] == "application/geo+json"
    assert response.getvalue().startswith(b'{"type":"FeatureCollection"')


# --- Errors ---------------------------------------------------------------------------------------------------------


def test_an_unknown_parameter_is_refused_with_the_known_ones(client):
    body = problem(client.get(COLLECTIVITIES, {"regions": "53"}), 400)
    assert "Vouliez-vous dire «\u00a0region\u00a0»\u00a0?" in body["errors"]["regions"][0]
    for name in [*CollectivityFilterSet.base_filters, "cursor", "page_size", "format"]:
        assert name in body["errors"]["regions"][0]
    assert "format" in problem(client.get(f"{COLLECTIVITIES}x/", {"fields": "name"}), 400)["errors"]["fields"][0]


def test_wrong_values_are_told_all_at_once(client):
    body = problem(client.get(COLLECTIVITIES, {"region": "zz", "kind": "ville", "active": "peut-être"}), 400)
    assert body["errors"].keys() == {"region", "kind", "active"}
    assert "Sélectionnez un choix valide" in body["errors"]["kind"][0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "0"),
        ("page", "deux"),
        ("page", "²"),
        ("page", "9" * 400),
        ("page_size", "101"),
        ("page_size", "-1"),
        ("pagination", "offset"),
        ("facets", "oui"),
        ("cursor", "???"),
        ("cursor", "é"),
        ("cursor", encode_cursor(10**30)),
        ("format", "xml"),
        ("q", "\0"),
        ("sort", "population"),
    ],
)
def test_a_wrong_option_is_named(client, name, value):
    assert list(problem(client.get(COLLECTIVITIES, {name: value}), 400)["errors"]) == [name]


def test_there_is_nothing_past_the_last_page(client):
    assert "page 1" in problem(client.get(COLLECTIVITIES, {"page": 2}), 404)["detail"]


def test_far_pages_are_for_the_cursor(client, monkeypatch):
    CollectivityFactory.create_batch(3)
    monkeypatch.setattr("atlas.api.base.OFFSET_MAX", 2)
    assert client.get(COLLECTIVITIES, {"page": 2, "page_size": 1}).status_code == 200
    assert "cursor" in problem(client.get(COLLECTIVITIES, {"page": 3, "page_size": 1}), 404)["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nowhere/",
        f"{COLLECTIVITIES}nobody/",
        "/api/v1/partnerships/1/",
        f"{COLLECTIVITIES}é à/",
        "/api/v1/themes/a%0Ab/",
    ],
)
def test_a_missing_address_answers_in_the_same_shape(client, path):
    assert problem(client.get(path), 404)["title"] == "Introuvable"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_is_read_only(client, method):
    response = getattr(client, method)(COLLECTIVITIES)
    assert "lit seulement" in problem(response, 405)["detail"]
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_an_unavailable_format_is_answered_with_those_offered(client):
    detail = problem(client.get("/api/v1/themes/", headers={"Accept": "application/geo+json"}), 406)["detail"]
    assert "application/json, text/csv" in detail


# --- Cache, rates, other sites --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*LISTS, f"{COLLECTIVITIES}brest/", "/api/v1/schema/"])
def test_who_holds_the_current_version_gets_304(client, path):
    CollectivityFactory(slug="brest")
    etag = client.get(path)["ETag"]
    again = client.get(path, headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert again["ETag"] == etag
    assert not again.content


def test_a_change_of_data_makes_a_new_version(client):
    before = client.get(COLLECTIVITIES)["ETag"]
    CollectivityFactory()
    answer = client.get(COLLECTIVITIES, headers={"If-None-Match": before})
    assert answer.status_code == 200
    assert answer.json()["count"] == 1
    assert client.get(COLLECTIVITIES, {"format": "csv"})["ETag"] != answer["ETag"]


def test_the_rate_is_told_then_held(client, settings):
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_THROTTLE_RATES": {"read": "2/min", "export": "1/min"},
    }
    answers = [client.get(COLLECTIVITIES) for _ in range(3)]
    assert [answer.headers.get("RateLimit-Remaining") for answer in answers] == ["1", "0", "0"]
    assert answers[0]["RateLimit-Limit"] == "2"
    body = problem(answers[2], 429)
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
    assert answers[2]["Retry-After"] in body["detail"]
    # A forged header changes nothing; another address, and another kind of request, have their own count.
    assert client.get(COLLECTIVITIES, headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 429
    assert client.get(COLLECTIVITIES, REMOTE_ADDR="192.0.2.1").status_code == 200
    assert client.get(COLLECTIVITIES, {"format": "csv"}).status_code == 200


def test_an_ipv6_subscriber_is_one_address(client, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"read": "1/min", "export": None}}
    assert client.get(COLLECTIVITIES, REMOTE_ADDR="2001:db8::1").status_code == 200
    assert client.get(COLLECTIVITIES, REMOTE_ADDR="2001:db8::2").status_code == 429
    assert client.get(COLLECTIVITIES, REMOTE_ADDR="2001:db8:0:1::1").status_code == 200


@pytest.mark.parametrize("path", [COLLECTIVITIES, f"{COLLECTIVITIES}nobody/", "/api/v1/", "/api/v1/schema/"])
def test_any_page_of_the_web_may_read(client, path):
    assert client.get(path, headers={"Origin": "https://exemple.fr"})["Access-Control-Allow-Origin"] == "*"
    preflight = client.options(path, headers={"Access-Control-Request-Method": "GET"})
    assert preflight.status_code == 204
    assert "GET" in preflight["Access-Control-Allow-Methods"]
    assert "If-None-Match" in preflight["Access-Control-Allow-Headers"]


def test_an_answer_depends_on_nobody(client):
    CollectivityFactory()
    visitor = client.get(COLLECTIVITIES)
    client.force_login(UserFactory(superuser=True))
    member = client.get(COLLECTIVITIES)
    assert member.json() == visitor.json()
    assert member["ETag"] == visitor["ETag"]
    assert "Cookie" not in visitor["Vary"]
    assert not visitor.cookies


# --- Cost -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("asked", [{}, {"facets": "true"}, {"cursor": ""}])
def test_a_list_costs_four_queries_at_most_however_long(client, path, asked, django_assert_max_num_queries):
    one_of_each()
    client.get(path, asked)  # labels of codes are kept by process
    one_of_each()
    with django_assert_max_num_queries(4) as few:
        assert client.get(path, asked).status_code == 200
    for _ in range(5):
        one_of_each()
    with django_assert_max_num_queries(4) as many:
        assert client.get(path, asked).status_code == 200
    assert len(few) == len(many)


def test_a_record_costs_two_queries(client, django_assert_max_num_queries):
    collectivity, authority, theme = one_of_each()
    for path in (
        f"{COLLECTIVITIES}{collectivity.slug}/",
        f"/api/v1/foreign-authorities/{authority.slug}/",
        "/api/v1/countries/sn/",
        f"/api/v1/themes/{theme.code}/",
    ):
        with django_assert_max_num_queries(2):  # the data version, and the record with all that is nested in it
            assert client.get(path).status_code == 200


# --- Schema ---------------------------------------------------------------------------------------------------------


def test_the_schema_is_complete_and_valid(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_the_schema_describes_every_criterion_in_french(client):
    schema = client.get("/api/v1/schema/").json()
    assert [path for path in schema["paths"] if "{" not in path] == sorted(LISTS)
    parameters = {p["name"]: p for p in schema["paths"][COLLECTIVITIES]["get"]["parameters"]}
    assert parameters.keys() >= CollectivityFilterSet.base_filters.keys()
    assert all(p["description"] for p in parameters.values())
    assert "`metropole` Métropole" in parameters["kind"]["description"]
    assert client.get("/api/v1/schema/", {"format": "yaml"}).content.startswith(b"openapi: 3.")


# --- The page that explains it --------------------------------------------------------------------------------------


def test_the_documentation_offers_to_try_every_resource_without_a_script(client):
    page = client.get("/api/v1/documentation/").content.decode()
    assert '<h3 id="collectivities">Collectivités françaises</h3>' in page
    for path in LISTS:
        assert f'action="{path}"' in page
    for name in CollectivityFilterSet.base_filters:
        assert f'name="{name}"' in page
    for status in (400, 404, 405, 406, 429):
        assert f"{status} – " in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", page)


def test_a_form_sent_empty_asks_for_the_list(client):
    CollectivityFactory()
    empty = dict.fromkeys(
        [*CollectivityFilterSet.base_filters, "page", "page_size", "pagination", "facets", "format"], ""
    )
    assert client.get(COLLECTIVITIES, empty).json()["count"] == 1


def test_an_error_leads_to_its_explanation(client):
    page, _, anchor = problem(client.get(COLLECTIVITIES, {"page": "x"}), 400)["type"].partition("#")
    assert f'id="{anchor}"' in client.get(page).content.decode()
