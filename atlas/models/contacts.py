"""People in charge of international relations in a French authority, whom the atlas lets others reach."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from atlas.names import normalise
from atlas.querysets import ContactQuerySet

from .base import Record, tracked
from .territories import Collectivity

_signer = Signer(salt="atlas.contact")


class Standing(models.TextChoices):
    """In what capacity somebody speaks for an authority."""

    ELECTED = "elected", _("Élue ou élu")
    OFFICER = "officer", _("Agente ou agent")


class Audience(models.TextChoices):
    """Who reads a contact. Those who write for the authority and the ministry always do."""

    PUBLIC = "public", _("Tout le monde")
    MEMBERS = "members", _("Les membres de la collectivité et le réseau de l’État")
    NOBODY = "nobody", _("Personne d’autre que nous et le ministère")


@tracked("ContactHistory", exclude=["notified_at", "digests"])
class Contact(Record):
    """A person's function in an authority, from when to when, and who may read it.

    Whoever objects is erased: the row then holds imprints only, by which the same person entered again is noticed.
    """

    collectivity = models.ForeignKey(
        Collectivity, models.PROTECT, related_name="contacts", verbose_name=_("collectivité")
    )
    first_name = models.CharField(_("prénom"), max_length=150, blank=True)
    last_name = models.CharField(_("nom"), max_length=150, blank=True)
    function = models.CharField(_("fonction"), max_length=200, blank=True)
    standing = models.CharField(_("qualité"), max_length=10, choices=Standing, default=Standing.OFFICER)
    email = models.EmailField(_("adresse électronique"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=40, blank=True)
    languages = models.CharField(_("langues parlées"), max_length=200, blank=True)
    starts_on = models.DateField(_("en fonction depuis le"), null=True, blank=True)
    ends_on = models.DateField(_("en fonction jusqu’au"), null=True, blank=True)
    visibility = models.CharField(_("visible par"), max_length=10, choices=Audience, default=Audience.MEMBERS)
    checked_on = models.DateField(_("vérifié le"), default=timezone.localdate)
    consent_note = models.CharField(_("accord de la personne"), max_length=500, blank=True)
    notified_at = models.DateTimeField(_("personne prévenue le"), null=True, blank=True, editable=False)
    objected_at = models.DateTimeField(_("opposition du"), null=True, blank=True, editable=False)
    digests = ArrayField(models.CharField(max_length=64), default=list, blank=True, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["standing", "last_name", "first_name", "pk"]
        permissions = [("object_contact", "Can record the objection of a contact")]
        constraints = [
            models.CheckConstraint(
                name="atlas_contact_mandate",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("La fin des fonctions ne peut pas précéder leur début."),
            ),
            models.CheckConstraint(
                name="atlas_contact_objected",
                condition=Q(objected_at__isnull=True, digests=[]) & ~Q(last_name="") & ~Q(function="") & ~Q(email="")
                | Q(objected_at__isnull=False, first_name="", last_name="", function="", email="", phone="")
                & Q(languages="", consent_note="", starts_on__isnull=True)
                & ~Q(digests=[]),
                violation_error_message=_(
                    "Un contact a un nom, une fonction et une adresse ; celui qui s’oppose n’a plus rien de cela."
                ),
            ),
            models.UniqueConstraint(
                F("collectivity"),
                Lower("email"),
                Lower("last_name"),
                Lower("first_name"),
                condition=Q(objected_at__isnull=True, ends_on__isnull=True),
                name="atlas_contact_once",
                violation_error_message=_("Cette personne figure déjà parmi vos contacts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or str(_("Personne qui s’est opposée"))

    @property
    def token(self) -> str:
        """The secret of the link by which the person objects. It never expires: nor does the right."""
        return _signer.signature(str(self.uuid))

    @staticmethod
    def is_token(uuid: str, token: str) -> bool:
        """Whether the link is ours."""
        try:
            _signer.unsign(f"{uuid}{_signer.sep}{token}")
        except BadSignature:
            return False
        return True

    def is_running(self, today: date) -> bool:
        """Whether the person is in office on that day."""
        return (self.starts_on is None or self.starts_on <= today) and (self.ends_on is None or self.ends_on >= today)


def contact_digests(email: str, first_name: str, last_name: str) -> list[str]:
    """Imprints of an address and of a name, with each key of the portal, the first ones with the present key."""
    values = (email.strip().lower(), normalise(f"{first_name} {last_name}"))
    return [
        salted_hmac("atlas.contact_objection", value, secret=key, algorithm="sha256").hexdigest()
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        for value in values
    ]
