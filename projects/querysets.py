"""Who sees which partnership and which project, and in what shape."""

from typing import Self

from django.db import models
from django.db.models import Case, CharField, F, Prefetch, Q, Value, When
from django.utils import timezone


def own_or(public: Q, user) -> Q:
    """What `user` sees of records that bear `french_ids`: the public ones, and those of its own authorities."""
    own = list(user.memberships.values_list("collectivity_id", flat=True))
    return public | Q(french_ids__overlap=own) if own else public


class PartnershipQuerySet(models.QuerySet):
    """A visitor sees what is published; members see their authorities' records too; staff see everything."""

    def visible_to(self, user) -> Self:
        public = models.Q(publication="published")
        if not user.is_authenticated:
            return self.filter(public)
        if user.is_staff:
            return self.all()
        return self.filter(own_or(public, user))

    def _with_parties(self) -> Self:
        party = self.model.parties.rel.related_model
        parties = party.objects.select_related(
            "collectivity__region", "collectivity__department", "foreign_authority__country"
        ).order_by("role", "pk")
        return self.prefetch_related(Prefetch("parties", queryset=parties, to_attr="all_parties"))

    def for_list(self) -> Self:
        """With `all_parties` (one more query) and no column that a list does not show."""
        return self._with_parties().defer("note")

    def for_detail(self) -> Self:
        """With parties and themes (two more queries)."""
        return self._with_parties().select_related("confirmed_by").prefetch_related("themes")


class ProjectQuerySet(models.QuerySet):
    """A visitor sees what is published; members see their authorities' records too; staff see everything."""

    def visible_to(self, user) -> Self:
        public = Q(publication__in=["published", "to_refresh"])
        if not user.is_authenticated:
            return self.filter(public)
        if user.is_staff:
            return self.all()
        return self.filter(own_or(public, user))

    def with_status(self) -> Self:
        """Adds `status`, the IATI activity status: the declared one, else what the dates say today; «» without dates."""
        today = timezone.localdate()
        return self.annotate(
            status=Case(
                When(~Q(declared_status=""), then=F("declared_status")),
                When(starts_on__gt=today, then=Value("1")),
                When(ends_on__lt=today, then=Value("4")),
                When(starts_on__isnull=False, then=Value("2")),
                default=Value(""),
                output_field=CharField(max_length=1),
            )
        )

    def _with_parties(self) -> Self:
        party = self.model.parties.rel.related_model
        parties = party.objects.select_related(
            "collectivity__region", "collectivity__department", "foreign_authority__country"
        ).order_by("pk")
        return self.prefetch_related(Prefetch("parties", queryset=parties, to_attr="all_parties"))

    def for_list(self) -> Self:
        """With `status` and `all_parties` (one more query), without the columns that a list does not show."""
        return (
            self.with_status()
            ._with_parties()
            .defer(
                "summary_en", "summary_local", "objectives", "activities", "expected_results", "beneficiaries", "search"
            )
        )

    def for_detail(self) -> Self:
        """With all that a sheet shows: parties, themes, countries, budget, results (a query each)."""
        return (
            self.with_status()
            ._with_parties()
            .defer("search")
            .select_related("confirmed_by", "partnership")
            .prefetch_related(
                "theme_shares__theme", "country_shares__country", "sdgs", "budget_lines", "indicators__periods"
            )
        )
