"""Who holds what: the groups of the staff, and the rules about one object."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.management import call_command

from atlas import permissions
from atlas.models import AccessRequest, Membership, Posting
from atlas.permissions import ADMIN, OFFICERS, may
from atlas.services.accounts import ensure_groups
from tests.factories.atlas import (
    AccessRequestFactory,
    CollectivityFactory,
    MembershipFactory,
    PostingFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def names(group: Group) -> set[str]:
    return {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.select_related("content_type")}


def test_setup_groups_says_what_it_made_and_does_it_once(capsys):
    call_command("setup_groups")
    first = {group.name: names(group) for group in Group.objects.all()}
    call_command("setup_groups", verbosity=0)
    assert {group.name: names(group) for group in Group.objects.all()} == first
    assert set(first) == {ADMIN, OFFICERS}
    assert capsys.readouterr().out.count("droits") == 2


def test_officers_read_everything_and_write_what_is_declared(groups):
    held = names(groups[OFFICERS])
    assert {"atlas.view_user", "atlas.view_purposecode", "projects.view_partnership"} <= held
    assert {"atlas.add_user", "atlas.change_accessrequest", "atlas.change_collectivity"} <= held
    assert not held & {
        "atlas.change_user",
        "atlas.delete_user",
        "atlas.delete_collectivity",
        "atlas.change_purposecode",
    }


def test_administrators_hold_everything_of_ours_and_nothing_of_the_groups_themselves(groups):
    held = names(groups[ADMIN])
    assert names(groups[OFFICERS]) <= held
    assert {"atlas.change_user", "axes.view_accessattempt"} <= held
    assert not [name for name in held if name.startswith("auth.")]


def test_a_permission_that_left_the_declarations_leaves_the_group(groups):
    groups[OFFICERS].permissions.add(*groups[ADMIN].permissions.filter(codename="delete_user"))
    assert "atlas.delete_user" not in names(ensure_groups()[OFFICERS])


def test_declaring_an_unknown_permission_is_an_error(monkeypatch):
    monkeypatch.setitem(permissions._granted, OFFICERS, {"atlas.fly_user"})
    with pytest.raises(ValueError, match=r"atlas\.fly_user"):
        ensure_groups()


def test_nobody_may_anything_without_an_open_account(groups):
    closed = UserFactory(superuser=True, is_active=False)
    for nobody in (None, AnonymousUser(), closed):
        assert not may(nobody, "atlas.view_user")


@pytest.mark.parametrize(("role", "manages"), [("reader", False), ("editor", False), ("representative", True)])
def test_only_a_representative_manages_its_own_authority(role, manages):
    member = MembershipFactory(role=role)
    other = MembershipFactory(collectivity=member.collectivity)
    assert may(member.user, "atlas.change_membership", member.collectivity) is manages
    assert may(member.user, "atlas.change_membership", other) is manages
    assert not may(member.user, "atlas.change_membership", CollectivityFactory())
    assert not may(member.user, "atlas.change_membership", MembershipFactory())
    assert not may(member.user, "atlas.change_membership")


# --- Who sees which rows ----------------------------------------------------------------------------------------------


def seen(model, user) -> set[int]:
    return set(model.objects.visible_to(user).values_list("pk", flat=True))


def test_members_are_seen_by_their_peers_and_the_staff(officer):
    mine = MembershipFactory()
    peer = MembershipFactory(collectivity=mine.collectivity)
    other = MembershipFactory()
    assert seen(Membership, mine.user) == {mine.pk, peer.pk}
    assert seen(Membership, officer) == {mine.pk, peer.pk, other.pk}
    assert seen(Membership, UserFactory()) == seen(Membership, AnonymousUser()) == set()


def test_postings_are_seen_by_their_holder_and_the_staff(officer):
    posting = PostingFactory()
    assert seen(Posting, posting.user) == seen(Posting, officer) == {posting.pk}
    assert seen(Posting, UserFactory()) == seen(Posting, AnonymousUser()) == set()


@pytest.mark.parametrize("role", ["reader", "editor", "representative"])
def test_requests_are_seen_by_who_asks_who_decides_and_the_staff(officer, role):
    access = AccessRequestFactory()
    AccessRequestFactory()
    member = MembershipFactory(collectivity=access.collectivity, role=role)
    assert seen(AccessRequest, access.user) == {access.pk}
    assert seen(AccessRequest, member.user) == ({access.pk} if role == "representative" else set())
    assert len(seen(AccessRequest, officer)) == 2
    assert seen(AccessRequest, AnonymousUser()) == set()
