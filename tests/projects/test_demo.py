"""Partnerships and projects of the demonstration: marked, plausible, the same at each run, and as many as announced."""

import re
from collections import Counter
from math import cos, radians

import pytest

from atlas.models import CollectivityKind, ForeignAuthority, ForeignPlace, PolicyMarker
from atlas.services import moves
from atlas.services.accounts import ensure_account
from projects import figures
from projects.demo import partnerships, projects, verification, world
from projects.demo.partnerships import Inventor, kilometres
from projects.demo.texts import NORTH, TEXTS
from projects.demo.words import at, of, of_department, of_said, said
from projects.demo.world import THEME_SHARES, Targets, World, allocate
from projects.models import Origin, Partnership, PartnershipKind, PartnershipStatus, PartyConsent, Project, ProjectPlace
from projects.permissions import Scope
from projects.services import refresh_activity, refresh_partnership_digest, refresh_project_digest
from projects.services.succession import proposals
from projects.services.verification import read_queue
from tests.factories.atlas import CollectivityFactory, CountryFactory, ThemeFactory
from tests.factories.projects import PartnershipFactory, ProjectFactory
from tests.projects.world import joined

pytestmark = pytest.mark.django_db

SMALL = Targets(french=44, foreign=50, countries=2, twinnings=60, accords=40, projects=100)


@pytest.fixture(autouse=True)
def small_world(monkeypatch):
    """Two countries, forty communes around Strasbourg, authorities of each other kind, forty towns in each country."""
    abroad = {
        "DE": world.Abroad(40, (1960, 2010), border=True),
        "SN": world.Abroad(40, (1975, 2025), south=True, troubled=True),
    }
    monkeypatch.setattr(world, "COUNTRIES", abroad)
    monkeypatch.setattr(world, "TARGETS", SMALL)
    monkeypatch.setattr(partnerships, "NETWORKS", {"Réseau des villes d’essai": ("DE", "SN")})
    for n in range(60):
        CollectivityFactory(population=2_000 + 1_000 * n, longitude=7.75 + n / 500, latitude=48.58)
    for n, kind in enumerate(("COMMUNAUTE_AGGLOMERATION",) * 6 + ("METROPOLE", "DEPARTEMENT", "REGION")):
        CollectivityFactory(
            kind=CollectivityKind[kind], population=400_000 + n, longitude=7, latitude=48, is_local_authority=True
        )
    for code, longitude, first in (("DE", 7.8, 1), ("SN", -17.0, 101)):
        country = CountryFactory(iso2=code)
        for n in range(40):
            ForeignPlace.objects.create(
                geonames_id=first + n,
                name=f"Ort {code} {n}",
                country=country,
                population=1_000 + 2_000 * n,
                longitude=longitude,
                latitude=48.57 if code == "DE" else 14.7,
            )
    drawn = {*partnerships.THEMES_NORTH, *partnerships.THEMES_SOUTH, *partnerships.THEMES_BORDER}
    for group, texts in TEXTS.items():
        root = ThemeFactory(code=group)
        for code in {*texts, *NORTH[group]}:
            ThemeFactory(code=code, parent=root)
        drawn -= texts.keys()
    for code in drawn:
        ThemeFactory(code=code)
    PolicyMarker.objects.create(code="1", name_fr="Égalité", name_en="Gender")


@pytest.fixture
def made():
    partnerships.make_partnerships()
    projects.make_projects()


# --- Numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "weights", "caps", "expected"),
    [
        (10, {"a": 1, "b": 1, "c": 1}, None, 10),
        (4_000, {"a": 535, "b": 160, "c": 165, "d": 140}, None, 4_000),
        (10, {"a": 9, "b": 1}, {"a": 3, "b": 100}, 10),
        (10, {"a": 9, "b": 1}, {"a": 3, "b": 2}, 5),
        (0, {"a": 1}, None, 0),
    ],
)
def test_a_number_is_shared_out_exactly(total, weights, caps, expected):
    given = allocate(total, weights, caps)
    assert sum(given.values()) == expected
    assert not caps or all(given[key] <= caps[key] for key in given)


def test_the_national_figures_are_those_announced(made):
    counted = figures.measure(None)
    assert {name: counted[name]["total"] for name in ("collectivites-engagees", "autorites-etrangeres", "pays")} == {
        "collectivites-engagees": SMALL.french,
        "autorites-etrangeres": SMALL.foreign,
        "pays": SMALL.countries,
    }
    assert (counted["projets"]["total"], counted["jumelages"]["total"]) == (SMALL.projects, SMALL.twinnings)
    assert {key: share * 10 for key, _label, _n, share in counted["projets-par-theme"]["rows"] if share} == THEME_SHARES


# --- Partnerships ---------------------------------------------------------------------------------------------------


def test_every_row_says_that_it_is_a_demonstration(made):
    assert set(Partnership.objects.values_list("origin", "note")) == {(Origin.DEMO, partnerships.NOTE)}
    assert set(ForeignAuthority.objects.values_list("is_demo", flat=True)) == {True}
    assert set(Project.objects.values_list("origin", flat=True)) == {Origin.DEMO}
    assert all(projects.NOTICE in summary for summary in Project.objects.values_list("summary", flat=True))


def test_a_second_run_adds_nothing(made):
    before = Partnership.objects.count(), ForeignAuthority.objects.count(), Project.objects.count()
    assert partnerships.make_partnerships().startswith("0 créés")
    assert projects.make_projects().startswith("0 créés")
    assert (Partnership.objects.count(), ForeignAuthority.objects.count(), Project.objects.count()) == before


def test_what_was_deleted_comes_back_alone(made):
    Partnership.objects.filter(projects=None).earliest("pk").delete()
    Project.objects.earliest("pk").delete()
    assert partnerships.make_partnerships().startswith("1 créés")
    assert projects.make_projects().startswith("1 créés")


def test_a_project_that_was_edited_is_left_alone(made):
    Project.objects.update(title="Corrigé")
    assert projects.make_projects().startswith("0 créés")


def test_the_draw_is_the_same_each_time():
    assert list(Inventor(World(SMALL)).links()) == list(Inventor(World(SMALL)).links())


def test_links_are_of_all_kinds_and_no_date_lies_ahead():
    links = list(Inventor(World(SMALL)).links())
    assert {link.kind for link in links} == set(PartnershipKind)
    assert len({link.signed_precision for link in links}) == 4
    assert all(link.signed_on <= world.TODAY for link in links if link.signed_on)
    assert all(link.ended_on < world.TODAY for link in links if link.ended_on)
    assert all(link.status == PartnershipStatus.ENDED for link in links if link.ended_on)


def test_no_pair_has_two_links():
    """But for networks, which gather towns that may know one another."""
    links = [link for link in Inventor(World(SMALL)).links() if link.kind != PartnershipKind.NETWORK]
    assert not [pair for pair, n in Counter((link.french, link.foreign) for link in links).items() if n > 1]


def test_cross_border_links_join_neighbours():
    town = CollectivityFactory.build(longitude=7.75, latitude=48.58)
    near = ForeignPlace(longitude=7.81, latitude=48.57)  # Kehl
    assert 3 < kilometres(town, near) < 6


# --- Projects -------------------------------------------------------------------------------------------------------


def test_a_project_of_the_demonstration_is_whole(made):
    for project in Project.objects.order_by("pk"):
        assert project.starts_on <= world.TODAY
        assert project.starts_on < project.ends_on
        assert project.budget_total > 0
        assert project.objectives
        assert project.activities
        assert project.expected_results
        assert project.theme_shares.filter(is_primary=True).count() == 1
        assert sum(project.theme_shares.values_list("share", flat=True)) == 100
        assert project.indicators.exists()
        assert project.places.get(foreign_authority__isnull=False).foreign_authority_id in project.foreign_ids


def test_some_projects_have_a_point_of_their_own_near_their_town_and_in_its_country(made):
    points = ProjectPlace.objects.filter(foreign_authority__isnull=True).select_related("project")
    assert 0 < len(points) < Project.objects.count() / 4
    assert {point.precision for point in points} <= {"exact", "file"}
    for point in points:
        town = point.project.places.get(foreign_authority__isnull=False).foreign_authority
        assert point.country_id == town.country_id
        assert abs(point.latitude - town.latitude) < 0.03
        assert abs(point.longitude - town.longitude) < 0.03 / cos(radians(town.latitude))
        assert point.name.endswith(of(town.name))


def test_titles_are_many(made):
    titles = Counter(Project.objects.values_list("title", flat=True))
    assert len(titles) > 0.8 * SMALL.projects


TOKEN = re.compile(r"{[^}]*}")


def test_no_text_is_left_unfinished(made):
    for texts in Project.objects.values_list("title", "summary", "objectives", "activities"):
        assert not TOKEN.search(" ".join(texts))


def test_each_group_of_themes_has_texts_for_north_and_south():
    for group, texts in TEXTS.items():
        for place in ("south", "north"):
            assert [code for code, text in (texts | NORTH[group]).items() if place in text.where], (group, place)


# --- Words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Rennes", ("de Rennes", "à Rennes")),
        ("Abidjan", ("d’Abidjan", "à Abidjan")),
        ("Le Caire", ("du Caire", "au Caire")),
        ("Les Cayes", ("des Cayes", "aux Cayes")),
        ("La Paz", ("de La Paz", "à La Paz")),
        ("Évreux", ("d’Évreux", "à Évreux")),
    ],
)
def test_articles_of_towns(name, expected):
    assert (of(name), at(name)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nord", "du Nord"),
        ("Landes", "des Landes"),
        ("Ain", "de l’Ain"),
        ("Creuse", "de la Creuse"),
        ("Paris", "de Paris"),
    ],
)
def test_articles_of_departments(name, expected):
    assert of_department(name) == expected


@pytest.mark.parametrize(
    ("kind", "name", "population", "expected"),
    [
        ("COMMUNE", "Arles", 50_000, ("la ville d’Arles", "de la ville d’Arles")),
        ("COMMUNE", "Le Bono", 2_000, ("la commune du Bono", "de la commune du Bono")),
        ("DEPARTEMENT", "Gard", 1, ("le Département du Gard", "du Département du Gard")),
        ("REGION", "Bretagne", 1, ("la Région Bretagne", "de la Région Bretagne")),
        ("COMMUNAUTE_AGGLOMERATION", "CA du Grand Dole", 1, ("la communauté d’agglomération du Grand Dole",) * 1),
        ("METROPOLE", "Metz Métropole", 1, ("Metz Métropole", "de Metz Métropole")),
    ],
)
def test_authorities_in_a_sentence(kind, name, population, expected):
    authority = CollectivityFactory.build(kind=CollectivityKind[kind], name=name, population=population)
    assert (said(authority), of_said(authority))[: len(expected)] == expected


def test_verification_has_something_of_each_kind_and_changes_no_published_figure():
    partnerships.make_partnerships()
    projects.make_projects()
    ensure_account("ambassade@demo.example", password="x", first_name="Alix", last_name="Dakar")
    joined(CollectivityFactory(name="Seynod", former=True), CollectivityFactory(name="Annecy"))
    ForeignAuthority.objects.filter(pk__in=ForeignAuthority.objects.order_by("pk").values("pk")[:2]).update(
        name_local="Mérida"
    )
    # As the whole demonstration has: records of several French authorities.
    for _n in range(2):
        project, twinning = ProjectFactory(origin=Origin.DEMO), PartnershipFactory(origin=Origin.DEMO)
        project.parties.create(kind="collectivity", role="co_lead", collectivity=CollectivityFactory())
        twinning.parties.create(collectivity=CollectivityFactory())
        refresh_project_digest([project.pk])
        refresh_partnership_digest([twinning.pk])
    refresh_activity()
    published = Partnership.objects.filter(publication="published")
    before = published.count(), ForeignAuthority.objects.filter(partnership_count__gt=0).count()
    assert "doublons possibles" in verification.make_verification()
    assert (published.count(), ForeignAuthority.objects.filter(partnership_count__gt=0).count()) == before
    assert moves.count_candidates() >= 1
    assert [str(one.old) for one in proposals()] == ["Seynod"]
    facet = read_queue(Scope(everything=True)).facets[0]
    found = {choice.value: choice.count for choice in facet.choices}
    assert found.keys() >= {"never", "stale", "over", "corrected"}
    assert published.filter(verified_as="embassy").exists()
    for about in ("project", "partnership"):
        answers = PartyConsent.objects.filter(**{f"{about}__isnull": False}).values_list("answer", flat=True)
        assert set(answers) == {"", "agreed"}, about
    assert verification.make_verification() == "déjà là"
