"""Suggestions while one types: one statement over the trigram indexes of the families of names.

The ground brings authorities and countries; the apps above add what they hold as `Source`, a part of the same statement.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import F
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


_SOURCES: dict[str, Source] = {}


def register(source: Source) -> None:
    """Offer rows of an app. Called in `ready()`; the same kind again replaces it."""
    _SOURCES[source.kind] = source
    statement.cache_clear()


# How well a name fits, from 3 (the very name) to below 1 (a near spelling); size and activity part equals.
_FIT = """
    CASE WHEN {name} = asked.q THEN 3
         WHEN {name} LIKE asked.q || ' %%' OR {name} LIKE asked.q || ' / %%' OR {name} LIKE '%% / ' || asked.q || '%%' THEN 2.3
         WHEN {name} LIKE asked.q || '%%' THEN 2
         WHEN {name} LIKE '%% ' || asked.q || '%%' THEN 1.5
         WHEN {name} LIKE '%%' || asked.q || '%%' THEN 1.2
         ELSE (word_similarity(asked.q, {name}) + similarity(asked.q, {name})) / 2
    END + ln(1 + coalesce({size}, 0)) * 0.06 + ln(1 + {activity}) * 0.03
"""
# Under three letters a trigram finds nothing: names that begin so.
_MEETS = "({name} LIKE '%%' || %(q)s || '%%' OR %(q)s <%% {name})"
_BEGINS = "{name} LIKE %(q)s || '%%'"

_SQL = """
WITH asked AS (SELECT %(q)s::text AS q)
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
       FROM asked CROSS JOIN atlas_foreignauthority f JOIN atlas_country p ON p.id = f.country_id
      WHERE f.merged_into_id IS NULL AND {partner_meets}
      ORDER BY fit DESC, f.id LIMIT %(limit)s)
    UNION ALL
    (SELECT 'country', '', p.name_fr, p.continent, lower(p.iso2), {country_fit} + 0.8 AS fit
       FROM asked CROSS JOIN atlas_country p
      WHERE {country_meets}
      ORDER BY fit DESC, p.id LIMIT %(limit)s)
    {sources}
) AS found
ORDER BY fit DESC, label, key
LIMIT %(limit)s
"""


@cache
def statement(short: bool) -> str:
    """The one statement; what apps add is left out under three letters, which would meet nearly all of it."""
    meets = _BEGINS if short else _MEETS
    return _SQL.format(
        sources="" if short else "".join(f"UNION ALL ({source.select})" for source in _SOURCES.values()),
        collectivity_fit=_FIT.format(name="c.search_name", size="c.population", activity="c.partnership_count"),
        collectivity_meets=meets.format(name="c.search_name"),
        partner_fit=_FIT.format(name="f.search_name", size="f.population", activity="f.partnership_count"),
        partner_meets=meets.format(name="f.search_name"),
        country_fit=_FIT.format(name="p.search_name", size="0", activity="p.partnership_count"),
        country_meets=meets.format(name="p.search_name"),
    )


def suggest(typed: str, limit: int = LIMIT) -> list[Suggestion]:
    """Up to `limit` names near what was typed, best first; accents and typing mistakes are tolerated. One query."""
    q = normalise(typed[:100])
    if len(q) < SHORTEST:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement(short=len(q) < 3), parameters(q, limit))
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


def parameters(q: str, limit: int) -> dict[str, Any]:
    """What `statement` asks for."""
    return {"q": q, "limit": limit, "prefixes": " & ".join(f"{word}:*" for word in q.split())}


def places(typed: str, limit: int = LIMIT) -> list[Suggestion]:
    """Places of the world near what was typed, which no authority of the atlas governs yet. One query."""
    q = normalise(typed[:100])
    if len(q) <= SHORTEST:
        return []
    near = (
        ForeignPlace.objects.filter(search_name__trigram_word_similar=q, authorities__isnull=True)
        .annotate(fit=TrigramWordSimilarity(q, "search_name"))
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
