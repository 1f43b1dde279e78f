"""Records that wait to be verified, each with the reasons why: one statement finds, counts and pages them.

The rules are written once, in `_REASONS`; the page of one record asks the same statement about it alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.models import User, limit_of
from atlas.names import normalise
from projects import rules
from projects.models import Partnership, Project
from projects.permissions import Scope, scope_of

PAGE_SIZE = 25
RECORDS = {"partnership": _("Partenariats"), "project": _("Projets")}

# By code: the facet, and the sentence of a record.
REASONS = {
    "corrected": (
        _("Corrigé par le partenaire"),
        _("Le partenaire propose une correction, qui attend une réponse."),
    ),
    "over": (
        _("Fini, mais dit en cours"),
        _("La fin est passée, et la fiche dit que c’est en cours."),
    ),
    "twin": (
        _("Deux fiches semblables"),
        _("Une autre fiche dit la même chose : mêmes parties, même nature ou même intitulé."),
    ),
    "elsewhere": (
        _("Pays qui diffèrent"),
        _("Le pays d’un partenaire n’est pas parmi les pays du projet."),
    ),
    "unplaced": (_("Sans position"), _("On ne sait pas où c’est : la fiche n’est pas sur la carte.")),
    "never": (_("Jamais confirmé"), _("Ni la collectivité, ni le partenaire, ni l’État n’a confirmé la fiche.")),
    "stale": (_("Ancien"), _("La fiche n’a été ni changée ni confirmée depuis longtemps.")),
}

_REASONS = """
WITH link AS (
    SELECT 'partnership' AS record, p.id, p.country_codes, p.region_codes, p.party_names AS names, p.verified_on,
           p.updated_at::date AS changed_on,
           greatest(p.confirmed_on, p.foreign_confirmed_on, p.verified_on) AS confirmed_on,
           p.status = 'active' AND EXISTS (
               SELECT FROM projects_partnershipparty part WHERE part.partnership_id = p.id
               GROUP BY part.collectivity_id IS NULL
               HAVING bool_and(part.until IS NOT NULL AND part.until < %(today)s)
           ) AS is_over,
           p.kind <> 'one_off' AND count(*) OVER (PARTITION BY p.kind, p.french_ids, p.foreign_ids, p.title) > 1 AS has_twin,
           false AS is_elsewhere,
           EXISTS (SELECT FROM atlas_foreignauthority f WHERE f.id = ANY(p.foreign_ids) AND f.longitude IS NULL) AS is_unplaced,
           EXISTS (
               SELECT FROM projects_partnerrequest asked
               WHERE asked.partnership_id = p.id AND asked.answer = 'corrected' AND asked.decision = ''
           ) AS is_corrected
    FROM projects_partnership p
    WHERE p.publication = 'published'
      AND (%(everything)s OR p.country_codes && %(countries)s::varchar[] OR p.region_codes && %(regions)s::varchar[])
), work AS (
    SELECT 'project', p.id, p.country_codes, p.region_codes, p.party_names || ' ' || atlas_normalise(p.title), p.verified_on,
           p.updated_at::date, greatest(p.confirmed_on, p.foreign_confirmed_on, p.verified_on),
           p.ends_on < %(today)s AND p.declared_status IN ('1', '2', '3'),
           count(*) OVER (PARTITION BY lower(p.title), p.french_ids, p.foreign_ids, p.starts_on) > 1,
           EXISTS (
               SELECT FROM atlas_foreignauthority f JOIN atlas_country c ON c.id = f.country_id
               WHERE f.id = ANY(p.foreign_ids) AND c.iso2 <> ALL(p.country_codes)
           ),
           NOT EXISTS (SELECT FROM atlas_foreignauthority f WHERE f.id = ANY(p.foreign_ids) AND f.longitude IS NOT NULL)
           AND NOT EXISTS (
               SELECT FROM projects_projectplace place LEFT JOIN atlas_foreignauthority f ON f.id = place.foreign_authority_id
               WHERE place.project_id = p.id AND coalesce(place.longitude, f.longitude) IS NOT NULL
           ),
           EXISTS (
               SELECT FROM projects_partnerrequest asked
               WHERE asked.project_id = p.id AND asked.answer = 'corrected' AND asked.decision = ''
           )
    FROM projects_project p
    WHERE p.publication IN ('published', 'to_refresh')
      AND (%(everything)s OR p.country_codes && %(countries)s::varchar[] OR p.region_codes && %(regions)s::varchar[])
), judged AS (
    SELECT record, id, country_codes, region_codes, names, greatest(changed_on, confirmed_on) AS last_on, array_remove(ARRAY[
        CASE WHEN is_corrected THEN 'corrected' END,
        CASE WHEN is_over THEN 'over' END,
        CASE WHEN has_twin THEN 'twin' END,
        CASE WHEN is_elsewhere THEN 'elsewhere' END,
        CASE WHEN is_unplaced THEN 'unplaced' END,
        CASE WHEN confirmed_on IS NULL THEN 'never' END,
        CASE WHEN changed_on < %(limit)s AND (confirmed_on IS NULL OR confirmed_on < %(limit)s) THEN 'stale' END
    ], NULL) AS reasons
    FROM (SELECT * FROM link UNION ALL SELECT * FROM work) AS either
)
"""

_PAGE = (
    _REASONS
    + """
, fitting AS (
    SELECT record, id, country_codes, region_codes, last_on, reasons,
           cardinality(%(reason)s::text[]) = 0 OR reasons && %(reason)s::text[] AS by_reason,
           cardinality(%(record)s::text[]) = 0 OR record = ANY(%(record)s::text[]) AS by_record,
           cardinality(%(country)s::varchar[]) = 0 OR country_codes && %(country)s::varchar[] AS by_country,
           cardinality(%(region)s::varchar[]) = 0 OR region_codes && %(region)s::varchar[] AS by_region
    FROM judged
    WHERE cardinality(reasons) > 0 AND (%(q)s = '' OR strpos(names, %(q)s) > 0)
), page AS (
    -- What contradicts itself first, the oldest before the others.
    SELECT record, id, reasons, last_on, row_number() OVER (
        ORDER BY reasons && ARRAY['corrected', 'over', 'twin', 'elsewhere'] DESC, last_on, record, id
    ) AS rank
    FROM fitting WHERE by_reason AND by_record AND by_country AND by_region
    ORDER BY rank LIMIT %(limit_rows)s OFFSET %(start)s
)
SELECT 'total' AS what, '' AS code, count(*) AS n, NULL::text[] AS reasons, NULL::date AS last_on, 0 AS rank
FROM fitting WHERE by_reason AND by_record AND by_country AND by_region
UNION ALL
SELECT 'reason', reason, count(*), NULL, NULL, 0 FROM fitting, unnest(reasons) AS reason
WHERE by_record AND by_country AND by_region GROUP BY 2
UNION ALL
SELECT 'record', record, count(*), NULL, NULL, 0 FROM fitting WHERE by_reason AND by_country AND by_region GROUP BY 2
UNION ALL
SELECT 'country', code, count(*), NULL, NULL, 0 FROM fitting, unnest(country_codes) AS code
WHERE by_reason AND by_record AND by_region AND (%(everything)s OR code = ANY(%(countries)s::varchar[]) OR region_codes && %(regions)s::varchar[])
GROUP BY 2
UNION ALL
SELECT 'region', code, count(*), NULL, NULL, 0 FROM fitting, unnest(region_codes) AS code
WHERE by_reason AND by_record AND by_country GROUP BY 2
UNION ALL
SELECT record, NULL, id, reasons, last_on, rank FROM page
ORDER BY rank
"""
)


@dataclass(frozen=True)
class Asked:
    """The criteria of the queue; codes that nobody knows count for nothing."""

    reason: Sequence[str] = ()
    record: Sequence[str] = ()
    country: Sequence[str] = ()
    region: Sequence[str] = ()
    q: str = ""


@dataclass(frozen=True)
class Facet:
    """Codes of one criterion with the number of records that each would leave."""

    name: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Waiting:
    """A record of the queue. `last_on`: the last time somebody changed or confirmed it."""

    record: Partnership | Project
    reasons: list[str]
    last_on: Any

    @property
    def is_project(self) -> bool:
        return isinstance(self.record, Project)

    @property
    def labels(self) -> list[str]:
        return [str(REASONS[code][0]) for code in self.reasons]


@dataclass(frozen=True)
class Queue:
    """A page of what waits."""

    total: int
    rows: list[Waiting]
    facets: dict[str, Facet] = field(default_factory=dict)


def _given(scope: Scope) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "everything": scope.everything,
        "countries": sorted(scope.countries),
        "regions": sorted(scope.regions),
        "today": today,
        "limit": limit_of(rules.FRESHNESS_MONTHS, today),
    }


def read_queue(scope: Scope, asked: Asked | None = None, *, start: int = 0, limit: int = PAGE_SIZE) -> Queue:
    """What waits for somebody with this scope (the rule, one statement, then the records: six queries at most)."""
    asked = asked or Asked()
    criteria = {name: list(getattr(asked, name)) for name in ("reason", "record", "country", "region")}
    given = _given(scope) | criteria | {"q": normalise(asked.q), "start": start, "limit_rows": limit}
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, given)
        found = cursor.fetchall()
    facets: dict[str, Facet] = {name: Facet(name, {}) for name in criteria}
    total, page = 0, []
    for what, code, n, reasons, last_on, _rank in found:
        if what == "total":
            total = n
        elif code is None:
            page.append((what, n, reasons, last_on))
        else:
            facets[what].counts[code] = n
    there = {
        kind: model.objects.for_list().in_bulk([pk for what, pk, *_rest in page if what == kind])
        for kind, model in (("partnership", Partnership), ("project", Project))
    }
    rows = [Waiting(there[what][pk], reasons, last_on) for what, pk, reasons, last_on in page if pk in there[what]]
    return Queue(total, rows, facets)


def waiting_count(user: User) -> int:
    """How many records wait for `user`, as the index of the administration says it."""
    scope = scope_of(user)
    if not scope:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"{_REASONS} SELECT count(*) FROM judged WHERE cardinality(reasons) > 0", _given(scope))
        return cursor.fetchone()[0]


def reasons_of(record: Partnership | Project) -> list[str]:
    """Why one record waits (two queries); nothing when it does not."""
    # Twins share their countries and régions: they are within this scope too.
    scope = Scope(countries=frozenset(record.country_codes), regions=frozenset(record.region_codes))
    kind = type(record)._meta.model_name
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_REASONS} SELECT reasons FROM judged WHERE record = %(kind)s AND id = %(pk)s",
            _given(scope) | {"kind": kind, "pk": record.pk},
        )
        found = cursor.fetchone()
    return found[0] if found else []
