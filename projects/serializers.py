"""Shape of partnerships, projects and notices in the public API; see `atlas.serializers` for how a shape becomes SQL."""

from typing import Any

from django.db.models import Expression
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from atlas.serializers import (
    CollectivityRefSerializer,
    ForeignAuthorityRefSerializer,
    Link,
    RowSerializer,
    ThemeRefSerializer,
)
from projects.models import (
    NoticeOutcome,
    Partnership,
    PartnershipNotice,
    PartnershipParty,
    PartyConsent,
    Project,
    ProjectBudget,
    ProjectCountry,
    ProjectIndicator,
    ProjectParty,
    ProjectTheme,
)
from projects.querysets import awaited


class ToConfirm(serializers.BooleanField):
    """Whether the party of a `record` has yet to answer who named it."""

    def __init__(self, record: str, **kwargs: Any) -> None:
        text = _("Nommée par une autre collectivité, celle-ci n’a pas encore confirmé sa participation.")
        super().__init__(help_text=text, **kwargs)
        self.record = record

    def expression(self, site: str, prefix: str) -> Expression:
        return awaited(PartyConsent.objects.all(), self.record, prefix)


class PartySerializer(RowSerializer):
    """Partie d’un partenariat : une collectivité française ou une autorité étrangère."""

    collectivity = CollectivityRefSerializer(allow_null=True, help_text=_("La collectivité française, ou null."))
    foreign_authority = ForeignAuthorityRefSerializer(allow_null=True, help_text=_("L’autorité étrangère, ou null."))
    to_confirm = ToConfirm("partnership")

    class Meta:
        model = PartnershipParty
        fields = ["role", "since", "until", "collectivity", "foreign_authority", "to_confirm"]


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


class ProjectPartySerializer(RowSerializer):
    """Partie d’un projet : une autorité, ou un organisme nommé."""

    collectivity = CollectivityRefSerializer(allow_null=True, help_text=_("La collectivité française, ou null."))
    foreign_authority = ForeignAuthorityRefSerializer(allow_null=True, help_text=_("L’autorité étrangère, ou null."))
    to_confirm = ToConfirm("project")

    class Meta:
        model = ProjectParty
        fields = ["kind", "role", "name", "cash", "in_kind", "collectivity", "foreign_authority", "to_confirm"]


class ProjectThemeSerializer(RowSerializer):
    """Thème d’un projet et sa part."""

    theme = ThemeRefSerializer()

    class Meta:
        model = ProjectTheme
        fields = ["theme", "share", "is_primary"]


class ProjectCountrySerializer(RowSerializer):
    """Pays d’un projet et sa part du budget."""

    country = serializers.CharField(source="country.iso2", help_text=_("Code ISO à deux lettres."))

    class Meta:
        model = ProjectCountry
        fields = ["country", "share"]


class ProjectBudgetSerializer(RowSerializer):
    """Financement, par année et par source, en euros."""

    class Meta:
        model = ProjectBudget
        fields = ["year", "source", "planned", "obtained"]


class ProjectIndicatorSerializer(RowSerializer):
    """Indicateur de résultat."""

    class Meta:
        model = ProjectIndicator
        fields = ["kind", "title", "unit", "baseline_year", "baseline", "target"]


class ProjectRowSerializer(RowSerializer):
    """Projet, comme dans la liste."""

    url = Link("api:project-detail", "slug", help_text=_("Adresse dans l’API."))
    html_url = Link("projects:project_detail", "slug", help_text=_("Page du site."))
    status = serializers.CharField(help_text=_("Situation (IATI) : déclarée, sinon déduite des dates du jour."))
    parties = ProjectPartySerializer(many=True)

    class Meta:
        model = Project
        fields = [
            "url",
            "html_url",
            "uuid",
            "slug",
            "title",
            "summary",
            "status",
            "starts_on",
            "ends_on",
            "parties",
            "region_codes",
            "country_codes",
            "theme_codes",
            "sdg_numbers",
            "budget_total",
            "origin",
            "confirmed_on",
            "foreign_confirmed_on",
            "updated_at",
        ]


class ProjectSerializer(ProjectRowSerializer):
    """Fiche d’un projet."""

    theme_shares = ProjectThemeSerializer(many=True)
    country_shares = ProjectCountrySerializer(many=True)
    budget_lines = ProjectBudgetSerializer(many=True)
    indicators = ProjectIndicatorSerializer(many=True)

    class Meta(ProjectRowSerializer.Meta):
        fields = [
            *ProjectRowSerializer.Meta.fields,
            "title_en",
            "title_local",
            "summary_en",
            "summary_local",
            "objectives",
            "activities",
            "expected_results",
            "beneficiaries",
            "beneficiary_count",
            "website",
            "source",
            "theme_shares",
            "country_shares",
            "budget_lines",
            "indicators",
        ]


class NoticeRowSerializer(RowSerializer):
    """Annonce de la bourse, comme dans la liste. L’adresse de l’auteur n’est jamais donnée : on répond par le site."""

    url = Link("api:notice-detail", "slug", help_text=_("Adresse dans l’API."))
    html_url = Link("projects:notice_detail", "slug", help_text=_("Page du site."))
    collectivity = CollectivityRefSerializer(allow_null=True, help_text=_("L’auteur français, ou null."))
    foreign_authority = ForeignAuthorityRefSerializer(allow_null=True, help_text=_("L’auteur étranger, ou null."))
    outcome = serializers.ChoiceField(
        NoticeOutcome.choices, allow_null=True, help_text=_("La suite d’une annonce close.")
    )

    class Meta:
        model = PartnershipNotice
        fields = [
            "url",
            "html_url",
            "uuid",
            "slug",
            "direction",
            "title",
            "collectivity",
            "foreign_authority",
            "sought",
            "levels",
            "sizes",
            "region_codes",
            "country_codes",
            "theme_codes",
            "languages",
            "budget",
            "published_at",
            "expires_on",
            "closed_on",
            "outcome",
            "updated_at",
        ]


class NoticeSerializer(NoticeRowSerializer):
    """Fiche d’une annonce."""

    class Meta(NoticeRowSerializer.Meta):
        fields = [*NoticeRowSerializer.Meta.fields, "need", "motives", "territory"]
