"""The tables of partnerships and projects that the history of an authority tells of."""

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from atlas.history import Source, register
from atlas.models import Collectivity, User
from projects.models import (
    Partnership,
    PartnershipParty,
    Project,
    ProjectBudget,
    ProjectCountry,
    ProjectDocument,
    ProjectIndicator,
    ProjectMarker,
    ProjectParty,
    ProjectPhoto,
    ProjectPlace,
    ProjectTheme,
)

# Told by the changes of state, or of no interest to a reader.
HIDDEN = frozenset({"publication", "published_at", "slug", "origin", "source", "created_by"})
PARTS = (
    *(ProjectParty, ProjectTheme, ProjectCountry, ProjectPlace, ProjectBudget, ProjectIndicator, ProjectMarker),
    *(ProjectDocument, ProjectPhoto),
)
FILES = frozenset({"file", "size", "sha256", "width", "height"})


def _projects(collectivity: Collectivity, user: User) -> QuerySet[Project]:
    return Project.objects.visible_to(user).filter(french_ids__contains=[collectivity.pk])


def _partnerships(collectivity: Collectivity, user: User) -> QuerySet[Partnership]:
    return Partnership.objects.visible_to(user).filter(french_ids__contains=[collectivity.pk])


def _project_url(collectivity: Collectivity, project: Model) -> str:
    return reverse("space:project", args=[collectivity.slug, project.uuid])


def _partnership_url(collectivity: Collectivity, partnership: Model) -> str:
    return reverse("space:partnership", args=[collectivity.slug, partnership.uuid])


def declare() -> None:
    """The tables of this app."""
    register(Source(Partnership, _("Partenariat"), _partnerships, url=_partnership_url, hidden=HIDDEN))
    register(Source(Project, _("Projet"), _projects, url=_project_url, hidden=HIDDEN))
    for part in PARTS:
        register(Source(part, _("Projet"), _projects, url=_project_url, root="project", hidden=FILES))
    register(Source(PartnershipParty, _("Partenariat"), _partnerships, url=_partnership_url, root="partnership"))
