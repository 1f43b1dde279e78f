"""Files that people send: judged by their content, never by their name; photos made anew."""

import hashlib
import io
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

IMAGE_FORMATS = ("JPEG", "PNG", "WEBP")
_IMAGE_SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_SAME = {"jpeg": "jpg"}
_MAX_ENTRIES = 5_000
CHUNK = 1 << 16


@dataclass(frozen=True)
class Checked:
    """A document whose content is what it says. `suffix` comes from the content."""

    suffix: str
    size: int
    sha256: str

    @property
    def stored_name(self) -> str:
        """A name that nobody can guess and that owes nothing to the sender's."""
        return f"{uuid.uuid4().hex}.{self.suffix}"


def check_size(file: File, limit: int) -> None:
    """Raises ValidationError for an empty file or one over `limit`, or over what the portal receives, without reading it."""
    limit = min(limit, settings.UPLOAD_MAX_BYTES)
    if not file.size:
        raise ValidationError(_("Ce fichier est vide."), code="empty")
    if file.size > limit:
        raise too_big(file.size, limit)


def too_big(size: int, limit: int) -> ValidationError:
    return ValidationError(
        _("Ce fichier est trop lourd : il pèse %(size)s, la limite est de %(limit)s."),
        code="too_big",
        params={"size": filesizeformat(size), "limit": filesizeformat(limit)},
    )


def check_document(file: File) -> Checked:
    """PDF, ODT, DOCX, ODS, XLSX or image, by the first bytes and the inside of the file; read by pieces.

    Raises:
        ValidationError: too big, of another kind, or not what its name says.
    """
    check_size(file, settings.DOCUMENT_MAX_BYTES)
    suffix = _kind(file)
    if suffix is None:
        raise ValidationError(
            _("Ce fichier n’est ni un PDF, ni un document ODT ou DOCX, ni un tableau ODS ou XLSX, ni une image."),
            code="kind",
        )
    named = PurePath(file.name or "").suffix.lstrip(".").lower()
    if _SAME.get(named, named) != suffix:
        raise ValidationError(
            _("Le contenu du fichier est de type « %(kind)s », son nom dit autre chose : vérifiez le fichier choisi."),
            code="name",
            params={"kind": suffix},
        )
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return Checked(suffix, file.size, digest.hexdigest())


def _kind(file: File) -> str | None:
    """The suffix that the content deserves; None for anything else, macros included."""
    file.seek(0)
    start = file.read(16)
    if start.startswith(b"%PDF-"):
        return "pdf"
    if start.startswith(b"PK\x03\x04"):
        return _archive_kind(file)
    file.seek(0)
    try:
        with Image.open(file, formats=IMAGE_FORMATS) as image:
            kind = _IMAGE_SUFFIXES[image.format]
            image.verify()
            return kind
    except (*_UNREADABLE, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


_UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError)


def _archive_kind(file: File) -> str | None:
    """Office documents are zip archives; only their table of contents and the short `mimetype` are read."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if len(names) > _MAX_ENTRIES or any(name.lower().endswith("vbaproject.bin") for name in names):
                return None
            if names and names[0] == "mimetype" and archive.getinfo("mimetype").file_size < 100:
                return _OPEN_DOCUMENT.get(archive.read("mimetype").strip())
            if "[Content_Types].xml" in names:
                return next((suffix for part, suffix in _OFFICE.items() if part in names), None)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return None
    return None


def make_photo(file: File) -> ContentFile:
    """The photo as the portal keeps it: JPEG, upright, at most PHOTO_MAX_SIDE wide or high, without any metadata.

    The size in pixels is read in the header, and refused before anything is decoded.

    Raises:
        ValidationError: too big, too many pixels, or not an image.
    """
    check_size(file, settings.PHOTO_MAX_BYTES)
    file.seek(0)
    side = settings.PHOTO_MAX_SIDE
    try:
        with Image.open(file, formats=IMAGE_FORMATS) as image:
            if image.width * image.height > settings.PHOTO_MAX_PIXELS:
                raise _too_many_pixels()
            image.draft("RGB", (side, side))  # JPEG only: decodes no more than is needed
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((side, side), Image.Resampling.LANCZOS)
            plain = Image.new("RGB", upright.size, "white")
            rgba = upright.convert("RGBA")
            plain.paste(rgba, mask=rgba.getchannel("A"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except _UNREADABLE:
        raise ValidationError(
            _("Cette image ne se lit pas : choisissez une photo JPEG, PNG ou WebP."), code="image"
        ) from None
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=85, optimize=True, progressive=True)
    return ContentFile(out.getvalue(), name=f"{uuid.uuid4().hex}.jpg")


def _too_many_pixels() -> ValidationError:
    limit = settings.PHOTO_MAX_PIXELS // 1_000_000
    return ValidationError(
        _("Cette image a trop de pixels : %(limit)s millions au plus."), code="pixels", params={"limit": limit}
    )
