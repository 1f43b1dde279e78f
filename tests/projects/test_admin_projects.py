"""Projects in the administration: read like a file, moved by buttons only."""

import pytest
from django.urls import reverse

from atlas.models import StatusChange
from atlas.permissions import OFFICERS
from atlas.services.accounts import ensure_groups
from tests.factories.atlas import UserFactory
from tests.factories.projects import ProjectFactory

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
    with django_assert_max_num_queries(9):
        assert client.get(LIST, {"q": "adduction"}).status_code == 200
