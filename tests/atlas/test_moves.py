"""Duplicates of foreign authorities: found with reasons, merged whole, undone exactly, or refused with what changed."""

from datetime import date
from decimal import Decimal
from threading import Thread

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.urls import reverse

from atlas.models import Distinction, ForeignAuthority, Move, MovedRow
from atlas.permissions import OFFICERS
from atlas.services import moves
from atlas.services.accounts import ensure_groups
from projects import services
from projects.models import (
    ImportRow,
    NameResolution,
    PartnerRequest,
    Partnership,
    PartnershipParty,
    Project,
    ProjectParty,
    ProjectPlace,
)
from tests.factories.atlas import (
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    PostingFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import PartnershipFactory, PartnershipPartyFactory, ProjectFactory

pytestmark = pytest.mark.django_db

OUTSIDE = {"version", "updated_at"}  # of a row that was written again
JOURNAL = {"Move", "MovedRow", "DataChange", "Session", "LogEntry"}


def everything() -> dict[str, dict]:
    """Every row of every table of ours, but for the journals."""
    return {
        model._meta.label: {
            row["id" if "id" in row else model._meta.pk.attname]: {k: v for k, v in row.items() if k not in OUTSIDE}
            for row in model._base_manager.values()
        }
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ("atlas", "projects")
        and model.__name__ not in JOURNAL
        and not model.__name__.endswith(("History", "Event"))
    }


@pytest.fixture
def officer():
    return UserFactory(superuser=True)


@pytest.fixture
def pair():
    """Thiès, twice, with what each has."""
    return (
        ForeignAuthorityFactory(name_fr="Thiès", slug="thies-sn", population=320_000),
        ForeignAuthorityFactory(
            name_fr="Thies",
            name_local="Ville de Thies",
            slug="thies-2-sn",
            website="https://thies.sn",
            aliases=["Cayor"],
        ),
    )


@pytest.fixture
def records(pair):
    """Something of each kind that points to the duplicate, and what folds with the kept sheet."""
    kept, duplicate = pair
    only = PartnershipFactory(foreign=duplicate, kind="cooperation_agreement")
    both = PartnershipFactory(foreign=kept, kind="network", title="Réseau")
    PartnershipParty.objects.filter(partnership=both, foreign_authority=kept).update(role="member")
    PartnershipPartyFactory(partnership=both, foreign_authority=duplicate, since=date(2001, 1, 1))
    project = ProjectFactory(foreign=kept, partnership=only)
    ProjectParty.objects.filter(project=project, foreign_authority=kept).update(cash=Decimal("1000.10"))
    ProjectParty.objects.create(
        project=project, kind="foreign_authority", role="implementing", foreign_authority=duplicate, cash="500.05"
    )
    for sheet in pair:
        ProjectPlace.objects.create(project=project, foreign_authority=sheet)
    asked = PartnerRequest.objects.create(
        partnership=only,
        collectivity=only.parties.get(collectivity__isnull=False).collectivity,
        foreign_authority=duplicate,
        email="mairie@thies.sn",
        token_hash="0" * 64,
        expires_at="2027-01-01T00:00Z",
    )
    name = NameResolution.objects.create(side="partner", key="thies", written="Thies", foreign_authority=duplicate)
    return {"only": only, "both": both, "project": project, "asked": asked, "name": name}


def messages(raised) -> str:
    return " ".join(raised.value.messages)


# --- Merging ----------------------------------------------------------------------------------------------------------


def test_all_that_led_to_the_duplicate_leads_to_the_kept_sheet(pair, records, officer):
    kept, duplicate = pair
    move = moves.merge_foreign_authorities(kept, duplicate, actor=officer)
    duplicate.refresh_from_db()
    assert duplicate.merged_into == kept
    assert not moves.holdings(duplicate)
    for name in ("asked", "name"):
        records[name].refresh_from_db()
        assert records[name].foreign_authority == kept
    records["only"].refresh_from_db()
    assert records["only"].foreign_ids == [kept.pk]
    assert "thies" in records["only"].party_names
    kept.refresh_from_db()
    assert (kept.partnership_count, kept.project_count) == (2, 1)
    assert duplicate.partnership_count == 0
    assert move.counts == {
        "projects.partnershipparty": 2,
        "projects.projectparty": 1,
        "projects.projectplace": 1,
        "projects.partnerrequest": 1,
        "projects.nameresolution": 1,
    }


def test_twice_the_same_part_becomes_one_and_nothing_of_it_is_lost(pair, records, officer):
    kept, duplicate = pair
    moves.merge_foreign_authorities(kept, duplicate, actor=officer)
    party = records["both"].parties.get(foreign_authority__isnull=False)
    assert (party.foreign_authority, party.role, party.since) == (kept, "lead", date(2001, 1, 1))
    brought = records["project"].parties.get(kind="foreign_authority")
    assert brought.cash == Decimal("1500.15")
    assert records["project"].places.count() == 1


def test_names_that_the_kept_sheet_did_not_know_become_other_names(pair, officer):
    kept, duplicate = pair
    moves.merge_foreign_authorities(kept, duplicate, actor=officer)
    kept.refresh_from_db()
    assert kept.aliases == ["Ville de Thies", "Cayor"]
    assert kept.website == "", "a choice that nobody made changes nothing"


def test_each_field_comes_from_the_sheet_that_was_chosen(pair, officer):
    kept, duplicate = pair
    moves.merge_foreign_authorities(kept, duplicate, actor=officer, taken=["name_fr", "website"])
    kept.refresh_from_db()
    assert (kept.name_fr, kept.website, kept.population) == ("Thies", "https://thies.sn", 320_000)
    with pytest.raises(TypeError):
        moves.merge_foreign_authorities(kept, ForeignAuthorityFactory(), actor=officer, taken=["slug"])


def test_the_old_address_leads_to_the_kept_sheet(client, pair, officer):
    kept, duplicate = pair
    moves.merge_foreign_authorities(kept, duplicate, actor=officer)
    last = ForeignAuthorityFactory()
    moves.merge_foreign_authorities(last, kept, actor=officer)
    answer = client.get(duplicate.get_absolute_url(), follow=True)
    assert answer.redirect_chain == [(last.get_absolute_url(), 301)]


# --- Twins ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def twins(pair):
    """Rennes is twinned with both sheets: the same link twice."""
    kept, duplicate = pair
    first = PartnershipFactory(foreign=kept, status="unknown")
    town = first.parties.get(collectivity__isnull=False).collectivity
    second = PartnershipFactory(
        french=town, foreign=duplicate, signed_on=date(1987, 5, 12), signed_precision="day", note="Signé à Thiès."
    )
    second.themes.add(ThemeFactory(code="eau"))
    ProjectFactory(partnership=second)
    return first, second


def test_partnerships_that_become_the_same_become_one_with_what_both_say(client, pair, twins, officer):
    first, second = twins
    moves.merge_foreign_authorities(*pair, actor=officer)
    for row in twins:
        row.refresh_from_db()
    assert (second.publication, second.merged_into) == ("archived", first)
    assert (first.signed_on, first.signed_precision) == (date(1987, 5, 12), "day")
    assert (first.status, first.note) == ("active", "Signé à Thiès.")
    assert [theme.code for theme in first.themes.all()] == ["eau"]
    assert Project.objects.get().partnership == first
    assert first.theme_codes == ["eau"]
    answer = client.get(second.get_absolute_url())
    assert (answer.status_code, answer["Location"]) == (301, first.get_absolute_url())


@pytest.mark.parametrize(
    "other",
    [{"signed_on": date(1992, 1, 1)}, {"title": "Charte"}, {"status": "ended"}, {"publication": "draft"}],
    ids=lambda fields: next(iter(fields)),
)
def test_partnerships_that_contradict_each_other_stay_two(pair, twins, officer, other):
    first, second = twins
    Partnership.objects.filter(pk=first.pk).update(title="Jumelage", status="active")
    Partnership.objects.filter(pk=second.pk).update(**other)
    moves.merge_foreign_authorities(*pair, actor=officer)
    assert not Partnership.objects.filter(merged_into__isnull=False).exists()


def test_partnerships_that_were_already_two_are_left_alone(pair, officer):
    kept, duplicate = pair
    first = PartnershipFactory(foreign=kept)
    PartnershipFactory(foreign=kept, french=first.parties.get(collectivity__isnull=False).collectivity)
    moves.merge_foreign_authorities(kept, duplicate, actor=officer)
    assert not Partnership.objects.filter(merged_into__isnull=False).exists()


# --- Undoing ----------------------------------------------------------------------------------------------------------


def test_undoing_gives_back_every_row_as_it_was(pair, records, twins, officer):
    kept, duplicate = pair
    services.refresh_partnership_digest()
    services.refresh_project_digest()
    services.refresh_activity()
    before = everything()
    move = moves.merge_foreign_authorities(kept, duplicate, actor=officer, taken=list(moves.CHOICES))
    assert everything() != before
    moves.undo_move(move, actor=officer)
    after = everything()
    for table in before:
        assert after[table] == before[table], table
    move.refresh_from_db()
    assert move.undone_by == officer
    with pytest.raises(ValidationError) as raised:
        moves.undo_move(move, actor=officer)
    assert raised.value.code == "undone"


def test_versions_only_grow_so_that_no_stale_form_looks_fresh(pair, twins, officer):
    versions = dict(Partnership.objects.values_list("pk", "version"))
    move = moves.merge_foreign_authorities(*pair, actor=officer)
    merged = dict(Partnership.objects.values_list("pk", "version"))
    moves.undo_move(move, actor=officer)
    for row in Partnership.objects.all():
        assert versions[row.pk] < merged[row.pk] < row.version


def test_what_changed_since_is_named_and_nothing_is_undone(pair, records, officer):
    kept, duplicate = pair
    move = moves.merge_foreign_authorities(kept, duplicate, actor=officer)
    ProjectParty.objects.filter(foreign_authority=kept).update(cash="2000")
    records["only"].parties.filter(foreign_authority=kept).delete()
    state = everything()
    with pytest.raises(ValidationError) as raised:
        moves.undo_move(move, actor=officer)
    assert "ce qui suit a changé depuis (2 en tout)" in messages(raised)
    assert "apport en numéraire" in messages(raised)
    assert "supprimé" in messages(raised)
    assert everything() == state


def test_what_was_written_elsewhere_in_a_row_meanwhile_survives_undoing(pair, twins, officer):
    kept, duplicate = pair
    move = moves.merge_foreign_authorities(kept, duplicate, actor=officer)
    ForeignAuthority.objects.filter(pk=kept.pk).update(website="https://ville-thies.sn")
    moves.undo_move(move, actor=officer)
    kept.refresh_from_db()
    assert (kept.website, kept.aliases) == ("https://ville-thies.sn", [])


def test_a_place_taken_meanwhile_forbids_undoing(pair, officer):
    from atlas.models import ForeignPlace

    kept, duplicate = pair
    place = ForeignPlace.objects.create(geonames_id=1, name="Thiès", country=kept.country)
    ForeignAuthority.objects.filter(pk=duplicate.pk).update(place=place)
    move = moves.merge_foreign_authorities(kept, duplicate, actor=officer)
    ForeignAuthorityFactory(place=place)
    with pytest.raises(ValidationError) as raised:
        moves.undo_move(move, actor=officer)
    assert raised.value.code == "taken"
    assert ForeignAuthority.objects.get(pk=duplicate.pk).merged_into_id == kept.pk


def test_a_place_passes_to_the_kept_sheet_and_back(pair, officer):
    from atlas.models import ForeignPlace

    kept, duplicate = pair
    place = ForeignPlace.objects.create(geonames_id=1, name="Thiès", country=kept.country)
    ForeignAuthority.objects.filter(pk=duplicate.pk).update(place=place)
    move = moves.merge_foreign_authorities(kept, duplicate, actor=officer, taken=["place"])
    assert ForeignAuthority.objects.get(pk=kept.pk).place == place
    moves.undo_move(move, actor=officer)
    assert [row.place_id for row in ForeignAuthority.objects.filter(pk__in=[kept.pk, duplicate.pk]).order_by("pk")] == [
        None,
        1,
    ]


# --- Refusals, chains, people ------------------------------------------------------------------------------------------


def test_merging_twice_is_refused_with_where_it_went(pair, officer):
    kept, duplicate = pair
    moves.merge_foreign_authorities(kept, duplicate, actor=officer)
    for left, right in ((kept, duplicate), (duplicate, ForeignAuthorityFactory())):
        with pytest.raises(ValidationError, match=r"déjà fusionnée dans «.+Thiès"):
            moves.merge_foreign_authorities(left, right, actor=officer)
    with pytest.raises(ValidationError, match="deux fiches différentes"):
        moves.merge_foreign_authorities(kept, kept, actor=officer)
    assert Move.objects.count() == 1


def test_a_chain_is_undone_from_its_end(pair, officer):
    """A into B, then B into C: A's link is C's; undoing the first would take it from there."""
    b, a = pair
    c = ForeignAuthorityFactory()
    link = PartnershipFactory(foreign=a)
    before = everything()
    first = moves.merge_foreign_authorities(b, a, actor=officer)
    second = moves.merge_foreign_authorities(c, b, actor=officer)
    link.refresh_from_db()
    assert link.foreign_ids == [c.pk]
    assert ForeignAuthority.objects.get(pk=a.pk).standing_row() == c
    with pytest.raises(ValidationError) as raised:
        moves.undo_move(first, actor=officer)
    assert "autorité étrangère" in messages(raised)
    moves.undo_move(second, actor=officer)
    moves.undo_move(first, actor=officer)
    assert everything() == before


def test_only_who_keeps_the_directory_merges_and_undoes(pair, officer):
    ensure_groups()
    people = [
        MembershipFactory(role="representative").user,
        PostingFactory(kind="embassy").user,
        UserFactory(staff=True),
    ]
    move = moves.merge_foreign_authorities(*pair, actor=officer)
    others = ForeignAuthorityFactory(), ForeignAuthorityFactory()
    for person in people:
        for act in (
            lambda who: moves.merge_foreign_authorities(*others, actor=who),
            lambda who: moves.tell_apart(*others, actor=who),
            lambda who: moves.undo_move(move, actor=who),
        ):
            with pytest.raises(PermissionDenied):
                act(person)
    from django.contrib.auth.models import Group

    member = UserFactory(staff=True)
    member.groups.add(Group.objects.get(name=OFFICERS))
    moves.undo_move(moves.merge_foreign_authorities(*others, actor=member), actor=member)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_merge_the_same_pair_crosswise_never_wait_for_each_other():
    one, other = ForeignAuthorityFactory(name_fr="Thiès"), ForeignAuthorityFactory(name_fr="Kayes")
    PartnershipFactory(foreign=one)
    PartnershipFactory(foreign=other)
    actor = UserFactory(superuser=True)
    outcomes: list[str] = []

    def act(kept, gone):
        try:
            with transaction.atomic():
                moves.merge_foreign_authorities(kept, gone, actor=actor)
            outcomes.append("done")
        except ValidationError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=act, args=args) for args in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["done", "merged"]
    assert Move.objects.count() == 1
    assert ForeignAuthority.objects.filter(merged_into__isnull=False).count() == 1


# --- Candidates --------------------------------------------------------------------------------------------------------


def names(found) -> list[tuple[str, str]]:
    return [(str(one.one), str(one.other)) for one in found[1]]


def test_pairs_are_found_ranked_and_said_with_their_reasons(django_assert_num_queries):
    near = {"latitude": 14.79, "longitude": -16.93}
    thies = ForeignAuthorityFactory(name_fr="Thiès", **near)
    PartnershipFactory(foreign=thies)
    plain = ForeignAuthorityFactory(name_fr="Thies", slug="thies-2", latitude=14.80, longitude=-16.94)
    PartnershipFactory(foreign=plain)
    ForeignAuthorityFactory(name_fr="Ville de Thiès Nord", latitude=14.81, longitude=-16.92)
    ForeignAuthorityFactory(name_fr="Ziguinchor", **near)
    ForeignAuthorityFactory(name_fr="Thiès", country=CountryFactory(iso2="DE"), slug="thies-de", **near)
    ForeignAuthorityFactory(name_fr="Thies", slug="thies-loin", latitude=12.5, longitude=-12)
    with django_assert_num_queries(3):  # the threshold, the pairs, the sheets
        total, found = moves.find_candidates()
    assert (str(found[0].one), str(found[0].other)) == ("Thiès", "Thies")
    assert found[0].reasons == "même nom à un accent près\u00a0; à 2 km\u00a0; 1 partenariat chacun"
    assert total == len(found) == moves.count_candidates() == 3


def test_districts_that_differ_by_their_number_are_no_pair():
    for number in ("II", "III"):
        ForeignAuthorityFactory(name_fr=f"Budapest {number}. kerület")
    for number in (2, 3):
        ForeignAuthorityFactory(name_fr=f"Zürich (Kreis {number})")
    assert moves.count_candidates() == 0


def test_what_is_far_is_no_pair_whatever_its_name():
    ForeignAuthorityFactory(name_fr="Neustadt", slug="n-1", latitude=49.35, longitude=8.14)
    far = ForeignAuthorityFactory(name_fr="Neustadt", slug="n-2", latitude=54.1, longitude=10.8)
    assert moves.count_candidates() == 0
    ForeignAuthority.objects.filter(pk=far.pk).update(position_precision="country")
    assert moves.count_candidates() == 1, "a point of the country says nothing of how far"


def test_another_name_of_the_other_makes_a_pair():
    ForeignAuthorityFactory(name_fr="Cologne", aliases=["Köln"])
    ForeignAuthorityFactory(name_fr="Köln")
    _total, found = moves.find_candidates()
    assert found[0].reasons.startswith("le nom de l’une est un autre nom de l’autre\u00a0; au même endroit")


def test_a_pair_told_apart_is_never_proposed_again(pair, officer):
    assert moves.count_candidates() == 1
    moves.tell_apart(*reversed(pair), actor=officer)
    moves.tell_apart(*pair, actor=officer)
    assert Distinction.objects.count() == 1
    assert moves.count_candidates() == 0


# --- The pages of the staff ----------------------------------------------------------------------------------------------


@pytest.fixture
def page(client, officer):
    client.force_login(officer)
    return client


def test_staff_compare_choose_merge_and_undo(page, pair, records):
    kept, duplicate = pair
    listed = page.get(reverse("admin:atlas_foreignauthority_duplicates"))
    compare = reverse("admin:atlas_foreignauthority_compare", args=[kept.pk, duplicate.pk])
    assert (
        compare in listed.content.decode()
        or reverse("admin:atlas_foreignauthority_compare", args=[duplicate.pk, kept.pk]) in listed.content.decode()
    )
    shown = page.get(compare).content.decode()
    assert "Ville de Thies" in shown
    assert "Parties&nbsp;: 2" in shown
    answer = page.post(compare, {"kept": kept.pk, "website": duplicate.pk, "name_fr": kept.pk}, follow=True)
    move = Move.objects.get()
    assert answer.redirect_chain == [(reverse("admin:atlas_move_change", args=[move.pk]), 302)]
    kept.refresh_from_db()
    assert (kept.name_fr, kept.website) == ("Thiès", "https://thies.sn")
    undo = reverse("admin:atlas_move_gesture", args=[move.pk, "annuler"])
    assert undo in answer.content.decode()
    assert "« Défaire ce rattachement » : c’est fait." in page.post(undo, follow=True).content.decode()
    duplicate.refresh_from_db()
    assert duplicate.merged_into is None


def test_what_forbids_undoing_is_said_on_the_page(page, pair, records, officer):
    move = moves.merge_foreign_authorities(*pair, actor=officer)
    ProjectParty.objects.filter(foreign_authority=pair[0]).update(cash="2000")
    answer = page.post(reverse("admin:atlas_move_gesture", args=[move.pk, "annuler"]))
    assert "Annulation impossible" in answer.content.decode()


def test_a_merge_without_a_choice_or_of_a_merged_sheet_is_refused_on_the_page(page, pair, officer):
    compare = reverse("admin:atlas_foreignauthority_compare", args=[row.pk for row in pair])
    answer = page.post(compare, {})
    assert answer.status_code == 422
    assert "Choisissez la fiche à garder." in answer.content.decode()
    moves.merge_foreign_authorities(*pair, actor=officer)
    shown = page.get(compare).content.decode()
    assert "est déjà fusionnée dans" in shown
    assert "Garder celle-ci" not in shown


def test_the_button_tells_a_pair_apart(page, pair):
    page.post(reverse("admin:atlas_foreignauthority_tell_apart", args=[row.pk for row in pair]))
    assert Distinction.objects.count() == 1


def test_the_pages_of_duplicates_are_for_who_keeps_the_directory(client, pair):
    client.force_login(UserFactory(staff=True))
    compare = reverse("admin:atlas_foreignauthority_compare", args=[row.pk for row in pair])
    assert client.get(reverse("admin:atlas_foreignauthority_duplicates")).status_code == 403
    assert client.get(compare).status_code == 403
    assert client.post(compare, {"kept": pair[0].pk}).status_code == 403


def test_the_list_of_pairs_can_be_narrowed_and_turned(page, pair):
    url = reverse("admin:atlas_foreignauthority_duplicates")
    assert "paire à regarder" in page.get(url, {"pays": "SN"}).content.decode()
    CountryFactory(iso2="DE")
    assert "Aucune paire à regarder." in page.get(url, {"pays": "DE"}).content.decode()
    assert page.get(url, {"page": "x"}).status_code == 404
    answer = page.get(url, {"un": pair[0].pk, "autre": pair[1].pk})
    assert answer.status_code == 302


def test_rows_that_did_not_change_are_not_in_the_journal(pair, records, officer):
    move = moves.merge_foreign_authorities(*pair, actor=officer)
    assert not MovedRow.objects.filter(move=move, before={}).exists()
    assert ImportRow._meta.db_table not in set(move.rows.values_list("table_name", flat=True))
