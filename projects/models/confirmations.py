"""What an authority said to be right, year by year: the dated receipts of «Tout est à jour»."""

import hashlib
import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from atlas.models import Collectivity, User


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of a content, however its keys are ordered: what a receipt bears, and what checks it."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Confirmation(models.Model):
    """The receipt of one year. `content` says what was confirmed, as it read that day; nothing changes it afterwards."""

    collectivity = models.ForeignKey(
        Collectivity, models.PROTECT, related_name="confirmations", verbose_name=_("collectivité")
    )
    year = models.PositiveSmallIntegerField(_("année"))
    at = models.DateTimeField(_("confirmé le"))
    by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("confirmé par")
    )
    partnership_count = models.PositiveIntegerField(_("partenariats confirmés"))
    project_count = models.PositiveIntegerField(_("projets confirmés"))
    content = models.JSONField(_("contenu confirmé"))
    sha256 = models.CharField(_("empreinte"), max_length=64)

    class Meta:
        verbose_name = _("confirmation annuelle")
        verbose_name_plural = _("confirmations annuelles")
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["collectivity", "year"],
                name="projects_confirmation_once",
                violation_error_message=_("La fiche est déjà confirmée pour cette année."),
            ),
            models.CheckConstraint(
                name="projects_confirmation_sha256",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("L’empreinte d’un reçu a 64 caractères hexadécimaux."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collectivity} – {self.year}"

    @property
    def is_intact(self) -> bool:
        """Whether the content is still the one that was confirmed."""
        return digest_of(self.content) == self.sha256
