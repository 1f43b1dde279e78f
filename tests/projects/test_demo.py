"""Partnerships of the demonstration: marked, plausible, the same at each run."""

import pytest

from atlas.models import CollectivityKind, ForeignAuthority, ForeignPlace
from projects import demo
from projects.models import Origin, Partnership, PartnershipKind, PartnershipStatus
from tests.factories.atlas import CollectivityFactory, CountryFactory, ThemeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_world(monkeypatch):
    """Two countries, forty communes around Strasbourg, one authority of each other kind, thirty towns in each country."""
    abroad = {
        "DE": demo.Abroad(40, (1960, 2010), border=True),
        "SN": demo.Abroad(40, (1975, 2025), south=True, troubled=True),
    }
    monkeypatch.setattr(demo, "COUNTRIES", abroad)
    monkeypatch.setattr(demo, "NETWORKS", {"Réseau des villes d’essai": ("DE", "SN")})
    for n in range(40):
        CollectivityFactory(population=2_000 + 1_000 * n, longitude=7.75 + n / 500, latitude=48.58)
    for kind in ("COMMUNAUTE_AGGLOMERATION", "METROPOLE", "DEPARTEMENT", "REGION"):
        CollectivityFactory(kind=CollectivityKind[kind], population=400_000)
    for code, longitude, first in (("DE", 7.8, 1), ("SN", -17.0, 101)):
        country = CountryFactory(iso2=code)
        for n in range(30):
            ForeignPlace.objects.create(
                geonames_id=first + n,
                name=f"Ort {code} {n}",
                country=country,
                population=1_000 + 2_000 * n,
                longitude=longitude,
                latitude=48.57 if code == "DE" else 14.7,
            )
    for code in {*demo.THEMES_NORTH, *demo.THEMES_SOUTH, *demo.THEMES_BORDER}:
        ThemeFactory(code=code)


def test_every_row_says_that_it_is_a_demonstration():
    demo.make_partnerships()
    assert 60 < Partnership.objects.count() <= 81
    assert set(Partnership.objects.values_list("origin", "note")) == {(Origin.DEMO, demo.NOTE)}
    assert set(ForeignAuthority.objects.values_list("is_demo", flat=True)) == {True}


def test_a_second_run_adds_nothing():
    demo.make_partnerships()
    before = Partnership.objects.count(), ForeignAuthority.objects.count()
    assert demo.make_partnerships().startswith("0 créés")
    assert (Partnership.objects.count(), ForeignAuthority.objects.count()) == before


def test_a_link_that_was_deleted_comes_back_alone():
    demo.make_partnerships()
    Partnership.objects.earliest("pk").delete()
    assert demo.make_partnerships().startswith("1 créés")


def test_the_draw_is_the_same_each_time():
    assert list(demo.Inventor().links()) == list(demo.Inventor().links())


def test_links_are_of_all_kinds_and_no_date_lies_ahead():
    links = list(demo.Inventor().links())
    assert {link.kind for link in links} == set(PartnershipKind)
    assert len({link.signed_precision for link in links}) == 4
    assert all(link.signed_on <= demo.TODAY for link in links if link.signed_on)
    assert all(link.ended_on < demo.TODAY for link in links if link.ended_on)
    assert all(link.status == PartnershipStatus.ENDED for link in links if link.ended_on)


def test_the_day_before_today_is_drawn_too(monkeypatch):
    monkeypatch.setattr(demo, "COUNTRIES", {"SN": demo.Abroad(20, (2026, 2026), south=True)})
    monkeypatch.setattr(demo, "NETWORKS", {})
    assert all(link.signed_on is None or link.signed_on <= demo.TODAY for link in demo.Inventor().links())


def test_cross_border_links_join_neighbours():
    town = CollectivityFactory.build(longitude=7.75, latitude=48.58)
    near = ForeignPlace(longitude=7.81, latitude=48.57)  # Kehl
    assert 3 < demo._kilometres(town, near) < 6
