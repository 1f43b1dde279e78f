"""An authority that another one names in its project: it is told, agrees or refuses, and a refusal is heard."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from projects import services
from projects.models import PartyConsent
from projects.services import succession
from tests.factories.atlas import CollectivityFactory, MembershipFactory, UserFactory
from tests.factories.projects import ProjectFactory
from tests.projects.world import joined

pytestmark = pytest.mark.django_db


@pytest.fixture
def rennes():
    return CollectivityFactory(name="Rennes", slug="rennes")


@pytest.fixture
def editor(rennes):
    return MembershipFactory(collectivity=rennes, role="editor").user


@pytest.fixture
def fougeres():
    return CollectivityFactory(name="Fougères", slug="fougeres")


@pytest.fixture
def mayor(fougeres):
    return MembershipFactory(collectivity=fougeres, role="representative", user__email="maire@fougeres.example").user


@pytest.fixture
def project(rennes):
    return ProjectFactory(title="Eau pour tous", french=rennes)


def parties(project, *more):
    """The parties as they are, and French ones more."""
    names = ("kind", "role", "collectivity", "foreign_authority", "name", "cash", "in_kind")
    rows = [{name: getattr(party, name) for name in names} for party in project.parties.all()]
    empty = dict.fromkeys(names) | {"kind": "collectivity", "role": "co_lead", "name": ""}
    return rows + [empty | {"collectivity": one} for one in more]


@pytest.fixture
def named(project, fougeres, mayor, editor, django_capture_on_commit_callbacks):
    """Fougères is named in the published project of Rennes, and told."""
    with django_capture_on_commit_callbacks(execute=True):
        services.set_parties(project, parties(project, fougeres), actor=editor)
    return PartyConsent.objects.get()


def sheet(client, project) -> str:
    return client.get(project.get_absolute_url()).content.decode()


def test_who_is_named_is_told_by_e_mail_and_in_its_space_and_the_sheet_says_to_confirm(
    client, project, named, mayor, fougeres, mailoutbox
):
    assert [message.to for message in mailoutbox] == [["maire@fougeres.example"]]
    address = reverse("space:project_consent", args=["fougeres", project.uuid])
    assert address in mailoutbox[0].body
    assert "à confirmer" in sheet(client, project)
    said = client.get(reverse("api:project-detail", args=[project.slug])).json()["parties"]
    assert [party["to_confirm"] for party in said if party["collectivity"]] == [False, True]
    client.force_login(mayor)
    assert address in client.get(reverse("space:dashboard", args=["fougeres"])).content.decode()
    assert "Refuser d’être nommés" in client.get(address).content.decode()


def test_it_agrees(client, project, named, mayor, mailoutbox, django_capture_on_commit_callbacks):
    client.force_login(mayor)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("space:project_consent", args=["fougeres", project.uuid]), {"_agree": "1"})
    named.refresh_from_db()
    assert (named.answer, named.answered_by) == ("agreed", mayor)
    client.logout()
    assert "Fougères" in sheet(client, project)
    assert "à confirmer" not in sheet(client, project)
    assert "confirme prendre part" in mailoutbox[-1].body


def test_it_refuses_and_is_shown_no_more_nor_named_again(
    client, project, named, mayor, editor, fougeres, mailoutbox, django_capture_on_commit_callbacks
):
    client.force_login(mayor)
    address = reverse("space:project_consent", args=["fougeres", project.uuid])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"_refuse": "1", "note": "Nous n’y sommes pas."})
    client.logout()
    assert "Fougères" not in sheet(client, project)
    project.refresh_from_db()
    assert fougeres.pk not in project.french_ids
    assert mailoutbox[-1].to == [editor.email]
    assert "Nous n’y sommes pas." in mailoutbox[-1].body
    with pytest.raises(ValidationError, match="a refusé le"):
        services.set_parties(project, parties(project, fougeres), actor=editor)
    client.force_login(editor)
    summary = client.get(reverse("space:project", args=["rennes", project.uuid])).content.decode()
    assert "Nous n’y sommes pas." in summary
    with pytest.raises(ValidationError, match="déjà répondu"):
        services.answer_consent(named, "agreed", actor=mayor)


def test_who_agreed_may_leave_later_and_the_lead_passes_on(project, named, mayor, editor, rennes, fougeres):
    services.answer_consent(named, "agreed", actor=mayor)
    rows = parties(project)
    for row in rows:
        if row["collectivity"]:
            row["role"] = "lead" if row["collectivity"] == fougeres else "co_lead"
    services.set_parties(project, rows, actor=editor)
    services.answer_consent(named, "refused", actor=mayor)
    assert list(project.parties.filter(role="lead").values_list("collectivity", flat=True)) == [rennes.pk]


def test_nobody_is_asked_about_its_own_authority_nor_twice(project, editor, rennes, fougeres, mayor):
    MembershipFactory(user=editor, collectivity=fougeres, role="editor")
    services.set_parties(project, parties(project, fougeres), actor=editor)
    assert not PartyConsent.objects.exists()


def test_a_question_goes_with_the_party_and_an_answer_stays(project, named, editor, mayor, fougeres):
    alone = [row for row in parties(project) if row["collectivity"] != fougeres]
    services.set_parties(project, alone, actor=editor)
    assert not PartyConsent.objects.exists()
    services.set_parties(project, parties(project, fougeres), actor=editor)
    services.answer_consent(PartyConsent.objects.get(), "agreed", actor=mayor)
    services.set_parties(project, alone, actor=editor)
    services.set_parties(project, parties(project, fougeres), actor=editor)
    assert PartyConsent.objects.get().answer == "agreed"


def test_a_draft_tells_nobody_until_it_is_published(
    rennes, fougeres, mayor, editor, mailoutbox, django_capture_on_commit_callbacks
):
    draft = ProjectFactory(french=rennes, draft=True)
    speaker = MembershipFactory(collectivity=rennes, role="representative").user
    with django_capture_on_commit_callbacks(execute=True):
        services.set_parties(draft, parties(draft, fougeres), actor=editor)
    assert mailoutbox == []
    with django_capture_on_commit_callbacks(execute=True):
        services.move(draft, "publish", actor=speaker)
    assert [message.to for message in mailoutbox] == [["maire@fougeres.example"]]


def test_a_copy_asks_again(project, named, mayor, editor, rennes, fougeres):
    services.answer_consent(named, "agreed", actor=mayor)
    copy = services.copy_project(project, rennes, actor=editor)
    assert list(copy.consents.values_list("collectivity", "answer")) == [(fougeres.pk, "")]


def test_only_a_representative_answers_and_never_leaves_a_project_without_french_party(
    client, project, named, fougeres, mayor, editor
):
    member = MembershipFactory(collectivity=fougeres, role="editor").user
    for user in (member, editor, UserFactory(), UserFactory(staff=True)):
        with pytest.raises(PermissionDenied):
            services.answer_consent(named, "agreed", actor=user)
    client.force_login(member)
    address = reverse("space:project_consent", args=["fougeres", project.uuid])
    assert "Une personne qui représente" in client.get(address).content.decode()
    assert client.post(address, {"_agree": "1"}).status_code == 403
    project.parties.filter(collectivity__slug="rennes").delete()
    services.refresh_project_digest([project.pk])
    client.force_login(mayor)
    answer = client.post(address, {"_refuse": "1"})
    assert answer.status_code == 422
    assert "demandez au ministère" in answer.content.decode()


def test_the_question_passes_to_the_heir(project, named, fougeres):
    new = CollectivityFactory(name="Fougères Agglomération")
    joined(fougeres, new)
    type(fougeres).objects.filter(pk=fougeres.pk).update(is_current=False)
    fougeres.refresh_from_db()
    succession.take_over(fougeres, new, actor=UserFactory(superuser=True))
    named.refresh_from_db()
    assert named.collectivity == new
