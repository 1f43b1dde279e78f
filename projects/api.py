"""Partnerships, projects and notices in the public API."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from atlas.api.base import Resource
from projects import filters, models, serializers
from projects.exports import (
    NOTICE_COLUMNS,
    PARTNERSHIP_COLUMNS,
    PARTNERSHIP_LINE,
    PROJECT_COLUMNS,
    with_line,
    with_point,
)


class PartnershipResource(Resource):
    model = models.Partnership
    about = _("Jumelages, chartes et conventions publiés entre autorités françaises et étrangères.")
    filterset_class = filters.PartnershipFilterSet
    row_serializer = serializers.PartnershipRowSerializer
    serializer_class = serializers.PartnershipSerializer
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    columns = properties = PARTNERSHIP_COLUMNS
    geometry = PARTNERSHIP_LINE
    filename = "jumelages"

    def on_map(self, rows: QuerySet) -> QuerySet:
        return with_line(rows)


class ProjectResource(Resource):
    model = models.Project
    about = _("Projets de coopération publiés des collectivités françaises.")
    filterset_class = filters.ProjectFilterSet
    row_serializer = serializers.ProjectRowSerializer
    serializer_class = serializers.ProjectSerializer
    columns = properties = PROJECT_COLUMNS
    filename = "projets"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_status()

    def on_map(self, rows: QuerySet) -> QuerySet:
        return with_point(rows)


class NoticeResource(Resource):
    model = models.PartnershipNotice
    about = _("Offres et demandes de la bourse aux partenariats. Celles qui sont closes ou expirées : `past=true`.")
    filterset_class = filters.NoticeFilterSet
    row_serializer = serializers.NoticeRowSerializer
    serializer_class = serializers.NoticeSerializer
    lookup_field = "slug"
    lookup_value_converter = "slug"
    columns = properties = NOTICE_COLUMNS
    filename = "bourse"

    def on_map(self, rows: QuerySet) -> QuerySet:
        return rows.on_map()
