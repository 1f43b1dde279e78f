"""Shapes of the public API. One declaration gives the OpenAPI schema and the SQL that builds the JSON.

A list of nested rows made by ordinary serializers costs fourteen times what it costs to let PostgreSQL write the JSON.
So the serializers below are never run: `RowSerializer.json()` turns their fields into one `json_build_object`, in one
statement whatever is nested, and drf-spectacular reads the same fields for the schema.
"""

from functools import lru_cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Expression, F, Func, JSONField, OuterRef, TextField, Value, When
from django.db.models.functions import Cast, Concat, Lower, NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from atlas.models import (
    SDG,
    Collectivity,
    CollectivityEvent,
    Country,
    CountryStatus,
    Department,
    ForeignAuthority,
    ForeignRegion,
    PurposeCode,
    Region,
    StatusCategory,
    Theme,
)


class Link(serializers.URLField):
    """Absolute address of a row, in the API or on the site, made in SQL from one of its columns.

    With `parameter`, the address of a list filtered by that criterion instead: `…/partnerships/?country=SN`.
    """

    # Stands for the value while the address is reversed: it fits slug, str and uuid converters.
    SAMPLE = "00000000-0000-0000-0000-000000000000"

    def __init__(
        self, view: str, column: str, *, parameter: str = "", lower: bool = False, sample: str = SAMPLE, **kwargs: Any
    ) -> None:
        self.view, self.column, self.parameter, self.lower, self.sample = view, column, parameter, lower, sample
        super().__init__(**kwargs)

    def expression(self, site: str, prefix: str) -> Expression:
        value: Any = F(prefix + self.column)
        if self.lower:
            value = Lower(value)
        if self.parameter:
            return Concat(Value(f"{site}{reverse(self.view)}?{self.parameter}="), value, output_field=TextField())
        before, after = reverse(self.view, args=[self.sample]).split(self.sample)
        return Concat(Value(site + before), value, Value(after), output_field=TextField())


class RowSerializer(serializers.ModelSerializer):
    """A row as JSON. Every member is always there; what is unknown is null, never an empty text."""

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        for field in fields.values():
            field.read_only, field.required = False, True
            if getattr(field, "allow_blank", False):
                field.allow_blank, field.allow_null = False, True
        return fields

    def json(self, site: str, prefix: str = "") -> Func:
        """`json_build_object(…)` of the row found at `prefix`; `site` is the root of absolute addresses, without «/»."""
        members: list[Any] = []
        for name, field in self.fields.items():
            members += [Value(name), self._member(field, site, prefix)]
        return Func(*members, function="json_build_object", output_field=JSONField())

    def _member(self, field: serializers.Field, site: str, prefix: str) -> Any:
        path = prefix + field.source.replace(".", "__")
        if hasattr(field, "expression"):
            return field.expression(site, prefix)
        if isinstance(field, serializers.ListSerializer) and isinstance(field.child, RowSerializer):
            relation = self.Meta.model._meta.get_field(field.source)
            rows = relation.related_model._default_manager.all()
            if hasattr(rows, "visible_to"):  # what is nested passes the same door as what stands alone
                rows = rows.visible_to(AnonymousUser())
            rows = rows.filter(**{relation.remote_field.name: OuterRef(f"{prefix}pk")})
            return ArraySubquery(rows.values_list(field.child.json(site)))
        if isinstance(field, RowSerializer):
            nested = field.json(site, f"{path}__")
            return Case(When(**{f"{path}__isnull": False}, then=nested)) if field.allow_null else nested
        if isinstance(field, serializers.CharField | serializers.ChoiceField) and field.allow_null:
            return NullIf(F(path), Value(""))
        return F(path)


@lru_cache(maxsize=64)  # `site` comes from the Host header
def as_text(shape: type[RowSerializer], site: str) -> Cast:
    """The JSON of a row of that shape as text, ready to be sent."""
    return Cast(shape().json(site), TextField())


# --- Short forms, used inside other rows ----------------------------------------------------------------------------


class RegionRefSerializer(RowSerializer):
    class Meta:
        model = Region
        fields = ["code", "name"]


class DepartmentRefSerializer(RowSerializer):
    class Meta:
        model = Department
        fields = ["code", "name"]


class ForeignRegionRefSerializer(RowSerializer):
    class Meta:
        model = ForeignRegion
        fields = ["code", "name", "name_fr"]


class CollectivityRefSerializer(RowSerializer):
    url = Link("api:collectivity-detail", "slug", help_text=_("Adresse dans l’API."))
    html_url = Link("collectivity_detail", "slug", help_text=_("Page du site."))

    class Meta:
        model = Collectivity
        fields = ["url", "html_url", "slug", "kind", "insee_code", "siren", "name"]


class CountryRefSerializer(RowSerializer):
    url = Link("api:country-detail", "iso2", lower=True, sample="zz", help_text=_("Adresse dans l’API."))

    class Meta:
        model = Country
        fields = ["url", "iso2", "name_fr"]


class ForeignAuthorityRefSerializer(RowSerializer):
    url = Link("api:foreign-authority-detail", "slug", help_text=_("Adresse dans l’API."))
    html_url = Link("foreign_authority_detail", "slug", help_text=_("Page du site."))
    country = CountryRefSerializer()

    class Meta:
        model = ForeignAuthority
        fields = ["url", "html_url", "slug", "name", "name_local", "country"]


class ThemeRefSerializer(RowSerializer):
    url = Link("api:theme-detail", "code", help_text=_("Adresse dans l’API."))

    class Meta:
        model = Theme
        fields = ["url", "code", "name"]


# --- French authorities ---------------------------------------------------------------------------------------------


class CollectivityRowSerializer(RowSerializer):
    """Collectivité française, comme dans la liste."""

    url = Link("api:collectivity-detail", "slug", help_text=_("Adresse dans l’API."))
    html_url = Link("collectivity_detail", "slug", help_text=_("Page du site."))
    partnerships_url = Link(
        "api:partnership-list", "slug", parameter="collectivity", help_text=_("Ses partenariats dans l’API.")
    )
    projects_url = Link("api:project-list", "slug", parameter="collectivity", help_text=_("Ses projets dans l’API."))
    region = RegionRefSerializer(allow_null=True)
    department = DepartmentRefSerializer(allow_null=True)

    class Meta:
        model = Collectivity
        fields = [
            "url",
            "html_url",
            "slug",
            "kind",
            "name",
            "insee_code",
            "siren",
            "population",
            "population_year",
            "region",
            "department",
            "stat_group",
            "is_local_authority",
            "is_current",
            "longitude",
            "latitude",
            "partnership_count",
            "project_count",
            "partner_countries",
            "partner_themes",
            "partnerships_url",
            "projects_url",
        ]


class CollectivityEventSerializer(RowSerializer):
    predecessors = CollectivityRefSerializer(many=True)
    successors = CollectivityRefSerializer(many=True)

    class Meta:
        model = CollectivityEvent
        fields = ["kind", "effective_on", "former_name", "source", "predecessors", "successors"]


class CollectivitySerializer(CollectivityRowSerializer):
    """Fiche d’une collectivité française, avec ce qu’elle était et ce qu’elle est devenue."""

    epci = CollectivityRefSerializer(allow_null=True)
    earlier_events = CollectivityEventSerializer(many=True, help_text=_("Événements dont elle est issue."))
    later_events = CollectivityEventSerializer(many=True, help_text=_("Événements qui l’ont changée ensuite."))

    class Meta(CollectivityRowSerializer.Meta):
        fields = [
            *CollectivityRowSerializer.Meta.fields,
            *("epci", "website", "postal_address", "email", "phone", "ceased_on", "confirmed_at"),
            *("reference_edition", "earlier_events", "later_events"),
        ]


# --- Countries ------------------------------------------------------------------------------------------------------


class CountryStatusSerializer(RowSerializer):
    class Meta:
        model = CountryStatus
        fields = ["list", "category", "valid_from", "valid_to", "confirmed", "source"]


class CountryRowSerializer(RowSerializer):
    """Pays ou territoire, comme dans la liste."""

    url = Link("api:country-detail", "iso2", lower=True, sample="zz", help_text=_("Adresse dans l’API."))
    html_url = Link("country_detail", "iso2", lower=True, sample="zz", help_text=_("Page du site."))
    partnerships_url = Link(
        "api:partnership-list", "iso2", parameter="country", help_text=_("Ses partenariats dans l’API.")
    )
    projects_url = Link("api:project-list", "iso2", parameter="country", help_text=_("Ses projets dans l’API."))
    foreign_authorities_url = Link(
        "api:foreign-authority-list", "iso2", parameter="country", help_text=_("Ses autorités locales dans l’API.")
    )
    dac_category = serializers.ChoiceField(
        choices=StatusCategory.choices,
        allow_null=True,
        help_text=_("Groupe de revenu sur la liste du CAD aujourd’hui ; null : pays non éligible à l’APD."),
    )

    class Meta:
        model = Country
        fields = [
            "url",
            "html_url",
            "iso2",
            "iso3",
            "name_fr",
            "name_en",
            "continent",
            "zone_atlas",
            "dac_code",
            "dac_category",
            "longitude",
            "latitude",
            "partnership_count",
            "project_count",
            "partnerships_url",
            "projects_url",
            "foreign_authorities_url",
        ]


class CountrySerializer(CountryRowSerializer):
    """Fiche d’un pays, avec ses statuts datés sur les listes officielles."""

    statuses = CountryStatusSerializer(many=True)

    class Meta(CountryRowSerializer.Meta):
        fields = [
            *CountryRowSerializer.Meta.fields,
            *("iso_numeric", "capital", "aliases", "centroid_longitude", "centroid_latitude"),
            *("is_french_territory", "statuses"),
        ]


# --- Foreign authorities --------------------------------------------------------------------------------------------


class ForeignAuthorityRowSerializer(RowSerializer):
    """Autorité étrangère, comme dans la liste."""

    url = Link("api:foreign-authority-detail", "slug", help_text=_("Adresse dans l’API."))
    html_url = Link("foreign_authority_detail", "slug", help_text=_("Page du site."))
    partnerships_url = Link(
        "api:partnership-list", "slug", parameter="partner", help_text=_("Ses partenariats dans l’API.")
    )
    projects_url = Link("api:project-list", "slug", parameter="partner", help_text=_("Ses projets dans l’API."))
    country = CountryRefSerializer()
    region = ForeignRegionRefSerializer(allow_null=True)
    geonames_id = serializers.IntegerField(
        source="place_id", allow_null=True, help_text=_("Lieu de la base GeoNames où elle se trouve.")
    )

    class Meta:
        model = ForeignAuthority
        fields = [
            "url",
            "html_url",
            "slug",
            "uuid",
            "name",
            "name_local",
            "name_fr",
            "name_en",
            "level",
            "country",
            "region",
            "geonames_id",
            "wikidata_id",
            "population",
            "longitude",
            "latitude",
            "position_precision",
            "partnership_count",
            "project_count",
            "partner_regions",
            "partner_themes",
            "is_demo",
            "partnerships_url",
            "projects_url",
        ]


class ForeignAuthoritySerializer(ForeignAuthorityRowSerializer):
    """Fiche d’une autorité étrangère."""

    class Meta(ForeignAuthorityRowSerializer.Meta):
        fields = [
            *ForeignAuthorityRowSerializer.Meta.fields,
            *("aliases", "local_type", "website", "recognition", "recognition_on"),
        ]


# --- Themes ---------------------------------------------------------------------------------------------------------


class SDGSerializer(RowSerializer):
    class Meta:
        model = SDG
        fields = ["number", "name_fr", "name_en"]


class PurposeCodeSerializer(RowSerializer):
    class Meta:
        model = PurposeCode
        fields = ["code", "name_fr", "name_en"]


class ThemeRowSerializer(RowSerializer):
    """Thème de l’atlas, comme dans la liste."""

    url = Link("api:theme-detail", "code", help_text=_("Adresse dans l’API."))
    partnerships_url = Link(
        "api:partnership-list", "code", parameter="theme", help_text=_("Ses partenariats dans l’API.")
    )
    projects_url = Link("api:project-list", "code", parameter="theme", help_text=_("Ses projets dans l’API."))
    parent = ThemeRefSerializer(allow_null=True)

    class Meta:
        model = Theme
        fields = [
            "url",
            "code",
            "name",
            "parent",
            "position",
            "edition",
            "valid_from",
            "valid_to",
            "partnerships_url",
            "projects_url",
        ]


class ThemeSerializer(ThemeRowSerializer):
    """Thème, avec ses sous-thèmes et les codes internationaux qu’il propose."""

    children = ThemeRefSerializer(many=True)
    sdgs = SDGSerializer(many=True)
    purpose_codes = PurposeCodeSerializer(many=True)

    class Meta(ThemeRowSerializer.Meta):
        fields = [*ThemeRowSerializer.Meta.fields, "source", "children", "sdgs", "purpose_codes"]
