"""The exchange: an authority, French or foreign, says what it seeks or offers, and others answer through the portal."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.models import Collectivity, Country, ForeignAuthority, ForeignPlace, Region, Theme, User
from atlas.models.base import Record, tracked
from projects.querysets import NoticeQuerySet
from projects.workflow import NOTICE_PUBLICATION

from .digests import DIGEST, Digested, digest_indexes
from .links import SecretLink
from .partnerships import Partnership
from .sides import foreign_side, french_side


class NoticeDirection(models.TextChoices):
    """Whether the author asks or proposes."""

    REQUEST = "request", _("Demande")
    OFFER = "offer", _("Offre")


class SoughtKind(models.TextChoices):
    """What is asked or proposed."""

    PARTNERSHIP = "partnership", _("Partenariat durable")
    PROJECT = "project", _("Projet commun")
    EXPERTISE = "expertise", _("Expertise")
    EXPERIENCE = "experience", _("Échange d’expérience")
    TOOL = "tool", _("Outil")
    TRAINING = "training", _("Formation")
    NEGOTIATION = "negotiation", _("Appui à une négociation")


class SoughtLevel(models.TextChoices):
    """Which kind of authority is sought, in France as abroad."""

    LOCAL = "local", _("Commune ou ville")
    INTERMUNICIPAL = "intermunicipal", _("Groupement de communes")
    INTERMEDIATE = "intermediate", _("Département, province ou district")
    REGIONAL = "regional", _("Région ou État fédéré")


class SoughtSize(models.TextChoices):
    """Population of the authority sought: the classes that lists filter by."""

    HAMLET = "0-1999", _("Moins de 2 000 habitants")
    SMALL = "2000-9999", _("2 000 à 9 999 habitants")
    MEDIUM = "10000-49999", _("10 000 à 49 999 habitants")
    LARGE = "50000-99999", _("50 000 à 99 999 habitants")
    METROPOLITAN = "100000-", _("100 000 habitants et plus")


class NoticeLanguage(models.TextChoices):
    """Working languages (ISO 639-1)."""

    FRENCH = "fr", _("Français")
    ENGLISH = "en", _("Anglais")
    SPANISH = "es", _("Espagnol")
    PORTUGUESE = "pt", _("Portugais")
    ARABIC = "ar", _("Arabe")
    GERMAN = "de", _("Allemand")
    ITALIAN = "it", _("Italien")
    RUSSIAN = "ru", _("Russe")
    CHINESE = "zh", _("Chinois")
    VIETNAMESE = "vi", _("Vietnamien")


class NoticePublication(models.TextChoices):
    """Life of a notice; `projects.workflow.NOTICE_PUBLICATION` holds its transitions. Expired is said by its date."""

    DRAFT = "draft", _("Brouillon")
    SUBMITTED = "submitted", _("À vérifier")
    PUBLISHED = "published", _("Publiée")
    CLOSED = "closed", _("Close")
    REFUSED = "refused", _("Refusée")
    WITHDRAWN = "withdrawn", _("Retirée")


class NoticeOutcome(models.TextChoices):
    """What came of it."""

    PARTNERSHIP = "partnership", _("Un partenariat")
    CONTACTS = "contacts", _("Des contacts")
    NOTHING = "nothing", _("Sans suite")


class NoticeContact(SecretLink):
    """Who writes for a foreign authority, without account. Nothing of it is ever shown to the other side.

    Until somebody of the State has checked the notice, the authority may be a name that the atlas does not hold.
    """

    salt = "projects.notice_contact"

    country = models.ForeignKey(Country, models.PROTECT, related_name="+", verbose_name=_("pays"))
    foreign_authority = foreign_side("notice_contacts")
    authority_name = models.CharField(_("nom donné à l’autorité"), max_length=200)
    place = models.ForeignKey(
        ForeignPlace, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lieu GeoNames")
    )
    name = models.CharField(_("prénom et nom"), max_length=150)
    function = models.CharField(_("fonction"), max_length=150)
    confirmed_at = models.DateTimeField(_("adresse confirmée le"), null=True, blank=True)

    class Meta:
        verbose_name = _("correspondant étranger")
        verbose_name_plural = _("correspondants étrangers")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="projects_noticecontact_named",
                condition=~Q(authority_name=""),
                violation_error_message=_("Donnez le nom de la collectivité."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.authority} – {self.name}"

    @property
    def authority(self) -> str:
        """The authority's name: that of the atlas once it is known there."""
        return str(self.foreign_authority or self.authority_name)


def _choices_field(label: str, choices: type[models.TextChoices], **kwargs) -> ArrayField:
    length = max(len(value) for value in choices.values)
    return ArrayField(
        models.CharField(max_length=length, choices=choices), default=list, blank=True, verbose_name=label, **kwargs
    )


@tracked(
    "PartnershipNoticeHistory",
    exclude=[*DIGEST, "search"],
)
class PartnershipNotice(Record, Digested):
    """An offer or a request.

    Of its digest, `country_codes`: the country of a foreign author, else those that a French author seeks; `region_codes` likewise, of
    France. So one criterion asks «what concerns Sénégal», whoever wrote.
    """

    direction = models.CharField(_("sens"), max_length=10, choices=NoticeDirection, default=NoticeDirection.REQUEST)
    collectivity = french_side("notices")
    foreign_authority = foreign_side("notices")
    contact = models.OneToOneField(
        NoticeContact,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notice",
        verbose_name=_("correspondant étranger"),
        editable=False,
    )
    title = models.CharField(_("titre"), max_length=150)
    slug = models.SlugField(_("adresse"), max_length=240, unique=True, editable=False)
    need = models.TextField(_("ce que nous cherchons ou proposons"), max_length=4000, blank=True)
    motives = models.TextField(_("pourquoi"), max_length=2000, blank=True)
    territory = models.TextField(_("qui nous sommes"), max_length=4000, blank=True)
    sought = _choices_field(_("nature"), SoughtKind)
    levels = _choices_field(_("type d’autorité recherché"), SoughtLevel)
    sizes = _choices_field(_("taille recherchée"), SoughtSize)
    countries = models.ManyToManyField(
        Country, blank=True, related_name="notices_seeking", verbose_name=_("pays recherchés")
    )
    regions = models.ManyToManyField(
        Region, blank=True, related_name="notices_seeking", verbose_name=_("régions françaises recherchées")
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="notices", verbose_name=_("thèmes"))
    languages = _choices_field(_("langues de travail"), NoticeLanguage)
    budget = models.DecimalField(
        _("budget prévu (€)"), max_digits=14, decimal_places=2, null=True, blank=True, help_text=_("Vide : aucun.")
    )
    publication = models.CharField(
        _("publication"), max_length=10, choices=NoticePublication, default=NoticePublication.DRAFT, editable=False
    )
    published_at = models.DateTimeField(_("publiée le"), null=True, blank=True, editable=False)
    expires_on = models.DateField(_("expire le"), null=True, blank=True, editable=False)
    renewal_count = models.PositiveSmallIntegerField(_("renouvellements"), default=0, editable=False)
    closed_on = models.DateField(_("close le"), null=True, blank=True, editable=False)
    outcome = models.CharField(_("suite"), max_length=12, choices=NoticeOutcome, blank=True, editable=False)
    partnership = models.ForeignKey(
        Partnership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("partenariat né de l’annonce"),
        editable=False,
    )
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("créée par"), editable=False
    )
    is_demo = models.BooleanField(_("donnée de démonstration"), default=False, editable=False)

    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="fr_unaccent")
        + SearchVector("party_names", weight="B", config="fr_unaccent")
        + SearchVector("need", "motives", "territory", weight="C", config="fr_unaccent"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = NoticeQuerySet.as_manager()
    workflow = NOTICE_PUBLICATION

    class Meta:
        verbose_name = _("annonce")
        verbose_name_plural = _("annonces")
        permissions = [
            ("publish_partnershipnotice", _("Peut publier une annonce de sa collectivité")),
            ("check_partnershipnotice", _("Peut vérifier une annonce étrangère")),
        ]
        ordering = [F("published_at").desc(nulls_last=True), "-pk"]
        constraints = [
            models.CheckConstraint(
                name="projects_notice_titled",
                condition=~Q(title=""),
                violation_error_message=_("Donnez un titre à l’annonce."),
            ),
            models.CheckConstraint(
                name="projects_notice_author",
                condition=Q(collectivity__isnull=False, contact__isnull=True, foreign_authority__isnull=True)
                | Q(collectivity__isnull=True, contact__isnull=False),
                violation_error_message=_("Une annonce a un auteur, français ou étranger."),
            ),
            models.CheckConstraint(
                name="projects_notice_published",
                condition=Q(publication__in=["draft", "submitted", "refused", "withdrawn"])
                | (
                    Q(published_at__isnull=False, expires_on__isnull=False)
                    & (Q(collectivity__isnull=False) | Q(foreign_authority__isnull=False))
                ),
                violation_error_message=_("Une annonce publiée porte ses dates et le nom d’une autorité de l’atlas."),
            ),
            models.CheckConstraint(
                name="projects_notice_closed",
                condition=(Q(publication="closed", closed_on__isnull=False) & ~Q(outcome=""))
                | (~Q(publication="closed") & Q(closed_on__isnull=True, outcome="")),
                violation_error_message=_("Une annonce close porte sa date et sa suite, et elle seule."),
            ),
            models.CheckConstraint(
                name="projects_notice_partnership",
                condition=Q(partnership__isnull=True) | Q(outcome="partnership"),
                violation_error_message=_("Seule une annonce devenue un partenariat en désigne un."),
            ),
            models.CheckConstraint(
                name="projects_notice_budget",
                condition=Q(budget__isnull=True) | Q(budget__gte=0),
                violation_error_message=_("Un budget n’est pas négatif."),
            ),
        ]
        indexes = [
            *digest_indexes("projects_notice"),
            models.Index(F("published_at").desc(nulls_last=True), F("id").desc(), name="projects_notice_recent"),
            models.Index(fields=["publication", "expires_on"], name="projects_notice_public"),
            GinIndex(fields=["sought"], name="projects_notice_sought"),
            GinIndex(fields=["languages"], name="projects_notice_languages"),
            GinIndex(fields=["search"], name="projects_notice_search"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("projects:notice_detail", args=[self.slug])

    @property
    def author(self) -> Collectivity | ForeignAuthority | str:
        """The authority; of a foreign one that the atlas does not hold yet, the name it gave."""
        return self.collectivity or self.foreign_authority or self.contact.authority_name

    @property
    def is_foreign(self) -> bool:
        return self.collectivity_id is None

    @property
    def is_expired(self) -> bool:
        """Whether a published notice is past its date."""
        return self.publication == NoticePublication.PUBLISHED and self.expires_on < timezone.localdate()

    @property
    def in_force(self) -> bool:
        return self.publication == NoticePublication.PUBLISHED and not self.is_expired

    def labels(self, field: str) -> list[str]:
        """The values of one of the lists of choices, in words."""
        words = dict(self._meta.get_field(field).base_field.flatchoices)
        return [str(words.get(value, value)) for value in getattr(self, field)]

    @property
    def sought_labels(self) -> list[str]:
        return self.labels("sought")

    @property
    def level_labels(self) -> list[str]:
        return self.labels("levels")

    @property
    def size_labels(self) -> list[str]:
        return self.labels("sizes")

    @property
    def language_labels(self) -> list[str]:
        return self.labels("languages")
