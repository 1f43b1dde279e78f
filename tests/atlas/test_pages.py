"""Public pages: what a sheet says, in how many queries, and never with an undefined variable (a test setting raises)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from atlas.models import CollectivityEvent
from projects import figures
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    CountryStatusFactory,
    DepartmentFactory,
    ForeignAuthorityFactory,
    RegionFactory,
)
from tests.factories.projects import PartnershipFactory, PartnershipPartyFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bretagne():
    return RegionFactory(code="53", name="Bretagne", slug="bretagne-53")


@pytest.fixture
def rennes(bretagne):
    epci = CollectivityFactory(kind="metropole", name="Rennes Métropole", region=bretagne, is_local_authority=False)
    return CollectivityFactory(
        name="Rennes", region=bretagne, department=DepartmentFactory(code="35", name="Ille-et-Vilaine", region=bretagne),
        epci=epci, population=230_890, website="https://metropole.rennes.fr", confirmed_at=date(2026, 3, 1),
    )  # fmt: skip


def page_of(client, thing) -> str:
    response = client.get(thing.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def test_the_sheet_of_a_busy_authority_costs_few_queries(client, rennes, django_assert_max_num_queries):
    for _ in range(3):
        PartnershipFactory(french=rennes)
    client.get(
        reverse("projects:partnership_list")
    )  # the names of countries are kept by the process, as labels of criteria
    with django_assert_max_num_queries(8):
        page = page_of(client, rennes)
    assert "Confirmée le 1er mars 2026" in page
    assert f'href="{reverse("projects:partnership_list")}?collectivity={rennes.slug}"' in page
    assert f"{reverse('projects:partnership_export', args=['csv'])}?collectivity={rennes.slug}" in page
    assert reverse("api:collectivity-detail", args=[rennes.slug]) in page
    assert "Comment ce chiffre est-il compté" in page
    assert "230\u202f890\u00a0habitants (2023)" in page
    for link in (reverse("api:collectivity-detail", args=[rennes.slug]),):
        assert client.get(link).status_code == 200


def test_sheets_show_the_projects_begun_last_and_lead_to_the_others(client, rennes, django_assert_max_num_queries):
    partner = ForeignAuthorityFactory(name_fr="Sétif")
    first, *_others = (
        ProjectFactory(
            french=rennes,
            foreign=partner,
            title=f"Projet {n}",
            starts_on=date(2020 + n, 1, 1),
            ends_on=date(2027, 1, 1),
        )
        for n in range(6)
    )
    ProjectFactory(french=rennes, foreign=partner, title="Brouillon", draft=True)
    client.get(reverse("projects:project_list"))
    for thing, query in (
        (rennes, f"collectivity={rennes.slug}"),
        (partner, f"partner={partner.slug}"),
        (partner.country, f"country={partner.country.iso2}"),
    ):
        for partnerships in (0, 1):
            if partnerships:
                PartnershipFactory(french=rennes, foreign=partner)
            with django_assert_max_num_queries(8):
                page = page_of(client, thing)
            assert [f"Projet {n}" in page for n in range(6)] == [False, True, True, True, True, True]
            assert f"{partner.country.name_fr} · 2021–2027" in page
            assert f'{reverse("projects:project_list")}?{query}"' in page
            assert first.get_absolute_url() not in page
            assert "Brouillon" not in page


def test_the_address_of_a_sheet_is_the_declared_one_and_not_that_of_the_request(client, rennes, settings):
    settings.SITE_URL = "https://atlas.example"
    page = client.get(rennes.get_absolute_url(), headers={"host": "ailleurs.example"}).content.decode()
    assert f'<link rel="canonical" href="https://atlas.example{rennes.get_absolute_url()}">' in page
    assert "ailleurs.example" not in page


def test_a_sheet_without_anything_says_so(client, bretagne):
    page = page_of(client, CollectivityFactory(name="Vide", region=None, department=None, siren=None, population=None))
    assert "Jamais confirmée" in page
    assert "Aucun partenariat publié" in page


def test_an_intermunicipal_body_lists_its_members(client, rennes):
    page = page_of(client, rennes.epci)
    assert rennes.get_absolute_url() in page
    assert "1\u00a0commune" in page


def test_a_past_authority_leads_to_its_successor_and_back(client, bretagne):
    old = CollectivityFactory(name="Ancienne", former=True, ceased_on=date(2019, 1, 1), region=bretagne)
    new = CollectivityFactory(name="Nouvelle", region=bretagne)
    event = CollectivityEvent.objects.create(kind="new_commune", effective_on=date(2019, 1, 1), source="INSEE")
    event.predecessors.add(old)
    event.successors.add(new)
    before, after = page_of(client, old), page_of(client, new)
    assert "n’existe plus" in before
    assert new.get_absolute_url() in before
    assert "Elle a disparu le 1er janvier 2019" in before
    assert old.get_absolute_url() in after
    assert "Source : INSEE" in after.replace("\u00a0", " ")


def test_the_companions_of_an_authority_have_their_column_only_when_there_are_some(client, rennes):
    alone = PartnershipFactory(french=rennes)
    assert "Avec aussi" not in page_of(client, rennes)
    other = CollectivityFactory(name="Brest")
    PartnershipPartyFactory(partnership=alone, collectivity=other)
    page = page_of(client, rennes)
    assert "Avec aussi" in page
    assert other.get_absolute_url() in page


def test_the_sheet_of_a_partner(client, rennes, django_assert_max_num_queries):
    partner = ForeignAuthorityFactory(name_fr="Sétif", name_local="سطيف", aliases=["Sitifis"])
    PartnershipFactory(french=rennes, foreign=partner)
    partner.refresh_from_db()
    client.get(reverse("home"))
    with django_assert_max_num_queries(8):
        page = page_of(client, partner)
    assert "سطيف" in page
    assert f"?partner={partner.slug}&amp;region=53" in page
    assert client.get(reverse("api:foreign-authority-detail", args=[partner.slug])).status_code == 200


def test_the_sheet_of_a_country_says_its_status_today_and_what_is_not_sure(
    client, rennes, django_assert_max_num_queries
):
    today = timezone.localdate()
    country = CountryFactory(iso2="BD", name_fr="Bangladesh", dac_code=666)
    for confirmed, start, end in [(True, None, today - timedelta(days=1)), (False, today - timedelta(days=1), None)]:
        CountryStatusFactory(
            country=country,
            list="ldc",
            category="LDC",
            valid_from=start,
            valid_to=end,
            confirmed=confirmed,
            source="ONU",
        )
    PartnershipFactory(french=rennes, foreign__country=country)
    country.refresh_from_db()
    with django_assert_max_num_queries(9):
        page = page_of(client, country)
    assert "Statut à confirmer" in page
    assert "Pays moins avancé (à confirmer)" in page
    assert "?country=BD&amp;kind=twinning" in page
    assert "?country=BD&amp;region=53" in page
    country.statuses.filter(confirmed=False).update(confirmed=True)
    assert "Statut à confirmer" not in page_of(client, country)


def test_a_country_outside_the_lists_is_said_not_eligible(client):
    assert "Pays non éligible" in page_of(client, CountryFactory(iso2="DE"))


def test_home_counts_link_to_as_many_rows(client, rennes):
    PartnershipFactory(french=rennes)
    figures.refresh()
    home = client.get(reverse("home")).content.decode()
    for name, query in [
        ("collectivity_list", "active=true"),
        ("foreign_authority_list", "active=true"),
        ("country_list", "active=true"),
        ("projects:partnership_list", "kind=twinning"),
    ]:
        assert f'href="{reverse(name)}?{query}" aria-label="1 ' in home
        assert client.get(f"{reverse(name)}?{query}").context["page"].total == 1
    for door in ("Explorer", "Trouver un partenaire", "Connaître les chiffres", "Déclarer"):
        assert f">{door}</a>" in home


def test_the_very_words_silence_the_near_spellings_of_other_families(client, bretagne):
    CountryFactory(iso2="MF", name_fr="Saint-Martin")
    CollectivityFactory(name="Saint-Étienne", region=bretagne)
    page = client.get(reverse("search"), {"q": "saint etien"}).content.decode()
    assert "Saint-Étienne" in page
    assert "Saint-Martin" not in page
    assert "Saint-Étienne" in client.get(reverse("search"), {"q": "sant etiene"}).content.decode()


def test_a_search_without_result_says_where_to_go(client):
    page = client.get(reverse("search"), {"q": "zzzzzz"}).content.decode()
    assert "Aucun nom ne ressemble" in page
    assert reverse("collectivity_list") in page


@pytest.mark.parametrize(
    ("name", "query", "shown"),
    [
        ("collectivity_list", "region=53", True),
        ("collectivity_list", "region=53&sort=name", True),
        ("collectivity_list", "kind=commune", False),
        ("collectivity_list", "q=rennes", False),
        ("foreign_authority_list", "country=SN", True),
        ("projects:partnership_list", "country=SN&kind=twinning", True),
    ],
)
def test_a_list_leads_to_the_map_only_when_the_map_answers_the_same_question(client, rennes, name, query, shown):
    CountryFactory()
    context = client.get(f"{reverse(name)}?{query}").context
    assert context["map_url"] == (f"{reverse('map')}?{query}" if shown else "")


def test_a_list_shows_its_criteria_its_files_and_its_empty_state(client, rennes):
    page = client.get(reverse("collectivity_list"), {"region": "53", "q": "zzz"}).content.decode()
    assert "Retirer le critère Bretagne" in page
    assert "Tout effacer" in page
    assert "Aucun résultat" in page
    assert "export.csv?region=53&amp;q=zzz" in page
    assert "export.geojson?region=53&amp;q=zzz" in page


def test_the_title_of_a_list_says_what_was_asked_of_it(client, rennes):
    def title(**asked) -> str:
        return client.get(reverse("collectivity_list"), asked).content.decode().split("<title>")[1].split("</title>")[0]

    assert title().startswith("Collectivités françaises – ")
    told, _site = title(region="53", q="rennes").split(" – ")
    assert told.startswith("Collectivités françaises&nbsp;: ")
    assert "Bretagne" in told
    assert "rennes" in told
