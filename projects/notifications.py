"""E-mails about partnerships, projects and notices, one template each under `templates/projects/email/`."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction

from atlas.models import Collectivity, Posting, PostingKind, Role, StatusChange, User, in_force
from atlas.notifications import link, members, send, send_to, sheet_link
from projects import rules
from projects.models import (
    NoticeContact,
    NoticeConversation,
    NoticeMessage,
    NoticeReminder,
    PartnerRequest,
    Partnership,
    PartnershipNotice,
    PartyConsent,
    Project,
    ProjectRole,
    VerifierKind,
)

WRITERS = (Role.EDITOR, Role.REPRESENTATIVE)
# Who is told, by transition: those who can do what is asked next.
TOLD = {
    "submit": (Role.REPRESENTATIVE,),
    "send_back": WRITERS,
    "ask_refresh": WRITERS,
}


def project_moved(change: StatusChange) -> None:
    """Tell the members of the authority that leads the project; not the person who did it."""
    project = change.subject
    lead = (
        project.parties.filter(role=ProjectRole.LEAD, collectivity__isnull=False).select_related("collectivity").first()
    )
    if lead is None:
        return
    for member in members(lead.collectivity, TOLD[change.transition]).exclude(pk=change.actor_id):
        send(
            f"project_{change.transition}",
            member,
            app="projects",
            project=project,
            change=change,
            link=link("space:project", lead.collectivity.slug, project.uuid),
        )


def notice_moved(change: StatusChange) -> None:
    """A notice to publish: those who can. What the State decided of a foreign one: its author."""
    notice = change.subject
    if not notice.is_foreign:
        address = link("space:notice", notice.collectivity.slug, notice.uuid)
        for member in members(notice.collectivity_id, (Role.REPRESENTATIVE,)).exclude(pk=change.actor_id):
            send("notice_submit", member, app="projects", notice=notice, change=change, link=address)
    elif change.target == "submitted":
        for person in correspondents(notice.contact.country_id):
            address = link("projects:notice_check", notice.uuid)
            send("notice_to_check", person, app="projects", notice=notice, link=address)
    elif notice.contact.state == "open":
        to_contact("notice_decided", notice.contact, notice=notice, change=change)


def correspondents(country_id: int) -> list[User]:
    """The correspondents of the embassy in this country today. Without any, what waits is in the staff's queue."""
    posted = Posting.objects.valid_on().filter(kind=PostingKind.EMBASSY, countries=country_id)
    return list(User.objects.filter(is_active=True, postings__in=posted).distinct().order_by("pk"))


def to_contact(template: str, contact: NoticeContact, **context: Any) -> None:
    """An e-mail to somebody without account, in its language, with its own link."""
    given = {"contact": contact, "link": link("projects:notice_follow", contact.token), "help": settings.CONTACT_EMAIL}
    send_to(contact.email, template, app="projects", language=contact.language, **(given | context))


def notice_link(contact: NoticeContact) -> None:
    """The link of the author of a notice, or of a reply."""
    if hasattr(contact, "conversation"):
        to_contact("reply_link", contact, notice=contact.conversation.notice)
    else:
        to_contact("notice_link", contact, notice=contact.notice)


def notice_message(message: NoticeMessage) -> None:
    """A message, to the other side: neither address is in it, and answers go through the portal."""
    conversation = message.conversation
    other = NoticeConversation.other(message.side)
    given = {"notice": conversation.notice, "message": message, "from": conversation.name_of(message.side)}
    if contact := conversation.contact_of(other):
        if contact.state == "open":
            to_contact("notice_message_to_contact", contact, **given)
        return
    collectivity = conversation.collectivity_of(other)
    address = link("space:conversation", collectivity.slug, conversation.uuid)
    for member in members(collectivity, WRITERS):
        send("notice_message", member, app="projects", link=address, **given)


def expiring(day: date) -> Iterator[tuple[int, int | None]]:
    """Whom to remind on `day` of which notice: its key, and a member's, or None for the correspondent of a foreign author."""
    soon = PartnershipNotice.objects.expiring(day, in_force(rules.NOTICE_REMINDER_DAYS, day))
    for notice in soon.order_by("expires_on", "pk"):
        told = set(notice.reminders.filter(expires_on=notice.expires_on).values_list("user_id", flat=True))
        people = [None] if notice.is_foreign else members(notice.collectivity_id, WRITERS).values_list("pk", flat=True)
        yield from ((notice.pk, person) for person in people if person not in told)


@transaction.atomic
def remind(notice_id: int, user_id: int | None) -> bool:
    """Tell one person that the notice expires, once for this date. Returns whether an e-mail left.

    The line that says so and the sending are one transaction: a worker killed on the way leaves the reminder to be sent.
    """
    found = PartnershipNotice.objects.filter(pk=notice_id, publication="published").select_related("contact")
    notice = found.select_for_update(of=("self",)).first()
    if notice is None or notice.is_expired:
        return False
    if not NoticeReminder.objects.get_or_create(notice=notice, expires_on=notice.expires_on, user_id=user_id)[1]:
        return False
    if user_id is not None:
        address = link("space:notice", notice.collectivity.slug, notice.uuid)
        send(
            "notice_expiring", User.objects.get(pk=user_id), app="projects", notice=notice, link=f"{address}#renouveler"
        )
        return True
    # Locked: what the staff revokes at this moment stays so.
    contact = NoticeContact.objects.select_for_update().get(pk=notice.contact_id)
    if contact.state == "revoked":
        return False
    contact.keep_open(in_force(rules.NOTICE_LINK_DAYS))
    contact.save()
    to_contact("notice_expiring_to_contact", contact, notice=notice)
    return True


def record_verified(
    record: Partnership | Project, title: VerifierKind, *, verified: bool, text: str, author_id: int | None
) -> None:
    """What the State's network said of a record, to those who keep it: that it is right, or a word, or both."""
    kind, told = record._meta.model_name, {author_id}
    for collectivity in Collectivity.objects.filter(pk__in=record.french_ids).order_by("pk"):
        for member in members(collectivity, WRITERS).exclude(pk__in=told):
            told.add(member.pk)
            send(
                "record_verified",
                member,
                app="projects",
                record=record,
                by=title.label,
                verified=verified,
                text=text,
                link=link(f"space:{kind}_thread", collectivity.slug, record.uuid),
            )


def party_named(asked: PartyConsent) -> None:
    """Tell those who represent the authority that a record names it."""
    address = link(f"space:{asked.subject._meta.model_name}_consent", asked.collectivity.slug, asked.subject.uuid)
    for member in members(asked.collectivity, (Role.REPRESENTATIVE,)):
        send("party_named", member, app="projects", asked=asked, title=str(asked.subject), link=address)


def consent_answered(given: PartyConsent) -> None:
    """Tell whoever named the authority."""
    if given.asked_by and given.asked_by.is_active:
        address = sheet_link(given.subject)
        send("consent_answered", given.asked_by, app="projects", given=given, title=str(given.subject), link=address)


def partner_request(asked: PartnerRequest) -> None:
    """The link, in the partner's language."""
    address = link("projects:partner_confirm", asked.token)
    send_to(asked.email, "partner_request", app="projects", language=asked.language, asked=asked, link=address)


def partner_answered(asked: PartnerRequest) -> None:
    """Tell whoever asked."""
    if asked.sent_by and asked.sent_by.is_active:
        name = "space:project_partner" if asked.project_id else "space:partnership_partner"
        send(
            "partner_answered",
            asked.sent_by,
            app="projects",
            asked=asked,
            record=type(asked.subject).objects.for_list().get(pk=asked.subject.pk),
            link=link(name, asked.collectivity.slug, asked.subject.uuid),
        )
