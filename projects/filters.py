"""Search criteria of partnerships, projects and notices."""

from typing import Any

import django_filters
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from atlas.filters import (
    ArrayCodesFilter,
    ChoicesFilter,
    DepartmentFilter,
    FacetedFilterSet,
    FacetSpec,
    NameFilter,
    SearchFilter,
    SortFilter,
    Unnest,
    labels,
)
from atlas.models import Collectivity, CollectivityKind, ForeignAuthority
from atlas.names import normalise
from projects.figures import theme_group, theme_labels
from projects.models import (
    ActivityStatus,
    NoticeDirection,
    NoticeLanguage,
    Partnership,
    PartnershipKind,
    PartnershipNotice,
    PartnershipStatus,
    Project,
    Reason,
    RecordKind,
    SoughtKind,
    WaitingRecord,
)

_YEAR = [MinValueValidator(1900), MaxValueValidator(2100)]


class SlugFilter(django_filters.CharFilter):
    """Partnerships of one authority, named by its address."""

    def __init__(self, model: type, **kwargs) -> None:
        self.authority = model
        self._found: dict[str, tuple[int, str] | None] = {}  # a set of filters is copied for each question
        super().__init__(max_length=240, **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        if not value:
            return qs
        found = self._find(value)
        return qs.filter(**{f"{self.field_name}__contains": [found[0]]}) if found else qs.none()

    def words(self, value: str) -> str:
        """What people call the authority of this address."""
        found = self._find(value)
        return found[1] if found else value

    def _find(self, slug: str) -> tuple[int, str] | None:
        if slug not in self._found:
            self._found[slug] = self.authority.objects.filter(slug=slug).values_list("pk", "name").first()
        return self._found[slug]


class CountedFilter(django_filters.NumberFilter):
    """What the national figures of a year count, see `projects.figures`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Compté dans le panorama de l’année"), validators=_YEAR, **kwargs)

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        return qs.counted_by(int(value)) if value is not None else qs


class PartnershipFilterSet(FacetedFilterSet):
    """Twinnings and agreements, over the digest columns of `Partnership`."""

    q = NameFilter("party_names")
    kind = ChoicesFilter(choices=PartnershipKind, label=_("Nature"))
    status = ChoicesFilter(choices=PartnershipStatus, label=_("Situation"))
    region = ArrayCodesFilter("region", field_name="region_codes", label=_("Région française"))
    country = ArrayCodesFilter("country", field_name="country_codes", label=_("Pays"))
    theme = ArrayCodesFilter("theme", field_name="theme_codes", label=_("Thème"))
    department = DepartmentFilter(field_name="french_ids")
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
    counted = CountedFilter()
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


# Above this many rows the order of a search is the date, not the relevance: ranking reads every row it orders.
RANKED = 1000


class TextFilter(SearchFilter):
    """French full text («eau sénégal», «"accès à l'eau" -forage»), and, when nothing holds it, near names of the parties."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(field_name="party_names", **kwargs)

    def exact(self, value: str, words: list[str]) -> Q:
        return Q(search=search_query(value))


def search_query(text: str) -> SearchQuery:
    """What is asked, in the words of a web search, in French without accents."""
    return SearchQuery(text.replace("\x00", ""), search_type="websearch", config="fr_unaccent")


class OverlapFilter(django_filters.MultipleChoiceFilter):
    """Fixed choices over an array column with a GIN index."""

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        return qs.filter(**{f"{self.field_name}__overlap": list(value)}) if value else qs


class StatusFilter(ChoicesFilter):
    """IATI statuses, declared or said by the dates."""

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        return qs.in_status(value) if value else qs


class MainThemeFilter(django_filters.CharFilter):
    """Projects whose main theme lies in a group of themes (its code), as the national figures count them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, label=_("Groupe du thème principal"), **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return qs.filter(theme_group(value)) if value else qs

    def words(self, value: str) -> str:
        """What the national figures call the group."""
        return str(theme_labels().get(value, value))


class RankedFilterSet(FacetedFilterSet):
    """Over a table with full text: by relevance when a search finds few rows, else by date."""

    def rows(self) -> QuerySet:
        """By relevance when a search finds few rows; by date when it finds many, or when nothing is searched."""
        rows, asked = self.qs, self.criteria.get("q", "")
        if "sort" in self.criteria or not normalise(asked):
            return rows if "sort" in self.criteria else rows.order_by(*self.default_order)
        total = rows.order_by()[: RANKED + 1].count() if self.total is None else self.total
        if total > RANKED:
            return rows.order_by(*self.default_order)
        return rows.annotate(rank=SearchRank(F("search"), search_query(asked))).order_by("-rank", *self.default_order)


class ProjectFilterSet(RankedFilterSet):
    """Projects, over the digest columns of `Project`."""

    q = TextFilter()
    country = ArrayCodesFilter("country", field_name="country_codes", label=_("Pays"))
    theme = ArrayCodesFilter("theme", field_name="theme_codes", label=_("Thème"))
    region = ArrayCodesFilter("region", field_name="region_codes", label=_("Région française"))
    department = DepartmentFilter(field_name="french_ids")
    sdg = ArrayCodesFilter("sdg", field_name="sdg_numbers", label=_("Objectif de développement durable"))
    kind = OverlapFilter(choices=CollectivityKind, field_name="lead_kinds", label=_("Type du chef de file"))
    status = StatusFilter(choices=ActivityStatus, label=_("Situation"))
    collectivity = SlugFilter(Collectivity, field_name="french_ids", label=_("Collectivité française"))
    partner = SlugFilter(ForeignAuthority, field_name="foreign_ids", label=_("Partenaire étranger"))
    place = SlugFilter(ForeignAuthority, field_name="place_ids", label=_("Lieu du projet"))
    from_year = django_filters.NumberFilter(
        field_name="starts_on__year", lookup_expr="gte", validators=_YEAR, label=_("Commencé à partir de (année)")
    )
    to_year = django_filters.NumberFilter(
        field_name="starts_on__year", lookup_expr="lte", validators=_YEAR, label=_("Commencé jusqu’en (année)")
    )
    confirmed = django_filters.BooleanFilter(
        field_name="confirmed_on", lookup_expr="isnull", exclude=True, label=_("Confirmé")
    )
    main_theme = MainThemeFilter()
    counted = CountedFilter()
    sort = SortFilter(
        {
            "-start": (_("Début le plus récent"), (F("starts_on").desc(nulls_last=True), "-pk")),
            "start": (_("Début le plus ancien"), (F("starts_on").asc(nulls_last=True), "pk")),
            "title": (_("Intitulé"), ("title", "pk")),
            "-budget": (_("Budget"), (F("budget_total").desc(nulls_last=True), "-pk")),
            "-updated": (_("Mise à jour"), ("-updated_at", "-pk")),
        }
    )

    most_counted = 10_000
    default_order = (F("starts_on").desc(nulls_last=True), "-pk")
    facets_spec = {
        "theme": FacetSpec(Unnest(F("theme_codes")), lambda: labels("theme")),
        "country": FacetSpec(Unnest(F("country_codes")), lambda: labels("country"), by_count=True),
        "region": FacetSpec(Unnest(F("region_codes")), lambda: labels("region")),
        "kind": FacetSpec(Unnest(F("lead_kinds")), lambda: dict(CollectivityKind.choices)),
        "status": FacetSpec(F("status"), lambda: dict(ActivityStatus.choices)),
        "sdg": FacetSpec(Unnest(F("sdg_numbers")), lambda: labels("sdg")),
    }

    class Meta:
        model = Project
        fields: list[str] = []

    def __init__(self, data: Any = None, queryset: QuerySet | None = None, **kwargs: Any) -> None:
        rows = Project.objects.all() if queryset is None else queryset
        super().__init__(data, queryset=rows.with_status(), **kwargs)


AUTHOR_SIDES = {"french": _("Collectivité française"), "foreign": _("Autorité étrangère")}


class NoticeFilterSet(RankedFilterSet):
    """Offers and requests in force; those that ended, with `past=true`."""

    q = TextFilter()
    direction = ChoicesFilter(choices=NoticeDirection, label=_("Sens"))
    author = ChoicesFilter(choices=list(AUTHOR_SIDES.items()), method="filter_author", label=_("Auteur"))
    sought = OverlapFilter(choices=SoughtKind, field_name="sought", label=_("Ce qui est recherché"))
    theme = ArrayCodesFilter("theme", field_name="theme_codes", label=_("Thème"))
    country = ArrayCodesFilter("country", field_name="country_codes", label=_("Pays"))
    region = ArrayCodesFilter("region", field_name="region_codes", label=_("Région française"))
    department = DepartmentFilter(field_name="french_ids")
    language = OverlapFilter(choices=NoticeLanguage, field_name="languages", label=_("Langue de travail"))
    collectivity = SlugFilter(Collectivity, field_name="french_ids", label=_("Collectivité française"))
    partner = SlugFilter(ForeignAuthority, field_name="foreign_ids", label=_("Autorité étrangère"))
    past = django_filters.BooleanFilter(method="filter_past", label=_("Annonces closes ou expirées"))
    sort = SortFilter(
        {
            "-published": (_("Publication la plus récente"), (F("published_at").desc(nulls_last=True), "-pk")),
            "expires": (_("Expiration la plus proche"), (F("expires_on").asc(nulls_last=True), "pk")),
            "title": (_("Titre"), ("title", "pk")),
            "name": (_("Nom de l’auteur"), ("party_names", "pk")),
        }
    )

    default_order = (F("published_at").desc(nulls_last=True), "-pk")
    facets_spec = {
        "direction": FacetSpec(F("direction"), lambda: dict(NoticeDirection.choices)),
        "author": FacetSpec(
            Case(When(collectivity__isnull=False, then=Value("french")), default=Value("foreign")),
            lambda: AUTHOR_SIDES,
        ),
        "sought": FacetSpec(Unnest(F("sought")), lambda: dict(SoughtKind.choices)),
        "theme": FacetSpec(Unnest(F("theme_codes")), lambda: labels("theme")),
        "country": FacetSpec(Unnest(F("country_codes")), lambda: labels("country"), by_count=True),
        "region": FacetSpec(Unnest(F("region_codes")), lambda: labels("region")),
        "language": FacetSpec(Unnest(F("languages")), lambda: dict(NoticeLanguage.choices)),
    }

    class Meta:
        model = PartnershipNotice
        fields: list[str] = []

    def __init__(self, data: Any = None, queryset: QuerySet | None = None, **kwargs: Any) -> None:
        rows = PartnershipNotice.objects.all() if queryset is None else queryset
        past = (data or {}).get("past", "").lower() in ("true", "1", "on")
        super().__init__(data, queryset=rows.past() if past else rows.in_force(), **kwargs)

    def filter_author(self, qs: QuerySet, name: str, value: list[str]) -> QuerySet:
        if not value or len(set(value)) == len(AUTHOR_SIDES):
            return qs
        return qs.filter(collectivity__isnull="foreign" in value)

    def filter_past(self, qs: QuerySet, name: str, value: bool | None) -> QuerySet:
        return qs  # whose rows are chosen before any criterion: see `__init__`


class WaitingFilterSet(FacetedFilterSet):
    """What waits to be verified: what contradicts itself first, the oldest before the others."""

    q = NameFilter("names")
    reason = OverlapFilter(choices=Reason, field_name="reasons", label=_("Pourquoi"))
    record = ChoicesFilter(choices=RecordKind, label=_("Fiches"))
    country = ArrayCodesFilter("country", field_name="country_codes", label=_("Pays"))
    region = ArrayCodesFilter("region", field_name="region_codes", label=_("Régions françaises"))

    most_counted = 10_000
    default_order = ("-contradicts", "last_on", "record", "record_id")
    facets_spec = {
        "reason": FacetSpec(Unnest(F("reasons")), lambda: dict(Reason.choices)),
        "record": FacetSpec(F("record"), lambda: dict(RecordKind.choices)),
        "country": FacetSpec(Unnest(F("country_codes")), lambda: labels("country")),
        "region": FacetSpec(Unnest(F("region_codes")), lambda: labels("region")),
    }

    class Meta:
        model = WaitingRecord
        fields: list[str] = []

    def rows(self) -> QuerySet:
        """In the order of the queue, whatever is searched."""
        return self.qs.order_by(*self.default_order)
