"""Files that take time: who asked for which list, where the making of it is, and until when it is kept."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.querysets import ExportJobQuerySet

from .base import Dated
from .territories import Collectivity
from .users import User


class ExportState(models.TextChoices):
    """Life of a file. There is no «running»: a making that is cut short never was, see `atlas.exports.jobs`."""

    QUEUED = "queued", _("En préparation")
    DONE = "done", _("Prêt")
    FAILED = "failed", _("Non fait")
    EXPIRED = "expired", _("Effacé")


class ExportJob(Dated):
    """A list to be written as XLSX for one account, with its criteria (`query`, as in the address of the page).

    `collectivity`: only the records of that authority, those that are not public included if the account may see them.
    """

    uuid = models.UUIDField(_("identifiant"), default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="export_jobs", verbose_name=_("compte"))
    list_name = models.CharField(_("liste"), max_length=40)
    query = models.CharField(_("critères"), max_length=2000, blank=True)
    collectivity = models.ForeignKey(
        Collectivity, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("collectivité")
    )
    state = models.CharField(_("état"), max_length=10, choices=ExportState, default=ExportState.QUEUED, editable=False)
    attempts = models.PositiveSmallIntegerField(_("essais"), default=0, editable=False)
    file = models.FileField(_("fichier"), upload_to="exports/", max_length=200, blank=True, editable=False)
    row_count = models.PositiveIntegerField(_("lignes"), null=True, blank=True, editable=False)
    reason = models.CharField(_("motif"), max_length=300, blank=True, editable=False)
    done_at = models.DateTimeField(_("terminé le"), null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(_("gardé jusqu’au"), null=True, blank=True, editable=False)
    told_at = models.DateTimeField(_("annoncé le"), null=True, blank=True, editable=False)

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("fichier demandé")
        verbose_name_plural = _("fichiers demandés")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "updated_at"], name="atlas_exportjob_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "list_name", "query", "collectivity"],
                condition=Q(state=ExportState.QUEUED),
                nulls_distinct=False,
                name="atlas_exportjob_waiting",
                violation_error_message=_("Ce fichier est déjà en préparation."),
            ),
            models.CheckConstraint(
                name="atlas_exportjob_done",
                condition=(Q(state=ExportState.DONE, done_at__isnull=False, expires_at__isnull=False) & ~Q(file=""))
                | (~Q(state=ExportState.DONE) & Q(file="")),
                violation_error_message=_("Un fichier prêt porte sa date et son échéance ; un autre n’existe pas."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_name} – {self.user}"

    def get_absolute_url(self) -> str:
        return reverse("export_job", args=[self.uuid])

    @property
    def is_past(self) -> bool:
        """Whether its time has come, were it not deleted yet."""
        return self.state == ExportState.EXPIRED or bool(self.expires_at and self.expires_at <= timezone.now())
