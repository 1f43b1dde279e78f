"""What the cells of the spreadsheet may name: themes, countries, goals, situations, authorities. Written «Libellé [code]»."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from django.db.models import F
from django.utils.translation import gettext as _

from atlas.models import SDG, Collectivity, Country, ForeignAuthority, Theme
from atlas.names import normalise
from atlas.search import Near, suggest
from projects.models import (
    ActivityStatus,
    BudgetSource,
    Formality,
    PartKind,
    PartnershipKind,
    PartnershipStatus,
    ProjectRole,
    ResultKind,
)

_CODED = re.compile(r"^(.*?)\s*\[([^\[\]]+)\]$", re.S)
_NAMED = re.compile(r"^(.*?)\s*\(([^()]+)\)$", re.S)
AUTHORITIES = (PartKind.COLLECTIVITY, PartKind.FOREIGN_AUTHORITY)
MOST_SEARCHES = 100  # names looked up one by one: past that, a file of wrong names is told so without suggestions


class Unknown(ValueError):
    """A cell names nothing that the portal knows: what is wrong, and what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


def written(label: str, code: object) -> str:
    return f"{label} [{code}]"


class Family:
    """A closed list. `offered` is what a new cell chooses from; what was used before is still understood."""

    def __init__(self, rows: Iterable[tuple[str, str]], offered: Iterable[str] | None = None) -> None:
        self.labels = {str(code): str(label) for code, label in rows}
        self.offered = list(self.labels) if offered is None else [str(code) for code in offered]
        self._codes = {code.lower(): code for code in self.labels}
        self._names: dict[str, str | None] = {}
        for code, label in self.labels.items():
            key = normalise(label)
            self._names[key] = None if key in self._names else code

    def read(self, text: str) -> str:
        """The code that a cell means, by code or by label.

        Raises:
            Unknown: it means none, or several.
        """
        coded = _CODED.match(text)
        code = self._codes.get((coded[2] if coded else text).strip().lower())
        if code is None and not coded:
            code = self._names.get(normalise(text))
        if code is None:
            raise Unknown(_("ce code est inconnu."), _("Choisissez dans la liste de la cellule (feuille « Codes »)."))
        return code

    def show(self, code: str) -> str:
        return written(self.labels.get(code, code), code) if code else ""

    @property
    def choices(self) -> list[str]:
        return [self.show(code) for code in self.offered]


class Codes:
    """Everything that cells may name, read once for a file. `scope`: the authorities whose records it holds."""

    def __init__(self, scope: Sequence[Collectivity]) -> None:
        self.scope = {collectivity.slug: collectivity for collectivity in scope}
        self.themes = {theme.code: theme for theme in Theme.objects.all()}
        self.countries = {country.iso2: country for country in Country.objects.all()}
        self.sdgs = {str(goal.number): goal for goal in SDG.objects.all()}
        valid = Theme.objects.valid_on().in_tree_order().values_list("code", flat=True)
        self.families = {
            "theme": Family(((code, theme.name) for code, theme in self.themes.items()), valid),
            "country": Family((code, country.name_fr) for code, country in self.countries.items()),
            "sdg": Family((code, goal.name_fr) for code, goal in self.sdgs.items()),
            "activity": Family(ActivityStatus.choices),
            "kind": Family(PartnershipKind.choices),
            "situation": Family(PartnershipStatus.choices),
            "formality": Family(Formality.choices),
            "party": Family((kind, label) for kind, label in PartKind.choices if kind not in AUTHORITIES),
            "role": Family(ProjectRole.choices),
            "source": Family(BudgetSource.choices),
            "level": Family(ResultKind.choices),
            "yes": Family([("oui", _("Oui"))]),
            "collectivity": Family((slug, str(one)) for slug, one in self.scope.items()),
        }
        self.partners: dict[str, ForeignAuthority] = {}
        self.indicators: dict[int | str, str] = {}
        self._named: dict[str, str] = {}
        self._searches = 0

    @cached_property
    def _country_names(self) -> dict[str, str]:
        return {normalise(country.name_fr): code for code, country in self.countries.items()}

    def know_partners(self, cells: Iterable[str]) -> None:
        """Read at once the authorities that these cells name by their code; a merged one is the row that stands for it."""
        asked = {match[2] for cell in cells for part in parts(cell) if (match := _CODED.match(part))}
        for one in ForeignAuthority.objects.filter(slug__in=asked).select_related("country", "merged_into__country"):
            standing = one.merged_into or one
            self.partners[one.slug] = self.partners[standing.slug] = standing

    def partner(self, text: str) -> str:
        """The code of the authority that a cell means: «Thiès (Sénégal) [thies-sn]», or its exact name and country.

        Raises:
            Unknown: none, with the names that are near.
        """
        if coded := _CODED.match(text):
            if found := self.partners.get(coded[2]):
                return found.slug
            raise Unknown(
                _("aucun partenaire de l’atlas ne porte ce code."), _("Reprenez le code de sa fiche publique.")
            )
        key = normalise(text)
        if key not in self._named:
            self._named[key] = self._search(text)
        return self._named[key]

    def _search(self, text: str) -> str:
        self._searches += 1
        advice = _("Écrivez « Nom (Pays) » comme dans l’annuaire des partenaires, ou créez d’abord la fiche en ligne.")
        if self._searches > MOST_SEARCHES:
            raise Unknown(_("ce partenaire est inconnu."), advice)
        named = _NAMED.match(text)
        name, country = (named[1], self._country_names.get(normalise(named[2]))) if named else (text, None)
        about = Near([country] if country else [], list(self.scope))
        slugs = [one.key.partition(":")[2] for one in suggest(name, 12, kinds=["partner"], near=about)]
        rows = (
            ForeignAuthority.objects.filter(slug__in=slugs)
            .select_related("country")
            .order_by(F("partnership_count").desc(), "pk")
        )
        rows = [row for row in rows if country is None or row.country.iso2 == country]
        same = [
            row
            for row in rows
            if normalise(name) in {normalise(said) for said in (row.name, row.name_fr, row.name_local)}
        ]
        if len(same) == 1:
            self.partners[same[0].slug] = same[0]
            return same[0].slug
        if proposed := " | ".join(self._shown(row) for row in (same or rows)[:3]):
            advice = _("Est-ce : %s ?") % proposed
        raise Unknown(_("plusieurs partenaires portent ce nom.") if same else _("ce partenaire est inconnu."), advice)

    @staticmethod
    def _shown(row: ForeignAuthority) -> str:
        return written(f"{row.name} ({row.country.name_fr})", row.slug)

    def show_partner(self, slug: str) -> str:
        return self._shown(self.partners[slug]) if slug in self.partners else slug

    def show_indicator(self, key: int | str) -> str:
        """«Intitulé [numéro de ligne]»; one that has no number yet is its title."""
        title = self.indicators.get(key, "")
        return written(title, key) if isinstance(key, int) else title


def label_and_code(cell: str) -> tuple[str, str]:
    """(label, code) of a cell; without a code, the cell and nothing."""
    found = _CODED.match(cell)
    return (found[1], found[2]) if found else (cell, "")


def parts(cell: str) -> list[str]:
    """«a | b», or one by line."""
    return [part for piece in re.split(r"[|\n]", cell) if (part := piece.strip())]
