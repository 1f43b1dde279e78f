"""Partnerships: twinnings, charters, agreements between French and foreign authorities."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from atlas.models import Collectivity, ForeignAuthority, Theme, User
from atlas.models.base import Dated, Record, tracked
from projects.constraints import exactly_one
from projects.querysets import PartnershipQuerySet
from projects.workflow import PUBLICATION

from .digests import DIGEST, Digested, digest_indexes
from .sides import foreign_side, french_side


class PartnershipKind(models.TextChoices):
    """Kinds of link between authorities."""

    TWINNING = "twinning", _("Jumelage")
    FRIENDSHIP = "friendship_charter", _("Pacte ou charte d’amitié")
    COOPERATION = "cooperation_agreement", _("Convention de coopération décentralisée")
    TECHNICAL = "technical_agreement", _("Accord technique ou thématique")
    CROSS_BORDER = "cross_border", _("Coopération transfrontalière")
    NETWORK = "network", _("Réseau")
    ONE_OFF = "one_off", _("Action ponctuelle")


class DatePrecision(models.TextChoices):
    """How much of a date is known. Twinnings are often known by their year only."""

    DAY = "day", _("Jour")
    MONTH = "month", _("Mois")
    YEAR = "year", _("Année")
    UNKNOWN = "unknown", _("Inconnue")


class PartnershipStatus(models.TextChoices):
    """Life of the link itself."""

    ACTIVE = "active", _("Actif")
    DORMANT = "dormant", _("En sommeil")
    SUSPENDED = "suspended", _("Suspendu")
    ENDED = "ended", _("Terminé")
    UNKNOWN = "unknown", _("Non précisé")


class Formality(models.TextChoices):
    """How far the authorities are bound (the four levels of the German section of the CEMR)."""

    UNLIMITED = "unlimited", _("Accord sans limite de durée")
    LIMITED = "limited", _("Accord à durée limitée")
    CONTACT = "contact", _("Contacts sans accord")
    PROJECT = "project", _("Projet commun sans accord")


class Publication(models.TextChoices):
    """Who can read the record."""

    DRAFT = "draft", _("Brouillon")
    PUBLISHED = "published", _("Publié")
    ARCHIVED = "archived", _("Archivé")


class Origin(models.TextChoices):
    """Where the record comes from."""

    AUTHORITY = "authority", _("Collectivité")
    STAFF = "staff", _("DCTCIV")
    EMBASSY = "embassy", _("Ambassade")
    IMPORT = "import", _("Fichier importé")
    DEMO = "demo", _("Démonstration")


class VerifierKind(models.TextChoices):
    """At what title somebody of the State verified a record."""

    EMBASSY = "embassy", _("Ambassade")
    ADVISER = "adviser", _("Conseil diplomatique en région")
    OFFICER = "officer", _("DCTCIV")


class Verified(models.Model):
    """Records that the State's network verifies: when it last did, who did, and at what title."""

    verified_on = models.DateField(_("vérifié le"), null=True, blank=True, editable=False)
    verified_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("vérifié par"), editable=False
    )
    verified_as = models.CharField(
        _("vérifié au titre de"),
        max_length=10,
        choices=VerifierKind,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_verified",
                condition=Q(verified_on__isnull=True, verified_as="")
                | (Q(verified_on__isnull=False) & ~Q(verified_as="")),
                violation_error_message=_("Une vérification porte sa date et le titre de qui l’a faite."),
            )
        ]


@tracked("PartnershipHistory", exclude=DIGEST)
class Partnership(Record, Verified, Digested):
    """A link between French and foreign authorities. Its parties bear the roles and their own dates.

    Its digest is that of the parties and themes, see `projects.services.refresh_partnership_digest`.
    """

    kind = models.CharField(_("nature"), max_length=25, choices=PartnershipKind)
    title = models.CharField(_("intitulé"), max_length=300, blank=True)
    status = models.CharField(
        _("situation"), max_length=10, choices=PartnershipStatus, default=PartnershipStatus.UNKNOWN
    )
    publication = models.CharField(_("publication"), max_length=10, choices=Publication, default=Publication.DRAFT)
    signed_on = models.DateField(_("signé le"), null=True, blank=True)
    signed_precision = models.CharField(
        _("précision de la date"), max_length=8, choices=DatePrecision, default=DatePrecision.UNKNOWN
    )
    ended_on = models.DateField(_("terminé le"), null=True, blank=True)
    formality = models.CharField(
        _("engagement"), max_length=10, choices=Formality, blank=True, default="", db_default=""
    )
    expires_on = models.DateField(_("échéance de l’accord"), null=True, blank=True)
    is_tacitly_renewed = models.BooleanField(_("tacite reconduction"), default=False, db_default=False)
    deliberation = models.CharField(_("délibération (numéro)"), max_length=60, blank=True, default="", db_default="")
    deliberated_on = models.DateField(_("délibération du"), null=True, blank=True)
    deliberation_url = models.URLField(_("délibération en ligne"), blank=True, default="", db_default="")
    agreement_url = models.URLField(_("texte de l’accord en ligne"), blank=True, default="", db_default="")
    languages = models.CharField(_("langues de l’accord"), max_length=200, blank=True, default="", db_default="")
    is_triangular = models.BooleanField(_("coopération triangulaire"), default=False, db_default=False)
    last_active_on = models.DateField(_("dernière activité le"), null=True, blank=True)
    themes = models.ManyToManyField(Theme, blank=True, related_name="partnerships", verbose_name=_("thèmes"))
    note = models.TextField(_("note"), blank=True)
    origin = models.CharField(_("origine"), max_length=10, choices=Origin)
    source = models.CharField(_("source"), max_length=300, blank=True)
    confirmed_on = models.DateField(_("confirmé le"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("confirmé par")
    )
    foreign_confirmed_on = models.DateField(_("confirmé par le partenaire le"), null=True, blank=True)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("créé par")
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="twins",
        verbose_name=_("réuni à"),
        editable=False,
        help_text=_("La fiche qui vaut pour les deux, quand leurs partenaires étaient la même autorité."),
    )

    objects = PartnershipQuerySet.as_manager()
    workflow = PUBLICATION

    class Meta:
        verbose_name = _("partenariat")
        verbose_name_plural = _("partenariats")
        permissions = [
            ("publish_partnership", _("Peut publier et archiver un partenariat")),
            ("verify_partnership", _("Peut vérifier un partenariat")),
        ]
        ordering = [F("signed_on").desc(nulls_last=True), "-pk"]
        constraints = [
            *Verified.Meta.constraints,
            models.CheckConstraint(
                name="projects_partnership_signed_precision",
                condition=Q(signed_on__isnull=True, signed_precision=DatePrecision.UNKNOWN)
                | (Q(signed_on__isnull=False) & ~Q(signed_precision=DatePrecision.UNKNOWN)),
                violation_error_message=_("Une date de signature va avec sa précision."),
            ),
            models.CheckConstraint(
                name="projects_partnership_dates",
                condition=Q(signed_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("signed_on")),
                violation_error_message=_("La fin ne peut pas précéder la signature."),
            ),
            models.CheckConstraint(
                name="projects_partnership_expires",
                condition=Q(signed_on__isnull=True) | Q(expires_on__isnull=True) | Q(expires_on__gte=F("signed_on")),
                violation_error_message=_("L’échéance ne peut pas précéder la signature."),
            ),
            models.CheckConstraint(
                name="projects_partnership_ended",
                condition=Q(ended_on__isnull=True) | Q(status=PartnershipStatus.ENDED),
                violation_error_message=_("Un partenariat qui porte une date de fin est terminé."),
            ),
            models.CheckConstraint(
                name="projects_partnership_merged",
                condition=Q(merged_into__isnull=True) | (Q(publication=Publication.ARCHIVED) & ~Q(merged_into=F("id"))),
                violation_error_message=_("Une fiche réunie à une autre est archivée."),
            ),
        ]
        indexes = [
            *digest_indexes("projects_part"),
            models.Index(F("signed_on").desc(nulls_last=True), F("id").desc(), name="projects_part_recent"),
            models.Index(fields=["publication", "kind"], name="projects_part_public"),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_kind_display()} {self.name}".rstrip()

    def get_absolute_url(self) -> str:
        return reverse("projects:partnership_detail", args=[self.uuid])

    @property
    def name(self) -> str:
        """Its title, else «Rennes, Fougères – Thiès»: its parties, which cost a query outside `for_list` and `for_detail`."""
        if self.title:
            return self.title
        parties = getattr(self, "all_parties", None)
        if parties is None:
            parties = self.parties.select_related("collectivity", "foreign_authority") if self.pk else ()
        french, foreign = ([], [])
        for party in parties:
            (french if party.collectivity_id else foreign).append(str(party))
        return " – ".join(", ".join(side) for side in (french, foreign) if side)

    @property
    def countries(self) -> list:
        """Countries of the foreign parties, each once, of a row read by `for_list` or `for_detail`."""
        parties = (party for party in self.all_parties if party.foreign_authority_id)
        return list({party.foreign_authority.country: None for party in parties})


class PartyRole(models.TextChoices):
    """Role of an authority in a partnership."""

    LEAD = "lead", _("Chef de file")
    MEMBER = "member", _("Membre")


@tracked("PartnershipPartyHistory")
class PartnershipParty(Dated):
    """An authority, French or foreign (exactly one of the two), in a partnership."""

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="parties", verbose_name=_("partenariat"))
    collectivity = french_side("partnership_parties")
    foreign_authority = foreign_side("partnership_parties")
    role = models.CharField(_("rôle"), max_length=10, choices=PartyRole, default=PartyRole.LEAD)
    since = models.DateField(_("depuis le"), null=True, blank=True)
    until = models.DateField(_("jusqu’au"), null=True, blank=True)

    class Meta:
        verbose_name = _("partie")
        verbose_name_plural = _("parties")
        ordering = ["role", "pk"]
        constraints = [
            models.CheckConstraint(
                name="projects_party_one_side",
                condition=exactly_one("foreign_authority", "collectivity"),
                violation_error_message=_("Une partie est soit française, soit étrangère."),
            ),
            models.UniqueConstraint(
                fields=["partnership", "collectivity"],
                name="projects_party_french_once",
                violation_error_message=_("Cette collectivité figure déjà dans le partenariat."),
            ),
            models.UniqueConstraint(
                fields=["partnership", "foreign_authority"],
                name="projects_party_foreign_once",
                violation_error_message=_("Cette autorité figure déjà dans le partenariat."),
            ),
            models.CheckConstraint(
                name="projects_party_dates",
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                violation_error_message=_("La fin ne peut pas précéder le début."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.collectivity or self.foreign_authority)

    @property
    def authority(self) -> Collectivity | ForeignAuthority:
        """The French or the foreign authority, whichever side this is."""
        return self.collectivity or self.foreign_authority
