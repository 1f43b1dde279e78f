"""Suggestions: what people type finds what they mean, in one query, by the index, whatever they type."""

import string

import pytest
from django.db import connection
from django.urls import reverse

from atlas import search
from atlas.models import Collectivity, Country, ForeignAuthority, ForeignPlace
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    DepartmentFactory,
    ForeignAuthorityFactory,
    RegionFactory,
)

pytestmark = pytest.mark.django_db

INDEXES = ["atlas_coll_search", "atlas_foreign_search"]


@pytest.fixture
def world():
    """Names as they are: homonyms, «Saint» in all its spellings, a past commune, partners abroad."""
    aura = RegionFactory(code="84", name="Auvergne-Rhône-Alpes", slug="auvergne-rhone-alpes-84")
    loire = DepartmentFactory(code="42", name="Loire", region=aura)
    for name, population in [
        ("Saint-Étienne", 173_821),
        ("Saint-Étienne-le-Molard", 1_012),
        ("Saint-Genest-Lerpt", 6_172),
        ("Rive-de-Gier", 15_000),
        ("Riom", 19_000),
        ("L’Horme", 4_700),
        ("Sainte-Sigolène", 5_900),
        ("Estivareilles", 500),
    ]:
        CollectivityFactory(name=name, population=population, region=aura, department=loire)
    CollectivityFactory(name="Saint-Victor-sur-Loire", former=True, region=aura, department=loire, population=None)
    brazil = CountryFactory(iso2="BR", continent="Amérique")
    CountryFactory(iso2="DE", continent="Europe", aliases=["RFA"])
    ForeignAuthorityFactory(name_fr="Rio de Janeiro", country=brazil, population=6_700_000, partnership_count=3)
    ForeignAuthorityFactory(name_fr="São Paulo", country=brazil, population=12_000_000)
    ForeignAuthorityFactory(name_fr="Cologne", name_local="Köln", country=Country.objects.get(iso2="DE"))
    ForeignPlace.objects.create(
        geonames_id=1, name="Riobamba", country=brazil, population=1_000_000, longitude=-45, latitude=-20
    )


def labels(typed: str) -> list[str]:
    return [found.label for found in search.suggest(typed)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("sant etiene", "Saint-Étienne"),
        ("saint-etienne", "Saint-Étienne"),
        ("ST ÉTIENNE", "Saint-Étienne"),
        ("St. Etienne", "Saint-Étienne"),
        ("etienne", "Saint-Étienne"),
        ("ste sigolene", "Sainte-Sigolène"),
        ("rio", "Rio de Janeiro"),
        ("janero", "Rio de Janeiro"),
        ("sao paulo", "São Paulo"),
        ("koln", "Cologne"),
        ("l'horme", "L’Horme"),
        ("bresil", "Brésil"),
        ("germany", "Allemagne"),
        ("rfa", "Allemagne"),
        ("st victor", "Saint-Victor-sur-Loire"),
    ],
)
def test_what_is_typed_finds_what_is_meant(world, typed, first):
    assert labels(typed)[0] == first


def test_two_letters_find_the_names_that_begin_so(world):
    found = labels("ri")
    assert found[0] == "Rio de Janeiro"
    assert set(found) == {"Rio de Janeiro", "Riom", "Rive-de-Gier"}


@pytest.mark.parametrize("typed", ["", " ", "r", "é", "-", "’", "%%", "__", "\x00"])
def test_less_than_two_letters_find_nothing_and_ask_nothing(world, typed, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert search.suggest(typed) == []


@pytest.mark.parametrize(
    "typed",
    ["100%", "%a%", "_io", "a_b", "o'brien", "'; DROP TABLE atlas_country; --", '"rio"', "rio\\", "\\%", "rio\x00rio", "$1 %s %(q)s", "🗺️ rio", "ri" * 5_000],
)  # fmt: skip
def test_no_text_breaks_the_search(world, client, typed, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        response = client.get(reverse("suggest"), {"q": typed})
    assert response.status_code == 200
    assert Country.objects.count() == 2
    assert client.get(reverse("search"), {"q": typed}).status_code == 200


@pytest.mark.parametrize("typed", ["%o%", "r_o"])
def test_wildcards_are_letters_like_any_other(world, typed):
    """«r_o» is «r o» and «%o%» is «o»: neither is a pattern that would bring half of the names."""
    assert len(labels(typed)) < 3


def test_a_suggestion_says_what_it_is_and_leads_to_its_page(world, client):
    results = client.get(reverse("suggest"), {"q": "rio"}).json()["results"]
    assert results[0] == {
        "label": "Rio de Janeiro",
        "detail": "partenaire · Brésil",
        "kind": "partner",
        "key": "partner:rio-de-janeiro-br",
        "url": ForeignAuthority.objects.get(name_fr="Rio de Janeiro").get_absolute_url(),
    }
    [town] = [one for one in client.get(reverse("suggest"), {"q": "saint-etienne"}).json()["results"]
              if one["label"] == "Saint-Étienne"]  # fmt: skip
    assert town["detail"] == "Loire (42)"
    [past] = client.get(reverse("suggest"), {"q": "saint victor sur loire"}).json()["results"][:1]
    assert past["detail"].startswith("ancienne collectivité")
    for one in (*results, town, past):
        assert client.get(one["url"]).status_code == 200


def test_places_that_no_one_works_with_are_not_suggested(world):
    assert "Riobamba" not in labels("riobamba")


def test_a_merged_partner_is_not_suggested(world):
    rio = ForeignAuthority.objects.get(name_fr="Rio de Janeiro")
    ForeignAuthorityFactory(name_fr="Ville de Rio de Janeiro", country=rio.country, merged_into=rio)
    assert labels("rio de janeiro").count("Ville de Rio de Janeiro") == 0


def test_suggestions_are_few_and_shared_for_a_minute(world, client):
    for n in range(15):
        CollectivityFactory(name=f"Rivière-{n}")
    response = client.get(reverse("suggest"), {"q": "riviere"})
    assert len(response.json()["results"]) == search.LIMIT
    assert response["Cache-Control"] == "public, max-age=60"


# --- Closeness --------------------------------------------------------------------------------------------------------


@pytest.fixture
def abroad():
    """Towns of Sénégal and of Burkina Faso, and names elsewhere that resemble what people type of them."""
    senegal, burkina, algeria = (CountryFactory(iso2=code) for code in ("SN", "BF", "DZ"))
    for name, country, population in [
        ("Thiès", senegal, 320_000),
        ("Thiès Nord", senegal, 90_000),
        ("Tambacounda", senegal, 80_000),
        ("Ouagadougou", burkina, 1_000_000),
        ("Tissemsilt", algeria, 75_000),
        ("Tamboura", algeria, 40_000),
        ("Tiébo", algeria, 90_000),
        ("Tambacunda-Nova", algeria, 100),
        ("Properties", algeria, 200_000),
    ]:
        ForeignAuthorityFactory(name_fr=name, country=country, population=population)
    for name in ("Trémenties", "Sartiest", "Thiers", "Thiès-sur-Loire"):
        CollectivityFactory(name=name, population=20_000)


MISSPELT = {
    "tiès": "Thiès",
    "thies": "Thiès",
    "Thies nord": "Thiès Nord",
    "Tambacounta": "Tambacounda",
    "ouagadugu": "Ouagadougou",
    "wagadougou": "Ouagadougou",
}


@pytest.mark.parametrize(("typed", "meant"), MISSPELT.items())
def test_a_name_misspelt_brings_the_nearest_first(abroad, typed, meant):
    """Whole names count: a longer one that holds what was typed is further away."""
    assert search.suggest(typed, kinds=["partner"])[0].label == meant
    assert search.suggest(typed)[0].label == meant


@pytest.mark.parametrize(
    ("typed", "country", "meant"),
    [(typed, "BF" if meant == "Ouagadougou" else "SN", meant) for typed, meant in MISSPELT.items()]
    + [("Tambacunda", "SN", "Tambacounda"), ("tamba", "SN", "Tambacounda"), ("uagaduku", "BF", "Ouagadougou")],
)
def test_the_country_that_one_speaks_of_comes_first(abroad, typed, country, meant):
    assert search.suggest(typed, kinds=["partner"], near=search.Near([country]))[0].label == meant


def test_kinds_are_chosen_before_the_best_are_kept(abroad):
    for n in range(12):
        CollectivityFactory(name=f"Thies {n}", population=50_000)
    assert {one.kind for one in search.suggest("thies", kinds=["partner"])} == {"partner"}
    assert search.suggest("thies", kinds=["country"]) == []


def test_the_address_says_what_it_is_about_and_bad_words_in_it_are_left_out(abroad, client):
    address = reverse("suggest")
    asked = {"q": "tambacunda", "types": "partner,';--", "pays": "SN,%,zz", "avec": "nowhere-1," + "x" * 300}
    assert client.get(address, asked).json()["results"][0]["label"] == "Tambacounda"
    assert client.get(address, {"q": "tambacunda", "types": "partner"}).json()["results"][0]["label"] != "Tambacounda"


# --- The index ------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(world):
    """45 000 names of syllables, as many as the atlas holds, made by the database."""
    region = RegionFactory(code="84")
    countries = [CountryFactory(iso2=first + second).pk for first in "QXZ" for second in string.ascii_uppercase]
    names = """
        SELECT n, initcap(syllables[1 + n %% 12] || syllables[1 + n / 12 %% 12]) || '-' ||
                  initcap(syllables[1 + n / 144 %% 12] || syllables[1 + n / 1728 %% 12] || syllables[1 + n / 20736 %% 12]) AS name
        FROM generate_series(1, %s) n,
             (SELECT ARRAY['ba','vil','mon','dro','lec','fran','ju','pes','gar','tou','che','nib'] AS syllables) s
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO atlas_collectivity (created_at, updated_at, kind, insee_code, name, slug, zone, coord_source, website,
                   is_local_authority, is_current, partnership_count, partner_countries, partner_themes, region_id, population)
                SELECT now(), now(), 'commune', 'x' || n, name, 'x' || n, 'metro', '', '', true, true, 0, '{{}}', '{{}}', %s, n
                FROM ({names}) named""",
            [region.pk, 37_000],
        )
        cursor.execute(
            f"""INSERT INTO atlas_foreignauthority (version, uuid, created_at, updated_at, name_local, name_fr, name_en, aliases, slug, level,
                   local_type, country_id, wikidata_id, position_precision, website, recognition, recognition_note, is_demo,
                   partnership_count, partner_regions, partner_themes)
                SELECT 1, gen_random_uuid(), now(), now(), '', name, '', '{{}}', 'y' || n, 'local', '', (%s)[1 + n %% 78], '', 'none', '', 'not_asked',
                       '', false, 0, '{{}}', '{{}}' FROM ({names}) named""",
            [countries, 8_000],
        )
        # What the database does by itself soon after a load: fold the new entries into the indexes, count the rows.
        cursor.execute("SELECT gin_clean_pending_list(n::regclass) FROM unnest(%s::text[]) n", [INDEXES])
        cursor.execute("ANALYZE atlas_collectivity, atlas_foreignauthority")


@pytest.mark.slow
@pytest.mark.parametrize("near", [search.NOWHERE, search.Near(["SN", "ML"], ["rennes-35238"])])
def test_suggestions_use_the_index_on_45_000_names(crowd, near):
    CountryFactory(iso2="SN")
    assert Collectivity.objects.count() + ForeignAuthority.objects.count() > 45_000
    assert labels("sant etiene")[0] == "Saint-Étienne"
    for typed in ("sant etiene", "rio", "ri"):
        with connection.cursor() as cursor:
            statement = search.statement(short=len(typed) < 3)
            asked = search.parameters(typed, search.LIMIT, ["partner", "collectivity"], near)
            cursor.execute(f"EXPLAIN {statement}", asked)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        for index in INDEXES:
            assert f"Index Scan on {index}" in plan, f"{typed!r} reads every name:\n{plan}"
        for table in ("atlas_collectivity", "atlas_foreignauthority"):
            assert f"Seq Scan on {table}" not in plan
