"""Replies to a notice: a conversation between two authorities, through the portal, where neither sees the other's address."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from atlas.models import Collectivity, User
from atlas.models.base import Dated, Record
from projects.constraints import exactly_one
from projects.querysets import ConversationQuerySet, NoticeMessageQuerySet

from .notices import NoticeContact, PartnershipNotice
from .partnerships import Partnership


class ConversationStatus(models.TextChoices):
    """Where two authorities stand; what they say themselves, but for the first two."""

    NEW = "new", _("Nouvelle")
    TALKING = "talking", _("En discussion")
    MET = "met", _("Rencontre faite")
    AGREED = "agreed", _("Accord trouvé")
    CLOSED = "closed", _("Arrêtée")


class Side(models.TextChoices):
    """The two sides of a conversation."""

    AUTHOR = "author", _("Auteur de l’annonce")
    REPLIER = "replier", _("Auteur de la réponse")


class NoticeConversation(Record):
    """One authority's reply to a notice and what follows. The replier is French (`collectivity`), or foreign, by its `contact`."""

    notice = models.ForeignKey(
        PartnershipNotice, models.PROTECT, related_name="conversations", verbose_name=_("annonce")
    )
    collectivity = models.ForeignKey(
        Collectivity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notice_replies",
        verbose_name=_("collectivité qui répond"),
    )
    contact = models.OneToOneField(
        NoticeContact,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="conversation",
        verbose_name=_("correspondant étranger qui répond"),
    )
    status = models.CharField(
        _("état"), max_length=8, choices=ConversationStatus, default=ConversationStatus.NEW, editable=False
    )
    stopped_by = models.CharField(_("arrêtée par"), max_length=8, choices=Side, blank=True, editable=False)
    partnership = models.ForeignKey(
        Partnership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notice_conversations",
        verbose_name=_("partenariat conclu"),
        editable=False,
    )

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="projects_conversation_replier",
                condition=exactly_one("collectivity", "contact"),
                violation_error_message=_(
                    "Une réponse vient d’une collectivité française ou d’une autorité étrangère."
                ),
            ),
            models.UniqueConstraint(
                fields=["notice", "collectivity"],
                name="projects_conversation_once",
                violation_error_message=_("Votre collectivité a déjà répondu à cette annonce."),
            ),
            models.CheckConstraint(
                name="projects_conversation_stopped",
                condition=Q(status="closed") | Q(stopped_by=""),
                violation_error_message=_("Seule une conversation arrêtée dit par qui."),
            ),
            models.CheckConstraint(
                name="projects_conversation_partnership",
                condition=Q(partnership__isnull=True) | Q(status="agreed"),
                violation_error_message=_("Seule une conversation qui aboutit désigne un partenariat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_of(Side.REPLIER)} → {self.notice}"

    @property
    def is_open(self) -> bool:
        """Whether both may write."""
        return self.status != ConversationStatus.CLOSED

    def collectivity_of(self, side: str) -> Collectivity | None:
        return self.notice.collectivity if side == Side.AUTHOR else self.collectivity

    def contact_of(self, side: str) -> NoticeContact | None:
        return self.notice.contact if side == Side.AUTHOR else self.contact

    def name_of(self, side: str) -> str:
        """The authority on a side: what the other one sees of it."""
        contact = self.contact_of(side)
        return contact.authority if contact else str(self.collectivity_of(side))

    @staticmethod
    def other(side: str) -> str:
        return Side.REPLIER if side == Side.AUTHOR else Side.AUTHOR


class NoticeMessage(Dated):
    """A message of one side. `sender` is its account, where it has one. What was reported is read by the staff."""

    conversation = models.ForeignKey(
        NoticeConversation, models.CASCADE, related_name="messages", verbose_name=_("conversation")
    )
    side = models.CharField(_("de"), max_length=8, choices=Side)
    sender = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("compte"))
    text = models.TextField(_("message"), max_length=4000)
    read_at = models.DateTimeField(_("lu le"), null=True, blank=True)
    reported_at = models.DateTimeField(_("signalé le"), null=True, blank=True)
    report_reason = models.TextField(_("motif du signalement"), max_length=1000, blank=True)
    handled_at = models.DateTimeField(_("signalement traité le"), null=True, blank=True)
    handled_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("traité par")
    )
    is_hidden = models.BooleanField(_("masqué"), default=False)

    objects = NoticeMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="projects_noticemessage_text",
                condition=~Q(text=""),
                violation_error_message=_("Écrivez un message."),
            ),
            models.CheckConstraint(
                name="projects_noticemessage_handled",
                condition=Q(handled_at__isnull=True) | Q(reported_at__isnull=False),
                violation_error_message=_("Seul un message signalé est traité."),
            ),
        ]
        indexes = [models.Index(fields=["conversation", "created_at"], name="projects_message_order")]

    def __str__(self) -> str:
        return f"{self.get_side_display()}, {self.created_at:%Y-%m-%d %H:%M}"


class NoticeReminder(models.Model):
    """That somebody was told, for one date, that a notice expires: written with the sending, so that it leaves once.

    `user`: a member of the French author; empty for the correspondent of a foreign one. Renewed, a notice has another date.
    """

    notice = models.ForeignKey(PartnershipNotice, models.CASCADE, related_name="reminders", verbose_name=_("annonce"))
    expires_on = models.DateField(_("expire le"))
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+", verbose_name=_("destinataire"))
    at = models.DateTimeField(_("date"), auto_now_add=True)

    class Meta:
        verbose_name = _("rappel d’expiration")
        verbose_name_plural = _("rappels d’expiration")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "expires_on", "user"],
                name="projects_noticereminder_once",
                nulls_distinct=False,
                violation_error_message=_("Ce rappel est déjà parti."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice}, {self.expires_on}"
