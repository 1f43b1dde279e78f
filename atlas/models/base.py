"""Abstract bases: what every family of rows shares."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pghistory
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from atlas.querysets import DataChangeQuerySet, KeptQuerySet


class SortName(Func):
    """SQL twin of `atlas.names.sort_key` (see migration 0001)."""

    function = "atlas_sort_name"
    output_field = models.TextField()


class SearchName(Func):
    """SQL twin of `atlas.names.normalise` over several names, joined by « / »."""

    function = "atlas_search_name"
    output_field = models.TextField()


def sort_name_field(source: str = "name") -> models.GeneratedField:
    """Stored column to sort by. No ICU collation is needed, so every PostgreSQL sorts alike."""
    return models.GeneratedField(
        expression=SortName(F(source)), output_field=models.TextField(), db_persist=True, verbose_name=_("clé de tri")
    )


def tracked(model_name: str, exclude: Sequence[str] = ()) -> Callable:
    """Class decorator: database triggers keep in `model_name` the state a row had before each change and deletion.

    The previous state rather than the new one: the row itself is the latest state, and loading tens of thousands of
    reference rows writes no history. `exclude` names the derived columns, whose changes are not history.
    """
    return pghistory.track(
        pghistory.UpdateEvent(row=pghistory.Old),
        pghistory.DeleteEvent(),
        model_name=model_name,
        exclude=list(exclude),
    )


class Dated(models.Model):
    """Rows that bear the time of their creation and of their last change."""

    created_at = models.DateTimeField(_("créé le"), auto_now_add=True)
    updated_at = models.DateTimeField(_("modifié le"), auto_now=True)

    class Meta:
        abstract = True


class Record(Dated):
    """Editable business rows: a public identifier, and a version so that a stale form is refused."""

    uuid = models.UUIDField(_("identifiant public"), default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        abstract = True


class Positioned(models.Model):
    """A point in WGS 84, in degrees: both coordinates or none. (No PostGIS: see docs/adr.)"""

    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_position",
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                # A comparison with null is not false: say that both are there.
                | Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=(-180, 180),
                    latitude__range=(-90, 90),
                ),
                violation_error_message=_(
                    "Indiquez longitude (−180 à 180) et latitude (−90 à 90) ensemble, ou aucune des deux."
                ),
            )
        ]


class Validity(models.Model):
    """Dated data: when a row holds, and where that is written. `valid_to` is the first day it no longer holds."""

    valid_from = models.DateField(_("valable à partir du"), null=True, blank=True)
    valid_to = models.DateField(_("valable jusqu’au (exclu)"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_validity",
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("La fin de validité doit suivre son début."),
            )
        ]


class StatusChange(models.Model):
    """Log of the transitions fired on any row with a workflow: who moved what, from where to where, when and why."""

    content_type = models.ForeignKey(ContentType, models.PROTECT, verbose_name=_("type d’objet"))
    object_id = models.BigIntegerField(_("objet"))
    subject = GenericForeignKey("content_type", "object_id")
    transition = models.CharField(_("transition"), max_length=60)
    source = models.CharField(_("état de départ"), max_length=40)
    target = models.CharField(_("état d’arrivée"), max_length=40)
    actor = models.ForeignKey("atlas.User", models.PROTECT, null=True, verbose_name=_("auteur"), related_name="+")
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("date"), auto_now_add=True)

    class Meta:
        verbose_name = _("changement d’état")
        verbose_name_plural = _("changements d’état")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["content_type", "object_id", "-at"], name="atlas_statuschange_subject")]

    def __str__(self) -> str:
        return f"{self.transition}: {self.source} → {self.target}"


class DataChange(models.Model):
    """One row per statement that changed public data, written by database triggers (bulk loads included).

    Its count and highest id make the *data version* behind ETags and cached payloads. Rows are only ever inserted, so
    that writers never wait for one another; a nightly task prunes them.
    """

    table_name = models.CharField(_("table"), max_length=63)
    changed_at = models.DateTimeField(_("date"), db_default=Now())

    objects = DataChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("changement de données")
        verbose_name_plural = _("changements de données")

    def __str__(self) -> str:
        return f"{self.table_name} @ {self.changed_at:%Y-%m-%d %H:%M:%S}"


class Kept(models.Model):
    """An answer about so many rows that a page never waits for it: the last one is served, with its time.

    `version`: the state of the data that it tells of. `content` is empty where the answer fills a table of its own.
    """

    name = models.CharField(_("nom"), max_length=120, unique=True)
    version = models.CharField(_("version des données"), max_length=120)
    at = models.DateTimeField(_("calculé le"))
    seconds = models.FloatField(_("durée du calcul (s)"))
    content = models.BinaryField(_("contenu"))

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name = _("réponse gardée")
        verbose_name_plural = _("réponses gardées")

    def __str__(self) -> str:
        return self.name

    def next_at(self, rests: int) -> datetime:
        """From when on it may be computed again."""
        return self.at + timedelta(seconds=self.seconds * rests)
