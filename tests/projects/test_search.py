"""The search of the portal finds projects: on its page by what they say, in the suggestions by their title."""

import pytest
from django.test import Client
from django.urls import reverse

from atlas.search import LIMIT, suggest
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    UserFactory,
)
from tests.factories.projects import PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def well():
    return ProjectFactory(
        title="Forages d’Adéane",
        summary="Des bornes-fontaines pour trois quartiers.",
        french__name="Rennes",
        foreign__name_fr="Adéane",
    )


def page(client: Client, q: str) -> str:
    return client.get(reverse("search"), {"q": q}).content.decode()


@pytest.mark.parametrize("q", ["forage", "bornes fontaines", "adeane", "FORAGES d'Adéane"])
def test_a_search_finds_projects_by_what_they_say(client, well, q):
    found = page(client, q)
    assert "Projets de coopération" in found
    assert f'href="{well.get_absolute_url()}"' in found
    assert "Aucun nom ne ressemble" not in found


def test_a_project_that_says_it_comes_before_names_that_resemble(client, well):
    CollectivityFactory(name="Fourages")
    found = page(client, "forages")
    assert found.index(well.title) < found.index(">Fourages<")
    found = page(client, "rennes")
    assert found.index("Collectivités françaises</h2>") < found.index("Projets de coopération</h2>")


def test_many_projects_lead_to_their_list(client):
    for _ in range(9):
        ProjectFactory()
    assert f"{reverse('projects:project_list')}?q=adduction" in page(client, "adduction")


def test_a_search_costs_the_same_however_many_it_finds(client, django_assert_max_num_queries):
    for _ in range(12):
        PartnershipFactory(french__name="Rennes")
        ProjectFactory(french__name="Rennes")
    with django_assert_max_num_queries(18):
        client.get(reverse("search"), {"q": "rennes"})


@pytest.mark.parametrize("typed", ["forag", "Adé", "forages d'ad"])
def test_suggestions_hold_projects_in_one_statement(client, well, typed, django_assert_num_queries):
    with django_assert_num_queries(1):
        results = client.get(reverse("suggest"), {"q": typed}).json()["results"]
    told = next(one for one in results if one["kind"] == "project")
    assert (told["label"], told["detail"], told["url"]) == (well.title, "projet · 2024", well.get_absolute_url())
    assert told["key"] == f"project:{well.slug}"


def test_names_come_before_titles_and_titles_leave_room(well):
    for number in range(20):
        ProjectFactory(title=f"Écoles d’Adéane {number}")
    found = suggest("adeane")
    assert (found[0].kind, found[0].label) == ("partner", "Adéane")
    assert sum(one.kind == "project" for one in found) == 3
    assert len(found) <= LIMIT


def test_a_draft_is_suggested_to_nobody_and_found_by_its_writers(client, well):
    draft = ProjectFactory(title="Forages secrets", draft=True)
    officer = Client()
    officer.force_login(UserFactory(staff=True))
    for visitor, seen in ((client, False), (officer, True)):
        assert (draft.title in page(visitor, "secrets")) is seen
        assert not any(
            one["label"] == draft.title for one in visitor.get(reverse("suggest"), {"q": "forages"}).json()["results"]
        )


def test_the_partners_that_an_authority_has_already_come_first_and_drafts_say_nothing(client):
    """«Koulikoro» of a country or of another: the one it works with, by what everybody reads."""
    near, third, far = (
        ForeignAuthorityFactory(name_fr="Koulikoro", slug=f"koulikoro-{n}", population=n)
        for n in (10_000, 30_000, 50_000)
    )
    rennes = CollectivityFactory(name="Rennes", slug="rennes-35238")
    asked = {"q": "kulikoro", "types": "partner", "avec": rennes.slug}

    def first() -> str:
        return client.get(reverse("suggest"), asked).json()["results"][0]["key"]

    assert first() == f"partner:{far.slug}"
    PartnershipFactory(french=rennes, foreign=near, draft=True)
    ProjectFactory(french=rennes, foreign=near, draft=True)
    assert first() == f"partner:{far.slug}"
    ProjectFactory(french=rennes, foreign=third)
    assert first() == f"partner:{third.slug}"


def test_the_form_of_a_project_looks_around_its_countries(client):
    """Without JavaScript and with it: the page gives the same question to both."""
    editor = MembershipFactory(role="editor")
    senegal = ForeignAuthorityFactory(name_fr="Mbour", country=CountryFactory(iso2="SN"))
    project = ProjectFactory(french=editor.collectivity, foreign=senegal, draft=True)
    here = ForeignAuthorityFactory(name_fr="Thiès", country=senegal.country, population=320_000)
    ForeignAuthorityFactory(name_fr="Tiese", country=CountryFactory(iso2="DZ"), population=90_000)
    client.force_login(editor.user)
    page = reverse("space:project_step", args=[editor.collectivity.slug, project.uuid, "parties"])
    shown = client.get(page).content.decode()
    assert f"pays=SN&amp;avec={editor.collectivity.slug}" in shown
    found = client.post(page, {"_find_name": "tiès", "_find": "1"}).context["found"]
    assert found[0].key == f"partner:{here.slug}"
