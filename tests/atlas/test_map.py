"""The map: same rows as the list, a light payload whatever its size, a frame for other sites, and a table for everybody."""

import gzip
import io
import json
import re
from itertools import accumulate

import brotli
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from atlas import maps
from atlas.management.commands.build_outlines import GEO
from atlas.maps import registry
from atlas.names import normalise
from projects import services
from projects.maps import PARTNERSHIPS
from projects.models import Partnership, PartnershipParty
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    RegionFactory,
    UserFactory,
)
from tests.factories.projects import PartnershipFactory, PartnershipPartyFactory

pytestmark = pytest.mark.django_db


def points(client, part="points", **query) -> dict:
    response = client.get(reverse("map_points", args=["jumelages", part]), query)
    assert response.status_code == 200
    return response.json()


def pairs(payload: dict) -> set[tuple[int, int]]:
    """(id of the French end, id of the foreign end) of each link, as the script of the map reads them."""
    french = accumulate(payload["links"]["french"])
    return {
        (payload["french"]["id"][here], payload["foreign"]["id"][there])
        for here, there in zip(french, payload["links"]["foreign"], strict=True)
    }


def ends(rows) -> set[tuple[int, int]]:
    return {(here, there) for row in rows for here in row.french_ids for there in row.foreign_ids}


# --- Same rows everywhere --------------------------------------------------------------------------------------------


@pytest.fixture
def world():
    """Twinnings of two régions with two countries, a draft, an end without position, a link of four parties."""
    aura, bretagne = RegionFactory(code="84"), RegionFactory(code="53")
    senegal, germany = CountryFactory(), CountryFactory(iso2="DE")
    PartnershipFactory(french__region=aura, foreign__country=senegal)
    PartnershipFactory(french__region=bretagne, foreign__country=germany, kind="cooperation_agreement")
    PartnershipFactory(french__region=bretagne, foreign__country=germany, draft=True)
    PartnershipFactory(foreign__country=senegal, foreign__longitude=None, foreign__latitude=None)
    many = PartnershipFactory(french__region=aura, foreign__country=germany, kind="network")
    PartnershipPartyFactory(partnership=many, collectivity=CollectivityFactory(region=bretagne), role="member")
    PartnershipPartyFactory(partnership=many, foreign_authority=ForeignAuthorityFactory(country=senegal), role="member")
    services.refresh_partnership_digest()
    services.refresh_activity()


QUERIES = [
    {},
    {"region": "53"},
    {"country": ["SN", "DE"]},
    {"kind": "network"},
    {"q": "villeneuve"},
    {"status": "ended"},
]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_map_shows_the_rows_of_the_list_of_the_api_and_of_the_file(client, world, query):
    payload = points(client, **query)
    listed = client.get(reverse("projects:partnership_list"), query).context["page"]
    assert payload["total"] == listed.total
    assert payload["total"] == client.get(reverse("api:partnership-list"), query).json()["count"]
    drawn = [row for row in listed.object_list if ends([row]) & pairs(payload)]
    assert payload["placed"] == len(drawn)
    file = client.get(reverse("projects:partnership_export", args=["geojson"]), query)
    assert payload["placed"] == len(json.loads(b"".join(file.streaming_content))["features"])
    placed = set(
        Partnership.objects.filter(parties__foreign_authority__longitude__isnull=False).values_list("pk", flat=True)
    )
    assert pairs(payload) == ends(row for row in listed.object_list if row.pk in placed)


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_table_counts_the_rows_of_each_country(client, world, query):
    context = client.get(reverse("map"), query).context
    assert context["total"] == points(client, **query)["total"]
    expected = {}
    for row in client.get(reverse("projects:partnership_list"), query).context["page"].object_list:
        for code in row.country_codes:
            expected[code] = expected.get(code, 0) + 1
    assert {country["code"]: country["number"] for country in context["countries"]} == expected


def test_each_number_of_the_table_leads_to_as_many_rows(client, world):
    for country in client.get(reverse("map"), {"kind": ["twinning", "network"]}).context["countries"]:
        assert client.get(country["list_url"]).context["page"].total == country["number"]


def test_draft_stays_off_the_map_of_visitors_and_members_of_others(client, world):
    draft = Partnership.objects.get(publication="draft")
    hidden = ends([draft])
    authority = PartnershipParty.objects.get(partnership=draft, collectivity__isnull=False).collectivity
    for user in (None, UserFactory(), MembershipFactory().user):
        visitor = Client()
        if user:
            visitor.force_login(user)
        assert not hidden & pairs(points(visitor))
        sheet = visitor.get(reverse("map_sheet", args=["jumelages"]), {"cote": "france", "id": authority.pk})
        assert not sheet.context["rows"]
    for user in (UserFactory(staff=True), MembershipFactory(collectivity=authority).user):
        insider = Client()
        insider.force_login(user)
        assert hidden < pairs(points(insider))
        assert "private" in insider.get(reverse("map_points", args=["jumelages", "points"]))["Cache-Control"]
    assert not hidden & pairs(points(Client())), "what staff see is kept apart"


def test_points_lie_where_the_authorities_are(client):
    row = PartnershipFactory(french__longitude=-149.5585, french__latitude=-17.5372, foreign__longitude=174.7633, foreign__latitude=-36.8485)  # fmt: skip
    PartnershipFactory(french__longitude=2.3522, french__latitude=48.8566)
    payload, names = points(client), points(client, "noms")
    assert names["version"] == payload["version"]
    for side, ids, place in (
        ("french", row.french_ids, [-149.558, -17.537]),
        ("foreign", row.foreign_ids, [174.763, -36.849]),
    ):
        rank = payload[side]["id"].index(ids[0])
        found = [list(accumulate(payload[side][axis]))[rank] / payload["scale"] for axis in "xy"]
        assert found == pytest.approx(place, abs=0.0011)
        assert normalise(names[side]["name"][rank]) in row.party_names
    assert len(names["french"]["name"]) == len(payload["french"]["id"]) == 2


# --- Light ------------------------------------------------------------------------------------------------------------

TEN_THOUSAND = """
INSERT INTO atlas_collectivity (kind, insee_code, name, slug, zone, longitude, latitude, is_local_authority, is_current,
    coord_source, website, partnership_count, partner_countries, partner_themes, created_at, updated_at)
SELECT 'commune', lpad(n::text, 5, '0'), initcap(translate(md5(n::text), '0123456789', 'eaisnrtoul')), 'c' || n, 'metro',
    -4.5 + 12.5 * ((n * 7919) %% 10007) / 10007.0, 42.5 + 8.5 * ((n * 6007) %% 10009) / 10009.0, true, true, '', '', 0, '{}', '{}', now(), now()
FROM generate_series(1, 5000) n;
INSERT INTO atlas_foreignauthority (uuid, version, name_fr, name_local, name_en, aliases, slug, level, local_type, country_id,
    wikidata_id, position_precision, website, recognition, recognition_note, is_demo, partnership_count, partner_regions,
    partner_themes, longitude, latitude, created_at, updated_at)
SELECT gen_random_uuid(), 1, initcap(translate(md5('f' || n), '0123456789', 'eaisnrtoul')), '', '', '{}', 'f' || n, 'local', '', %(country)s, '', 'exact', '',
    'not_asked', '', false, 0, '{}', '{}', -120 + 270 * ((n * 7307) %% 10007) / 10007.0, -40 + 105 * ((n * 5003) %% 10009) / 10009.0, now(), now()
FROM generate_series(1, 5000) n;
INSERT INTO projects_partnership (uuid, version, kind, title, status, publication, signed_precision, note, origin, source,
    french_ids, foreign_ids, region_codes, country_codes, theme_codes, party_names, created_at, updated_at)
SELECT gen_random_uuid(), 1, 'twinning', '', 'active', 'published', 'unknown', '', 'import', '',
    ARRAY[c.id], ARRAY[f.id], '{}', '{SN}', '{}', '', now(), now()
FROM generate_series(1, 10000) n
JOIN atlas_collectivity c ON c.slug = 'c' || (n %% 5000 + 1)
JOIN atlas_foreignauthority f ON f.slug = 'f' || ((n * 3571 + n / 5000) %% 5000 + 1);
"""


@pytest.fixture
def ten_thousand():
    """Ten thousand points without a pattern that a compressor could use, joined by ten thousand links."""
    with connection.cursor() as cursor:
        cursor.execute(TEN_THOUSAND, {"country": CountryFactory().pk})


def test_ten_thousand_points_weigh_less_than_100_kilobytes(client, ten_thousand, django_assert_max_num_queries):
    address = reverse("map_points", args=["jumelages", "points"])
    with django_assert_max_num_queries(4):
        response = client.get(address, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert response["Content-Encoding"] == "br"
    payload = json.loads(brotli.decompress(response.content))
    assert len(payload["french"]["id"]) + len(payload["foreign"]["id"]) == 10_000
    assert len(pairs(payload)) == 10_000
    assert len(response.content) <= 100_000
    assert len(client.get(address, headers={"Accept-Encoding": "gzip"}).content) <= 100_000
    with django_assert_max_num_queries(2):
        assert client.get(address, headers={"Accept-Encoding": "br"}).content == response.content


def test_points_are_made_anew_as_soon_as_data_change(client):
    PartnershipFactory()
    before = client.get(reverse("map_points", args=["jumelages", "points"]))
    again = client.get(reverse("map_points", args=["jumelages", "points"]), headers={"If-None-Match": before["ETag"]})
    assert again.status_code == 304
    PartnershipFactory()
    after = client.get(reverse("map_points", args=["jumelages", "points"]), headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after.json()["total"] == before.json()["total"] + 1


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("br, gzip", "br"), ("gzip;q=1.0, br;q=0.5", "br"), ("gzip, br;q=0", "gzip"), ("identity", ""), ("", "")],
)
def test_points_come_in_an_encoding_that_the_client_reads(client, accepted, encoding):
    PartnershipFactory()
    response = client.get(reverse("map_points", args=["jumelages", "points"]), headers={"Accept-Encoding": accepted})
    assert response.get("Content-Encoding", "") == encoding
    assert "Accept-Encoding" in response["Vary"]
    read = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[encoding]
    assert json.loads(read(response.content))["total"] == 1


def test_cost_of_the_page_does_not_grow(client, world, django_assert_max_num_queries):
    client.get(reverse("map"))
    with django_assert_max_num_queries(5):
        client.get(reverse("map"), {"region": "84"})
    with django_assert_max_num_queries(5):
        sheet = {"cote": "etranger", "id": Partnership.objects.filter(kind="network").get().foreign_ids[0]}
        client.get(reverse("map_sheet", args=["jumelages"]), sheet)


# --- Classes of countries ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "bounds"),
    [
        (0, []),
        (1, [(1, None)]),
        (3, [(1, 1), (2, 2), (3, None)]),
        (40, [(1, 2), (3, 4), (5, 19), (20, None)]),
        (2000, [(1, 4), (5, 49), (50, 299), (300, None)]),
    ],
)
def test_classes_have_round_bounds_that_suit_the_numbers(most, bounds):
    classes = maps.steps([most, min(most, 1)])
    assert [(step.start, step.to) for step in classes] == bounds
    assert maps.class_of(0, classes) == 0
    assert maps.class_of(most, classes) == len(bounds)


def test_classes_are_told_apart_without_colour(client, world):
    """Each has a filling of its own, and its bounds in the legend and in the table."""
    page = client.get(reverse("map")).content.decode()
    for rank in range(1, maps.CLASSES + 1):
        assert f'id="atlas-class-{rank}"' in page
    assert page.count('class="atlas-swatch"') == len(client.get(reverse("map")).context["steps"])


# --- Layers of other apps ---------------------------------------------------------------------------------------------


def test_each_app_offers_its_layers(client, monkeypatch, world):
    other = maps.MapLayer(**{**PARTNERSHIPS.__dict__, "name": "autre", "label": "Autre"})
    monkeypatch.setattr(registry, "_LAYERS", {**registry._LAYERS})
    maps.register(other)
    page = client.get(reverse("map_layer", args=["autre"]))
    assert page.context["layer"] is other
    for layer in (PARTNERSHIPS, other):
        assert f'href="{reverse("map_layer", args=[layer.name])}"' in page.content.decode()
    with pytest.raises(ValueError, match="autre"):
        maps.register(maps.MapLayer(**{**other.__dict__, "label": "Autres"}))


@pytest.mark.parametrize(
    "address",
    [
        "/carte/inconnue/", "/carte/inconnue/points.json", "/carte/jumelages/autre.json", "/carte/integration/inconnue/",
        "/carte/jumelages/fiche/", "/carte/jumelages/fiche/?cote=lune&id=1", "/carte/jumelages/fiche/?cote=france&id=x",
        "/carte/jumelages/fiche/?cote=france&id=999999999", "/carte/jumelages/fiche/?cote=etranger&id=99999999999999999999",
    ],
)  # fmt: skip
def test_unknown_layer_part_or_point_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_misunderstood_criterion_is_said(client, world):
    page = client.get(reverse("map"), {"signed_from": "hier"})
    assert page.status_code == 200
    assert "Un critère n’a pas été compris" in page.content.decode()


# --- In other sites, with tiles ---------------------------------------------------------------------------------------


def test_only_the_frame_can_be_shown_by_other_sites(client, world):
    for name in ("map", "home", "projects:partnership_list"):
        page = client.get(reverse(name))
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert page["X-Frame-Options"] == "DENY"
    for address in (reverse("map_embed"), reverse("map_embed", args=["jumelages"])):
        frame = client.get(address)
        known = client.get(address, headers={"If-None-Match": frame["ETag"]})
        assert (frame.status_code, known.status_code) == (200, 304)
        for answer in (frame, known):  # a browser takes the headers of a 304 for those of the page it kept
            assert re.search(r"frame-ancestors \*(;|$)", answer["Content-Security-Policy"])
            assert "script-src 'self'" in answer["Content-Security-Policy"]
            assert "X-Frame-Options" not in answer
        assert "<form" not in frame.content.decode()


def test_code_to_copy_opens_the_frame_with_the_same_question(client, world):
    page = client.get(reverse("map"), {"country": "SN", "q": 'a"b'})
    source = re.search(r'src="([^"]+)"', page.context["embed_code_now"])[1].replace("&amp;", "&")
    assert source.startswith("http://testserver/carte/integration/jumelages/?")
    assert (
        client.get(source.removeprefix("http://testserver")).context["filterset"].criteria
        == page.context["filterset"].criteria
    )


def test_tiles_are_a_setting(client, settings, world):
    assert client.get(reverse("map")).context["setup"]["tiles"] == ""
    settings.MAP_TILES_URL = "https://data.geopf.fr/{z}/{x}/{y}.png"
    assert client.get(reverse("map")).context["setup"]["tiles"] == settings.MAP_TILES_URL


# --- The outlines -----------------------------------------------------------------------------------------------------


def test_outlines_are_those_of_the_reference_data(tmp_path):
    """`build_outlines` makes the same bytes as the files that are served."""
    call_command("build_outlines", folder=tmp_path, stdout=io.StringIO())
    for path in sorted(tmp_path.iterdir()):
        assert path.read_bytes() == (GEO / path.name).read_bytes(), f"run build_outlines: {path.name} is old"
    assert len(list(tmp_path.iterdir())) == len(list(GEO.iterdir()))


def test_outlines_of_the_first_view_are_light():
    assert len(brotli.compress((GEO / "world.json").read_bytes())) <= 40_000
