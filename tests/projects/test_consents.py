"""An authority that another one names in its record: it is told, agrees or refuses, and a refusal is heard."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from atlas.services.moves import merge_foreign_authorities
from projects import services
from projects.models import Partnership, PartnershipParty, PartyConsent, Project
from projects.services import succession
from tests.factories.atlas import CollectivityFactory, ForeignAuthorityFactory, MembershipFactory, UserFactory
from tests.factories.projects import PartnershipFactory, ProjectFactory
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


@pytest.fixture(params=[ProjectFactory, PartnershipFactory])
def factory(request):
    return request.param


@pytest.fixture
def record(factory, rennes):
    """A published project of Rennes, then a published partnership of it."""
    return factory(title="Eau pour tous", french=rennes)


COLUMNS = {
    Project: ("kind", "role", "collectivity", "foreign_authority", "name", "cash", "in_kind"),
    Partnership: ("role", "collectivity", "foreign_authority", "since", "until"),
}
FIRST = {Project: {"kind": "collectivity", "role": "co_lead", "name": ""}, Partnership: {"role": "member"}}


def parties(record, *more):
    """The parties as they are, and French ones more."""
    names = COLUMNS[type(record)]
    rows = [{name: getattr(party, name) for name in names} for party in record.parties.all()]
    empty = dict.fromkeys(names) | FIRST[type(record)]
    return rows + [empty | {"collectivity": one} for one in more]


def write(record, rows, *, actor):
    save = services.set_parties if isinstance(record, Project) else services.update_partnership
    save(record, rows, actor=actor)


def space(record, page: str, slug: str) -> str:
    return reverse(f"space:{record._meta.model_name}{page}", args=[slug, record.uuid])


@pytest.fixture
def named(record, fougeres, mayor, editor, django_capture_on_commit_callbacks):
    """Fougères is named in the record of Rennes, and told."""
    with django_capture_on_commit_callbacks(execute=True):
        write(record, parties(record, fougeres), actor=editor)
    return PartyConsent.objects.get()


def sheet(client, record) -> str:
    return client.get(record.get_absolute_url()).content.decode()


def test_who_is_named_is_told_by_e_mail_and_in_its_space_and_the_sheet_says_to_confirm(
    client, record, named, mayor, fougeres, mailoutbox
):
    assert [message.to for message in mailoutbox] == [["maire@fougeres.example"]]
    address = space(record, "_consent", "fougeres")
    assert address in mailoutbox[0].body
    assert "à confirmer" in sheet(client, record)
    key = record.slug if isinstance(record, Project) else record.uuid
    said = client.get(reverse(f"api:{record._meta.model_name}-detail", args=[key])).json()["parties"]
    assert {party["collectivity"]["name"]: party["to_confirm"] for party in said if party["collectivity"]} == {
        "Rennes": False,
        "Fougères": True,
    }
    client.force_login(mayor)
    dashboard = reverse("space:dashboard", args=["fougeres"])
    assert address in client.get(dashboard).content.decode()
    page = client.get(address).content.decode()
    assert "Refuser d’être nommés" in page
    assert f"parmi les parties de ce {record._meta.verbose_name}" in page
    type(record).objects.filter(pk=record.pk).update(publication="archived")
    assert address not in client.get(dashboard).content.decode(), "nobody reads it any more: nothing is asked"


def test_it_agrees(client, record, named, mayor, mailoutbox, django_capture_on_commit_callbacks):
    client.force_login(mayor)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(space(record, "_consent", "fougeres"), {"_agree": "1"})
    named.refresh_from_db()
    assert (named.answer, named.answered_by) == ("agreed", mayor)
    client.logout()
    assert "Fougères" in sheet(client, record)
    assert "à confirmer" not in sheet(client, record)
    assert f"confirme prendre part au {record._meta.verbose_name}" in mailoutbox[-1].body
    assert record.get_absolute_url() in mailoutbox[-1].body


def test_it_refuses_and_is_shown_no_more_nor_named_again(
    client, record, named, mayor, editor, fougeres, mailoutbox, django_capture_on_commit_callbacks
):
    client.force_login(mayor)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(space(record, "_consent", "fougeres"), {"_refuse": "1", "note": "Nous n’y sommes pas."})
    client.logout()
    assert "Fougères" not in sheet(client, record)
    record.refresh_from_db()
    assert fougeres.pk not in record.french_ids
    assert mailoutbox[-1].to == [editor.email]
    assert "Nous n’y sommes pas." in mailoutbox[-1].body
    with pytest.raises(ValidationError, match="a refusé le"):
        write(record, parties(record, fougeres), actor=editor)
    client.force_login(editor)
    assert "Nous n’y sommes pas." in client.get(space(record, "", "rennes")).content.decode()
    with pytest.raises(ValidationError, match="déjà répondu"):
        services.answer_consent(named, "agreed", actor=mayor)


def test_who_agreed_may_leave_later_and_the_lead_passes_on(record, named, mayor, editor, rennes, fougeres):
    services.answer_consent(named, "agreed", actor=mayor)
    rows, beside = parties(record), FIRST[type(record)]["role"]
    for row in rows:
        if row["collectivity"]:
            row["role"] = "lead" if row["collectivity"] == fougeres else beside
    write(record, rows, actor=editor)
    services.answer_consent(named, "refused", actor=mayor)
    leads = record.parties.filter(role="lead", collectivity__isnull=False)
    assert list(leads.values_list("collectivity", flat=True)) == [rennes.pk]


def test_nobody_is_asked_about_its_own_authority_nor_twice(record, editor, rennes, fougeres, mayor):
    MembershipFactory(user=editor, collectivity=fougeres, role="editor")
    write(record, parties(record, fougeres), actor=editor)
    assert not PartyConsent.objects.exists()


def test_a_question_goes_with_the_party_and_an_answer_stays(record, named, editor, mayor, fougeres):
    alone = [row for row in parties(record) if row["collectivity"] != fougeres]
    write(record, alone, actor=editor)
    assert not PartyConsent.objects.exists()
    write(record, parties(record, fougeres), actor=editor)
    services.answer_consent(PartyConsent.objects.get(), "agreed", actor=mayor)
    write(record, alone, actor=editor)
    write(record, parties(record, fougeres), actor=editor)
    assert PartyConsent.objects.get().answer == "agreed"


def test_a_draft_tells_nobody_until_it_is_published(
    factory, rennes, fougeres, mayor, editor, mailoutbox, django_capture_on_commit_callbacks
):
    draft = factory(french=rennes, draft=True)
    speaker = MembershipFactory(collectivity=rennes, role="representative").user
    with django_capture_on_commit_callbacks(execute=True):
        write(draft, parties(draft, fougeres), actor=editor)
    assert mailoutbox == []
    with django_capture_on_commit_callbacks(execute=True):
        services.move(draft, "publish", actor=speaker)
    assert [message.to for message in mailoutbox] == [["maire@fougeres.example"]]


def test_a_copy_asks_again(rennes, fougeres, mayor, editor):
    project = ProjectFactory(french=rennes)
    write(project, parties(project, fougeres), actor=editor)
    services.answer_consent(project.consents.get(), "agreed", actor=mayor)
    copy = services.copy_project(project, rennes, actor=editor)
    assert list(copy.consents.values_list("collectivity", "answer")) == [(fougeres.pk, "")]


def test_a_new_partnership_asks_those_it_names_but_not_the_one_it_is_written_for(rennes, fougeres, editor):
    rows = [{"collectivity": one, "role": "lead"} for one in (rennes, fougeres)]
    rows.append({"foreign_authority": ForeignAuthorityFactory(), "role": "lead"})
    for actor in (editor, UserFactory(superuser=True)):
        made = services.create_partnership(rennes, rows, actor=actor, kind="twinning")
        assert list(made.consents.values_list("collectivity", "asked_by", "told_at")) == [(fougeres.pk, actor.pk, None)]


def test_the_ministry_asks_nobody_but_names_no_one_who_refused(rennes, fougeres, mayor, editor):
    twinning, staff = PartnershipFactory(french=rennes), UserFactory(superuser=True)
    services.save_parties(twinning, actor=staff, saved=[PartnershipParty(collectivity=fougeres)])
    assert not PartyConsent.objects.exists()
    services.save_parties(twinning, actor=staff, saved=[], removed=[twinning.parties.get(collectivity=fougeres)])
    write(twinning, parties(twinning, fougeres), actor=editor)
    services.save_parties(twinning, actor=staff, saved=[], removed=[twinning.parties.get(collectivity=fougeres)])
    assert not PartyConsent.objects.exists()
    write(twinning, parties(twinning, fougeres), actor=editor)
    services.answer_consent(PartyConsent.objects.get(), "refused", actor=mayor)
    with pytest.raises(ValidationError, match="a refusé le"):
        services.save_parties(twinning, actor=staff, saved=[PartnershipParty(collectivity=fougeres)])


def test_only_a_representative_answers_and_never_leaves_a_record_without_french_party(
    client, record, named, fougeres, mayor, editor
):
    member = MembershipFactory(collectivity=fougeres, role="editor").user
    for user in (member, editor, UserFactory(), UserFactory(staff=True)):
        with pytest.raises(PermissionDenied):
            services.answer_consent(named, "agreed", actor=user)
    client.force_login(member)
    address = space(record, "_consent", "fougeres")
    assert "Une personne qui représente" in client.get(address).content.decode()
    assert client.post(address, {"_agree": "1"}).status_code == 403
    record.parties.filter(collectivity__slug="rennes").delete()
    services.refresh_project_digest([record.pk])
    services.refresh_partnership_digest([record.pk])
    client.force_login(mayor)
    answer = client.post(address, {"_refuse": "1"})
    assert answer.status_code == 422
    assert "demandez au ministère" in answer.content.decode()


@pytest.mark.parametrize("chosen", [False, True])
def test_the_question_passes_to_the_heir(record, named, fougeres, chosen):
    new = CollectivityFactory(name="Fougères Agglomération")
    joined(fougeres, new)
    type(fougeres).objects.filter(pk=fougeres.pk).update(is_current=False)
    fougeres.refresh_from_db()
    picked = {f"{record._meta.model_name}s": [record.pk]} if chosen else None
    succession.take_over(fougeres, new, actor=UserFactory(superuser=True), chosen=picked)
    named.refresh_from_db()
    assert named.collectivity == new


def test_of_two_partnerships_that_become_one_the_kept_one_has_the_answer(rennes, fougeres, mayor, editor):
    """Fougères was named in two twinnings of Rennes, with two sheets of one town: it answered about one of them."""
    towns = [ForeignAuthorityFactory(name_fr="Thiès"), ForeignAuthorityFactory(name_fr="Ville de Thiès")]
    kept, gone = (PartnershipFactory(french=rennes, foreign=town) for town in towns)
    for twinning in (kept, gone):
        write(twinning, parties(twinning, fougeres), actor=editor)
    services.answer_consent(gone.consents.get(), "agreed", actor=mayor)
    merge_foreign_authorities(*towns, actor=UserFactory(superuser=True))
    gone.refresh_from_db()
    assert gone.merged_into == kept
    assert list(PartyConsent.objects.values_list("partnership", "answer")) == [(kept.pk, "agreed")]
