"""Who fits a notice: each reason is true and said, one statement, and the indexes made for it."""

import pytest
from django.db import connection

from projects import services
from projects.models import PartnershipNotice
from projects.search import matches_of, question
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    PostingFactory,
    RegionFactory,
    ThemeFactory,
)
from tests.factories.projects import NoticeFactory, PartnershipFactory
from tests.test_plans import crowd

pytestmark = pytest.mark.django_db


@pytest.fixture
def water():
    return ThemeFactory(code="eau", name="Eau", parent=ThemeFactory(code="planete", name="Planète"))


@pytest.fixture
def senegal():
    return CountryFactory()


@pytest.fixture
def asked(water, senegal):
    """A request of Thiès on water, 300,000 inhabitants."""
    thies = ForeignAuthorityFactory(name_fr="Thiès", slug="thies", country=senegal, population=300_000)
    return NoticeFactory(foreign=True, foreign_authority=thies, theme=water)


def partnership(french, foreign, theme=None):
    made = PartnershipFactory(french=french, foreign=foreign, digest=False)
    if theme:
        made.themes.add(theme)
    services.refresh_partnership_digest([made.pk])
    services.refresh_activity()
    return made


def found(notice) -> dict[str, dict[str, tuple[str, ...]]]:
    """Reasons by label, by family."""
    families: dict[str, dict[str, tuple[str, ...]]] = {"authority": {}, "notice": {}, "neighbour": {}}
    for match in matches_of(PartnershipNotice.objects.for_detail().get(pk=notice.pk)):
        families[match.family][match.label] = match.reasons
    return families


def test_an_authority_fits_by_theme_country_and_size_and_it_is_said(asked, water, senegal):
    rennes = CollectivityFactory(name="Rennes", population=220_000)
    for _ in range(2):
        partnership(rennes, ForeignAuthorityFactory(country=senegal), water)
    idle = CollectivityFactory(name="Sans lien")
    fits = found(asked)["authority"]
    assert fits["Rennes"] == ("même thème\u00a0: eau", "déjà 2 partenariats\u00a0: Sénégal", "taille voisine")
    assert idle.name not in fits


def test_the_better_known_comes_first(asked, water, senegal):
    for name, times in (("Brest", 1), ("Rennes", 3)):
        town = CollectivityFactory(name=name, population=220_000)
        for _ in range(times):
            partnership(town, ForeignAuthorityFactory(country=senegal), water)
    assert list(found(asked)["authority"]) == ["Rennes", "Brest"]


def test_a_partner_of_the_author_is_not_proposed_to_it(asked, water):
    rennes = CollectivityFactory(name="Rennes")
    partnership(rennes, asked.foreign_authority, water)
    assert "Rennes" not in found(asked)["authority"]


def test_what_is_sought_is_a_condition(asked, water, senegal):
    bretagne, other = RegionFactory(code="53", name="Bretagne"), RegionFactory(code="84")
    sizes = {"Petite": 5_000, "Grande": 200_000}
    for name, population in sizes.items():
        town = CollectivityFactory(name=name, population=population, region=bretagne)
        partnership(town, ForeignAuthorityFactory(country=senegal), water)
    partnership(CollectivityFactory(name="Ailleurs", region=other), ForeignAuthorityFactory(country=senegal), water)
    partnership(CollectivityFactory(regional=True, region=bretagne), ForeignAuthorityFactory(country=senegal), water)
    asked.regions.add(bretagne)
    PartnershipNotice.objects.filter(pk=asked.pk).update(levels=["local"], sizes=["100000-"])
    services.refresh_notice_digest([asked.pk])
    fits = found(asked)["authority"]
    assert list(fits) == ["Grande"]
    assert "région recherchée\u00a0: Bretagne" in fits["Grande"]


def test_drafts_and_past_authorities_do_not_count(asked, water, senegal):
    PartnershipFactory(draft=True, french__name="Brouillon", foreign__country=senegal)
    past = CollectivityFactory(name="Ancienne", former=True)
    partnership(past, ForeignAuthorityFactory(country=senegal), water)
    assert found(asked)["authority"] == {}


def test_a_french_author_finds_authorities_of_the_countries_it_seeks(water, senegal):
    bretagne = RegionFactory(code="53", name="Bretagne")
    rennes = CollectivityFactory(name="Rennes", region=bretagne, population=220_000)
    notice = NoticeFactory(collectivity=rennes, theme=water, country=senegal)
    saint_louis = ForeignAuthorityFactory(
        name_fr="Saint-Louis", slug="saint-louis", country=senegal, population=250_000
    )
    partnership(CollectivityFactory(region=bretagne), saint_louis, water)
    ForeignAuthorityFactory(name_fr="Olinda", country=CountryFactory(iso2="BR"))
    fits = found(notice)["authority"]
    assert fits["Saint-Louis"] == (
        "même thème\u00a0: eau",
        "déjà 1 partenariat avec la France",
        "déjà liée à votre région\u00a0: Bretagne",
        "taille voisine",
    )
    assert "Olinda" not in fits


def test_notices_that_answer_one_another_are_brought_together(asked, water, senegal):
    offer = NoticeFactory(title="Offre sur l’eau", direction="offer", theme=water, country=senegal)
    NoticeFactory(title="Expirée", expired=True, theme=water)
    NoticeFactory(title="Brouillon", draft=True, theme=water)
    NoticeFactory(title="Étrangère aussi", foreign=True, theme=water)
    notices = found(asked)["notice"]
    assert list(notices) == [offer.title]
    assert notices[offer.title] == (
        "une offre répond à votre demande",
        "même thème\u00a0: eau",
        "même attente\u00a0: partenariat durable",
        "langue commune\u00a0: français",
    )


def test_neighbours_are_near_and_know_the_country(water, senegal):
    rennes = CollectivityFactory(name="Rennes", longitude=-1.68, latitude=48.11)
    notice = NoticeFactory(collectivity=rennes, theme=water, country=senegal)
    for name, longitude in (("Cesson", -1.60), ("Lyon", 4.83), ("Paisible", -1.61)):
        town = CollectivityFactory(name=name, longitude=longitude, latitude=48.11)
        if name != "Paisible":
            partnership(town, ForeignAuthorityFactory(country=senegal), water)
    near = found(notice)["neighbour"]
    assert list(near) == ["Cesson"]
    assert near["Cesson"] == ("même thème\u00a0: eau", "déjà 1 partenariat\u00a0: Sénégal", "à 6 km")


def test_an_author_without_position_population_or_themes_breaks_nothing(senegal):
    bare = ForeignAuthorityFactory(
        country=senegal, longitude=None, latitude=None, population=None, position_precision="none"
    )
    notice = NoticeFactory(foreign=True, foreign_authority=bare, languages=[], sought=[])
    partnership(CollectivityFactory(name="Rennes"), ForeignAuthorityFactory(country=senegal))
    assert found(notice)["authority"]["Rennes"] == ("déjà 1 partenariat\u00a0: Sénégal",)
    unknown = NoticeFactory(waiting=True)
    assert found(unknown)["neighbour"] == {}


def test_it_costs_one_statement(asked, django_assert_num_queries):
    notice = PartnershipNotice.objects.for_detail().get(pk=asked.pk)
    matches_of(notice)  # labels are kept by process
    with django_assert_num_queries(1):
        matches_of(notice)


def test_it_reads_the_indexes_at_the_size_of_the_atlas(asked):
    from atlas.models import Collectivity
    from projects.models import Partnership

    crowd(Collectivity)
    crowd(Partnership)
    sql, parameters = question(PartnershipNotice.objects.for_detail().get(pk=asked.pk))
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql, parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan on atlas_collectivity row" not in plan, plan
    assert "Seq Scan on projects_partnership link" not in plan, plan


def test_it_is_shown_in_the_space_and_to_those_who_check_and_never_to_visitors(client, water, senegal):
    joined = MembershipFactory(role="editor")
    notice = NoticeFactory(collectivity=joined.collectivity, theme=water, country=senegal)
    ForeignAuthorityFactory(name_fr="Saint-Louis", country=senegal)
    assert "Qui pourrait convenir" not in client.get(notice.get_absolute_url()).content.decode()
    client.force_login(joined.user)
    page = f"/espace/{joined.collectivity.slug}/bourse/{notice.uuid}/"
    content = client.get(page).content.decode()
    assert "Qui pourrait convenir" in content
    assert "Saint-Louis" in content
    posting = PostingFactory(kind="embassy")
    posting.countries.set([senegal])
    waiting = NoticeFactory(waiting=True, contact__country=senegal)
    client.force_login(posting.user)
    assert "Qui pourrait convenir" in client.get(f"/bourse/a-verifier/{waiting.uuid}/").content.decode()
