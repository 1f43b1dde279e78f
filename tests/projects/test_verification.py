"""What waits to be verified: the rules, who sees which part, one click, and the words that reach the authority."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from atlas.models import ForeignAuthority, Kept
from atlas.permissions import OFFICERS
from atlas.services.accounts import ensure_groups
from projects import rules
from projects.figures import queue
from projects.models import PartnerRequest, Partnership, PartnershipParty, Project, RecordComment
from projects.permissions import Scope, scope_of
from projects.services import refresh_partnership_digest, refresh_project_digest, verification
from projects.tasks import refresh_verification
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    PostingFactory,
    RegionFactory,
    UserFactory,
    hold,
)
from tests.factories.projects import PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db

EVERYTHING = Scope(everything=True)
LONG_AGO = timedelta(days=800)


def calm(record):
    """As a record is that nobody needs to look at."""
    today = timezone.localdate()
    type(record).objects.filter(pk=record.pk).update(confirmed_on=today)
    record.refresh_from_db()
    return record


@pytest.fixture
def link():
    return calm(PartnershipFactory())


@pytest.fixture
def project():
    return calm(ProjectFactory())


@pytest.fixture
def embassy():
    posting = PostingFactory(kind="embassy")
    posting.countries.add(CountryFactory())
    return posting.user


@pytest.fixture
def adviser(link):
    posting = PostingFactory(kind="adviser")
    posting.regions.add(link.parties.get(collectivity__isnull=False).collectivity.region)
    return posting.user


@pytest.fixture
def officer():
    ensure_groups()
    user = UserFactory(staff=True)
    user.groups.add(Group.objects.get(name=OFFICERS))
    return user


def editor_of(record, role="editor"):
    return MembershipFactory(collectivity=record.parties.get(collectivity__isnull=False).collectivity, role=role).user


# --- The rules ---------------------------------------------------------------------------------------------------------


def never(record):
    type(record).objects.filter(pk=record.pk).update(confirmed_on=None)


def stale(record):
    old = timezone.now() - LONG_AGO
    type(record).objects.filter(pk=record.pk).update(updated_at=old, confirmed_on=old.date())


def corrected(record):
    PartnerRequest.objects.create(
        **{record._meta.model_name: record},
        collectivity=record.parties.get(collectivity__isnull=False).collectivity,
        foreign_authority=record.parties.get(foreign_authority__isnull=False).foreign_authority,
        email="a@example.org",
        token_hash=f"{record.pk:064d}",
        expires_at=timezone.now(),
        answer="corrected",
        answered_at=timezone.now(),
        corrections={"title": {"before": "", "after": "Autre"}},
    )


def unplaced(record):
    ForeignAuthority.objects.filter(pk__in=record.foreign_ids).update(longitude=None, latitude=None)


def over_link(link):
    yesterday = timezone.localdate() - timedelta(days=1)
    PartnershipParty.objects.filter(partnership=link, foreign_authority__isnull=False).update(until=yesterday)


def expired_link(link):
    """Its agreement has run out, and nobody said that it goes on."""
    yesterday = timezone.localdate() - timedelta(days=1)
    renewed = calm(PartnershipFactory(is_tacitly_renewed=True))
    Partnership.objects.filter(pk__in=[link.pk, renewed.pk]).update(expires_on=yesterday)


def over_project(project):
    yesterday = timezone.localdate() - timedelta(days=1)
    Project.objects.filter(pk=project.pk).update(ends_on=yesterday, declared_status="2")


def twin_link(link):
    parties = {("french" if party.collectivity_id else "foreign"): party.authority for party in link.parties.all()}
    calm(PartnershipFactory(**parties))


def elsewhere(project):
    project.country_shares.update(country=CountryFactory(iso2="BR"))
    refresh_project_digest([project.pk])


@pytest.mark.parametrize(
    ("kind", "code", "make"),
    [
        ("link", "never", never),
        ("link", "stale", stale),
        ("link", "corrected", corrected),
        ("link", "unplaced", unplaced),
        ("link", "over", over_link),
        ("link", "over", expired_link),
        ("link", "twin", twin_link),
        ("project", "never", never),
        ("project", "stale", stale),
        ("project", "corrected", corrected),
        ("project", "unplaced", unplaced),
        ("project", "over", over_project),
        ("project", "elsewhere", elsewhere),
    ],
)
def test_each_rule_finds_its_records_and_no_other(request, kind, code, make):
    record = request.getfixturevalue(kind)
    assert verification.read_queue(EVERYTHING).total == 0
    make(record)
    record.refresh_from_db()
    assert verification.reasons_of(record) == [code]
    found = verification.read_queue(EVERYTHING)
    assert record in [row.record for row in found.rows]
    assert {reason for row in found.rows for reason in row.reasons} == {code}


def test_what_is_not_public_does_not_wait():
    PartnershipFactory(draft=True)
    ProjectFactory(draft=True)
    assert verification.read_queue(EVERYTHING).total == 0


def test_the_delay_is_a_dated_rule_that_the_staff_changes(link):
    months_ago = timezone.now() - timedelta(days=200)
    Partnership.objects.filter(pk=link.pk).update(updated_at=months_ago, confirmed_on=months_ago.date())
    assert verification.reasons_of(link) == []
    hold(rules.FRESHNESS_MONTHS, 6)
    assert verification.reasons_of(link) == ["stale"]
    hold(rules.FRESHNESS_MONTHS, 8)
    assert verification.reasons_of(link) == []


# --- Who follows what --------------------------------------------------------------------------------------------------


def test_an_embassy_follows_its_countries_an_adviser_its_regions_while_posted(embassy, adviser, officer):
    assert scope_of(embassy) == Scope(countries=frozenset({"SN"}))
    assert len(scope_of(adviser).regions) == 1
    assert scope_of(officer) == EVERYTHING
    assert not scope_of(UserFactory())
    assert not scope_of(UserFactory(staff=True)), "a staff account without the right"
    ended = PostingFactory(kind="embassy", valid_to=timezone.localdate())
    ended.countries.add(CountryFactory())
    assert not scope_of(ended.user)


@pytest.mark.parametrize("who", ["embassy", "adviser"])
def test_who_follows_records_is_led_to_them_from_where_it_enters(request, client, who):
    client.force_login(request.getfixturevalue(who))
    queue = reverse("projects:verification")
    for entered in ("account", "space:home"):
        assert f'href="{queue}"' in client.get(reverse(entered)).content.decode()
    client.force_login(UserFactory())
    assert queue not in client.get(reverse("account")).content.decode()


def test_a_posting_to_a_zone_follows_its_countries():
    CountryFactory(zone="Afrique subsaharienne")
    assert scope_of(PostingFactory(kind="embassy", zones=["Afrique subsaharienne"]).user).countries == {"SN"}


def test_each_sees_only_what_it_follows(embassy, officer):
    here = PartnershipFactory()
    PartnershipFactory(foreign=ForeignAuthorityFactory(country=CountryFactory(iso2="BR")))
    assert [row.record for row in verification.read_queue(scope_of(embassy)).rows] == [here]
    assert verification.read_queue(scope_of(officer)).total == verification.waiting_count(officer) == 2
    assert verification.waiting_count(UserFactory()) == 0


# --- The queue -----------------------------------------------------------------------------------------------------------


def numbers(found, name: str) -> dict[str, int]:
    facet = next(one for one in found.facets if one.name == name)
    return {choice.value: choice.count for choice in facet.choices}


def test_facets_count_what_each_choice_would_leave():
    stale(PartnershipFactory())
    over_project(ProjectFactory())
    PartnershipFactory(foreign=ForeignAuthorityFactory(country=CountryFactory(iso2="BR")))
    found = verification.read_queue(EVERYTHING, {"reason": ["never"]})
    assert found.total == 2
    assert numbers(found, "reason") == {"never": 2, "stale": 1, "over": 1}
    assert numbers(found, "record") == {"partnership": 1, "project": 1}
    assert numbers(found, "country") == {"SN": 1, "BR": 1}
    narrowed = verification.read_queue(EVERYTHING, {"record": ["project"], "country": ["SN"]})
    assert [row.is_project for row in narrowed.rows] == [True]


def test_names_narrow_the_queue_whatever_their_accents():
    PartnershipFactory(french=CollectivityFactory(name="Évry"))
    PartnershipFactory()
    assert verification.read_queue(EVERYTHING, {"q": "evry"}).total == 1


def test_contradictions_come_first_and_cost_is_flat(django_assert_num_queries):
    for _ in range(3):
        PartnershipFactory()
    last = ProjectFactory()
    over_project(last)
    found = verification.read_queue(EVERYTHING)
    assert found.rows[0].record == last
    assert found.total == 4
    PartnershipFactory.create_batch(2)
    verification.read_queue(EVERYTHING)
    # The size, the rule, the data and answers twice, the queue and its page, then both kinds with their parties.
    with django_assert_num_queries(12):
        assert verification.read_queue(EVERYTHING).total == 6


@pytest.fixture
def many(monkeypatch):
    monkeypatch.setattr(queue, "AT_ONCE", -1)


def test_where_records_are_many_the_queue_is_the_one_that_the_task_made_and_says_when(client, officer, many):
    first = PartnershipFactory()
    client.force_login(officer)
    assert client.get(reverse("projects:verification")).context["page"].total == 0, "nobody judged yet"
    assert refresh_verification() is True
    assert refresh_verification() is False, "the data are the same"
    page = client.get(reverse("projects:verification"))
    assert [row.record for row in page.context["page"].object_list] == [first]
    assert page.context["judged_at"] is None, "nothing changed since"
    PartnershipFactory()
    page = client.get(reverse("projects:verification"))
    assert page.context["page"].total == 1
    assert "Fiches examinées le" in page.content.decode()
    Kept.objects.update(seconds=60)
    assert refresh_verification() is False, "what takes a minute is not done each minute"
    Kept.objects.update(seconds=0)
    assert refresh_verification() is True
    assert client.get(reverse("projects:verification")).context["page"].total == 2


def test_where_records_are_many_what_is_verified_leaves_the_queue_at_once(embassy, link, project, many):
    for record in (link, project):
        never(record)
    refresh_verification()
    verification.verify(link, actor=embassy)
    assert [row.record for row in verification.read_queue(EVERYTHING).rows] == [project]
    twin_link(link)
    verification.verify(link, actor=embassy)
    assert [row.reasons for row in verification.read_queue(EVERYTHING).rows] == [["twin"], ["twin"], ["never"]]


def test_where_records_are_many_who_left_the_public_is_not_shown(project, many):
    never(project)
    refresh_verification()
    Project.objects.filter(pk=project.pk).update(publication="draft")
    assert verification.read_queue(EVERYTHING).rows == []


def test_the_kept_queue_changes_as_the_records_do(link, project):
    for make, record in ((never, link), (over_project, project)):
        make(record)
        verification.read_queue(EVERYTHING)
    calm(link)
    rows = verification.read_queue(EVERYTHING).rows
    assert [(row.record, row.reasons) for row in rows] == [(project, ["over"])]
    stale(project)
    assert verification.read_queue(EVERYTHING).rows[0].reasons == ["over", "stale"]


# --- Verifying -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "title", "said"),
    [
        ("embassy", "embassy", "vérifié par l’ambassade le"),
        ("adviser", "adviser", "vérifié par le conseil diplomatique en région le"),
        ("officer", "officer", "vérifié par la DCTCIV le"),
    ],
)
def test_a_verification_is_dated_signed_and_shown(request, client, link, who, title, said):
    never(link)
    user = request.getfixturevalue(who)
    changed = Partnership.objects.get(pk=link.pk)
    verification.verify(link, actor=user)
    link.refresh_from_db()
    assert (link.verified_on, link.verified_by, link.verified_as) == (timezone.localdate(), user, title)
    assert (link.version, link.updated_at) == (changed.version + 1, changed.updated_at)
    assert verification.reasons_of(link) == []
    assert said in client.get(link.get_absolute_url()).content.decode()


def test_a_verified_project_says_so_on_its_sheet(client, project, embassy):
    verification.verify(project, actor=embassy)
    assert "vérifié par l’ambassade le" in client.get(project.get_absolute_url()).content.decode()


def test_nobody_verifies_what_it_does_not_follow(link, embassy, officer):
    abroad = PartnershipFactory(foreign=ForeignAuthorityFactory(country=CountryFactory(iso2="BR")))
    draft = PartnershipFactory(draft=True)
    for record in (abroad, draft):
        with pytest.raises(PermissionDenied):
            verification.verify(record, actor=embassy)
        with pytest.raises(PermissionDenied):
            verification.comment(record, actor=embassy, text="Bonjour")
    for stranger in (editor_of(link), editor_of(link, "representative"), UserFactory(), UserFactory(staff=True)):
        with pytest.raises(PermissionDenied):
            verification.verify(link, actor=stranger)
    assert not Partnership.objects.filter(verified_on__isnull=False).exists()


# --- Words ---------------------------------------------------------------------------------------------------------------


def test_a_word_waits_on_the_dashboard_until_the_authority_answers(client, link, embassy):
    verification.comment(link, actor=embassy, text="Le comité s’est dissous en 2019.")
    editor = editor_of(link)
    town = editor.memberships.get().collectivity
    client.force_login(editor)
    dashboard = reverse("space:dashboard", args=[town.slug])
    assert "Le comité s’est dissous en 2019." in client.get(dashboard).content.decode()
    thread = reverse("space:partnership_thread", args=[town.slug, link.uuid])
    shown = client.get(thread).content.decode()
    assert "C’est traité" in shown
    assert "Ambassade" in shown
    client.post(thread, {"_comment": "1", "text": "Merci, nous corrigeons."})
    word = RecordComment.objects.get(written_as="embassy")
    assert word.settled_by == editor
    assert RecordComment.objects.get(written_as="").text == "Merci, nous corrigeons."
    assert "Le comité s’est dissous" not in client.get(dashboard).content.decode()
    client.force_login(embassy)
    page = client.get(reverse("projects:partnership_verification", args=[link.uuid])).content.decode()
    assert "Merci, nous corrigeons." in page


def test_settling_without_an_answer_happens_once(client, project, embassy):
    verification.comment(project, actor=embassy, text="À revoir.")
    editor = editor_of(project)
    assert verification.settle(project, actor=editor) == 1
    with pytest.raises(ValidationError):
        verification.settle(project, actor=editor)
    with pytest.raises(PermissionDenied):
        verification.settle(project, actor=editor_of(project, "reader"))


def test_words_are_read_by_members_of_the_record_by_their_author_and_by_staff_alone(link, embassy, officer):
    verification.comment(link, actor=embassy, text="À revoir.")
    reader = editor_of(link, "reader")
    for user, n in ((reader, 1), (embassy, 1), (officer, 1), (UserFactory(), 0), (editor_of(PartnershipFactory()), 0)):
        assert RecordComment.objects.visible_to(user).count() == n
    with pytest.raises(PermissionDenied):
        verification.comment(link, actor=reader, text="Non.")
    with pytest.raises(ValidationError):
        verification.comment(link, actor=embassy, text="   ")


def test_words_are_nowhere_in_public(client, link, embassy):
    verification.comment(link, actor=embassy, text="Secret de chancellerie.")
    for url in (link.get_absolute_url(), reverse("api:partnership-detail", args=[link.uuid])):
        assert "Secret de chancellerie." not in client.get(url).content.decode()


# --- The pages -----------------------------------------------------------------------------------------------------------


def test_the_page_of_a_record_costs_ten_queries_whoever_reads_it_and_whatever_is_said(
    client, link, project, embassy, adviser, officer, django_assert_max_num_queries
):
    """The postings are read once; so are the account, the record with its parties, its reasons and its words."""
    PostingFactory(kind="embassy", user=embassy).countries.add(CountryFactory(iso2="BR"))
    for record in (link, project):
        for text in ("Un mot.", "Un autre."):
            verification.comment(record, actor=officer, text=text)
    for user in (embassy, adviser, officer):
        client.force_login(user)
        for record in (link, project):
            with django_assert_max_num_queries(10) as asked:
                page = client.get(reverse(f"projects:{record._meta.model_name}_verification", args=[record.uuid]))
            assert page.status_code == 200 if user != adviser or record is link else 403
            postings = [one for one in asked.captured_queries if 'FROM "atlas_posting"' in one["sql"]]
            assert len(postings) == (user != officer)


def test_every_role_at_every_address(client, link, project, embassy, adviser, officer):
    """A visitor logs in; members of authorities are refused; the network sees what it follows; officers see all."""
    abroad = PartnershipFactory(foreign=ForeignAuthorityFactory(country=CountryFactory(iso2="BR")))
    addresses = [
        reverse("projects:verification"),
        reverse("projects:partnership_verification", args=[link.uuid]),
        reverse("projects:project_verification", args=[project.uuid]),
        reverse("projects:partnership_verification", args=[abroad.uuid]),
    ]
    expected = {
        None: [302, 302, 302, 302],
        editor_of(link): [403, 403, 403, 403],
        editor_of(link, "representative"): [403, 403, 403, 403],
        UserFactory(staff=True): [403, 403, 403, 403],
        embassy: [200, 200, 200, 403],
        adviser: [200, 200, 403, 403],
        officer: [200, 200, 200, 200],
        UserFactory(superuser=True): [200, 200, 200, 200],
    }
    for user, answers in expected.items():
        client.logout()
        if user:
            client.force_login(user)
        assert [client.get(address).status_code for address in addresses] == answers, user
        posted = [client.post(address, {"_verify": "1"}).status_code for address in addresses[1:]]
        assert posted == [302 if answer == 200 else answer for answer in answers[1:]], user


def test_the_page_verifies_and_goes_on_to_the_next(client, link, embassy):
    never(link)
    client.force_login(embassy)
    listed = client.get(reverse("projects:verification")).content.decode()
    address = reverse("projects:partnership_verification", args=[link.uuid])
    assert address in listed
    assert "Jamais confirmé" in client.get(address).content.decode()
    answer = client.post(address, {"_verify": "1", "text": "Vu avec le maire."}, follow=True)
    assert "la fiche porte votre vérification" in answer.content.decode()
    assert "Rien à vérifier" in answer.content.decode()
    assert RecordComment.objects.get().text == "Vu avec le maire."


def test_an_empty_word_is_an_error_of_its_field(client, link, embassy):
    client.force_login(embassy)
    answer = client.post(reverse("projects:partnership_verification", args=[link.uuid]), {"_comment": "1", "text": " "})
    assert answer.status_code == 422
    assert not RecordComment.objects.exists()


def test_odd_addresses_of_the_queue_are_answered(client, officer):
    client.force_login(officer)
    url = reverse("projects:verification")
    assert client.get(url, {"reason": "autre", "country": "ZZ", "q": "x" * 300}).status_code == 200
    for page in ("0", "x", "2", "99999999"):
        assert client.get(url, {"page": page}).status_code == 404


def test_the_space_leads_the_network_to_its_queue(client, embassy):
    client.force_login(embassy)
    page = client.get(reverse("space:home")).content.decode()
    assert reverse("projects:verification") in page
    assert "Vous n’êtes membre d’aucune collectivité" not in page


def test_the_index_of_the_staff_counts_the_queue(client, officer):
    PartnershipFactory()
    client.force_login(officer)
    assert "fiche à vérifier" in client.get(reverse("admin:index")).content.decode()


def test_twins_are_named_even_when_only_one_of_them_is_asked_about(link):
    twin_link(link)
    refresh_partnership_digest()
    assert verification.reasons_of(Partnership.objects.first()) == ["twin"]


def test_a_region_that_nobody_follows_is_nobodys(adviser):
    posting = PostingFactory(kind="adviser")
    posting.regions.add(RegionFactory(name="Ailleurs"))
    PartnershipFactory()
    assert verification.read_queue(scope_of(posting.user)).total == 0


# --- E-mails ----------------------------------------------------------------------------------------------------------


def test_words_and_verifications_reach_those_who_keep_the_record_by_email(
    link, embassy, mailoutbox, django_capture_on_commit_callbacks
):
    people = [editor_of(link), editor_of(link, "representative")]
    editor_of(link, "reader")
    expected = sorted([person.email] for person in people)
    with django_capture_on_commit_callbacks(execute=True):
        verification.comment(link, actor=embassy, text="La date de signature est-elle juste ?")
    assert sorted(one.to for one in mailoutbox) == expected
    assert mailoutbox[0].subject.startswith("Un message sur votre fiche : ")
    assert "La date de signature est-elle juste ?" in mailoutbox[0].body
    assert "Ambassade" in mailoutbox[0].body
    mailoutbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        verification.verify(link, actor=embassy, text="Merci.")
    assert sorted(one.to for one in mailoutbox) == expected, "one e-mail for the verification and its word"
    assert mailoutbox[0].subject.startswith("Votre fiche est vérifiée : ")
    assert "Merci." in mailoutbox[0].body
    mailoutbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        verification.verify(link, actor=embassy)
    assert sorted(one.to for one in mailoutbox) == expected
    assert "Son message" not in mailoutbox[0].body
    mailoutbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        verification.comment(link, actor=people[0], text="Oui.")
    assert mailoutbox == [], "the authority does not write to itself"


def test_the_email_leads_to_the_thread(client, project, embassy, mailoutbox, django_capture_on_commit_callbacks):
    member = editor_of(project)
    with django_capture_on_commit_callbacks(execute=True):
        verification.comment(project, actor=embassy, text="Quel est le budget ?")
    [message] = mailoutbox
    address = next(line for line in message.body.splitlines() if line.startswith("http"))
    client.force_login(member)
    assert "Quel est le budget ?" in client.get(urlsplit(address).path).content.decode()
