"""Both sides: ask the foreign partner by a link, take its answer, and apply what it proposes once the French side agrees."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.models import Collectivity, ForeignAuthority, User, in_force
from projects import rules, tasks
from projects.models import (
    DatePrecision,
    Decision,
    PartnerAnswer,
    PartnerRequest,
    Partnership,
    Project,
    RequestLanguage,
)
from projects.services.editing import check, editing, free_slug
from projects.services.links import open_link

# What a partner may propose to change, by kind of record.
CORRECTABLE = {
    Partnership: ("title", "signed_on", "status", "ended_on"),
    Project: ("title", "starts_on", "ends_on", "declared_status"),
}


@transaction.atomic
def ask_partner(
    record: Partnership | Project,
    foreign_authority: ForeignAuthority,
    *,
    email: str,
    language: str = RequestLanguage.FRENCH,
    collectivity: Collectivity,
    actor: User,
) -> PartnerRequest:
    """Send the link. A question still open to the same partner about the same record is revoked: one link works at a time.

    Raises:
        PermissionDenied: `actor` does not write this record.
        ValidationError: this authority is no partner of the record, a wrong address, or too many sent today.
    """
    kind = _kind(record)
    check(f"projects.change_{kind}", record, actor=actor)
    if not record.parties.filter(foreign_authority=foreign_authority).exists():
        raise ValidationError(_("Cette autorité n’est pas partie à la fiche."), code="not_a_party")
    since = timezone.now() - timedelta(days=1)
    limit = in_force(rules.PARTNER_LINKS_BY_DAY)
    if PartnerRequest.objects.filter(collectivity=collectivity, created_at__gt=since).count() >= limit:
        raise ValidationError(
            _("Votre collectivité a déjà envoyé %(limit)s demandes en un jour : recommencez demain."),
            code="too_many",
            params={"limit": limit},
        )
    before = PartnerRequest.objects.filter(foreign_authority=foreign_authority, answered_at__isnull=True)
    before.filter(revoked_at__isnull=True, **{kind: record}).update(revoked_at=timezone.now())
    asked = PartnerRequest(
        collectivity=collectivity,
        foreign_authority=foreign_authority,
        email=email,
        language=language,
        sent_by=actor,
        **{kind: record},
    )
    asked.keep_open(in_force(rules.PARTNER_LINK_DAYS))
    asked.full_clean()
    asked.save()
    transaction.on_commit(lambda: tasks.send_partner_request.delay(asked.pk), robust=True)
    return asked


def _kind(record: models.Model) -> str:
    return type(record)._meta.model_name


@transaction.atomic
def revoke_request(asked: PartnerRequest, *, actor: User) -> PartnerRequest:
    """The link stops working at once.

    Raises:
        PermissionDenied: `actor` does not write the record.
        ValidationError: it was answered meanwhile.
    """
    locked = _locked().get(pk=asked.pk)
    check(f"projects.change_{_kind(locked.subject)}", locked.subject, actor=actor)
    if locked.answered_at:
        raise ValidationError(_("Le partenaire a déjà répondu."), code="answered")
    locked.revoked_at = locked.revoked_at or timezone.now()
    locked.save()
    return locked


def _rows() -> models.QuerySet[PartnerRequest]:
    return PartnerRequest.objects.select_related("partnership", "project", "foreign_authority__country", "collectivity")


def _locked() -> models.QuerySet[PartnerRequest]:
    return _rows().select_for_update(of=("self",))


def open_request(token: str) -> PartnerRequest:
    """The question that a link asks.

    Raises:
        VoidLink: it does not exist, or it is no longer asked.
    """
    return open_link(_rows(), token)


@transaction.atomic
def answer_request(
    token: str,
    *,
    answer: str,
    name: str,
    function: str,
    comment: str = "",
    corrections: Mapping[str, Any] | None = None,
) -> PartnerRequest:
    """Take the partner's answer, once. «Exact» dates the record; corrections wait for the French side.

    Raises:
        VoidLink: answered, revoked or expired meanwhile; nothing is written.
        ValidationError: nothing is proposed, or what is proposed breaks a rule of the record.
    """
    asked = open_link(_locked(), token)
    record = asked.subject
    if answer == PartnerAnswer.CORRECTED:
        asked.corrections = proposed(record, corrections or {})
        if not asked.corrections and not comment.strip():
            raise ValidationError(_("Indiquez ce qui est à corriger."), code="nothing")
    asked.answer, asked.answered_at = answer, timezone.now()
    asked.respondent_name, asked.respondent_function, asked.comment = name.strip(), function.strip(), comment.strip()
    asked.full_clean()
    asked.save()
    if answer == PartnerAnswer.CONFIRMED:
        type(record).objects.filter(pk=record.pk).update(
            foreign_confirmed_on=timezone.localdate(), version=F("version") + 1
        )
    transaction.on_commit(lambda: tasks.send_partner_answered.delay(asked.pk), robust=True)
    return asked


def proposed(record: Partnership | Project, corrections: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The columns whose value would change, with both values as texts.

    Raises:
        ValidationError: a column that partners do not correct, or a record that would break a rule.
    """
    if unknown := set(corrections) - set(CORRECTABLE[type(record)]):
        raise TypeError(f"not correctable: {', '.join(sorted(unknown))}")
    changed = {name: value for name, value in corrections.items() if value != getattr(record, name)}
    if not changed:
        return {}
    tried = type(record).objects.get(pk=record.pk)
    _set(tried, changed)
    tried.full_clean()
    return {name: {"before": _text(getattr(record, name)), "after": _text(value)} for name, value in changed.items()}


def _set(record: Partnership | Project, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    if "signed_on" in values and isinstance(record, Partnership):
        record.signed_precision = DatePrecision.DAY if record.signed_on else DatePrecision.UNKNOWN


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _value(record: models.Model, name: str, text: str) -> Any:
    field = record._meta.get_field(name)
    return field.to_python(text) if text or not field.null else None


@transaction.atomic
def decide_corrections(asked: PartnerRequest, *, accept: bool, actor: User) -> PartnerRequest:
    """Apply the corrections, as one more version which both sides hold for right; or leave the record as it is.

    Raises:
        PermissionDenied: `actor` does not write the record.
        ValidationError: nothing waits, somebody changed one of these columns meanwhile, or a rule is broken.
    """
    locked = _locked().get(pk=asked.pk)
    check(f"projects.change_{_kind(locked.subject)}", locked.subject, actor=actor)
    if not locked.waits:
        raise ValidationError(_("Ces corrections ont déjà leur réponse."), code="decided")
    if accept:
        with editing(locked.subject, actor=actor, read_version=None) as record:
            _apply(locked, record)
    locked.decision = Decision.ACCEPTED if accept else Decision.REFUSED
    locked.decided_at, locked.decided_by = timezone.now(), actor
    locked.save()
    return locked


def _apply(asked: PartnerRequest, record: Partnership | Project) -> None:
    moved = [
        str(record._meta.get_field(name).verbose_name)
        for name, change in asked.corrections.items()
        if _text(getattr(record, name)) not in (change["before"], change["after"])
    ]
    if moved:
        raise ValidationError(
            _("La fiche a changé depuis la réponse du partenaire (%(fields)s) : renvoyez-lui un lien."),
            code="moved",
            params={"fields": ", ".join(moved)},
        )
    _set(record, {name: _value(record, name, change["after"]) for name, change in asked.corrections.items()})
    if isinstance(record, Project) and "title" in asked.corrections and not record.published_at:
        record.slug = free_slug(record.title, record)
    if asked.corrections:  # a comment alone was answered by hand: the partner has not read the result
        record.foreign_confirmed_on = timezone.localtime(asked.answered_at).date()
