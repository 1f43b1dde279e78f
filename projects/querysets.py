"""Who sees which partnership and which project, and in what shape."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, ExtractYear, JSONObject
from django.utils import timezone

from projects.workflow import PUBLIC


def own_or(public: Q, user) -> Q:
    """What `user` sees of records that bear `french_ids`: the public ones, and those of its own authorities."""
    own = list(user.memberships.values_list("collectivity_id", flat=True))
    return public | Q(french_ids__overlap=own) if own else public


def awaited(consents: models.QuerySet, record: str, prefix: str = "") -> Exists:
    """Of a party of a `record`, found at `prefix`: another authority named it, and it has not answered yet."""
    asked = {name: OuterRef(f"{prefix}{name}") for name in (record, "collectivity")}
    return Exists(consents.filter(answer="", **asked))


class RecordQuerySet(models.QuerySet):
    """Partnerships and projects: rows with parties, which enter the national figures in a year, that of `begun_field`, or
    of the record where the date is unknown.
    """

    begun_field = ""

    def _with_parties(self, *order: str, **also: Any) -> Self:
        """`all_parties`, annotated with `also`."""
        party = self.model.parties.rel.related_model
        parties = party.objects.select_related(
            "collectivity__region", "collectivity__department", "foreign_authority__country"
        )
        parties = parties.annotate(**also).order_by(*order, "pk")
        return self.prefetch_related(Prefetch("parties", queryset=parties, to_attr="all_parties"))

    def _awaited(self) -> Exists:
        return awaited(self.model.consents.rel.related_model.objects.all(), self.model._meta.model_name)

    def with_entry_year(self) -> Self:
        """Adds `entry_year`."""
        return self.annotate(entry_year=Coalesce(ExtractYear(self.begun_field), ExtractYear("created_at")))

    def counted_by(self, year: int | None) -> Self:
        """What had entered by the end of `year`; everything without a year."""
        if year is None:
            return self
        undated = Q(**{f"{self.begun_field}__isnull": True}, created_at__year__lte=year)
        return self.filter(undated | Q(**{f"{self.begun_field}__year__lte": year}))


class PartnershipQuerySet(RecordQuerySet):
    """A visitor sees what is published; members see their authorities' records too; staff see everything."""

    begun_field = "signed_on"

    def visible_to(self, user) -> Self:
        public = models.Q(publication="published")
        if not user.is_authenticated:
            return self.filter(public)
        if user.is_staff:
            return self.all()
        return self.filter(own_or(public, user))

    def for_list(self) -> Self:
        """With `all_parties` (one more query) and no column that a list does not show."""
        return self._with_parties("role").defer("note")

    def for_detail(self) -> Self:
        """With parties, some `to_confirm`, and themes (two more queries)."""
        parties = self._with_parties("role", to_confirm=self._awaited())
        return parties.select_related("confirmed_by").prefetch_related("themes")


class ProjectQuerySet(RecordQuerySet):
    """A visitor sees what is published; members see their authorities' records too; staff see everything."""

    begun_field = "starts_on"

    def visible_to(self, user) -> Self:
        public = Q(publication__in=PUBLIC)
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

    def in_status(self, codes: Collection[str]) -> Self:
        """Those whose `status` is one of these; said by columns, so that the database knows how many to expect."""
        today = timezone.localdate()
        dated = {
            "1": Q(starts_on__gt=today),
            "2": Q(starts_on__lte=today) & (Q(ends_on__isnull=True) | Q(ends_on__gte=today)),
            "4": Q(ends_on__lt=today),  # nothing ends before it starts
        }
        wanted = Q(declared_status__in=list(codes))
        for code, condition in dated.items():
            if code in codes:
                wanted |= Q(declared_status="") & condition
        return self.filter(wanted)

    def for_list(self) -> Self:
        """With `status` and `all_parties` (one more query), without the columns that a list does not show."""
        return (
            self.with_status()
            ._with_parties()
            .defer(
                "summary_en", "summary_local", "objectives", "activities", "expected_results", "beneficiaries", "search"
            )
        )

    def _part(self, relation: str, *order: Any, **columns: Any) -> ArraySubquery:
        """The rows of a part as a list of dicts, within the statement that reads the project."""
        rows = getattr(self.model, relation).rel.related_model.objects.filter(project=OuterRef("pk"))
        return ArraySubquery(rows.order_by(*order).values(part=JSONObject(**columns)))

    def for_detail(self) -> Self:
        """With all that a sheet shows, in two statements: the parties (`all_parties`, some `to_confirm`), and the rest as `*_rows`."""
        periods = self.model.indicators.rel.related_model.periods.rel.related_model.objects
        periods = periods.filter(indicator=OuterRef("pk"))
        measured = periods.filter(actual__isnull=False).order_by("-ends_on", "-pk")
        measure = {name: name for name in ("starts_on", "ends_on", "target", "actual", "comment")}
        purposes = self.model.purpose_codes.through.objects.filter(project=OuterRef("pk")).order_by("purposecode__code")
        goals = self.model.sdgs.through.objects.filter(project=OuterRef("pk")).order_by("sdg__number")
        return (
            self.with_status()
            ._with_parties(to_confirm=self._awaited())
            .defer("search")
            .select_related("partnership")
            .annotate(
                theme_rows=self._part(
                    *("theme_shares", "-is_primary", "-share", "pk"),
                    code="theme__code",
                    name="theme__name",
                    share="share",
                ),
                country_rows=self._part(
                    *("country_shares", "-share", "pk"), iso2="country__iso2", name="country__name_fr", share="share"
                ),
                sdg_rows=ArraySubquery(goals.values(part=JSONObject(number="sdg__number", name="sdg__name_fr"))),
                purpose_rows=ArraySubquery(
                    purposes.values(part=JSONObject(code="purposecode__code", name="purposecode__name_fr"))
                ),
                place_rows=self._part(
                    *("places", "pk"),
                    name="name",
                    authority="foreign_authority__name",
                    slug="foreign_authority__slug",
                    precision="precision",
                ),
                budget_rows=self._part(
                    *("budget_lines", "year", "pk"), year="year", source="source", planned="planned", obtained="obtained"
                ),
                indicator_rows=self._part(
                    *("indicators", "kind", "pk"),
                    title="title",
                    kind="kind",
                    unit="unit",
                    baseline_year="baseline_year",
                    baseline="baseline",
                    target="target",
                    actual=Subquery(measured.values("actual")[:1]),
                    periods=ArraySubquery(periods.order_by("starts_on", "pk").values(part=JSONObject(**measure))),
                ),
                marker_rows=self._part(*("markers", "marker"), name="marker__name_fr", score="score"),
                document_rows=self._part(
                    *("documents", "pk"), pk="pk", title="title", category="category", size="size", file="file"
                ),
                photo_rows=self._part(
                    *("photos", "pk"), pk="pk", alt="alt", credit="credit", licence="licence", width="width",
                    height="height",
                ),
            )
        )  # fmt: skip


class DelegationQuerySet(models.QuerySet):
    """An agreement between two authorities is known to the members of both, and to the staff."""

    def visible_to(self, user) -> Self:
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self.all()
        own = user.memberships.values("collectivity")
        return self.filter(Q(member__in=own) | Q(delegate__in=own))

    def standing(self) -> Self:
        """Neither taken back, nor ended with one of the two authorities."""
        return self.filter(ended_at__isnull=True, member__is_current=True, delegate__is_current=True)

    def lapsed(self) -> Self:
        """Ended with one of the two authorities: those that come after it agree anew, or not."""
        return self.filter(Q(member__is_current=False) | Q(delegate__is_current=False), ended_at__isnull=True)

    def for_list(self) -> Self:
        return self.select_related("member__department", "delegate__department", "agreed_by", "ended_by")


class SheetUploadQuerySet(models.QuerySet):
    """What somebody uploaded is seen by whoever did; what was done, by the members of the authority too."""

    def visible_to(self, user) -> Self:
        if not user.is_authenticated:
            return self.none()
        own = user.memberships.values("collectivity")
        return self.filter(Q(by=user) | Q(status="done", collectivity__in=own))


class RecordCommentQuerySet(models.QuerySet):
    """Words about a record: its author reads them, the members of its authorities, and the staff."""

    def visible_to(self, user) -> Self:
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self.all()
        own = list(user.memberships.values_list("collectivity_id", flat=True))
        return self.filter(
            Q(author=user) | Q(partnership__french_ids__overlap=own) | Q(project__french_ids__overlap=own)
        )

    def waiting_for(self, collectivity) -> Self:
        """Words of a verifier that nobody of the authority settled."""
        own = [collectivity.pk]
        about = Q(partnership__french_ids__contains=own) | Q(project__french_ids__contains=own)
        return self.filter(about, settled_at__isnull=True).exclude(written_as="")

    def for_list(self) -> Self:
        return self.select_related("author", "settled_by")


class WaitingRecordQuerySet(models.QuerySet):
    """What waits is seen by who follows its countries or régions; see `projects.permissions.Scope`."""

    def within(self, scope: Any) -> Self:
        if scope.everything:
            return self.all()
        followed = Q()
        for codes, column in ((scope.countries, "country_codes"), (scope.regions, "region_codes")):
            if codes:
                followed |= Q(**{f"{column}__overlap": sorted(codes)})
        return self.filter(followed) if followed else self.none()


class NoticeQuerySet(models.QuerySet):
    """A visitor sees what was published, expired or closed since too; members see their authorities' notices, embassies
    those of their countries that wait for them or that they decided, staff everything.
    """

    def visible_to(self, user) -> Self:
        public = Q(publication__in=["published", "closed"])
        if not user.is_authenticated:
            return self.filter(public)
        if user.is_staff:
            return self.all()
        return self.filter(own_or(public, user) | self._checked_by(user))

    def _checked_by(self, user) -> Q:
        """Foreign notices that `user` checks for the State: those of its countries, once their author is known."""
        followed = self.model._meta.get_field("countries").related_model.objects.filter(
            postings__in=user.postings.valid_on().filter(kind="embassy")
        )
        if not (codes := list(followed.values_list("iso2", flat=True))):
            return Q(pk__in=[])
        return Q(contact__isnull=False, contact__confirmed_at__isnull=False, country_codes__overlap=codes)

    def to_check(self, user) -> Self:
        """What waits for `user` to check it: for the staff, every foreign notice that was proposed."""
        waiting = self.filter(publication="submitted", contact__isnull=False)
        return waiting if user.is_staff else waiting.filter(self._checked_by(user))

    def in_force(self) -> Self:
        """Published and not expired."""
        return self.filter(publication="published", expires_on__gte=timezone.localdate())

    def expiring(self, day: date, days: int) -> Self:
        """Published ones of which `day` is among the last so many, or the last; none where nobody is to be reminded."""
        if not days:
            return self.none()
        return self.filter(publication="published", expires_on__range=(day, day + timedelta(days=days)))

    def past(self) -> Self:
        """Closed, or expired without being renewed."""
        return self.filter(Q(publication="closed") | Q(publication="published", expires_on__lt=timezone.localdate()))

    def for_list(self) -> Self:
        """With its author, without the columns that a list does not show."""
        return self.select_related(
            "collectivity__region", "collectivity__department", "foreign_authority__country", "contact"
        ).defer("motives", "territory", "search")

    def for_detail(self) -> Self:
        """With all that a sheet shows, in one statement: `theme_rows`, `wanted_countries`, `wanted_regions` as dicts."""
        of = self.model
        themes = of.themes.through.objects.filter(partnershipnotice=OuterRef("pk"))
        countries = of.countries.through.objects.filter(partnershipnotice=OuterRef("pk"))
        regions = of.regions.through.objects.filter(partnershipnotice=OuterRef("pk"))
        return (
            self.select_related(
                "collectivity__region", "collectivity__department", "foreign_authority__country", "contact__country"
            )
            .defer("search")
            .annotate(
                theme_rows=ArraySubquery(
                    themes.order_by("theme__sort_name").values(part=JSONObject(code="theme__code", name="theme__name"))
                ),
                wanted_countries=ArraySubquery(
                    countries.order_by("country__sort_name").values(
                        part=JSONObject(iso2="country__iso2", name="country__name_fr")
                    )
                ),
                wanted_regions=ArraySubquery(
                    regions.order_by("region__name").values(part=JSONObject(code="region__code", name="region__name"))
                ),
            )
        )

    def on_map(self) -> Self:
        """Those whose author has a position, with it."""
        return self.annotate(
            longitude=Coalesce("collectivity__longitude", "foreign_authority__longitude"),
            latitude=Coalesce("collectivity__latitude", "foreign_authority__latitude"),
        ).filter(longitude__isnull=False)


class ConversationQuerySet(models.QuerySet):
    """A conversation is seen by the members of its two sides, and by the staff. A reply exists once its address is confirmed."""

    def visible_to(self, user) -> Self:
        if not user.is_authenticated:
            return self.none()
        rows = self.delivered()
        if user.is_staff:
            return rows
        own = user.memberships.values("collectivity")
        return rows.filter(Q(notice__collectivity__in=own) | Q(collectivity__in=own))

    def delivered(self) -> Self:
        return self.filter(Q(contact__isnull=True) | Q(contact__confirmed_at__isnull=False))

    def of_collectivity(self, collectivity) -> Self:
        """Those where it is the author of the notice, or the one who replied."""
        return self.filter(Q(notice__collectivity=collectivity) | Q(collectivity=collectivity))

    def with_unread(self, side: Any) -> Self:
        """Adds `unread`: messages of the other side that nobody read yet. `side`: the collectivity, or the contact, who reads."""
        column = "contact" if side._meta.model_name == "noticecontact" else "collectivity"
        received = Q(**{f"notice__{column}": side}, messages__side="replier") | Q(
            **{column: side}, messages__side="author"
        )
        return self.annotate(unread=Count("messages", filter=received & Q(messages__read_at__isnull=True)))

    def for_list(self) -> Self:
        return self.select_related(
            "notice__collectivity", "notice__contact__foreign_authority", "notice__foreign_authority__country",
            "collectivity", "contact__foreign_authority", "contact__country",
        )  # fmt: skip


class NoticeMessageQuerySet(models.QuerySet):
    """Messages are read through their conversation; the staff reads those that were reported, and no other."""

    def visible_to(self, user) -> Self:
        return self.filter(reported_at__isnull=False) if user.is_authenticated and user.is_staff else self.none()

    def to_handle(self) -> Self:
        return self.filter(reported_at__isnull=False, handled_at__isnull=True)
