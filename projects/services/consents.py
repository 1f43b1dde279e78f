"""A French authority named in a record by another one is told, and says whether it agrees to be named."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from atlas.models import User
from projects import tasks
from projects.models import ConsentAnswer, Partnership, PartyConsent, PartyRole, Project
from projects.permissions import written_for
from projects.services.editing import check, editing
from projects.workflow import PUBLIC

Subject = Partnership | Project


@contextmanager
def naming(
    record: Subject, parties: Sequence[Mapping[str, Any]], *, actor: User, own: Collection[int] = ()
) -> Iterator[None]:
    """Around the writing of `parties`: those that come with it and for whom `actor` does not write are asked.

    Nobody is asked about `own`, the authorities for which the record is written.

    Raises:
        ValidationError: no party is left for which `actor` writes, or one of those that come has refused.
    """
    wanted = {row["collectivity"].pk for row in parties if row.get("collectivity")}
    if not actor.is_staff and not written_for(actor) & wanted:
        # Whoever edits a record for an authority does not throw that authority out of it, and lose sight of it.
        raise ValidationError(_("Gardez votre collectivité parmi les parties."), code="own_party")
    named = wanted - french_of(record) - set(own)
    require_willing(record, named, actor=actor)
    yield
    ask_named(record, named, actor=actor)


def french_of(record: Subject) -> set[int]:
    """Keys of the French parties as they stand."""
    return set(record.parties.filter(collectivity__isnull=False).values_list("collectivity_id", flat=True))


def require_willing(record: Subject, named: Collection[int], *, actor: User) -> None:
    """Raises ValidationError when `actor` names again an authority that refused; who writes for it may."""
    refused = record.consents.filter(answer=ConsentAnswer.REFUSED, collectivity__in=named)
    refused = refused.exclude(collectivity__in=written_for(actor))
    if consent := refused.select_related("collectivity").order_by("pk").first():
        raise ValidationError(
            _("« %(name)s » a refusé le %(day)s d’être nommée parmi les parties de cette fiche."),
            code="refused",
            params={"name": consent.collectivity, "day": date_format(timezone.localtime(consent.answered_at))},
        )


def ask_named(record: Subject, named: Collection[int], *, actor: User) -> None:
    """Keep the questions in step with the parties: those who are `named` since and for whom `actor` does not write are asked.

    They are told once everybody can read it: a draft is nobody's word yet.
    """
    record.consents.filter(answer="").exclude(collectivity__in=french_of(record)).delete()
    own = written_for(actor)
    record.consents.filter(collectivity__in=own & set(named)).delete()
    asked = set(named) - own - set(record.consents.values_list("collectivity_id", flat=True))
    about = {record._meta.model_name: record}
    PartyConsent.objects.bulk_create(PartyConsent(**about, collectivity_id=pk, asked_by=actor) for pk in sorted(asked))
    if record.publication in PUBLIC:
        tell_named(record)


def tell_named(record: Subject) -> None:
    """Write to those who were not told yet."""
    waiting = record.consents.filter(answer="", told_at__isnull=True).select_for_update(of=("self",)).order_by("pk")
    ids = list(waiting.values_list("pk", flat=True))
    PartyConsent.objects.filter(pk__in=ids).update(told_at=timezone.now())
    for pk in ids:
        transaction.on_commit(lambda pk=pk: tasks.send_party_named.delay(pk), robust=True)


@transaction.atomic
def answer_consent(consent: PartyConsent, answer: str, *, actor: User, note: str = "") -> PartyConsent:
    """Agree to be named, or refuse: the authority then leaves the record, and who named it is told why.

    Who agreed may refuse later. If it led alone, the first of the other French parties leads.

    Raises:
        PermissionDenied: `actor` does not represent the authority.
        ValidationError: it is answered so already, or no other French authority would be left.
    """
    record = consent.subject
    record = type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)
    locked = PartyConsent.objects.select_for_update(of=("self",)).select_related("collectivity").get(pk=consent.pk)
    check("projects.answer_partyconsent", locked, actor=actor)
    if locked.answer in (answer, ConsentAnswer.REFUSED):
        raise ValidationError(_("Votre collectivité a déjà répondu."), code="answered")
    if answer == ConsentAnswer.REFUSED:
        _leave(record, locked, actor=actor)
    locked.answer, locked.answered_at, locked.answered_by, locked.note = answer, timezone.now(), actor, note.strip()
    locked.full_clean()
    locked.save()
    transaction.on_commit(lambda: tasks.send_consent_answered.delay(locked.pk), robust=True)
    return locked


def _leave(record: Subject, consent: PartyConsent, *, actor: User) -> None:
    french = record.parties.filter(collectivity__isnull=False).order_by("pk")
    own, others = (
        french.filter(collectivity=consent.collectivity_id),
        french.exclude(collectivity=consent.collectivity_id),
    )
    if not (heir := others.first()):
        raise ValidationError(
            _("Aucune autre collectivité française n’est nommée : demandez au ministère de retirer la fiche."),
            code="alone",
        )
    lead = {"role": PartyRole.LEAD}  # the same word for a project
    with editing(record, actor=actor, read_version=None):
        led = own.filter(**lead).exists()
        own.delete()
        if led and not others.filter(**lead).exists():
            heir.role = PartyRole.LEAD
            heir.full_clean()
            heir.save()
