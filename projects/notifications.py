"""E-mails about partnerships and projects, one template each under `templates/projects/email/`."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import override

from atlas.models import Role, StatusChange, User
from atlas.notifications import link, send
from projects.models import PartnerRequest, ProjectRole

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
    told = User.objects.filter(
        is_active=True, memberships__collectivity=lead.collectivity, memberships__role__in=TOLD[change.transition]
    ).exclude(pk=change.actor_id)
    for member in told.order_by("pk"):
        send(
            f"project_{change.transition}",
            member,
            app="projects",
            project=project,
            change=change,
            link=link("space:project", lead.collectivity.slug, project.uuid),
        )


def partner_request(asked: PartnerRequest) -> None:
    """The link, in the partner's language."""
    with override(asked.language):
        text = render_to_string(
            "projects/email/partner_request.txt",
            {
                "asked": asked,
                "link": link("projects:partner_confirm", asked.token),
                "contact": settings.CONTACT_EMAIL,
            },
        )
    subject, _line, body = text.strip().partition("\n\n")
    send_mail(" ".join(subject.split()), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [asked.email])


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
