"""E-mails about partnerships and projects, one template each under `templates/projects/email/`."""

from typing import Any

from django.conf import settings

from atlas.models import Posting, PostingKind, Role, StatusChange, User
from atlas.notifications import link, members, send, send_to
from projects.models import NoticeContact, NoticeConversation, NoticeMessage, PartnerRequest, ProjectRole

# Who is told, by transition: those who can do what is asked next.
TOLD = {
    "submit": (Role.REPRESENTATIVE,),
    "send_back": (Role.EDITOR, Role.REPRESENTATIVE),
    "ask_refresh": (Role.EDITOR, Role.REPRESENTATIVE),
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
    for member in members(collectivity, (Role.EDITOR, Role.REPRESENTATIVE)):
        send("notice_message", member, app="projects", link=address, **given)


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
