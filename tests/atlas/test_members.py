"""Members of an authority: each role and each action, invitations that wait, and the last representative."""

import time
from datetime import timedelta
from html import unescape
from threading import Thread

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from atlas import rules
from atlas.models import Collectivity, Membership, User
from atlas.services import accounts, members
from tests.factories.atlas import AccessRequestFactory, CollectivityFactory, MembershipFactory, UserFactory, hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative(town, client):
    user = MembershipFactory(collectivity=town, role="representative").user
    client.force_login(user)
    return user


def url(name: str, town: Collectivity, *args) -> str:
    return reverse(f"space:{name}", args=[town.slug, *args])


def invited(town: Collectivity, email: str = "nour@ville.example", role: str = "editor", **fields) -> Membership:
    """Somebody who has not answered yet."""
    user = UserFactory(email=email, **fields)
    user.set_unusable_password()
    user.save()
    return MembershipFactory(user=user, collectivity=town, role=role)


# --- Each role, each action -------------------------------------------------------------------------------------------

WHO = ("visitor", "account", "stranger", "reader", "editor", "representative", "officer", "administrator")
MANAGERS = {"representative", "officer", "administrator"}
INSIDE = MANAGERS | {"reader", "editor"}


@pytest.fixture
def someone(request, town, officer, administrator) -> User | None:
    if request.param in ("officer", "administrator"):
        return {"officer": officer, "administrator": administrator}[request.param]
    if request.param == "visitor":
        return None
    if request.param == "account":
        return UserFactory()
    place = CollectivityFactory() if request.param == "stranger" else town
    role = "representative" if request.param == "stranger" else request.param
    return MembershipFactory(collectivity=place, role=role).user


def gone(membership: Membership) -> bool:
    return not Membership.objects.filter(pk=membership.pk).exists()


# Action: how it is asked, and whether it happened.
ACTIONS = {
    "read": (lambda c, t, m, i: c.get(url("member_list", t)), None),
    "invite": (
        lambda c, t, m, i: c.post(url("member_list", t), {"email": "neuf@ville.example", "role": "reader"}),
        lambda m, i: Membership.objects.filter(user__email="neuf@ville.example").exists(),
    ),
    "ask for the role": (lambda c, t, m, i: c.get(url("member_role", t, m.pk)), None),
    "change the role": (
        lambda c, t, m, i: c.post(url("member_role", t, m.pk), {"role": "editor"}),
        lambda m, i: Membership.objects.get(pk=m.pk).role == "editor",
    ),
    "ask to remove": (lambda c, t, m, i: c.get(url("member_remove", t, m.pk)), None),
    "remove": (lambda c, t, m, i: c.post(url("member_remove", t, m.pk)), lambda m, i: gone(m)),
    "send again": (
        lambda c, t, m, i: c.post(url("member_invitation", t, i.pk), {"_again": "1"}),
        lambda m, i: bool(cache.get(f"invited:{i.user_id}")),
    ),
    "withdraw": (
        lambda c, t, m, i: c.post(url("member_invitation", t, i.pk), {"_withdraw": "1"}),
        lambda m, i: gone(i),
    ),
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(("someone", "who"), [(who, who) for who in WHO], indirect=["someone"])
def test_each_role_does_what_it_may_and_nothing_else(client, town, someone, who, action):
    member, waiting = MembershipFactory(collectivity=town, role="reader"), invited(town)
    if someone:
        client.force_login(someone)
    ask, happened = ACTIONS[action]
    answer = ask(client, town, member, waiting)
    allowed = who in (INSIDE if action == "read" else MANAGERS)
    if allowed:
        assert answer.status_code == (302 if happened else 200)
    elif who == "visitor":
        assert "connexion" in answer["Location"]
    else:
        assert answer.status_code == (403 if who in INSIDE else 404)
    if happened:
        assert happened(member, waiting) is allowed


@pytest.mark.parametrize("role", ["reader", "editor", "representative"])
def test_everybody_leaves_by_itself(client, town, role):
    MembershipFactory(collectivity=town, role="representative")
    leaving = MembershipFactory(collectivity=town, role=role)
    client.force_login(leaving.user)
    address = reverse("membership_leave", args=[leaving.pk])
    assert address in client.get(url("member_list", town)).content.decode()
    client.post(address)
    assert gone(leaving)


def test_the_services_ask_for_the_right_too(town):
    member, waiting = MembershipFactory(collectivity=town), invited(town)
    stranger = MembershipFactory(role="representative").user
    for act in (
        lambda: members.change_role(member, actor=stranger, role="reader"),
        lambda: members.remove_member(member, actor=stranger),
        lambda: members.invite_member_again(waiting, actor=stranger),
        lambda: members.withdraw_invitation(waiting, actor=stranger),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_member_of_another_authority_is_not_reached_from_here(client, town, representative):
    other = MembershipFactory()
    for name in ("member_role", "member_remove"):
        assert client.get(url(name, town, other.pk)).status_code == 404
        assert client.post(url(name, town, other.pk), {"role": "reader"}).status_code == 404
    assert Membership.objects.get(pk=other.pk).role == other.role


# --- The last representative ------------------------------------------------------------------------------------------


def test_the_last_representative_is_neither_removed_nor_demoted(client, town, representative, officer):
    last = representative.memberships.get()
    invited(town, role="representative")
    MembershipFactory(collectivity=town, role="representative", user__is_active=False)
    for actor in (representative, officer):
        client.force_login(actor)
        for name, posted in (("member_role", {"role": "reader"}), ("member_remove", {})):
            page = client.post(url(name, town, last.pk), posted, follow=True)
            assert "Dernier représentant de «\u00a0Rennes\u00a0»" in unescape(page.content.decode())
    assert Membership.objects.get(pk=last.pk).role == "representative"


def test_a_representative_steps_down_when_another_stays(client, town, representative):
    MembershipFactory(collectivity=town, role="representative")
    page = client.post(url("member_role", town, representative.memberships.get().pk), {"role": "reader"}, follow=True)
    assert "est changé" in page.content.decode()
    assert url("member_role", town, representative.memberships.get().pk) not in page.content.decode()


def test_whoever_never_came_or_was_closed_is_removed_freely(town, officer):
    for member in (
        invited(town, role="representative"),
        MembershipFactory(collectivity=town, role="representative", user__is_active=False),
    ):
        members.remove_member(member, actor=officer)
        assert gone(member)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("action", ["step down", "leave"])
def test_two_last_representatives_cannot_leave_each_counting_on_the_other(monkeypatch, action):
    town = CollectivityFactory()
    pair = [MembershipFactory(collectivity=town, role="representative") for _ in range(2)]
    rule = members._keep_a_representative

    def slowly(*args) -> None:
        rule(*args)
        time.sleep(0.3)  # time for the other to read the same, if it could

    monkeypatch.setattr(members, "_keep_a_representative", slowly)
    refused = []

    def go(membership: Membership) -> None:
        try:
            if action == "leave":
                members.remove_member(membership, actor=membership.user)
            else:
                members.change_role(membership, actor=membership.user, role="reader")
        except ValidationError as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=go, args=[membership]) for membership in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["last_representative"]
    assert Membership.objects.filter(role="representative").count() == 1


# --- Invitations ------------------------------------------------------------------------------------------------------


def test_an_invitation_waits_on_the_page_until_it_is_answered(
    client, town, representative, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(
            url("member_list", town), {"email": "Nour@Ville.example", "role": "representative"}, follow=True
        )
    assert "L’invitation est envoyée" in unescape(page.content.decode())
    assert [row.user.email for row in page.context["invited"]] == ["nour@ville.example"]
    assert [row.user for row in page.context["opened"]] == [representative]
    assert [message.to for message in mail.outbox] == [["nour@ville.example"]]
    accounts.accept_invitation(User.objects.get(email="nour@ville.example"), password="Une phrase longue, et rare")
    page = client.get(url("member_list", town))
    assert not page.context["invited"]
    assert len(page.context["opened"]) == 2


@pytest.mark.parametrize(("email", "role"), [("pas une adresse", "reader"), ("a@b.example", "king"), ("", "reader")])
def test_a_wrong_invitation_is_told_at_its_field(client, town, representative, email, role):
    page = client.post(url("member_list", town), {"email": email, "role": role})
    assert page.status_code == 422
    assert page.context["form"].errors
    assert Membership.objects.count() == 1


def test_whoever_is_a_member_is_not_invited_again(client, town, representative):
    page = client.post(url("member_list", town), {"email": representative.email, "role": "reader"})
    assert page.status_code == 422
    assert "déjà membre" in page.content.decode()


def test_the_same_invitation_does_not_leave_twice_in_a_row(
    client, town, representative, django_capture_on_commit_callbacks
):
    waiting = invited(town)
    address = url("member_invitation", town, waiting.pk)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"_again": "1"})
        page = client.post(address, {"_again": "1"}, follow=True)
    assert len(mail.outbox) == 1
    assert "/invitation/" in mail.outbox[0].body
    assert "attendez quelques minutes" in page.content.decode()


def test_a_representative_invites_so_many_people_a_day(town, representative, officer):
    hold(rules.INVITATIONS_BY_DAY, 1)
    accounts.invite("a@ville.example", actor=representative, collectivity=town)
    with pytest.raises(ValidationError, match="déjà envoyé 1 invitations"):
        accounts.invite("b@ville.example", actor=representative, collectivity=town)
    accounts.invite("b@ville.example", actor=officer, collectivity=town)
    Membership.objects.update(created_at=timezone.now() - timedelta(days=2))
    accounts.invite("c@ville.example", actor=representative, collectivity=town)


def test_a_withdrawn_invitation_takes_the_account_with_it_unless_something_else_holds_it(town, representative):
    alone, elsewhere, asking, staff = (
        invited(town, email="a@ville.example"),
        invited(town, email="b@ville.example"),
        invited(town, email="c@ville.example"),
        invited(town, email="d@ville.example", staff=True),
    )
    MembershipFactory(user=elsewhere.user)
    AccessRequestFactory(user=asking.user)
    for waiting in (alone, elsewhere, asking, staff):
        members.withdraw_invitation(waiting, actor=representative)
        assert gone(waiting)
    assert set(User.objects.filter(email__endswith="@ville.example")) == {elsewhere.user, asking.user, staff.user}


def test_an_invitation_that_was_answered_is_no_longer_withdrawn(client, town, representative):
    member = MembershipFactory(collectivity=town)
    page = client.post(url("member_invitation", town, member.pk), {"_withdraw": "1"}, follow=True)
    assert "a déjà ouvert son compte" in unescape(page.content.decode())
    assert not gone(member)


def test_the_page_costs_the_same_whatever_the_members(client, town, representative, django_assert_max_num_queries):
    for n in range(5):
        MembershipFactory(collectivity=town, invited_by=representative)
        invited(town, email=f"n{n}@ville.example")
    with django_assert_max_num_queries(10):
        client.get(url("member_list", town))
