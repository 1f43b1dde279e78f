"""The queue of records that wait to be verified, as somebody of the State's network reads it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from atlas.filters import Facet
from atlas.models import DataChange, User
from projects.figures import queue
from projects.filters import WaitingFilterSet
from projects.models import Partnership, Project, Reason, WaitingRecord
from projects.permissions import Scope, scope_of

PAGE_SIZE = 25

# What each reason says of a record.
SENTENCES = {
    Reason.CORRECTED: _("Le partenaire propose une correction, qui attend une réponse."),
    Reason.OVER: _("La fin est passée, et la fiche dit que c’est en cours."),
    Reason.TWIN: _("Une autre fiche dit la même chose : mêmes parties, même nature ou même intitulé."),
    Reason.ELSEWHERE: _("Le pays d’un partenaire n’est pas parmi les pays du projet."),
    Reason.UNPLACED: _("On ne sait pas où c’est : la fiche n’est pas sur la carte."),
    Reason.NEVER: _("Ni la collectivité, ni le partenaire, ni l’État n’a confirmé la fiche."),
    Reason.STALE: _("La fiche n’a été ni changée ni confirmée depuis longtemps."),
}


@dataclass(frozen=True)
class Waiting:
    """A record of the queue. `last_on`: the last time somebody changed or confirmed it."""

    record: Partnership | Project
    reasons: list[str]
    last_on: Any

    @property
    def is_project(self) -> bool:
        return isinstance(self.record, Project)

    @property
    def labels(self) -> list[str]:
        return [str(Reason(code).label) for code in self.reasons]


@dataclass(frozen=True)
class Queue:
    """A page of what waits; `filterset` holds the criteria and the total. `at`: when it was judged, if data changed since."""

    rows: list[Waiting]
    filterset: WaitingFilterSet
    facets: list[Facet]
    at: datetime | None = None

    @property
    def total(self) -> int:
        return self.filterset.total


def read_queue(
    scope: Scope, asked: Mapping[str, Any] | None = None, *, start: int = 0, limit: int = PAGE_SIZE
) -> Queue:
    """What waits for somebody with this scope: a fixed number of queries, however many records there are."""
    kept = queue.latest()
    filterset = WaitingFilterSet(asked or {}, queryset=WaitingRecord.objects.within(scope))
    version = DataChange.objects.version()
    _total, facets = filterset.counts(f"{version}:{kept.version if kept else ''}")
    if scope.countries and not scope.regions:  # an embassy chooses among its countries, not among those they share with
        facets = [_among(facet, scope.countries) if facet.name == "country" else facet for facet in facets]
    found = list(filterset.rows()[start : start + limit])
    public = AnonymousUser()  # who left the public since the queue was judged is no longer shown
    there = {
        kind: model.objects.visible_to(public)
        .for_list()
        .in_bulk([one.record_id for one in found if one.record == kind])
        for kind, model in (("partnership", Partnership), ("project", Project))
    }
    rows = [
        Waiting(there[one.record][one.record_id], one.reasons, one.last_on)
        for one in found
        if one.record_id in there[one.record]
    ]
    return Queue(rows, filterset, facets, kept.at if kept and not kept.version.startswith(f"{version}:") else None)


def _among(facet: Facet, codes: Collection[str]) -> Facet:
    return replace(facet, choices=[choice for choice in facet.choices if choice.value in codes])


def waiting_count(user: User) -> int:
    """How many records wait for `user`, as the index of the administration says it."""
    scope = scope_of(user)
    if not scope:
        return 0
    queue.latest()
    return WaitingRecord.objects.within(scope).count()
