"""What importing rows would do, row by row, and nothing done yet: the same plan is shown, then written.

A plan depends on the rows and on what is on record, never on chance: the same file planned again over its own result has
nothing left to write.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from django.utils.translation import gettext as _

from atlas.models import AuthorityLevel, CollectivityKind
from atlas.names import normalise
from projects.imports.answers import Answer
from projects.imports.columns import FileRow
from projects.imports.foreign import NEAR, NEW, REGION, ForeignNames, Spot, distance
from projects.imports.french import UNIQUE, FrenchNames, resolution_key
from projects.models import ImportRow, NameResolution, NameSide, Partnership, Problem, RowStatus

CREATED, KNOWN, FOLDED, COMPLETED, QUEUED, IGNORED = "created", "known", "folded", "completed", "queued", "ignored"
ACCEPTED = (CREATED, KNOWN, FOLDED, COMPLETED)
_REGIONAL = (
    CollectivityKind.REGION,
    CollectivityKind.DEPARTEMENT,
    CollectivityKind.STATUT_PARTICULIER,
    CollectivityKind.COLLECTIVITE_UNIQUE,
)


@dataclass
class Line:
    """What becomes of a row. `partner` is a `Spot`; `partnership` the id of the one on record."""

    row: FileRow
    outcome: str
    french: int | None = None
    partner: Spot | None = None
    how: str = ""
    answer: Answer | None = None
    partnership: int | None = None
    lacks_date: bool = True  # the partnership on record, or to write, has none of its own
    first: "Line | None" = None  # what this one repeats

    @property
    def reason(self) -> str:
        if self.answer:
            return self.answer.reason
        return _("répète la ligne %d") % self.first.row.line if self.first else ""

    @property
    def deserves_a_word(self) -> bool:
        return self.outcome != CREATED or bool(self.how)


@dataclass
class Plan:
    """The lines, and the authorities they need that are not on record (`Spot`s of side «new», then places)."""

    lines: list[Line] = field(default_factory=list)

    def of(self, *outcomes: str) -> list[Line]:
        return [line for line in self.lines if line.outcome in outcomes]

    @property
    def counts(self) -> dict[str, int]:
        counts = {name: len(self.of(name)) for name in (*ACCEPTED, QUEUED, IGNORED)}
        return {"rows": len(self.lines), **counts, "authorities": len(self.missing())}

    def missing(self) -> list[Spot]:
        """Partners to make, each once, in the order of the file."""
        return list(dict.fromkeys(line.partner for line in self.of(CREATED) if line.partner.side != NameSide.PARTNER))

    def report(self) -> list[list[Any]]:
        """[line, outcome, how sure, reason, what the row says] for the lines that deserve a word."""
        return [
            [
                line.row.line,
                line.outcome,
                line.how,
                line.reason,
                f"{line.row.french} – {line.row.partner} ({line.row.country})",
            ]
            for line in self.lines
            if line.deserves_a_word
        ]


class Decisions:
    """What people decided before: of names, and of the very rows (two queries)."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, str], NameResolution] = {
            (decision.side, decision.key): decision for decision in NameResolution.objects.order_by("pk")
        }
        self.rows: dict[str, tuple[str, int | None, int | None]] = {
            fingerprint: (status, french, partner)
            for fingerprint, status, french, partner in ImportRow.objects.order_by("pk").values_list(
                "fingerprint", "status", "collectivity_id", "foreign_authority_id"
            )
        }


class Matcher:
    """Dictionaries loaded once, then plain lookups: the number of queries does not depend on that of rows."""

    def __init__(self) -> None:
        self.french = FrenchNames()
        self.foreign = ForeignNames()
        self.decisions = Decisions()
        self._made = 0  # partners that no record knows, so far
        self.on_record = self._partnerships()

    def _partnerships(self) -> dict[tuple[str, int, int], tuple[int, bool]]:
        """(kind, French id, foreign id) → the partnership, and whether its date is unknown. The oldest record wins."""
        found: dict[tuple[str, int, int], tuple[int, bool]] = {}
        rows = Partnership.objects.order_by("pk").values_list("pk", "kind", "signed_on", "french_ids", "foreign_ids")
        for pk, kind, signed_on, french, foreign in rows:
            for pair in product(french, foreign):
                found.setdefault((kind, *pair), (pk, signed_on is None))
        return found

    def plan(self, rows: Iterable[FileRow]) -> Plan:
        """What to do with each row, in the order of the file."""
        plan = Plan()
        first: dict[tuple[str, int, Spot], Line] = {}
        seen: dict[str, Line] = {}
        for row in rows:
            line = self._line(row)
            plan.lines.append(line)
            if line.outcome == QUEUED and (asked := seen.setdefault(row.fingerprint, line)) is not line:
                line.first = asked  # the same question twice is one question
            if line.outcome != CREATED:
                continue
            key = (row.kind, line.french, line.partner)
            if key in first:
                line.outcome, line.first = FOLDED, first[key]
                self._complete_first(first[key], row)
            elif line.partner.side == NameSide.PARTNER and (
                known := self.on_record.get((row.kind, line.french, line.partner.id))
            ):
                first[key] = line
                line.partnership, line.lacks_date = known
                line.outcome = COMPLETED if row.signed_on and line.lacks_date else KNOWN
            else:
                first[key] = line
        unknown = {
            line.row.french
            for line in plan.of(QUEUED)
            if line.answer and line.answer.problem == Problem.FRENCH_UNKNOWN and not line.answer.candidates
        }
        near = self.french.suggest(sorted(unknown))
        for line in plan.of(QUEUED):
            if found := near.get(line.row.french):
                line.answer = Answer.ask(line.answer.problem, line.answer.reason, found)
        return plan

    @staticmethod
    def _complete_first(first: Line, row: FileRow) -> None:
        """A repeated row may know the date that the first one does not."""
        if row.signed_on and first.row.signed_on is None and first.lacks_date:
            first.row = replace(first.row, signed_on=row.signed_on, signed_precision=row.signed_precision)
            if first.outcome == KNOWN:
                first.outcome = COMPLETED

    # --- One row ------------------------------------------------------------------------------------------------------

    def _line(self, row: FileRow) -> Line:
        status, french_id, partner_id = self.decisions.rows.get(row.fingerprint, ("", None, None))
        if status == RowStatus.IGNORED:
            return Line(row, IGNORED)
        french = self._french(row, french_id)
        if french.problem:
            return Line(row, QUEUED, answer=french)
        partner = self._partner(row, french.id, partner_id)
        if partner.problem:
            return Line(row, QUEUED, french=french.id, answer=partner)
        spot = partner.id or self._new(row, partner)
        how = "" if french.how == UNIQUE else str(french.how)
        return Line(row, CREATED, french.id, spot, how)

    def _french(self, row: FileRow, decided: int | None) -> Answer:
        if decided:
            return Answer(decided, how=_("décidé pour cette ligne"))
        answer = self.french.find(row)
        remembered = self.decisions.names.get((NameSide.FRENCH, resolution_key(row)))
        # A decision answers a question; a code in the row needs none.
        if remembered and answer.problem:
            return Answer(remembered.collectivity_id, how=_("nom déjà résolu"))
        return answer

    def country(self, row: FileRow) -> Answer:
        remembered = self.decisions.names.get((NameSide.COUNTRY, normalise(row.country)))
        if remembered:
            return Answer(remembered.country_id, how=_("nom déjà résolu"))
        return self.foreign.countries.find(row.country)

    def _partner(self, row: FileRow, french: int, decided: int | None) -> Answer:
        if decided:
            return self._authority(decided, _("décidé pour cette ligne"))
        country = self.country(row)
        if country.problem:
            return country
        body = self.french.bodies.get(french)
        answer = self.foreign.find(row, country.id, regional=bool(body and body.kind in _REGIONAL))
        remembered = self.decisions.names.get((NameSide.PARTNER, partner_key(row, country.id)))
        if remembered and answer.problem:
            found = self._authority(remembered.foreign_authority_id, _("nom déjà résolu"))
            # Decided for a name, not for another place of that name.
            if found.id and _is_near(row, found.id):
                return found
        return answer

    def _authority(self, pk: int, how: str) -> Answer:
        return Answer(self.foreign.authorities.get(self.foreign.standing.get(pk, pk)), how=how)

    def _new(self, row: FileRow, answer: Answer) -> Spot:
        """The partner as the file tells it; the next rows of the file find it."""
        spot = self.as_written(row, self.country(row).id)
        if answer.how == REGION:
            spot.region = self.foreign.region_called(spot.country, spot.keys)
            spot.level = AuthorityLevel.REGIONAL
        self.foreign.add(spot)
        return spot

    def as_written(self, row: FileRow, country: int) -> Spot:
        """A partner that no record knows, with what the row says of it."""
        self._made += 1
        names = (row.partner, *row.other_names)
        return Spot(
            NEW, self._made, country, row.partner, row.latitude, row.longitude, names, level=AuthorityLevel.UNKNOWN
        )


def partner_key(row: FileRow, country: int) -> str:
    """What a decision about the partner of this row is remembered under."""
    return f"{country}|{normalise(row.partner)}"


def _is_near(row: FileRow, spot: Spot) -> bool:
    if row.latitude is None or spot.latitude is None:
        return True
    return distance(row.latitude, row.longitude, spot.latitude, spot.longitude) <= NEAR
