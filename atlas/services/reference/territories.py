"""French authorities of an edition: added, changed, or ended when the edition no longer has them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from atlas.imports.reference import EDITION, REFERENCE_SOURCE, Edition
from atlas.models import Collectivity, CollectivityEvent, CollectivityKind

from .merging import Outcome, add_links, ids, merge, resolved

_AUTHORITY_COLUMNS = (
    "kind insee_code siren name slug population population_year region_id department_id epci_id zone longitude latitude "
    "coord_source is_local_authority"
)
# Nothing is published of it yet; see the digest columns of `Collectivity`.
_IDLE = {
    "partnership_count": "0",
    "partner_countries": "'{}'",
    "partner_themes": "'{}'",
}
_AUTHORITY_DEFAULTS = {
    "is_current": "true",
    "website": "''",
    "reference_edition": str(EDITION),
    **_IDLE,
}
# INSEE code where there is one, SIREN otherwise.
_SAME_AUTHORITY = (
    "t.is_current AND t.kind = s.kind "
    "AND coalesce(nullif(t.insee_code, ''), t.siren) = coalesce(nullif(s.insee_code, ''), s.siren)"
)


def merge_collectivities(family: str, rows: Sequence[tuple], regions: dict, departments: dict) -> Outcome:
    epci = dict(
        Collectivity.objects.filter(is_current=True, siren__isnull=False)
        .exclude(kind="commune")
        .values_list("siren", "pk")
    )
    return merge(
        family,
        Collectivity,
        _AUTHORITY_COLUMNS,
        resolved(rows, {7: regions, 8: departments, 9: epci}),
        key="kind",
        match=_SAME_AUTHORITY,
        fixed={"slug"},
        defaults=_AUTHORITY_DEFAULTS,
    )


def end_collectivities(edition: Edition) -> Outcome:
    """Authorities of an earlier edition that this one no longer has: they stay, as past ones."""
    given = {(row[0], row[1] or row[2]) for row in (*edition.authorities, *edition.communes)}
    current = Collectivity.objects.filter(is_current=True, reference_edition__isnull=False)
    gone = [
        pk
        for pk, kind, code, siren in current.values_list("pk", "kind", "insee_code", "siren")
        if (kind, code or siren) not in given
    ]
    outcome = Outcome(_("collectivités disparues"), len(gone))
    if gone:
        outcome.ended = Collectivity.objects.filter(pk__in=gone).update(is_current=False, is_local_authority=False)
    return outcome


def merge_former(edition: Edition, regions: dict, departments: dict) -> Outcome:
    rows = [
        (
            CollectivityKind.COMMUNE.value,
            code,
            name,
            slug,
            regions.get(region),
            departments.get(department),
            zone,
            False,
        )
        for code, name, slug, region, department, zone in edition.former
    ]
    return merge(
        _("anciennes communes"),
        Collectivity,
        "kind insee_code name slug region_id department_id zone is_current",
        rows,
        key="insee_code",
        match="NOT t.is_current AND t.kind = s.kind AND t.insee_code = s.insee_code AND t.name = s.name",
        fixed={"slug"},
        defaults={
            "is_local_authority": "false",
            "coord_source": "''",
            "website": "''",
            "reference_edition": str(EDITION),
            **_IDLE,
        },
    )


def merge_networks(edition: Edition, regions: dict) -> Outcome:
    """They have no INSEE code, and their SIREN is not published with them: their address stands for them."""
    return merge(
        _("réseaux de collectivités"),
        Collectivity,
        "slug kind name region_id zone website",
        resolved(edition.networks, {3: regions}),
        key="slug",
        fixed={"website"},
        defaults={
            "is_current": "true",
            "is_local_authority": "false",
            "insee_code": "''",
            "coord_source": "''",
            **_IDLE,
        },
    )


def merge_events(edition: Edition) -> Outcome:
    """One event per current commune and nature, with its former communes and its heir."""
    source = f"{REFERENCE_SOURCE}\u00a0: INSEE, communes_associees_deleguees.csv, {EDITION}"
    outcome = merge(
        _("événements territoriaux"),
        CollectivityEvent,
        "source_key kind source",
        [(key, kind, source) for key, kind, _heir, _members in edition.events],
        key="source_key",
        defaults={"former_name": "''", "note": "''"},
    )
    events = ids(CollectivityEvent, "source_key")
    communes = Collectivity.objects.filter(kind="commune")
    heirs = dict(communes.filter(is_current=True).values_list("insee_code", "pk"))
    former = {
        (code, name): pk for code, name, pk in communes.filter(is_current=False).values_list("insee_code", "name", "pk")
    }
    before = {(events[key], former[member]) for key, _kind, _heir, members in edition.events for member in members}
    after = {(events[key], heirs[heir]) for key, _kind, heir, _members in edition.events}
    for through, wanted in (
        (CollectivityEvent.predecessors.through, before),
        (CollectivityEvent.successors.through, after),
    ):
        outcome.added += add_links(through, "collectivityevent_id", "collectivity_id", wanted)
    return outcome
