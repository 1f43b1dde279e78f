"""Transitions: the table, the service that fires them, and the whole matrix state × transition × role."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from atlas import permissions
from atlas.models import AccessRequest, Membership, StatusChange
from atlas.services.access import GRANTED_ROLES, decide_access
from atlas.services.transitions import available, fire
from atlas.workflow import ACCESS_REQUEST, Transition, Workflow
from tests.atlas.toy import WORKFLOW
from tests.factories.atlas import AccessRequestFactory, MembershipFactory, UserFactory

# --- The table --------------------------------------------------------------------------------------------------------


def test_two_transitions_of_one_name_are_refused():
    twice = Transition("go", "Aller", ("a",), "b", "x.go")
    with pytest.raises(ValueError, match="same name"):
        Workflow("status", twice, twice)


def test_a_transition_from_nowhere_is_refused():
    with pytest.raises(ValueError, match="starts from"):
        Workflow("status", Transition("go", "Aller", (), "b", "x.go"))


def test_a_workflow_knows_its_states_and_what_leaves_them():
    assert WORKFLOW.states == {"draft", "returned", "submitted", "published"}
    assert [transition.name for transition in WORKFLOW.leaving("submitted")] == ["return", "publish"]
    assert WORKFLOW.leaving("published") == []
    assert WORKFLOW.get("burn") is None
    with pytest.raises(KeyError):
        WORKFLOW["burn"]


# --- The toy: state × transition × role -------------------------------------------------------------------------------

STATES = ["draft", "submitted", "returned", "published"]
# Who may what: the rest of the matrix is refused.
MAY = {
    "writer": {"submit"},
    "reviewer": {"return", "publish"},
    "owner": {"submit"},
    "superuser": set(WORKFLOW.transitions),
}
ROLES = [*MAY, "closed reviewer", "stranger", "anonymous"]


@pytest.fixture
def role(papers, allow, monkeypatch):
    """Accounts by role; the owner is known by a rule about one object."""
    monkeypatch.setitem(permissions._rules, "toy.submit_paper", lambda user, paper: paper.owner_id == user.pk)

    def make(name: str):
        if name == "anonymous":
            return AnonymousUser()
        user = UserFactory(superuser=name == "superuser", is_active=name != "closed reviewer")
        if name == "writer":
            return allow(user, "toy.submit_paper")
        return allow(user, "toy.review_paper") if "reviewer" in name else user

    return make


def paper(papers, state: str, owner=None):
    return papers.objects.create(
        title="Note",
        status=state,
        published_on=timezone.localdate() if state == "published" else None,
        owner_id=getattr(owner, "pk", 0) or 0,
    )


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("state", STATES)
def test_a_toy_moves_only_as_its_table_says(papers, role, state, name, subtests):
    actor = role(name)
    for transition in WORKFLOW:
        with subtests.test(transition.name):
            row = paper(papers, state, owner=actor if name == "owner" else None)
            permitted = transition.name in MAY.get(name, set())
            possible = state in transition.sources
            assert (transition in available(row, actor=actor)) is (permitted and possible)
            if permitted and possible:
                fire(row, transition.name, actor=actor, note="Parce que")
            else:
                with pytest.raises(ValidationError if permitted else PermissionDenied):
                    fire(row, transition.name, actor=actor, note="Parce que")
            row.refresh_from_db()
            assert row.status == (transition.target if permitted and possible else state)
            log = StatusChange.objects.filter(object_id=row.pk)
            assert log.count() == (1 if permitted and possible else 0)


def test_firing_writes_the_state_its_columns_and_the_log(papers, superuser, django_capture_on_commit_callbacks):
    row = paper(papers, "submitted")
    announced = []
    with django_capture_on_commit_callbacks(execute=True):
        moved = fire(row, "return", actor=superuser, note="  Il manque une page  ", announce=announced.append)
    assert (moved.status, moved.reason, moved.version) == ("returned", "Il manque une page", 2)
    change = StatusChange.objects.get()
    assert (change.transition, change.source, change.target) == ("return", "submitted", "returned")
    assert (change.actor, change.note) == (superuser, "Il manque une page")
    assert announced == [change.pk]


def test_stamps_clear_and_date(papers, superuser):
    row = paper(papers, "submitted")
    papers.objects.update(reason="ancien motif")
    moved = fire(row, "publish", actor=superuser)
    assert (moved.reason, moved.published_on) == (None, timezone.localdate())


@pytest.mark.parametrize("note", ["", "   "])
def test_a_note_that_the_table_asks_for_is_compulsory(papers, superuser, note):
    row = paper(papers, "submitted")
    with pytest.raises(ValidationError) as refusal:
        fire(row, "return", actor=superuser, note=note)
    assert refusal.value.code == "note_missing"
    assert not StatusChange.objects.exists()


def test_an_unknown_transition_is_refused(papers, superuser):
    with pytest.raises(ValidationError) as refusal:
        fire(paper(papers, "draft"), "burn", actor=superuser)
    assert refusal.value.code == "unknown_transition"


def test_of_two_who_press_one_moves_and_the_other_is_told_the_present_state(papers, superuser):
    """The second holds the row as it was before."""
    row = paper(papers, "submitted")
    stale = papers.objects.get(pk=row.pk)
    fire(row, "publish", actor=superuser)
    with pytest.raises(ValidationError, match="Publié"):
        fire(stale, "publish", actor=superuser)
    assert StatusChange.objects.count() == 1


def test_nothing_is_announced_when_the_rest_fails(papers, superuser, django_capture_on_commit_callbacks):
    row = paper(papers, "submitted")
    with django_capture_on_commit_callbacks() as callbacks, pytest.raises(ValidationError):
        fire(row, "return", actor=superuser)
    assert callbacks == []


# --- Requests for access: state × transition × role -------------------------------------------------------------------

WAITING = ("unconfirmed", "pending")
DECIDERS = {"representative", "officer", "administrator", "superuser"}
PEOPLE = [*sorted(DECIDERS), "asker", "asking representative", "reader", "editor", "elsewhere", "closed representative"]


def person(name: str, access: AccessRequest, fixtures: dict):
    if name in fixtures:
        return fixtures[name]
    if name == "asker":
        return access.user
    if name == "asking representative":
        MembershipFactory(user=access.user, collectivity=access.collectivity, role="representative")
        return access.user
    if name == "elsewhere":
        return MembershipFactory(role="representative").user
    user = UserFactory(is_active="closed" not in name)
    return MembershipFactory(user=user, collectivity=access.collectivity, role=name.rpartition(" ")[2]).user


@pytest.mark.parametrize("state", ["unconfirmed", "pending", "granted", "refused"])
@pytest.mark.parametrize("name", PEOPLE)
def test_access_is_decided_once_by_those_who_may(name, state, officer, administrator, superuser, subtests):
    staff = {"officer": officer, "administrator": administrator, "superuser": superuser}
    for transition in (one for one in ACCESS_REQUEST if one.name != "confirm"):
        with subtests.test(transition.name):
            access = AccessRequestFactory(status=state, decided_at=None if state in WAITING else timezone.now())
            actor = person(name, access, staff)
            permitted, possible = name in DECIDERS, state == "pending"
            assert (transition in available(access, actor=actor)) is (permitted and possible)
            if permitted and possible:
                decided = decide_access(access, transition.name, actor=actor, note="Vu")
                assert (decided.decided_by, decided.status) == (actor, transition.target)
                assert decided.decided_at
                member = Membership.objects.filter(user=access.user, collectivity=access.collectivity)
                assert list(member.values_list("role", flat=True)) == (
                    [GRANTED_ROLES[transition.name]] if transition.name in GRANTED_ROLES else []
                )
            else:
                with pytest.raises(ValidationError if permitted else PermissionDenied):
                    decide_access(access, transition.name, actor=actor, note="Vu")
                access.refresh_from_db()
                assert access.status == state


@pytest.mark.parametrize("state", ["unconfirmed", "pending", "granted", "refused"])
@pytest.mark.parametrize("name", PEOPLE)
def test_an_address_is_confirmed_by_its_holder_alone(name, state, officer, administrator, superuser):
    access = AccessRequestFactory(status=state, decided_at=None if state in WAITING else timezone.now())
    actor = person(name, access, {"officer": officer, "administrator": administrator, "superuser": superuser})
    # A superuser holds every permission.
    permitted, possible = actor == access.user or name == "superuser", state == "unconfirmed"
    assert (ACCESS_REQUEST["confirm"] in available(access, actor=actor)) is (permitted and possible)
    if permitted and possible:
        assert fire(access, "confirm", actor=actor).status == "pending"
    else:
        with pytest.raises(ValidationError if permitted else PermissionDenied):
            fire(access, "confirm", actor=actor)


def test_granting_access_to_somebody_who_became_a_member_meanwhile_keeps_the_role(superuser):
    access = AccessRequestFactory()
    MembershipFactory(user=access.user, collectivity=access.collectivity, role="editor")
    decide_access(access, "grant", actor=superuser)
    assert Membership.objects.get(user=access.user).role == "editor"
