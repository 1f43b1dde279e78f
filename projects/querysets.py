"""Who sees which partnership, and in what shape."""

from typing import Self

from django.db import models
from django.db.models import Prefetch


class PartnershipQuerySet(models.QuerySet):
    """A visitor sees what is published; members see their authorities' records too; staff see everything."""

    def visible_to(self, user) -> Self:
        public = models.Q(publication="published")
        if not user.is_authenticated:
            return self.filter(public)
        if user.is_staff:
            return self.all()
        own = list(user.memberships.values_list("collectivity_id", flat=True))
        return self.filter(public | models.Q(french_ids__overlap=own)) if own else self.filter(public)

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
