"""What the pages of the ground and of the space show of the exchange: each tag costs a fixed number of queries."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy

from atlas.models import Collectivity, Country, ForeignAuthority
from projects import services
from projects.filters import NoticeFilterSet
from projects.models import NoticeConversation, PartnershipNotice
from projects.search import matches_of

register = template.Library()

SHOWN = 5
LATEST = 4


def _notices(context: dict[str, Any], shown: int, query: str = "", **criteria: Any) -> dict[str, Any]:
    rows = PartnershipNotice.objects.visible_to(context["request"].user).in_force().filter(**criteria)
    found = list(rows.order_by(*NoticeFilterSet.default_order).for_list()[: shown + 1])
    return {"notices": found[:shown], "more": len(found) > shown, "query": query}


@register.inclusion_tag("projects/_notices.html", takes_context=True)
def collectivity_notices(context: dict[str, Any], collectivity: Collectivity) -> dict[str, Any]:
    """Notices in force of a French authority (one query)."""
    query = f"collectivity={collectivity.slug}"
    return _notices(context, SHOWN, query, french_ids__contains=[collectivity.pk])


@register.inclusion_tag("projects/_notices.html", takes_context=True)
def foreign_authority_notices(context: dict[str, Any], authority: ForeignAuthority) -> dict[str, Any]:
    """Notices in force of a foreign authority (one query)."""
    return _notices(context, SHOWN, f"partner={authority.slug}", foreign_ids__contains=[authority.pk])


@register.inclusion_tag("projects/_notices.html", takes_context=True)
def country_notices(context: dict[str, Any], country: Country) -> dict[str, Any]:
    """Notices in force from a country, or of French authorities that seek a partner there (one query)."""
    return _notices(context, SHOWN, f"country={country.iso2}", country_codes__contains=[country.iso2])


@register.inclusion_tag("projects/_latest_notices.html", takes_context=True)
def latest_notices(context: dict[str, Any]) -> dict[str, Any]:
    """The notices published last (one query)."""
    return _notices(context, LATEST)


@register.inclusion_tag("projects/_notices_to_check.html", takes_context=True)
def notices_to_check(context: dict[str, Any]) -> dict[str, Any]:
    """How many foreign notices wait for this account; nothing for whoever checks none (two queries)."""
    user = context["request"].user
    if not services.checks_notices(user):
        return {"waiting": None}
    return {"waiting": PartnershipNotice.objects.visible_to(user).to_check(user).count()}


FAMILIES = {
    "authority": gettext_lazy("Collectivités et autorités qui conviennent"),
    "notice": gettext_lazy("Annonces qui se répondent"),
    "neighbour": gettext_lazy("Voisines qui pourraient se joindre"),
}


@register.inclusion_tag("projects/_notice_matches.html")
def notice_matches(notice: PartnershipNotice) -> dict[str, Any]:
    """Who fits a notice, and why (one query). For those who keep or check it."""
    found = matches_of(notice)
    families = [(label, [one for one in found if one.family == family]) for family, label in FAMILIES.items()]
    return {"families": [(label, rows) for label, rows in families if rows]}


@register.simple_tag
def notice_map(notice: PartnershipNotice) -> list[dict[str, Any]]:
    """The author of a notice, for the small map of its sheet."""
    author = notice.collectivity or notice.foreign_authority
    if author is None or author.longitude is None:
        return []
    side = "foreign" if notice.is_foreign else "french"
    point = {"name": str(author), "lon": author.longitude, "lat": author.latitude, "side": side}
    return [point | {"url": author.get_absolute_url()}]


@register.inclusion_tag("projects/_space_conversations.html", takes_context=True)
def space_conversations(context: dict[str, Any], collectivity: Collectivity) -> dict[str, Any]:
    """Messages of the exchange that nobody of the authority has read (one query)."""
    rows = NoticeConversation.objects.visible_to(context["request"].user).of_collectivity(collectivity)
    unread = rows.with_unread(collectivity).filter(unread__gt=0).order_by().values_list("unread", flat=True)
    return {"collectivity": collectivity, "unread": sum(unread), "conversations": len(unread)}
