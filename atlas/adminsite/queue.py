"""What waits for the staff. Each app declares its own entries in its `admin` module; the index of the site draws them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from atlas.models import User

Text = str | Promise


@dataclass(frozen=True)
class Work:
    """One line of the queue.

    `label` counts: «demande d’accès à décider,demandes d’accès à décider». `count` gives how many wait for this account,
    in one query. `url_name` and `query` lead to exactly these rows. `permission` (`app.codename`) says who sees the line.
    `order` sorts lines in their section, and sections by their first line.
    """

    section: Text
    label: Text
    count: Callable[[User], int]
    url_name: str
    permission: str
    query: str = ""
    order: int = 100

    @property
    def url(self) -> str:
        return reverse(self.url_name) + (f"?{self.query}" if self.query else "")


_declared: list[Work] = []


def declare(work: Work) -> None:
    """Add a line to the queue."""
    _declared.append(work)


def waiting(user: User) -> list[tuple[str, list[tuple[Work, int]]]]:
    """Sections that hold something for `user`, each with its lines and their counts. The others do not show."""
    sections: dict[str, list[tuple[Work, int]]] = {}
    for work in sorted(_declared, key=lambda work: work.order):
        if user.has_perm(work.permission) and (count := work.count(user)):
            sections.setdefault(str(work.section), []).append((work, count))
    return list(sections.items())
