"""Saved searches, and the news of them that were sent."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.querysets import SavedSearchQuerySet

from .base import Dated
from .users import User


class Rhythm(models.TextChoices):
    """How often news are sent, when there are any."""

    DAILY = "daily", _("Chaque jour où il y a du nouveau")
    WEEKLY = "weekly", _("Une fois par semaine, le lundi")


class SavedSearch(Dated):
    """The criteria of a list, followed from an e-mail address: nothing leaves before its owner confirmed it.

    `query`: as in the address of the page. `told_until`: what became public before is no news.
    """

    uuid = models.UUIDField(_("identifiant"), default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("adresse électronique"))
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="saved_searches", verbose_name=_("compte")
    )
    list_name = models.CharField(_("liste"), max_length=40)
    query = models.CharField(_("critères"), max_length=2000, blank=True)
    rhythm = models.CharField(_("rythme"), max_length=10, choices=Rhythm, default=Rhythm.WEEKLY)
    confirmed_at = models.DateTimeField(_("confirmée le"), null=True, blank=True, editable=False)
    told_until = models.DateTimeField(_("nouveautés dites jusqu’au"), default=timezone.now, editable=False)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("recherche suivie")
        verbose_name_plural = _("recherches suivies")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["rhythm"], condition=Q(confirmed_at__isnull=False), name="atlas_search_due")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "list_name",
                "query",
                name="atlas_savedsearch_once",
                violation_error_message=_("Cette recherche est déjà suivie à cette adresse."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_name} – {self.email}"


class AlertSent(models.Model):
    """News of a search for a period, written with their sending: a period is told once, and none is skipped.

    `period`: the day, or the Monday of the week. `count`: how many rows; 0 when there was nothing to send.
    """

    search = models.ForeignKey(SavedSearch, models.CASCADE, related_name="sent", verbose_name=_("recherche suivie"))
    period = models.DateField(_("période"))
    since = models.DateTimeField(_("depuis"))
    until = models.DateTimeField(_("jusqu’à"))
    count = models.PositiveIntegerField(_("nouveautés"))
    at = models.DateTimeField(_("date"), auto_now_add=True)

    class Meta:
        verbose_name = _("alerte envoyée")
        verbose_name_plural = _("alertes envoyées")
        ordering = ["-period", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["search", "period"],
                name="atlas_alertsent_once",
                violation_error_message=_("Les nouveautés de cette période sont déjà envoyées."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.search} {self.period}"
