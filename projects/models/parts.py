"""Parts of a project: parties, places, budget, results, markers, documents and photos."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from atlas.models import Collectivity, Country, ForeignAuthority, PolicyMarker
from atlas.models.base import Dated, Positioned, tracked
from atlas.models.partners import PositionPrecision

from .projects import Project
from .sides import foreign_side, french_side


class PartKind(models.TextChoices):
    """What a party is."""

    COLLECTIVITY = "collectivity", _("Collectivité française")
    FOREIGN_AUTHORITY = "foreign_authority", _("Autorité étrangère")
    ASSOCIATION = "association", _("Association")
    UNIVERSITY = "university", _("Université ou recherche")
    COMPANY = "company", _("Entreprise")
    STATE = "state", _("État ou opérateur")
    DONOR = "donor", _("Bailleur")


class ProjectRole(models.TextChoices):
    """Role of a party."""

    LEAD = "lead", _("Chef de file")
    CO_LEAD = "co_lead", _("Co-chef de file")
    IMPLEMENTING = "implementing", _("Mise en œuvre")
    FUNDING = "funding", _("Financement")


@tracked("ProjectPartyHistory")
class ProjectParty(Dated):
    """A party of a project with what it brings, in euros. Authorities are rows of the atlas, the others bear their name."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="parties", verbose_name=_("projet"))
    kind = models.CharField(_("nature"), max_length=20, choices=PartKind)
    role = models.CharField(_("rôle"), max_length=15, choices=ProjectRole)
    collectivity = french_side("project_parties")
    foreign_authority = foreign_side("project_parties")
    name = models.CharField(_("nom de l’organisme"), max_length=200, blank=True)
    cash = models.DecimalField(_("apport en numéraire (€)"), max_digits=14, decimal_places=2, null=True, blank=True)
    in_kind = models.DecimalField(_("apport valorisé (€)"), max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("partie du projet")
        verbose_name_plural = _("parties du projet")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="projects_projectparty_named",
                condition=Q(
                    kind=PartKind.COLLECTIVITY, collectivity__isnull=False, foreign_authority__isnull=True, name=""
                )
                | Q(
                    kind=PartKind.FOREIGN_AUTHORITY,
                    collectivity__isnull=True,
                    foreign_authority__isnull=False,
                    name="",
                )
                | (
                    ~Q(kind__in=[PartKind.COLLECTIVITY, PartKind.FOREIGN_AUTHORITY])
                    & Q(collectivity__isnull=True, foreign_authority__isnull=True)
                    & ~Q(name="")
                ),
                violation_error_message=_("Choisissez l’autorité dans l’atlas, ou donnez le nom de l’organisme."),
            ),
            models.UniqueConstraint(
                fields=["project", "collectivity", "role"],
                name="projects_projectparty_french_once",
                violation_error_message=_("Cette collectivité a déjà ce rôle dans le projet."),
            ),
            models.UniqueConstraint(
                fields=["project", "foreign_authority", "role"],
                name="projects_projectparty_foreign_once",
                violation_error_message=_("Cette autorité a déjà ce rôle dans le projet."),
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(role=ProjectRole.LEAD),
                name="projects_projectparty_one_lead",
                violation_error_message=_("Un projet a un seul chef de file."),
            ),
            models.CheckConstraint(
                name="projects_projectparty_amounts",
                condition=(Q(cash__isnull=True) | Q(cash__gte=0)) & (Q(in_kind__isnull=True) | Q(in_kind__gte=0)),
                violation_error_message=_("Un apport ne peut pas être négatif."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.collectivity or self.foreign_authority or self.name)

    @property
    def authority(self) -> Collectivity | ForeignAuthority | None:
        """The French or foreign authority; None for another organisation."""
        return self.collectivity or self.foreign_authority


@tracked("ProjectPlaceHistory")
class ProjectPlace(Dated, Positioned):
    """Where a project takes place: an authority of the atlas, or a point with its exactness."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="places", verbose_name=_("projet"))
    foreign_authority = models.ForeignKey(
        ForeignAuthority, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("autorité étrangère")
    )
    country = models.ForeignKey(
        Country, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("pays")
    )
    name = models.CharField(_("lieu"), max_length=200, blank=True)
    precision = models.CharField(
        _("exactitude"), max_length=8, choices=PositionPrecision, default=PositionPrecision.EXACT
    )

    class Meta(Positioned.Meta):
        abstract = False
        verbose_name = _("lieu du projet")
        verbose_name_plural = _("lieux du projet")
        ordering = ["pk"]
        constraints = [
            *Positioned.Meta.constraints,
            models.CheckConstraint(
                name="projects_projectplace_somewhere",
                condition=Q(foreign_authority__isnull=False) | (~Q(name="") & Q(longitude__isnull=False)),
                violation_error_message=_("Choisissez une autorité de l’atlas, ou donnez un nom et un point."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.foreign_authority)


class BudgetSource(models.TextChoices):
    """Where the money of a project comes from."""

    OWN_CASH = "own_cash", _("Collectivités françaises, numéraire")
    OWN_IN_KIND = "own_in_kind", _("Collectivités françaises, valorisation")
    MEAE = "meae", _("Ministère de l’Europe et des affaires étrangères")
    AFD = "afd", _("Agence française de développement")
    EU = "eu", _("Union européenne")
    OTHER_STATE = "other_state", _("Autre financement de l’État")
    FOUNDATION = "foundation", _("Fondations et associations")
    ONE_PERCENT = "one_percent", _("Dispositifs « 1 % » (eau, énergie, déchets)")
    FOREIGN_AUTHORITY = "foreign_auth", _("Autorité étrangère")
    PARTNER_STATE = "partner_state", _("État partenaire")
    PRIVATE = "private", _("Entreprises")


@tracked("ProjectBudgetHistory")
class ProjectBudget(Dated):
    """Money of a project, by year and source, in euros: planned, and obtained once it is."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="budget_lines", verbose_name=_("projet"))
    year = models.PositiveSmallIntegerField(_("année"))
    source = models.CharField(_("source"), max_length=15, choices=BudgetSource)
    planned = models.DecimalField(_("prévu (€)"), max_digits=14, decimal_places=2)
    obtained = models.DecimalField(_("obtenu (€)"), max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("ligne de budget")
        verbose_name_plural = _("lignes de budget")
        ordering = ["year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "year", "source"],
                name="projects_projectbudget_once",
                violation_error_message=_("Cette source figure déjà pour cette année."),
            ),
            models.CheckConstraint(
                name="projects_projectbudget_amounts",
                condition=Q(planned__gte=0) & (Q(obtained__isnull=True) | Q(obtained__gte=0)),
                violation_error_message=_("Un montant ne peut pas être négatif."),
            ),
            models.CheckConstraint(
                name="projects_projectbudget_year",
                condition=Q(year__range=(1980, 2100)),
                violation_error_message=_("L’année va de 1980 à 2100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_source_display()}"


class ResultKind(models.TextChoices):
    """Levels of result (IATI codelist ResultType)."""

    OUTPUT = "1", _("Réalisation")
    OUTCOME = "2", _("Effet")
    IMPACT = "3", _("Impact")


@tracked("ProjectIndicatorHistory")
class ProjectIndicator(Dated):
    """An indicator of result: where it started, where it should arrive; its periods say where it is."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="indicators", verbose_name=_("projet"))
    kind = models.CharField(_("niveau"), max_length=1, choices=ResultKind, default=ResultKind.OUTPUT)
    title = models.CharField(_("indicateur"), max_length=200)
    unit = models.CharField(_("unité"), max_length=40, blank=True)
    baseline_year = models.PositiveSmallIntegerField(_("année de départ"), null=True, blank=True)
    baseline = models.DecimalField(_("valeur de départ"), max_digits=14, decimal_places=2, null=True, blank=True)
    target = models.DecimalField(_("cible"), max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("indicateur")
        verbose_name_plural = _("indicateurs")
        ordering = ["kind", "pk"]

    def __str__(self) -> str:
        return self.title


class IndicatorPeriod(Dated):
    """What was aimed at and reached between two dates."""

    indicator = models.ForeignKey(
        ProjectIndicator, models.CASCADE, related_name="periods", verbose_name=_("indicateur")
    )
    starts_on = models.DateField(_("du"))
    ends_on = models.DateField(_("au"))
    target = models.DecimalField(_("cible"), max_digits=14, decimal_places=2, null=True, blank=True)
    actual = models.DecimalField(_("réalisé"), max_digits=14, decimal_places=2, null=True, blank=True)
    comment = models.CharField(_("commentaire"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("période de l’indicateur")
        verbose_name_plural = _("périodes de l’indicateur")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="projects_indicatorperiod_dates",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("La fin ne peut pas précéder le début."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"


@tracked("ProjectMarkerHistory")
class ProjectMarker(Dated):
    """Score of a project on a DAC policy marker. No row: not screened."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="markers", verbose_name=_("projet"))
    marker = models.ForeignKey(PolicyMarker, models.PROTECT, related_name="+", verbose_name=_("marqueur"))
    score = models.PositiveSmallIntegerField(
        _("score"),
        choices=[(0, _("Non visé")), (1, _("Objectif significatif")), (2, _("Objectif principal"))],
    )

    class Meta:
        verbose_name = _("marqueur du projet")
        verbose_name_plural = _("marqueurs du projet")
        ordering = ["marker"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "marker"],
                name="projects_projectmarker_once",
                violation_error_message=_("Ce marqueur est déjà noté."),
            ),
            models.CheckConstraint(
                name="projects_projectmarker_score",
                condition=Q(score__range=(0, 2)),
                violation_error_message=_("Un score va de 0 à 2."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.marker}: {self.score}"


class DocumentCategory(models.TextChoices):
    """What a document is (after IATI's DocumentCategory)."""

    AGREEMENT = "A10", _("Convention")
    OBJECTIVES = "A02", _("Présentation")
    RESULTS = "A08", _("Bilan ou résultats")
    EVALUATION = "A07", _("Évaluation")
    BUDGET = "A05", _("Budget")
    OTHER = "A99", _("Autre")


@tracked("ProjectDocumentHistory")
class ProjectDocument(Dated):
    """A document of a project: its content was checked, its name is ours."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="documents", verbose_name=_("projet"))
    file = models.FileField(_("fichier"), upload_to="projets/documents/", max_length=200)
    title = models.CharField(_("titre"), max_length=200)
    category = models.CharField(_("nature"), max_length=3, choices=DocumentCategory, default=DocumentCategory.OTHER)
    size = models.PositiveIntegerField(_("taille (octets)"), editable=False)
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64, editable=False)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title


@tracked("ProjectPhotoHistory")
class ProjectPhoto(Dated):
    """A photo of a project: resized, without metadata; it may not be shown without credit, licence and description."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="photos", verbose_name=_("projet"))
    file = models.ImageField(
        _("photo"), upload_to="projets/photos/", max_length=200, width_field="width", height_field="height"
    )
    width = models.PositiveIntegerField(_("largeur"), editable=False, default=0)
    height = models.PositiveIntegerField(_("hauteur"), editable=False, default=0)
    alt = models.CharField(_("description de l’image"), max_length=250)
    credit = models.CharField(_("crédit"), max_length=150)
    licence = models.CharField(_("licence"), max_length=100)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.alt
