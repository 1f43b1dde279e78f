"""The one door to reading: each QuerySet knows who sees what (`visible_to`) and in what shape (`for_list`, `for_detail`, `on_map`).

Shapes fix the number of queries; criteria live in `filters.py`.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, models, transaction
from django.db.models import Count, F, Max, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone


class DataChangeQuerySet(models.QuerySet):
    """The journal of data changes, read as a version."""

    def version(self) -> str:
        """Short text that differs as soon as public data differ (one query)."""
        state = self.aggregate(last=Max("pk"), rows=Count("pk"))
        return f"{state['last'] or 0:x}-{state['rows']:x}"


class KeptQuerySet(models.QuerySet):
    """Answers computed ahead: read by name, made again when the data changed."""

    RESTS = 20  # a computation of a second is not made again within so many

    def latest_of(self, name: str) -> Any:
        """The last answer of that name, of today's data or not; None before the first one (one query)."""
        return self.filter(name=name).first()

    def renew(self, name: str, version: str, make: Callable[[], bytes], *, now: bool = False) -> bool:
        """Has `make` compute the answer again unless it is of this version; one process at a time. Returns whether it did.

        What takes long rests in between, and who finds another at work goes away; `now` waits for it, and does not rest.
        """
        kept = self.latest_of(name)
        if kept and kept.version == version:
            return False
        with transaction.atomic(), connection.cursor() as cursor:
            lock = "pg_advisory_xact_lock" if now else "pg_try_advisory_xact_lock"
            cursor.execute(f"SELECT {lock}(hashtext('atlas_kept'), hashtext(%s))", [name])
            if cursor.fetchone()[0] is False:
                return False
            kept, began = self.latest_of(name), timezone.now()
            if kept and (kept.version == version or (not now and began < kept.next_at(self.RESTS))):
                return False
            content = make()
            seconds = (timezone.now() - began).total_seconds()
            self.update_or_create(
                name=name, defaults={"version": version, "at": began, "seconds": seconds, "content": content}
            )
        return True


class DatedQuerySet(models.QuerySet):
    """Rows with `valid_from` / `valid_to` (exclusive)."""

    def valid_on(self, day: date | None = None) -> Self:
        """Rows that hold on `day` (today by default)."""
        day = day or timezone.localdate()
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        )


class CodeQuerySet(DatedQuerySet):
    """Official code lists: public."""

    def visible_to(self, user) -> Self:
        return self.all()


class ThemeQuerySet(DatedQuerySet):
    """The tree of themes: public."""

    def visible_to(self, user) -> Self:
        return self.all()

    def for_list(self) -> Self:
        return self.select_related("parent").prefetch_related("sdgs", "purpose_codes")

    def roots(self) -> Self:
        return self.filter(parent__isnull=True)

    def in_tree_order(self) -> Self:
        """Each theme, then those below it."""
        group = [Coalesce(f"parent__{name}", name) for name in ("position", "sort_name")]
        return self.order_by(*group, F("parent_id").asc(nulls_first=True), "position", "sort_name")


class CollectivityQuerySet(models.QuerySet):
    """French authorities are public, the past ones too."""

    def visible_to(self, user) -> Self:
        return self.all()

    def entered_by(self, user) -> Self:
        """Those whose private space `user` enters: its own authorities; every one for the staff."""
        return self.all() if user.is_staff else self.filter(memberships__user=user)

    def current(self) -> Self:
        return self.filter(is_current=True)

    def for_list(self) -> Self:
        return self.select_related("region", "department")

    def for_detail(self) -> Self:
        return self.select_related("region", "department", "epci")

    def on_map(self) -> Self:
        return self.filter(longitude__isnull=False)


class CountryQuerySet(models.QuerySet):
    """Countries are public."""

    def visible_to(self, user) -> Self:
        return self.all()

    def with_dac_category(self) -> Self:
        """Adds `dac_category`: today's income group on the DAC list, null when the country is not eligible for ODA."""
        statuses = self.model.statuses.rel.related_model.objects.valid_on().filter(list="dac", country=OuterRef("pk"))
        return self.annotate(dac_category=Subquery(statuses.values("category")[:1]))

    def for_list(self) -> Self:
        """With today's statuses as `current_statuses` (one more query)."""
        statuses = self.model.statuses.rel.related_model.objects.valid_on()
        return self.prefetch_related(Prefetch("statuses", queryset=statuses, to_attr="current_statuses"))

    def for_detail(self) -> Self:
        return self.for_list()


class CountryStatusQuerySet(DatedQuerySet):
    """Dated statuses are public."""

    def visible_to(self, user) -> Self:
        return self.all()


class ForeignAuthorityQuerySet(models.QuerySet):
    """Foreign authorities are public. A merged one is only reachable through its old address."""

    def visible_to(self, user) -> Self:
        return self.all()

    def standing(self) -> Self:
        """Without the duplicates that were merged into another row."""
        return self.filter(merged_into__isnull=True)

    def for_list(self) -> Self:
        return self.select_related("country", "region")

    def for_detail(self) -> Self:
        return self.select_related("country", "region", "place", "merged_into")

    def on_map(self) -> Self:
        return self.filter(longitude__isnull=False)


class MembershipQuerySet(models.QuerySet):
    """Members are seen by staff, by themselves, and by the other members of the authority."""

    def visible_to(self, user) -> Self:
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self.all()
        return self.filter(Q(user=user) | Q(collectivity__in=user.memberships.values("collectivity")))

    def for_list(self) -> Self:
        return self.select_related("user", "collectivity")


class ContactQuerySet(models.QuerySet):
    """Contacts are seen as each says. Whoever objected is seen by nobody; a mandate that ended, by the authority and the staff."""

    def visible_to(self, user) -> Self:
        """Public ones to everybody; the others to the members, and to the embassies and advisers who follow the authority."""
        shown = self.standing()
        public = Q(visibility="public") & _running()
        if not user.is_authenticated:
            return shown.filter(public)
        if user.is_staff:
            return shown
        writers = user.memberships.filter(role__in=["editor", "representative"])
        postings = user.postings.valid_on()
        regions = postings.filter(kind="adviser", regions__isnull=False).values("regions")
        countries = postings.filter(kind="embassy", countries__isnull=False).values("countries__iso2")
        followed = Q(collectivity__region__in=regions) | Q(
            collectivity__partner_countries__overlap=ArraySubquery(countries)
        )
        return shown.filter(
            public
            | Q(collectivity__in=writers.values("collectivity"))
            | Q(collectivity__in=user.memberships.values("collectivity"), visibility__in=["public", "members"])
            | (Q(visibility="members") & _running() & followed)
        )

    def standing(self) -> Self:
        """Without the persons who objected."""
        return self.filter(objected_at__isnull=True)

    def running(self) -> Self:
        """Those in office today, of authorities that stand."""
        return self.standing().filter(_running())

    def for_list(self) -> Self:
        return self.select_related("collectivity")


def _running() -> Q:
    today = timezone.localdate()
    begun, not_over = (
        Q(starts_on__isnull=True) | Q(starts_on__lte=today),
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
    )
    return begun & not_over & Q(collectivity__is_current=True)


class PostingQuerySet(DatedQuerySet):
    """Postings are seen by staff and by their holder."""

    def visible_to(self, user) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.all() if user.is_staff else self.filter(user=user)

    def for_list(self) -> Self:
        return self.select_related("user").prefetch_related("countries", "regions", "themes")

    def followed(self) -> Self:
        """Of each: its kind, its zones, the codes of its countries and those of its régions."""
        of = OuterRef("pk")
        countries = self.model.countries.through.objects.filter(posting=of).values("country__iso2")
        regions = self.model.regions.through.objects.filter(posting=of).values("region__code")
        return self.values_list("kind", "zones", ArraySubquery(countries), ArraySubquery(regions))


class AccessRequestQuerySet(models.QuerySet):
    """A request is seen by staff, by whoever makes it, and by the representatives of the authority."""

    def visible_to(self, user) -> Self:
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self.all()
        represented = user.memberships.filter(role="representative").values("collectivity")
        return self.filter(Q(user=user) | (Q(collectivity__in=represented) & ~Q(status="unconfirmed")))

    def pending(self) -> Self:
        return self.filter(status="pending")

    def for_list(self) -> Self:
        return self.select_related("user", "collectivity")


class SavedSearchQuerySet(models.QuerySet):
    """A saved search belongs to whoever holds its address."""

    def visible_to(self, user) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(user=user) | Q(email__iexact=user.email))

    def confirmed(self) -> Self:
        """Those to which news may be sent."""
        return self.filter(Q(user=None) | Q(user__is_active=True), confirmed_at__isnull=False)


class ExportJobQuerySet(models.QuerySet):
    """A file belongs to whoever asked for it, and to nobody else."""

    def visible_to(self, user) -> Self:
        return self.filter(user=user) if user.is_authenticated else self.none()

    def queued(self) -> Self:
        return self.filter(state="queued")


class MoveQuerySet(models.QuerySet):
    """What was merged and taken over, and by whom: the business of the staff."""

    def visible_to(self, user) -> Self:
        return self.all() if user.is_authenticated and user.is_staff else self.none()

    def standing(self) -> Self:
        """Those that were not undone."""
        return self.filter(undone_at__isnull=True)

    def for_list(self) -> Self:
        return self.select_related(
            "foreign_from__country", "foreign_into__country", "french_from", "french_into", "done_by", "undone_by"
        )
