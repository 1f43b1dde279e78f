"""Cooperation projects: what authorities do together, where, on what, until when. Their parts are in `parts.py`.

Source of the fields: the atlas's own procedure, completed by IATI 2.03 (statuses, roles, results) and the OECD's CRS.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from atlas.models import SDG, Country, PurposeCode, Theme, User
from atlas.models.base import Dated, Record, tracked
from projects.querysets import ProjectQuerySet
from projects.workflow import PROJECT_PUBLICATION

from .digests import DIGEST, Digested, digest_indexes
from .partnerships import Origin, Partnership, Verified


class ActivityStatus(models.TextChoices):
    """IATI activity statuses (codelist ActivityStatus, 2.03)."""

    PIPELINE = "1", _("En préparation")
    IMPLEMENTATION = "2", _("En cours")
    FINALISATION = "3", _("En finalisation")
    CLOSED = "4", _("Clos")
    CANCELLED = "5", _("Annulé")
    SUSPENDED = "6", _("Suspendu")


class ProjectPublication(models.TextChoices):
    """Life of the record; `projects.workflow.PROJECT_PUBLICATION` holds its transitions."""

    DRAFT = "draft", _("Brouillon")
    SUBMITTED = "submitted", _("Proposé à la publication")
    PUBLISHED = "published", _("Publié")
    TO_REFRESH = "to_refresh", _("À actualiser")
    ARCHIVED = "archived", _("Archivé")


@tracked(
    "ProjectHistory",
    exclude=[*DIGEST, "sdg_numbers", "place_ids", "lead_kinds", "budget_total", "search"],
)
class Project(Record, Verified, Digested):
    """A cooperation project. Texts are in French; English and the partner's language may stand beside.

    Its digest is that of its parts, with `place_ids`, `sdg_numbers`, `lead_kinds` and `budget_total`, for the statistics too.
    """

    title = models.CharField(_("intitulé"), max_length=200)
    title_en = models.CharField(_("intitulé en anglais"), max_length=200, blank=True)
    title_local = models.CharField(_("intitulé dans la langue du partenaire"), max_length=200, blank=True)
    slug = models.SlugField(_("adresse"), max_length=240, unique=True, editable=False)
    summary = models.TextField(_("résumé"), max_length=2000, blank=True)
    summary_en = models.TextField(_("résumé en anglais"), max_length=2000, blank=True)
    summary_local = models.TextField(_("résumé dans la langue du partenaire"), max_length=2000, blank=True)
    objectives = models.TextField(_("objectifs"), max_length=4000, blank=True)
    activities = models.TextField(_("activités"), max_length=4000, blank=True)
    expected_results = models.TextField(_("résultats attendus"), max_length=4000, blank=True)
    beneficiaries = models.TextField(_("bénéficiaires"), max_length=1000, blank=True)
    beneficiary_count = models.PositiveIntegerField(_("nombre de bénéficiaires"), null=True, blank=True)
    website = models.URLField(_("page du projet"), blank=True)
    partnership = models.ForeignKey(
        Partnership, models.SET_NULL, null=True, blank=True, related_name="projects", verbose_name=_("partenariat")
    )
    starts_on = models.DateField(_("début"), null=True, blank=True)
    ends_on = models.DateField(_("fin"), null=True, blank=True)
    declared_status = models.CharField(
        _("situation déclarée"),
        max_length=1,
        choices=ActivityStatus,
        blank=True,
        help_text=_("Seulement si les dates ne la disent pas : annulé, suspendu, en finalisation…"),
    )
    publication = models.CharField(
        _("publication"), max_length=10, choices=ProjectPublication, default=ProjectPublication.DRAFT, editable=False
    )
    published_at = models.DateTimeField(_("publié le"), null=True, blank=True, editable=False)
    themes = models.ManyToManyField(Theme, through="ProjectTheme", related_name="projects", verbose_name=_("thèmes"))
    purpose_codes = models.ManyToManyField(
        PurposeCode, blank=True, related_name="projects", verbose_name=_("codes-objet SNPC")
    )
    sdgs = models.ManyToManyField(SDG, blank=True, related_name="projects", verbose_name=_("ODD"))
    countries = models.ManyToManyField(
        Country, through="ProjectCountry", related_name="projects", verbose_name=_("pays")
    )
    origin = models.CharField(_("origine"), max_length=10, choices=Origin, editable=False)
    source = models.CharField(_("source"), max_length=300, blank=True)
    confirmed_on = models.DateField(_("confirmé le"), null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("confirmé par"), editable=False
    )
    foreign_confirmed_on = models.DateField(_("confirmé par le partenaire le"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("créé par"), editable=False
    )

    # Where it takes place, partners where nothing is said: ids of authorities; those of points of its own, negative.
    place_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)
    sdg_numbers = ArrayField(models.PositiveSmallIntegerField(), default=list, editable=False)
    lead_kinds = ArrayField(models.CharField(max_length=40), default=list, editable=False)
    budget_total = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("title", "title_en", "title_local", weight="A", config="fr_unaccent")
        + SearchVector("party_names", weight="B", config="fr_unaccent")
        + SearchVector("summary", "objectives", "activities", weight="C", config="fr_unaccent"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ProjectQuerySet.as_manager()
    workflow = PROJECT_PUBLICATION

    class Meta:
        verbose_name = _("projet")
        verbose_name_plural = _("projets")
        permissions = [
            ("publish_project", _("Peut publier et archiver un projet")),
            ("review_project", _("Peut renvoyer un projet et demander son actualisation")),
            ("verify_project", _("Peut vérifier un projet")),
        ]
        ordering = [F("starts_on").desc(nulls_last=True), "-pk"]
        constraints = [
            *Verified.Meta.constraints,
            models.CheckConstraint(
                name="projects_project_titled",
                condition=~Q(title=""),
                violation_error_message=_("Donnez un intitulé au projet."),
            ),
            models.CheckConstraint(
                name="projects_project_dates",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("La fin ne peut pas précéder le début."),
            ),
            models.CheckConstraint(
                name="projects_project_published",
                condition=Q(publication__in=["draft", "submitted", "archived"]) | Q(published_at__isnull=False),
                violation_error_message=_("Un projet publié porte sa date de publication."),
            ),
        ]
        indexes = [
            *digest_indexes("projects_proj"),
            # In the usual order, with what most criteria look at: a page is found without reading the table.
            models.Index(
                F("starts_on").desc(nulls_last=True),
                F("id").desc(),
                include=[
                    *("publication", "declared_status", "ends_on", "country_codes", "region_codes", "theme_codes"),
                    *("sdg_numbers", "lead_kinds", "confirmed_on"),
                ],
                name="projects_proj_recent",
            ),
            models.Index(fields=["-updated_at", "-id"], name="projects_proj_updated"),
            models.Index(F("starts_on").asc(nulls_last=True), F("id").asc(), name="projects_proj_oldest"),
            models.Index(F("budget_total").desc(nulls_last=True), F("id").desc(), name="projects_proj_budget"),
            models.Index(fields=["title", "id"], name="projects_proj_title"),
            models.Index(fields=["publication"], name="projects_proj_public"),
            models.Index(fields=["declared_status"], condition=~Q(declared_status=""), name="projects_proj_declared"),
            GinIndex(fields=["place_ids"], name="projects_proj_places"),
            GinIndex(fields=["sdg_numbers"], name="projects_proj_sdgs"),
            GinIndex(fields=["lead_kinds"], name="projects_proj_kinds"),
            GinIndex(fields=["search"], name="projects_proj_search"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("projects:project_detail", args=[self.slug])

    @property
    def years(self) -> str:
        """«2011–2013», «2011» for one year or where a date is not known, nothing without dates."""
        return "–".join(dict.fromkeys(str(day.year) for day in (self.starts_on, self.ends_on) if day))


def _share_field() -> models.DecimalField:
    return models.DecimalField(
        _("part (%)"),
        max_digits=5,
        decimal_places=2,
        default=100,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )


def _share_check(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(share__gt=0, share__lte=100),
        violation_error_message=_("Une part va de plus de 0 à 100 %."),
    )


@tracked("ProjectThemeHistory")
class ProjectTheme(Dated):
    """A theme of a project with its share in percent; the shares of a project add to 100, one theme is the main one."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="theme_shares", verbose_name=_("projet"))
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="project_shares", verbose_name=_("thème"))
    share = _share_field()
    is_primary = models.BooleanField(_("thème principal"), default=False)

    class Meta:
        verbose_name = _("thème du projet")
        verbose_name_plural = _("thèmes du projet")
        ordering = ["-is_primary", "-share", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "theme"],
                name="projects_projecttheme_once",
                violation_error_message=_("Ce thème figure déjà dans le projet."),
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(is_primary=True),
                name="projects_projecttheme_one_primary",
                violation_error_message=_("Un projet a un seul thème principal."),
            ),
            _share_check("projects_projecttheme_share"),
        ]

    def __str__(self) -> str:
        return f"{self.theme} ({self.share} %)"


@tracked("ProjectCountryHistory")
class ProjectCountry(Dated):
    """A country of a project with its share of the budget in percent; the shares add to 100."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="country_shares", verbose_name=_("projet"))
    country = models.ForeignKey(Country, models.PROTECT, related_name="project_shares", verbose_name=_("pays"))
    share = _share_field()

    class Meta:
        verbose_name = _("pays du projet")
        verbose_name_plural = _("pays du projet")
        ordering = ["-share", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "country"],
                name="projects_projectcountry_once",
                violation_error_message=_("Ce pays figure déjà dans le projet."),
            ),
            _share_check("projects_projectcountry_share"),
        ]

    def __str__(self) -> str:
        return f"{self.country} ({self.share} %)"
