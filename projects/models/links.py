"""Links that leave by e-mail for somebody without account: whoever holds one acts by it, until it expires or is revoked."""

import hashlib
import uuid
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from atlas.models.base import Dated


def token_hash(token: str) -> str:
    """What is stored of a token, and looked for."""
    return hashlib.sha256(token.encode()).hexdigest()


class RequestLanguage(models.TextChoices):
    """Languages of the pages behind a link, and of the e-mails."""

    FRENCH = "fr", _("Français")
    ENGLISH = "en", _("Anglais")
    SPANISH = "es", _("Espagnol")


class SecretLink(Dated):
    """The secret is made of `uuid` and the portal's key: only its hash is stored, and a new `uuid` makes another one.

    Subclasses give `salt`, so that no link works as another kind.
    """

    salt: str

    uuid = models.UUIDField(_("identifiant"), default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("adresse électronique"))
    language = models.CharField(_("langue"), max_length=2, choices=RequestLanguage, default=RequestLanguage.FRENCH)
    token_hash = models.CharField(_("empreinte du lien"), max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("lien valable jusqu’au"))
    revoked_at = models.DateTimeField(_("lien annulé le"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def token(self) -> str:
        """The secret of the link. Made of the portal's own key: the database alone does not give it."""
        return salted_hmac(self.salt, str(self.uuid), algorithm="sha256").hexdigest()

    @property
    def state(self) -> str:
        """open, expired or revoked."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "open"

    def keep_open(self, days: int) -> None:
        """Make the link one that works for so long: the same one, or another where it had expired or was revoked. Not saved."""
        if not self.token_hash or self.state != "open":
            self.uuid, self.revoked_at = uuid.uuid4(), None
            self.token_hash = token_hash(self.token)
        self.expires_at = timezone.now() + timedelta(days=days)
