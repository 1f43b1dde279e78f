"""Publication of partnerships, projects and notices: who reads them. Whether the link itself is alive is another matter, its `status`."""

from django.utils.translation import gettext_lazy as _

from atlas.workflow import Stamp, Transition, Workflow

# The states in which everybody reads a record.
PUBLIC = ("published", "to_refresh")

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

# Who may publish differs with the author: a representative for its own authority, the State for a foreign one.
NOTICE_PUBLICATION = Workflow(
    "publication",
    Transition(
        "submit",
        _("Proposer à la publication"),
        ("draft",),
        "submitted",
        "projects.change_partnershipnotice",
        help=_("Une personne qui représente la collectivité pourra publier l’annonce."),
    ),
    Transition(
        "publish",
        _("Publier"),
        ("draft", "submitted"),
        "published",
        "projects.publish_partnershipnotice",
        stamps={"published_at": Stamp.NOW},
        help=_("Chacun peut lire l’annonce et y répondre. La publication n’implique pas de cofinancement."),
    ),
    Transition(
        "accept",
        _("Vérifier et publier"),
        ("submitted",),
        "published",
        "projects.check_partnershipnotice",
        stamps={"published_at": Stamp.NOW},
        help=_("L’autorité existe et l’annonce est sérieuse : chacun peut la lire et y répondre."),
    ),
    Transition(
        "send_back",
        _("Renvoyer pour correction"),
        ("submitted",),
        "draft",
        "projects.check_partnershipnotice",
        needs_note=True,
        help=_("L’annonce redevient un brouillon ; son auteur reçoit votre note."),
    ),
    Transition(
        "refuse",
        _("Refuser"),
        ("submitted",),
        "refused",
        "projects.check_partnershipnotice",
        needs_note=True,
        help=_("L’annonce n’est pas publiée ; son auteur reçoit votre note."),
        is_destructive=True,
    ),
    Transition(
        "revise",
        _("Corriger l’annonce"),
        ("published",),
        "submitted",
        "projects.change_partnershipnotice",
        stamps={"published_at": Stamp.CLEAR, "expires_on": Stamp.CLEAR},
    ),
    Transition(
        "close",
        _("Clore"),
        ("published",),
        "closed",
        "projects.change_partnershipnotice",
        stamps={"closed_on": Stamp.TODAY},
        help=_("L’annonce quitte la bourse ; sa fiche dit ce qu’elle est devenue."),
    ),
    Transition(
        "withdraw",
        _("Retirer"),
        ("draft", "submitted", "published"),
        "withdrawn",
        "projects.change_partnershipnotice",
        help=_("L’annonce n’est plus publique."),
        is_destructive=True,
    ),
    Transition(
        "reopen",
        _("Reprendre en brouillon"),
        ("closed", "refused", "withdrawn"),
        "draft",
        "projects.change_partnershipnotice",
        stamps={
            **dict.fromkeys(("published_at", "expires_on", "closed_on", "partnership"), Stamp.CLEAR),
            "outcome": Stamp.BLANK,
        },
    ),
)
