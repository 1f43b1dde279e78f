"""Countries and foreign authorities."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, F, Func, Q, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from atlas.names import name_in
from atlas.querysets import CountryQuerySet, CountryStatusQuerySet, ForeignAuthorityQuerySet

from .base import Dated, Positioned, Record, SearchName, Validity, sort_name_field, tracked


class Continent(models.TextChoices):
    """Continents as used in the published statistics."""

    AFRICA = "Afrique", _("Afrique")
    AMERICA = "Amérique", _("Amérique")
    ASIA = "Asie", _("Asie")
    EUROPE = "Europe", _("Europe")
    OCEANIA = "Océanie", _("Océanie")
    ANTARCTICA = "Antarctique", _("Antarctique")


class Country(Positioned):
    """A country or territory of ISO 3166. Its position is its capital's; the centroid places it on a world map."""

    iso2 = models.CharField(_("code ISO à 2 lettres"), max_length=2, unique=True)
    iso3 = models.CharField(_("code ISO à 3 lettres"), max_length=3, unique=True)
    iso_numeric = models.CharField(_("code ISO numérique"), max_length=3, blank=True)
    name_fr = models.CharField(_("nom français"), max_length=100)
    name_en = models.CharField(_("nom anglais"), max_length=100)
    name_es = models.CharField(_("nom espagnol"), max_length=100, blank=True)
    sort_name = sort_name_field("name_fr")
    aliases = ArrayField(
        models.CharField(max_length=100),
        default=list,
        blank=True,
        verbose_name=_("autres noms"),
        help_text=_("Noms anciens ou d’usage, reconnus dans les fichiers importés et dans la recherche."),
    )
    search_name = models.GeneratedField(
        expression=SearchName(F("name_fr"), F("name_en"), Func(F("aliases"), function="atlas_join")),
        output_field=models.TextField(),
        db_persist=True,
    )
    zone = models.CharField(_("zone de la DCTCIV"), max_length=60, blank=True)
    zone_atlas = models.CharField(_("zone de publication"), max_length=60, blank=True)
    continent = models.CharField(_("continent"), max_length=20, choices=Continent)
    capital = models.CharField(_("capitale"), max_length=100, blank=True)
    coord_source = models.CharField(_("origine de la position"), max_length=40, blank=True)
    centroid_longitude = models.FloatField(_("longitude du centre"), null=True, blank=True)
    centroid_latitude = models.FloatField(_("latitude du centre"), null=True, blank=True)
    dac_code = models.PositiveIntegerField(_("code CAD"), null=True, blank=True)
    is_french_territory = models.BooleanField(_("territoire français"), default=False)
    partnership_count = models.PositiveIntegerField(_("partenariats publiés"), default=0, editable=False)
    project_count = models.PositiveIntegerField(_("projets publiés"), default=0, db_default=0, editable=False)

    objects = CountryQuerySet.as_manager()

    class Meta:
        verbose_name = _("pays")
        verbose_name_plural = _("pays")
        ordering = ["sort_name"]
        constraints = [
            *Positioned.Meta.constraints,
            models.CheckConstraint(
                name="atlas_country_iso2",
                condition=Q(iso2__regex=r"^[A-Z]{2}$") & Q(iso3__regex=r"^[A-Z]{3}$"),
                violation_error_message=_("Les codes ISO s’écrivent en majuscules."),
            ),
        ]
        indexes = [GinIndex(OpClass(F("search_name"), name="gin_trgm_ops"), name="atlas_country_search")]

    def __str__(self) -> str:
        return self.name_fr

    def name_in(self, language: str | None) -> tuple[str, str]:
        """The name in a language; in French where there is none, and then «fr», for the page to say so."""
        return name_in(language, fr=self.name_fr, en=self.name_en, es=self.name_es)

    def get_absolute_url(self) -> str:
        return reverse("country_detail", args=[self.iso2.lower()])


class StatusList(models.TextChoices):
    """Official lists a country can stand on."""

    LDC = "ldc", _("Pays les moins avancés (ONU)")
    DAC = "dac", _("Bénéficiaires de l’APD (liste du CAD)")


class StatusCategory(models.TextChoices):
    """Categories of the two lists. A country absent from the DAC list is not eligible for ODA."""

    LDC = "LDC", _("Pays moins avancé")
    OLIC = "OLIC", _("Autre pays à faible revenu")
    LMIC = "LMIC", _("Pays à revenu intermédiaire, tranche inférieure")
    UMIC = "UMIC", _("Pays à revenu intermédiaire, tranche supérieure")


class CountryStatus(Validity, Dated):
    """What a list says of a country between two dates. `confirmed` false: announced, not yet certain."""

    country = models.ForeignKey(Country, models.CASCADE, related_name="statuses", verbose_name=_("pays"))
    list = models.CharField(_("liste"), max_length=3, choices=StatusList)
    category = models.CharField(_("catégorie"), max_length=4, choices=StatusCategory)
    confirmed = models.BooleanField(_("confirmé"), default=True)
    note = models.TextField(_("note"), blank=True)

    objects = CountryStatusQuerySet.as_manager()

    class Meta:
        verbose_name = _("statut de pays")
        verbose_name_plural = _("statuts de pays")
        ordering = ["country", "list", F("valid_from").asc(nulls_first=True)]
        constraints = [
            *Validity.Meta.constraints,
            ExclusionConstraint(
                name="atlas_countrystatus_no_overlap",
                expressions=[
                    ("country", RangeOperators.EQUAL),
                    ("list", RangeOperators.EQUAL),
                    (
                        Func("valid_from", "valid_to", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Un pays n’a qu’un statut à la fois sur une liste."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}\u00a0: {self.get_list_display()}, {self.get_category_display()}"


class ForeignRegion(Positioned):
    """First-level division of a country, after GeoNames (e.g. CA.10 = Québec). Not ISO 3166-2."""

    code = models.CharField(_("code GeoNames"), max_length=20, unique=True)
    country = models.ForeignKey(Country, models.PROTECT, related_name="regions", verbose_name=_("pays"))
    name = models.CharField(_("nom"), max_length=150)
    name_fr = models.CharField(_("nom français"), max_length=150, blank=True)
    main_place = models.CharField(_("ville principale"), max_length=150, blank=True)
    sort_name = sort_name_field()

    class Meta(Positioned.Meta):
        abstract = False
        verbose_name = _("région étrangère")
        verbose_name_plural = _("régions étrangères")
        ordering = ["sort_name"]

    def __str__(self) -> str:
        return self.name_fr or self.name


class ForeignPlace(Positioned):
    """A populated place of the GeoNames gazetteer: where a name lies, never who governs it."""

    geonames_id = models.PositiveIntegerField(_("identifiant GeoNames"), primary_key=True)
    name = models.CharField(_("nom"), max_length=200)
    country = models.ForeignKey(Country, models.PROTECT, related_name="places", verbose_name=_("pays"))
    region = models.ForeignKey(ForeignRegion, models.SET_NULL, null=True, blank=True, verbose_name=_("région"))
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    alternate_names = models.TextField(_("autres noms"), blank=True)
    search_name = models.GeneratedField(
        expression=SearchName(F("name"), F("alternate_names")), output_field=models.TextField(), db_persist=True
    )

    class Meta(Positioned.Meta):
        abstract = False
        verbose_name = _("lieu du monde")
        verbose_name_plural = _("lieux du monde")
        ordering = ["geonames_id"]
        indexes = [
            models.Index(fields=["latitude", "longitude"], name="atlas_place_position"),
            GinIndex(OpClass(F("search_name"), name="gin_trgm_ops"), name="atlas_place_search"),
        ]

    def __str__(self) -> str:
        return self.name


class AuthorityLevel(models.TextChoices):
    """Level of a foreign authority in its country."""

    LOCAL = "local", _("Locale")
    INTERMEDIATE = "intermediate", _("Intermédiaire")
    REGIONAL = "regional", _("Régionale")
    FEDERATED = "federated", _("État fédéré")
    OTHER = "other", _("Autre")
    UNKNOWN = "unknown", _("Non précisé")


class PositionPrecision(models.TextChoices):
    """How exact the position of a foreign authority is."""

    EXACT = "exact", _("Lieu exact")
    FILE = "file", _("Point donné par la source")
    REGION = "region", _("Région")
    COUNTRY = "country", _("Pays")
    NONE = "none", _("Inconnue")


class Recognition(models.TextChoices):
    """Whether the ministry holds the partner for a territorial authority (it rules in case of doubt)."""

    NOT_ASKED = "not_asked", _("Non examinée")
    UNDER_REVIEW = "under_review", _("À l’examen")
    RECOGNISED = "recognised", _("Reconnue autorité territoriale")
    REFUSED = "refused", _("Non reconnue")


_DISPLAY_NAME = Case(
    When(~Q(name_fr=""), then=F("name_fr")), When(~Q(name_local=""), then=F("name_local")), default=F("name_en")
)


@tracked(
    "ForeignAuthorityHistory",
    exclude=[
        "name",
        "sort_name",
        "search_name",
        "partnership_count",
        "project_count",
        "partner_regions",
        "partner_themes",
    ],
)
class ForeignAuthority(Record, Positioned):
    """A foreign local or regional authority that works, or may work, with a French one.

    A duplicate is never deleted: `merged_into` points to the row that stands for both.
    """

    name_local = models.CharField(_("nom dans sa langue"), max_length=200, blank=True)
    name_fr = models.CharField(_("nom français"), max_length=200, blank=True)
    name_en = models.CharField(_("nom anglais"), max_length=200, blank=True)
    name = models.GeneratedField(
        expression=_DISPLAY_NAME, output_field=models.TextField(), db_persist=True, verbose_name=_("nom affiché")
    )
    sort_name = models.GeneratedField(
        expression=Func(_DISPLAY_NAME, function="atlas_sort_name"), output_field=models.TextField(), db_persist=True
    )
    aliases = ArrayField(models.CharField(max_length=200), default=list, blank=True, verbose_name=_("autres noms"))
    search_name = models.GeneratedField(
        expression=SearchName(F("name_fr"), F("name_local"), F("name_en"), Func(F("aliases"), function="atlas_join")),
        output_field=models.TextField(),
        db_persist=True,
    )
    slug = models.SlugField(_("adresse"), max_length=240, unique=True)
    level = models.CharField(_("niveau"), max_length=12, choices=AuthorityLevel, default=AuthorityLevel.UNKNOWN)
    local_type = models.CharField(_("dénomination locale"), max_length=80, blank=True, help_text="wilaya, Gemeinde…")
    country = models.ForeignKey(Country, models.PROTECT, related_name="authorities", verbose_name=_("pays"))
    region = models.ForeignKey(
        ForeignRegion, models.SET_NULL, null=True, blank=True, related_name="authorities", verbose_name=_("région")
    )
    place = models.ForeignKey(
        ForeignPlace,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="authorities",
        verbose_name=_("lieu GeoNames"),
    )
    wikidata_id = models.CharField(_("identifiant Wikidata"), max_length=20, blank=True)
    position_precision = models.CharField(
        _("précision de la position"), max_length=8, choices=PositionPrecision, default=PositionPrecision.NONE
    )
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    website = models.URLField(_("site internet"), blank=True)
    recognition = models.CharField(
        _("reconnaissance"), max_length=12, choices=Recognition, default=Recognition.NOT_ASKED
    )
    recognition_on = models.DateField(_("reconnaissance décidée le"), null=True, blank=True)
    recognition_note = models.TextField(_("motif"), blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", verbose_name=_("fusionnée dans")
    )
    is_demo = models.BooleanField(_("donnée de démonstration"), default=False, editable=False)
    partnership_count = models.PositiveIntegerField(_("partenariats publiés"), default=0, editable=False)
    project_count = models.PositiveIntegerField(_("projets publiés"), default=0, db_default=0, editable=False)
    partner_regions = ArrayField(models.CharField(max_length=3), default=list, editable=False)
    partner_themes = ArrayField(models.CharField(max_length=60), default=list, editable=False)

    objects = ForeignAuthorityQuerySet.as_manager()

    class Meta:
        verbose_name = _("autorité étrangère")
        verbose_name_plural = _("autorités étrangères")
        ordering = ["sort_name", "pk"]
        constraints = [
            *Positioned.Meta.constraints,
            models.CheckConstraint(
                name="atlas_foreignauthority_named",
                condition=~Q(name_local="", name_fr="", name_en=""),
                violation_error_message=_("Donnez au moins un nom."),
            ),
            models.CheckConstraint(
                name="atlas_foreignauthority_not_into_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                violation_error_message=_("Une autorité ne peut pas être fusionnée dans elle-même."),
            ),
            models.CheckConstraint(
                name="atlas_foreignauthority_recognition_dated",
                condition=Q(recognition__in=[Recognition.NOT_ASKED, Recognition.UNDER_REVIEW])
                | Q(recognition_on__isnull=False),
                violation_error_message=_("Une décision de reconnaissance porte sa date."),
            ),
            models.UniqueConstraint(
                fields=["place", "level"],
                condition=Q(merged_into__isnull=True, place__isnull=False),
                name="atlas_foreignauthority_place",
                violation_error_message=_("Une autorité de ce niveau existe déjà pour ce lieu."),
            ),
        ]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="atlas_foreign_sort"),
            models.Index(fields=["-partnership_count", "sort_name", "id"], name="atlas_foreign_activity"),
            GinIndex(OpClass(F("search_name"), name="gin_trgm_ops"), name="atlas_foreign_search"),
            GinIndex(fields=["partner_regions"], name="atlas_foreign_regions"),
            GinIndex(fields=["partner_themes"], name="atlas_foreign_themes"),
        ]

    def __str__(self) -> str:
        return self.name_fr or self.name_local or self.name_en

    def get_absolute_url(self) -> str:
        return reverse("foreign_authority_detail", args=[self.slug])

    @property
    def shows_local_name(self) -> bool:
        """Whether the name in its own language says more than the displayed one."""
        return bool(self.name_local) and self.name_local != str(self)

    def standing_row(self) -> "ForeignAuthority":
        """The row that stands for this one, at the end of the chain of merges (one query for each link)."""
        row = self
        while row.merged_into_id:
            row = row.merged_into
        return row
