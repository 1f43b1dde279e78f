"""E-mails about partnerships and projects, one template each under `templates/projects/email/`."""

from atlas.models import Role, StatusChange, User
from atlas.notifications import link, send
from projects.models import ProjectRole

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
