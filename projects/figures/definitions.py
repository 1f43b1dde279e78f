"""What each national figure counts.

A figure is a QuerySet of counted rows (`rows`) and the same in one grouped statement over all years (`tally`); a test keeps
the two equal. Only what everybody may read is counted. Its rule in French is a dated row, `CountingRule`: the `rule` here is
the first one, written when the figure is first computed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from atlas.filters import Unnest
from atlas.models import INTERMUNICIPAL_KINDS, Collectivity, CollectivityKind, Country, ForeignAuthority, Region, Theme
from projects.models import Partnership, PartnershipKind, Project, ProjectTheme

VISITOR = AnonymousUser()
OTHERS = "autres"

# (key, year of entry) → how many. The key is "" where a figure is one number.
Tally = Mapping[tuple[str, int], int]


def published_partnerships(year: int | None = None) -> QuerySet:
    return Partnership.objects.visible_to(VISITOR).counted_by(year).order_by()


def published_twinnings(year: int | None = None) -> QuerySet:
    return published_partnerships(year).filter(kind=PartnershipKind.TWINNING)


def published_projects(year: int | None = None) -> QuerySet:
    return Project.objects.visible_to(VISITOR).counted_by(year).order_by()


@dataclass(frozen=True)
class Breakdown:
    """How the rows of a figure are spread: by `expression`, whose values `group` gathers under keys (null too).

    `labels` gives the keys in display order; `criterion` finds the rows of one key again. With `complete`, every key shows
    even at zero, and each row has exactly one key: shares then make sense.
    """

    expression: Any
    labels: Callable[[], Mapping[str, Any]]
    criterion: Callable[[str], Q]
    group: Callable[[], Callable[[Any], str]] = lambda: lambda value: value
    complete: bool = False


@dataclass(frozen=True)
class Figure:
    """A national figure. `list_url_name` and `query` lead to the list of the same rows: query(key) → parameters, or None."""

    id: str
    label: Any
    rule: Any
    counted: Callable[[int | None], QuerySet]
    breakdown: Breakdown | None = None
    list_url_name: str = ""
    query: Callable[[str], dict[str, Any] | None] = lambda key: {}

    def rows(self, year: int | None = None, key: str = "") -> QuerySet:
        """The counted rows, up to the end of `year`, of one key or of all."""
        rows = self.counted(year)
        return rows.filter(self.breakdown.criterion(key)) if key and self.breakdown else rows

    def totals(self) -> Tally:
        """Rows by year of entry."""
        counted = self.counted(None).with_entry_year().values_list("entry_year").annotate(n=Count("pk"))
        return {("", year): n for year, n in counted}

    def tally(self) -> Tally:
        """Rows by key and year of entry: one statement."""
        if not self.breakdown:
            return self.totals()
        counted = (
            self.counted(None)
            .with_entry_year()
            .annotate(key=self.breakdown.expression)
            .values_list("key", "entry_year")
            .annotate(n=Count("pk"))
        )
        group = self.breakdown.group()
        found = Counter()
        for key, year, n in counted:
            found[group(key), year] += n
        return found

    def list_query(self, key: str, year: int | None) -> str | None:
        """Parameters of the list that shows exactly these rows, or None where no list does."""
        asked = self.query(key) if self.list_url_name else None
        if asked is None:
            return None
        return urlencode(asked | ({"counted": year} if year else {}), doseq=True)


@dataclass(frozen=True)
class EngagedFigure(Figure):
    """Authorities or countries met in the digest column of published partnerships and projects; they enter with the first.

    `identity` is the column of the counted table that the digest holds.
    """

    column: str = ""
    identity: str = "pk"

    def rows(self, year: int | None = None, key: str = "") -> QuerySet:
        met = Q()
        for links in (published_partnerships(year), published_projects(year)):
            met |= Q(**{f"{self.identity}__in": links.annotate(met=Unnest(F(self.column))).values("met")})
        return self.counted(None).filter(met)

    def totals(self) -> Tally:
        first: dict[Any, int] = {}
        for links in (published_partnerships(), published_projects()):
            met = links.with_entry_year().annotate(met=Unnest(F(self.column)))
            for unit, year in met.values_list("met").annotate(first=Min("entry_year")):
                first[unit] = min(year, first.get(unit, year))
        counted = self.counted(None).filter(**{f"{self.identity}__in": list(first)})
        found = Counter(("", first[unit]) for unit in counted.values_list(self.identity, flat=True))
        return dict(found)

    def list_query(self, key: str, year: int | None) -> str | None:
        """The directories know today's engagement only."""
        return None if year else super().list_query(key, year)


# --- Themes: a project counts once, in the group of its main theme ----------------------------------------------------


def _roots() -> dict[str, str]:
    """Code of each theme → code of the top of its branch."""
    above = dict(Theme.objects.values_list("code", "parent__code"))
    roots = {}
    for code in above:
        root = code
        while above.get(root):
            root = above[root]
        roots[code] = root
    return roots


def _theme_grouping() -> Callable[[str | None], str]:
    roots = _roots()
    return lambda code: roots.get(code or "", OTHERS)


def theme_group(key: str) -> Q:
    """Projects whose main theme lies in a group; «autres» holds those that have none too."""
    main = ProjectTheme.objects.filter(is_primary=True)
    codes = [code for code, root in _roots().items() if root == key]
    inside = Q(pk__in=main.filter(theme__code__in=codes).values("project"))
    return inside | ~Q(pk__in=main.values("project")) if key == OTHERS else inside


def theme_labels() -> dict[str, Any]:
    """The groups in their order, «Autres / non précisé» last."""
    groups = Theme.objects.filter(parent__isnull=True).exclude(code=OTHERS).order_by("position", "pk")
    return dict(groups.values_list("code", "name")) | {OTHERS: _("Autres / non précisé")}


# --- Kinds of authority: a project counts once, by its French lead -----------------------------------------------------

KIND_GROUPS: dict[str, tuple[Any, list[str]]] = {
    "communes": (_("Communes"), [CollectivityKind.COMMUNE]),
    "intercommunalites": (_("Structures intercommunales"), list(INTERMUNICIPAL_KINDS)),
    "regions": (
        _("Régions"),
        [
            CollectivityKind.REGION,
            CollectivityKind.COLLECTIVITE_UNIQUE,
            CollectivityKind.COM,
            CollectivityKind.SUI_GENERIS,
        ],
    ),
    "departements": (_("Départements"), [CollectivityKind.DEPARTEMENT, CollectivityKind.STATUT_PARTICULIER]),
}
_GROUP_OF_KIND = {kind: group for group, (_label, kinds) in KIND_GROUPS.items() for kind in kinds}


def kind_labels() -> dict[str, Any]:
    return {key: label for key, (label, _kinds) in KIND_GROUPS.items()} | {OTHERS: _("Autres / non précisé")}


def _kind_group(key: str) -> Q:
    return Q(lead_kinds=[]) if key == OTHERS else Q(lead_kinds__overlap=KIND_GROUPS[key][1])


# --- Countries and régions: a row counts once in each of its own -------------------------------------------------------


def _within(column: str, key: str) -> Q:
    return Q(**{f"{column}__contains": [key]})


BY_COUNTRY = Breakdown(
    Unnest(F("country_codes")),
    lambda: dict(Country.objects.order_by("sort_name").values_list("iso2", "name_fr")),
    partial(_within, "country_codes"),
)
BY_REGION = Breakdown(
    Unnest(F("region_codes")),
    lambda: dict(Region.objects.order_by("sort_name").values_list("code", "name")),
    partial(_within, "region_codes"),
)
BY_THEME = Breakdown(
    Subquery(ProjectTheme.objects.filter(project=OuterRef("pk"), is_primary=True).values("theme__code")[:1]),
    theme_labels,
    theme_group,
    _theme_grouping,
    complete=True,
)
BY_KIND = Breakdown(
    F("lead_kinds__0"),
    kind_labels,
    _kind_group,
    lambda: lambda kind: _GROUP_OF_KIND.get(kind, OTHERS),
    complete=True,
)

_YEARS = _(
    "Pour une année donnée : ce qui était conclu (partenariats, date de signature) ou commencé (projets, date de début) au "
    "31 décembre de cette année, même terminé depuis ; une fiche sans date compte à partir de l’année de son entrée dans "
    "l’atlas."
)


def _rule(text: Any) -> Callable[[], str]:
    """First version of a rule: what is counted, then how years are."""
    return lambda: f"{text} {_YEARS}"


FIGURES: dict[str, Figure] = {
    figure.id: figure
    for figure in (
        EngagedFigure(
            "collectivites-engagees",
            _("Collectivités françaises engagées"),
            _rule(
                _(
                    "Collectivités et groupements qui existent aujourd’hui et sont partie à au moins un partenariat (jumelage "
                    "ou autre accord) ou à un projet publié, quelle que soit sa situation. Chacun compte une fois."
                )
            ),
            lambda year: Collectivity.objects.current().exclude(kind=CollectivityKind.RESEAU).order_by(),
            list_url_name="collectivity_list",
            query=lambda key: {"active": "true"},
            column="french_ids",
        ),
        EngagedFigure(
            "autorites-etrangeres",
            _("Collectivités étrangères partenaires"),
            _rule(
                _(
                    "Autorités territoriales étrangères partie à au moins un partenariat ou à un projet publié. Les doublons "
                    "fusionnés comptent une fois."
                )
            ),
            lambda year: ForeignAuthority.objects.standing().order_by(),
            list_url_name="foreign_authority_list",
            query=lambda key: {"active": "true"},
            column="foreign_ids",
        ),
        EngagedFigure(
            "pays",
            _("Pays partenaires"),
            _rule(
                _("Pays des parties étrangères d’au moins un partenariat publié, ou lieu d’au moins un projet publié.")
            ),
            lambda year: Country.objects.order_by(),
            list_url_name="country_list",
            query=lambda key: {"active": "true"},
            column="country_codes",
            identity="iso2",
        ),
        Figure(
            "partenariats-par-pays",
            _("Partenariats et jumelages par pays"),
            _rule(
                _(
                    "Partenariats publiés de toute nature, jumelages compris, par pays de leurs parties étrangères. Un "
                    "partenariat avec plusieurs pays compte une fois dans chacun."
                )
            ),
            published_partnerships,
            BY_COUNTRY,
            "projects:partnership_list",
            lambda key: {"country": key} if key else {},
        ),
        Figure(
            "projets",
            _("Projets de coopération décentralisée"),
            _rule(_("Projets publiés, à actualiser compris ; les jumelages et autres partenariats n’en sont pas.")),
            published_projects,
            None,
            "projects:project_list",
        ),
        Figure(
            "projets-par-pays",
            _("Projets par pays (hors jumelages)"),
            _rule(
                _(
                    "Projets publiés, par pays où ils se déroulent. Un projet mené dans plusieurs pays compte une fois dans "
                    "chacun."
                )
            ),
            published_projects,
            BY_COUNTRY,
            "projects:project_list",
            lambda key: {"country": key} if key else {},
        ),
        Figure(
            "projets-par-theme",
            _("Projets par thème"),
            _rule(
                _(
                    "Projets publiés, par groupe de leur thème principal : un projet compte une fois. « Autres / non précisé » "
                    "réunit les thèmes hors des cinq groupes et les projets sans thème. Les parts sont arrondies au dixième "
                    "par les plus forts restes : leur somme fait 100 %."
                )
            ),
            published_projects,
            BY_THEME,
            "projects:project_list",
            lambda key: {"main_theme": key} if key else {},
        ),
        Figure(
            "jumelages",
            _("Jumelages"),
            _rule(_("Partenariats publiés dont la nature est « jumelage », quelle que soit leur situation.")),
            published_twinnings,
            None,
            "projects:partnership_list",
            lambda key: {"kind": PartnershipKind.TWINNING.value},
        ),
        Figure(
            "projets-par-type",
            _("Projets par type de collectivité"),
            _rule(
                _(
                    "Projets publiés, par type de la collectivité française chef de file : un projet compte une fois. Les "
                    "collectivités territoriales uniques et celles d’outre-mer comptent avec les régions, la Collectivité à "
                    "statut particulier avec les départements. « Autres / non précisé » : projets sans chef de file français. "
                    "Les parts sont arrondies au dixième par les plus forts restes : leur somme fait 100 %."
                )
            ),
            published_projects,
            BY_KIND,
            "projects:project_list",
            lambda key: None if key == OTHERS else {"kind": KIND_GROUPS[key][1]} if key else {},
        ),
        Figure(
            "projets-par-region",
            _("Projets par région"),
            _rule(
                _(
                    "Projets publiés, par région de leurs parties françaises, toutes collectivités confondues. Un projet mené "
                    "depuis plusieurs régions compte une fois dans chacune."
                )
            ),
            published_projects,
            BY_REGION,
            "projects:project_list",
            lambda key: {"region": key} if key else {},
        ),
        Figure(
            "jumelages-par-region",
            _("Jumelages par région"),
            _rule(
                _(
                    "Jumelages publiés, par région de leurs parties françaises, toutes collectivités confondues. Un jumelage "
                    "qui lie plusieurs régions compte une fois dans chacune."
                )
            ),
            published_twinnings,
            BY_REGION,
            "projects:partnership_list",
            lambda key: {"kind": PartnershipKind.TWINNING.value} | ({"region": key} if key else {}),
        ),
    )
}


def first_rules() -> Iterable[tuple[str, str]]:
    """Identifier and first rule of each figure."""
    return ((figure.id, figure.rule()) for figure in FIGURES.values())
