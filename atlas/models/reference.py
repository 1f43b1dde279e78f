"""Codes and classifications: DAC/CRS lists (OECD), SDGs (UN), and the atlas's own tree of themes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from atlas.names import name_in
from atlas.querysets import CodeQuerySet, ThemeQuerySet

from .base import Dated, Validity, sort_name_field


class Code(Validity):
    """A row of an official code list. A withdrawn code keeps its row with `valid_to`; nothing in use is deleted."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    name_fr = models.CharField(_("libellé français"), max_length=300, blank=True)
    name_en = models.CharField(_("libellé anglais"), max_length=300, blank=True)
    is_active = models.BooleanField(_("en vigueur"), default=True)
    label_source = models.CharField(
        _("origine du libellé français"), max_length=20, blank=True, help_text=_("« own » : traduit pour l’atlas.")
    )

    objects = CodeQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["code"]
        constraints = Validity.Meta.constraints

    def __str__(self) -> str:
        return f"{self.code} {self.name_fr or self.name_en}"


class SectorCategory(Code):
    """CRS sector category (three digits), e.g. 140 water supply and sanitation."""

    group_code = models.CharField(_("groupe"), max_length=10, blank=True)
    group_name = models.CharField(_("libellé du groupe"), max_length=200, blank=True)

    class Meta(Code.Meta):
        abstract = False
        verbose_name = _("catégorie de secteur SNPC")
        verbose_name_plural = _("catégories de secteurs SNPC")


class PurposeCode(Code):
    """CRS purpose code (five digits), e.g. 14030 basic drinking water."""

    category = models.ForeignKey(SectorCategory, models.PROTECT, related_name="purposes", verbose_name=_("catégorie"))
    is_voluntary = models.BooleanField(_("code facultatif"), default=False)
    theme_group = models.CharField(_("groupe thématique de l’atlas"), max_length=100, blank=True)

    class Meta(Code.Meta):
        abstract = False
        verbose_name = _("code-objet SNPC")
        verbose_name_plural = _("codes-objet SNPC")


class AidType(Code):
    """DAC type of aid, e.g. C01 project-type interventions."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("code parent")
    )
    category = models.CharField(_("catégorie"), max_length=5)
    category_name = models.CharField(_("libellé de la catégorie"), max_length=200, blank=True)
    is_in_donor_refugees = models.BooleanField(_("réfugiés dans le pays donneur"), default=False)

    class Meta(Code.Meta):
        abstract = False
        verbose_name = _("type d’aide")
        verbose_name_plural = _("types d’aide")


class FinanceType(Code):
    """DAC type of finance, e.g. 110 standard grant."""

    category = models.CharField(_("catégorie"), max_length=5, blank=True)
    category_name = models.CharField(_("libellé de la catégorie"), max_length=200, blank=True)

    class Meta(Code.Meta):
        abstract = False
        verbose_name = _("type de financement")
        verbose_name_plural = _("types de financement")


class FlowType(Code):
    """DAC type of flow, e.g. 10 official development assistance."""

    class Meta(Code.Meta):
        abstract = False
        verbose_name = _("type d’apport")
        verbose_name_plural = _("types d’apport")


class PolicyMarker(Code):
    """DAC policy marker with the scores it allows."""

    is_rio = models.BooleanField(_("marqueur de Rio"), default=False)
    scores = models.CharField(_("scores admis"), max_length=20)

    class Meta(Code.Meta):
        abstract = False
        verbose_name = _("marqueur de politique")
        verbose_name_plural = _("marqueurs de politique")


class Channel(Code):
    """DAC channel of delivery, e.g. 22000 donor country-based NGO."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("code parent")
    )
    is_category = models.BooleanField(_("catégorie"), default=False)
    acronym_fr = models.CharField(_("sigle français"), max_length=40, blank=True)
    acronym_en = models.CharField(_("sigle anglais"), max_length=40, blank=True)

    class Meta(Code.Meta):
        abstract = False
        verbose_name = _("canal d’acheminement")
        verbose_name_plural = _("canaux d’acheminement")


class RecipientRegion(Code):
    """Regional recipient of the DAC list, e.g. 289 South of Sahara, regional."""

    class Meta(Code.Meta):
        abstract = False
        verbose_name = _("bénéficiaire régional")
        verbose_name_plural = _("bénéficiaires régionaux")


class SDG(models.Model):
    """Sustainable development goal of the 2030 Agenda."""

    number = models.PositiveSmallIntegerField(_("numéro"), unique=True)
    name_fr = models.CharField(_("intitulé français"), max_length=200)
    name_en = models.CharField(_("intitulé anglais"), max_length=200)

    class Meta:
        verbose_name = _("objectif de développement durable")
        verbose_name_plural = _("objectifs de développement durable")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="atlas_sdg_number",
                condition=Q(number__range=(1, 17)),
                violation_error_message=_("Les objectifs sont numérotés de 1 à 17."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.name_fr}"


class Theme(Validity, Dated):
    """Node of the atlas's own tree of themes. Its roots are the ministry's five groups, and «Autres»."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("nom"), max_length=120)
    name_en = models.CharField(_("nom anglais"), max_length=120, blank=True)
    name_es = models.CharField(_("nom espagnol"), max_length=120, blank=True)
    sort_name = sort_name_field()
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("thème parent")
    )
    position = models.PositiveSmallIntegerField(_("rang"), default=0)
    edition = models.PositiveSmallIntegerField(_("édition de l’arbre"))
    purpose_codes = models.ManyToManyField(
        PurposeCode, blank=True, related_name="themes", verbose_name=_("codes-objet SNPC proposés")
    )
    sdgs = models.ManyToManyField(SDG, blank=True, related_name="themes", verbose_name=_("ODD proposés"))

    objects = ThemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("thème")
        verbose_name_plural = _("thèmes")
        ordering = ["position", "sort_name"]
        constraints = Validity.Meta.constraints

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str | None) -> tuple[str, str]:
        """The name in a language; in French where there is none, and then «fr», for the page to say so."""
        return name_in(language, fr=self.name, en=self.name_en, es=self.name_es)
