"""The lists of partnerships, projects and notices, as `atlas.filters.lists` knows them."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from atlas.filters.lists import PublicList
from atlas.models import StatusChange
from projects.filters import NoticeFilterSet, PartnershipFilterSet, ProjectFilterSet
from projects.models import Partnership, PartnershipNotice, Project

from .tables import NOTICE_COLUMNS, PARTNERSHIP_COLUMNS, PROJECT_COLUMNS


def _partnerships_since(rows: QuerySet, since: datetime, until: datetime) -> QuerySet:
    """Made in this span of time, or made public in it."""
    moves = StatusChange.objects.filter(
        content_type__app_label="projects",
        content_type__model="partnership",
        transition="publish",
        at__gt=since,
        at__lte=until,
    )
    made = Q(created_at__gt=since, created_at__lte=until)
    return rows.filter(made | Q(pk__in=moves.values("object_id")))


def _told(row: Partnership | Project, *more: str) -> str:
    """Who, with whom: the parties by name, the foreign ones with their country."""
    parties = [
        f"{party.foreign_authority} ({party.foreign_authority.country})" if party.foreign_authority_id else str(party)
        for party in row.all_parties
    ]
    return " · ".join([*more, *parties])


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
        new_since=_partnerships_since,
        shape=lambda rows: rows.for_list(),
        line=lambda row: (str(row), _told(row, row.get_kind_display()), row.get_absolute_url()),
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
        new_since=lambda rows, since, until: rows.filter(published_at__gt=since, published_at__lte=until),
        shape=lambda rows: rows.for_list(),
        line=lambda row: (row.title, _told(row), row.get_absolute_url()),
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
        new_since=lambda rows, since, until: rows.filter(published_at__gt=since, published_at__lte=until),
        shape=lambda rows: rows.for_list(),
        line=lambda row: (row.title, f"{row.get_direction_display()} · {row.author}", row.get_absolute_url()),
    ),
]
