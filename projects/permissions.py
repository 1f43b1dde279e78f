"""Who may do what to one partnership."""

from atlas.models import Role, User
from atlas.permissions import OFFICERS, grant, rule
from projects.models import Partnership

WRITERS = (Role.EDITOR, Role.REPRESENTATIVE)


def _is_party(user: User, partnership: Partnership, roles: tuple[str, ...]) -> bool:
    """Whether `user` bears one of `roles` in a French authority that is a party."""
    return user.memberships.filter(
        role__in=roles, collectivity__partnership_parties__partnership_id=partnership.pk
    ).exists()


@rule("projects.change_partnership")
def writes(user: User, partnership: Partnership) -> bool:
    """Editors and representatives of a French party keep its records."""
    return _is_party(user, partnership, WRITERS)


@rule("projects.publish_partnership")
def publishes(user: User, partnership: Partnership) -> bool:
    """A representative speaks for the authority: it decides what is public of it."""
    return _is_party(user, partnership, (Role.REPRESENTATIVE,))


grant(
    OFFICERS,
    "projects.add_partnership",
    "projects.change_partnership",
    "projects.publish_partnership",
    *(f"projects.{verb}_{model}" for model in ("partnershipimport", "importrow") for verb in ("add", "change")),
    *(f"projects.{verb}_nameresolution" for verb in ("add", "change", "delete")),
    *(f"projects.{verb}_partnershipparty" for verb in ("add", "change", "delete")),
)
