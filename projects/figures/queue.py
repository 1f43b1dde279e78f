"""Records that wait to be verified, each with the reasons why: found by one statement, and kept in `WaitingRecord`.

The rules are written once, in `_REASONS`; the page of one record asks the same statement about it alone.
"""

from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.utils import timezone

from atlas.models import DataChange, Kept, limit_of
from projects import rules
from projects.models import PartnerRequest, Partnership, Project

KEPT = "verification"
# Up to so many records, who reads the queue finds it as the data are; beyond, as the clock's task last left it.
AT_ONCE = 20_000

_REASONS = """
WITH link AS (
    SELECT p.id, p.kind, p.title, p.french_ids, p.foreign_ids, p.country_codes, p.region_codes, p.party_names,
           p.updated_at::date AS changed_on, greatest(p.confirmed_on, p.foreign_confirmed_on, p.verified_on) AS confirmed_on,
           p.status = 'active' AS is_active, p.expires_on < %(today)s AND NOT p.is_tacitly_renewed AS has_expired
    FROM projects_partnership p WHERE p.publication = 'published' {among}
), work AS (
    SELECT p.id, p.title, p.french_ids, p.foreign_ids, p.country_codes, p.region_codes, p.party_names, p.starts_on,
           p.updated_at::date AS changed_on, greatest(p.confirmed_on, p.foreign_confirmed_on, p.verified_on) AS confirmed_on,
           p.ends_on < %(today)s AND p.declared_status IN ('1', '2', '3') AS is_over
    FROM projects_project p WHERE p.publication IN ('published', 'to_refresh') {among}
), corrected AS (
    SELECT DISTINCT partnership_id, project_id FROM projects_partnerrequest WHERE answer = 'corrected' AND decision = ''
), over_link AS (
    -- One side at least has left it, all of its parties.
    SELECT DISTINCT link.id FROM link JOIN projects_partnershipparty part ON part.partnership_id = link.id
    WHERE link.is_active GROUP BY link.id, part.collectivity_id IS NULL
    HAVING bool_and(part.until IS NOT NULL AND part.until < %(today)s)
    UNION
    SELECT id FROM link WHERE is_active AND has_expired
), unplaced_link AS (
    SELECT DISTINCT link.id FROM link, unnest(link.foreign_ids) AS foreign_id
    JOIN atlas_foreignauthority f ON f.id = foreign_id WHERE f.longitude IS NULL
), twin_link AS (
    SELECT unnest(array_agg(id)) AS id FROM link WHERE kind <> 'one_off'
    GROUP BY kind, french_ids, foreign_ids, title HAVING count(*) > 1
), twin_work AS (
    SELECT unnest(array_agg(id)) AS id FROM work
    GROUP BY lower(title), french_ids, foreign_ids, starts_on HAVING count(*) > 1
), elsewhere AS (
    SELECT DISTINCT work.id FROM work, unnest(work.foreign_ids) AS foreign_id
    JOIN atlas_foreignauthority f ON f.id = foreign_id JOIN atlas_country c ON c.id = f.country_id
    WHERE c.iso2 <> ALL(work.country_codes)
), placed AS (
    SELECT work.id FROM work, unnest(work.foreign_ids) AS foreign_id
    JOIN atlas_foreignauthority f ON f.id = foreign_id WHERE f.longitude IS NOT NULL
    UNION
    SELECT work.id FROM work JOIN projects_projectplace place ON place.project_id = work.id
    LEFT JOIN atlas_foreignauthority f ON f.id = place.foreign_authority_id
    WHERE coalesce(place.longitude, f.longitude) IS NOT NULL
), either AS (
    -- Joins, not IN: a list too long for the memory of a statement would be read again for each record.
    SELECT 'partnership' AS record, link.id, country_codes, region_codes, party_names AS names, changed_on, confirmed_on,
           corrected.partnership_id IS NOT NULL AS is_corrected, over_link.id IS NOT NULL AS is_over,
           twin_link.id IS NOT NULL AS has_twin, false AS is_elsewhere, unplaced_link.id IS NOT NULL AS is_unplaced
    FROM link LEFT JOIN corrected ON corrected.partnership_id = link.id LEFT JOIN over_link ON over_link.id = link.id
    LEFT JOIN twin_link ON twin_link.id = link.id LEFT JOIN unplaced_link ON unplaced_link.id = link.id
    UNION ALL
    SELECT 'project', work.id, country_codes, region_codes, party_names || ' ' || atlas_normalise(title), changed_on,
           confirmed_on, corrected.project_id IS NOT NULL, is_over, twin_work.id IS NOT NULL, elsewhere.id IS NOT NULL,
           placed.id IS NULL
    FROM work LEFT JOIN corrected ON corrected.project_id = work.id LEFT JOIN twin_work ON twin_work.id = work.id
    LEFT JOIN elsewhere ON elsewhere.id = work.id LEFT JOIN placed ON placed.id = work.id
), judged AS MATERIALIZED (
    SELECT record, id, country_codes, region_codes, names, greatest(changed_on, confirmed_on) AS last_on, array_remove(ARRAY[
        CASE WHEN is_corrected THEN 'corrected' END,
        CASE WHEN is_over THEN 'over' END,
        CASE WHEN has_twin THEN 'twin' END,
        CASE WHEN is_elsewhere THEN 'elsewhere' END,
        CASE WHEN is_unplaced THEN 'unplaced' END,
        CASE WHEN confirmed_on IS NULL THEN 'never' END,
        CASE WHEN changed_on < %(limit)s AND (confirmed_on IS NULL OR confirmed_on < %(limit)s) THEN 'stale' END
    ], NULL) AS reasons
    FROM either
)
"""
# Twins have the same parties. Both ways of saying it: the first reads an index.
_OF_ONE = (
    "AND p.french_ids @> %(french)s::bigint[] AND p.foreign_ids @> %(foreign)s::bigint[] "
    "AND p.french_ids = %(french)s::bigint[] AND p.foreign_ids = %(foreign)s::bigint[]"
)

# What changed since is written, and nothing else.
_WRITE = """
, written AS (
    INSERT INTO projects_waitingrecord AS kept
        (record, record_id, reasons, contradicts, last_on, country_codes, region_codes, names)
    SELECT record, id, reasons, reasons && ARRAY['corrected', 'over', 'twin', 'elsewhere'], last_on, country_codes,
           region_codes, names
    FROM judged WHERE cardinality(reasons) > 0
    ON CONFLICT (record, record_id) DO UPDATE SET
        reasons = excluded.reasons, contradicts = excluded.contradicts, last_on = excluded.last_on,
        country_codes = excluded.country_codes, region_codes = excluded.region_codes, names = excluded.names
    WHERE (kept.reasons, kept.last_on, kept.country_codes, kept.region_codes, kept.names)
        IS DISTINCT FROM (excluded.reasons, excluded.last_on, excluded.country_codes, excluded.region_codes, excluded.names)
)
DELETE FROM projects_waitingrecord kept WHERE {those} NOT EXISTS (
    SELECT FROM judged WHERE judged.record = kept.record AND judged.id = kept.record_id AND cardinality(reasons) > 0
)
"""
_REASONS_OF_ONE = _REASONS.format(among=_OF_ONE)
_REFRESH = _REASONS.format(among="") + _WRITE.format(those="")
_REFRESH_ONE = _REASONS_OF_ONE + _WRITE.format(
    those="(kept.record, kept.record_id) IN (SELECT record, id FROM judged) AND"
)


def _today() -> dict[str, Any]:
    today = timezone.localdate()
    return {"today": today, "limit": limit_of(rules.FRESHNESS_MONTHS, today)}


def _about(record: Partnership | Project) -> dict[str, Any]:
    return _today() | {
        "kind": record._meta.model_name,
        "pk": record.pk,
        "french": record.french_ids,
        "foreign": record.foreign_ids,
    }


def reasons_of(record: Partnership | Project) -> list[str]:
    """Why one record waits (two queries); nothing when it does not."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_REASONS_OF_ONE} SELECT reasons FROM judged WHERE record = %(kind)s AND id = %(pk)s", _about(record)
        )
        found = cursor.fetchone()
    return found[0] if found else []


def judge_again(record: Partnership | Project) -> None:
    """Bring the kept reasons of one record and of its twins up to date (two queries)."""
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH_ONE, _about(record))


def version() -> str:
    """State of the data, of the day and of the answers of partners that the queue is made from (three queries)."""
    given = _today()
    corrected = PartnerRequest.objects.filter(answer="corrected", decision="").aggregate(n=Count("pk"), sum=Sum("pk"))
    return f"{DataChange.objects.version()}:{given['today']}:{given['limit']}:{corrected['n']}:{corrected['sum']}"


def is_large() -> bool:
    """Whether there are too many records to judge them while somebody waits (one query)."""
    first, *others = (model.objects.values("pk").order_by() for model in (Project, Partnership))
    return first.union(*others, all=True)[: AT_ONCE + 1].count() > AT_ONCE


def refresh(*, now: bool = False) -> bool:
    """Judge all records again if anything changed since. `now`: somebody waits for it. Returns whether it did."""

    def judge() -> bytes:
        with connection.cursor() as cursor:
            cursor.execute(_REFRESH, _today())
        return b""

    return Kept.objects.renew(KEPT, version(), judge, now=now)


def latest() -> Kept | None:
    """The queue's last state: as the data are now, or, where there are many records, as the task left it."""
    if not is_large():
        refresh(now=True)
    return Kept.objects.latest_of(KEPT)
