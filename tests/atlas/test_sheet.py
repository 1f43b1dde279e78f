"""The sheet of an authority is kept by its members: where it is reached, and nothing of what the reference says."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from atlas.models import Collectivity
from atlas.services.collectivities import describe
from atlas.services.records import StaleRecord
from tests.factories.atlas import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
TYPED = {
    "website": "https://rennes.example/",
    "postal_address": "Place de la Mairie\n35000 Rennes",
    "email": "international@rennes.example",
    "phone": "02 99 00 00 00",
}


@pytest.fixture
def address(town):
    return reverse("space:authority", args=[town.slug])


def seen(client, address: str) -> str:
    return client.get(address).context["seen"]


def test_what_a_member_writes_is_on_the_sheet_and_in_the_api(client, editor, town, address):
    posted = TYPED | {"website": "rennes.example", "seen": seen(client, address)}
    assert client.post(address, posted).status_code == 302
    client.logout()
    page = client.get(town.get_absolute_url()).content.decode()
    for shown in ("Place de la Mairie<br>35000 Rennes", "mailto:international@rennes.example", "02 99 00 00 00"):
        assert shown in page
    told = client.get(reverse("api:collectivity-detail", args=[town.slug])).json()
    assert {name: told[name] for name in TYPED} == TYPED | {"website": "https://rennes.example"}


def test_the_history_says_who_changed_the_sheet(client, editor, town, address):
    client.post(address, TYPED | {"seen": seen(client, address)})
    page = client.get(reverse("space:history", args=[town.slug])).content.decode()
    assert str(editor) in page
    assert "international@rennes.example" in page


def test_readers_and_members_of_others_do_not_write(client, town, address):
    reader = MembershipFactory(collectivity=town, role="reader").user
    for user, page, post in ((reader, 302, 403), (MembershipFactory(role="representative").user, 404, 404)):
        client.force_login(user)
        assert client.get(address).status_code == page
        assert client.post(address, TYPED).status_code == post
        with pytest.raises(PermissionDenied):
            describe(town, actor=user, read={}, **TYPED)
    town.refresh_from_db()
    assert town.email == ""


def test_a_mistake_is_told_at_its_field_and_what_was_typed_stays(client, editor, town, address):
    answer = client.post(address, TYPED | {"email": "mairie", "seen": seen(client, address)})
    assert answer.status_code == 422
    assert list(answer.context["step"].main.errors) == ["email"]
    assert 'value="02 99 00 00 00"' in answer.content.decode()
    town.refresh_from_db()
    assert town.phone == ""


def test_the_second_of_two_members_is_told_with_both_values(client, editor, town, address):
    before = seen(client, address)
    Collectivity.objects.filter(pk=town.pk).update(phone="02 98 11 11 11")
    answer = client.post(address, TYPED | {"seen": before})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "02 98 11 11 11" in page
    assert "02 99 00 00 00" in page
    town.refresh_from_db()
    assert town.phone == "02 98 11 11 11"
    assert client.post(address, TYPED | {"seen": answer.context["seen"]}).status_code == 302, "then knowingly"


def test_what_changed_while_one_saves_is_not_overwritten(town):
    staff = UserFactory(superuser=True)
    with pytest.raises(StaleRecord):
        describe(town, actor=staff, read={"phone": "02 98 11 11 11"}, phone="02 99 00 00 00")


def test_what_the_reference_says_is_not_written_here(town):
    staff = UserFactory(superuser=True)
    with pytest.raises(TypeError):
        describe(town, actor=staff, read={}, name="Roazhon")
    with pytest.raises(ValidationError):
        describe(town, actor=staff, read={}, website="javascript:alert(1)")
