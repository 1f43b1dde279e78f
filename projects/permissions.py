"""Who may do what to one partnership or one project."""

from atlas.models import Collectivity, Role, User
from atlas.permissions import OFFICERS, grant, has_role, rule
from projects.models import Partnership, Project

WRITERS = (Role.EDITOR, Role.REPRESENTATIVE)


def _is_party(user: User, partnership: Partnership, roles: tuple[str, ...]) -> bool:
    """Whether `user` bears one of `roles` in a French authority that is a party."""
    return user.memberships.filter(
        role__in=roles, collectivity__partnership_parties__partnership_id=partnership.pk
    ).exists()


@rule("projects.add_project")
@rule("projects.add_partnership")
@rule("projects.add_confirmation")
def writes_for(user: User, collectivity: Collectivity) -> bool:
    """Editors and representatives write for their authority."""
    return has_role(user, collectivity.pk, *WRITERS)


@rule("projects.change_partnership")
def writes(user: User, partnership: Partnership) -> bool:
    """Editors and representatives of a French party keep its records."""
    return _is_party(user, partnership, WRITERS)


@rule("projects.publish_partnership")
def publishes(user: User, partnership: Partnership) -> bool:
    """A representative speaks for the authority: it decides what is public of it."""
    return _is_party(user, partnership, (Role.REPRESENTATIVE,))


def _holds(user: User, project: Project, roles: tuple[str, ...]) -> bool:
    """Whether `user` bears one of `roles` in a French authority that is a party."""
    return user.memberships.filter(role__in=roles, collectivity__project_parties__project_id=project.pk).exists()


@rule("projects.change_project")
def writes_project(user: User, project: Project) -> bool:
    """Editors and representatives of a French party keep its records."""
    return _holds(user, project, WRITERS)


@rule("projects.publish_project")
def publishes_project(user: User, project: Project) -> bool:
    """A representative speaks for the authority: it decides what is public of it."""
    return _holds(user, project, (Role.REPRESENTATIVE,))


grant(
    OFFICERS,
    "projects.add_project",
    "projects.change_project",
    "projects.publish_project",
    "projects.review_project",
    *(
        f"projects.{verb}_{model}"
        for model in (
            "projectparty",
            "projecttheme",
            "projectcountry",
            "projectplace",
            "projectbudget",
            "projectindicator",
            "projectmarker",
            "projectdocument",
            "projectphoto",
        )
        for verb in ("add", "change", "delete")
    ),
    "projects.add_partnership",
    "projects.change_partnership",
    "projects.publish_partnership",
    *(f"projects.{verb}_{model}" for model in ("partnershipimport", "importrow") for verb in ("add", "change")),
    *(f"projects.{verb}_nameresolution" for verb in ("add", "change", "delete")),
    *(f"projects.{verb}_partnershipparty" for verb in ("add", "change", "delete")),
    *(f"projects.{verb}_countingrule" for verb in ("add", "view")),
    "projects.view_panoramasnapshot",
)
