"""What the pages of the ground show of partnerships and projects: each tag costs a fixed number of queries."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import template
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, TextChoices
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from atlas.filters import Unnest, labels
from atlas.models import Collectivity, Country, ForeignAuthority, PositionPrecision, User, in_force
from atlas.permissions import may
from projects import rules
from projects.filters import PartnershipFilterSet, ProjectFilterSet
from projects.models import (
    ActivityStatus,
    BudgetSource,
    DocumentCategory,
    Partnership,
    PartnershipKind,
    Project,
    ProjectMarker,
    RecordComment,
    ResultKind,
    VerifierKind,
)
from projects.permissions import scope_of
from projects.services.succession import proposals, said_of
from projects.workflow import PUBLIC

register = template.Library()

SHOWN = 25
SHOWN_OF_COUNTRY = 10  # its régions and partners come below, and count more
LATEST = 6
LATEST_PROJECTS = 4
PROJECTS_OF_SHEET = 5
_DAYS = ("starts_on", "ends_on")
MAPPED = 200


def _rows(context: dict[str, Any]):
    return Partnership.objects.visible_to(context["request"].user)


@register.simple_tag(takes_context=True)
def collectivity_links(context: dict[str, Any], collectivity: Collectivity) -> dict[str, Any]:
    """Partnerships and projects of a French authority, for `partnership_table` and `project_rows` (two queries)."""
    own = {"french_ids__contains": [collectivity.pk]}
    return _links(context, own, f"collectivity={collectivity.slug}", collectivity, own="french")


@register.simple_tag(takes_context=True)
def foreign_authority_links(context: dict[str, Any], authority: ForeignAuthority) -> dict[str, Any]:
    """Partnerships and projects of a foreign authority, as `collectivity_links` (two queries)."""
    own = {"foreign_ids__contains": [authority.pk]}
    return _links(context, own, f"partner={authority.slug}", authority, own="foreign")


@register.simple_tag(takes_context=True)
def partner_regions(
    context: dict[str, Any], authority: ForeignAuthority, regions: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Name and address of each région whose authorities work with this one: its partnerships, or its projects alone (one query)."""
    rows = _rows(context).filter(foreign_ids__contains=[authority.pk])
    linked = set(rows.order_by().values_list(Unnest("region_codes"), flat=True)) if regions else ()
    pages = {code: "partnership_list" if code in linked else "project_list" for _name, code in regions}
    asked = {code: urlencode({"partner": authority.slug, "region": code}) for code in pages}
    return [(name, f"{reverse(f'projects:{pages[code]}')}?{asked[code]}") for name, code in regions]


@register.simple_tag(takes_context=True)
def country_links(context: dict[str, Any], country: Country) -> dict[str, Any]:
    """The same with a country, and `kinds` of partnerships: code, label and number of each (two queries)."""
    own = {"country_codes__contains": [country.iso2]}
    counted = _rows(context).filter(**own).order_by().values("kind").annotate(n=Count("pk")).order_by("-n", "kind")
    kinds = ArraySubquery(counted.values(part=JSONObject(kind="kind", n="n")))
    links = _links(context, own, f"country={country.iso2}", country, shown=SHOWN_OF_COUNTRY, kind_counts=kinds)
    first = next(iter(links["partnerships"]), None)
    counts = first.kind_counts if first else []
    return links | {"kinds": [(one["kind"], PartnershipKind(one["kind"]).label, one["n"]) for one in counts]}


def _links(
    context: dict[str, Any],
    criteria: dict[str, Any],
    query: str,
    here: Collectivity | ForeignAuthority | Country,
    own: str = "",
    shown: int = SHOWN,
    **more: ArraySubquery,
) -> dict[str, Any]:
    """The projects come within the statement of the partnerships; where there is none of these, in their own."""
    columns = ["slug", "title", "publication", "origin", "status", "budget_total", "country_codes", *_DAYS]
    projects = Project.objects.visible_to(context["request"].user).filter(**criteria).with_status()
    projects = projects.order_by(*ProjectFilterSet.default_order)
    projects = projects.values(part=JSONObject(**{name: name for name in columns}))[: PROJECTS_OF_SHEET + 1]
    rows = _rows(context).filter(**criteria).order_by(*PartnershipFilterSet.default_order)
    table = _table(rows.annotate(project_parts=ArraySubquery(projects), **more), query, here, own, shown)
    first = next(iter(table["partnerships"]), None)
    parts = first.project_parts if first else [row["part"] for row in projects]
    return table | {"projects": [_project(part) for part in parts]}


def _project(part: dict[str, Any]) -> Project:
    """The row of a project without its parties, from its columns as JSON."""
    status, names = part.pop("status"), labels("country")
    days = {name: part.pop(name) for name in _DAYS}
    project = Project(**part, **{name: day and date.fromisoformat(day) for name, day in days.items()})
    project.status = status
    project.country_names = [names.get(code, code) for code in project.country_codes]
    return project


@register.inclusion_tag("projects/_projects.html")
def project_rows(links: dict[str, Any]) -> dict[str, Any]:
    """The projects that another tag has read."""
    found = links["projects"]
    return {"projects": found[:PROJECTS_OF_SHEET], "more": len(found) > PROJECTS_OF_SHEET, "query": links["query"]}


@register.inclusion_tag("projects/_partnership_table.html")
def partnership_table(links: dict[str, Any]) -> dict[str, Any]:
    """The partnerships that another tag has read."""
    return links


def _table(
    rows, query: str, here: Collectivity | ForeignAuthority | Country, own: str = "", shown: int = SHOWN
) -> dict[str, Any]:
    """`own` is the side of the authority whose sheet this is: alone on it, it is not repeated line by line."""
    first = list(rows.for_list()[:shown])
    side = {"french": "collectivity_id", "foreign": "foreign_authority_id"}.get(own, "pk")
    companions = bool(own) and any(
        getattr(party, side) not in (None, here.pk) for row in first for party in row.all_parties
    )
    total = max(here.partnership_count, len(first))
    return {
        "partnerships": first,
        "query": query,
        "total": total,
        "more": total > len(first),
        "own": own,
        "here": here.pk,
        "companions": companions,
    }


@register.inclusion_tag("projects/_latest.html", takes_context=True)
def latest_partnerships(context: dict[str, Any]) -> dict[str, Any]:
    """The partnerships signed last (two queries)."""
    rows = _rows(context).filter(signed_on__isnull=False).order_by(*PartnershipFilterSet.default_order)
    return {"partnerships": list(rows.for_list()[:LATEST])}


@register.inclusion_tag("projects/_latest_projects.html", takes_context=True)
def latest_projects(context: dict[str, Any]) -> dict[str, Any]:
    """The projects begun last (two queries)."""
    begun = Project.objects.visible_to(context["request"].user).filter(starts_on__lte=timezone.localdate())
    return {"projects": list(begun.order_by(*ProjectFilterSet.default_order).for_list()[:LATEST_PROJECTS])}


FOUND = 8


@register.simple_tag(takes_context=True)
def found_records(context: dict[str, Any], q: str) -> list[dict[str, Any]]:
    """Partnerships whose parties bear a name, projects that speak of it: those of the lists (three and four queries)."""
    families = (
        (_("Jumelages et accords"), Partnership, PartnershipFilterSet, "projects:partnership_list", "partnership"),
        (_("Projets de coopération"), Project, ProjectFilterSet, "projects:project_list", "project"),
    )
    found = []
    for label, model, filterset_class, url_name, row in families:
        filterset = filterset_class({"q": q}, queryset=model.objects.visible_to(context["request"].user))
        rows = list(filterset.rows().for_list()[: FOUND + 1])
        if rows:
            found.append(
                {
                    "label": label,
                    "rows": rows[:FOUND],
                    "row_template": f"projects/_{row}_row.html",
                    "all_url": f"{reverse(url_name)}?{urlencode({'q': q})}" if len(rows) > FOUND else "",
                }
            )
    return found


@register.simple_tag
def parties_map(record: Partnership | Project) -> list[dict[str, Any]]:
    """The authorities among the parties that have a position, for the small map of a sheet."""
    return [
        {
            "name": str(party),
            "lon": party.authority.longitude,
            "lat": party.authority.latitude,
            "side": "french" if party.collectivity_id else "foreign",
            "url": party.authority.get_absolute_url(),
        }
        for party in record.all_parties
        if party.authority and party.authority.longitude is not None
    ]


@register.simple_tag
def map_of(record: Partnership | Project) -> str:
    """Address of the map where the parties of a record are chosen: its first French authority, with its first partner."""
    french = next((party.collectivity for party in record.all_parties if party.collectivity_id), None)
    foreign = next((party.foreign_authority for party in record.all_parties if party.foreign_authority_id), None)
    asked = {name: one.slug for name, one in (("collectivity", french), ("partner", foreign)) if one}
    address = reverse("map_layer", args=["projets" if isinstance(record, Project) else "jumelages"])
    chosen = f"#choix=france-{french.pk}" if french and french.longitude is not None else ""
    return f"{address}?{urlencode(asked)}{chosen}"


def _points(here: Collectivity | ForeignAuthority, others, side: str) -> list[dict[str, Any]]:
    """The authority of a sheet, then its partners that have a position."""
    if here.longitude is None:
        return []
    first = {"name": str(here), "lon": here.longitude, "lat": here.latitude, "side": side, "url": ""}
    other_side = "foreign" if side == "french" else "french"
    return [
        first,
        *(
            {
                "name": str(one),
                "lon": one.longitude,
                "lat": one.latitude,
                "side": other_side,
                "url": one.get_absolute_url(),
            }
            for one in others.on_map().distinct().order_by("pk")[:MAPPED]
        ),
    ]


@register.simple_tag(takes_context=True)
def collectivity_map(context: dict[str, Any], collectivity: Collectivity) -> list[dict[str, Any]]:
    """Points of the small map of a French authority (one query, none without partner)."""
    if not collectivity.partnership_count:
        return []
    partnerships = _rows(context).filter(french_ids__contains=[collectivity.pk])
    partners = ForeignAuthority.objects.visible_to(context["request"].user).standing()
    partners = partners.filter(partnership_parties__partnership__in=partnerships)
    return _points(collectivity, partners, "french")


@register.simple_tag(takes_context=True)
def foreign_authority_map(context: dict[str, Any], authority: ForeignAuthority) -> list[dict[str, Any]]:
    """Points of the small map of a foreign authority (one query, none without partner)."""
    if not authority.partnership_count:
        return []
    partnerships = _rows(context).filter(foreign_ids__contains=[authority.pk])
    partners = Collectivity.objects.visible_to(context["request"].user)
    return _points(authority, partners.filter(partnership_parties__partnership__in=partnerships), "foreign")


@register.filter
def both_sides_on(record: Partnership | Project) -> date | None:
    """The day from which both sides had confirmed the record; nothing as long as one did not."""
    days = (record.confirmed_on, record.foreign_confirmed_on)
    return max(days) if all(days) else None


def _label_of(choices: type[TextChoices]) -> Callable[[str], str]:
    """A filter that says a code in words: «En cours» for "2"."""
    return lambda code: str(choices(code).label) if code else ""


for _name, _choices in {
    "activity_status": ActivityStatus,
    "budget_source": BudgetSource,
    "document_category": DocumentCategory,
    "place_precision": PositionPrecision,
    "result_kind": ResultKind,
}.items():
    register.filter(_name, _label_of(_choices))


@register.filter
def marker_score(score: int) -> str:
    """«Objectif principal» for 2."""
    return str(dict(ProjectMarker._meta.get_field("score").choices)[score])


@register.inclusion_tag("projects/_space_drafts.html", takes_context=True)
def space_drafts(context: dict[str, Any], collectivity: Collectivity) -> dict[str, Any]:
    """What the authority wrote and does not publish yet (four queries)."""
    user, own = context["request"].user, {"french_ids__contains": [collectivity.pk]}
    projects = Project.objects.visible_to(user).filter(publication__in=["draft", "submitted"], **own)
    partnerships = _rows(context).filter(publication="draft", **own)
    return {
        "collectivity": collectivity,
        "projects": list(projects.only("uuid", "title", "publication", "updated_at").order_by("-updated_at")[:LATEST]),
        "partnerships": list(partnerships.for_list().order_by("-updated_at")[:LATEST]),
        "can_add": may(user, "projects.add_project", collectivity),
    }


@register.inclusion_tag("projects/_space_deadlines.html", takes_context=True)
def space_deadlines(context: dict[str, Any], collectivity: Collectivity) -> dict[str, Any]:
    """Published projects that end soon, or ended lately without being said closed; agreements likewise (four queries)."""
    today = timezone.localdate()
    days = in_force(rules.PROJECT_DEADLINE_DAYS, today)
    span = timezone.timedelta(days=days)
    ending = Project.objects.visible_to(context["request"].user).filter(
        french_ids__contains=[collectivity.pk],
        publication__in=PUBLIC,
        ends_on__range=(today - span, today + span),
        declared_status__in=["", "2", "3"],
    )
    rows = ending.only("uuid", "title", "ends_on").order_by("ends_on", "pk")[:LATEST]
    expiring = _rows(context).filter(
        french_ids__contains=[collectivity.pk],
        publication="published",
        status="active",
        expires_on__range=(today - span, today + span),
        is_tacitly_renewed=False,
    )
    return {
        "collectivity": collectivity,
        "projects": list(rows),
        "agreements": list(expiring.for_list().order_by("expires_on", "pk")[:LATEST]),
        "today": today,
        "span": rules.PROJECT_DEADLINE_DAYS.say(days),
    }


@register.inclusion_tag("projects/_space_receipts.html")
def space_receipts(collectivity: Collectivity) -> dict[str, Any]:
    """The receipts of its yearly confirmations (one query)."""
    return {"collectivity": collectivity, "receipts": list(collectivity.confirmations.defer("content"))}


RECORDS_SHOWN = 12


@register.simple_tag(takes_context=True)
def partner_records(context: dict[str, Any], authority: ForeignAuthority) -> dict[str, Any]:
    """Partnerships, then projects, in which a sheet has a part: the first of them, and how many more (five queries)."""
    user = context["request"].user
    links = Partnership.objects.visible_to(user).filter(parties__foreign_authority=authority).distinct()
    projects = Project.objects.visible_to(user).filter(parties__foreign_authority=authority).distinct()
    first = list(links.for_list().order_by("pk")[:RECORDS_SHOWN])
    then = list(projects.only("title").order_by("pk")[:RECORDS_SHOWN])
    total = links.count() + projects.count()
    return {"rows": [*first, *then], "more": total - len(first) - len(then)}


@register.simple_tag
def verified(record: Partnership | Project) -> str:
    """«vérifié par l’ambassade le 3 mars 2026»; nothing where nobody of the State's network did."""
    if not record.verified_on:
        return ""
    told = {
        VerifierKind.EMBASSY: _("vérifié par l’ambassade le %(day)s"),
        VerifierKind.ADVISER: _("vérifié par le conseil diplomatique en région le %(day)s"),
        VerifierKind.OFFICER: _("vérifié par la DCTCIV le %(day)s"),
    }
    return told[VerifierKind(record.verified_as)] % {"day": date_format(record.verified_on)}


@register.inclusion_tag("projects/_space_messages.html", takes_context=True)
def space_messages(context: dict[str, Any], collectivity: Collectivity) -> dict[str, Any]:
    """What others ask of the authority: words of verifiers, and what an event says is now its own (seven queries)."""
    words = RecordComment.objects.visible_to(context["request"].user).waiting_for(collectivity)
    words = words.select_related("partnership", "project", "author")
    return {
        "collectivity": collectivity,
        "words": list(words.order_by("-created_at", "-pk")[:LATEST]),
        "proposals": proposals(collectivity),
    }


@register.simple_tag
def verification_open(user: User) -> bool:
    """Whether somebody has records to verify (four queries, for who has a posting)."""
    return bool(scope_of(user))


@register.simple_tag
def taken_over(collectivity: Collectivity) -> list[tuple[Collectivity, str]]:
    """Who took over the records of an authority of the past, and how many; its members are nobody's business (one query)."""
    done = collectivity.moves_out.standing().select_related("french_into").order_by("pk")
    return [(move.french_into, text) for move in done if (text := said_of(move, private=False))]
