"""People: accounts, their place in an authority, and the postings of the State's network."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.querysets import AccessRequestQuerySet, MembershipQuerySet, PostingQuerySet
from atlas.workflow import ACCESS_REQUEST

from .base import Dated, Validity, tracked
from .partners import Country
from .reference import Theme
from .territories import Collectivity, Region


class UserManager(BaseUserManager):
    """Accounts are found by e-mail, whatever its case."""

    use_in_migrations = True

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """An account. Without a password it cannot log in until an invitation sets one."""
        if not email:
            raise ValueError("an e-mail address is required")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})


@tracked("UserHistory", exclude=["password", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):
    """An account; the e-mail address is the login."""

    email = models.EmailField(_("adresse électronique"), unique=True)
    first_name = models.CharField(_("prénom"), max_length=150, blank=True)
    last_name = models.CharField(_("nom"), max_length=150, blank=True)
    language = models.CharField(_("langue"), max_length=5, default="fr")
    is_staff = models.BooleanField(_("accède à l’administration"), default=False)
    is_active = models.BooleanField(_("compte actif"), default=True)
    date_joined = models.DateTimeField(_("créé le"), default=timezone.now)
    proconnect_sub = models.CharField(_("identifiant ProConnect"), max_length=255, null=True, blank=True, unique=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("compte")
        verbose_name_plural = _("comptes")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="atlas_user_email_ci",
                violation_error_message=_("Un compte existe déjà à cette adresse."),
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_opened(self) -> bool:
        """Whether somebody has entered by the invitation, or by ProConnect."""
        return bool(self.has_usable_password() or self.proconnect_sub)

    def get_short_name(self) -> str:
        return self.first_name or self.email


class Role(models.TextChoices):
    """What a member may do for an authority: read drafts; write; file in its name and manage members."""

    READER = "reader", _("Lecture")
    EDITOR = "editor", _("Rédaction")
    REPRESENTATIVE = "representative", _("Représentation")


@tracked("MembershipHistory")
class Membership(Dated):
    """A person's role in a French authority."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("compte"))
    collectivity = models.ForeignKey(
        Collectivity, models.PROTECT, related_name="memberships", verbose_name=_("collectivité")
    )
    role = models.CharField(_("rôle"), max_length=15, choices=Role)
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("invité par")
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membre")
        verbose_name_plural = _("membres")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "collectivity"],
                name="atlas_membership_once",
                violation_error_message=_("Cette personne est déjà membre de la collectivité."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.collectivity} ({self.get_role_display()})"


class PostingKind(models.TextChoices):
    """The State's network around decentralised cooperation."""

    OFFICER = "officer", _("Chargé de mission DCTCIV")
    EMBASSY = "embassy", _("Correspondant d’ambassade")
    ADVISER = "adviser", _("Conseiller diplomatique en région")


@tracked("PostingHistory")
class Posting(Validity, Dated):
    """Who follows which zones, countries, régions and themes, and from when to when."""

    user = models.ForeignKey(User, models.CASCADE, related_name="postings", verbose_name=_("compte"))
    kind = models.CharField(_("fonction"), max_length=10, choices=PostingKind)
    zones = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("zones du monde"))
    countries = models.ManyToManyField(Country, blank=True, related_name="postings", verbose_name=_("pays"))
    regions = models.ManyToManyField(Region, blank=True, related_name="postings", verbose_name=_("régions"))
    themes = models.ManyToManyField(Theme, blank=True, related_name="postings", verbose_name=_("thèmes"))

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("affectation")
        verbose_name_plural = _("affectations")
        ordering = ["kind", "pk"]
        constraints = [
            *Validity.Meta.constraints,
            models.CheckConstraint(
                name="atlas_posting_starts",
                condition=Q(valid_from__isnull=False),
                violation_error_message=_("Une affectation a une date de début."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_kind_display()}"


class AccessStatus(models.TextChoices):
    """Life of a request for access; `atlas.workflow.ACCESS_REQUEST` holds its transitions."""

    UNCONFIRMED = "unconfirmed", _("Adresse à confirmer")
    PENDING = "pending", _("À décider")
    GRANTED = "granted", _("Accordée")
    REFUSED = "refused", _("Refusée")


@tracked("AccessRequestHistory")
class AccessRequest(Dated):
    """Somebody asks to be let into an authority, which ProConnect names (`siret`) or the person itself.

    Without `collectivity`, the atlas does not know it yet: `wanted_name` and `wanted_siren` are as typed, and the staff
    attaches the request. A visitor's request waits first for its address to be confirmed.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="access_requests", verbose_name=_("compte"))
    collectivity = models.ForeignKey(
        Collectivity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="access_requests",
        verbose_name=_("collectivité"),
    )
    siret = models.CharField(_("SIRET donné par ProConnect"), max_length=14, blank=True)
    function = models.CharField(_("fonction"), max_length=200, blank=True)
    message = models.TextField(_("message"), max_length=2000, blank=True)
    wanted_name = models.CharField(_("collectivité cherchée"), max_length=200, blank=True)
    wanted_siren = models.CharField(_("numéro cherché"), max_length=20, blank=True)
    status = models.CharField(
        _("état"), max_length=12, choices=AccessStatus, default=AccessStatus.PENDING, editable=False
    )
    decided_at = models.DateTimeField(_("décidée le"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("décidée par"), editable=False
    )

    objects = AccessRequestQuerySet.as_manager()
    workflow = ACCESS_REQUEST

    class Meta:
        verbose_name = _("demande d’accès")
        verbose_name_plural = _("demandes d’accès")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "collectivity"],
                condition=Q(status="pending"),
                name="atlas_accessrequest_once",
                violation_error_message=_("Cette demande attend déjà sa réponse."),
            ),
            models.CheckConstraint(
                name="atlas_accessrequest_decided",
                condition=Q(status__in=["pending", "unconfirmed"], decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(status__in=["pending", "unconfirmed"]) & Q(decided_at__isnull=False)),
                violation_error_message=_("Une décision porte sa date, une demande en attente n’en a pas."),
            ),
            models.CheckConstraint(
                name="atlas_accessrequest_subject",
                condition=Q(collectivity__isnull=False) | ~Q(wanted_name="", wanted_siren=""),
                violation_error_message=_("Une demande nomme une collectivité."),
            ),
            models.CheckConstraint(
                name="atlas_accessrequest_attached",
                condition=~Q(status="granted") | Q(collectivity__isnull=False),
                violation_error_message=_("Rattachez d’abord la demande à une collectivité de l’atlas."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.wanted}"

    @property
    def wanted(self) -> str:
        """The authority, as the atlas or else the person names it."""
        return str(self.collectivity or self.wanted_name or self.wanted_siren)
