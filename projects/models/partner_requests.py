"""What the foreign partner is asked: a link by e-mail, and its answer."""

import hashlib
import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from atlas.models import Collectivity, ForeignAuthority, User
from atlas.models.base import Dated

from .partnerships import Partnership
from .projects import Project


def token_hash(token: str) -> str:
    """What is stored of a token, and looked for."""
    return hashlib.sha256(token.encode()).hexdigest()


class RequestLanguage(models.TextChoices):
    """Languages of the page and of the e-mail."""

    FRENCH = "fr", _("Français")
    ENGLISH = "en", _("Anglais")
    SPANISH = "es", _("Espagnol")


class PartnerAnswer(models.TextChoices):
    """What the partner said."""

    CONFIRMED = "confirmed", _("Exact")
    CORRECTED = "corrected", _("À corriger")


class Decision(models.TextChoices):
    """What the French side made of the corrections."""

    ACCEPTED = "accepted", _("Acceptées")
    REFUSED = "refused", _("Refusées")


class PartnerRequest(Dated):
    """One question to one foreign partner about one record. It is read through a secret link: only its hash is stored.

    `corrections`: by column, the value that the partner read (`before`) and the one it proposes (`after`), as texts.
    """

    uuid = models.UUIDField(_("identifiant"), default=uuid.uuid4, unique=True, editable=False)
    partnership = models.ForeignKey(
        Partnership,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="partner_requests",
        verbose_name=_("partenariat"),
    )
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="partner_requests", verbose_name=_("projet")
    )
    collectivity = models.ForeignKey(
        Collectivity, models.PROTECT, related_name="partner_requests", verbose_name=_("collectivité")
    )
    foreign_authority = models.ForeignKey(
        ForeignAuthority, models.PROTECT, related_name="partner_requests", verbose_name=_("autorité étrangère")
    )
    email = models.EmailField(_("adresse électronique du partenaire"))
    language = models.CharField(_("langue"), max_length=2, choices=RequestLanguage, default=RequestLanguage.FRENCH)
    token_hash = models.CharField(_("empreinte du lien"), max_length=64, unique=True, editable=False)
    sent_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("envoyée par")
    )
    expires_at = models.DateTimeField(_("valable jusqu’au"))
    revoked_at = models.DateTimeField(_("annulée le"), null=True, blank=True)
    answered_at = models.DateTimeField(_("réponse du"), null=True, blank=True)
    answer = models.CharField(_("réponse"), max_length=10, choices=PartnerAnswer, blank=True)
    respondent_name = models.CharField(_("nom de la personne qui répond"), max_length=150, blank=True)
    respondent_function = models.CharField(_("fonction de la personne qui répond"), max_length=150, blank=True)
    comment = models.TextField(_("commentaire"), max_length=2000, blank=True)
    corrections = models.JSONField(_("corrections proposées"), default=dict, blank=True)
    decision = models.CharField(_("décision"), max_length=10, choices=Decision, blank=True)
    decided_at = models.DateTimeField(_("décidée le"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("décidée par")
    )

    class Meta:
        verbose_name = _("demande au partenaire")
        verbose_name_plural = _("demandes au partenaire")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="projects_partnerrequest_subject",
                condition=Q(partnership__isnull=False, project__isnull=True)
                | Q(partnership__isnull=True, project__isnull=False),
                violation_error_message=_("Une demande porte sur un partenariat ou sur un projet."),
            ),
            models.CheckConstraint(
                name="projects_partnerrequest_answered",
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                violation_error_message=_("Une réponse porte sa date."),
            ),
            models.CheckConstraint(
                name="projects_partnerrequest_decided",
                condition=Q(decision="", decided_at__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False, answer="corrected")),
                violation_error_message=_("Une décision porte sa date, et sur des corrections."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.foreign_authority} – {self.subject}"

    @property
    def subject(self) -> Partnership | Project:
        """The record, whichever it is."""
        return self.partnership or self.project

    @property
    def token(self) -> str:
        """The secret of the link. Made of the portal's own key: the database alone does not give it."""
        return salted_hmac("projects.partner_request", str(self.uuid), algorithm="sha256").hexdigest()

    @property
    def state(self) -> str:
        """open, expired, revoked or answered."""
        if self.answered_at:
            return "answered"
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "open"

    @property
    def waits(self) -> bool:
        """Whether corrections wait for a decision."""
        return self.answer == PartnerAnswer.CORRECTED and not self.decision
