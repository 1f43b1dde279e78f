"""Directories and sheets: French authorities, foreign authorities, countries."""

from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import DetailView

from atlas.filters import labels
from atlas.models import INTERMUNICIPAL_KINDS, Collectivity, CollectivityEvent, Contact, Country, ForeignAuthority
from atlas.names import sort_key
from atlas.pages import ExportView, ListPage

MEMBERS_SHOWN = 200


def _named(names: dict[str, str], codes: list[str]) -> list[tuple[str, str]]:
    """(name, code) of these codes, in the order of a French index."""
    return sorted(((names.get(code, code), code) for code in codes), key=lambda pair: sort_key(pair[0]))


class CollectivityList(ListPage):
    listed = "collectivites"
    template_name = "atlas/collectivity_list.html"
    export_url_name = "collectivity_export"
    api_url_name = "api:collectivity-list"
    map_url_name = "map"
    map_criteria = ("country", "region", "theme")


class CollectivityExport(ExportView):
    listed = "collectivites"


class CollectivityPage(DetailView):
    """Sheet of a French authority, past ones included."""

    template_name = "atlas/collectivity_detail.html"
    context_object_name = "collectivity"

    def get_queryset(self) -> QuerySet:
        return Collectivity.objects.visible_to(self.request.user).for_detail()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        authority = self.object
        events = (
            CollectivityEvent.objects.filter(Q(predecessors=authority) | Q(successors=authority))
            .distinct()
            .prefetch_related("predecessors", "successors")
        )
        before, after = [], []
        for event in events:
            (after if authority in event.predecessors.all() else before).append(event)
        members = []
        if authority.kind in INTERMUNICIPAL_KINDS:
            members = list(authority.members.current().order_by(F("population").desc(nulls_last=True))[:MEMBERS_SHOWN])
        names = labels("country")
        return super().get_context_data(
            today=timezone.localdate(),
            countries=_named(names, authority.partner_countries),
            events_before=before,
            events_after=after,
            successors=[one for event in after for one in event.successors.all() if one != authority],
            members=members,
            contacts=list(Contact.objects.visible_to(self.request.user).running().filter(collectivity=authority)),
            **kwargs,
        )


class ForeignAuthorityList(ListPage):
    listed = "partenaires"
    template_name = "atlas/foreign_authority_list.html"
    export_url_name = "foreign_authority_export"
    api_url_name = "api:foreign-authority-list"
    map_url_name = "map"
    map_criteria = ("country", "region", "theme")


class ForeignAuthorityExport(ExportView):
    listed = "partenaires"


class ForeignAuthorityPage(DetailView):
    """Sheet of a foreign authority; the address of a merged duplicate leads to the row that stands for both."""

    template_name = "atlas/foreign_authority_detail.html"
    context_object_name = "authority"

    def get_queryset(self) -> QuerySet:
        return ForeignAuthority.objects.visible_to(self.request.user).for_detail()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if self.object.merged_into_id:
            return HttpResponsePermanentRedirect(self.object.standing_row().get_absolute_url())
        return self.render_to_response(self.get_context_data(object=self.object))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = labels("region")
        return super().get_context_data(
            today=timezone.localdate(),
            regions=_named(names, self.object.partner_regions),
            **kwargs,
        )


class CountryList(ListPage):
    listed = "pays"
    template_name = "atlas/country_list.html"
    export_url_name = "country_export"
    api_url_name = "api:country-list"


class CountryExport(ExportView):
    listed = "pays"


class CountryPage(DetailView):
    """Sheet of a country, with what the official lists say of it, then and now."""

    template_name = "atlas/country_detail.html"
    context_object_name = "country"

    def get_object(self, queryset: QuerySet | None = None) -> Country:
        return get_object_or_404(Country.objects.visible_to(self.request.user), iso2=self.kwargs["code"].upper())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        partners = (
            ForeignAuthority.objects.visible_to(self.request.user)
            .standing()
            .filter(country=self.object, partnership_count__gt=0)
        )
        regions = (
            Collectivity.objects.visible_to(self.request.user)
            .filter(partner_countries__contains=[self.object.iso2], region__isnull=False)
            .values("region__name", "region__code")
            .annotate(n=Count("pk"))
            .order_by("-n", "region__name")
        )
        today = timezone.localdate()
        statuses = list(self.object.statuses.visible_to(self.request.user))
        in_force = [
            status
            for status in statuses
            if (status.valid_from is None or status.valid_from <= today)
            and (status.valid_to is None or status.valid_to > today)
        ]
        return super().get_context_data(
            statuses=statuses,
            in_force=in_force,
            partners=list(partners.order_by("-partnership_count", "sort_name")[:15]),
            regions=list(regions),
            today=today,
            unconfirmed=any(not status.confirmed for status in in_force),
            **kwargs,
        )
