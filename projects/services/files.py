"""Documents and photos of a project: checked, named by us, and gone from the disk when their row is."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction

from atlas.models import User
from atlas.services import uploads
from projects.models import Project, ProjectDocument, ProjectPhoto
from projects.services.editing import editing


def add_document(project: Project, file: File, *, actor: User, title: str, category: str) -> ProjectDocument:
    """Raises PermissionDenied; ValidationError, named `file` when the file itself is refused."""
    try:
        checked = uploads.check_document(file)
    except ValidationError as error:
        raise ValidationError({"file": error.error_list}) from None
    document = ProjectDocument(
        title=title, category=category, size=checked.size, sha256=checked.sha256, file=File(file, checked.stored_name)
    )
    return _add(document, project, actor=actor)


def add_photo(project: Project, file: File, *, actor: User, alt: str, credit: str, licence: str) -> ProjectPhoto:
    """Raises PermissionDenied; ValidationError, named `file` when the file itself is refused."""
    try:
        made = uploads.make_photo(file)
    except ValidationError as error:
        raise ValidationError({"file": error.error_list}) from None
    return _add(ProjectPhoto(alt=alt, credit=credit, licence=licence, file=made), project, actor=actor)


def _add(part: Any, project: Project, *, actor: User) -> Any:
    try:
        with editing(project, actor=actor, read_version=None) as locked:
            part.project = locked
            part.full_clean()
            part.save()
    except BaseException:
        if part.file._committed:
            part.file.storage.delete(part.file.name)
        raise
    return part


def remove_file(part: ProjectDocument | ProjectPhoto, *, actor: User) -> None:
    """Take a document or a photo out of its project; the file goes once that is certain."""
    storage, name = part.file.storage, part.file.name
    with editing(part.project, actor=actor, read_version=None):
        part.delete()
        transaction.on_commit(lambda: storage.delete(name), robust=True)
