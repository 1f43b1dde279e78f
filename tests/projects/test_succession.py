"""Authorities that came after others take over what these still hold: proposed, chosen, undone, refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from atlas.models import CollectivityEvent, Contact, FormDraft, Membership, Move, SavedSearch
from atlas.notifications import alerts
from atlas.services import contacts, moves
from projects.models import Delegation, NoticeConversation, Partnership
from projects.permissions import writes_project, written_for
from projects.services import refresh_project_digest, sheets, succession
from tests.atlas.test_moves import everything
from tests.factories.atlas import (
    CollectivityFactory,
    ContactFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    UserFactory,
)
from tests.factories.projects import NoticeFactory, PartnershipFactory, ProjectFactory
from tests.projects.world import joined

pytestmark = pytest.mark.django_db


@pytest.fixture
def seynod():
    return CollectivityFactory(name="Seynod", slug="seynod", former=True)


@pytest.fixture
def annecy(seynod):
    town = CollectivityFactory(name="Annecy", slug="annecy")
    joined(seynod, town)
    return town


@pytest.fixture
def mayor(annecy):
    return MembershipFactory(collectivity=annecy, role="representative").user


@pytest.fixture
def held(seynod):
    """Two partnerships (one a draft), a project, two members."""
    rows = [
        PartnershipFactory(french=seynod),
        PartnershipFactory(french=seynod, draft=True),
        ProjectFactory(french=seynod),
    ]
    MembershipFactory(collectivity=seynod, role="editor")
    return rows


def test_what_the_former_authority_holds_is_proposed_to_its_heir(annecy, seynod, held):
    [proposal] = succession.proposals()
    assert (proposal.old, proposal.heir) == (seynod, annecy)
    assert proposal.said == "2 partenariats, 1 projet, 1 membre"
    assert succession.proposals(annecy) == [proposal]
    assert succession.proposals(CollectivityFactory()) == []


def test_the_heir_is_the_one_that_stands_at_the_end_of_the_chain(annecy, seynod, held):
    new = CollectivityFactory(name="Grand Annecy")
    joined(annecy, new)
    type(annecy).objects.filter(pk=annecy.pk).update(is_current=False)
    assert [one.heir for one in succession.proposals()] == [new]


def test_a_circle_of_events_ends(annecy, seynod, held):
    joined(annecy, seynod)
    assert [one.heir for one in succession.proposals()] == [annecy]


def test_all_passes_on_and_counts_follow(annecy, seynod, held, mayor):
    move = succession.take_over(seynod, annecy, actor=mayor)
    for row in held:
        row.refresh_from_db()
        assert row.french_ids == [annecy.pk]
    annecy.refresh_from_db()
    seynod.refresh_from_db()
    assert (annecy.partnership_count, annecy.project_count, seynod.partnership_count) == (1, 1, 0)
    assert annecy.memberships.count() == 2
    assert move.event == CollectivityEvent.objects.get()
    assert succession.said_of(move) == "2 partenariats, 1 projet, 1 membre"
    assert succession.proposals() == []


def test_one_can_choose_and_take_the_rest_later(annecy, seynod, held, mayor):
    first, _draft, project = held
    succession.take_over(seynod, annecy, actor=mayor, chosen={"partnerships": [first.pk]})
    assert succession.proposals()[0].said == "1 partenariat, 1 projet, 1 membre"
    project.refresh_from_db()
    assert project.french_ids == [seynod.pk]
    with pytest.raises(ValidationError):
        succession.take_over(seynod, annecy, actor=mayor, chosen={"partnerships": []})
    with pytest.raises(ValidationError, match="rien à reprendre"):
        succession.take_over(seynod, annecy, actor=mayor, chosen={"partnerships": [first.pk]})


def test_a_member_of_both_keeps_the_higher_role(annecy, seynod, held, mayor):
    Membership.objects.create(user=mayor, collectivity=seynod, role="reader")
    succession.take_over(seynod, annecy, actor=mayor)
    assert Membership.objects.get(user=mayor).role == "representative"


def test_the_same_link_of_both_becomes_one(annecy, seynod, mayor):
    here = PartnershipFactory(french=annecy)
    partner = here.parties.get(foreign_authority__isnull=False).foreign_authority
    there = PartnershipFactory(french=seynod, foreign=partner)
    succession.take_over(seynod, annecy, actor=mayor)
    there.refresh_from_db()
    assert there.merged_into == here


def test_links_become_one_only_where_neither_denies_what_binds_the_other(annecy, seynod, mayor):
    here = PartnershipFactory(french=annecy, deliberation="2024-117")
    partner = here.parties.get(foreign_authority__isnull=False).foreign_authority
    denies = PartnershipFactory(french=seynod, foreign=partner, deliberation="1999-3")
    adds = PartnershipFactory(french=seynod, foreign=partner, languages="français, wolof")
    succession.take_over(seynod, annecy, actor=mayor)
    for row in (here, denies, adds):
        row.refresh_from_db()
    assert (denies.merged_into, adds.merged_into) == (None, here)
    assert (here.deliberation, here.languages) == ("2024-117", "français, wolof")


def test_undoing_gives_back_every_row_as_it_was(annecy, seynod, held, mayor):
    before = everything()
    move = succession.take_over(seynod, annecy, actor=mayor)
    assert everything() != before
    moves.undo_move(move, actor=mayor)
    assert everything() == before


def test_what_changed_since_forbids_undoing(annecy, seynod, held, mayor):
    move = succession.take_over(seynod, annecy, actor=mayor)
    held[0].parties.filter(collectivity=annecy).delete()
    with pytest.raises(ValidationError, match="a changé depuis"):
        moves.undo_move(move, actor=mayor)


def test_only_an_heir_takes_over_and_only_who_represents_it(annecy, seynod, held, mayor):
    stranger = MembershipFactory(role="representative")
    with pytest.raises(ValidationError, match="Aucun événement"):
        succession.take_over(seynod, stranger.collectivity, actor=stranger.user)
    for user in (
        MembershipFactory(collectivity=annecy, role="editor").user,
        MembershipFactory(collectivity=seynod, role="representative").user,
        stranger.user,
        UserFactory(staff=True),
    ):
        with pytest.raises(PermissionDenied):
            succession.take_over(seynod, annecy, actor=user)
    move = succession.take_over(seynod, annecy, actor=UserFactory(superuser=True))
    with pytest.raises(PermissionDenied):
        moves.undo_move(move, actor=stranger.user)
    moves.undo_move(move, actor=mayor)


def test_the_dashboard_proposes_the_page_takes_all_and_gives_back(client, annecy, seynod, held, mayor):
    client.force_login(mayor)
    page = reverse("space:take_over", args=[annecy.slug, seynod.slug])
    dashboard = client.get(reverse("space:dashboard", args=[annecy.slug])).content.decode()
    assert page in dashboard
    assert "2 partenariats, 1 projet, 1 membre" in dashboard
    answer = client.post(page, {"_all": "1"}, follow=True).content.decode()
    assert "Il ne reste rien à reprendre." in answer
    assert "Annuler cette reprise" in answer
    move = Move.objects.get()
    assert "Tout est revenu comme avant." in client.post(page, {"_undo": move.pk}, follow=True).content.decode()
    assert Partnership.objects.filter(french_ids=[seynod.pk]).count() == 2


def test_the_page_takes_what_is_ticked_and_says_when_nothing_is(client, annecy, seynod, held, mayor):
    client.force_login(mayor)
    page = reverse("space:take_over", args=[annecy.slug, seynod.slug])
    answer = client.post(page, {"_chosen": "1"})
    assert answer.status_code == 422
    assert "Cochez au moins une ligne." in answer.content.decode()
    client.post(page, {"_chosen": "1", "projects": held[2].pk})
    held[2].refresh_from_db()
    assert held[2].french_ids == [annecy.pk]
    assert Partnership.objects.filter(french_ids=[seynod.pk]).count() == 2


def test_a_member_who_does_not_represent_reads_the_page_without_buttons_nor_drafts(client, annecy, seynod, held):
    client.force_login(MembershipFactory(collectivity=annecy, role="editor").user)
    page = reverse("space:take_over", args=[annecy.slug, seynod.slug])
    shown = client.get(page).content.decode()
    assert "Tout reprendre" not in shown
    assert shown.count('name="partnerships"') == 1
    assert client.post(page, {"_all": "1"}).status_code == 403


def test_staff_read_all_that_waits_and_act_from_there(client, annecy, seynod, held):
    client.force_login(UserFactory(superuser=True))
    assert "reprise à proposer" in client.get(reverse("admin:index")).content.decode()
    page = reverse("space:take_over", args=[annecy.slug, seynod.slug])
    assert page in client.get(reverse("projects:successions")).content.decode()
    client.post(page, {"_all": "1"})
    assert succession.proposals() == []


def test_the_former_authority_keeps_its_page_which_says_who_took_over(client, annecy, seynod, held, mayor):
    succession.take_over(seynod, annecy, actor=mayor)
    page = client.get(seynod.get_absolute_url()).content.decode()
    assert annecy.get_absolute_url() in page
    assert "Ses fiches (2 partenariats, 1 projet, 1 membre) ont été reprises par" not in page, "members are private"
    assert "Ses fiches (2 partenariats, 1 projet) ont été reprises par" in page


# --- What else passes, and what stays ----------------------------------------------------------------------------------


def test_contacts_pass_are_told_of_it_and_come_back(
    client, annecy, seynod, held, mayor, mailoutbox, django_capture_on_commit_callbacks
):
    contact = ContactFactory(collectivity=seynod, last_name="Favre", email="favre@seynod.example")
    before = everything()
    assert succession.proposals()[0].said == "2 partenariats, 1 projet, 1 contact, 1 membre"
    with django_capture_on_commit_callbacks(execute=True):
        move = succession.take_over(seynod, annecy, actor=mayor)
    contact.refresh_from_db()
    assert contact.collectivity == annecy
    assert "Favre" in client.get(annecy.get_absolute_url()).content.decode()
    [told] = [one for one in mailoutbox if one.to == ["favre@seynod.example"]]
    assert "Annecy" in told.body
    assert "contact" not in client.get(seynod.get_absolute_url()).content.decode().split("Ses fiches (")[1][:60]
    Contact.objects.update(notified_at=None)
    moves.undo_move(move, actor=mayor)
    assert everything() == before


def test_a_contact_whom_the_heir_has_or_who_objected_there_stays(annecy, seynod, held, mayor):
    kept = {"last_name": "Favre", "first_name": "Léa", "email": "favre@alpes.example"}
    ContactFactory(collectivity=annecy, **kept)
    same = ContactFactory(collectivity=seynod, **kept | {"email": "FAVRE@alpes.example"})
    refused = ContactFactory(collectivity=annecy, last_name="Blanc", email="blanc@alpes.example")
    contacts.erase(refused)
    against = ContactFactory(collectivity=seynod, last_name="Blanc", email="blanc@alpes.example")
    imprint = contacts.erase(ContactFactory(collectivity=seynod, last_name="Roux", email="roux@alpes.example"))
    assert succession.held(seynod, annecy)["contacts"] == []
    succession.take_over(seynod, annecy, actor=mayor)
    for row, where in ((same, seynod), (against, seynod), (imprint, annecy)):
        row.refresh_from_db()
        assert row.collectivity == where
    with pytest.raises(ValidationError):  # who objected to the former is not entered by the heir either
        contacts.create_contact(
            annecy, actor=mayor, first_name="Awa", last_name="Roux", email="roux@alpes.example", function="Maire"
        )


def test_contacts_are_chosen_like_the_rest(client, annecy, seynod, held, mayor):
    first, second = (ContactFactory(collectivity=seynod) for _ in range(2))
    client.force_login(mayor)
    page = reverse("space:take_over", args=[annecy.slug, seynod.slug])
    client.post(page, {"_chosen": "1", "contacts": first.pk})
    assert list(Contact.objects.filter(collectivity=seynod)) == [second]


def test_notices_and_replies_pass_and_the_conversation_goes_on(client, annecy, seynod, held, mayor):
    own = NoticeFactory(collectivity=seynod)
    reply = NoticeConversation.objects.create(notice=NoticeFactory(), collectivity=seynod)
    client.force_login(mayor)
    before = everything()
    assert succession.proposals()[0].said == "2 partenariats, 1 projet, 1 annonce, 1 conversation, 1 membre"
    move = succession.take_over(seynod, annecy, actor=mayor)
    own.refresh_from_db()
    reply.refresh_from_db()
    assert (own.collectivity, own.french_ids, reply.collectivity) == (annecy, [annecy.pk], annecy)
    page = client.get(reverse("space:conversation", args=[annecy.slug, reply.uuid]))
    assert page.status_code == 200
    moves.undo_move(move, actor=mayor)
    assert everything() == before


def test_nobody_talks_with_oneself_nor_twice_about_a_notice(annecy, seynod, held, mayor):
    to_heir = NoticeConversation.objects.create(notice=NoticeFactory(collectivity=annecy), collectivity=seynod)
    notice = NoticeFactory()
    NoticeConversation.objects.create(notice=notice, collectivity=annecy)
    twice = NoticeConversation.objects.create(notice=notice, collectivity=seynod)
    succession.take_over(seynod, annecy, actor=mayor)
    for row in (to_heir, twice):
        row.refresh_from_db()
        assert row.collectivity == seynod
    assert succession.held(seynod, annecy)["replies"] == []
    assert succession.proposals() == []


def test_forms_in_progress_follow_their_author_there_and_back(client, annecy, seynod, held, mayor):
    editor = seynod.memberships.get().user
    path = f"projets/{held[2].uuid}/identite/"
    draft = FormDraft.objects.create(user=editor, path=f"/espace/seynod/{path}", data={"title": ["Neuf"]})
    stranger = FormDraft.objects.create(user=UserFactory(), path=draft.path, data={})
    client.force_login(editor)
    before = everything()
    move = succession.take_over(seynod, annecy, actor=mayor)
    draft.refresh_from_db()
    stranger.refresh_from_db()
    assert (draft.path, stranger.path) == (f"/espace/annecy/{path}", f"/espace/seynod/{path}")
    assert "Neuf" in client.get(draft.path).content.decode()
    moves.undo_move(move, actor=mayor)
    assert everything() == before


def test_a_form_saved_meanwhile_forbids_nothing(annecy, seynod, held, mayor):
    editor = seynod.memberships.get().user
    FormDraft.objects.create(user=editor, path="/espace/seynod/projets/nouveau/", data={})
    move = succession.take_over(seynod, annecy, actor=mayor)
    FormDraft.objects.all().delete()
    moves.undo_move(move, actor=mayor)


def test_a_form_of_who_stays_in_the_former_space_stays_there(annecy, seynod, held, mayor):
    editor = seynod.memberships.get().user
    draft = FormDraft.objects.create(user=editor, path="/espace/seynod/projets/nouveau/", data={})
    MembershipFactory(user=editor, collectivity=annecy)
    succession.take_over(seynod, annecy, actor=mayor, chosen={"projects": [held[2].pk]})
    draft.refresh_from_db()
    assert draft.path == "/espace/seynod/projets/nouveau/"


def followed(query: str, list_name: str = "projets") -> SavedSearch:
    past = timezone.now() - timedelta(days=3)
    return SavedSearch.objects.create(
        email="elsa@exemple.example", list_name=list_name, query=query, rhythm="daily", confirmed_at=past,
        told_until=past,
    )  # fmt: skip


@pytest.mark.parametrize("taken_over", [False, True])
def test_an_alert_about_the_former_authority_goes_on_with_its_heir(annecy, seynod, held, mayor, mailoutbox, taken_over):
    """Taken over or not: the search stays as its owner wrote it, and means who stands today beside who may still write."""
    search = followed("collectivity=seynod&country=SN")
    questions = ["collectivity=annecy&country=SN", "collectivity=seynod&country=SN"]
    if taken_over:
        succession.take_over(seynod, annecy, actor=mayor)
    lately = timezone.now() - timedelta(hours=1)
    both = ProjectFactory(title="Nouveau puits", french=annecy, published_at=lately)
    both.parties.create(kind="collectivity", role="co_lead", collectivity=seynod)
    refresh_project_digest([both.pk])
    ProjectFactory(title="Dernier puits", french=seynod, published_at=lately)
    assert alerts.present(search.query) == questions
    assert alerts.tell(search.pk, timezone.localdate()) == 2
    body = mailoutbox[-1].body
    assert all(body.count(f"* {title}") == 1 for title in ("Nouveau puits", "Dernier puits"))
    assert all(f"projets/?{query}" in body for query in questions)
    assert all(f"- Collectivité française\u00a0: {name}\n" in body for name in ("Annecy", "Seynod"))
    assert all(f"\u00a0: {name} – Toute la liste\u00a0: http" in body for name in ("Annecy", "Seynod"))
    assert body.count("- Pays\u00a0: Sénégal\n") == 1
    search.refresh_from_db()
    assert search.query == "collectivity=seynod&country=SN"


def test_an_alert_about_an_authority_without_heir_or_unknown_stays_the_same(annecy):
    CollectivityFactory(slug="perdue", former=True)
    for query in ("collectivity=perdue&country=SN", "collectivity=annecy", "collectivity=x", "country=SN", ""):
        assert alerts.present(query) == [query]


@pytest.mark.parametrize("criterion", ["partner", "place"])
def test_an_alert_about_a_partner_that_was_merged_tells_of_the_kept_one(annecy, mailoutbox, criterion):
    kept, gone = ForeignAuthorityFactory(slug="thies-sn"), ForeignAuthorityFactory(slug="ville-de-thies-sn")
    search = followed(f"{criterion}=ville-de-thies-sn")
    moves.merge_foreign_authorities(kept, gone, actor=UserFactory(superuser=True))
    assert alerts.present(search.query) == [f"{criterion}=thies-sn"]
    ProjectFactory(title="Nouveau puits", foreign=kept, published_at=timezone.now() - timedelta(hours=1))
    assert alerts.tell(search.pk, timezone.localdate()) == 1


def test_an_agreement_ends_with_who_gave_it_and_its_heir_gives_it_anew(client, annecy, seynod, held, mayor):
    """The région keeps nothing in the name of a commune that is no more; both sides read it, and the heir decides."""
    region = CollectivityFactory(regional=True, name="Auvergne-Rhône-Alpes", slug="aura")
    regional = MembershipFactory(collectivity=region, role="editor").user
    agreement = Delegation.objects.create(member=seynod, delegate=region)
    type(seynod).objects.filter(pk=seynod.pk).update(is_current=True)
    assert seynod.pk in written_for(regional)
    assert writes_project(regional, held[2])
    type(seynod).objects.filter(pk=seynod.pk).update(is_current=False)
    assert written_for(regional) == {region.pk}
    assert not writes_project(regional, held[2])
    succession.take_over(seynod, annecy, actor=mayor)
    agreement.refresh_from_db()
    assert (agreement.member, agreement.ended_at) == (seynod, None)
    assert sheets.scope_of(region, actor=regional) == [region]
    pages = {slug: f"/espace/{slug}/tableur/accords/" for slug in ("annecy", "aura")}
    client.force_login(regional)
    assert "a pris fin" in client.get(pages["aura"]).content.decode()
    client.force_login(mayor)
    page = client.get(pages["annecy"])
    assert page.context["anew"] == [(agreement, region)]
    assert "« Seynod », qui n’existe plus" in page.content.decode().replace("\u00a0", " ")
    client.post(pages["annecy"], {"_entrust": "aura"})
    assert client.get(pages["annecy"]).context["anew"] == []
    assert writes_project(regional, held[2])
    assert sheets.scope_of(region, actor=regional) == [region, annecy]


def test_an_agreement_ends_with_who_keeps_the_records_and_may_be_given_to_its_heir(client, annecy, mayor):
    before = CollectivityFactory(regional=True, name="Rhône-Alpes", slug="rhone-alpes", former=True)
    after = CollectivityFactory(regional=True, name="Auvergne-Rhône-Alpes", slug="aura")
    joined(before, after)
    agreement = Delegation.objects.create(member=annecy, delegate=before)
    client.force_login(mayor)
    page = client.get("/espace/annecy/tableur/accords/")
    assert page.context["anew"] == [(agreement, after)]
    text = page.content.decode().replace("\u00a0", " ")
    assert "a pris fin : « Rhône-Alpes » n’existe plus" in text
    assert "Retirer l’accord" not in text
    assert sheets.to_agree_anew(after) == sheets.to_agree_anew(before) == []


def test_an_authority_of_the_past_entrusts_nothing(seynod):
    speaker = MembershipFactory(collectivity=seynod, role="representative").user
    with pytest.raises(ValidationError, match="n’existe plus"):
        sheets.entrust(seynod, CollectivityFactory(regional=True), actor=speaker)
