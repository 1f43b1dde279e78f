"""What an authority said to be right: the dated receipts of «Tout est à jour», and that it agrees to be named in a record."""

import hashlib
import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from atlas.models import Collectivity, User
from atlas.models.base import Dated
from projects.constraints import exactly_one

from .subjects import AboutRecord, about_partnership, about_project


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


class ConsentAnswer(models.TextChoices):
    """What an authority says of being named."""

    AGREED = "agreed", _("A confirmé")
    REFUSED = "refused", _("A refusé")


class PartyConsent(AboutRecord, Dated):
    """A French authority that another one named in its record: whether it agrees. Until then the sheet says «à confirmer».

    The authority is told at `told_at`, when the record is public. A refusal stays, so that it is not named again.
    """

    partnership = about_partnership("consents")
    project = about_project("consents")
    collectivity = models.ForeignKey(
        Collectivity, models.PROTECT, related_name="party_consents", verbose_name=_("collectivité nommée")
    )
    asked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("nommée par")
    )
    told_at = models.DateTimeField(_("prévenue le"), null=True, blank=True)
    answer = models.CharField(_("réponse"), max_length=8, choices=ConsentAnswer, blank=True)
    answered_at = models.DateTimeField(_("réponse du"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("réponse de")
    )
    note = models.TextField(_("motif"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("accord pour être nommée")
        verbose_name_plural = _("accords pour être nommées")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="projects_partyconsent_subject",
                condition=exactly_one("partnership", "project"),
                violation_error_message=_("Un accord porte sur un partenariat ou sur un projet."),
            ),
            models.UniqueConstraint(
                fields=["project", "collectivity"],
                name="projects_partyconsent_once",
                violation_error_message=_("Cette collectivité est déjà interrogée sur ce projet."),
            ),
            models.UniqueConstraint(
                fields=["partnership", "collectivity"],
                name="projects_partyconsent_partnership_once",
                violation_error_message=_("Cette collectivité est déjà interrogée sur ce partenariat."),
            ),
            models.CheckConstraint(
                name="projects_partyconsent_answered",
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                violation_error_message=_("Une réponse porte sa date."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collectivity} – {self.subject}"
