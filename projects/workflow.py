"""Publication of a partnership: who reads it. Whether the link itself is alive is another matter, its `status`."""

from django.utils.translation import gettext_lazy as _

from atlas.workflow import Transition, Workflow

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
