"""A name is matched when it can mean one thing only; everything else is a question, with what it may mean."""

import pytest

from atlas.models import Collectivity, CollectivityEvent, EventKind
from atlas.names import normalise
from projects.imports.columns import FileRow
from projects.imports.countries import Countries
from projects.imports.foreign import PLACE, ForeignNames
from projects.imports.french import FrenchNames
from projects.models import NameSide, Problem
from tests.factories.atlas import CountryFactory, ForeignAuthorityFactory
from tests.projects.world import COUNTRIES, KIEL, commune, joined, make_world, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def french(name: str, **fields):
    return FrenchNames().find(FileRow(2, name, "Kiel", "Allemagne", **fields))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Brest", "brest"),
        ("BREST", "brest"),
        ("Ville de Brest", "brest"),
        ("Brest, Finistère", "brest"),
        ("Brest (29)", "brest"),
        ("Brest (Bretagne)", "brest"),
        ("St Etienne", "st_etienne"),
        ("Saint–Étienne", "st_etienne"),
        ("Havre", "le_havre"),
        ("Havre (Le)", "le_havre"),
        ("Saint-Denis, La Réunion", "denis_974"),
        ("Saint-Denis (Seine-Saint-Denis)", "denis_93"),
        ("Seynod", "annecy"),
        ("Seynod (Annecy)", "annecy"),
        ("Le Touquet", "touquet"),
        ("Dunkirk", "dunkerque"),
        ("Communauté de communes du Kochersberg", "kochersberg"),
        ("Kochersberg (communauté)", "kochersberg"),
        ("Brest Métropole", "brest_metropole"),
        ("Somme", "somme"),
        ("Département de la Somme", "somme"),
        ("Conseil départemental de la Vienne", "vienne_86"),
        ("Vienne (département)", "vienne_86"),
        ("Ville de Vienne", "vienne_38"),
        ("Région Bretagne", "bretagne"),
        ("Conseil régional de Bretagne", "bretagne"),
        ("Nord-Pas-de-Calais", "hauts_de_france"),
        ("Corse", "corse"),
        ("Paris", "paris"),
    ],
)
def test_a_name_that_can_mean_one_authority_is_matched(world, written, meant):
    answer = french(written)
    assert (answer.problem, answer.id) == ("", world[meant].pk)


@pytest.mark.parametrize(
    ("written", "problem", "candidates"),
    [
        ("Saint-Denis", Problem.FRENCH_AMBIGUOUS, {"denis_93", "denis_974"}),
        ("Vienne", Problem.FRENCH_AMBIGUOUS, {"vienne_38", "vienne_86"}),
        ("Saint-Denis (Finistère)", Problem.FRENCH_CONTRADICTED, {"denis_93", "denis_974"}),
        ("Brest (Bélarus)", Problem.FRENCH_CONTRADICTED, {"brest"}),
        ("Atlantide", Problem.FRENCH_UNKNOWN, set()),
    ],
)
def test_what_may_mean_something_else_is_a_question(world, written, problem, candidates):
    answer = french(written)
    assert (answer.id, answer.problem) == (None, problem)
    assert {candidate.id for candidate in answer.candidates} == {world[name].pk for name in candidates}


def test_the_larger_of_two_homonyms_is_no_better(world):
    Collectivity.objects.filter(pk=world["denis_974"].pk).update(population=10)
    assert french("Saint-Denis").problem == Problem.FRENCH_AMBIGUOUS


def test_a_former_commune_with_two_heirs_is_a_question(world):
    joined(world["seynod"], world["brest"])
    assert french("Seynod").problem == Problem.FRENCH_AMBIGUOUS


def test_an_authority_of_today_comes_before_a_former_commune_and_the_report_says_so(world):
    joined(commune("Brest", "01054", "01", former=True), world["annecy"])
    answer = french("Brest")
    assert answer.id == world["brest"].pk
    assert "ancienne commune" in str(answer.how)


def test_a_former_name_leads_to_the_authority(world):
    event = CollectivityEvent.objects.create(kind=EventKind.NAME_CHANGE, former_name="Port-Liberté")
    event.successors.add(world["brest"])
    assert french("Port-Liberté").id == world["brest"].pk


def test_codes_and_départements_tell_homonyms_apart(world):
    assert french("Saint-Denis", insee_code="97411").id == world["denis_974"].pk
    assert french("Saint-Denis", siren=world["denis_93"].siren).id == world["denis_93"].pk
    assert french("Saint-Denis", department="93").id == world["denis_93"].pk
    assert french("Saint-Denis", department="Seine-Saint-Denis").id == world["denis_93"].pk


def test_the_code_of_a_former_commune_leads_to_its_heir(world):
    assert french("Seynod", insee_code="74268").id == world["annecy"].pk


@pytest.mark.parametrize("codes", [{"insee_code": "29019"}, {"insee_code": "99999"}, {"siren": "200000008"}])
def test_a_code_that_does_not_go_with_the_name_is_a_question(world, codes):
    answer = french("Annecy", **codes)
    assert answer.problem == Problem.FRENCH_CONTRADICTED
    assert world["annecy"].pk in {candidate.id for candidate in answer.candidates}


def test_an_unknown_name_is_shown_its_neighbours(world):
    near = FrenchNames().suggest(["Saint-Etiene"])
    assert world["st_etienne"].pk in {candidate.id for candidate in near["Saint-Etiene"]}


# --- Countries --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "iso2"),
    [
        ("Allemagne", "DE"),
        ("germany", "DE"),
        ("DE", "DE"),
        ("Scotland", "GB"),
        ("Scotland, United Kingdom", "GB"),
        ("Écosse (Royaume-Uni)", "GB"),
        ("Republic of Ireland", "IE"),
        ("Georgia (country)", "GE"),
    ],
)
def test_a_country_is_known_by_its_names(world, label, iso2):
    countries = Countries()
    for _twice in range(2):
        assert countries.by_id[countries.find(label).id].iso2 == iso2


@pytest.mark.parametrize(
    ("label", "problem"),
    [
        ("Germanie", Problem.COUNTRY_UNKNOWN),
        ("Georgia (U.S. state)", Problem.COUNTRY_UNKNOWN),
        ("Germany, Ireland", Problem.COUNTRY_UNKNOWN),
        ("Guadeloupe, France", Problem.PARTNER_IN_FRANCE),
        ("France", Problem.PARTNER_IN_FRANCE),
    ],
)
def test_a_label_that_is_no_foreign_country_is_a_question(world, label, problem):
    assert Countries().find(label).problem == problem


# --- Partners ---------------------------------------------------------------------------------------------------------


def partner(name: str, point: tuple | None = KIEL, country: str = "DE", *, regional: bool = False, **fields):
    latitude, longitude = point or (None, None)
    row = FileRow(2, "Brest", name, "Allemagne", latitude, longitude, **fields)
    return ForeignNames().find(row, COUNTRIES[country]().pk, regional=regional)


@pytest.mark.parametrize("name", ["Kiel", "kiel", "Kilonia", "Kiel, Holstein"])
def test_a_place_of_that_name_near_the_point_is_the_partner(world, name):
    answer = partner(name, (54.35, 10.0))
    assert (answer.id.side, answer.id.id) == (PLACE, 1)


def test_a_long_name_is_recognised_in_short_on_its_very_point(world):
    assert partner("Frankfurt", (50.11, 8.69)).id.id == 2
    assert partner("Frankfurt", (50.30, 8.69)).id is None


@pytest.mark.parametrize("name", ["Kronshagen", "Kieler Förde", "Ki"])
def test_another_name_at_the_same_point_is_another_partner(world, name):
    answer = partner(name)
    assert (answer.id, answer.problem) == (None, "")


def test_the_authority_on_record_comes_before_its_place(world):
    germany = COUNTRIES["DE"]()
    kiel = ForeignAuthorityFactory(
        name_fr="Kiel-sur-Mer", name_local="Kiel", country=germany, place_id=1, latitude=54.32, longitude=10.13
    )
    assert (partner("Kiel").id.side, partner("Kiel").id.id) == (NameSide.PARTNER, kiel.pk)
    assert partner("Kilonia").id.id == kiel.pk


def test_what_was_merged_is_known_by_its_names_too(world):
    germany = COUNTRIES["DE"]()
    standing = ForeignAuthorityFactory(name_fr="Laboe", country=germany, latitude=54.40, longitude=10.22)
    ForeignAuthorityFactory(name_fr="Laboe-Plage", country=germany, merged_into=standing)
    assert partner("Laboe-Plage", (54.40, 10.22)).id.id == standing.pk


def test_of_two_homonyms_near_the_point_the_one_on_it_is_meant(world):
    place(10, "Altona", "DE", 53.55, 9.93)
    place(11, "Altona", "DE", 53.65, 9.93)
    assert partner("Altona", (53.55, 9.93)).id.id == 10
    answer = partner("Altona", (53.60, 9.93))
    assert answer.problem == Problem.PARTNER_AMBIGUOUS
    assert {candidate.id for candidate in answer.candidates} == {10, 11, None}


def test_a_point_in_another_country_is_a_question(world):
    answer = partner("Inverness", (57.48, -4.22), "DE")
    assert answer.problem == Problem.POSITION_ELSEWHERE
    assert "Royaume-Uni" in answer.reason


def test_a_point_far_from_everything_contradicts_nothing(world):
    assert partner("Station polaire", (-75.0, 0.0)).problem == ""


def test_without_a_point_a_name_must_be_alone_in_the_country(world):
    assert partner("Kiel", None).id.id == 1
    assert partner("Neustadt", None).problem == Problem.PARTNER_AMBIGUOUS
    assert partner("Kleindorf", None).id is None


def test_a_county_is_not_the_town_of_its_name(world):
    """A point in the fields is not that of the town, when the French side is a département or a région."""
    assert partner("Inverness", (57.60, -4.50), "GB").id.id == 3
    assert partner("Inverness", (57.60, -4.50), "GB", regional=True).problem == Problem.PARTNER_AMBIGUOUS


def test_a_région_works_with_a_region(world):
    answer = partner("Schleswig-Holstein", (54.2, 9.8), regional=True)
    assert (answer.problem, answer.how) == ("", "region")


def test_a_point_across_the_antimeridian_is_near(world):
    fiji = CountryFactory(iso2="FJ", name_fr="Fidji", name_en="Fiji")
    COUNTRIES["FJ"] = lambda: fiji
    place(20, "Taveuni", "FJ", -16.85, -179.98)
    assert partner("Taveuni", (-16.85, 179.99), "FJ").id.id == 20
    del COUNTRIES["FJ"]


def test_keys_of_names_are_those_of_the_database(world):
    assert Collectivity.objects.get(pk=world["st_etienne"].pk).search_name == normalise("Saint-Étienne")
