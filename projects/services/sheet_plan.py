"""What a workbook would do, row by row: compared with what is on record, then written through the services."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from atlas.models import User
from atlas.names import normalise
from projects.imports.sheets.codes import AUTHORITIES, Codes
from projects.imports.sheets.columns import BUDGET, INDICATORS, MOST_SLOTS, PARTIES, PARTNERSHIPS, PROJECTS
from projects.imports.sheets.reading import Content, Row
from projects.imports.sheets.records import LINK_FIELDS, YES, YES_FIELDS, read_records, values_of
from projects.models import DatePrecision, PartKind, PartnershipStatus, PartyRole, ProjectRole
from projects.services.partnership_sheet import create_partnership, update_partnership
from projects.services.projects import change_project, create_project
from projects.services.sheet_changes import Change, Plan, changed_fields, new_fields, tell_stale
from projects.services.sheet_parts import plan_parts

PLAIN = (
    *("title", "title_en", "title_local", "summary", "summary_en", "summary_local", "website"),
    *("starts_on", "ends_on", "declared_status"),
)
TEXTS = ("objectives", "activities", "expected_results", "beneficiaries", "beneficiary_count")


def make_plan(read: Content, codes: Codes) -> Plan:
    """Compare each sound row with its record. What is wrong is noted in `read`."""
    plan, seen = Plan(), {}
    records = read_records(list(codes.scope.values()))
    for sheet in (PROJECTS, PARTNERSHIPS):
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
    if any(row.sheet.key for row in read.rows):
        plan_parts(plan, read, codes, records[PROJECTS.name])
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
    plan.add(Change(row, row.values, None, _title(row.values, codes), new_fields(row, row.values, codes)))


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
    fields = changed_fields(row, old, new, codes)
    if row.version != record.version:
        tell_stale(row, record, fields, read)
    if row.is_sound:
        plan.add(Change(row, new, record, _title(old | new, codes), fields))


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
    write = _write_partnership if change.row.sheet is PARTNERSHIPS else _write_project
    return write(change, codes, actor=actor)


def _write_project(change: Change, codes: Codes, *, actor: User) -> Model:
    values, project, parts = change.values, change.record, change.parts
    fields = {name: values[name] for name in (*PLAIN, *TEXTS) if name in values}
    if project is None:
        project = create_project(codes.scope[change.row.collectivity], actor=actor, **fields)
        fields = {}
    return change_project(
        project,
        actor=actor,
        read_version=project.version,
        fields=fields,
        parties=_project_parties(project, values.get("partners"), parts.get(PARTIES.name), codes)
        if "partners" in values or PARTIES.name in parts
        else None,
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
        budget=parts.get(BUDGET.name),
        results=parts.get(INDICATORS.name),
    )


def _project_parties(
    project: Any, slugs: tuple[str, ...] | None, organisations: Sequence[dict[str, Any]] | None, codes: Codes
) -> list[dict[str, Any]]:
    """The parties as they are, with the foreign authorities and the organisations that the file names instead of them."""
    parties = list(project.parties.select_related("collectivity", "foreign_authority"))
    names = ("kind", "role", "collectivity", "foreign_authority", "name", "cash", "in_kind")
    kept = [
        party
        for party in parties
        if party.kind == PartKind.COLLECTIVITY
        or (party.foreign_authority and (slugs is None or party.foreign_authority.slug in slugs))
        or (party.kind not in AUTHORITIES and organisations is None)
    ]
    there = {party.foreign_authority.slug for party in kept if party.foreign_authority}
    come = [
        {
            "kind": PartKind.FOREIGN_AUTHORITY,
            "role": ProjectRole.IMPLEMENTING,
            "foreign_authority": codes.partners[slug],
        }
        for slug in slugs or ()
        if slug not in there
    ]
    empty = dict.fromkeys(("collectivity", "foreign_authority", "cash", "in_kind")) | {"name": ""}
    return [{name: getattr(party, name) for name in names} for party in kept] + [
        empty | row for row in (*come, *(organisations or ()))
    ]


def _write_partnership(change: Change, codes: Codes, *, actor: User) -> Model:
    values, partnership = change.values, change.record
    fields = {name: values[name] for name in LINK_FIELDS if name in values}
    fields |= {name: fields[name] == YES for name in YES_FIELDS if name in fields}
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
        partnership, parties, actor=actor, themes=list(themes), read_version=partnership.version, **fields
    )
