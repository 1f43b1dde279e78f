"""What embassies, advisers and officers say of a record to its authority, and the records that wait for them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from atlas.models import User
from atlas.models.base import Dated
from projects.constraints import exactly_one
from projects.querysets import RecordCommentQuerySet, WaitingRecordQuerySet

from .partnerships import VerifierKind
from .subjects import AboutRecord, about_partnership, about_project


class RecordComment(AboutRecord, Dated):
    """A word about a partnership or a project, between who verifies it and its authorities. Never public.

    `written_as` is empty when a member of an authority writes. A word of a verifier waits until one of them settles it.
    """

    partnership = about_partnership("comments")
    project = about_project("comments")
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
                condition=exactly_one("partnership", "project"),
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
        return f"{self.author}: {Truncator(self.text).chars(60)}"


class RecordKind(models.TextChoices):
    PARTNERSHIP = "partnership", _("Partenariats")
    PROJECT = "project", _("Projets")


class Reason(models.TextChoices):
    """Why a record waits; the first four say that it contradicts something."""

    CORRECTED = "corrected", _("Corrigé par le partenaire")
    OVER = "over", _("Fini, mais dit en cours")
    TWIN = "twin", _("Deux fiches semblables")
    ELSEWHERE = "elsewhere", _("Pays qui diffèrent")
    UNPLACED = "unplaced", _("Sans position")
    NEVER = "never", _("Jamais confirmé")
    STALE = "stale", _("Ancien")


class WaitingRecord(models.Model):
    """A record that waits to be verified, and why: written by `projects.figures.queue` alone, from the records.

    `contradicts`: one of the reasons is a contradiction, to be seen first. `last_on`: the last time somebody changed or
    confirmed the record. No reference to it: the table is made again, and nothing else reads it.
    """

    record = models.CharField(_("fiche"), max_length=11, choices=RecordKind, editable=False)
    record_id = models.BigIntegerField(editable=False)
    reasons = ArrayField(models.CharField(max_length=10, choices=Reason), editable=False)
    contradicts = models.BooleanField(editable=False)
    last_on = models.DateField(editable=False)
    country_codes = ArrayField(models.CharField(max_length=2), editable=False)
    region_codes = ArrayField(models.CharField(max_length=3), editable=False)
    names = models.TextField(editable=False)

    objects = WaitingRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("fiche à vérifier")
        verbose_name_plural = _("fiches à vérifier")
        ordering = ["-contradicts", "last_on", "record", "record_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "record_id"],
                name="projects_waitingrecord_once",
                violation_error_message=_("Cette fiche attend déjà."),
            )
        ]
        indexes = [
            models.Index(
                F("contradicts").desc(), F("last_on"), F("record"), F("record_id"), name="projects_wait_order"
            ),
            GinIndex(fields=["reasons"], name="projects_wait_reasons"),
            GinIndex(fields=["country_codes"], name="projects_wait_countries"),
            GinIndex(fields=["region_codes"], name="projects_wait_regions"),
            GinIndex(fields=["names"], opclasses=["gin_trgm_ops"], name="projects_wait_names"),
        ]

    def __str__(self) -> str:
        return f"{self.record} {self.record_id}"
