"""Documents and photos: judged by their content, kept under our names, shown to those who may read the project."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from atlas.services.uploads import check_document, make_photo
from projects import services
from projects.models import ProjectPhoto
from tests.factories.projects import ProjectFactory

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
EXE = b"MZ\x90\x00\x03" + b"\x00" * 200


def image(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "blue").save(out, kind, **options)
    return out.getvalue()


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


DOCX = archive(**{"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
ODS = archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet")
MACRO = archive(**{"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>", "word/vbaProject.bin": b""})


def sent(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(
    ("name", "content", "suffix"),
    [
        ("Bilan.PDF", PDF, "pdf"),
        ("note.docx", DOCX, "docx"),
        ("budget.ods", ODS, "ods"),
        ("plan.jpeg", image(), "jpg"),
        ("plan.png", image("PNG"), "png"),
        ("plan.webp", image("WEBP"), "webp"),
    ],
)
def test_a_document_is_known_by_its_content(name, content, suffix):
    checked = check_document(sent(name, content))
    assert checked.suffix == suffix
    assert checked.size == len(content)
    assert len(checked.sha256) == 64
    assert checked.stored_name.endswith(f".{suffix}")
    assert name.split(".")[0] not in checked.stored_name


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("facture.pdf", EXE, "kind"),
        ("page.html", b"<script>alert(1)</script>", "kind"),
        ("dessin.svg", b"<svg onload='alert(1)'/>", "kind"),
        ("note.docx", MACRO, "kind"),
        ("archive.zip", archive(a=b"x"), "kind"),
        ("abime.docx", b"PK\x03\x04 rien", "kind"),
        ("photo.jpg", image()[:80], "kind"),
        ("note.pdf", DOCX, "name"),
        ("note", PDF, "name"),
        ("vide.pdf", b"", "empty"),
    ],
)
def test_what_is_not_what_it_says_is_refused(name, content, code):
    with pytest.raises(ValidationError) as refusal:
        check_document(sent(name, content))
    assert refusal.value.code == code


def test_a_file_over_the_limit_is_refused_unread(settings):
    settings.DOCUMENT_MAX_BYTES = settings.PHOTO_MAX_BYTES = 10

    class Heavy:
        """Knows its size; whoever reads it fails."""

        name, size = "a.pdf", 200_000_000

    for judge in (check_document, make_photo):
        with pytest.raises(ValidationError) as refusal:
            judge(Heavy())
        assert refusal.value.code == "too_big"


def test_a_photo_is_made_anew_upright_small_and_without_metadata(settings):
    settings.PHOTO_MAX_SIDE = 100
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Marque"
    exif.get_ifd(0x8825)[1] = "N"
    made = Image.open(make_photo(sent("p.jpg", image(size=(400, 200), exif=exif.tobytes()))))
    assert made.format == "JPEG"
    assert made.size == (50, 100)
    assert not made.getexif()
    assert "icc_profile" not in made.info


def test_a_transparent_photo_stands_on_white():
    made = Image.open(make_photo(sent("p.png", image("PNG", mode="RGBA", size=(10, 10)))))
    assert made.mode == "RGB"


@pytest.mark.parametrize("size", [(9_000, 9_000), (30_000, 30_000)])
def test_a_photo_of_too_many_pixels_is_refused_before_it_is_decoded(size):
    bomb = image("PNG", size=size, mode="1")
    assert len(bomb) < 200_000
    with pytest.raises(ValidationError) as refusal:
        make_photo(sent("p.png", bomb))
    assert refusal.value.code == "pixels"


@pytest.mark.parametrize("content", [EXE, PDF, image()[:100], b"GIF89a"])
def test_what_is_not_a_photo_is_refused(content):
    with pytest.raises(ValidationError) as refusal:
        make_photo(sent("p.jpg", content))
    assert refusal.value.code == "image"


# --- In a project -----------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(town):
    return ProjectFactory(draft=True, french=town)


def page(project) -> str:
    return reverse("space:project_files", args=["rennes-35238", project.uuid])


PHOTO = {"photo-alt": "Un forage", "photo-credit": "C. Diop", "photo-licence": "CC BY 4.0", "_send": "photo"}


def test_files_are_added_shown_and_removed(client, draft, editor):
    document = {"document-file": sent("Bilan.pdf", PDF), "document-title": "Bilan", "document-category": "A08"}
    assert client.post(page(draft), document | {"_send": "document"}).status_code == 302
    assert client.post(page(draft), PHOTO | {"photo-file": sent("p.jpg", image())}).status_code == 302
    kept, photo = draft.documents.get(), draft.photos.get()
    assert (photo.width, photo.height) == (60, 40)
    assert "Bilan" in client.get(page(draft)).content.decode()
    assert client.post(page(draft), {"_remove_document": kept.pk}).status_code == 302
    assert not draft.documents.exists()


def test_the_file_leaves_the_disk_with_its_row(draft, editor, django_capture_on_commit_callbacks):
    photo = services.add_photo(draft, sent("p.jpg", image()), actor=editor, alt="a", credit="b", licence="c")
    assert default_storage.exists(photo.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_file(photo, actor=editor)
    assert not default_storage.exists(photo.file.name)


def test_a_refused_row_leaves_no_file_behind(draft, editor):
    before = default_storage.listdir("projets/photos")[1] if default_storage.exists("projets/photos") else []
    with pytest.raises(ValidationError):
        services.add_photo(draft, sent("p.jpg", image()), actor=editor, alt="a" * 300, credit="b", licence="c")
    after = default_storage.listdir("projets/photos")[1] if default_storage.exists("projets/photos") else []
    assert before == after


@pytest.mark.parametrize("absent", ["photo-alt", "photo-credit", "photo-licence"])
def test_a_photo_says_what_it_shows_whose_it_is_and_its_licence(client, draft, editor, absent):
    response = client.post(page(draft), PHOTO | {"photo-file": sent("p.jpg", image()), absent: ""})
    assert response.status_code == 422
    assert absent.removeprefix("photo-") in response.context["photo_form"].errors
    assert not ProjectPhoto.objects.exists()


def test_an_executable_named_pdf_is_told_at_its_field_and_the_title_stays(client, draft, editor):
    typed = {"document-title": "Mon bilan", "document-category": "A08", "_send": "document"}
    response = client.post(page(draft), typed | {"document-file": sent("Bilan.pdf", EXE)})
    assert response.status_code == 422
    assert "n’est ni un PDF" in response.context["document_form"].errors["file"][0]
    assert "Mon bilan" in response.content.decode()


def test_a_photo_of_200_mb_is_dropped_on_the_way_and_the_text_stays(client, draft, editor, settings):
    settings.UPLOAD_MAX_BYTES = 100_000
    response = client.post(page(draft), PHOTO | {"photo-file": sent("p.jpg", b"\xff\xd8" + b"x" * 300_000)})
    assert response.status_code == 422
    assert "il pèse 293,0" in response.context["photo_form"].errors["file"][0]
    assert not ProjectPhoto.objects.exists()
    assert len(response.context["photo_form"].errors["file"]) == 1
    assert 'value="Un forage"' in response.content.decode()


def test_the_upload_is_never_whole_in_memory(settings):
    """The handler lets go at the limit, with what the others had kept, whatever is still to come."""
    from django.core.files.uploadhandler import TemporaryFileUploadHandler

    from atlas.forms.uploads import BoundedUploadHandler

    class Asked:
        upload_handlers = ()

    asked = Asked()
    handler, kept = asked.upload_handlers = BoundedUploadHandler(asked), TemporaryFileUploadHandler(asked)
    for one in (handler, kept):
        one.new_file("photo", "p.jpg", "image/jpeg", 200_000_000)
    chunk = b"x" * 65_536
    within = settings.UPLOAD_MAX_BYTES // len(chunk)
    for rank in range(within):
        assert handler.receive_data_chunk(chunk, rank * len(chunk)) == chunk
    place = Path(kept.file.temporary_file_path())
    assert place.exists()
    for rank in range(within, within + 10):
        assert handler.receive_data_chunk(chunk, rank * len(chunk)) is None
    assert not place.exists()
    dropped = handler.file_complete(0)
    assert dropped.size == (within + 10) * len(chunk)
    with pytest.raises(ValidationError, match="trop lourd"):
        dropped.read()


def test_files_of_a_draft_are_for_its_members_and_those_of_a_published_project_for_all(client, town, draft, editor):
    public = ProjectFactory(french=town)
    addresses = {}
    for project in (draft, public):
        document = services.add_document(project, sent("b.pdf", PDF), actor=editor, title="Bilan €", category="A08")
        photo = services.add_photo(project, sent("p.jpg", image()), actor=editor, alt="a", credit="b", licence="c")
        addresses[project] = [
            reverse("projects:project_document", args=[project.slug, document.pk]),
            reverse("projects:project_photo", args=[project.slug, photo.pk]),
            reverse("projects:project_pdf", args=[project.slug]),
        ]
    assert [client.get(address).status_code for address in addresses[draft]] == [200] * 3
    client.logout()
    assert [client.get(address).status_code for address in addresses[draft]] == [404] * 3
    answers = [client.get(address) for address in addresses[public]]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0]["Content-Disposition"] == 'attachment; filename="bilan.pdf"'
    assert b"".join(answers[0].streaming_content) == PDF
    for answer in answers:
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "private" in answer["Cache-Control"]
    # The photo of one project is not found under the address of another.
    crossed = reverse("projects:project_photo", args=[public.slug, draft.photos.get().pk])
    assert client.get(crossed).status_code == 404


def test_the_pdf_keeps_french_letters_and_what_people_wrote_is_text(client, town):
    from projects.exports.paper import drawable

    assert drawable("Œuvre à 1 000 € — naïve, cœur, « ça » d’été…") == "Œuvre à 1 000 € — naïve, cœur, « ça » d’été…"
    assert drawable("Nẵng, 東京") == "Nang, ??"
    project = ProjectFactory(french=town, title="Eau & <b>cœur</b> <script>", summary="Prix : 12 €\nDeux < trois")
    project.budget_lines.create(year=2025, source="eu", planned=1500)
    indicator = project.indicators.create(title="Forages", kind="1", target=10, unit="puits")
    indicator.periods.create(starts_on="2025-01-01", ends_on="2025-06-30", actual=4)
    services.refresh_project_digest([project.pk])
    content = client.get(reverse("projects:project_pdf", args=[project.slug])).content
    assert content.startswith(b"%PDF-")
    assert b"Vera" in content
