"""A French authority named in a project by another one is told, and says whether it agrees to be named."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from atlas.models import User
from projects import tasks
from projects.models import ConsentAnswer, PartyConsent, Project, ProjectParty, ProjectRole
from projects.permissions import written_for
from projects.services.editing import PUBLIC, check, editing


def require_willing(project: Project, named: Collection[int], *, actor: User) -> None:
    """Raises ValidationError when `actor` names again an authority that refused; who writes for it may."""
    refused = project.consents.filter(answer=ConsentAnswer.REFUSED, collectivity__in=named)
    refused = refused.exclude(collectivity__in=written_for(actor))
    if consent := refused.select_related("collectivity").order_by("pk").first():
        raise ValidationError(
            _("« %(name)s » a refusé le %(day)s d’être nommée parmi les parties de ce projet."),
            code="refused",
            params={"name": consent.collectivity, "day": date_format(timezone.localtime(consent.answered_at), "j F Y")},
        )


def ask_named(project: Project, named: Collection[int], *, actor: User) -> None:
    """Keep the questions in step with the parties: those who are `named` since and for whom `actor` does not write are asked.

    They are told once everybody can read it: a draft is nobody's word yet.
    """
    there = project.parties.filter(collectivity__isnull=False).values("collectivity")
    project.consents.filter(answer="").exclude(collectivity__in=there).delete()
    own = written_for(actor)
    project.consents.filter(collectivity__in=own & set(named)).delete()
    asked = set(named) - own - set(project.consents.values_list("collectivity_id", flat=True))
    PartyConsent.objects.bulk_create(
        PartyConsent(project=project, collectivity_id=pk, asked_by=actor) for pk in sorted(asked)
    )
    if project.publication in PUBLIC:
        tell_named(project)


def tell_named(project: Project) -> None:
    """Write to those who were not told yet."""
    waiting = project.consents.filter(answer="", told_at__isnull=True).select_for_update(of=("self",)).order_by("pk")
    ids = list(waiting.values_list("pk", flat=True))
    PartyConsent.objects.filter(pk__in=ids).update(told_at=timezone.now())
    for pk in ids:
        transaction.on_commit(lambda pk=pk: tasks.send_party_named.delay(pk), robust=True)


@transaction.atomic
def answer_consent(consent: PartyConsent, answer: str, *, actor: User, note: str = "") -> PartyConsent:
    """Agree to be named, or refuse: the authority then leaves the project, and who named it is told why.

    Who agreed may refuse later. If it led the project, the first of the other French parties leads it.

    Raises:
        PermissionDenied: `actor` does not represent the authority.
        ValidationError: it is answered so already, or no other French authority would be left.
    """
    project = Project.objects.select_for_update(of=("self",)).get(pk=consent.project_id)
    locked = PartyConsent.objects.select_for_update(of=("self",)).select_related("collectivity").get(pk=consent.pk)
    check("projects.answer_partyconsent", locked, actor=actor)
    if locked.answer in (answer, ConsentAnswer.REFUSED):
        raise ValidationError(_("Votre collectivité a déjà répondu."), code="answered")
    if answer == ConsentAnswer.REFUSED:
        _leave(project, locked, actor=actor)
    locked.answer, locked.answered_at, locked.answered_by, locked.note = answer, timezone.now(), actor, note.strip()
    locked.full_clean()
    locked.save()
    transaction.on_commit(lambda: tasks.send_consent_answered.delay(locked.pk), robust=True)
    return locked


def _leave(project: Project, consent: PartyConsent, *, actor: User) -> None:
    french = ProjectParty.objects.filter(project=project, collectivity__isnull=False).order_by("pk")
    if not (others := french.exclude(collectivity=consent.collectivity_id)).exists():
        raise ValidationError(
            _("Aucune autre collectivité française n’est partie à ce projet : demandez au ministère de le retirer."),
            code="alone",
        )
    with editing(project, actor=actor, read_version=None):
        own = french.filter(collectivity=consent.collectivity_id)
        led = own.filter(role=ProjectRole.LEAD).exists()
        own.delete()
        if led and (heir := others.first()):
            heir.role = ProjectRole.LEAD
            heir.full_clean()
            heir.save()
