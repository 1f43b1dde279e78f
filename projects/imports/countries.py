"""Which country a label names, in French or in English, under its name of today or an older one."""

import re
from collections import defaultdict

from django.utils.translation import gettext as _

from atlas.models import Country
from atlas.names import normalise, sort_key
from projects.imports.answers import Answer, Candidate, score
from projects.models import NameSide, Problem

_ISO = re.compile(r"[A-Z]{2,3}")


class Countries:
    """Countries by what they can be called, in French and English, past and present (one query)."""

    def __init__(self) -> None:
        self.by_id = Country.objects.in_bulk()
        self._named: dict[str, set[int]] = defaultdict(set)
        self._coded: dict[str, int] = {}
        self._answers: dict[str, Answer] = {}
        for pk, country in self.by_id.items():
            self._coded |= {country.iso2: pk, country.iso3: pk}
            for name in (country.name_fr, country.name_en, *country.aliases):
                self._named[self._key(name)].add(pk)

    @staticmethod
    def _key(label: str) -> str:
        return sort_key(label.removeprefix("The ").replace("&", " and "))

    def find(self, label: str) -> Answer:
        """The country of a label such as «Scotland, United Kingdom», «Georgia (country)», «ROU»."""
        if label not in self._answers:
            self._answers[label] = self._find(label)
        return self._answers[label]

    def _find(self, label: str) -> Answer:
        if _ISO.fullmatch(label) and label in self._coded:
            return self._answer({self._coded[label]}, label)
        if whole := self._named.get(self._key(label)):
            return self._answer(whole, label)
        parts = [part for part in re.split(r"[,()/]", label) if part.strip()]
        found = [named for part in parts if (named := self._named.get(self._key(part.strip())))]
        known = set.union(*found) if found else set()
        generic = {"country", "pays", "state", "etat"}
        if len(found) + sum(normalise(part) in generic for part in parts) < len(parts):
            # A part says something else: «Georgia (U.S. state)» is not the country.
            return self._unknown(label, known)
        return self._answer(known, label)

    def _answer(self, found: set[int], label: str) -> Answer:
        french = {pk for pk in found if self.by_id[pk].iso2 == "FR" or self.by_id[pk].is_french_territory}
        if found and french == found:
            reason = _("« %s » est en France : la coopération décentralisée unit la France à un autre pays.")
            return Answer.ask(Problem.PARTNER_IN_FRANCE, reason % label)
        return Answer(next(iter(found)), how=_("pays")) if len(found) == 1 else self._unknown(label, found)

    def _unknown(self, label: str, hesitation: set[int]) -> Answer:
        asked = self._key(label)
        near = {pk: max(score(asked, self._key(name)) for name in self._names(pk)) for pk in self.by_id}
        chosen = [*hesitation, *(pk for pk, fit in near.items() if fit > 0.6 and pk not in hesitation)]
        candidates = [
            Candidate(NameSide.COUNTRY, pk, self.by_id[pk].name_fr, near[pk], _("nom proche")) for pk in chosen
        ]
        return Answer.ask(Problem.COUNTRY_UNKNOWN, _("Aucun pays ne s’appelle « %s ».") % label, candidates)

    def _names(self, pk: int) -> list[str]:
        country = self.by_id[pk]
        return [country.name_fr, country.name_en, *country.aliases]
