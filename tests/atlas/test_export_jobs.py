"""XLSX: the rows of the list, straight away or in the background; made once, whole, for one person, and then forgotten."""

import io
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from atlas import tasks
from atlas.exports import jobs
from atlas.models import ExportJob
from atlas.services.exports import ask_export
from projects.models import Project
from tests.factories.atlas import CollectivityFactory, CountryFactory, MembershipFactory, UserFactory
from tests.factories.projects import PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    made = UserFactory()
    client.force_login(made)
    return made


@pytest.fixture
def few(settings):
    """More than one row goes to the background."""
    settings.EXPORT_DIRECT_ROWS = 1


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """What the tasks of a request do, once it is committed."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def cells(content: bytes) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def body(response) -> bytes:
    return b"".join(response.streaming_content)


# --- Straight away ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["collectivites", "partenaires", "pays", "jumelages", "projets"])
def test_every_list_gives_in_a_workbook_the_rows_and_columns_of_its_csv(client, name):
    PartnershipFactory()
    ProjectFactory()
    rows = cells(body(client.get(f"/{name}/export.xlsx")))
    text = body(client.get(f"/{name}/export.csv")).decode("utf-8-sig").splitlines()
    assert rows[0] == text[0].split(",")
    assert len(rows) == len(text) > 1


def test_a_workbook_answers_the_question_of_the_page(client):
    for iso2 in ("SN", "DE"):
        ProjectFactory(title=f"Projet {iso2}", foreign__country=CountryFactory(iso2=iso2))
    rows = cells(body(client.get("/projets/export.xlsx?country=DE")))
    assert [row[1] for row in rows[1:]] == ["Projet DE"]


@pytest.mark.parametrize("title", ["=1+1", "+33", "https://ailleurs.example", "-1", "@SUM(A1)"])
def test_a_workbook_holds_texts_as_they_are_and_runs_none(client, title):
    ProjectFactory(title=title)
    response = client.get("/projets/export.xlsx")
    content = body(response)
    assert cells(content)[1][1] == title
    assert b"<f>" not in content
    assert response["X-Content-Type-Options"] == "nosniff"


def test_ones_own_records_are_there_drafts_included_and_those_of_others_are_not(client):
    town = CollectivityFactory(slug="rennes-35238")
    client.force_login(MembershipFactory(collectivity=town, role="reader").user)
    ProjectFactory(title="Brouillon", draft=True, french=town)
    ProjectFactory(title="Ailleurs")
    rows = cells(body(client.get("/espace/rennes-35238/projets/export.xlsx")))
    assert [row[1] for row in rows[1:]] == ["Brouillon"]
    assert rows[1][rows[0].index("publication")] == "draft"


# --- In the background ------------------------------------------------------------------------------------------------


def test_a_long_list_is_prepared_for_an_account_which_is_told_and_finds_every_row(client, user, few, committed):
    for _number in range(3):
        ProjectFactory()
    assert "Préparer le fichier" in client.get("/projets/export.xlsx").content.decode()
    with committed():
        answer = client.post("/projets/export.xlsx?sort=title&page=2")
    job = ExportJob.objects.get()
    assert answer["Location"] == reverse("export_job", args=[job.uuid])
    assert (job.state, job.row_count, job.query) == ("done", 3, "sort=title")
    assert "Télécharger (XLSX)" in client.get(answer["Location"]).content.decode()
    assert [message.to for message in mail.outbox] == [[user.email]]
    assert answer["Location"] in mail.outbox[0].body
    rows = cells(body(client.get(reverse("export_file", args=[job.uuid]))))
    assert [row[1] for row in rows[1:]] == sorted(Project.objects.values_list("title", flat=True))


def test_a_visitor_is_given_the_csv_at_once_and_makes_nobody_work(client, few):
    ProjectFactory()
    ProjectFactory()
    page = client.get("/projets/export.xlsx?country=SN").content.decode()
    assert 'href="/projets/export.csv?country=SN"' in page
    assert "Préparer le fichier" not in page
    answer = client.post("/projets/export.xlsx")
    assert answer["Location"].startswith("/compte/connexion/")
    assert not ExportJob.objects.exists()


def test_asked_twice_it_is_one_job_and_an_account_does_not_await_too_many(user, settings):
    settings.EXPORTS_AT_ONCE = 2
    first = ask_export("projets", "sort=title&country=SN", actor=user)
    assert ask_export("projets", "country=SN&sort=title&utm=x", actor=user) == first
    ask_export("jumelages", "", actor=user)
    with pytest.raises(Exception, match="déjà 2 fichiers"):
        ask_export("pays", "", actor=user)


def test_a_file_is_served_to_its_owner_alone(client, user, staff):
    job = ask_export("projets", "", actor=user)
    tasks.make_export(job.pk)
    addresses = [reverse(name, args=[job.uuid]) for name in ("export_job", "export_state", "export_file")]
    assert [client.get(address).status_code for address in addresses] == [200] * 3
    for other in (staff, UserFactory(superuser=True)):
        client.force_login(other)
        assert [client.get(address).status_code for address in addresses] == [404] * 3
    client.logout()
    assert [client.get(address).status_code for address in addresses] == [302] * 3


def test_what_an_account_may_see_is_asked_when_the_file_is_made(user):
    town = CollectivityFactory()
    member = MembershipFactory(user=user, collectivity=town)
    ProjectFactory(draft=True, french=town)
    jobs_asked = [ask_export(name, "", actor=user, collectivity=town) for name in ("projets", "jumelages")]
    tasks.make_export(jobs_asked[0].pk)
    member.delete()
    again = ask_export("projets", "", actor=user)
    tasks.make_export(again.pk)
    assert [ExportJob.objects.get(pk=job.pk).row_count for job in (jobs_asked[0], again)] == [1, 0]


# --- Faults -----------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """As sudden as a signal: nothing catches it."""


@pytest.mark.parametrize("where", ["rows", "file"])
def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_one_makes_it_once(user, monkeypatch, where):
    for _number in range(3):
        ProjectFactory()
    job = ask_export("projets", "", actor=user)
    with monkeypatch.context() as patch:

        def die(*_args, **_kwargs):
            raise Killed

        if where == "rows":
            patch.setattr(jobs, "write_workbook", die)
        else:  # the file lies on the disk, its row is not committed
            patch.setattr(jobs, "timedelta", die)
        with pytest.raises(Killed):
            tasks.make_export(job.pk)
    job.refresh_from_db()
    assert (job.state, bool(job.file), job.attempts, mail.outbox) == ("queued", False, 1, [])
    ExportJob.objects.update(updated_at=timezone.now() - timedelta(minutes=10))
    assert tasks.resume_exports() == 1
    job.refresh_from_db()
    assert (job.state, job.row_count, len(mail.outbox)) == ("done", 3, 1)
    assert tasks.resume_exports() == 0
    tasks.make_export(job.pk)
    assert len(mail.outbox) == 1


def test_a_file_that_no_row_claims_is_swept_and_the_others_stay(user):
    job = ask_export("projets", "", actor=user)
    tasks.make_export(job.pk)
    default_storage.save("exports/orphan.xlsx", ContentFile(b"x"))
    assert jobs._sweep(default_storage, timezone.now() + timedelta(minutes=1))
    assert not default_storage.exists("exports/orphan.xlsx")
    job.refresh_from_db()
    assert default_storage.exists(job.file.name)


def test_a_job_that_kills_its_workers_is_given_up_and_says_so(client, user):
    job = ask_export("projets", "", actor=user)
    ExportJob.objects.update(attempts=jobs.MOST_ATTEMPTS)
    tasks.make_export(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "interrompue plusieurs fois" in client.get(job.get_absolute_url()).content.decode()
    assert "n’a pas été fait" in mail.outbox[0].subject


def test_past_the_time_of_a_task_the_page_says_what_to_do(user, monkeypatch):
    job = ask_export("projets", "", actor=user)

    def slow(*_args, **_kwargs):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(jobs, "write_workbook", slow)
    tasks.make_export(job.pk)
    job.refresh_from_db()
    assert (job.state, job.reason.startswith("Cette liste demande trop de temps")) == ("failed", True)


def test_more_than_a_sheet_holds_is_said(user, monkeypatch):
    ProjectFactory()
    monkeypatch.setattr(jobs, "MOST_ROWS", 0)
    job = ask_export("projets", "", actor=user)
    tasks.make_export(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "affinez-la" in job.reason


def test_news_lost_between_file_and_message_is_told_later(user):
    job = ask_export("projets", "", actor=user)
    jobs.make(job.pk)
    assert mail.outbox == []
    ExportJob.objects.update(done_at=timezone.now() - timedelta(minutes=10))
    assert tasks.resume_exports() == 1
    assert len(mail.outbox) == 1


def test_past_its_time_a_file_is_not_served_then_deleted(client, user):
    job = ask_export("projets", "", actor=user)
    tasks.make_export(job.pk)
    job.refresh_from_db()
    name = job.file.name
    ExportJob.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(reverse("export_file", args=[job.uuid])).status_code == 404
    assert tasks.forget_exports() == 1
    assert not default_storage.exists(name)
    assert tasks.forget_exports() == 0
    assert "il est effacé" in client.get(job.get_absolute_url()).content.decode()


def test_the_page_tells_how_far_it_is(client, user):
    job = ask_export("projets", "country=SN", actor=user)
    CountryFactory(iso2="SN")
    jobs.cache.set(f"export:{job.uuid}", (2_000, 12_000))
    page = client.get(job.get_absolute_url()).content.decode()
    assert "12\u202f000" in page
    assert "Sénégal" in page
    told = client.get(reverse("export_state", args=[job.uuid])).json()
    assert (told["state"], told["written"], told["total"]) == ("queued", 2_000, 12_000)


def test_a_workbook_is_written_in_a_number_of_statements_that_does_not_grow(user):
    counts = []
    for _round in range(2):
        for _number in range(4):
            ProjectFactory()
        job = ask_export("projets", "", actor=user)
        with CaptureQueriesContext(connection) as statements:
            assert jobs.make(job.pk)
        counts.append(len(statements))
    assert counts[0] == counts[1] < 15
