"""The lists of the portal by name: what each holds, how it is filtered, and its columns in files.

A registry, so that each app declares its own in `AppConfig.ready()`: files made in the background and saved searches take a
list by its name and ask it the very question of its page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise

from .base import FacetedFilterSet


@dataclass(frozen=True)
class PublicList:
    """A list. `name` is that of its files («projets»); the texts are lazy translations.

    `rows(user)`: all that this person may see. `own_columns` come in addition where an authority downloads its own records.
    `new_since(rows, from, to)` keeps the rows that became public in a span of time, and is only given by lists that can be
    followed; `shape` fixes the queries of what `line(row)` tells of each: (title, detail, address).
    """

    name: str
    title: str | Promise
    counted: str | Promise
    rows: Callable[[Any], QuerySet]
    filterset_class: type[FacetedFilterSet]
    url_name: str
    columns: Mapping[str, Any]
    own_columns: Mapping[str, Any] = field(default_factory=dict)
    new_since: Callable[[QuerySet, datetime, datetime], QuerySet] | None = None
    shape: Callable[[QuerySet], QuerySet] = lambda rows: rows
    line: Callable[[Any], tuple[str, str, str]] | None = None

    def ask(self, query: str, user: Any) -> FacetedFilterSet:
        """The question of the page, put by `user`."""
        return self.filterset_class(QueryDict(query), queryset=self.rows(user))

    def asked(self, query: str) -> str:
        """The criteria of an address, those of this list alone, always in the same order."""
        given = QueryDict(query[:4_000])
        kept = QueryDict(mutable=True)
        for name in sorted(given):
            if name in self.filterset_class.base_filters and (values := [one for one in given.getlist(name) if one]):
                kept.setlist(name, sorted(values))
        return kept.urlencode()

    def address(self, query: str) -> str:
        """The page that puts this question."""
        return reverse(self.url_name) + (f"?{query}" if query else "")


_registry: dict[str, PublicList] = {}


def register(listed: PublicList) -> None:
    """Declare a list. The same name again replaces it: `ready()` may run twice."""
    _registry[listed.name] = listed


def find(name: str) -> PublicList | None:
    return _registry.get(name)


def everyone() -> list[PublicList]:
    """All of them."""
    return list(_registry.values())


def followed() -> list[PublicList]:
    """The lists whose news can be received."""
    return [listed for listed in _registry.values() if listed.new_since]
