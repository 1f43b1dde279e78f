"""Two ways through a list: numbered pages for people, a cursor for machines."""

import base64

from django.utils.translation import gettext_lazy as _

from atlas.api.errors import invalid

PAGE_SIZE = 25
PAGE_SIZE_MAX = 100
CURSOR_SIZE = 100
CURSOR_SIZE_MAX = 1000
# OFFSET costs what it skips: beyond, the cursor.
OFFSET_MAX = 10_000


def encode_cursor(pk: int) -> str:
    """Opaque mark of the row after which the next page starts."""
    return base64.urlsafe_b64encode(str(pk).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> int:
    """The key after which a page starts; an empty cursor stands before the first row.

    Raises:
        ValidationError: when the cursor is none of ours.
    """
    if not cursor:
        return 0
    try:
        key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        key = ""
    if not key.isdecimal() or len(key) > 18:
        raise invalid(cursor=_("Curseur illisible : reprenez l’adresse « next » telle quelle, ou « cursor= » vide."))
    return int(key)
