"""Conversations about a notice: reply, write, say where one stands, stop, report, conclude. Nobody's address passes through."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.models import Collectivity, Country, ForeignAuthority, ForeignPlace, User, in_force
from atlas.permissions import may, require
from projects import rules, tasks
from projects.models import (
    ConversationStatus,
    NoticeContact,
    NoticeConversation,
    NoticeMessage,
    NoticeOutcome,
    NoticePublication,
    Partnership,
    PartnershipNotice,
    PartnershipStatus,
    PartyRole,
    Side,
)
from projects.services.editing import check
from projects.services.notice_checks import decide_authority
from projects.services.notice_links import new_contact
from projects.services.notices import move_notice
from projects.services.partnership_sheet import create_partnership

SAID = (ConversationStatus.TALKING, ConversationStatus.MET, ConversationStatus.AGREED)


def _answerable(notice: PartnershipNotice) -> None:
    if not notice.in_force:
        raise ValidationError(_("Cette annonce n’est plus en cours : on ne peut plus y répondre."), code="ended")


def _text(text: str) -> str:
    if not (text := text.replace("\x00", "").strip()):
        raise ValidationError({"text": _("Écrivez un message.")}, code="empty")
    return text


@transaction.atomic
def reply(notice: PartnershipNotice, collectivity: Collectivity, *, actor: User, text: str) -> NoticeConversation:
    """A French authority answers a notice: the conversation begins.

    Raises:
        PermissionDenied: `actor` does not write for `collectivity`.
        ValidationError: the notice is its own or no longer in force, it has replied already, or too much today.
    """
    check("projects.add_partnershipnotice", collectivity, actor=actor)
    _answerable(notice)
    if notice.collectivity_id == collectivity.pk:
        raise ValidationError(_("Cette annonce est la vôtre."), code="own")
    since = timezone.now() - timedelta(days=1)
    begun = NoticeConversation.objects.filter(collectivity=collectivity, created_at__gt=since)
    if begun.count() >= in_force(rules.NOTICE_REPLIES_BY_DAY):
        raise ValidationError(_("Votre collectivité a déjà beaucoup répondu aujourd’hui : recommencez demain."))
    conversation = NoticeConversation(notice=notice, collectivity=collectivity)
    conversation.full_clean()
    conversation.save()
    _add(conversation, Side.REPLIER, text, sender=actor)
    return conversation


@transaction.atomic
def reply_by_contact(
    notice: PartnershipNotice,
    country: Country,
    authority: ForeignAuthority | ForeignPlace | str,
    *,
    text: str,
    **who: Any,
) -> NoticeConversation:
    """A foreign authority without account answers a French notice; nothing reaches it before the address is confirmed.

    Raises:
        ValidationError: the notice is not French or not in force, a rule is broken, or this address asked too much.
    """
    _answerable(notice)
    if notice.is_foreign:
        raise ValidationError(_("Cette annonce attend une collectivité française."), code="foreign")
    contact = new_contact(country, authority, **who)
    conversation = NoticeConversation(notice=notice, contact=contact)
    conversation.full_clean()
    conversation.save()
    NoticeMessage.objects.create(conversation=conversation, side=Side.REPLIER, text=_text(text))
    transaction.on_commit(lambda: tasks.send_notice_link.delay(contact.pk), robust=True)
    return conversation


@transaction.atomic
def confirm_reply(contact: NoticeContact) -> NoticeConversation:
    """Whoever opened the link says that the reply is its own: it is delivered, once."""
    locked = NoticeContact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    conversation = locked.conversation
    if locked.confirmed_at is None:
        locked.confirmed_at = timezone.now()
        locked.save()
        for message in conversation.messages.all():
            _announce(message)
    return conversation


def _announce(message: NoticeMessage) -> None:
    transaction.on_commit(lambda: tasks.send_notice_message.delay(message.pk), robust=True)


def _add(conversation: NoticeConversation, side: str, text: str, *, sender: User | None) -> NoticeMessage:
    message = NoticeMessage(conversation=conversation, side=side, sender=sender, text=_text(text))
    message.full_clean()
    message.save()
    _announce(message)
    return message


def _lock(conversation: NoticeConversation) -> NoticeConversation:
    rows = NoticeConversation.objects.for_list().select_for_update(of=("self",))
    return rows.get(pk=conversation.pk)


def check_side(
    conversation: NoticeConversation, side: str, *, actor: User | None, contact: NoticeContact | None
) -> None:
    """Who speaks for a side: those who write for its authority, or whoever holds the link of its contact.

    Raises:
        PermissionDenied: somebody else.
    """
    collectivity = conversation.collectivity_of(side)
    if collectivity is not None:
        allowed = may(actor, "projects.add_partnershipnotice", collectivity)
    else:
        allowed = contact is not None and contact == conversation.contact_of(side)
    require(allowed)


@transaction.atomic
def write(
    conversation: NoticeConversation,
    side: str,
    text: str,
    *,
    actor: User | None = None,
    contact: NoticeContact | None = None,
) -> NoticeMessage:
    """Add a message. The author's first answer makes the conversation «talking».

    Raises:
        PermissionDenied: this is not one's side.
        ValidationError: it was stopped, or too many messages: in a day, or in a row without an answer.
    """
    locked = _lock(conversation)
    check_side(locked, side, actor=actor, contact=contact)
    if not locked.is_open:
        raise ValidationError(_("Cette conversation est arrêtée : plus personne ne peut y écrire."), code="stopped")
    most = in_force(rules.NOTICE_UNANSWERED)
    last = list(locked.messages.order_by("-created_at", "-pk").values_list("side", flat=True)[:most])
    if len(last) == most and set(last) == {side}:
        raise ValidationError(_("Attendez une réponse avant d’écrire de nouveau."), code="unanswered")
    since = timezone.now() - timedelta(days=1)
    if locked.messages.filter(side=side, created_at__gt=since).count() >= in_force(rules.NOTICE_MESSAGES_BY_DAY):
        raise ValidationError(_("Vous avez beaucoup écrit aujourd’hui : recommencez demain."), code="too_many")
    message = _add(locked, side, text, sender=actor)
    if locked.status == ConversationStatus.NEW and side == Side.AUTHOR:
        locked.status = ConversationStatus.TALKING
    locked.version += 1
    locked.save()
    return message


@transaction.atomic
def say_status(
    conversation: NoticeConversation,
    side: str,
    status: str,
    *,
    actor: User | None = None,
    contact: NoticeContact | None = None,
) -> NoticeConversation:
    """Say where the two stand: talking, met, agreed.

    Raises:
        PermissionDenied, ValidationError: as `write`; or a partnership was concluded already.
    """
    locked = _lock(conversation)
    check_side(locked, side, actor=actor, contact=contact)
    if status not in SAID:
        raise ValidationError(_("Cet état n’existe pas."), code="status")
    if not locked.is_open or locked.partnership_id:
        raise ValidationError(_("Cette conversation est terminée."), code="stopped")
    locked.status = status
    locked.version += 1
    locked.save()
    return locked


@transaction.atomic
def stop(
    conversation: NoticeConversation,
    side: str,
    *,
    actor: User | None = None,
    contact: NoticeContact | None = None,
) -> NoticeConversation:
    """Either side stops, for good: neither writes any more.

    Raises:
        PermissionDenied: this is not one's side.
        ValidationError: it is stopped already, or became a partnership.
    """
    locked = _lock(conversation)
    check_side(locked, side, actor=actor, contact=contact)
    if not locked.is_open or locked.partnership_id:
        raise ValidationError(_("Cette conversation est terminée."), code="stopped")
    locked.status, locked.stopped_by = ConversationStatus.CLOSED, side
    locked.version += 1
    locked.save()
    return locked


@transaction.atomic
def report(
    message: NoticeMessage,
    side: str,
    reason: str,
    *,
    actor: User | None = None,
    contact: NoticeContact | None = None,
) -> NoticeMessage:
    """Tell the staff of a message of the other side, which they may then read.

    Raises:
        PermissionDenied: this is not one's side.
        ValidationError: one's own message, or no reason.
    """
    locked = NoticeMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
    check_side(_lock(locked.conversation), side, actor=actor, contact=contact)
    if locked.side == side:
        raise ValidationError(_("Ce message est le vôtre."), code="own")
    if not reason.strip():
        raise ValidationError({"reason": _("Dites ce qui ne va pas.")}, code="reason")
    if locked.reported_at is None:
        locked.reported_at, locked.report_reason = timezone.now(), reason.strip()[:1000]
        locked.save()
    return locked


@transaction.atomic
def handle_report(message: NoticeMessage, *, actor: User, note: str = "", hide: bool = True) -> NoticeMessage:
    """The staff's answer to a report: hide the message and stop the conversation, or leave all as it is.

    Raises:
        PermissionDenied: `actor` is no staff who may.
        ValidationError: it waits no more.
    """
    locked = NoticeMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
    check("projects.change_noticemessage", locked, actor=actor)
    if locked.reported_at is None or locked.handled_at is not None:
        raise ValidationError(_("Ce signalement n’attend plus de réponse."), code="handled")
    locked.handled_at, locked.handled_by, locked.is_hidden = timezone.now(), actor, hide
    locked.save()
    if hide:
        NoticeConversation.objects.filter(pk=locked.conversation_id, partnership=None).update(
            status=ConversationStatus.CLOSED, stopped_by=""
        )
    return locked


@transaction.atomic
def mark_read(conversation: NoticeConversation, side: str) -> int:
    """The messages that this side has received are read. Returns how many were new."""
    other = NoticeConversation.other(side)
    received = NoticeMessage.objects.filter(conversation=conversation, side=other, read_at__isnull=True)
    return received.update(read_at=timezone.now())


@transaction.atomic
def conclude(
    conversation: NoticeConversation,
    collectivity: Collectivity,
    *,
    actor: User,
    kind: str,
    existing: Partnership | None = None,
    close_notice: bool = True,
) -> Partnership:
    """The two authorities have become partners: their partnership is drafted, or the existing one linked; the notice closes.

    Raises:
        PermissionDenied: `actor` does not write for `collectivity`, a side of this conversation.
        ValidationError: both are French, it is stopped or concluded already, or the foreign authority is not settled.
    """
    locked = _lock(conversation)
    side = Side.AUTHOR if locked.notice.collectivity_id == collectivity.pk else Side.REPLIER
    require(locked.collectivity_of(side) == collectivity)
    check_side(locked, side, actor=actor, contact=None)
    if not locked.is_open or locked.partnership_id:
        raise ValidationError(_("Cette conversation est terminée."), code="stopped")
    foreign = locked.contact_of(NoticeConversation.other(side))
    if foreign is None:
        raise ValidationError(_("Un partenariat a une partie française et une partie étrangère."), code="one_sided")
    authority = foreign.foreign_authority or decide_authority(foreign, foreign.place)
    if existing is not None and not existing.parties.filter(foreign_authority=authority).exists():
        raise ValidationError({"existing": _("Cette autorité n’est pas partie à ce partenariat.")}, code="not_a_party")
    partnership = existing or create_partnership(
        collectivity,
        [
            {"collectivity": collectivity, "role": PartyRole.LEAD},
            {"foreign_authority": authority, "role": PartyRole.LEAD},
        ],
        actor=actor,
        themes=locked.notice.themes.all(),
        kind=kind,
        status=PartnershipStatus.ACTIVE,
    )
    locked.status, locked.partnership = ConversationStatus.AGREED, partnership
    locked.version += 1
    locked.save()
    if close_notice and locked.notice.publication == NoticePublication.PUBLISHED and side == Side.AUTHOR:
        move_notice(locked.notice, "close", actor=actor, outcome=NoticeOutcome.PARTNERSHIP, partnership=partnership)
    return partnership


def of_contact(contact: NoticeContact) -> QuerySet[NoticeConversation]:
    """The conversations of whoever holds this link: about its notice, those that were delivered; or its own reply."""
    about = NoticeConversation.objects.delivered().filter(notice__contact=contact)
    return (about | NoticeConversation.objects.filter(contact=contact)).for_list().order_by("-updated_at", "-pk")


@transaction.atomic
def keep_conversation(
    notice: PartnershipNotice, collectivity: Collectivity, messages: Sequence[tuple[str, str, datetime]], *, status: str
) -> NoticeConversation:
    """A conversation that was held already: (side, text, time) of each message; nobody is told, the last one is unread."""
    conversation = NoticeConversation.objects.create(notice=notice, collectivity=collectivity, status=status)
    made = [NoticeMessage(conversation=conversation, side=side, text=text) for side, text, _at in messages]
    NoticeMessage.objects.bulk_create(made)
    for message, (_side, _text, at) in zip(made, messages, strict=True):
        message.created_at, message.read_at = at, None if message is made[-1] else at
    NoticeMessage.objects.bulk_update(made, ["created_at", "read_at"])
    return conversation
