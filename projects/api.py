"""Partnerships in the public API."""

from django.utils.translation import gettext_lazy as _

from atlas.api.base import Resource
from projects import filters, models, serializers


class PartnershipResource(Resource):
    model = models.Partnership
    about = _("Jumelages, chartes et conventions publiés entre autorités françaises et étrangères.")
    filterset_class = filters.PartnershipFilterSet
    row_serializer = serializers.PartnershipRowSerializer
    serializer_class = serializers.PartnershipSerializer
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    columns = {"identifiant": "uuid"}
    filename = "jumelages"
