"""Shape of partnerships in the public API; see `atlas.serializers` for how a shape becomes SQL."""

from django.utils.translation import gettext_lazy as _

from atlas.serializers import (
    CollectivityRefSerializer,
    ForeignAuthorityRefSerializer,
    Link,
    RowSerializer,
    ThemeRefSerializer,
)
from projects.models import Partnership, PartnershipParty


class PartySerializer(RowSerializer):
    """Partie d’un partenariat : une collectivité française ou une autorité étrangère."""

    collectivity = CollectivityRefSerializer(allow_null=True, help_text=_("La collectivité française, ou null."))
    foreign_authority = ForeignAuthorityRefSerializer(allow_null=True, help_text=_("L’autorité étrangère, ou null."))

    class Meta:
        model = PartnershipParty
        fields = ["role", "since", "until", "collectivity", "foreign_authority"]


class PartnershipRowSerializer(RowSerializer):
    """Partenariat, comme dans la liste."""

    url = Link("api:partnership-detail", "uuid", help_text=_("Adresse dans l’API."))
    html_url = Link("projects:partnership_detail", "uuid", help_text=_("Page du site."))
    parties = PartySerializer(many=True)

    class Meta:
        model = Partnership
        fields = [
            "url",
            "html_url",
            "uuid",
            "kind",
            "title",
            "status",
            "signed_on",
            "signed_precision",
            "ended_on",
            "parties",
            "region_codes",
            "country_codes",
            "theme_codes",
            "origin",
            "confirmed_on",
            "updated_at",
        ]


class PartnershipSerializer(PartnershipRowSerializer):
    """Fiche d’un partenariat."""

    themes = ThemeRefSerializer(many=True)

    class Meta(PartnershipRowSerializer.Meta):
        fields = [*PartnershipRowSerializer.Meta.fields, "source", "themes"]
