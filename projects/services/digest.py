"""The digest of partnerships, projects and notices: columns that lists, facets, search and map read instead of joining.

Set-based: each table is compared in SQL first, and written only when a row differs. (A statement that changes no row would
still fire the triggers behind the data version, and every cached page would be made anew for nothing.)
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from projects.models.digests import DIGEST

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
), spots AS (
    SELECT link.project_id, min(link.id) AS first,
           CASE WHEN link.longitude IS NULL THEN coalesce(target.authority, link.foreign_authority_id) ELSE -link.id END AS spot
    FROM projects_projectplace link LEFT JOIN target ON target.id = link.foreign_authority_id
    WHERE %(everything)s OR link.project_id = ANY(%(ids)s)
    GROUP BY 1, 3
), located AS (
    SELECT project_id, array_agg(spot ORDER BY first) AS place_ids FROM spots GROUP BY project_id
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
           coalesce(located.place_ids, sides.foreign_ids, '{}') AS place_ids,
           coalesce(sides.region_codes, '{}') AS region_codes, coalesce(places.country_codes, '{}') AS country_codes,
           coalesce(themes.theme_codes, '{}') AS theme_codes, coalesce(goals.sdg_numbers, '{}') AS sdg_numbers,
           coalesce(sides.lead_kinds, '{}') AS lead_kinds, coalesce(sides.party_names, '') AS party_names,
           money.budget_total
    FROM projects_project row
    LEFT JOIN sides ON sides.project_id = row.id
    LEFT JOIN located ON located.project_id = row.id
    LEFT JOIN places ON places.project_id = row.id
    LEFT JOIN themes ON themes.project_id = row.id
    LEFT JOIN goals ON goals.project_id = row.id
    LEFT JOIN money ON money.project_id = row.id
    WHERE %(everything)s OR row.id = ANY(%(ids)s)
)
"""
)

# Of a notice, the countries and régions are those of its author on its own side, and those it seeks on the other.
_NOTICES = (
    _STANDING
    + """
, digest AS (
    SELECT row.id,
           CASE WHEN row.collectivity_id IS NULL THEN '{}' ELSE ARRAY[row.collectivity_id] END AS french_ids,
           CASE WHEN foreigner.id IS NULL THEN '{}' ELSE ARRAY[foreigner.id] END AS foreign_ids,
           CASE WHEN row.collectivity_id IS NULL
                THEN coalesce((SELECT array_agg(DISTINCT region.code::varchar ORDER BY region.code::varchar)
                               FROM projects_partnershipnotice_regions link JOIN atlas_region region ON region.id = link.region_id
                               WHERE link.partnershipnotice_id = row.id), '{}')
                WHEN own.code IS NULL THEN '{}' ELSE ARRAY[own.code::varchar] END AS region_codes,
           CASE WHEN abroad.iso2 IS NULL
                THEN coalesce((SELECT array_agg(DISTINCT country.iso2::varchar ORDER BY country.iso2::varchar)
                               FROM projects_partnershipnotice_countries link
                               JOIN atlas_country country ON country.id = link.country_id
                               WHERE link.partnershipnotice_id = row.id), '{}')
                ELSE ARRAY[abroad.iso2::varchar] END AS country_codes,
           coalesce((SELECT array_agg(DISTINCT ancestor.code::varchar ORDER BY ancestor.code::varchar)
                     FROM projects_partnershipnotice_themes link JOIN ancestor ON ancestor.theme = link.theme_id
                     WHERE link.partnershipnotice_id = row.id), '{}') AS theme_codes,
           coalesce(french.search_name, foreigner.search_name, atlas_normalise(contact.authority_name), '') AS party_names
    FROM projects_partnershipnotice row
    LEFT JOIN atlas_collectivity french ON french.id = row.collectivity_id
    LEFT JOIN atlas_region own ON own.id = french.region_id
    LEFT JOIN projects_noticecontact contact ON contact.id = row.contact_id
    LEFT JOIN target ON target.id = row.foreign_authority_id
    LEFT JOIN atlas_foreignauthority foreigner ON foreigner.id = coalesce(target.authority, row.foreign_authority_id)
    LEFT JOIN atlas_country abroad ON abroad.id = coalesce(foreigner.country_id, contact.country_id)
    WHERE %(everything)s OR row.id = ANY(%(ids)s)
)
"""
)

# What a visitor counts. `side` is the array column of the counted authorities; partnerships and projects alike.
_TALLY = """
WITH published AS NOT MATERIALIZED (
    SELECT {side} AS counted_ids, region_codes, country_codes, theme_codes, true AS is_partnership FROM projects_partnership
    WHERE publication = 'published' {meets}
    UNION ALL
    SELECT {side}, region_codes, country_codes, theme_codes, false FROM projects_project
    WHERE publication IN ('published', 'to_refresh') {meets}
), tally AS (
    SELECT counted AS key, count(*) FILTER (WHERE is_partnership) AS partnership_count,
           count(*) FILTER (WHERE NOT is_partnership) AS project_count
    FROM published CROSS JOIN unnest(counted_ids) AS counted {among}
    GROUP BY 1
), {gathered} digest AS (
    SELECT authority.id, coalesce(tally.partnership_count, 0) AS partnership_count,
           coalesce(tally.project_count, 0) AS project_count{wanted}
    FROM {table} authority LEFT JOIN tally ON tally.key = authority.{key} {joined}
    WHERE {concerned}
)
"""

# What the counted authorities have in common with their rows: themes, countries, régions.
_GATHERED = """{column} AS (
    SELECT key, array_agg(code::varchar ORDER BY code::varchar) AS codes FROM (
        SELECT DISTINCT counted AS key, code
        FROM published CROSS JOIN unnest(counted_ids) AS counted CROSS JOIN unnest({codes}) AS code {among}
    ) AS met GROUP BY 1
), """


@dataclass(frozen=True)
class Touched:
    """Authorities and countries whose counts a change may move."""

    french: frozenset[int] = frozenset()
    foreign: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()

    @classmethod
    def by(cls, model: type[Model], ids: Iterable[int]) -> "Touched":
        """Those that these records name in their digest now (one query)."""
        rows = model._default_manager.filter(pk__in=list(ids)).order_by()
        columns = list(zip(*rows.values_list("french_ids", "foreign_ids", "country_codes"), strict=True))
        return cls(*(frozenset(chain.from_iterable(column)) for column in columns))

    @classmethod
    def of(cls, record: Any) -> "Touched":
        """Those that a partnership or a project named when it was read."""
        return cls(frozenset(record.french_ids), frozenset(record.foreign_ids), frozenset(record.country_codes))

    def __or__(self, other: "Touched") -> "Touched":
        return Touched(self.french | other.french, self.foreign | other.foreign, self.countries | other.countries)


def refresh_partnership_digest(ids: Iterable[int] | None = None) -> int:
    """Write the digest columns of these partnerships (all by default) where they differ. Returns how many did."""
    return _refresh("projects_partnership", _PARTNERSHIPS, DIGEST, ids)


def refresh_project_digest(ids: Iterable[int] | None = None) -> int:
    """Write the digest columns of these projects (all by default) where they differ. Returns how many did."""
    columns = [*DIGEST, "place_ids", "sdg_numbers", "lead_kinds", "budget_total"]
    return _refresh("projects_project", _PROJECTS, columns, ids)


def refresh_notice_digest(ids: Iterable[int] | None = None) -> int:
    """Write the digest columns of these notices (all by default) where they differ. Returns how many did."""
    return _refresh("projects_partnershipnotice", _NOTICES, DIGEST, ids)


def _refresh(table: str, sql: str, columns: Sequence[str], ids: Iterable[int] | None) -> int:
    return _write_differences(table, sql, columns, {"everything": ids is None, "ids": list(ids or [])})


_held: ContextVar[list[Touched | None] | None] = ContextVar("held", default=None)


@contextmanager
def one_refresh() -> Iterator[None]:
    """Within, `refresh_activity` waits; it is done once at the end, for all that was touched, if nothing failed."""
    asked: list[Touched | None] = []
    token = _held.set(asked)
    try:
        yield
    finally:
        _held.reset(token)
    if asked:
        refresh_activity(None if None in asked else reduce(or_, asked))


def refresh_activity(touched: Touched | None = None) -> int:
    """Write what published partnerships and projects say of authorities and countries, where it differs. Returns the rows written.

    With `touched`, only these are counted anew: the price of one publication does not grow with the atlas.
    """
    if (held := _held.get()) is not None:
        held.append(touched)
        return 0
    everything = touched is None
    touched = touched or Touched()
    french, foreign, countries = (
        None if everything else sorted(keys) for keys in (touched.french, touched.foreign, touched.countries)
    )
    return (
        _refresh_tally("atlas_collectivity", "french_ids", french, partner_countries="country", partner_themes="theme")
        + _refresh_tally(
            "atlas_foreignauthority", "foreign_ids", foreign, partner_regions="region", partner_themes="theme"
        )
        + _refresh_tally("atlas_country", "country_codes", countries)
    )


def _refresh_tally(table: str, side: str, keys: Sequence[Any] | None, **gathered: str) -> int:
    """`keys`: the authorities (or ISO codes) to count anew; None for all of them."""
    if keys is not None and not keys:
        return 0
    key, kind = ("iso2", "varchar") if side == "country_codes" else ("id", "bigint")
    among = f"WHERE counted = ANY(%(keys)s::{kind}[])" if keys else ""
    sql = _TALLY.format(
        table=table,
        side=side,
        key=key,
        meets=f"AND {side} && %(keys)s::{kind}[]" if keys else "",
        among=among,
        concerned=f"authority.{key} = ANY(%(keys)s::{kind}[])" if keys else "true",
        gathered="".join(
            _GATHERED.format(column=column, codes=f"{code}_codes", among=among) for column, code in gathered.items()
        ),
        wanted="".join(f", coalesce({column}.codes, '{{}}') AS {column}" for column in gathered),
        joined=" ".join(f"LEFT JOIN {column} ON {column}.key = authority.{key}" for column in gathered),
    )
    return _write_differences(table, sql, ["partnership_count", "project_count", *gathered], {"keys": keys})


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
