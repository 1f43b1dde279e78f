"""Receipts, links to partners, messages and delays in the administration: read, and no more than one gesture."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from atlas.permissions import OFFICERS
from atlas.services.accounts import ensure_groups
from projects import services
from projects.models import Confirmation, PartnerRequest
from projects.models.links import token_hash
from projects.services import verification
from tests.factories.atlas import MembershipFactory, UserFactory
from tests.factories.projects import PartnershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    ensure_groups()
    user = UserFactory(staff=True)
    user.groups.add(Group.objects.get(name=OFFICERS))
    client.force_login(user)
    return user


@pytest.fixture
def link():
    return PartnershipFactory()


@pytest.fixture
def asked(link):
    row = PartnerRequest(
        partnership=link,
        collectivity_id=link.french_ids[0],
        foreign_authority_id=link.foreign_ids[0],
        email="mairie@example.org",
        expires_at=timezone.now() + timedelta(days=3),
    )
    row.token_hash = token_hash(row.token)
    row.save()
    return row


def page(model: str, row) -> str:
    return reverse(f"admin:projects_{model}_change", args=[row.pk])


def test_a_link_is_read_without_its_secret_and_revoked_by_a_button(client, officer, asked):
    shown = client.get(page("partnerrequest", asked)).content.decode()
    assert "mairie@example.org" in shown
    assert asked.token not in shown
    assert asked.token_hash not in shown
    assert 'name="_save"' not in shown
    gesture = reverse("admin:projects_partnerrequest_gesture", args=[asked.pk, "annuler"])
    assert gesture in shown
    client.post(gesture)
    asked.refresh_from_db()
    assert asked.state == "revoked"
    assert gesture not in client.get(page("partnerrequest", asked)).content.decode()


def test_corrections_are_read_with_the_names_of_their_fields(client, officer, asked):
    PartnerRequest.objects.filter(pk=asked.pk).update(
        answer="corrected", answered_at=timezone.now(), corrections={"title": {"before": "", "after": "Charte"}}
    )
    assert "intitulé\u00a0: – → Charte" in client.get(page("partnerrequest", asked)).content.decode()
    listed = reverse("admin:projects_partnerrequest_changelist")
    assert "1&nbsp;demande au partenaire" in client.get(listed, {"suite": "a-decider"}).content.decode()
    assert "0&nbsp;demande au partenaire" in client.get(listed, {"suite": "attend"}).content.decode()


def test_a_receipt_is_read_and_says_whether_it_is_intact(client, officer, link):
    town = link.parties.get(collectivity__isnull=False).collectivity
    receipt = services.confirm_all(town, actor=MembershipFactory(collectivity=town, role="editor").user)
    shown = client.get(page("confirmation", receipt)).content.decode()
    assert receipt.sha256 in shown
    assert "icon-yes" in shown
    Confirmation.objects.filter(pk=receipt.pk).update(content={"year": 1})
    assert "icon-no" in client.get(page("confirmation", receipt)).content.decode()


def test_nothing_of_it_is_typed_or_deleted(client, officer, asked, link):
    word = verification.comment(link, actor=officer, text="À revoir.")
    for model, row in (("partnerrequest", asked), ("recordcomment", word)):
        assert client.post(page(model, row), {"email": "x@example.org"}).status_code == 403
        assert client.post(reverse(f"admin:projects_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
        assert client.get(reverse(f"admin:projects_{model}_add")).status_code == 403
