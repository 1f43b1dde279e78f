"""Search criteria of partnerships."""

import django_filters
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from atlas.filters import ArrayCodesFilter, FacetedFilterSet, FacetSpec, NameFilter, SortFilter, Unnest, labels
from atlas.models import Collectivity, ForeignAuthority
from projects.models import Partnership, PartnershipKind, PartnershipStatus

_YEAR = [MinValueValidator(1900), MaxValueValidator(2100)]


class SlugFilter(django_filters.CharFilter):
    """Partnerships of one authority, named by its address."""

    def __init__(self, model: type, **kwargs) -> None:
        self.authority = model
        super().__init__(max_length=240, **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        if not value:
            return qs
        ids = list(self.authority.objects.filter(slug=value).values_list("pk", flat=True))
        return qs.filter(**{f"{self.field_name}__contains": ids}) if ids else qs.none()


class PartnershipFilterSet(FacetedFilterSet):
    """Twinnings and agreements, over the digest columns of `Partnership`."""

    q = NameFilter("party_names")
    kind = django_filters.MultipleChoiceFilter(choices=PartnershipKind, label=_("Nature"))
    status = django_filters.MultipleChoiceFilter(choices=PartnershipStatus, label=_("Situation"))
    region = ArrayCodesFilter("region", field_name="region_codes", label=_("Région française"))
    country = ArrayCodesFilter("country", field_name="country_codes", label=_("Pays"))
    theme = ArrayCodesFilter("theme", field_name="theme_codes", label=_("Thème"))
    collectivity = SlugFilter(Collectivity, field_name="french_ids", label=_("Collectivité française"))
    partner = SlugFilter(ForeignAuthority, field_name="foreign_ids", label=_("Partenaire étranger"))
    signed_from = django_filters.NumberFilter(
        field_name="signed_on__year", lookup_expr="gte", validators=_YEAR, label=_("Signé à partir de (année)")
    )
    signed_to = django_filters.NumberFilter(
        field_name="signed_on__year", lookup_expr="lte", validators=_YEAR, label=_("Signé jusqu’en (année)")
    )
    confirmed = django_filters.BooleanFilter(
        field_name="confirmed_on", lookup_expr="isnull", exclude=True, label=_("Confirmé")
    )
    sort = SortFilter(
        {
            "-signed": (_("Signature la plus récente"), (F("signed_on").desc(nulls_last=True), "-pk")),
            "signed": (_("Signature la plus ancienne"), (F("signed_on").asc(nulls_last=True), "pk")),
            "name": (_("Nom des parties"), ("party_names", "pk")),
            "-updated": (_("Mise à jour"), ("-updated_at", "-pk")),
        }
    )

    search_field = "party_names"
    default_order = (F("signed_on").desc(nulls_last=True), "-pk")
    facets_spec = {
        "kind": FacetSpec(F("kind"), lambda: dict(PartnershipKind.choices)),
        "region": FacetSpec(Unnest(F("region_codes")), lambda: labels("region")),
        "country": FacetSpec(Unnest(F("country_codes")), lambda: labels("country"), by_count=True),
        "theme": FacetSpec(Unnest(F("theme_codes")), lambda: labels("theme"), by_count=True),
        "status": FacetSpec(F("status"), lambda: dict(PartnershipStatus.choices)),
    }

    class Meta:
        model = Partnership
        fields: list[str] = []
