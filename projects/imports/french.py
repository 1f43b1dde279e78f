"""Which French authority a row names. Sure or silent: two authorities that a name may mean are told apart by a code, a
département or a qualifier in the row, by a decision on record, and by nothing else. The larger town of two homonyms is not
the better answer.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice, takewhile
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas.models import INTERMUNICIPAL_KINDS, Collectivity, CollectivityEvent, CollectivityKind, Department, Region
from atlas.names import normalise, sort_key
from projects.imports.answers import Answer, Candidate, score
from projects.imports.columns import FileRow
from projects.imports.sayings import said
from projects.models import NameSide, Problem

UNIQUE = gettext_lazy("nom unique")
NAMESAKE = gettext_lazy("nom unique aujourd’hui ; une ancienne commune l’a porté ailleurs")
_INTERMUNICIPAL = frozenset(INTERMUNICIPAL_KINDS)
_COUNTY = frozenset(
    {CollectivityKind.DEPARTEMENT, CollectivityKind.STATUT_PARTICULIER, CollectivityKind.COLLECTIVITE_UNIQUE}
)
_REGIONAL = frozenset({CollectivityKind.REGION, CollectivityKind.COLLECTIVITE_UNIQUE, CollectivityKind.COM})
_COMMUNE = frozenset({CollectivityKind.COMMUNE})
# What a name says of the kind of authority, longest first. The words are taken off before names are compared.
_KIND_WORDS: list[tuple[str, frozenset[str]]] = [
    ("communaute de communes", frozenset({CollectivityKind.COMMUNAUTE_COMMUNES})),
    ("communaute d agglomeration", frozenset({CollectivityKind.COMMUNAUTE_AGGLOMERATION})),
    ("communaute urbaine", frozenset({CollectivityKind.COMMUNAUTE_URBAINE})),
    ("etablissement public territorial", frozenset({CollectivityKind.EPT})),
    ("collectivite territoriale", _COUNTY | _REGIONAL),
    ("collectivite europeenne", frozenset({CollectivityKind.STATUT_PARTICULIER})),
    ("collectivite unique", _COUNTY | _REGIONAL),
    ("departement region", frozenset({CollectivityKind.COLLECTIVITE_UNIQUE})),
    ("conseil departemental", _COUNTY),
    ("conseil general", _COUNTY),
    ("conseil regional", _REGIONAL),
    ("communaute", _INTERMUNICIPAL),
    ("intercommunalite", _INTERMUNICIPAL),
    ("agglomeration", _INTERMUNICIPAL),
    ("metropole", _INTERMUNICIPAL),
    ("departement", _COUNTY),
    ("collectivite", _COUNTY | _REGIONAL),
    ("municipalite", _COMMUNE),
    ("commune", _COMMUNE),
    ("mairie", _COMMUNE),
    ("region", _REGIONAL),
    ("ville", _COMMUNE),
    ("cc", frozenset({CollectivityKind.COMMUNAUTE_COMMUNES})),
    ("ca", frozenset({CollectivityKind.COMMUNAUTE_AGGLOMERATION})),
    ("cu", frozenset({CollectivityKind.COMMUNAUTE_URBAINE})),
    ("ept", frozenset({CollectivityKind.EPT})),
]
_LINK = re.compile(r"^(?:de la|de l|de|du|des|d|la|le|les|l) (?=.)")
_ARTICLE_LAST = re.compile(r"^(.*?)\s*\((le|la|les|l['’])\)$", re.I)
_QUALIFIED = re.compile(r"^(.*?)\s*(?:\(([^()]+)\)|,\s*([^,]+))$")
_FORMER_REGIONS = said("former_region")
_EXONYMS = {name: normalise(town) for name, town in said("exonym").items()}


class _Body(NamedTuple):
    """What matching needs of an authority."""

    pk: int
    kind: str
    code: str
    siren: str | None
    name: str
    key: str
    department: str | None
    region: str | None
    is_current: bool


def bare(key: str) -> tuple[str, frozenset[str] | None]:
    """A normalised name without the words that say its kind, and the kinds they allow. «ville de pau» → «pau», communes."""
    for words, kinds in _KIND_WORDS:
        if key.startswith(f"{words} "):
            return _LINK.sub("", key[len(words) + 1 :]), kinds
    return key, None


def resolution_key(row: FileRow) -> str:
    """What a decision about the French name of this row is remembered under."""
    return "|".join(filter(None, (normalise(row.french), normalise(row.department))))


class FrenchNames:
    """All French authorities, by what they can be called. Loaded once (five queries)."""

    def __init__(self) -> None:
        self.bodies: dict[int, _Body] = {}
        self.by_name: dict[str, list[_Body]] = defaultdict(list)  # authorities that exist
        self.by_bare: dict[str, list[_Body]] = defaultdict(list)  # those whose name says their kind
        self.by_sort: dict[str, list[_Body]] = defaultdict(list)
        self.former: dict[str, list[_Body]] = defaultdict(list)
        self.by_insee: dict[str, list[_Body]] = defaultdict(list)
        self.by_siren: dict[str, list[_Body]] = defaultdict(list)
        rows = Collectivity.objects.order_by("pk").values_list(
            "pk",
            "kind",
            "insee_code",
            "siren",
            "name",
            "search_name",
            "department__code",
            "region__code",
            "is_current",
            "sort_name",
        )
        councils = set(
            Collectivity.objects.filter(kind=CollectivityKind.DEPARTEMENT, is_local_authority=True).values_list(
                "pk", flat=True
            )
        )
        for *columns, by_sort in rows:
            body = _Body._make(columns)
            if body.kind == CollectivityKind.RESEAU:
                continue  # an association, which twins with nobody
            if body.kind == CollectivityKind.DEPARTEMENT and body.pk not in councils:
                continue  # a territory without a council signs nothing
            self.bodies[body.pk] = body
            self.by_insee[body.code].append(body)
            if not body.is_current:
                self.former[body.key].append(body)
                continue
            if body.siren:
                self.by_siren[body.siren].append(body)
            self.by_name[body.key].append(body)
            self.by_sort[by_sort].append(body)
            if body.kind != CollectivityKind.COMMUNE:
                self.by_bare[bare(body.key)[0]].append(body)
        self._communes = sorted((body.key, pk) for pk, body in self.bodies.items() if body.kind in _COMMUNE)
        self.heirs: dict[int, set[int]] = defaultdict(set)
        events = CollectivityEvent.objects.filter(successors__isnull=False)
        for before, after, name in events.values_list("predecessors", "successors", "former_name"):
            if before:
                self.heirs[before].add(after)
            if name and after in self.bodies:  # the same authority under its old name
                self.former[normalise(name)].append(self.bodies[after]._replace(name=name, is_current=False))
        self.regions = dict(Region.objects.values_list("code", "name"))
        self.departments = dict(Department.objects.values_list("code", "name"))
        self._areas = {normalise(code): ("department", code) for code in self.departments}
        for code, name in self.regions.items():
            self._areas[normalise(name)] = ("region", code)
        for code, name in self.departments.items():  # a département wins: it is the smaller of two homonyms
            self._areas[normalise(name)] = ("department", code)

    # --- What a row means -------------------------------------------------------------------------------------------

    def find(self, row: FileRow) -> Answer:
        """The authority of the row, or the question to ask."""
        if row.siren or row.insee_code:
            return self._by_code(row)
        return self._by_name(row.french, row.department)

    def _by_code(self, row: FileRow) -> Answer:
        sets = []
        if row.siren:
            sets.append({body.pk for body in self.by_siren.get(row.siren, ())})
        if row.insee_code:
            sets.append({pk for body in self.by_insee.get(row.insee_code, ()) for pk in self._standing(body)})
        meant = set.intersection(*sets)
        named = self._by_name(row.french, row.department)
        fitting = [pk for pk in sorted(meant) if self._may_be_called(self.bodies[pk], row.french)]
        if len(fitting) > 1 and named.id in fitting:
            fitting = [named.id]
        if len(fitting) == 1:
            return Answer(fitting[0], how=_("code et nom"))
        listed = [self._candidate(self.bodies[pk], 1.0, _("code")) for pk in sorted(set.union(*sets))]
        named_too = [self._candidate(self.bodies[named.id], 1.0, named.how)] if named.id else list(named.candidates)
        reason = _("Le code ne désigne pas « %s ».") if any(sets) else _("Ce code est inconnu (« %s »).")
        return Answer.ask(Problem.FRENCH_CONTRADICTED, reason % row.french, [*listed, *named_too])

    def _may_be_called(self, body: _Body, written: str) -> bool:
        """Whether a code and a name agree: same name but for the article, the kind and what stands after «,» or «(»."""
        asked = {normalise(written), *(normalise(part) for part in _parts(written)[:1])}
        own = {body.key, *(former.key for former in self._predecessors().get(body.pk, ()))}
        return bool({_loose(key) for key in asked} & {_loose(key) for key in own})

    def _predecessors(self) -> dict[int, list[_Body]]:
        if not hasattr(self, "_before"):
            self._before = defaultdict(list)
            for before, after in self.heirs.items():
                if before in self.bodies:
                    for pk in after:
                        self._before[pk].append(self.bodies[before])
        return self._before

    def _by_name(self, written: str, department: str) -> Answer:
        written = _ARTICLE_LAST.sub(lambda m: m[2] + ("" if m[2][-1] in "'’" else " ") + m[1], written)
        whole = self._named(normalise(written))
        if whole and not department:
            return self._decide(whole, written)
        base, qualifiers = _parts(written)
        if whole:
            base, qualifiers = written, []
        found, kinds = self._named(normalise(base)), None
        for qualifier in qualifiers:
            if kinds := dict(_KIND_WORDS).get(normalise(qualifier)):
                found = self._of_kind(normalise(base), kinds)
        limits = [given for given in (*qualifiers, department) if given and normalise(given) not in dict(_KIND_WORDS)]
        for limit in limits:
            kept = [body for body in found if self._lies_in(body, normalise(limit))]
            if found and not kept:
                reason = _("« %(name)s » n’est pas dans « %(area)s ».") % {"name": base, "area": limit}
                return Answer.ask(Problem.FRENCH_CONTRADICTED, reason, self._candidates(found))
            found = kept
        return self._decide(found, written)

    def _named(self, key: str) -> list[_Body]:
        """Authorities of this very name; failing that, of this name without words of kind; failing that, past ones.

        A part of a commune has no legal personality: a name that an authority bears today is that authority's, even where
        a former commune bore it too.
        """
        words, kinds = bare(key)
        if exact := self.by_name.get(key):
            return list(exact)
        if kinds and (found := self._of_kind(words, kinds)):
            return found
        found = list(self.by_bare.get(key, ()))
        if key in _FORMER_REGIONS:
            code = _FORMER_REGIONS[key]
            found += [body for body in self.by_insee.get(code, ()) if body.kind == CollectivityKind.REGION]
        found = found or list(self.former.get(key, ())) or list(self.by_sort.get(sort_key(key), ()))
        return found or list(self.by_name.get(_EXONYMS.get(key, ""), ())) or self._beginning_with(key)

    def _beginning_with(self, key: str) -> list[_Body]:
        """The communes, past ones too, whose names go on from this one: «Le Touquet» for «Le Touquet-Paris-Plage»."""
        start = bisect_left(self._communes, (f"{key} ", 0))
        found = takewhile(lambda named: named[0].startswith(f"{key} "), islice(self._communes, start, None))
        return [self.bodies[pk] for _key, pk in found] if key else []

    def _of_kind(self, key: str, kinds: frozenset[str]) -> list[_Body]:
        named = [*self.by_name.get(key, ()), *self.by_bare.get(key, ())]
        named += [] if named else self.by_sort.get(sort_key(key), ())
        found = {body.pk: body for body in named if body.kind in kinds}
        if not found and kinds & _REGIONAL and key in _FORMER_REGIONS:
            same = self.by_insee.get(_FORMER_REGIONS[key], ())
            found = {body.pk: body for body in same if body.kind == CollectivityKind.REGION}
        if not found and kinds == _COMMUNE:
            return list(self.former.get(key, ()))
        return list(found.values())

    def _lies_in(self, body: _Body, area: str) -> bool:
        """Whether the authority lies in a département or a région, or was joined to the commune that is named."""
        kind, code = self._areas.get(area, ("", ""))
        if kind and code == (body.department if kind == "department" else body.region):
            return True
        return any(self.bodies[pk].key == area for pk in self._standing(body) if pk != body.pk)

    def _standing(self, body: _Body) -> set[int]:
        """The authorities that exist today in the place of this one."""
        standing, waiting, seen = set(), [body.pk], set()
        while waiting:
            pk = waiting.pop()
            if pk in self.bodies and self.bodies[pk].is_current:
                standing.add(pk)
            elif pk not in seen:
                seen.add(pk)
                waiting += self.heirs.get(pk, ())
        return standing

    def _decide(self, found: Iterable[_Body], written: str) -> Answer:
        found = list(found)
        standing = {pk for body in found for pk in self._standing(body)}
        if len(standing) == 1:
            [pk] = standing
            if all(body.key.startswith(f"{normalise(written)} ") for body in found):
                return Answer(pk, how=_("seul nom qui commence ainsi"))
            if not any(body.is_current for body in found):
                return Answer(pk, how=_("ancien nom ou ancienne commune"))
            borne = {heir for body in found for past in self.former.get(body.key, ()) for heir in self._standing(past)}
            return Answer(pk, how=NAMESAKE if borne - {pk} else UNIQUE)
        if not found:
            return Answer.ask(Problem.FRENCH_UNKNOWN, _("Aucune collectivité ne porte le nom « %s ».") % written)
        reason = _("%(count)d collectivités peuvent porter le nom « %(name)s ».")
        return Answer.ask(
            Problem.FRENCH_AMBIGUOUS, reason % {"count": len(standing), "name": written}, self._candidates(found)
        )

    # --- What is shown to people --------------------------------------------------------------------------------------

    def _candidates(self, found: Iterable[_Body]) -> list[Candidate]:
        shown: dict[int, Candidate] = {}
        for body in found:
            for pk in sorted(self._standing(body)):
                reason = _("même nom") if body.is_current else _("a succédé à %s") % body.name
                shown.setdefault(pk, self._candidate(self.bodies[pk], 1.0, reason))
        return list(shown.values())

    def _candidate(self, body: _Body, fit: float, reason: str) -> Candidate:
        where = self.departments.get(body.department or "", "") or self.regions.get(body.region or "", "")
        kind = "" if body.kind == CollectivityKind.COMMUNE else f", {CollectivityKind(body.kind).label.lower()}"
        return Candidate(NameSide.FRENCH, body.pk, f"{body.name}{f' ({where})' if where else ''}{kind}", fit, reason)

    def suggest(self, names: Iterable[str]) -> dict[str, list[Candidate]]:
        """Authorities whose names look like these, for the questions about unknown names (one query for all)."""
        asked = {name: normalise(_parts(name)[0]) for name in names}
        if not asked:
            return {}
        sql = """
            SELECT asked.written, near.id, near.fit
            FROM unnest(%s::text[], %s::text[]) AS asked (written, key)
            CROSS JOIN LATERAL (
                SELECT id, similarity(search_name, asked.key) + (search_name LIKE asked.key || ' %%')::int AS fit
                FROM atlas_collectivity
                WHERE is_current AND (search_name %% asked.key OR search_name LIKE '%%' || asked.key || '%%')
                ORDER BY fit DESC, population DESC NULLS LAST, id LIMIT 6
            ) AS near
        """
        found: dict[str, list[Candidate]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(sql, [list(asked), list(asked.values())])
            for written, pk, _fit in cursor.fetchall():
                if body := self.bodies.get(pk):
                    fit = score(asked[written], body.key)
                    found[written].append(self._candidate(body, fit, _("nom proche")))
        return found


def _parts(written: str) -> tuple[str, list[str]]:
    """«Seynod (Annecy)», «Vitré, Ille-et-Vilaine» → the name, and what qualifies it."""
    qualifiers: list[str] = []
    while match := _QUALIFIED.match(written):
        written = match[1]
        qualifiers.append(match[2] or match[3])
    return written, qualifiers


def _loose(key: str) -> str:
    """A name without article, words of kind, nor the spelling of «lès»."""
    return sort_key(re.sub(r"\b(?:lez|les|le)\b(?= \w)", "les", bare(key)[0]))
