"""The national panorama: the rules that its figures are counted by, the figures kept ready, and the frozen editions."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from atlas.models import User
from atlas.models.base import Dated, Validity, tracked
from atlas.querysets import CodeQuerySet


@tracked("CountingRuleHistory")
class CountingRule(Validity, Dated):
    """What a figure counts, in words, between two dates. The figure itself is defined in `projects.figures`.

    `valid_to` is the first day the rule no longer holds. A new wording is a new version; the old ones stay to be read.
    """

    figure = models.SlugField(_("chiffre"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), editable=False)
    text = models.TextField(_("règle"), max_length=2000)
    note = models.TextField(_("note"), blank=True, help_text=_("Ce qui change, et pourquoi."))
    written_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("écrite par"), editable=False
    )

    objects = CodeQuerySet.as_manager()

    class Meta(Validity.Meta):
        abstract = False
        verbose_name = _("règle de comptage")
        verbose_name_plural = _("règles de comptage")
        ordering = ["figure", "-version"]
        constraints = [
            *Validity.Meta.constraints,
            models.CheckConstraint(
                name="projects_countingrule_written",
                condition=Q(valid_from__isnull=False) & ~Q(text=""),
                violation_error_message=_("Une règle a un texte et une date de début."),
            ),
            models.UniqueConstraint(
                fields=["figure", "version"],
                name="projects_countingrule_version",
                violation_error_message=_("Cette version de la règle existe déjà."),
            ),
            ExclusionConstraint(
                name="projects_countingrule_no_overlap",
                expressions=[
                    ("figure", RangeOperators.EQUAL),
                    (
                        Func("valid_from", "valid_to", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Un chiffre n’a qu’une règle à la fois."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figure} v{self.version}"


class PanoramaYear(models.Model):
    """Figures of the panorama, kept ready by `projects.figures.refresh`: up to a year, or of all that is published (null).

    `figures`: by identifier, {"total", "rows": [[key, label, number, share or null]]}. `first_year`: the oldest year kept.
    """

    year = models.PositiveSmallIntegerField(_("année"), null=True)
    figures = models.JSONField(_("chiffres"))
    first_year = models.PositiveSmallIntegerField(_("première année"))
    data_version = models.CharField(_("version des données"), max_length=40)
    computed_at = models.DateTimeField(_("calculés le"))

    class Meta:
        verbose_name = _("chiffres d’une année")
        verbose_name_plural = _("chiffres par année")
        ordering = [F("year").desc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["year"],
                name="projects_panoramayear_once",
                nulls_distinct=False,
                violation_error_message=_("Les chiffres de cette année sont déjà là."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.year or _("aujourd’hui"))


class PanoramaSnapshot(models.Model):
    """A frozen edition of the panorama: what was published for a year, and all that is needed to check it.

    `file` holds the same figures with their rules, in JSON; `sha256` is the digest of its bytes. Never changed: a correction
    is another edition, which says why.
    """

    year = models.PositiveSmallIntegerField(_("année"))
    edition = models.PositiveSmallIntegerField(_("édition"), default=1)
    note = models.TextField(_("note"), blank=True)
    figures = models.JSONField(_("chiffres"))
    rule_versions = models.JSONField(_("versions des règles"))
    data_version = models.CharField(_("version des données"), max_length=40)
    file = models.FileField(_("fichier"), upload_to="panorama/", max_length=200)
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64)
    frozen_at = models.DateTimeField(_("figé le"), auto_now_add=True)
    frozen_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("figé par")
    )

    class Meta:
        verbose_name = _("édition figée du panorama")
        verbose_name_plural = _("éditions figées du panorama")
        ordering = ["-year", "-edition"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "edition"],
                name="projects_panoramasnapshot_once",
                violation_error_message=_("Cette édition existe déjà."),
            ),
            models.CheckConstraint(
                name="projects_panoramasnapshot_correction",
                condition=Q(edition=1) | (Q(edition__gt=1) & ~Q(note="")),
                violation_error_message=_("Une nouvelle édition dit ce qu’elle corrige."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(year)d, édition %(edition)d") % {"year": self.year, "edition": self.edition}
