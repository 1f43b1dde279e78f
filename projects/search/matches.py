"""Who fits a notice: authorities of the other side, notices that answer it, neighbours; one statement, and every reason said.

The sum of the points is in `docs/how-to/matches.md`. Only public rows and columns count: nobody's draft is guessed from here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from atlas.filters import labels
from atlas.models import INTERMUNICIPAL_KINDS, AuthorityLevel, CollectivityKind
from projects.models import NoticeLanguage, PartnershipNotice, SoughtKind, SoughtLevel

SHOWN = 8  # of each family
NEAR_KM = {"french": 60, "foreign": 200}

KINDS = {
    SoughtLevel.LOCAL: [CollectivityKind.COMMUNE],
    SoughtLevel.INTERMUNICIPAL: list(INTERMUNICIPAL_KINDS),
    SoughtLevel.INTERMEDIATE: [CollectivityKind.DEPARTEMENT],
    SoughtLevel.REGIONAL: [CollectivityKind.REGION, CollectivityKind.COLLECTIVITE_UNIQUE],
}
LEVELS = {
    SoughtLevel.LOCAL: [AuthorityLevel.LOCAL],
    SoughtLevel.INTERMUNICIPAL: [AuthorityLevel.LOCAL, AuthorityLevel.OTHER],
    SoughtLevel.INTERMEDIATE: [AuthorityLevel.INTERMEDIATE],
    SoughtLevel.REGIONAL: [AuthorityLevel.REGIONAL, AuthorityLevel.FEDERATED],
}


@dataclass(frozen=True)
class Match:
    """Something that fits a notice. `family`: authority, notice or neighbour; `reasons`: sentences, the weightiest first."""

    family: str
    label: str
    detail: str
    url: str
    score: float
    reasons: tuple[str, ...]


# Elements that two arrays share, in the order of the alphabet.
_SHARED = "ARRAY(SELECT unnest({one}) INTERSECT SELECT unnest(%({other})s::varchar[]) ORDER BY 1)"
# From 1 (as many inhabitants) to 0 (four times more or fewer, or unknown).
_SIZE = """
    CASE WHEN {population} > 0 AND %(population)s::float > 0
         THEN greatest(0, 1 - abs(ln({population}::float / %(population)s::float)) / ln(4)) ELSE 0 END
"""
_KM = """
    12742 * asin(least(1, sqrt(
        power(sin(radians({row}.latitude - %(latitude)s::float) / 2), 2)
        + cos(radians(%(latitude)s::float)) * cos(radians({row}.latitude))
          * power(sin(radians({row}.longitude - %(longitude)s::float) / 2), 2))))
"""
_BOX = """
    %(latitude)s::float IS NOT NULL
    AND {row}.latitude BETWEEN %(latitude)s::float - %(degrees)s AND %(latitude)s::float + %(degrees)s
    AND {row}.longitude BETWEEN %(longitude)s::float - 2 * %(degrees)s AND %(longitude)s::float + 2 * %(degrees)s
"""
_SIZES = "(%(sizes)s::int4range[] = '{{}}' OR EXISTS (SELECT FROM unnest(%(sizes)s::int4range[]) wanted WHERE wanted @> {population}))"

# The two sides differ by the table of the candidates and by what ties them to the author.
_CANDIDATES = {
    # The author is foreign: French authorities.
    "french": """
    SELECT row.id, row.name::text AS label, coalesce(department.name, region.name, '') AS detail, row.slug, row.population,
           row.partner_themes AS themes, ties.n AS ties, region.code AS region, row.longitude, row.latitude
    FROM atlas_collectivity row
    LEFT JOIN atlas_region region ON region.id = row.region_id
    LEFT JOIN atlas_department department ON department.id = row.department_id
    LEFT JOIN ties ON ties.id = row.id
    WHERE row.is_current AND (row.partner_themes && %(themes)s::varchar[] OR row.partner_countries && %(countries)s::varchar[])
      AND (%(kinds)s::varchar[] = '{{}}' OR row.kind = ANY(%(kinds)s::varchar[]))
      AND (%(regions)s::varchar[] = '{{}}' OR region.code = ANY(%(regions)s::varchar[]))
    """,
    # The author is French: foreign authorities.
    "foreign": """
    SELECT row.id, row.name::text AS label, country.name_fr AS detail, row.slug, row.population,
           row.partner_themes AS themes, row.partnership_count::bigint AS ties, own.code AS region, row.longitude, row.latitude
    FROM atlas_foreignauthority row
    JOIN atlas_country country ON country.id = row.country_id
    LEFT JOIN LATERAL (SELECT code FROM unnest(row.partner_regions) code WHERE code = ANY(%(own_regions)s::varchar[])) own ON true
    WHERE row.merged_into_id IS NULL
      AND CASE WHEN %(countries)s::varchar[] = '{{}}' THEN row.partner_themes && %(themes)s::varchar[]
               ELSE country.iso2 = ANY(%(countries)s::varchar[]) END
      AND (%(kinds)s::varchar[] = '{{}}' OR row.level = ANY(%(kinds)s::varchar[]))
    """,
}
_NEIGHBOURS = {
    # Of a French author: French authorities around it that know the countries or the themes.
    "foreign": """
    SELECT row.id, row.name::text AS label, coalesce(department.name, '') AS detail, row.slug, row.partner_themes AS themes,
           ties.n AS ties, {km} AS km
    FROM atlas_collectivity row
    LEFT JOIN atlas_department department ON department.id = row.department_id
    LEFT JOIN ties ON ties.id = row.id
    WHERE row.is_current AND row.id <> %(author)s AND {box}
      AND (row.partner_countries && %(countries)s::varchar[] OR row.partner_themes && %(themes)s::varchar[])
    """,
    # Of a foreign author: authorities around it that have French partners.
    "french": """
    SELECT row.id, row.name::text AS label, country.name_fr AS detail, row.slug, row.partner_themes AS themes,
           row.partnership_count::bigint AS ties, {km} AS km
    FROM atlas_foreignauthority row JOIN atlas_country country ON country.id = row.country_id
    WHERE row.merged_into_id IS NULL AND row.id <> %(author)s AND row.partnership_count > 0 AND {box}
    """,
}

_SQL = """
WITH ties AS (
    SELECT party AS id, count(*) AS n FROM projects_partnership link CROSS JOIN unnest(link.french_ids) AS party
    WHERE link.publication = 'published' AND link.country_codes && %(countries)s::varchar[] GROUP BY 1
), partners AS (
    SELECT party AS id FROM projects_partnership link CROSS JOIN unnest(link.{candidates}) AS party
    WHERE link.{own} @> ARRAY[%(author)s::bigint]
), candidate AS ({candidate_rows}
), authority AS (
    SELECT 'authority' AS family, candidate.label, candidate.detail, candidate.slug, {shared} AS themes, ties, region,
           NULL::float AS km, {size} AS size, '{{}}'::varchar[] AS languages, '{{}}'::varchar[] AS sought, false AS answers
    FROM candidate
    WHERE NOT EXISTS (SELECT FROM partners WHERE partners.id = candidate.id) AND {sizes}
), neighbour AS (
    SELECT 'neighbour', label, detail, slug, {near_shared}, ties, NULL::varchar, km, 0::float, '{{}}'::varchar[], '{{}}'::varchar[],
           false
    FROM ({neighbour_rows}) AS near WHERE km <= %(km)s
), notice AS (
    SELECT 'notice', other.title::text, coalesce(french.name, foreigner.name), other.slug, {notice_shared}, NULL::bigint,
           NULL::varchar, NULL::float, 0::float, {languages}, {sought}, other.direction <> %(direction)s
    FROM projects_partnershipnotice other
    LEFT JOIN atlas_collectivity french ON french.id = other.collectivity_id
    LEFT JOIN atlas_foreignauthority foreigner ON foreigner.id = other.foreign_authority_id
    WHERE other.publication = 'published' AND other.expires_on >= %(today)s AND other.id <> %(notice)s
      AND (other.collectivity_id IS NULL) = %(is_foreign)s
      AND (other.theme_codes && %(themes)s::varchar[] OR other.country_codes && %(countries)s::varchar[])
), scored AS (
    SELECT found.*,
           2 * least(cardinality(themes), 3) + 1.5 * least(coalesce(ties, 0), 4) + CASE WHEN region IS NULL THEN 0 ELSE 1 END
           + 1.5 * size + CASE WHEN km IS NULL THEN 0 ELSE 2 * (1 - km / %(km)s) END
           + CASE WHEN answers THEN 2 ELSE 0 END + cardinality(languages) * 0.5 + cardinality(sought) AS score
    FROM (SELECT * FROM authority UNION ALL SELECT * FROM neighbour UNION ALL SELECT * FROM notice) AS found
), ranked AS (
    SELECT scored.*, row_number() OVER (PARTITION BY family ORDER BY score DESC, label, slug) AS rank FROM scored
)
SELECT family, label, detail, slug, themes, ties, region, km, size, languages, sought, answers, score
FROM ranked WHERE rank <= %(shown)s ORDER BY family, rank
"""


def _statement(side: str) -> str:
    """`side` of the candidates: «french» where the author is foreign."""
    box, km = _BOX.format(row="row"), _KM.format(row="row")
    return _SQL.format(
        candidates=f"{side}_ids",
        own="foreign_ids" if side == "french" else "french_ids",
        candidate_rows=_CANDIDATES[side].format(),
        neighbour_rows=_NEIGHBOURS[side].format(km=km, box=box),
        shared=_SHARED.format(one="candidate.themes", other="own_themes"),
        near_shared=_SHARED.format(one="near.themes", other="own_themes"),
        notice_shared=_SHARED.format(one="other.theme_codes", other="own_themes"),
        languages=_SHARED.format(one="other.languages", other="languages"),
        sought=_SHARED.format(one="other.sought", other="sought"),
        size=_SIZE.format(population="candidate.population"),
        sizes=_SIZES.format(population="candidate.population"),
    )


STATEMENTS = {side: _statement(side) for side in ("french", "foreign")}


def matches_of(notice: PartnershipNotice) -> list[Match]:
    """What fits a notice read by `for_detail`, by family and best first (one query)."""
    sql, asked = question(notice)
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [_match(notice, row) for row in rows]


def question(notice: PartnershipNotice) -> tuple[str, dict[str, Any]]:
    """The statement and its parameters."""
    side = "french" if notice.is_foreign else "foreign"
    author = notice.foreign_authority if notice.is_foreign else notice.collectivity
    kinds = KINDS if side == "french" else LEVELS
    km = NEAR_KM["foreign" if notice.is_foreign else "french"]
    return STATEMENTS[side], {
        "notice": notice.pk,
        "author": author.pk if author else None,
        "population": author.population if author else None,
        "longitude": author.longitude if author else None,
        "latitude": author.latitude if author else None,
        "degrees": km / 111,
        "km": float(km),
        "is_foreign": not notice.is_foreign,  # of the other notices
        "direction": notice.direction,
        "themes": notice.theme_codes,
        "own_themes": _narrowest(notice.theme_codes),
        "countries": notice.country_codes,
        "regions": notice.region_codes if notice.is_foreign else [],
        "own_regions": [] if notice.is_foreign else notice.region_codes,
        "languages": notice.languages,
        "sought": notice.sought,
        "kinds": [str(kind) for level in notice.levels for kind in kinds[level]],
        "sizes": [_range(size) for size in notice.sizes],
        "today": timezone.localdate(),
        "shown": SHOWN,
    }


def _range(size: str) -> str:
    """«2000-9999» as a range of PostgreSQL; «100000-» has no end."""
    low, _dash, high = size.partition("-")
    return f"[{low},{high}]" if high else f"[{low},)"


def _narrowest(codes: Sequence[str]) -> list[str]:
    """The themes without the groups above them, which would say the same twice."""
    groups = labels("theme_group")
    return [code for code in codes if code not in groups] or list(codes)


def _match(notice: PartnershipNotice, row: Mapping[str, Any]) -> Match:
    pages = {
        ("authority", False): "foreign_authority_detail",
        ("authority", True): "collectivity_detail",
        ("neighbour", False): "collectivity_detail",
        ("neighbour", True): "foreign_authority_detail",
    }
    page = pages.get((row["family"], notice.is_foreign), "projects:notice_detail")
    return Match(
        family=row["family"],
        label=row["label"],
        detail=row["detail"],
        url=reverse(page, args=[row["slug"]]),
        score=round(float(row["score"]), 1),
        reasons=tuple(_reasons(notice, row)),
    )


def _reasons(notice: PartnershipNotice, row: Mapping[str, Any]) -> list[str]:
    """Why it fits, in words."""
    said, names = [], labels("theme")
    if row["answers"]:
        said.append(
            _("une offre répond à votre demande")
            if notice.direction == "request"
            else _("une demande attend votre offre")
        )
    if row["themes"]:
        themes = ", ".join(str(names.get(code, code)).lower() for code in row["themes"])
        said.append(
            ngettext("même thème : %(themes)s", "mêmes thèmes : %(themes)s", len(row["themes"])) % {"themes": themes}
        )
    if row["ties"]:
        said.append(_ties(notice, row))
    if row["region"]:
        region = labels("region").get(row["region"], row["region"])
        text = _("région recherchée : %(region)s") if notice.is_foreign else _("déjà liée à votre région : %(region)s")
        if not notice.is_foreign or len(notice.region_codes):
            said.append(text % {"region": region})
    if row["size"] >= SIZE_SAID:
        said.append(_("taille voisine"))
    if row["km"] is not None:
        said.append(_("à %(km)d km") % {"km": round(row["km"])})
    if row["sought"]:
        kinds = ", ".join(str(SoughtKind(code).label).lower() for code in row["sought"])
        said.append(_("même attente : %(kinds)s") % {"kinds": kinds})
    if row["languages"]:
        spoken = ", ".join(str(NoticeLanguage(code).label).lower() for code in row["languages"])
        said.append(_("langue commune : %(languages)s") % {"languages": spoken})
    return said


SIZE_SAID = 0.5  # half to twice the inhabitants


def _ties(notice: PartnershipNotice, row: Mapping[str, Any]) -> str:
    """«déjà 2 partenariats : Sénégal», «déjà 3 partenariats avec la France»."""
    n = row["ties"]
    french = (row["family"] == "authority") == notice.is_foreign
    if not french:
        return ngettext("déjà %(n)d partenariat avec la France", "déjà %(n)d partenariats avec la France", n) % {"n": n}
    names = labels("country")
    where = ", ".join(str(names.get(code, code)) for code in notice.country_codes[:3])
    return ngettext("déjà %(n)d partenariat : %(where)s", "déjà %(n)d partenariats : %(where)s", n) % {
        "n": n,
        "where": where,
    }
