"""The lists of partnerships and projects, as `atlas.filters.lists` knows them."""

from django.utils.translation import gettext_lazy as _

from atlas.filters.lists import PublicList
from projects.filters import PartnershipFilterSet, ProjectFilterSet
from projects.models import Partnership, Project

from .tables import PARTNERSHIP_COLUMNS, PROJECT_COLUMNS

LISTS = [
    PublicList(
        "jumelages",
        _("Jumelages et accords"),
        _("partenariat,partenariats"),
        lambda user: Partnership.objects.visible_to(user),
        PartnershipFilterSet,
        "projects:partnership_list",
        PARTNERSHIP_COLUMNS,
        own_columns={"publication": "publication"},
    ),
    PublicList(
        "projets",
        _("Projets de coopération"),
        _("projet,projets"),
        lambda user: Project.objects.visible_to(user),
        ProjectFilterSet,
        "projects:project_list",
        PROJECT_COLUMNS,
        own_columns={"publication": "publication"},
    ),
]
