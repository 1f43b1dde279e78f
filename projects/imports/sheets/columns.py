"""The columns of the sheets: what each holds, how a cell is read and how a value is written.

Two sheets hold records, one by line; four hold parts of projects, one by line that names its project.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.imports.columns import signed_day
from projects.models import DatePrecision

from .codes import Codes, parts

SLOTS = 3  # themes and countries a row has room for; more where a record has more
MOST_SLOTS = 24  # a record with more is left as it is
MOST_AMOUNT = Decimal(10) ** 12
FIRST_YEAR, LAST_YEAR = 1980, 2100


class Unreadable(ValueError):
    """A cell that does not say what its column holds."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


@dataclass(frozen=True)
class Kind:
    """How cells of a kind are read, and values written. `read` may raise Unreadable or Unknown."""

    read: Callable[[str, Codes, "Column"], Any]
    show: Callable[[Any, Codes], str]
    empty: Any = ""


@dataclass(frozen=True)
class Column:
    """`name`: key of the value in a row; `family`: of its choices; `longest`: characters; `required`: of the sheet."""

    name: str
    header: str | Promise
    kind: Kind
    family: str = ""
    longest: int = 0
    width: int = 18
    required: bool = False


def tidy(text: str) -> str:
    """A text as it compares: one kind of line end, nothing around."""
    return text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def _text(cell: str, codes: Codes, column: Column) -> str:
    if column.longest and len(cell) > column.longest:
        raise Unreadable(
            _("le texte compte %(n)d caractères : %(longest)d au plus.") % {"n": len(cell), "longest": column.longest},
            _("Raccourcissez-le."),
        )
    return cell


def _day(cell: str, codes: Codes, column: Column) -> date | None:
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", cell)
    year, month, day = (found[1], found[2], found[3]) if found else (None, None, None)
    if not found and (found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", cell)):
        day, month, year = found.groups()
    try:
        return date(int(year), int(month), int(day))
    except (TypeError, ValueError):
        raise Unreadable(_("ce n’est pas une date."), _("Écrivez-la 31/12/2026.")) from None


def _partial(cell: str, codes: Codes, column: Column) -> tuple[date | None, str]:
    found = signed_day(cell)
    if found is None:
        raise Unreadable(_("cette date est illisible."), _("Écrivez 1987, 03/1987 ou 12/03/1987."))
    return found


def _show_partial(value: tuple[date | None, str], codes: Codes) -> str:
    day, precision = value
    if day is None:
        return ""
    return f"{day:{ {'year': '%Y', 'month': '%m/%Y'}.get(precision, '%d/%m/%Y') }}"


def _number(cell: str) -> Decimal:
    return Decimal(re.sub(r"[\s%]", "", cell).replace(",", "."))


def _share(cell: str, codes: Codes, column: Column) -> Decimal:
    try:
        share = _number(cell).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise Unreadable(_("ce n’est pas un pourcentage."), _("Écrivez un nombre de 1 à 100.")) from None
    if not 0 < share <= 100:
        raise Unreadable(_("une part va de plus de 0 à 100 %."), _("Écrivez un nombre de 1 à 100."))
    return share


def _integer(cell: str, codes: Codes, column: Column) -> int:
    try:
        number = _number(cell)
    except InvalidOperation:
        number = Decimal("0.5")
    if number != number.to_integral_value() or not 0 <= number < 2**31:
        raise Unreadable(_("ce n’est pas un nombre entier."), _("Écrivez des chiffres seulement."))
    return int(number)


def _figure(cell: str, codes: Codes, column: Column) -> Decimal:
    try:
        figure = _number(cell.replace("€", "")).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise Unreadable(_("ce n’est pas un nombre."), _("Écrivez 1234,50.")) from None
    if not abs(figure) < MOST_AMOUNT:
        raise Unreadable(_("ce nombre est trop grand."), _("Écrivez des unités, non des centimes."))
    return figure


def _amount(cell: str, codes: Codes, column: Column) -> Decimal:
    amount = _figure(cell, codes, column)
    if amount < 0:
        raise Unreadable(_("un montant ne peut pas être négatif."), _("Écrivez un montant en euros."))
    return amount


def _year(cell: str, codes: Codes, column: Column) -> int:
    year = _integer(cell, codes, column)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unreadable(
            _("l’année va de %(first)d à %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR},
            _("Écrivez-la en quatre chiffres."),
        )
    return year


def _choice(cell: str, codes: Codes, column: Column) -> str:
    return codes.families[column.family].read(cell)


def _several(cell: str, codes: Codes, column: Column) -> tuple[str, ...]:
    return tuple(
        sorted({codes.families[column.family].read(part) for part in parts(cell)}, key=lambda code: (len(code), code))
    )


def _partners(cell: str, codes: Codes, column: Column) -> tuple[str, ...]:
    return tuple(sorted({codes.partner(part) for part in parts(cell)}))


def _plain(value: Any, codes: Codes) -> str:
    return "" if value is None else str(value)


def _show_figure(value: Decimal | None, codes: Codes) -> str:
    return "" if value is None else f"{value.normalize():f}".replace(".", ",")


TEXT = Kind(_text, _plain)
DAY = Kind(_day, lambda day, codes: f"{day:%d/%m/%Y}" if day else "", None)
PARTIAL = Kind(_partial, _show_partial, (None, DatePrecision.UNKNOWN))
SHARE = Kind(_share, lambda share, codes: "" if share is None else f"{share:f}".rstrip("0").rstrip("."), None)
INTEGER = Kind(_integer, _plain, None)
YEAR = Kind(_year, _plain, None)
AMOUNT = Kind(_amount, _show_figure, None)
FIGURE = Kind(_figure, _show_figure, None)  # below nought too
INDICATOR = Kind(_text, lambda key, codes: codes.show_indicator(key))
NUMBERS = (SHARE, INTEGER, YEAR, AMOUNT, FIGURE)
PARTNERS = Kind(_partners, lambda slugs, codes: " | ".join(map(codes.show_partner, slugs)), ())


def choice(family: str) -> Kind:
    return Kind(_choice, lambda code, codes: codes.families[family].show(code))


def several(family: str) -> Kind:
    return Kind(_several, lambda found, codes: " | ".join(codes.families[family].show(code) for code in found), ())


IDENTIFIER = Column("uuid", gettext_lazy("Identifiant"), TEXT, width=38, required=True)
VERSION = Column("version", gettext_lazy("Version"), INTEGER, width=9, required=True)
COLLECTIVITY = Column(
    "collectivity", gettext_lazy("Collectivité"), choice("collectivity"), "collectivity", width=34, required=True
)
HEAD = (IDENTIFIER, VERSION, COLLECTIVITY)
# Written for whoever reads the sheet, and never read again: publication has its own page, with its own rules.
PUBLICATION = Column("note", gettext_lazy("Publication (pour information)"), TEXT, width=20)
# A line of a project: which project, its version, which line.
PROJECT = Column("uuid", gettext_lazy("Projet"), TEXT, width=38, required=True)
LINE = Column("part", gettext_lazy("Ligne"), INTEGER, width=9, required=True)
PART_HEAD = (PROJECT, VERSION, LINE)
OF_PROJECT = Column("note", gettext_lazy("Intitulé du projet (pour information)"), TEXT, width=36)
REMOVE = Column("remove", gettext_lazy("Retirer"), choice("yes"), "yes", width=10)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet of the workbook. `slotted`: (value, family, header, header of the share or None) repeated as often as needed.

    `key`: of a sheet of parts, the values that no two lines of a project share.
    """

    name: str
    title: str | Promise
    columns: tuple[Column, ...]
    slotted: tuple[tuple[str, str, Any, Any], ...] = ()
    labels: dict[str, Any] = field(default_factory=dict)
    key: tuple[str, ...] = ()

    @property
    def head(self) -> tuple[Column, ...]:
        return PART_HEAD if self.key else HEAD

    @property
    def note(self) -> Column:
        return OF_PROJECT if self.key else PUBLICATION

    def slots(self, count: int = MOST_SLOTS) -> list[Column]:
        """The columns of the repeated values: «Thème 1», «Part du thème 1 (%)»…"""
        found = []
        for name, family, header, share in self.slotted:
            for number in range(1, count + 1):
                found.append(Column(f"{name}.{number}", header % number, choice(family), family, width=30))
                if share:
                    found.append(Column(f"{name}.{number}.share", share % number, SHARE, width=10))
        return found

    def label(self, name: str) -> str:
        """What people call a value of a row."""
        return str(next((column.header for column in self.columns if column.name == name), self.labels.get(name, name)))


def _texts(*fields: tuple[str, Any, int, int]) -> list[Column]:
    return [Column(name, header, TEXT, longest=longest, width=width) for name, header, longest, width in fields]


PROJECTS = Sheet(
    "projects",
    gettext_lazy("Projets"),
    (
        Column("title", gettext_lazy("Intitulé"), TEXT, longest=200, width=44, required=True),
        *_texts(("summary", gettext_lazy("Résumé"), 2_000, 50)),
        Column("starts_on", gettext_lazy("Début"), DAY, width=12),
        Column("ends_on", gettext_lazy("Fin"), DAY, width=12),
        Column("declared_status", gettext_lazy("Situation déclarée"), choice("activity"), "activity", width=22),
        Column("partners", gettext_lazy("Partenaires étrangers"), PARTNERS, width=44),
        Column("sdgs", gettext_lazy("ODD"), several("sdg"), "sdg", width=24),
        *_texts(
            ("title_en", gettext_lazy("Intitulé en anglais"), 200, 30),
            ("summary_en", gettext_lazy("Résumé en anglais"), 2_000, 30),
            ("title_local", gettext_lazy("Intitulé dans la langue du partenaire"), 200, 30),
            ("summary_local", gettext_lazy("Résumé dans la langue du partenaire"), 2_000, 30),
            ("objectives", gettext_lazy("Objectifs"), 4_000, 40),
            ("activities", gettext_lazy("Activités"), 4_000, 40),
            ("expected_results", gettext_lazy("Résultats attendus"), 4_000, 40),
            ("beneficiaries", gettext_lazy("Bénéficiaires"), 1_000, 30),
        ),
        Column("beneficiary_count", gettext_lazy("Nombre de bénéficiaires"), INTEGER, width=14),
        Column("website", gettext_lazy("Page du projet"), TEXT, longest=200, width=30),
    ),
    (
        ("themes", "theme", gettext_lazy("Thème %d"), gettext_lazy("Part du thème %d (%%)")),
        ("countries", "country", gettext_lazy("Pays %d"), gettext_lazy("Part du pays %d (%%)")),
    ),
    {"themes": gettext_lazy("Thèmes"), "countries": gettext_lazy("Pays")},
)
PARTNERSHIPS = Sheet(
    "partnerships",
    gettext_lazy("Partenariats"),
    (
        Column("kind", gettext_lazy("Nature"), choice("kind"), "kind", width=30, required=True),
        Column("title", gettext_lazy("Intitulé"), TEXT, longest=300, width=40),
        Column("partners", gettext_lazy("Partenaires étrangers"), PARTNERS, width=44, required=True),
        Column("signed", gettext_lazy("Signature"), PARTIAL, width=12),
        Column("status", gettext_lazy("Situation"), choice("situation"), "situation", width=20),
        Column("ended_on", gettext_lazy("Terminé le"), DAY, width=12),
        Column("note", gettext_lazy("Note"), TEXT, longest=4_000, width=40),
        Column("formality", gettext_lazy("Engagement"), choice("formality"), "formality", width=26),
        Column("expires_on", gettext_lazy("Échéance de l’accord"), DAY, width=12),
        Column("is_tacitly_renewed", gettext_lazy("Tacite reconduction"), choice("yes"), "yes", width=12),
        *_texts(("deliberation", gettext_lazy("Délibération (numéro)"), 60, 16)),
        Column("deliberated_on", gettext_lazy("Délibération du"), DAY, width=12),
        *_texts(
            ("deliberation_url", gettext_lazy("Délibération en ligne"), 200, 30),
            ("agreement_url", gettext_lazy("Texte de l’accord en ligne"), 200, 30),
            ("languages", gettext_lazy("Langues de l’accord"), 200, 24),
        ),
        Column("is_triangular", gettext_lazy("Coopération triangulaire"), choice("yes"), "yes", width=12),
        Column("last_active_on", gettext_lazy("Dernière activité le"), DAY, width=12),
    ),
    (("themes", "theme", gettext_lazy("Thème %d"), None),),
    {"themes": gettext_lazy("Thèmes")},
)
PARTIES = Sheet(
    "parties",
    gettext_lazy("Organismes"),
    (
        Column("kind", gettext_lazy("Nature"), choice("party"), "party", width=26, required=True),
        Column("name", gettext_lazy("Nom de l’organisme"), TEXT, longest=200, width=44, required=True),
        Column("role", gettext_lazy("Rôle"), choice("role"), "role", width=22, required=True),
        Column("cash", gettext_lazy("Apport en numéraire (€)"), AMOUNT),
        Column("in_kind", gettext_lazy("Apport valorisé (€)"), AMOUNT),
        REMOVE,
    ),
    key=("name", "role"),
)
BUDGET = Sheet(
    "budget",
    gettext_lazy("Budget"),
    (
        Column("year", gettext_lazy("Année"), YEAR, width=9, required=True),
        Column("source", gettext_lazy("Source"), choice("source"), "source", width=44, required=True),
        Column("planned", gettext_lazy("Prévu (€)"), AMOUNT, required=True),
        Column("obtained", gettext_lazy("Obtenu (€)"), AMOUNT),
        REMOVE,
    ),
    key=("year", "source"),
)
INDICATORS = Sheet(
    "indicators",
    gettext_lazy("Indicateurs"),
    (
        Column("title", gettext_lazy("Indicateur"), TEXT, longest=200, width=44, required=True),
        Column("kind", gettext_lazy("Niveau"), choice("level"), "level", width=18, required=True),
        Column("unit", gettext_lazy("Unité"), TEXT, longest=40),
        Column("baseline_year", gettext_lazy("Année de départ"), YEAR, width=10),
        Column("baseline", gettext_lazy("Valeur de départ"), FIGURE),
        Column("target", gettext_lazy("Cible"), FIGURE),
        REMOVE,
    ),
    key=("title",),
)
MEASURES = Sheet(
    "measures",
    gettext_lazy("Mesures"),
    (
        Column("indicator", gettext_lazy("Indicateur"), INDICATOR, width=44, required=True),
        Column("starts_on", gettext_lazy("Du"), DAY, width=12, required=True),
        Column("ends_on", gettext_lazy("Au"), DAY, width=12, required=True),
        Column("target", gettext_lazy("Cible"), FIGURE),
        Column("actual", gettext_lazy("Réalisé"), FIGURE),
        Column("comment", gettext_lazy("Commentaire"), TEXT, longest=500, width=50),
        REMOVE,
    ),
    key=("indicator", "starts_on", "ends_on"),
)
PARTS: Sequence[Sheet] = (PARTIES, BUDGET, INDICATORS, MEASURES)
SHEETS: Sequence[Sheet] = (PROJECTS, PARTNERSHIPS, *PARTS)
