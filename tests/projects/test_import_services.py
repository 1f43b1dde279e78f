"""A file is shown, then written whole; what was not sure waits, and what people decide is remembered."""

import csv
import io
import time

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atlas.models import DataChange, ForeignAuthority, PositionPrecision
from projects import services
from projects.imports.faults import FileRefused
from projects.models import (
    ImportRow,
    ImportStatus,
    NameResolution,
    Origin,
    Partnership,
    PartnershipImport,
    PartnershipParty,
    Problem,
    Publication,
    RowStatus,
)
from tests.factories.atlas import UserFactory
from tests.factories.projects import PartnershipFactory
from tests.projects.test_import_files import bomb
from tests.projects.world import make_world

pytestmark = pytest.mark.django_db
HEADER = "collectivite_francaise,partenaire,pays,partenaire_lat,partenaire_lon"
KIEL = "Allemagne,54.32,10.13"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def admin():
    return UserFactory(superuser=True)


def file(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *lines]).encode()


def run(*lines: str, header: str = HEADER, **options) -> PartnershipImport:
    return services.import_partnerships(file(*lines, header=header), "jumelages.csv", actor=None, **options)


def everything() -> list:
    """All that an import may write, but for the journal of imports itself."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Partnership, PartnershipParty, ForeignAuthority, ImportRow, NameResolution)
    ]


MIXED = (
    f"Brest,Kiel,{KIEL}",
    f"BREST,Kilonia,{KIEL}",
    "Seynod,Kleindorf,Germany,51.0,9.0",
    "Le Havre,Kleindorf,Germany,51.01,9.0",
    f"Saint-Denis,Kiel,{KIEL}",
    f"Saint-Denis,Kiel,{KIEL}",
    "Brest,Les Abymes,Guadeloupe,16,-61",
    f"Atlantide,Kiel,{KIEL}",
)


def test_sure_rows_are_published_and_the_others_wait(world):
    batch = run(*MIXED, source="Archives")
    assert batch.counts == {
        "rows": 8,
        "created": 3,
        "known": 0,
        "folded": 1,
        "completed": 0,
        "queued": 4,
        "ignored": 0,
        "authorities": 2,
    }
    twinning = Partnership.objects.get(french_ids=[world["brest"].pk])
    assert (twinning.publication, twinning.origin, twinning.source) == (
        Publication.PUBLISHED,
        Origin.IMPORT,
        "Archives",
    )
    # The village that the gazetteer does not know is made once, at the point of the file.
    village = ForeignAuthority.objects.get(name="Kleindorf")
    assert (village.position_precision, village.latitude) == (PositionPrecision.FILE, 51.0)
    assert village.partnership_parties.count() == 2
    problems = sorted(ImportRow.objects.values_list("problem", flat=True))
    assert problems == [Problem.FRENCH_AMBIGUOUS, Problem.FRENCH_UNKNOWN, Problem.PARTNER_IN_FRANCE]
    assert (batch.status, batch.content) == (ImportStatus.DONE, None)
    told = {line: (outcome, reason) for line, outcome, _how, reason, _said in batch.report}
    assert told[3] == ("folded", "répète la ligne 2")
    assert told[6][0] == told[7][0] == "queued"


def test_a_second_run_changes_nothing(world):
    run(*MIXED)
    before, version = everything(), DataChange.objects.version()
    batch = run(*MIXED)
    assert (batch.counts["created"], batch.counts["known"], batch.counts["authorities"]) == (0, 3, 0)
    assert everything() == before
    assert DataChange.objects.version() == version


def test_a_partnership_on_record_is_not_made_twice(world):
    run(f"Brest,Kiel,{KIEL}", header=HEADER)
    batch = run(f"Brest,Kiel,{KIEL},1964", header=f"{HEADER},signature")
    assert batch.counts["completed"] == 1
    twinning = Partnership.objects.get()
    assert (twinning.signed_on.year, twinning.signed_precision, twinning.version) == (1964, "year", 2)
    assert run(f"Brest,Kiel,{KIEL},1999", header=f"{HEADER},signature").counts["known"] == 1
    assert Partnership.objects.get().signed_on.year == 1964
    assert run(f"Brest,Kiel,{KIEL}", kind="friendship_charter").counts["created"] == 1


def test_a_dry_run_and_a_preview_write_nothing(world, admin):
    before = everything()
    assert run(*MIXED, dry_run=True).counts["created"] == 3
    assert not PartnershipImport.objects.exists()
    batch = services.preview_import(file(*MIXED), "jumelages.csv", actor=admin)
    assert batch.counts["created"] == 3
    assert everything() == before


def test_a_preview_is_confirmed_once_over_what_is_on_record_by_then(world, admin):
    batch = services.preview_import(file(*MIXED), "jumelages.csv", actor=admin)
    run(MIXED[0])
    done = services.confirm_import(batch.pk, actor=admin)
    assert (done.counts["created"], done.counts["known"], done.by) == (2, 1, admin)
    with pytest.raises(ValidationError):
        services.confirm_import(batch.pk, actor=admin)
    with pytest.raises(ValidationError):
        services.cancel_import(batch.pk, actor=admin)


def test_a_preview_can_be_forgotten(world, admin):
    batch = services.preview_import(file(*MIXED), "jumelages.csv", actor=admin)
    services.cancel_import(batch.pk, actor=admin)
    assert not PartnershipImport.objects.exists()


BAD = {
    "empty": b"",
    "wrong encoding": file("Saint-Ã‰tienne,FÃ¨s,Maroc,,"),
    "missing column": b"collectivite,pays\nBrest,Allemagne\n",
    "junk": "\n".join(f"x{number}" for number in range(100_000)).encode(),
    "formula": file(f"Brest,=1+1,{KIEL}"),
    "one bad line": file(f"Brest,Kiel,{KIEL}", "Brest,Kiel,Allemagne,999,0"),
    "bomb": bomb(),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_bad_file_writes_nothing_and_says_why(content, world, tmp_path, capsys):
    before = everything()
    with pytest.raises(FileRefused):
        services.import_partnerships(content, "a.xlsx" if content[:2] == b"PK" else "a.csv", actor=None)
    path = tmp_path / ("a.xlsx" if content[:2] == b"PK" else "a.csv")
    path.write_bytes(content)
    error = io.StringIO()
    with pytest.raises(CommandError, match="Rien n’a été écrit"):
        call_command("import_partnerships", path, stderr=error)
    assert error.getvalue().strip()
    assert everything() == before
    assert not PartnershipImport.objects.exists()


def test_the_command_tells_each_outcome(world, tmp_path):
    path, told = tmp_path / "jumelages.csv", io.StringIO()
    path.write_bytes(file(*MIXED, header=HEADER.replace("partenaire,", "Ville jumelle,", 1)))
    call_command("import_partnerships", path, map=["Ville jumelle=partenaire"], dry_run=True, stdout=told)
    assert "Rien n’a été écrit" in told.getvalue()
    assert not Partnership.objects.exists()
    call_command("import_partnerships", path, map=["Ville jumelle=partenaire"], source="Archives", stdout=told)
    assert "créés : 3" in told.getvalue()
    assert "à résoudre : 4" in told.getvalue()
    assert Partnership.objects.filter(source="Archives").count() == 3


@pytest.mark.parametrize("given", ["sans signe", "=partenaire", "En-tête="])
def test_the_command_refuses_a_mapping_it_cannot_read(tmp_path, given):
    path = tmp_path / "a.csv"
    path.write_bytes(file(MIXED[0]))
    with pytest.raises(CommandError, match="EN-TÊTE=CHAMP"):
        call_command("import_partnerships", path, map=[given])


def test_the_command_says_that_a_file_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="illisible"):
        call_command("import_partnerships", tmp_path / "absent.csv")


def test_the_number_of_queries_does_not_depend_on_that_of_rows(world, django_assert_max_num_queries):
    def village(number: int) -> str:
        return f"Brest,Village {number},Allemagne,{45 + number / 10},9.0"

    with CaptureQueriesContext(connection) as few:
        run(village(0), f"Saint-Denis,Kiel,{KIEL}")
    with CaptureQueriesContext(connection) as many:
        run(*map(village, range(1, 60)), *(f"Saint-Denis,Hameau {n},{KIEL}" for n in range(30)))
    assert Partnership.objects.count() == 60
    assert len(many) == len(few)


# --- The queue --------------------------------------------------------------------------------------------------------


def queued(**criteria) -> ImportRow:
    return ImportRow.objects.get(status=RowStatus.QUEUED, **criteria)


def test_a_decision_settles_the_rows_of_the_same_name_and_the_next_files(world, admin):
    run(f"Saint-Denis,Kiel,{KIEL}", "Saint-Denis,Kleindorf,Allemagne,51,9", f"St Denis,Laboe,{KIEL}")
    row = ImportRow.objects.get(line=2)
    assert services.resolve_row(row.pk, "french", world["denis_93"].pk, actor=admin) == 3
    assert Partnership.objects.filter(french_ids=[world["denis_93"].pk]).count() == 3
    row.refresh_from_db()
    assert (row.status, row.resolved_by, row.partnership.french_ids) == (
        RowStatus.RESOLVED,
        admin,
        [world["denis_93"].pk],
    )
    assert NameResolution.objects.get().by == admin
    before = everything()
    again = run(f"Saint-Denis,Kiel,{KIEL}", f"Saint-Denis,Neuville,{KIEL}")
    assert (again.counts["known"], again.counts["created"], again.counts["queued"]) == (1, 1, 0)
    assert everything() != before


def test_a_decision_may_be_about_one_row_only(world, admin):
    run(f"Saint-Denis,Kiel,{KIEL}", "Saint-Denis,Kleindorf,Allemagne,51,9")
    row = ImportRow.objects.get(line=2)
    assert services.resolve_row(row.pk, "french", world["denis_974"].pk, actor=admin, remember=False) == 1
    assert not NameResolution.objects.exists()
    assert queued().line == 3
    assert run(f"Saint-Denis,Kiel,{KIEL}").counts["known"] == 1


def test_a_country_decided_once_is_known(world, admin):
    run("Brest,Kiel,Germanie,54.32,10.13", "Le Havre,Laboe,GERMANIE,54.4,10.2")
    row = ImportRow.objects.get(line=2)
    assert row.problem == Problem.COUNTRY_UNKNOWN
    assert row.candidates[0]["label"] == "Allemagne"
    assert services.resolve_row(row.pk, "country", row.candidates[0]["id"], actor=admin) == 2


def test_a_row_with_two_doubts_is_asked_twice(world, admin):
    run("Saint-Denis,Kiel,Germanie,54.32,10.13")
    row = queued()
    assert services.resolve_row(row.pk, "french", world["denis_93"].pk, actor=admin) == 0
    row = queued(problem=Problem.COUNTRY_UNKNOWN)
    assert services.resolve_row(row.pk, "country", row.candidates[0]["id"], actor=admin) == 1
    assert Partnership.objects.get().country_codes == ["DE"]


def test_a_partner_is_chosen_among_places_or_made_as_written(world, admin):
    run("Brest,Neustadt,Allemagne,,", "Le Havre,Neustadt,Allemagne,,", "Annecy,Inverness,Allemagne,57.48,-4.22")
    row = ImportRow.objects.get(line=2)
    choice = next(candidate for candidate in row.candidates if candidate["id"] == 4)
    assert services.resolve_row(row.pk, choice["side"], choice["id"], actor=admin) == 2
    assert ForeignAuthority.objects.get().place_id == 4
    row = ImportRow.objects.get(line=4)
    assert services.resolve_row(row.pk, "new", None, actor=admin) == 1
    made = ForeignAuthority.objects.get(name="Inverness")
    assert (made.country.iso2, made.latitude) == ("DE", 57.48)


def test_a_remembered_partner_is_not_another_place_of_that_name(world, admin):
    run("Brest,Neustadt,Allemagne,,")
    services.resolve_row(queued().pk, "place", 4, actor=admin)
    batch = run("Annecy,Neustadt,Allemagne,52.0,12.0")
    assert batch.counts["authorities"] == 1
    assert Partnership.objects.exclude(foreign_ids=[ForeignAuthority.objects.get(place_id=4).pk]).count() == 1


def test_an_ignored_row_stays_out_until_it_is_reopened(world, admin):
    run(f"Atlantide,Kiel,{KIEL}")
    row = queued()
    services.ignore_row(row.pk, actor=admin)
    assert run(f"Atlantide,Kiel,{KIEL}").counts["ignored"] == 1
    services.reopen_row(row.pk, actor=admin)
    assert queued().pk == row.pk


def test_a_settled_row_is_not_settled_again(world, admin):
    run(f"Saint-Denis,Kiel,{KIEL}")
    row = queued()
    services.resolve_row(row.pk, "french", world["denis_93"].pk, actor=admin)
    for again in (
        lambda: services.resolve_row(row.pk, "french", world["denis_974"].pk, actor=admin),
        lambda: services.ignore_row(row.pk, actor=admin),
        lambda: services.reopen_row(row.pk, actor=admin),
    ):
        with pytest.raises(ValidationError):
            again()


@pytest.mark.parametrize(
    ("side", "target"),
    [("french", 0), ("partner", 0), ("place", 0), ("country", 0), ("nobody", 1), ("french", None)],
)
def test_a_choice_that_does_not_exist_is_refused(world, admin, side, target):
    run(f"Saint-Denis,Kiel,{KIEL}")
    before = everything()
    with pytest.raises(ValidationError):
        services.resolve_row(queued().pk, side, target, actor=admin)
    assert everything() == before


def test_a_past_authority_is_no_answer(world, admin):
    run(f"Atlantide,Kiel,{KIEL}")
    with pytest.raises(ValidationError):
        services.resolve_row(queued().pk, "french", world["seynod"].pk, actor=admin)


@pytest.mark.parametrize("staff", [False, True])
def test_people_without_the_right_can_do_nothing(world, admin, staff):
    run(f"Atlantide,Kiel,{KIEL}")
    batch = services.preview_import(file(MIXED[0]), "a.csv", actor=admin)
    other, row = UserFactory(staff=staff), queued()
    for attempt in (
        lambda: services.preview_import(file(MIXED[0]), "a.csv", actor=other),
        lambda: services.import_partnerships(file(MIXED[0]), "a.csv", actor=other),
        lambda: services.confirm_import(batch.pk, actor=other),
        lambda: services.cancel_import(batch.pk, actor=other),
        lambda: services.resolve_row(row.pk, "french", world["brest"].pk, actor=other),
        lambda: services.ignore_row(row.pk, actor=other),
        lambda: services.reopen_row(row.pk, actor=other),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert not Partnership.objects.exists()


def test_a_draft_on_record_is_not_published_by_a_file(world):
    run(f"Brest,Kiel,{KIEL}")
    kiel = ForeignAuthority.objects.get()
    draft = PartnershipFactory(draft=True, french=world["le_havre"], foreign=kiel)
    assert run(f"Le Havre,Kiel,{KIEL}").counts["known"] == 1
    draft.refresh_from_db()
    assert draft.publication == Publication.DRAFT


# --- The real sample --------------------------------------------------------------------------------------------------

SAMPLES = settings.BASE_DIR.parent / "shared" / "data" / "samples"


@pytest.mark.slow
@pytest.mark.skipif(not (SAMPLES / "jumelages.csv").exists(), reason="the sample of real twinnings is not here")
def test_the_real_sample_is_accepted_without_a_wrong_match():
    from atlas.services.reference import load_reference

    load_reference()
    content = (SAMPLES / "jumelages.csv").read_bytes()
    started = time.process_time()
    batch = services.import_partnerships(content, "jumelages.csv", actor=None)
    assert time.process_time() - started < 10  # of processor; the goal of 5 s is measured on an idle machine
    counts = batch.counts
    accepted = counts["created"] + counts["folded"]
    assert accepted / counts["rows"] >= 0.93
    assert accepted + counts["queued"] == counts["rows"]

    with open(SAMPLES / "jumelages_answers.csv", encoding="utf-8") as lines:
        answers = dict(enumerate(csv.DictReader(lines), start=2))
    queued_lines = {line for line, outcome, *_rest in batch.report if outcome == "queued"}
    parties = PartnershipParty.objects.filter(collectivity__kind="commune").values_list(
        "collectivity__insee_code", "partnership__country_codes"
    )
    made = {(code, iso2) for code, countries in parties for iso2 in countries}
    accepted_lines = {line: answer for line, answer in answers.items() if line not in queued_lines}
    expected = {(answer["code_insee"], answer["pays_iso2"]) for answer in accepted_lines.values()}
    # The answers leave out the rows that name a département, a région or a commune with a qualifier.
    silent = [answer for answer in accepted_lines.values() if not answer["code_insee"]]
    assert {pair for pair in expected if pair[0]} - made == set()
    assert len(made - expected) <= len(silent) <= 20
    again = services.import_partnerships(content, "jumelages.csv", actor=None)
    assert (again.counts["created"], again.counts["authorities"]) == (0, 0)
