"""Projects on the map: from each authority to the places of its projects, the same rows as the list, light at any size."""

import json
from itertools import accumulate

import brotli
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from atlas.models import SDG
from projects import services
from projects.models import Project, ProjectPlace
from projects.services import refresh_notice_digest, refresh_partnership_digest, refresh_project_digest
from tests.atlas.test_map import TEN_THOUSAND, ends, pairs
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    DepartmentFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    RegionFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import NoticeFactory, PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db


def points(client, part="points", **query) -> dict:
    response = client.get(reverse("map_points", args=["projets", part]), query)
    assert response.status_code == 200
    return response.json()


def sheet(client, side: str, pk: int, **query):
    return client.get(reverse("map_sheet", args=["projets"]), {"cote": side, "id": pk, **query})


def located(project: Project, *places: dict) -> Project:
    for place in places:
        ProjectPlace.objects.create(project=project, **place)
    services.refresh_project_digest([project.pk])
    project.refresh_from_db()
    return project


WELL = {"name": "Forage de Keur Massar", "longitude": -17.31, "latitude": 14.78}


@pytest.fixture
def thies():
    return ForeignAuthorityFactory(name_fr="Thiès", country=CountryFactory())


# --- Where a project takes place ------------------------------------------------------------------------------------------


def test_a_project_lies_where_it_says_and_else_at_its_partner(thies):
    kayar = ForeignAuthorityFactory(name_fr="Kayar", country=thies.country)
    assert ProjectFactory(foreign=thies).place_ids == [thies.pk]
    project = located(ProjectFactory(foreign=thies), {"foreign_authority": kayar}, WELL)
    well = project.places.get(name=WELL["name"])
    assert project.place_ids == [kayar.pk, -well.pk]


def test_a_place_in_a_merged_authority_lies_in_the_one_that_stands(thies):
    old = ForeignAuthorityFactory(name_fr="Thies-Ville", country=thies.country, merged_into=thies)
    assert located(ProjectFactory(), {"foreign_authority": old}, {"foreign_authority": thies}).place_ids == [thies.pk]


def test_links_go_from_the_authority_to_the_places(client, thies):
    project = located(ProjectFactory(french__name="Rennes", foreign=thies), WELL)
    well = project.places.get()
    payload, names = points(client), points(client, "noms")
    assert pairs(payload) == {(project.french_ids[0], -well.pk)}
    assert (payload["total"], payload["placed"]) == (1, 1)
    rank = payload["foreign"]["id"].index(-well.pk)
    assert (names["foreign"]["name"][rank], names["foreign"]["place"][rank]) == (WELL["name"], "")
    at = [list(accumulate(payload["foreign"][axis]))[rank] / payload["scale"] for axis in "xy"]
    assert at == pytest.approx([-17.31, 14.78])


def test_a_place_of_an_authority_moved_by_hand_bears_its_name_and_country(client, thies):
    located(ProjectFactory(), {"foreign_authority": thies, "longitude": -16.9, "latitude": 14.8})
    names = points(client, "noms")["foreign"]
    assert (names["name"], names["place"]) == (["Thiès"], ["SN"])


@pytest.mark.parametrize("layer", ["jumelages", "projets", "bourse"])
def test_departements_count_what_the_list_says_of_each(client, layer):
    """A row of two communes of one département counts once there; an authority of none, such as a région, nowhere."""
    bretagne = RegionFactory(code="53", name="Bretagne")
    ille, morbihan = (DepartmentFactory(code=code, region=bretagne) for code in ("35", "56"))
    make = {"jumelages": PartnershipFactory, "projets": ProjectFactory, "bourse": NoticeFactory}[layer]
    for department in (ille, ille, morbihan, None):
        town = CollectivityFactory(region=bretagne, department=department)
        made = make(collectivity=town) if layer == "bourse" else make(french=town)
        if layer != "bourse":
            made.parties.create(
                collectivity=CollectivityFactory(region=bretagne, department=department),
                **{"jumelages": {"role": "member"}, "projets": {"role": "co_lead", "kind": "collectivity"}}[layer],
            )
    refresh_partnership_digest()
    refresh_project_digest()
    refresh_notice_digest()
    page = client.get(reverse("map_layer", args=[layer]))
    shown = {one["code"]: one for one in page.context["departments"]}
    assert {code: one["number"] for code, one in shown.items()} == {"35": 2, "56": 1}
    for one in shown.values():
        listed = client.get(one["list_url"])
        assert listed.context["filterset"].total == one["number"]
        assert f"{one['code']})" in listed.content.decode(), "the list names the criterion"
    assert "par département" in page.content.decode()


def test_countries_and_regions_count_projects_without_twinnings(client, thies):
    bretagne = RegionFactory(code="53", name="Bretagne")
    ProjectFactory(foreign=thies, french__region=bretagne)
    PartnershipFactory(foreign=thies, french__region=bretagne)
    PartnershipFactory(foreign__country=CountryFactory(iso2="DE"))
    page = client.get(reverse("map_layer", args=["projets"]))
    assert [(one["code"], one["number"]) for one in page.context["countries"]] == [("SN", 1)]
    assert [(one["code"], one["number"]) for one in page.context["regions"]] == [("53", 1)]
    for row in (*page.context["countries"], *page.context["regions"]):
        assert client.get(row["list_url"]).context["page"].total == row["number"]
    content = page.content.decode()
    assert "Projets par région française" in content
    assert "Partenariats par" not in content


# --- Same rows everywhere -------------------------------------------------------------------------------------------------


@pytest.fixture
def world(thies):
    germany, bretagne = CountryFactory(iso2="DE"), RegionFactory(code="53")
    located(ProjectFactory(foreign=thies, french__region=bretagne), WELL, {"foreign_authority": thies})
    ProjectFactory(foreign__country=germany, french__region=bretagne)
    ProjectFactory(foreign__country=germany, draft=True)
    ProjectFactory(foreign__country=germany, foreign__longitude=None, foreign__latitude=None)
    ProjectFactory(foreign=thies, french__longitude=None, french__latitude=None, declared_status="5")
    far = ForeignAuthorityFactory(country=germany, longitude=None, latitude=None)
    located(ProjectFactory(foreign=thies), {"foreign_authority": far})


@pytest.mark.parametrize(
    "query", [{}, {"region": "53"}, {"country": ["SN", "DE"]}, {"q": "adduction"}, {"status": "5"}, {"from_year": "2025"}], ids=str
)  # fmt: skip
def test_map_shows_the_rows_of_the_list_of_the_api_and_of_the_file(client, world, query):
    payload = points(client, **query)
    listed = client.get(reverse("projects:project_list"), query).context["page"]
    assert payload["total"] == listed.total
    assert payload["total"] == client.get(reverse("api:project-list"), query).json()["count"]
    file = client.get(reverse("projects:project_export", args=["geojson"]), query)
    features = json.loads(b"".join(file.streaming_content))["features"]
    at = {
        (x / payload["scale"], y / payload["scale"])
        for x, y in zip(*(accumulate(payload["foreign"][axis]) for axis in "xy"), strict=True)
    }
    assert payload["placed"] == len(features)
    assert {tuple(round(part, 3) for part in one["geometry"]["coordinates"]) for one in features} <= at
    drawn = {
        pair
        for row in listed.object_list
        for here in row.french_ids
        for pair in ((here, there) for there in row.place_ids)
    }
    assert pairs(payload) <= drawn


def test_draft_and_its_places_stay_off_the_map_of_others(thies):
    draft = located(ProjectFactory(foreign=thies, draft=True), WELL)
    well, owner = draft.places.get(), draft.french_ids[0]
    insiders = [UserFactory(staff=True), MembershipFactory(collectivity_id=owner).user]
    for user in (None, UserFactory(), MembershipFactory().user, *insiders):
        visitor = Client()
        if user:
            visitor.force_login(user)
        seen = user in insiders
        assert bool(pairs(points(visitor))) is seen
        assert (WELL["name"] in json.dumps(points(visitor, "noms"), ensure_ascii=False)) is seen
        assert sheet(visitor, "lieu", well.pk).status_code == (200 if seen else 404)
        assert bool(sheet(visitor, "france", owner).context["rows"]) is seen


def test_a_point_shows_its_projects_among_those_asked_for(client, world, thies):
    project = Project.objects.filter(places__name=WELL["name"]).get()
    answer = sheet(client, "lieu", project.places.get(name=WELL["name"]).pk)
    assert WELL["name"] in answer.content.decode()
    assert [row.pk for row in answer.context["rows"]] == [project.pk]
    assert len(sheet(client, "etranger", thies.pk).context["rows"]) == 2
    assert [row.pk for row in sheet(client, "etranger", thies.pk, region="53").context["rows"]] == [project.pk]
    for _ in range(15):
        ProjectFactory(foreign=thies)
    more = sheet(client, "etranger", thies.pk)
    assert more.context["more"]
    assert client.get(reverse("projects:project_list"), {"place": thies.slug}).context["page"].total == 17
    assert f"?place={thies.slug}" in more.content.decode()


def test_twinnings_have_no_place_of_their_own(client):
    assert client.get(reverse("map_sheet", args=["jumelages"]), {"cote": "lieu", "id": 1}).status_code == 404


# --- Ways to the map ------------------------------------------------------------------------------------------------------


def test_list_and_sheets_lead_to_the_map_that_shows_them(client, thies):
    rennes = CollectivityFactory(name="Rennes")
    records = (
        (ProjectFactory(french=rennes, foreign=thies), "projets"),
        (PartnershipFactory(french=rennes, foreign=thies), "jumelages"),
    )
    for record, layer in records:
        address = f"/carte/{layer}/?collectivity={rennes.slug}&amp;partner={thies.slug}#choix=france-{rennes.pk}"
        assert f'href="{address}"' in client.get(record.get_absolute_url()).content.decode()
        shown = client.get(address.replace("&amp;", "&").split("#")[0])
        assert shown.context["total"] == 1
    page = client.get(reverse("projects:project_list"), {"country": "SN", "sdg": "6"})
    assert page.context["map_url"] == "/carte/projets/?country=SN&sdg=6"


def test_another_layer_is_asked_what_it_understands(client, thies):
    page = client.get(reverse("map_layer", args=["projets"]), {"country": "SN", "sdg": "6", "status": "2"})
    assert {layer.name: url for layer, url in page.context["layers"]} == {
        "jumelages": "/carte/jumelages/?country=SN",
        "projets": "/carte/projets/?country=SN",
        "bourse": "/carte/bourse/?country=SN",
    }


# --- Light ----------------------------------------------------------------------------------------------------------------

PROJECTS = """
INSERT INTO projects_project (created_at, updated_at, uuid, version, title, title_en, title_local, slug, summary, summary_en,
    summary_local, objectives, activities, expected_results, beneficiaries, website, declared_status, publication,
    published_at, origin, source, french_ids, foreign_ids, place_ids, region_codes, country_codes, theme_codes, sdg_numbers,
    lead_kinds, party_names)
SELECT now(), now(), gen_random_uuid(), 1, 'Projet ' || id, '', '', 'p' || id, '', '', '', '', '', '', '', '', '', 'published',
    now(), 'import', '', french_ids, foreign_ids, foreign_ids, '{}', '{SN}', '{}', '{}', '{}', ''
FROM projects_partnership
"""


def test_ten_thousand_points_weigh_less_than_100_kilobytes(client, django_assert_max_num_queries):
    with connection.cursor() as cursor:
        cursor.execute(TEN_THOUSAND, {"country": CountryFactory().pk})
        cursor.execute(PROJECTS)
    address = reverse("map_points", args=["projets", "points"])
    with django_assert_max_num_queries(4):
        response = client.get(address, headers={"Accept-Encoding": "br"})
    payload = json.loads(brotli.decompress(response.content))
    assert len(payload["french"]["id"]) + len(payload["foreign"]["id"]) == 10_000
    assert pairs(payload) == {(here, there) for here, there in ends(Project.objects.all())}
    assert len(response.content) <= 100_000
    with django_assert_max_num_queries(2):
        assert client.get(address, headers={"Accept-Encoding": "br"}).content == response.content
    RegionFactory(), ThemeFactory(), SDG.objects.create(number=6, name_fr="Eau", name_en="Water")
    client.get(reverse("map_layer", args=["projets"]))  # labels are kept by process
    with django_assert_max_num_queries(5):
        client.get(reverse("map_layer", args=["projets"]), {"country": "SN"})
    with django_assert_max_num_queries(5):
        sheet(client, "france", payload["french"]["id"][0])
