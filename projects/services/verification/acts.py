"""Verifying a record, and the words exchanged about it."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.models import User
from atlas.permissions import may, require
from projects import tasks
from projects.figures import queue
from projects.models import Partnership, Project, RecordComment, VerifierKind
from projects.permissions import scope_of
from projects.services.editing import check

R = TypeVar("R", Partnership, Project)


def _kind(record: Partnership | Project) -> str:
    return type(record)._meta.model_name


def _title(record: Partnership | Project, *, actor: User) -> str:
    return scope_of(actor).title_for(record) or VerifierKind.OFFICER


@transaction.atomic
def verify(record: R, *, actor: User, text: str = "") -> R:
    """Say today that the record is right, at the title of `actor`; with a word for its authorities if there is one.

    Raises:
        PermissionDenied: the record is outside what `actor` follows, or is not public.
    """
    locked = type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)
    check(f"projects.verify_{_kind(locked)}", locked, actor=actor)
    # As a confirmation does: without touching the day of the last change.
    type(record).objects.filter(pk=locked.pk).update(
        verified_on=timezone.localdate(),
        verified_by=actor,
        verified_as=_title(locked, actor=actor),
        version=F("version") + 1,
    )
    word = comment(locked, actor=actor, text=text, verified=True) if text.strip() else None
    if word is None:
        _announce(tasks.send_record_verified, _kind(locked), locked.pk)
    queue.judge_again(locked)
    locked.refresh_from_db()
    return locked


def _announce(task: Any, *args: Any) -> None:
    transaction.on_commit(lambda: task.delay(*args), robust=True)


@transaction.atomic
def comment(record: Partnership | Project, *, actor: User, text: str, verified: bool = False) -> RecordComment:
    """Write a word: to the authorities, from who verifies; to these, from who keeps the record.

    The answer of an authority settles what it was told. `verified`: the word goes with a verification, in one e-mail.

    Raises:
        PermissionDenied: `actor` neither verifies nor keeps this record.
        ValidationError: the word is empty or too long.
    """
    kind = _kind(record)
    verifies = may(actor, f"projects.verify_{kind}", record)
    require(verifies or may(actor, f"projects.change_{kind}", record))
    word = RecordComment(
        author=actor, text=text.strip(), written_as=_title(record, actor=actor) if verifies else "", **{kind: record}
    )
    word.full_clean()
    word.save()
    if verifies:
        _announce(tasks.send_record_comment, word.pk, verified)
    else:
        _settle(record, actor=actor)
    return word


@transaction.atomic
def settle(record: Partnership | Project, *, actor: User) -> int:
    """Say that what verifiers wrote is dealt with: the dashboard no longer shows it. Returns how many words that was.

    Raises:
        PermissionDenied: `actor` does not keep this record.
        ValidationError: nothing waits.
    """
    check(f"projects.change_{_kind(record)}", record, actor=actor)
    if not (settled := _settle(record, actor=actor)):
        raise ValidationError(_("Aucun message n’attend : quelqu’un l’a peut-être déjà traité."), code="nothing")
    return settled


def _settle(record: Partnership | Project, *, actor: User) -> int:
    waiting = record.comments.filter(settled_at__isnull=True).exclude(written_as="")
    return waiting.update(settled_at=timezone.now(), settled_by=actor)
