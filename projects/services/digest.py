"""The digest of partnerships and projects: columns that lists, facets, search and map read instead of joining.

Set-based: each table is compared in SQL first, and written only when a row differs. (A statement that changes no row would
still fire the triggers behind the data version, and every cached page would be made anew for nothing.)
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction

# A merged authority counts for the one it was merged into, however long the chain.
_STANDING = """
WITH RECURSIVE standing (id, target) AS (
    SELECT id, merged_into_id FROM atlas_foreignauthority WHERE merged_into_id IS NOT NULL
    UNION ALL
    SELECT standing.id, next.merged_into_id
    FROM standing JOIN atlas_foreignauthority next ON next.id = standing.target
    WHERE next.merged_into_id IS NOT NULL
), target (id, authority) AS (
    SELECT standing.id, standing.target
    FROM standing JOIN atlas_foreignauthority last ON last.id = standing.target AND last.merged_into_id IS NULL
), ancestor (theme, code, parent) AS (
    SELECT id, code, parent_id FROM atlas_theme
    UNION ALL
    SELECT ancestor.theme, above.code, above.parent_id
    FROM ancestor JOIN atlas_theme above ON above.id = ancestor.parent
)
"""

_PARTNERSHIPS = (
    _STANDING
    + """
, party AS (
    SELECT given.partnership_id, given.collectivity_id AS french, region.code AS region, foreigner.id AS foreigner,
           country.iso2 AS country, coalesce(french.search_name, foreigner.search_name) AS name,
           given.foreign_authority_id IS NOT NULL AS abroad, given.role, given.id
    FROM projects_partnershipparty given
    LEFT JOIN atlas_collectivity french ON french.id = given.collectivity_id
    LEFT JOIN atlas_region region ON region.id = french.region_id
    LEFT JOIN target ON target.id = given.foreign_authority_id
    LEFT JOIN atlas_foreignauthority foreigner ON foreigner.id = coalesce(target.authority, given.foreign_authority_id)
    LEFT JOIN atlas_country country ON country.id = foreigner.country_id
    WHERE %(everything)s OR given.partnership_id = ANY(%(ids)s)
), sides AS (
    SELECT partnership_id,
           array_agg(DISTINCT french ORDER BY french) FILTER (WHERE french IS NOT NULL) AS french_ids,
           array_agg(DISTINCT foreigner ORDER BY foreigner) FILTER (WHERE foreigner IS NOT NULL) AS foreign_ids,
           array_agg(DISTINCT region::varchar ORDER BY region::varchar) FILTER (WHERE region IS NOT NULL) AS region_codes,
           array_agg(DISTINCT country::varchar ORDER BY country::varchar) FILTER (WHERE country IS NOT NULL) AS country_codes,
           string_agg(name, ' / ' ORDER BY abroad, role, id) AS party_names
    FROM party GROUP BY partnership_id
), themes AS (
    SELECT link.partnership_id, array_agg(DISTINCT ancestor.code::varchar ORDER BY ancestor.code::varchar) AS theme_codes
    FROM projects_partnership_themes link JOIN ancestor ON ancestor.theme = link.theme_id
    GROUP BY link.partnership_id
), digest AS (
    SELECT row.id, coalesce(sides.french_ids, '{}') AS french_ids, coalesce(sides.foreign_ids, '{}') AS foreign_ids,
           coalesce(sides.region_codes, '{}') AS region_codes, coalesce(sides.country_codes, '{}') AS country_codes,
           coalesce(themes.theme_codes, '{}') AS theme_codes, coalesce(sides.party_names, '') AS party_names
    FROM projects_partnership row
    LEFT JOIN sides ON sides.partnership_id = row.id
    LEFT JOIN themes ON themes.partnership_id = row.id
    WHERE %(everything)s OR row.id = ANY(%(ids)s)
)
"""
)

# Countries are those that the project names: where it takes place, not where each partner lies.
_PROJECTS = (
    _STANDING
    + """
, party AS (
    SELECT given.project_id, given.collectivity_id AS french, region.code AS region, foreigner.id AS foreigner,
           coalesce(french.search_name, foreigner.search_name, atlas_normalise(given.name)) AS name,
           CASE WHEN given.role = 'lead' THEN french.kind END AS lead_kind,
           CASE given.kind WHEN 'collectivity' THEN 0 WHEN 'foreign_authority' THEN 1 ELSE 2 END AS side, given.id
    FROM projects_projectparty given
    LEFT JOIN atlas_collectivity french ON french.id = given.collectivity_id
    LEFT JOIN atlas_region region ON region.id = french.region_id
    LEFT JOIN target ON target.id = given.foreign_authority_id
    LEFT JOIN atlas_foreignauthority foreigner ON foreigner.id = coalesce(target.authority, given.foreign_authority_id)
    WHERE %(everything)s OR given.project_id = ANY(%(ids)s)
), sides AS (
    SELECT project_id,
           array_agg(DISTINCT french ORDER BY french) FILTER (WHERE french IS NOT NULL) AS french_ids,
           array_agg(DISTINCT foreigner ORDER BY foreigner) FILTER (WHERE foreigner IS NOT NULL) AS foreign_ids,
           array_agg(DISTINCT region::varchar ORDER BY region::varchar) FILTER (WHERE region IS NOT NULL) AS region_codes,
           array_agg(DISTINCT lead_kind ORDER BY lead_kind) FILTER (WHERE lead_kind IS NOT NULL) AS lead_kinds,
           string_agg(name, ' / ' ORDER BY side, id) AS party_names
    FROM party GROUP BY project_id
), places AS (
    SELECT link.project_id, array_agg(DISTINCT country.iso2::varchar ORDER BY country.iso2::varchar) AS country_codes
    FROM projects_projectcountry link JOIN atlas_country country ON country.id = link.country_id
    WHERE %(everything)s OR link.project_id = ANY(%(ids)s)
    GROUP BY link.project_id
), themes AS (
    SELECT link.project_id, array_agg(DISTINCT ancestor.code::varchar ORDER BY ancestor.code::varchar) AS theme_codes
    FROM projects_projecttheme link JOIN ancestor ON ancestor.theme = link.theme_id
    WHERE %(everything)s OR link.project_id = ANY(%(ids)s)
    GROUP BY link.project_id
), goals AS (
    SELECT link.project_id, array_agg(DISTINCT sdg.number ORDER BY sdg.number) AS sdg_numbers
    FROM projects_project_sdgs link JOIN atlas_sdg sdg ON sdg.id = link.sdg_id
    WHERE %(everything)s OR link.project_id = ANY(%(ids)s)
    GROUP BY link.project_id
), money AS (
    SELECT project_id, sum(planned) AS budget_total FROM projects_projectbudget
    WHERE %(everything)s OR project_id = ANY(%(ids)s)
    GROUP BY project_id
), digest AS (
    SELECT row.id, coalesce(sides.french_ids, '{}') AS french_ids, coalesce(sides.foreign_ids, '{}') AS foreign_ids,
           coalesce(sides.region_codes, '{}') AS region_codes, coalesce(places.country_codes, '{}') AS country_codes,
           coalesce(themes.theme_codes, '{}') AS theme_codes, coalesce(goals.sdg_numbers, '{}') AS sdg_numbers,
           coalesce(sides.lead_kinds, '{}') AS lead_kinds, coalesce(sides.party_names, '') AS party_names,
           money.budget_total
    FROM projects_project row
    LEFT JOIN sides ON sides.project_id = row.id
    LEFT JOIN places ON places.project_id = row.id
    LEFT JOIN themes ON themes.project_id = row.id
    LEFT JOIN goals ON goals.project_id = row.id
    LEFT JOIN money ON money.project_id = row.id
    WHERE %(everything)s OR row.id = ANY(%(ids)s)
)
"""
)

# What a visitor counts. `side` is the array column of the counted authorities; partnerships and projects alike.
_TALLY = """
WITH published AS (
    SELECT id, {side} AS counted_ids, region_codes, country_codes, theme_codes, true AS is_partnership FROM projects_partnership
    WHERE publication = 'published'
    UNION ALL
    SELECT id, {side}, region_codes, country_codes, theme_codes, false FROM projects_project
    WHERE publication IN ('published', 'to_refresh')
), tally AS (
    SELECT {authority} AS id, count(DISTINCT row.id) FILTER (WHERE row.is_partnership) AS partnership_count,
           count(DISTINCT row.id) FILTER (WHERE NOT row.is_partnership) AS project_count{gathered}
    FROM published row
    CROSS JOIN unnest(row.counted_ids) AS counted
    {counted_join}
    LEFT JOIN unnest(row.region_codes) AS region ON true
    LEFT JOIN unnest(row.country_codes) AS country ON true
    LEFT JOIN unnest(row.theme_codes) AS theme ON true
    GROUP BY 1
), digest AS (
    SELECT authority.id, coalesce(tally.partnership_count, 0) AS partnership_count,
           coalesce(tally.project_count, 0) AS project_count{defaulted}
    FROM {table} authority LEFT JOIN tally ON tally.id = authority.id
)
"""


def refresh_partnership_digest(ids: Iterable[int] | None = None) -> int:
    """Write the digest columns of these partnerships (all by default) where they differ. Returns how many did."""
    columns = ["french_ids", "foreign_ids", "region_codes", "country_codes", "theme_codes", "party_names"]
    return _refresh("projects_partnership", _PARTNERSHIPS, columns, ids)


def refresh_project_digest(ids: Iterable[int] | None = None) -> int:
    """Write the digest columns of these projects (all by default) where they differ. Returns how many did."""
    columns = ["french_ids", "foreign_ids", "region_codes", "country_codes", "theme_codes", "sdg_numbers"]
    return _refresh("projects_project", _PROJECTS, [*columns, "lead_kinds", "party_names", "budget_total"], ids)


def _refresh(table: str, sql: str, columns: Sequence[str], ids: Iterable[int] | None) -> int:
    return _write_differences(table, sql, columns, {"everything": ids is None, "ids": list(ids or [])})


_held: ContextVar[list[bool] | None] = ContextVar("held", default=None)


@contextmanager
def one_refresh() -> Iterator[None]:
    """Within, `refresh_activity` waits; it is done once at the end, if it was asked for and nothing failed."""
    asked: list[bool] = []
    token = _held.set(asked)
    try:
        yield
    finally:
        _held.reset(token)
    if asked:
        refresh_activity()


def refresh_activity() -> int:
    """Write what published partnerships and projects say of authorities and countries, where it differs. Returns the rows written."""
    if (held := _held.get()) is not None:
        held.append(True)
        return 0
    return (
        _refresh_tally("atlas_collectivity", "french_ids", partner_countries="country", partner_themes="theme")
        + _refresh_tally("atlas_foreignauthority", "foreign_ids", partner_regions="region", partner_themes="theme")
        + _refresh_tally("atlas_country", "country_codes")
    )


def _refresh_tally(table: str, side: str, **gathered: str) -> int:
    by_code = side == "country_codes"
    sql = _TALLY.format(
        table=table,
        side=side,
        authority="place.id" if by_code else "counted",
        counted_join="JOIN atlas_country place ON place.iso2 = counted" if by_code else "",
        gathered="".join(
            f", array_agg(DISTINCT {code}::varchar ORDER BY {code}::varchar) FILTER (WHERE {code} IS NOT NULL) AS {column}"
            for column, code in gathered.items()
        ),
        defaulted="".join(f", coalesce(tally.{column}, '{{}}') AS {column}" for column in gathered),
    )
    return _write_differences(table, sql, ["partnership_count", "project_count", *gathered], {})


def _write_differences(table: str, with_digest: str, columns: Sequence[str], given: dict[str, Any]) -> int:
    """Update `columns` of `table` from the relation `digest` (by id) that the WITH clause defines."""
    stored, wanted = (", ".join(f'{name}."{column}"' for column in columns) for name in ("stored", "digest"))
    differing = (
        f"CREATE TEMP TABLE differing ON COMMIT DROP AS {with_digest} "
        f"SELECT stored.id, {wanted} FROM {table} stored JOIN digest "
        f"ON digest.id = stored.id AND ({stored}) IS DISTINCT FROM ({wanted})"
    )
    sets = ", ".join(f'"{column}" = differing."{column}"' for column in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(differing, given)
        number = cursor.rowcount
        if number:
            cursor.execute(f"UPDATE {table} stored SET {sets} FROM differing WHERE stored.id = differing.id")
        cursor.execute("DROP TABLE differing")
    return number
