"""The lists of partnerships, projects and notices, as `atlas.filters.lists` knows them."""

from django.utils.translation import gettext_lazy as _

from atlas.filters.lists import PublicList
from projects.filters import NoticeFilterSet, PartnershipFilterSet, ProjectFilterSet
from projects.models import Partnership, PartnershipNotice, Project

from .tables import NOTICE_COLUMNS, PARTNERSHIP_COLUMNS, PROJECT_COLUMNS

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
    PublicList(
        "bourse",
        _("Bourse aux partenariats"),
        _("annonce,annonces"),
        lambda user: PartnershipNotice.objects.visible_to(user),
        NoticeFilterSet,
        "projects:notice_list",
        NOTICE_COLUMNS,
        own_columns={"publication": "publication"},
        new_since=lambda rows, start, end: rows.filter(published_at__gte=start, published_at__lt=end),
        shape=lambda rows: rows.for_list(),
        line=lambda row: (row.title, f"{row.get_direction_display()} · {row.author}", row.get_absolute_url()),
    ),
]
