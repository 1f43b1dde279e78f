"""Records by the spreadsheet: what was uploaded, and who may do it for whom."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from atlas.models import Collectivity, User
from atlas.models.base import Dated, tracked
from projects.querysets import DelegationQuerySet, SheetUploadQuerySet

from .imports import ImportStatus


@tracked("DelegationHistory")
class Delegation(Dated):
    """An authority (`member`) agrees that another one (`delegate`: a région, a network…) keeps its records by spreadsheet.

    Since `created_at`, until `ended_at` or until one of the two is no more. It opens neither its space nor publication.
    """

    member = models.ForeignKey(
        Collectivity, models.PROTECT, related_name="delegations_given", verbose_name=_("collectivité qui confie")
    )
    delegate = models.ForeignKey(
        Collectivity, models.PROTECT, related_name="delegations_received", verbose_name=_("collectivité qui tient")
    )
    agreed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("accord donné par")
    )
    ended_at = models.DateTimeField(_("retiré le"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("retiré par")
    )

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("accord de tenue des fiches")
        verbose_name_plural = _("accords de tenue des fiches")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "delegate"],
                condition=Q(ended_at__isnull=True),
                name="projects_delegation_once",
                violation_error_message=_("Cet accord est déjà donné."),
            ),
            models.CheckConstraint(
                name="projects_delegation_other",
                condition=~Q(member=F("delegate")),
                violation_error_message=_("Une collectivité tient déjà ses propres fiches."),
            ),
            models.CheckConstraint(
                name="projects_delegation_ended",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("created_at")),
                violation_error_message=_("Un accord ne prend pas fin avant d’être donné."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} → {self.delegate}"

    @property
    def lost(self) -> Collectivity | None:
        """The one of the two that is no more, with which the agreement ended."""
        return next((one for one in (self.member, self.delegate) if not one.is_current), None)


class SheetUpload(Dated):
    """A workbook sent back: what it would change, then what it changed. Its bytes are kept until then, and not after.

    `report`: `added`, `changed` and `faults`, see `projects.services.sheets`; `counts`: how many of each, and `unchanged`.
    """

    uuid = models.UUIDField(_("identifiant"), default=uuid.uuid4, unique=True, editable=False)
    collectivity = models.ForeignKey(
        Collectivity, models.PROTECT, related_name="sheet_uploads", verbose_name=_("collectivité")
    )
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("déposé par"))
    file_name = models.CharField(_("fichier"), max_length=200)
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64)
    content = models.BinaryField(_("contenu"), null=True, editable=False)
    status = models.CharField(_("état"), max_length=10, choices=ImportStatus, default=ImportStatus.PREVIEW)
    done_at = models.DateTimeField(_("appliqué le"), null=True, blank=True)
    counts = models.JSONField(_("décompte"), default=dict)
    report = models.JSONField(_("compte rendu"), default=dict)

    objects = SheetUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("classeur déposé")
        verbose_name_plural = _("classeurs déposés")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="projects_sheetupload_done",
                condition=Q(status=ImportStatus.PREVIEW, done_at__isnull=True, content__isnull=False)
                | Q(status=ImportStatus.DONE, done_at__isnull=False, content__isnull=True),
                violation_error_message=_("Un classeur appliqué porte sa date et n’est plus gardé."),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
