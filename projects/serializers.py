"""Shape of partnerships, projects and notices in the public API; see `atlas.serializers` for how a shape becomes SQL."""

from typing import Any

from django.db.models import Case, Expression, F, TextField, Value, When
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from atlas.models import PolicyMarker
from atlas.serializers import (
    CollectivityRefSerializer,
    ForeignAuthorityRefSerializer,
    Link,
    PurposeCodeSerializer,
    RowSerializer,
    ThemeRefSerializer,
)
from projects.models import (
    IndicatorPeriod,
    NoticeOutcome,
    Partnership,
    PartnershipNotice,
    PartnershipParty,
    PartyConsent,
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
    Publication,
    VerifierKind,
)
from projects.querysets import awaited
from projects.services.partnership_sheet import FORMALITIES


class ToConfirm(serializers.BooleanField):
    """Whether the party of a `record` has yet to answer who named it."""

    def __init__(self, record: str, **kwargs: Any) -> None:
        text = _("Nommée par une autre collectivité, celle-ci n’a pas encore confirmé sa participation.")
        super().__init__(help_text=text, **kwargs)
        self.record = record

    def expression(self, site: str, prefix: str) -> Expression:
        return awaited(PartyConsent.objects.all(), self.record, prefix)


def _verified_as() -> serializers.ChoiceField:
    return serializers.ChoiceField(
        VerifierKind.choices, allow_null=True, help_text=_("À quel titre la fiche fut vérifiée, ou null.")
    )


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
    verified_as = _verified_as()

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
            "foreign_confirmed_on",
            "verified_on",
            "verified_as",
            "updated_at",
        ]


class PartnershipSerializer(PartnershipRowSerializer):
    """Fiche d’un partenariat."""

    themes = ThemeRefSerializer(many=True)

    class Meta(PartnershipRowSerializer.Meta):
        fields = [*PartnershipRowSerializer.Meta.fields, *FORMALITIES, "note", "source", "themes"]


class PublicPartnershipLink(Link):
    """The partnership that the row names, where everybody reads it."""

    def expression(self, site: str, prefix: str) -> Expression:
        public = {f"{prefix}partnership__publication": Publication.PUBLISHED}
        return Case(When(**public, then=super().expression(site, prefix)))


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


class IndicatorPeriodSerializer(RowSerializer):
    """Mesure d’un indicateur entre deux dates."""

    class Meta:
        model = IndicatorPeriod
        fields = ["starts_on", "ends_on", "target", "actual", "comment"]


class ProjectIndicatorSerializer(RowSerializer):
    """Indicateur de résultat."""

    periods = IndicatorPeriodSerializer(many=True)

    class Meta:
        model = ProjectIndicator
        fields = ["kind", "title", "unit", "baseline_year", "baseline", "target", "periods"]


class ProjectPlaceSerializer(RowSerializer):
    """Lieu d’un projet : le territoire d’une autorité étrangère, ou un point et son exactitude."""

    foreign_authority = ForeignAuthorityRefSerializer(allow_null=True, help_text=_("L’autorité étrangère, ou null."))

    class Meta:
        model = ProjectPlace
        fields = ["name", "foreign_authority", "longitude", "latitude", "precision"]


class PolicyMarkerSerializer(RowSerializer):
    class Meta:
        model = PolicyMarker
        fields = ["code", "name_fr", "name_en"]


class ProjectMarkerSerializer(RowSerializer):
    """Score d’un projet sur un marqueur de politique du CAD ; un marqueur absent n’a pas été examiné."""

    marker = PolicyMarkerSerializer()

    class Meta:
        model = ProjectMarker
        fields = ["marker", "score"]


class FileLink(Link):
    """Address of a file of a project, on the site."""

    def expression(self, site: str, prefix: str) -> Expression:
        before, after = reverse(self.view, args=[self.SAMPLE, 0]).split(self.SAMPLE)
        middle, end = after.split("0")
        parts = (Value(site + before), F(f"{prefix}project__slug"), Value(middle), Cast(F(f"{prefix}pk"), TextField()))
        return Concat(*parts, Value(end), output_field=TextField())


class ProjectDocumentSerializer(RowSerializer):
    """Document d’un projet."""

    file_url = FileLink("projects:project_document", "pk", help_text=_("Le fichier."))

    class Meta:
        model = ProjectDocument
        fields = ["file_url", "title", "category", "size", "sha256"]


class ProjectPhotoSerializer(RowSerializer):
    """Photo d’un projet, avec ce qu’il faut pour la montrer."""

    file_url = FileLink("projects:project_photo", "pk", help_text=_("L’image."))

    class Meta:
        model = ProjectPhoto
        fields = ["file_url", "alt", "credit", "licence", "width", "height"]


class ProjectRowSerializer(RowSerializer):
    """Projet, comme dans la liste."""

    url = Link("api:project-detail", "slug", help_text=_("Adresse dans l’API."))
    html_url = Link("projects:project_detail", "slug", help_text=_("Page du site."))
    status = serializers.CharField(help_text=_("Situation (IATI) : déclarée, sinon déduite des dates du jour."))
    parties = ProjectPartySerializer(many=True)
    verified_as = _verified_as()

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
            "verified_on",
            "verified_as",
            "updated_at",
        ]


class ProjectSerializer(ProjectRowSerializer):
    """Fiche d’un projet."""

    partnership_url = PublicPartnershipLink(
        "api:partnership-detail",
        "partnership__uuid",
        allow_null=True,
        help_text=_("Le partenariat dans le cadre duquel il a lieu, ou null."),
    )
    theme_shares = ProjectThemeSerializer(many=True)
    purpose_codes = PurposeCodeSerializer(many=True)
    country_shares = ProjectCountrySerializer(many=True)
    places = ProjectPlaceSerializer(many=True)
    budget_lines = ProjectBudgetSerializer(many=True)
    indicators = ProjectIndicatorSerializer(many=True)
    markers = ProjectMarkerSerializer(many=True)
    documents = ProjectDocumentSerializer(many=True)
    photos = ProjectPhotoSerializer(many=True)

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
            "published_at",
            "partnership_url",
            "theme_shares",
            "purpose_codes",
            "country_shares",
            "places",
            "budget_lines",
            "indicators",
            "markers",
            "documents",
            "photos",
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
