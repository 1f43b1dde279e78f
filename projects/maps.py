"""What the map shows of partnerships."""

from django.utils.translation import gettext_lazy as _

from atlas.maps import MapLayer
from projects.filters import PartnershipFilterSet
from projects.models import Partnership

PARTNERSHIPS = MapLayer(
    name="jumelages",
    label=_("Jumelages et accords"),
    counted=_("partenariat,partenariats"),
    q_label=_("Nom d’une des parties"),
    model=Partnership,
    filterset_class=PartnershipFilterSet,
    list_url_name="projects:partnership_list",
    export_url_name="projects:partnership_export",
    sheet="projects/_map_sheet.html",
)
