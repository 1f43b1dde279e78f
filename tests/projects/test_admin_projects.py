"""Projects in the administration: read like a file, moved by buttons only."""

import pytest
from django.urls import reverse

from atlas.models import PolicyMarker, StatusChange
from atlas.permissions import OFFICERS
from atlas.services.accounts import ensure_groups
from projects import services
from tests.factories.atlas import CollectivityFactory, CountryFactory, RegionFactory, ThemeFactory, UserFactory
from tests.factories.projects import NoticeFactory, PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/projects/project/"


@pytest.fixture
def officer(client):
    user = UserFactory(staff=True)
    user.groups.add(ensure_groups()[OFFICERS])
    client.force_login(user)
    return user


def test_what_the_authority_wrote_is_read_and_cannot_be_typed_over(client, officer):
    project = ProjectFactory(summary="Forages et bornes-fontaines")
    page = client.get(reverse("admin:projects_project_change", args=[project.pk])).content.decode()
    assert "Forages et bornes-fontaines" in page
    assert 'name="title"' not in page
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{project.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_project_is_sent_back_with_its_note_and_leaves_the_public(
    client, officer, django_capture_on_commit_callbacks
):
    project = ProjectFactory()
    address = next(
        line.split('"')[0]
        for line in client.get(f"{LIST}{project.pk}/change/").content.decode().split('href="')
        if "send_back" in line.split('"')[0]
    )
    assert client.post(address, {"note": ""}).status_code == 200, "the note is asked for"
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address, {"note": "Précisez le lieu."}).status_code == 302
    project.refresh_from_db()
    assert project.publication == "draft"
    assert StatusChange.objects.get().note == "Précisez le lieu."
    lead = project.parties.get(role="lead").collectivity
    lead.refresh_from_db()
    assert lead.project_count == 0


def test_what_waits_for_a_review_is_in_the_queue(client, officer):
    ProjectFactory(publication="submitted", published_at=None)
    page = client.get("/admin/").content.decode()
    assert "projet proposé à la publication" in page
    assert f"{LIST}?publication__exact=submitted" in page


def test_the_list_costs_the_same_however_long(client, officer, django_assert_max_num_queries):
    for _ in range(8):
        ProjectFactory(publication="submitted")
    with django_assert_max_num_queries(15):
        assert client.get(LIST, {"q": "adduction"}).status_code == 200


def test_the_staff_read_all_that_the_authority_wrote(client, officer):
    """Every step of the form, on one page."""
    project = ProjectFactory(title_local="Ndox", website="https://eau.example/")
    project.places.create(name="Quartier Nord", longitude=-16.9, latitude=14.8)
    marker = PolicyMarker.objects.create(code="1", name_fr="Égalité des sexes", scores="0|1|2")
    project.markers.create(marker=marker, score=2)
    indicator = project.indicators.create(title="Forages", target=10)
    indicator.periods.create(starts_on="2024-01-01", ends_on="2024-12-31", actual="2.5", comment="Pompe posée")
    project.documents.create(file="a.pdf", title="Convention signée", category="A10", size=10, sha256="0" * 64)
    project.photos.create(file="a.jpg", alt="Une borne", credit="Ville", licence="CC-BY", width=8, height=8)
    page = client.get(f"{LIST}{project.pk}/change/").content.decode()
    for said in (
        *("Ndox", "https://eau.example/", "Quartier Nord", "Égalité des sexes", "Objectif principal", "Forages"),
        *("2,5", "Pompe posée", "Convention signée", "Une borne"),
    ):
        assert said in page, said


@pytest.mark.parametrize(
    ("model", "make"), [("project", ProjectFactory), ("partnership", PartnershipFactory), ("partnershipnotice", None)]
)
def test_lists_are_narrowed_by_country_region_and_theme(client, officer, model, make):
    region, theme = RegionFactory(code="53", name="Bretagne"), ThemeFactory(code="eau", name="Eau")
    brazil = CountryFactory(iso2="BR", name_fr="Brésil")
    town = CollectivityFactory(region=region)
    if make is None:
        wanted, _other = NoticeFactory(collectivity=town, country=brazil, theme=theme), NoticeFactory()
    else:
        wanted, _ = make(french=town, foreign__country=brazil), make()
        if model == "project":
            wanted.theme_shares.update(theme=theme)
            services.refresh_project_digest([wanted.pk])
        else:
            wanted.themes.add(theme)
            services.refresh_partnership_digest([wanted.pk])
    address = f"/admin/projects/{model}/"
    page = client.get(address).content.decode()
    for name, code in (("pays", "BR"), ("region", "53"), ("theme", "eau")):
        assert f"?{name}={code}" in page
        assert list(client.get(address, {name: code}).context["cl"].queryset) == [wanted]
