"""Cells into rows: which column holds what, and values that are checked one by one, every fault noted."""

import calendar
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _
from stdnum.fr import siren as siren_number

from atlas.names import normalise
from projects.imports.faults import Fault, FileRefused
from projects.imports.files import Line
from projects.models import DatePrecision, PartnershipKind

REQUIRED = ("collectivite_francaise", "partenaire", "pays")
# Field → headers that say the same, compared without accents, case or punctuation.
HEADERS: dict[str, tuple[str, ...]] = {
    "collectivite_francaise": (
        "collectivite francaise",
        "collectivite",
        "nom collectivite",
        "collectivite territoriale",
        "ctf",
        "commune",
        "ville francaise",
    ),
    "partenaire": ("partenaire", "partenaire etranger", "collectivite etrangere", "ville partenaire", "nom partenaire"),
    "pays": ("pays", "pays partenaire", "pays du partenaire", "country"),
    "partenaire_lat": ("partenaire lat", "lat", "latitude", "partenaire latitude"),
    "partenaire_lon": ("partenaire lon", "lon", "lng", "longitude", "partenaire longitude"),
    "code_insee": ("code insee", "insee", "code commune", "code geographique"),
    "siren": ("siren", "siret", "numero siren"),
    "departement": ("departement", "code departement", "dep", "nom departement"),
    "autres_noms": ("autres noms", "autres noms partenaire", "nom local", "nom anglais", "variantes"),
    "signature": (
        "signature",
        "date de signature",
        "date signature",
        "annee de signature",
        "annee",
        "date",
        "signe le",
    ),
    "nature": ("nature", "type", "type de partenariat", "nature du partenariat"),
    "source": ("source", "origine", "reference"),
}
LONGEST = {"collectivite_francaise": 200, "partenaire": 200, "pays": 100, "autres_noms": 500, "source": 300}
HEADER_WITHIN = 10  # lines: a title and notes may stand above the header
_FORMULA = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True)
class FileRow:
    """A line of the file, understood. Texts are as written; coordinates are WGS 84 degrees, both or none."""

    line: int
    french: str
    partner: str
    country: str
    latitude: float | None = None
    longitude: float | None = None
    insee_code: str = ""
    siren: str = ""
    department: str = ""
    other_names: tuple[str, ...] = ()
    kind: str = PartnershipKind.TWINNING
    signed_on: date | None = None
    signed_precision: str = DatePrecision.UNKNOWN
    source: str = ""
    values: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def fingerprint(self) -> str:
        """Same for two lines that say the same of the same two parties, whatever their spelling of accents and case."""
        said = [normalise(text) for text in (self.french, self.partner, self.country, self.department)]
        return hashlib.sha256("\x1f".join([*said, self.insee_code, self.siren, self.kind]).encode()).hexdigest()


def find_columns(lines: Sequence[Line], mapping: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    """Index in `lines` of the header, and the place of each field in it.

    `mapping` gives the field of a header that does not bear a known name.

    Raises:
        FileRefused: a required column is missing, or two columns hold the same field.
    """
    asked = {normalise(header): name for header, name in mapping.items()}
    if unknown := sorted({name for name in mapping.values() if name not in HEADERS}):
        raise FileRefused(
            [Fault(_("Champ inconnu : %s.") % ", ".join(unknown), _("Champs possibles : %s.") % ", ".join(HEADERS))]
        )
    known = {header: name for name, headers in HEADERS.items() for header in headers} | asked
    best: tuple[int, dict[str, int]] = (0, {})
    for index, (number, cells) in enumerate(lines[:HEADER_WITHIN]):
        columns: dict[str, int] = {}
        for place, cell in enumerate(cells):
            name = known.get(normalise(cell))
            if name and name in columns and normalise(cell) in asked:
                columns[name] = place  # what was asked for wins
            elif name and name in columns and not any(normalise(cells[columns[name]]) == key for key in asked):
                raise FileRefused(
                    [
                        Fault(
                            _("Deux colonnes disent la même chose (%s).") % name,
                            _("Supprimez-en une, ou dites laquelle garder."),
                            line=number,
                            column=cell,
                        )
                    ]
                )
            elif name and name not in columns:
                columns[name] = place
        if len(columns) > len(best[1]):
            best = (index, columns)
    index, columns = best
    if missing := [name for name in REQUIRED if name not in columns]:
        found = [cell for cell in lines[index][1] if cell] if columns or len(lines) == 1 else lines[0][1]
        raise FileRefused(
            [
                Fault(
                    _("Colonne absente : « %s ».") % name,
                    _("Renommez la colonne qui la contient, ou associez-la. En-tête lu : %s.")
                    % (", ".join(found) or _("aucun")),
                    line=lines[index][0],
                )
                for name in missing
            ]
        )
    return index, columns


def read_rows(lines: Sequence[Line], *, mapping: Mapping[str, str], kind: str) -> list[FileRow]:
    """Rows of the file. `kind` is that of the lines that name none.

    Raises:
        FileRefused: with every fault of every line.
    """
    index, columns = find_columns(lines, mapping)
    faults: list[Fault] = []
    rows = [
        _row(
            number, {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}, kind, faults
        )
        for number, cells in lines[index + 1 :]
    ]
    if not rows and not faults:
        faults.append(Fault(_("Le fichier n’a que son en-tête."), _("Ajoutez-y des lignes.")))
    if faults:
        raise FileRefused(faults)
    return rows


def restore(line: int, values: dict[str, str], kind: str) -> FileRow:
    """The row that was kept in the queue by its cells."""
    return _row(line, values, kind, [])


def _row(line: int, values: dict[str, str], kind: str, faults: list[Fault]) -> FileRow:
    def fail(name: str, message: str, advice: str = "") -> None:
        faults.append(Fault(message, advice, line, name, values.get(name, "")))

    for name in REQUIRED:
        if not values[name]:
            fail(name, _("la cellule est vide."), _("Complétez-la ou supprimez la ligne."))
    for name, value in values.items():
        if len(value) > LONGEST.get(name, 100):
            fail(name, _("le texte dépasse %d caractères.") % LONGEST.get(name, 100), _("Raccourcissez-le."))
        if name in LONGEST and value.startswith(_FORMULA):
            fail(
                name,
                _("un texte ne commence pas par « %s » : un tableur y verrait une formule.") % value[0],
                _("Remplacez-la par son résultat."),
            )
    latitude, longitude = _position(values, fail)
    siren = re.sub(r"\s", "", values.get("siren", ""))[:9]
    if siren and not siren_number.is_valid(siren):
        fail("siren", _("ce n’est pas un SIREN."), _("Un SIREN compte neuf chiffres."))
    insee = values.get("code_insee", "").replace(" ", "").upper()
    if insee and not re.fullmatch(r"[0-9AB]{1,5}|\d{2}M", insee):
        fail("code_insee", _("ce n’est pas un code INSEE."), _("Un code de commune compte cinq caractères."))
    row = FileRow(
        line=line,
        french=values["collectivite_francaise"],
        partner=values["partenaire"],
        country=values["pays"],
        latitude=latitude,
        longitude=longitude,
        insee_code=insee.zfill(5) if len(insee) == 4 else insee,  # a spreadsheet ate the leading zero
        siren=siren,
        department=values.get("departement", ""),
        other_names=tuple(filter(None, (name.strip() for name in re.split(r"[|;/]", values.get("autres_noms", ""))))),
        kind=_kind(values, fail) or kind,
        source=values.get("source", ""),
        values={name: value for name, value in values.items() if value},
    )
    return _signed(row, values.get("signature", ""), fail)


def _position(values: dict[str, str], fail) -> tuple[float | None, float | None]:
    degrees: list[float | None] = []
    for name, limit in (("partenaire_lat", 90), ("partenaire_lon", 180)):
        given = values.get(name, "")
        try:
            number = float(given.replace(",", ".")) if given else None
        except ValueError:
            number = float("inf")
        if number is not None and not -limit <= number <= limit:
            fail(name, _("ce n’est pas un nombre de degrés entre −%(limit)d et %(limit)d.") % {"limit": limit})
            number = None
        degrees.append(number)
    if None in degrees:
        given = [name for name in ("partenaire_lat", "partenaire_lon") if values.get(name)]
        if len(given) == 1:
            fail(given[0], _("il manque l’autre coordonnée."), _("Donnez latitude et longitude, ou aucune des deux."))
        return None, None
    return degrees[0], degrees[1]


def _kind(values: dict[str, str], fail) -> str:
    given = normalise(values.get("nature", ""))
    if not given:
        return ""
    for value, label in PartnershipKind.choices:
        if given in (normalise(value), normalise(str(label))):
            return value
    if given in ("convention", "accord de cooperation", "cooperation decentralisee", "cooperation"):
        return PartnershipKind.COOPERATION
    if given in ("pacte d amitie", "charte d amitie", "amitie"):
        return PartnershipKind.FRIENDSHIP
    fail(
        "nature",
        _("cette nature de partenariat est inconnue."),
        _("Natures possibles : %s.") % ", ".join(str(label) for label in PartnershipKind.labels),
    )
    return ""


_DAY_FIRST = re.compile(r"(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ].*)?")


def signed_day(given: str) -> tuple[date, str] | None:
    """«1987», «03/1987», «12/03/1987», «1987-03-12» with the precision that they have; None for anything else."""
    if match := _YEAR_FIRST.fullmatch(given):
        year, month, day = (int(part) if part else None for part in match.groups())
    elif match := _DAY_FIRST.fullmatch(given):
        day, month, year = (int(part) if part else None for part in match.groups())
    else:
        return None
    if not 1800 <= year <= 2100 or not 1 <= (month or 1) <= 12:
        return None
    if day is not None and not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    precision = DatePrecision.DAY if day else DatePrecision.MONTH if month else DatePrecision.YEAR
    return date(year, month or 1, day or 1), precision


def _signed(row: FileRow, given: str, fail) -> FileRow:
    if not given:
        return row
    if (found := signed_day(given)) is None:
        fail(
            "signature",
            _("cette date est illisible, ou ce jour n’existe pas."),
            _("Écrivez 1987, 03/1987 ou 12/03/1987."),
        )
        return row
    return replace(row, signed_on=found[0], signed_precision=found[1])
