"""Asking for a file that takes time."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from atlas import tasks
from atlas.filters import lists
from atlas.models import Collectivity, ExportJob, User
from atlas.permissions import require


@transaction.atomic
def ask_export(name: str, query: str, *, actor: User, collectivity: Collectivity | None = None) -> ExportJob:
    """The job that will write this list as XLSX; the one that already waits, when the same is asked twice.

    `collectivity`: the records of this authority only, into whose space `actor` enters.

    Raises:
        PermissionDenied: not into that space.
        ValidationError: no such list, or too many files already wait.
    """
    listed = lists.find(name)
    if listed is None:
        raise ValidationError(_("Cette liste n’existe pas."), code="list")
    if collectivity:
        require(Collectivity.objects.entered_by(actor).filter(pk=collectivity.pk).exists())
    asked = {"user": actor, "list_name": name, "query": listed.asked(query), "collectivity": collectivity}
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)  # two clicks at once make one job
    waiting = ExportJob.objects.queued().filter(user=actor)
    if found := waiting.filter(**asked).first():
        return found
    if waiting.count() >= settings.EXPORTS_AT_ONCE:
        raise ValidationError(
            _("Vous avez déjà %(n)s fichiers en préparation : attendez que l’un d’eux soit prêt."),
            code="too_many",
            params={"n": settings.EXPORTS_AT_ONCE},
        )
    job = ExportJob(**asked)
    job.full_clean()
    job.save()
    transaction.on_commit(lambda: tasks.make_export.delay(job.pk), robust=True)
    return job
