"""What the foreign partner is asked: a link by e-mail, and its answer."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from atlas.models import Collectivity, ForeignAuthority, User
from projects.constraints import exactly_one

from .links import SecretLink
from .subjects import AboutRecord, about_partnership, about_project


class PartnerAnswer(models.TextChoices):
    """What the partner said."""

    CONFIRMED = "confirmed", _("Exact")
    CORRECTED = "corrected", _("À corriger")


class Decision(models.TextChoices):
    """What the French side made of the corrections."""

    ACCEPTED = "accepted", _("Acceptées")
    REFUSED = "refused", _("Refusées")


class PartnerRequest(AboutRecord, SecretLink):
    """One question to one foreign partner about one record, which it reads through its link.

    `corrections`: by column, the value that the partner read (`before`) and the one it proposes (`after`), as texts.
    """

    salt = "projects.partner_request"

    partnership = about_partnership("partner_requests")
    project = about_project("partner_requests")
    collectivity = models.ForeignKey(
        Collectivity, models.PROTECT, related_name="partner_requests", verbose_name=_("collectivité")
    )
    foreign_authority = models.ForeignKey(
        ForeignAuthority, models.PROTECT, related_name="partner_requests", verbose_name=_("autorité étrangère")
    )
    sent_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("envoyée par")
    )
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
                condition=exactly_one("partnership", "project"),
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
    def state(self) -> str:
        """As any link, or answered."""
        return "answered" if self.answered_at else super().state

    @property
    def waits(self) -> bool:
        """Whether corrections wait for a decision."""
        return self.answer == PartnerAnswer.CORRECTED and not self.decision
