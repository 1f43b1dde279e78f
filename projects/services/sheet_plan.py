"""What a workbook would do, row by row: compared with what is on record, then written through the services."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from atlas.models import User
from atlas.names import normalise
from projects.imports.sheets.codes import Codes
from projects.imports.sheets.columns import MOST_SLOTS, SHEETS
from projects.imports.sheets.reading import Content, Row
from projects.imports.sheets.records import in_words, read_records, values_of
from projects.models import DatePrecision, PartKind, PartnershipStatus, PartyRole, ProjectRole
from projects.services.partnership_sheet import create_partnership, update_partnership
from projects.services.projects import change_project, create_project

PLAIN = ("title", "title_en", "summary", "summary_en", "website", "starts_on", "ends_on", "declared_status")
TEXTS = ("objectives", "activities", "expected_results", "beneficiaries", "beneficiary_count")


@dataclass
class Change:
    """A row that would write: a new record, or the values of one that differ (`old` as on record)."""

    row: Row
    values: dict[str, Any]
    record: Model | None = None
    title: str = ""
    fields: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.record is None

    def as_json(self) -> dict[str, Any]:
        """What the preview tells: where, of what, and (label, old, new) of each value."""
        return {
            "sheet": str(self.row.sheet.title),
            "line": self.row.line,
            "title": self.title,
            "collectivity": self.row.collectivity,
            "fields": self.fields,
        }


@dataclass
class Plan:
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0


def make_plan(read: Content, codes: Codes) -> Plan:
    """Compare each sound row with its record. What is wrong is noted in `read`."""
    plan, seen = Plan(), {}
    records = read_records(list(codes.scope.values()))
    for sheet in SHEETS:
        rows = [row for row in read.rows if row.sheet is sheet]
        if not rows:
            continue
        known = {record.uuid: record for record in records[sheet.name]}
        said = {record.pk: values_of(record, codes) for record in known.values()}
        twins = _Twins(sheet.name, known.values(), said, codes)
        for row in rows:
            if row.uuid is None:
                _plan_new(row, twins, plan, read, codes)
            elif row.uuid in seen:
                message = _("cette fiche est déjà à la ligne %d.") % seen[row.uuid]
                read.fail(row, _("Identifiant"), message, _("Gardez une seule des deux."), str(row.uuid))
            elif (record := known.get(row.uuid)) is None:
                advice = _("Videz la cellule pour créer une fiche, ou reprenez l’identifiant du classeur téléchargé.")
                message = _("ce n’est pas une fiche que vous tenez, ou elle est archivée.")
                read.fail(row, _("Identifiant"), message, advice, str(row.uuid))
            else:
                seen[row.uuid] = row.line
                _plan_change(row, record, said[record.pk], plan, read, codes)
    return plan


def _plan_new(row: Row, twins: "_Twins", plan: Plan, read: Content, codes: Codes) -> None:
    if not row.collectivity and len(codes.scope) == 1:
        row.collectivity = next(iter(codes.scope))
    if not row.collectivity and row.is_sound:
        read.fail(row, _("Collectivité"), _("la cellule est vide."), _("Dites de quelle collectivité est la fiche."))
    if not row.is_sound:
        return
    if twin := twins.find(row):
        message = _("une fiche dit déjà la même chose : %s.") % twin
        read.fail(row, "", message, _("Reprenez son identifiant pour la corriger, ou supprimez cette ligne."))
        return
    told = [
        (row.sheet.label(name), "", text)
        for name, value in row.values.items()
        if (text := in_words(row.sheet, name, value, codes))
    ]
    plan.changes.append(Change(row, row.values, None, _title(row.values, codes), told))


def _plan_change(row: Row, record: Model, old: dict[str, Any], plan: Plan, read: Content, codes: Codes) -> None:
    if row.collectivity and codes.scope[row.collectivity].pk not in record.french_ids:
        message = _("cette collectivité n’est pas une partie de la fiche.")
        read.fail(row, _("Collectivité"), message, _("Les parties françaises se changent en ligne."), row.collectivity)
    new = {
        name: value
        for name, value in row.values.items()
        if value != old[name] and not (name in row.sheet.labels and len(old[name]) > MOST_SLOTS)
    }
    if "countries" in new and not new["countries"]:
        read.fail(
            row,
            str(row.sheet.slots(1)[2].header),
            _("le projet n’est dans aucun pays."),
            _("Indiquez au moins un pays."),
        )
    if not new:
        plan.unchanged += row.is_sound
        return
    fields = [
        (row.sheet.label(name), *(in_words(row.sheet, name, side, codes) for side in (old[name], value)))
        for name, value in new.items()
    ]
    if row.version != record.version:
        _tell_stale(row, record, fields, read)
    if row.is_sound:
        plan.changes.append(Change(row, new, record, _title(old | new, codes), fields))


def _tell_stale(row: Row, record: Model, fields: list[tuple[str, str, str]], read: Content) -> None:
    """The record is not the one that was downloaded: both values of each field that differs."""
    if row.version is None:
        advice = _("Reprenez celle du classeur téléchargé : la fiche en est à la version %d.") % record.version
        read.fail(row, _("Version"), _("la cellule est vide."), advice)
        return
    for label, theirs, mine in fields:
        message = _(
            "la fiche a changé sur le portail depuis votre téléchargement : il dit « %(theirs)s », le classeur « %(mine)s »."
        )
        advice = _(
            "Pour garder votre valeur, écrivez %d dans la colonne « Version » ; sinon reprenez celle du portail."
        )
        read.fail(row, label, message % {"theirs": theirs, "mine": mine}, advice % record.version)


def _title(values: dict[str, Any], codes: Codes) -> str:
    if title := values.get("title"):
        return title
    return " – ".join(
        filter(
            None,
            [
                codes.families["kind"].labels.get(values.get("kind", ""), ""),
                ", ".join(map(codes.show_partner, values.get("partners", ()))),
            ],
        )
    )


class _Twins:
    """Records that say the same as a new row: the same title for the same authority, or the same link."""

    def __init__(self, sheet: str, records: Any, said: dict[int, dict[str, Any]], codes: Codes) -> None:
        self.sheet, self.codes, self.known = sheet, codes, {}
        slugs = {one.pk: slug for slug, one in codes.scope.items()}
        for record in records:
            for pk in record.french_ids:
                if pk in slugs:
                    self.known[self._key(slugs[pk], said[record.pk])] = str(record.uuid)

    def _key(self, slug: str, values: dict[str, Any]) -> tuple:
        if self.sheet == "projects":
            return slug, normalise(values.get("title", ""))
        return slug, values.get("kind"), values.get("partners")

    def find(self, row: Row) -> str:
        """The identifier, or the line, of the twin; the row is known from then on."""
        key = self._key(row.collectivity, row.values)
        twin = self.known.get(key, "")
        self.known.setdefault(key, _("ligne %d") % row.line)
        return twin


# --- Writing ----------------------------------------------------------------------------------------------------------


def write_change(change: Change, codes: Codes, *, actor: User) -> Model:
    """Write one row through the services. Raises what they raise."""
    write = _write_project if change.row.sheet.name == "projects" else _write_partnership
    return write(change, codes, actor=actor)


def _write_project(change: Change, codes: Codes, *, actor: User) -> Model:
    values, project = change.values, change.record
    fields = {name: values[name] for name in (*PLAIN, *TEXTS) if name in values}
    version = change.row.version
    if project is None:
        project = create_project(codes.scope[change.row.collectivity], actor=actor, **fields)
        fields, version = {}, project.version
    return change_project(
        project,
        actor=actor,
        read_version=version,
        fields=fields,
        parties=_project_parties(project, values["partners"], codes) if "partners" in values else None,
        themes=[
            {"theme": codes.themes[code], "share": share, "is_primary": number == 0}
            for number, (code, share) in enumerate(values["themes"])
        ]
        if "themes" in values
        else None,
        countries=[{"country": codes.countries[code], "share": share} for code, share in values["countries"]]
        if "countries" in values
        else None,
        sdgs=[codes.sdgs[number] for number in values["sdgs"]] if "sdgs" in values else None,
    )


def _project_parties(project: Any, slugs: tuple[str, ...], codes: Codes) -> list[dict[str, Any]]:
    """The parties as they are, less the foreign authorities that left, more those that came."""
    parties = list(project.parties.select_related("collectivity", "foreign_authority"))
    names = ("kind", "role", "collectivity", "foreign_authority", "name", "cash", "in_kind")
    kept = [party for party in parties if party.foreign_authority is None or party.foreign_authority.slug in slugs]
    there = {party.foreign_authority.slug for party in kept if party.foreign_authority}
    come = [
        {
            "kind": PartKind.FOREIGN_AUTHORITY,
            "role": ProjectRole.IMPLEMENTING,
            "foreign_authority": codes.partners[slug],
        }
        for slug in slugs
        if slug not in there
    ]
    empty = {"collectivity": None, "name": "", "cash": None, "in_kind": None}
    return [{name: getattr(party, name) for name in names} for party in kept] + [empty | row for row in come]


def _write_partnership(change: Change, codes: Codes, *, actor: User) -> Model:
    values, partnership = change.values, change.record
    fields = {name: values[name] for name in ("kind", "title", "status", "ended_on", "note") if name in values}
    if "signed" in values:
        fields["signed_on"], fields["signed_precision"] = values["signed"]
    if partnership is None:
        collectivity = codes.scope[change.row.collectivity]
        fields["status"] = fields.get("status") or PartnershipStatus.UNKNOWN
        fields.setdefault("signed_precision", DatePrecision.UNKNOWN)
        parties = [{"collectivity": collectivity, "role": PartyRole.LEAD}]
        parties += [{"foreign_authority": codes.partners[slug], "role": PartyRole.LEAD} for slug in values["partners"]]
        themes = [codes.themes[code] for code, _share in values.get("themes", ())]
        return create_partnership(collectivity, parties, actor=actor, themes=themes, **fields)
    if "status" in fields:
        fields["status"] = fields["status"] or PartnershipStatus.UNKNOWN
    there = list(partnership.parties.select_related("collectivity", "foreign_authority"))
    slugs = values.get("partners")
    kept = [
        party
        for party in there
        if slugs is None or party.foreign_authority is None or party.foreign_authority.slug in slugs
    ]
    known = {party.foreign_authority.slug for party in kept if party.foreign_authority}
    parties = [
        {name: getattr(party, name) for name in ("collectivity", "foreign_authority", "role", "since", "until")}
        for party in kept
    ] + [
        {
            "collectivity": None,
            "foreign_authority": codes.partners[slug],
            "role": PartyRole.LEAD,
            "since": None,
            "until": None,
        }
        for slug in slugs or ()
        if slug not in known
    ]
    themes = (
        [codes.themes[code] for code, _share in values["themes"]] if "themes" in values else partnership.themes.all()
    )
    return update_partnership(
        partnership, parties, actor=actor, themes=list(themes), read_version=change.row.version, **fields
    )
