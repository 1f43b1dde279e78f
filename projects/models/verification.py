"""What embassies, advisers and officers say of a record to its authority."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from atlas.models import User
from atlas.models.base import Dated
from projects.querysets import RecordCommentQuerySet

from .partnerships import Partnership, VerifierKind
from .projects import Project


class RecordComment(Dated):
    """A word about a partnership or a project, between who verifies it and its authorities. Never public.

    `written_as` is empty when a member of an authority writes. A word of a verifier waits until one of them settles it.
    """

    partnership = models.ForeignKey(
        Partnership, models.CASCADE, null=True, blank=True, related_name="comments", verbose_name=_("partenariat")
    )
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="comments", verbose_name=_("projet")
    )
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("auteur"))
    written_as = models.CharField(_("au titre de"), max_length=10, choices=VerifierKind, blank=True)
    text = models.TextField(_("message"), max_length=2000)
    settled_at = models.DateTimeField(_("traité le"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("traité par")
    )

    objects = RecordCommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("message sur une fiche")
        verbose_name_plural = _("messages sur les fiches")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="projects_recordcomment_subject",
                condition=Q(partnership__isnull=False, project__isnull=True)
                | Q(partnership__isnull=True, project__isnull=False),
                violation_error_message=_("Un message porte sur un partenariat ou sur un projet."),
            ),
            models.CheckConstraint(
                name="projects_recordcomment_text",
                condition=~Q(text=""),
                violation_error_message=_("Écrivez votre message."),
            ),
            models.CheckConstraint(
                name="projects_recordcomment_settled",
                condition=Q(settled_at__isnull=True, settled_by__isnull=True) | Q(settled_at__isnull=False),
                violation_error_message=_("Un message traité porte sa date."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"

    @property
    def subject(self) -> Partnership | Project:
        """The record, whichever it is."""
        return self.partnership or self.project
