"""Publication of partnerships and projects: who reads them. Whether the link itself is alive is another matter, its `status`."""

from django.utils.translation import gettext_lazy as _

from atlas.workflow import Stamp, Transition, Workflow

PUBLICATION = Workflow(
    "publication",
    Transition(
        "publish",
        _("Publier"),
        ("draft", "archived"),
        "published",
        "projects.publish_partnership",
        help=_("Chacun peut lire la fiche ; elle compte dans les chiffres publics."),
    ),
    Transition(
        "unpublish",
        _("Remettre en brouillon"),
        ("published",),
        "draft",
        "projects.publish_partnership",
        needs_note=True,
        help=_("La fiche n’est plus publique, le temps de la corriger."),
    ),
    Transition(
        "archive",
        _("Archiver"),
        ("draft", "published"),
        "archived",
        "projects.publish_partnership",
        needs_note=True,
        help=_("La fiche n’est plus publique ; elle garde son histoire."),
        is_destructive=True,
    ),
)

PROJECT_PUBLICATION = Workflow(
    "publication",
    Transition(
        "submit",
        _("Proposer à la publication"),
        ("draft",),
        "submitted",
        "projects.change_project",
        help=_("Une personne qui représente la collectivité pourra publier la fiche."),
    ),
    Transition(
        "publish",
        _("Publier"),
        ("draft", "submitted"),
        "published",
        "projects.publish_project",
        stamps={"published_at": Stamp.NOW},
        help=_("Chacun peut lire la fiche ; elle compte dans les chiffres publics."),
    ),
    Transition(
        "send_back",
        _("Renvoyer pour correction"),
        ("submitted", "published", "to_refresh"),
        "draft",
        "projects.review_project",
        needs_note=True,
        help=_("La fiche redevient un brouillon ; la collectivité reçoit votre note."),
    ),
    Transition(
        "ask_refresh",
        _("Demander une actualisation"),
        ("published",),
        "to_refresh",
        "projects.review_project",
        needs_note=True,
        help=_("La fiche reste publique, et la collectivité est invitée à la relire."),
    ),
    Transition(
        "refresh",
        _("Confirmer que la fiche est à jour"),
        ("to_refresh",),
        "published",
        "projects.publish_project",
        stamps={"confirmed_on": Stamp.TODAY, "confirmed_by": Stamp.ACTOR},
    ),
    Transition(
        "archive",
        _("Archiver"),
        ("draft", "submitted", "published", "to_refresh"),
        "archived",
        "projects.publish_project",
        needs_note=True,
        help=_("La fiche n’est plus publique ; elle garde son histoire."),
        is_destructive=True,
    ),
    Transition(
        "reopen",
        _("Reprendre en brouillon"),
        ("archived",),
        "draft",
        "projects.publish_project",
    ),
)
