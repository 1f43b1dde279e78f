"""Opening a link that somebody without account received."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from projects.models.links import SecretLink, token_hash

L = TypeVar("L", bound=SecretLink)


class VoidLink(ValidationError):
    """The link opens nothing any more; `code` says why: unknown, expired, revoked or answered. `link`: which one, if known."""

    link: SecretLink | None = None


def open_link(rows: "QuerySet[L]", token: str) -> L:
    """The row, among `rows`, that the holder of this token may act by.

    Raises:
        VoidLink.
    """
    link = rows.filter(token_hash=token_hash(token)).first()
    state = link.state if link else "unknown"
    if state != "open":
        error = VoidLink(_("Ce lien ne vaut plus."), code=state)
        error.link = link
        raise error
    return link
