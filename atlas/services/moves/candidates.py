"""Foreign authorities that may be the same one: one statement finds, measures and ranks the pairs, with the reasons."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from atlas.models import AuthorityLevel, DataChange, Distinction, ForeignAuthority
from atlas.names import normalise

LIKE = 0.6  # of two names, by trigrams of whole words: below, nobody would ask
NEAR_KM = 40.0  # two points of one authority may be its town hall and its centre, not farther
KEPT_SECONDS = 86_400

# Pairs come from the trigram index of the names. A pair is found from either of its two names: «Thiès» in «Ville de Thiès».
_PAIRS = r"""
WITH found AS (
    SELECT least(a.id, b.id) AS one, greatest(a.id, b.id) AS other,
           max(strict_word_similarity(a.sort_name, b.search_name)) AS likeness
    FROM atlas_foreignauthority a
    JOIN atlas_foreignauthority b
      ON b.search_name %%>> a.sort_name AND b.country_id = a.country_id AND b.id <> a.id AND b.merged_into_id IS NULL
    WHERE a.merged_into_id IS NULL AND (%(country)s::bigint IS NULL OR a.country_id = %(country)s)
      AND (%(authority)s::bigint IS NULL OR a.id = %(authority)s OR b.id = %(authority)s)
    GROUP BY 1, 2
), measured AS (
    SELECT found.one, found.other, (found.likeness + similarity(a.sort_name, b.sort_name)) / 2 AS likeness,
           a.place_id IS NOT NULL AND a.place_id = b.place_id AS same_place,
           a.level <> b.level AND 'unknown' NOT IN (a.level, b.level) AS other_level,
           a.partnership_count + a.project_count + b.partnership_count + b.project_count AS weight,
           -- Points of a region or of a country say nothing of how near two towns are.
           CASE WHEN a.longitude IS NOT NULL AND b.longitude IS NOT NULL
                 AND a.position_precision IN ('exact', 'file') AND b.position_precision IN ('exact', 'file') THEN
               12742 * asin(least(1, sqrt(
                   sin(radians(b.latitude - a.latitude) / 2) ^ 2
                   + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(radians(b.longitude - a.longitude) / 2) ^ 2
               ))) END AS km
    FROM found
    JOIN atlas_foreignauthority a ON a.id = found.one
    JOIN atlas_foreignauthority b ON b.id = found.other
    -- Two districts of a town, by their numbers, are neighbours.
    WHERE ARRAY(SELECT regexp_matches(a.sort_name, '\m(?:[0-9]+|[ivx]+)\M', 'g'))
        = ARRAY(SELECT regexp_matches(b.sort_name, '\m(?:[0-9]+|[ivx]+)\M', 'g'))
), ranked AS (
    SELECT *, likeness
           + CASE WHEN same_place THEN 0.4 WHEN km IS NULL THEN 0 ELSE 0.4 * (1 - km / %(near)s) END
           - CASE WHEN other_level THEN 0.3 ELSE 0 END AS score
    FROM measured
    WHERE (km IS NULL OR km <= %(near)s)
      AND NOT EXISTS (SELECT FROM atlas_distinction said WHERE said.one_id = one AND said.other_id = other)
)
"""


@dataclass(frozen=True)
class Candidate:
    """A pair, the one with more records first. `likeness` from 0 to 1; `km` null where a position is not exact."""

    one: ForeignAuthority
    other: ForeignAuthority
    likeness: float
    km: float | None
    same_place: bool
    other_level: bool

    @property
    def reasons(self) -> str:
        """«Même nom à un accent près ; à 2 km ; 3 partenariats chacun»."""
        said = [self._name(), self._where(), self._level(), self._records()]
        return "\u00a0; ".join(text for text in said if text)

    def _name(self) -> str:
        if str(self.one) == str(self.other):
            return _("même nom")
        keys = [normalise(str(row)) for row in (self.one, self.other)]
        if keys[0] == keys[1]:
            return _("même nom à un accent près")
        for row, key in ((self.one, keys[1]), (self.other, keys[0])):
            if key in {normalise(name) for name in (row.name_fr, row.name_local, row.name_en, *row.aliases)}:
                return _("le nom de l’une est un autre nom de l’autre")
        return _("noms proches (%(percent)d %%)") % {"percent": round(self.likeness * 100)}

    def _where(self) -> str:
        if self.same_place:
            return _("même lieu GeoNames")
        if self.km is None:
            return _("position incertaine")
        return _("à %(km)d km") % {"km": round(self.km)} if self.km >= 1 else _("au même endroit")

    def _level(self) -> str:
        if not self.other_level:
            return ""
        levels = [AuthorityLevel(row.level).label.lower() for row in (self.one, self.other)]
        return _("niveaux différents (%(levels)s)") % {"levels": ", ".join(map(str, levels))}

    def _records(self) -> str:
        first, second = self.one.partnership_count, self.other.partnership_count
        if first == second:
            text = ngettext("%(n)d partenariat chacun", "%(n)d partenariats chacun", first or 1)
            return text % {"n": first} if first else _("aucun partenariat publié")
        return ngettext("%(n)d partenariat et %(m)d", "%(n)d partenariats et %(m)d", first or 1) % {
            "n": first,
            "m": second,
        }


def _ask(select: str, **given: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.strict_word_similarity_threshold', %s, false)", [str(LIKE)])
        cursor.execute(_PAIRS + select, {"country": None, "authority": None, "near": NEAR_KM} | given)
        return cursor.fetchall()


def count_candidates() -> int:
    """How many pairs wait to be looked at, kept as long as no public data and no pair told apart change."""
    key = f"duplicates:{DataChange.objects.version()}:{Distinction.objects.count()}"
    return cache.get_or_set(key, lambda: _ask("SELECT count(*) FROM ranked")[0][0], KEPT_SECONDS)


def find_candidates(
    *, country_id: int | None = None, authority_id: int | None = None, start: int = 0, limit: int = 25
) -> tuple[int, list[Candidate]]:
    """How many pairs there are, and those from `start`, the likeliest first (two statements)."""
    rows = _ask(
        "SELECT one, other, likeness, km, same_place, other_level, count(*) OVER () FROM ranked"
        " ORDER BY score DESC, weight DESC, one, other LIMIT %(limit)s OFFSET %(start)s",
        country=country_id,
        authority=authority_id,
        start=start,
        limit=limit,
    )
    pks = {pk for row in rows for pk in row[:2]}
    there = ForeignAuthority.objects.for_list().in_bulk(pks)
    found = []
    for first, second, likeness, km, same_place, other_level, _total in rows:
        pair = sorted(
            (there[first], there[second]), key=lambda row: (-row.partnership_count - row.project_count, row.pk)
        )
        found.append(Candidate(*pair, likeness, km, same_place, other_level))
    return (rows[0][-1] if rows else 0), found
