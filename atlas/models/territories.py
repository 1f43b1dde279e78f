"""French territories and authorities (source of codes: INSEE COG, DGCL)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from atlas.constraints import validate_siren
from atlas.querysets import CollectivityQuerySet

from .base import Dated, Positioned, SearchName, sort_name_field, tracked


class Zone(models.TextChoices):
    """Where a French territory lies."""

    METRO = "metro", _("Métropole")
    DROM = "drom", _("Départements et régions d’outre-mer")
    COM = "com", _("Collectivités d’outre-mer")


class Region(Positioned):
    """A French région (INSEE code, two characters)."""

    code = models.CharField(_("code INSEE"), max_length=3, unique=True)
    name = models.CharField(_("nom"), max_length=100)
    sort_name = sort_name_field()
    slug = models.SlugField(_("adresse"), max_length=120, unique=True)
    zone = models.CharField(_("zone"), max_length=5, choices=Zone)

    class Meta(Positioned.Meta):
        abstract = False
        verbose_name = _("région")
        verbose_name_plural = _("régions")
        ordering = ["sort_name"]

    def __str__(self) -> str:
        return self.name


class Department(Positioned):
    """A French département (INSEE code, two or three characters)."""

    code = models.CharField(_("code INSEE"), max_length=3, unique=True)
    name = models.CharField(_("nom"), max_length=100)
    sort_name = sort_name_field()
    region = models.ForeignKey(Region, models.PROTECT, related_name="departments", verbose_name=_("région"))
    zone = models.CharField(_("zone"), max_length=5, choices=Zone)

    class Meta(Positioned.Meta):
        abstract = False
        verbose_name = _("département")
        verbose_name_plural = _("départements")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class CollectivityKind(models.TextChoices):
    """Kinds of the reference files. A network is an association of authorities: it keeps records for those that agreed."""

    COMMUNE = "commune", _("Commune")
    COMMUNAUTE_COMMUNES = "communaute_communes", _("Communauté de communes")
    COMMUNAUTE_AGGLOMERATION = "communaute_agglomeration", _("Communauté d’agglomération")
    COMMUNAUTE_URBAINE = "communaute_urbaine", _("Communauté urbaine")
    METROPOLE = "metropole", _("Métropole")
    METROPOLE_LYON = "metropole_lyon", _("Métropole de Lyon")
    EPT = "ept", _("Établissement public territorial")
    DEPARTEMENT = "departement", _("Département")
    STATUT_PARTICULIER = "collectivite_statut_particulier", _("Collectivité à statut particulier")
    REGION = "region", _("Région")
    COLLECTIVITE_UNIQUE = "collectivite_unique", _("Collectivité territoriale unique")
    COM = "com", _("Collectivité d’outre-mer")
    SUI_GENERIS = "collectivite_sui_generis", _("Collectivité sui generis")
    RESEAU = "reseau", _("Réseau de collectivités")


INTERMUNICIPAL_KINDS = [
    CollectivityKind.COMMUNAUTE_COMMUNES,
    CollectivityKind.COMMUNAUTE_AGGLOMERATION,
    CollectivityKind.COMMUNAUTE_URBAINE,
    CollectivityKind.METROPOLE,
    CollectivityKind.METROPOLE_LYON,
    CollectivityKind.EPT,
]


class StatGroup(models.TextChoices):
    """The five groups of the published ODA statistics."""

    REGIONS = "regions", _("Régions")
    DEPARTEMENTS = "departements", _("Départements")
    GROUPEMENTS = "groupements", _("Groupements")
    LARGE_TOWNS = "villes_plus_100000", _("Villes de plus de 100 000 habitants")
    SMALL_TOWNS = "villes_moins_100000", _("Villes de moins de 100 000 habitants")


_STAT_GROUP = Case(
    When(kind=CollectivityKind.RESEAU, then=Value(None)),
    When(kind__in=[*INTERMUNICIPAL_KINDS], then=Value(StatGroup.GROUPEMENTS)),
    When(
        kind__in=[CollectivityKind.DEPARTEMENT, CollectivityKind.STATUT_PARTICULIER],
        then=Value(StatGroup.DEPARTEMENTS),
    ),
    When(~Q(kind=CollectivityKind.COMMUNE), then=Value(StatGroup.REGIONS)),
    When(population__gt=100_000, then=Value(StatGroup.LARGE_TOWNS)),
    default=Value(StatGroup.SMALL_TOWNS),
)


@tracked(
    "CollectivityHistory",
    exclude=[
        "sort_name",
        "search_name",
        "stat_group",
        "partnership_count",
        "project_count",
        "partner_countries",
        "partner_themes",
    ],
)
class Collectivity(Dated, Positioned):
    """A French authority, present or past: commune, inter-municipal body, département, région, overseas body; or a network of them.

    A past authority (`is_current` false) keeps its row and its page; a `CollectivityEvent` leads to its successors.
    `partnership_count`, `project_count`, `partner_countries` and `partner_themes` are a digest of what is published, written by
    `projects.services.refresh_activity`; they exist so that the directory filters and sorts on one table.
    """

    kind = models.CharField(_("type"), max_length=40, choices=CollectivityKind)
    insee_code = models.CharField(_("code INSEE"), max_length=9, blank=True)
    siren = models.CharField(_("SIREN"), max_length=9, null=True, blank=True, validators=[validate_siren])
    name = models.CharField(_("nom"), max_length=200)
    sort_name = sort_name_field()
    search_name = models.GeneratedField(
        expression=SearchName(F("name")), output_field=models.TextField(), db_persist=True
    )
    slug = models.SlugField(_("adresse"), max_length=240, unique=True)
    population = models.PositiveIntegerField(_("population municipale"), null=True, blank=True)
    population_year = models.PositiveSmallIntegerField(
        _("année de la population"), null=True, blank=True, validators=[MinValueValidator(1800)]
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="collectivities", verbose_name=_("région")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="collectivities", verbose_name=_("département")
    )
    epci = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="members", verbose_name=_("intercommunalité")
    )
    zone = models.CharField(_("zone"), max_length=5, choices=Zone)
    coord_source = models.CharField(_("origine de la position"), max_length=40, blank=True)
    website = models.URLField(_("site internet"), blank=True)
    postal_address = models.TextField(_("adresse postale"), max_length=300, blank=True, default="", db_default="")
    email = models.EmailField(_("adresse électronique du service"), blank=True, default="", db_default="")
    phone = models.CharField(_("téléphone du service"), max_length=40, blank=True, default="", db_default="")
    is_local_authority = models.BooleanField(
        _("collectivité territoriale en droit"),
        default=False,
        help_text=_("Faux pour les établissements publics et pour les départements sans conseil propre."),
    )
    is_current = models.BooleanField(_("existe aujourd’hui"), default=True)
    ceased_on = models.DateField(_("a cessé d’exister le"), null=True, blank=True)
    reference_edition = models.PositiveSmallIntegerField(_("millésime de référence"), null=True, blank=True)
    stat_group = models.GeneratedField(
        expression=_STAT_GROUP,
        output_field=models.CharField(max_length=20, choices=StatGroup, null=True),
        db_persist=True,
        verbose_name=_("groupe statistique"),
    )
    confirmed_at = models.DateField(_("fiche confirmée le"), null=True, blank=True)
    partnership_count = models.PositiveIntegerField(_("partenariats publiés"), default=0, editable=False)
    project_count = models.PositiveIntegerField(_("projets publiés"), default=0, db_default=0, editable=False)
    partner_countries = ArrayField(models.CharField(max_length=2), default=list, editable=False)
    partner_themes = ArrayField(models.CharField(max_length=60), default=list, editable=False)

    objects = CollectivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("collectivité française")
        verbose_name_plural = _("collectivités françaises")
        ordering = ["sort_name", "pk"]
        constraints = [
            *Positioned.Meta.constraints,
            models.UniqueConstraint(
                fields=["kind", "insee_code"],
                condition=Q(is_current=True) & ~Q(insee_code=""),
                name="atlas_collectivity_code",
                violation_error_message=_("Une collectivité du même type porte déjà ce code INSEE."),
            ),
            models.UniqueConstraint(
                fields=["kind", "siren"],
                condition=Q(is_current=True),
                name="atlas_collectivity_siren",
                violation_error_message=_("Une collectivité du même type porte déjà ce SIREN."),
            ),
            models.CheckConstraint(
                name="atlas_collectivity_ceased",
                condition=Q(is_current=False) | Q(ceased_on__isnull=True),
                violation_error_message=_("Une collectivité qui existe n’a pas de date de fin."),
            ),
            models.CheckConstraint(
                name="atlas_collectivity_siren_digits",
                condition=Q(siren__isnull=True) | Q(siren__regex=r"^[0-9]{9}$"),
                violation_error_message=_("Un SIREN compte neuf chiffres."),
            ),
        ]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="atlas_coll_sort"),
            models.Index(fields=["-population", "id"], name="atlas_coll_population"),
            models.Index(fields=["-partnership_count", "sort_name", "id"], name="atlas_coll_activity"),
            GinIndex(OpClass(F("search_name"), name="gin_trgm_ops"), name="atlas_coll_search"),
            GinIndex(fields=["partner_countries"], name="atlas_coll_countries"),
            GinIndex(fields=["partner_themes"], name="atlas_coll_themes"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("collectivity_detail", args=[self.slug])

    @property
    def stat_group_label(self) -> str:
        """Django gives no `get_…_display` to a generated column. Empty for a network, which declares no aid."""
        return str(StatGroup(self.stat_group).label) if self.stat_group else ""


class EventKind(models.TextChoices):
    """What can happen to an authority."""

    MERGER = "merger", _("Fusion")
    NEW_COMMUNE = "new_commune", _("Commune nouvelle")
    ASSOCIATION = "association", _("Fusion-association")
    SPLIT = "split", _("Scission")
    NAME_CHANGE = "name_change", _("Changement de nom")
    DISSOLUTION = "dissolution", _("Dissolution")


class CollectivityEvent(Dated):
    """A change of the map: which authorities came before, which after, and when (null where the source says nothing)."""

    kind = models.CharField(_("nature"), max_length=20, choices=EventKind)
    effective_on = models.DateField(_("date d’effet"), null=True, blank=True)
    predecessors = models.ManyToManyField(Collectivity, related_name="later_events", verbose_name=_("avant"))
    successors = models.ManyToManyField(Collectivity, related_name="earlier_events", verbose_name=_("après"))
    former_name = models.CharField(_("ancien nom"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    source_key = models.CharField(max_length=80, unique=True, null=True, blank=True, editable=False)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("événement territorial")
        verbose_name_plural = _("événements territoriaux")
        ordering = ["-effective_on", "-pk"]

    def __str__(self) -> str:
        return self.get_kind_display()
