"""Lines of organisations, budget, indicators and measures: laid over the parts of their projects, one write by project."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from atlas.names import normalise
from projects.imports.sheets.codes import AUTHORITIES, Codes, label_and_code
from projects.imports.sheets.columns import BUDGET, INDICATORS, LINE, MEASURES, PARTIES, PARTS, PROJECT, PROJECTS, Sheet
from projects.imports.sheets.reading import Content, Row
from projects.imports.sheets.records import Values, in_words, parts_of
from projects.models import Project, ProjectRole
from projects.services.sheet_changes import Change, Plan, changed_fields, new_fields, tell_stale

Key = int | str  # number of a part; of a new one, its place in the file


@dataclass
class Laid:
    """The parts of a project, with the lines of the file laid over them. `project` None: the file adds it, by `change`."""

    title: str
    collectivity: str
    project: Project | None = None
    change: Change | None = None
    there: dict[str, dict[Key, Values]] = field(default_factory=lambda: {sheet.name: {} for sheet in PARTS})
    rows: dict[str, dict[Key, Values]] = field(init=False)
    writing: list[tuple[Row, Key]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = {name: dict(parts) for name, parts in self.there.items()}

    def parts(self) -> dict[str, list[Any]]:
        """What the services are asked: rows of each sheet that the file changes, indicators with their measures."""
        touched = {row.sheet for row, _key in self.writing}
        found: dict[str, list[Any]] = {
            sheet.name: list(self.rows[sheet.name].values()) for sheet in (PARTIES, BUDGET) if sheet in touched
        }
        if touched & {INDICATORS, MEASURES}:
            measures: dict[Key, list[Values]] = {key: [] for key in self.rows[INDICATORS.name]}
            for values in self.rows[MEASURES.name].values():
                measures[values["indicator"]].append({name: values[name] for name in values if name != "indicator"})
            found[INDICATORS.name] = [
                (values | {"pk": key if isinstance(key, int) else None}, measures[key])
                for key, values in self.rows[INDICATORS.name].items()
            ]
        return found


def plan_parts(plan: Plan, read: Content, codes: Codes, projects: Iterable[Project]) -> None:
    """Add to `plan` what these lines would do. What is wrong is noted in `read`."""
    finder = _Projects(plan, read, codes, projects)
    for sheet in PARTS:  # indicators before their measures
        seen: dict[int, int] = {}
        for row in (row for row in read.rows if row.sheet is sheet):
            if (laid := finder.find(row)) is None:
                continue
            if row.part in seen:
                message = _("cette ligne est déjà à la ligne %d.") % seen[row.part]
                read.fail(row, str(LINE.header), message, _("Gardez une seule des deux."), str(row.part))
            elif row.part is not None:
                seen[row.part] = row.line
            _lay(row, laid, plan, read, codes)
    for laid in finder.laid.values():
        _check(laid, read)
        if not laid.writing or not all(row.is_sound for row, _key in laid.writing):
            continue
        if laid.change is None:
            laid.change = Change(laid.writing[0][0], {}, laid.project)
            plan.changes.append(laid.change)
        laid.change.parts = laid.parts()


class _Projects:
    """Which project a line speaks of: by its identifier, or by the title of one that the same file adds."""

    def __init__(self, plan: Plan, read: Content, codes: Codes, projects: Iterable[Project]) -> None:
        self.read, self.codes, self.laid = read, codes, {}
        self.known = {project.uuid: project for project in projects}
        self.changes = {id(change.row): change for change in plan.changes}
        self.by_record = {
            change.record.pk: change for change in plan.changes if change.record and change.row.sheet is PROJECTS
        }
        new = [row for row in read.rows if row.sheet is PROJECTS and row.uuid is None]
        new.sort(key=_title_of)
        self.new = {title: list(rows) for title, rows in groupby(new, key=_title_of)}

    def find(self, row: Row) -> Laid | None:
        if row.uuid:
            return self._on_record(row)
        rows = self.new.get(normalise(row.reference), []) if row.reference else []
        if len(rows) == 1:
            return self._added(rows[0], row)
        advice = _("Reprenez l’identifiant du projet, ou l’intitulé d’un projet ajouté dans ce classeur.")
        message = _("la cellule est vide.") if not row.reference else _("ce n’est ni l’un ni l’autre.")
        if rows:
            message = _("plusieurs projets ajoutés portent cet intitulé.")
        self.read.fail(row, str(PROJECT.header), message, advice, row.reference)
        return None

    def _on_record(self, row: Row) -> Laid | None:
        if (project := self.known.get(row.uuid)) is None:
            message = _("ce n’est pas un projet que vous tenez, ou il est archivé.")
            advice = _("Reprenez l’identifiant du classeur téléchargé.")
            self.read.fail(row, str(PROJECT.header), message, advice, str(row.uuid))
            return None
        if project.pk not in self.laid:
            whose = next(slug for slug, one in self.codes.scope.items() if one.pk in project.french_ids)
            change, there = self.by_record.get(project.pk), parts_of(project, self.codes)
            self.laid[project.pk] = Laid(project.title, whose, project, change, there)
        return self.laid[project.pk]

    def _added(self, project_row: Row, row: Row) -> Laid | None:
        if (change := self.changes.get(id(project_row))) is None:  # what is wrong there is told there
            row.is_sound = False
            return None
        key = f"+{project_row.line}"
        return self.laid.setdefault(key, Laid(change.title, project_row.collectivity, change=change))


def _title_of(row: Row) -> str:
    return normalise(row.values.get("title", ""))


def _lay(row: Row, laid: Laid, plan: Plan, read: Content, codes: Codes) -> None:
    """Lay a line over the parts of its project, and tell it."""
    values = dict(row.values)
    is_leaving = bool(values.pop("remove", ""))
    row.collectivity = laid.collectivity
    old = laid.there[row.sheet.name].get(row.part) if row.part is not None else None
    if (row.part is not None or is_leaving) and old is None:
        message = _("cette ligne n’est pas, ou n’est plus, une ligne de ce projet.")
        shown = "" if row.part is None else str(row.part)
        read.fail(row, str(LINE.header), message, _("Videz la cellule pour ajouter une ligne."), shown)
    if row.sheet is MEASURES and values.get("indicator"):
        values["indicator"] = _indicator(row, values["indicator"], laid, read)
    if not row.is_sound:
        return
    empty = {column.name: column.kind.empty for column in row.sheet.columns if column.name != "remove"}
    if old is None:
        key, values = f"+{row.line}", empty | values
        if row.sheet is INDICATORS:
            codes.indicators[key] = values["title"]
        fields = new_fields(row, values, codes)
    else:
        new = empty if is_leaving else {name: value for name, value in values.items() if value != old[name]}
        if not new:
            plan.unchanged += 1
            return
        key, values = row.part, old | new
        fields = [told for told in changed_fields(row, old, new, codes) if told[1] != told[2]]
        if row.version != laid.project.version:
            tell_stale(row, laid.project, fields, read)
    if not row.is_sound:
        return
    laid.writing.append((row, key))
    said = old if is_leaving else values
    if is_leaving:
        del laid.rows[row.sheet.name][key]
    else:
        laid.rows[row.sheet.name][key] = values
    title = f"{laid.title} – {_name(row.sheet, said, codes)}"
    if is_leaving:
        title = _("%(line)s (ligne retirée)") % {"line": title}
    plan.told.append(Change(row, values, laid.project if old is not None else None, title, fields))


def _name(sheet: Sheet, values: Mapping[str, Any], codes: Codes) -> str:
    """What people call a line: «2026, Union européenne»."""
    said = ((name, in_words(sheet, name, values[name], codes)) for name in sheet.key[:2])
    return ", ".join(text if name in ("name", "title") else label_and_code(text)[0] for name, text in said)


def _indicator(row: Row, cell: str, laid: Laid, read: Content) -> Key:
    """The indicator that a measure names: «Intitulé [numéro]», or the title alone."""
    code = label_and_code(cell)[1]
    if code.isascii() and code.isdigit() and int(code) in laid.there[INDICATORS.name]:
        return int(code)
    same = [key for key, values in laid.rows[INDICATORS.name].items() if normalise(values["title"]) == normalise(cell)]
    if len(same) == 1:
        return same[0]
    message = _("plusieurs indicateurs portent cet intitulé.") if same else _("le projet n’a pas cet indicateur.")
    advice = _("Reprenez son intitulé de la feuille « Indicateurs », avec son numéro de ligne entre crochets.")
    read.fail(row, row.sheet.label("indicator"), message, advice, cell)
    return ""


def _check(laid: Laid, read: Content) -> None:
    """What the lines of a project say together."""
    writing = {(row.sheet.name, key): row for row, key in laid.writing}
    measures = laid.rows[MEASURES.name]
    for key in [key for key, values in measures.items() if values["indicator"] not in laid.rows[INDICATORS.name]]:
        if row := writing.get((MEASURES.name, key)):
            message = _("son indicateur est retiré dans ce classeur.")
            read.fail(row, row.sheet.label("indicator"), message, _("Laissez la mesure : elle part avec lui."))
        del measures[key]
    for sheet in PARTS:
        same: dict[tuple, list[Key]] = {}
        for key, values in laid.rows[sheet.name].items():
            said = (values[name] for name in sheet.key)
            same.setdefault(tuple(normalise(one) if isinstance(one, str) else one for one in said), []).append(key)
        for keys in same.values():
            rows = [row for key in keys if (row := writing.get((sheet.name, key)))]
            if len(keys) > 1 and rows:
                message = _("une autre ligne du projet dit déjà la même chose.")
                read.fail(rows[-1], sheet.label(sheet.key[-1]), message, _("Corrigez l’une des deux."))
    leads = [key for key, values in laid.rows[PARTIES.name].items() if values["role"] == ProjectRole.LEAD]
    others = 1
    if laid.project:
        parties = laid.project.parties.all()
        others = sum(party.role == ProjectRole.LEAD and party.kind in AUTHORITIES for party in parties)
    for key in leads if len(leads) + others > 1 else ():
        if row := writing.get((PARTIES.name, key)):
            read.fail(
                row, row.sheet.label("role"), _("un projet a un seul chef de file."), _("Choisissez un autre rôle.")
            )
