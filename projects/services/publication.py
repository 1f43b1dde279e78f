"""Publication of projects and partnerships: through `fire`, with what a public record must hold, and the news by e-mail."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from atlas.models import User
from atlas.services.transitions import fire
from projects import tasks
from projects.completeness import missing
from projects.models import Partnership, Project, ProjectPublication
from projects.services.consents import tell_named
from projects.services.digest import Touched, refresh_activity

R = TypeVar("R", Project, Partnership)
ANNOUNCED = ("submit", "send_back", "ask_refresh")


@transaction.atomic
def move(record: R, transition: str, *, actor: User, note: str = "") -> R:
    """Publish, send back, archive… by the transition's name, and count anew what is public.

    Who publishes the record of his own authority says that it is right this day: that side has confirmed it.

    Raises:
        PermissionDenied, ValidationError: as `fire`; and a project that lacks something is not published: the error lists it.
    """
    target = record.workflow.get(transition)
    publishes = bool(target) and target.target == ProjectPublication.PUBLISHED
    if publishes and isinstance(record, Project) and (lacks := missing(record)):
        raise ValidationError([one.text for one in lacks], code="incomplete")
    announce = tasks.send_project_moved.delay if transition in ANNOUNCED else None  # none of them moves a partnership
    moved = fire(record, transition, actor=actor, note=note, announce=announce)
    if publishes:
        tell_named(moved)
    refresh_activity(Touched.by(type(record), [record.pk]))
    return _confirm(moved, actor=actor) if publishes else moved


def _confirm(record: R, *, actor: User) -> R:
    """Note the word of the French side, when `actor` is one of its members."""
    ours = record.parties.filter(collectivity__memberships__user=actor)
    if ours.exists():
        record.confirmed_on, record.confirmed_by = timezone.localdate(), actor
        record.save(update_fields=["confirmed_on", "confirmed_by"])
    return record
