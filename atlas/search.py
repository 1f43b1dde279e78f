"""Suggestions while one types: one statement over the trigram indexes of the families of names.

The ground brings authorities and countries; the apps above add what they hold as `Source`, a part of the same statement.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import Case, F, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _

from atlas.models import ForeignPlace
from atlas.names import normalise

LIMIT = 10
SHORTEST = 2


@dataclass(frozen=True)
class Suggestion:
    """A name worth going to. `key` names the row in a form: «partner:thies-sn»."""

    label: str
    detail: str
    kind: str
    url: str
    key: str


@dataclass(frozen=True)
class Source:
    """What an app adds to the suggestions.

    `select` gives (kind, subkind, label, detail, key, fit) and may use `%(q)s` (what was typed, normalised), `%(prefixes)s` (a
    tsquery of its words, as beginnings) and `%(limit)s`; `fit` is on the scale of `_FIT`, and only public rows come.
    """

    kind: str
    select: str
    url_name: str
    word: Any  # what it is, as a lazy translation


@dataclass(frozen=True)
class Near:
    """What a search is about: countries by their ISO code, French authorities by their address. Names from there come first."""

    countries: Sequence[str] = ()
    beside: Sequence[str] = ()


NOWHERE = Near()
_SOURCES: dict[str, Source] = {}
_partners = "SELECT 0 WHERE false"


def register(source: Source) -> None:
    """Offer rows of an app. Called in `ready()`; the same kind again replaces it."""
    _SOURCES[source.kind] = source
    statement.cache_clear()


def register_partners(select: str) -> None:
    """Say how to find the partners of French authorities: ids of foreign ones, of the addresses `%(beside)s`; public links only."""
    global _partners
    _partners = select
    statement.cache_clear()


# How well a name fits, from 3 (the very name) to below 1.6 (a near spelling of the whole); size and activity part equals.
_FIT = """
    CASE WHEN {name} = asked.q THEN 3
         WHEN {name} LIKE asked.q || ' %%' OR {name} || ' ' LIKE '%% / ' || asked.q || ' %%' THEN 2.3
         WHEN {name} LIKE asked.q || '%%' OR {name} LIKE '%% / ' || asked.q || '%%' THEN 2
         WHEN {name} LIKE '%% ' || asked.q || '%%' THEN 1.5
         ELSE 1.6 * greatest({closest}, 0.5 * word_similarity(asked.q, {name}))
    END + ln(1 + coalesce({size}, 0)) * 0.06 + ln(1 + {activity}) * 0.03
"""
# The likeness of what was typed to the whole of a name, the nearest of those that an authority bears.
_CLOSEST = "(SELECT max(similarity(asked.q, one)) FROM unnest(string_to_array({name}, ' / ')) AS one)"
# Partners of those one searches for, and their countries.
_NEAR = """ + CASE WHEN f.country_id = ANY (near.countries) THEN 1.5 ELSE 0 END
    + CASE WHEN f.id = ANY (near.partners) THEN 0.5 ELSE 0 END"""
# Under three letters a trigram finds nothing: names that begin so.
_MEETS = "({name} LIKE '%%' || %(q)s || '%%' OR %(q)s <%% {name} OR {name} %% %(q)s)"
_BEGINS = "{name} LIKE %(q)s || '%%'"
# Where one knows the country, a name is found from further away.
_MEETS_NEAR = """f.id IN (
    SELECT f.id FROM atlas_foreignauthority f WHERE {meets}
    UNION ALL
    SELECT f.id FROM atlas_country p JOIN atlas_foreignauthority f ON f.country_id = p.id
     WHERE p.iso2 = ANY (%(countries)s) AND word_similarity(%(q)s, f.search_name) >= 0.3)"""

_SQL = """
WITH asked AS (SELECT %(q)s::text AS q), near AS (
    SELECT ARRAY(SELECT id FROM atlas_country WHERE iso2 = ANY (%(countries)s)) AS countries, ARRAY({partners}) AS partners
)
SELECT kind, label, detail, key FROM (
    (SELECT CASE WHEN c.is_current THEN 'collectivity' ELSE 'former' END AS kind, c.kind AS subkind, c.name AS label,
            coalesce(d.name || ' (' || d.code || ')', r.name, '') AS detail, c.slug AS key,
            {collectivity_fit} - CASE WHEN c.is_current THEN 0 ELSE 0.4 END AS fit
       FROM asked CROSS JOIN atlas_collectivity c
       LEFT JOIN atlas_department d ON d.id = c.department_id
       LEFT JOIN atlas_region r ON r.id = c.region_id
      WHERE {collectivity_meets}
      ORDER BY fit DESC, c.id LIMIT %(limit)s)
    UNION ALL
    (SELECT 'partner', '', f.name, p.name_fr, f.slug, {partner_fit} AS fit
       FROM asked CROSS JOIN near CROSS JOIN atlas_foreignauthority f JOIN atlas_country p ON p.id = f.country_id
      WHERE f.merged_into_id IS NULL AND {partner_meets}
      ORDER BY fit DESC, f.id LIMIT %(limit)s)
    UNION ALL
    (SELECT 'country', '', p.name_fr, p.continent, lower(p.iso2), {country_fit} + 0.8 AS fit
       FROM asked CROSS JOIN atlas_country p
      WHERE {country_meets}
      ORDER BY fit DESC, p.id LIMIT %(limit)s)
    {sources}
) AS found
WHERE %(kinds)s::text[] IS NULL OR kind = ANY (%(kinds)s)
ORDER BY fit DESC, label, key
LIMIT %(limit)s
"""


@cache
def statement(short: bool) -> str:
    """The one statement; what apps add is left out under three letters, which would meet nearly all of it."""
    meets = _BEGINS if short else _MEETS
    partner_meets = meets.format(name="f.search_name")
    return _SQL.format(
        partners=_partners,
        sources="" if short else "".join(f"UNION ALL ({source.select})" for source in _SOURCES.values()),
        collectivity_fit=_fit("c.search_name", "c.population", "c.partnership_count"),
        collectivity_meets=meets.format(name="c.search_name"),
        partner_fit=_fit("f.search_name", "f.population", "f.partnership_count") + _NEAR,
        partner_meets=partner_meets if short else _MEETS_NEAR.format(meets=partner_meets),
        country_fit=_fit("p.search_name", "0", "p.partnership_count"),
        country_meets=meets.format(name="p.search_name"),
    )


def _fit(name: str, size: str, activity: str) -> str:
    return _FIT.format(name=name, size=size, activity=activity, closest=_CLOSEST.format(name=name))


def suggest(
    typed: str, limit: int = LIMIT, *, kinds: Collection[str] | None = None, near: Near = NOWHERE
) -> list[Suggestion]:
    """Up to `limit` names near what was typed, best first; accents and typing mistakes are tolerated. One query.

    `kinds`: only those, of all by default.
    """
    q = normalise(typed[:100])
    if len(q) < SHORTEST:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement(short=len(q) < 3), parameters(q, limit, kinds, near))
        rows = cursor.fetchall()
    pages = {
        "collectivity": ("collectivity_detail", ""),
        "former": ("collectivity_detail", _("ancienne collectivité")),
        "partner": ("foreign_authority_detail", _("partenaire")),
        "country": ("country_detail", _("pays")),
    } | {source.kind: (source.url_name, str(source.word)) for source in _SOURCES.values()}
    found = []
    for kind, label, detail, key in rows:
        page, word = pages[kind]
        detail = " · ".join(filter(None, [word, detail]))
        found.append(Suggestion(label, detail, kind, reverse(page, args=[key]), f"{kind}:{key}"))
    return found


def parameters(q: str, limit: int, kinds: Collection[str] | None = None, near: Near = NOWHERE) -> dict[str, Any]:
    """What `statement` asks for."""
    return {
        "q": q,
        "limit": limit,
        "prefixes": " & ".join(f"{word}:*" for word in q.split()),
        "kinds": None if kinds is None else list(kinds),
        "countries": list(near.countries),
        "beside": list(near.beside),
    }


def places(typed: str, limit: int = LIMIT, *, near: Near = NOWHERE) -> list[Suggestion]:
    """Places of the world near what was typed, which no authority of the atlas governs yet. One query."""
    q = normalise(typed[:100])
    if len(q) <= SHORTEST:
        return []
    near = (
        ForeignPlace.objects.filter(search_name__trigram_word_similar=q, authorities__isnull=True)
        .annotate(
            fit=TrigramWordSimilarity(q, "search_name")
            + Case(When(country__iso2__in=near.countries, then=Value(0.5)), default=Value(0.0))
        )
        .select_related("country", "region")
        .order_by("-fit", F("population").desc(nulls_last=True), "pk")
    )
    return [
        Suggestion(
            place.name, " · ".join(str(part) for part in (place.region, place.country) if part), "place", "",
            f"place:{place.pk}",
        )
        for place in near[:limit]
    ]  # fmt: skip
