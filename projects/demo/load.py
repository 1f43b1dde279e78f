"""A load for benchmarks: any number of invented projects with their parts, the same ones each time for the same number.

Rows go in by COPY, with their digest written beside; `refresh_project_digest` then compares it with what the parts say, as for
real projects. Authorities are those of the atlas, drawn so that few have many projects and many have few.
"""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from psycopg import sql

from atlas.models import Collectivity, DataChange, ForeignAuthority, Theme
from atlas.names import normalise
from projects.demo.texts import TEXTS
from projects.models import (
    BudgetSource,
    Origin,
    Project,
    ProjectBudget,
    ProjectCountry,
    ProjectParty,
    ProjectPlace,
    ProjectTheme,
)
from projects.services import refresh_activity, refresh_project_digest

SEED = 20_260_101
SOURCE = "Charge d’essai"  # by which its rows are known, and removed
BATCH = 20_000
# From this many on, the indexes are made once at the end rather than row by row.
INDEXED_AFTER = 20_000
PARTS = [ProjectParty, ProjectTheme, ProjectCountry, ProjectPlace, ProjectBudget, Project.sdgs.through]
TABLES = [model._meta.db_table for model in (Project, *PARTS)]
_DATED = ("created_at", "updated_at")
_EMPTY = (
    *("title_en", "title_local", "summary_en", "summary_local", "objectives", "activities", "expected_results"),
    *("beneficiaries", "website"),
)
COLUMNS: dict[type, tuple[str, ...]] = {
    Project: (
        *(
            "id",
            "uuid",
            "slug",
            "title",
            "summary",
            "starts_on",
            "ends_on",
            "declared_status",
            "publication",
            "published_at",
        ),
        *("confirmed_on", "french_ids", "foreign_ids", "place_ids", "region_codes", "country_codes", "theme_codes"),
        *("sdg_numbers", "lead_kinds", "party_names", "budget_total", "version", "origin", "source", *_EMPTY, *_DATED),
    ),
    ProjectParty: ("project_id", "kind", "role", "collectivity_id", "foreign_authority_id", "name", *_DATED),
    ProjectTheme: ("project_id", "theme_id", "share", "is_primary", *_DATED),
    ProjectCountry: ("project_id", "country_id", "share", *_DATED),
    ProjectPlace: ("id", "project_id", "foreign_authority_id", "name", "precision", "longitude", "latitude", *_DATED),
    ProjectBudget: ("project_id", "year", "source", "planned", *_DATED),
    Project.sdgs.through: ("project_id", "sdg_id"),
}


@dataclass
class _Cast:
    """Who and what projects are drawn from, in an order that the database does not choose."""

    french: list[tuple] = field(default_factory=list)
    foreign: list[tuple] = field(default_factory=list)
    themes: list[tuple[int, tuple[str, ...], dict[int, int], tuple[str, ...], tuple[str, ...]]] = field(
        default_factory=list
    )
    rank: dict[str, int] = field(default_factory=dict)  # of theme codes, as the database sorts them

    @classmethod
    def read(cls) -> "_Cast":
        french = Collectivity.objects.current().order_by(F("population").desc(nulls_last=True), "pk")
        foreign = ForeignAuthority.objects.standing().on_map().order_by(F("population").desc(nulls_last=True), "slug")
        cast = cls(
            list(french.values_list("pk", "kind", "region__code", "search_name", "name")),
            list(
                foreign.values_list("pk", "country_id", "country__iso2", "search_name", "name", "longitude", "latitude")
            ),
        )
        themes = {theme.code: theme for theme in Theme.objects.prefetch_related("sdgs").order_by("code")}
        cast.rank = {code: rank for rank, code in enumerate(themes)}
        above = {theme.pk: theme for theme in themes.values()}
        for group in TEXTS.values():
            for code, text in group.items():
                if code in themes:
                    theme, codes = themes[code], []
                    while theme:
                        codes.append(theme.code)
                        theme = above.get(theme.parent_id)
                    goals = {goal.pk: goal.number for goal in themes[code].sdgs.all()}
                    cast.themes.append((themes[code].pk, tuple(codes), goals, text.titles, text.actions))
        return cast


def generate(number: int) -> int:
    """Write `number` projects beside those that are there. Returns how many digests the refresh had to mend: none.

    Raises:
        ValueError: the load is there already, or there is nobody to draw from.
    """
    if Project.objects.filter(source=SOURCE).exists():
        raise ValueError("already there")
    cast = _Cast.read()
    if not (cast.french and cast.foreign and cast.themes):
        raise ValueError("nobody")
    with transaction.atomic(), connection.cursor() as cursor:
        with _bare(cursor, number):
            first, place = (_next(cursor, model) for model in (Project, ProjectPlace))
            drawn = _Draw(cast, first, place)
            for start in range(0, number, BATCH):
                _write(cursor, drawn.projects(range(start, min(start + BATCH, number))))
            _restart(cursor, Project, first + number)
            _restart(cursor, ProjectPlace, drawn.place)
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(map(sql.Identifier, TABLES))))
        mended = refresh_project_digest()
        refresh_activity()
        DataChange.objects.create(table_name=Project._meta.db_table)
    if not connection.in_atomic_block:  # what the database does by itself some minutes after a load
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.SQL(", ").join(map(sql.Identifier, TABLES))))
    return mended


def remove() -> int:
    """Take the load away with its parts. Returns how many projects left."""
    with transaction.atomic(), connection.cursor() as cursor:
        with _bare(cursor, Project.objects.filter(source=SOURCE).count()):
            load = sql.SQL("(SELECT id FROM {} WHERE source = %s)").format(sql.Identifier(Project._meta.db_table))
            for model in PARTS:
                part = sql.Identifier(model._meta.db_table)
                cursor.execute(sql.SQL("DELETE FROM {} WHERE project_id IN {}").format(part, load), [SOURCE])
            cursor.execute(
                sql.SQL("DELETE FROM {} WHERE source = %s").format(sql.Identifier(Project._meta.db_table)), [SOURCE]
            )
            removed = cursor.rowcount
        refresh_activity()
        DataChange.objects.create(table_name=Project._meta.db_table)
    return removed


@contextmanager
def _bare(cursor: Any, number: int) -> Iterator[None]:
    """The tables without their triggers (history, data version, references), and without indexes for many rows."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing pending when indexes go
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    cursor.execute("SET LOCAL session_replication_role = replica")
    indexes: list[tuple[str, str]] = []
    if number >= INDEXED_AFTER:
        cursor.execute(
            """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
               WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique""",
            [TABLES],
        )
        indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _name, definition in indexes:
        cursor.execute(definition)
    cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def _next(cursor: Any, model: type) -> int:
    cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
    return cursor.fetchone()[0]


def _restart(cursor: Any, model: type, following: int) -> None:
    cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)", [model._meta.db_table, following])


def _write(cursor: Any, lines: dict[type, list[str]]) -> None:
    for model, rows in lines.items():
        target = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, COLUMNS[model]))
        )
        with cursor.copy(target) as copy:
            copy.write("".join(rows))


def _line(*values: Any) -> str:
    r"""A line of COPY: \N for None, {…} for a list; the texts drawn hold neither tab nor backslash."""
    told = []
    for value in values:
        if value is None:
            told.append("\\N")
        elif isinstance(value, (list, tuple)):
            told.append("{" + ",".join(map(str, value)) + "}")
        else:
            told.append(str(value))
    return "\t".join(told) + "\n"


class _Draw:
    """The draw itself: by fixed chance, in order, so that the same number gives the same projects."""

    def __init__(self, cast: _Cast, first: int, place: int) -> None:
        self.cast, self.first, self.place = cast, first, place
        self.chance = random.Random(SEED)  # noqa: S311
        self.now = timezone.now().isoformat()

    def projects(self, numbers: Iterable[int]) -> dict[type, list[str]]:
        """The lines of each table for these projects."""
        lines: dict[type, list[str]] = {model: [] for model in COLUMNS}
        for number in numbers:
            self._project(number, lines)
        return lines

    def _one(self, among: list, skew: int) -> Any:
        """The first ones come far more often than the last ones."""
        return among[int(len(among) * self.chance.random() ** skew)]

    def _project(self, number: int, lines: dict[type, list[str]]) -> None:
        chance, now, pk = self.chance.random, self.now, self.first + number
        french, kind, region, french_names, french_name = self._one(self.cast.french, 3)
        foreign, country, iso2, foreign_names, foreign_name, longitude, latitude = self._one(self.cast.foreign, 2)
        theme, codes, goals, titles, actions = self._one(self.cast.themes, 1)
        title = titles[number % len(titles)].format(
            lieu=foreign_name, a_lieu=f"à {foreign_name}", de_lieu=f"de {foreign_name}", qui=french_name,
            de_qui=f"de {french_name}", pays=iso2,
        )[:200]  # fmt: skip
        summary = f"{french_name} et {foreign_name} : {actions[number % len(actions)]}, {actions[(number // 7) % len(actions)]}."
        starts_on = date(2000, 1, 1) + timedelta(days=int(10_200 * chance() ** 0.6))
        ends_on = None if chance() < 0.03 else starts_on + timedelta(days=int(300 + 1_200 * chance()))
        state = "draft" if chance() < 0.02 else "to_refresh" if chance() < 0.04 else "published"
        parties = [("collectivity", "lead", french, None, ""), ("foreign_authority", "implementing", None, foreign, "")]
        names = [french_names, foreign_names]
        if chance() < 0.4:
            name = f"Comité de jumelage {number % 5_000} de {french_name}"[:200]
            parties.append(("association", "implementing", None, None, name))
            names.append(normalise(name))
        place = self.place
        self.place += 1
        own = chance() < 0.3  # a point of its own, within some tens of kilometres
        spot = (
            (
                None,
                f"Site {number} de {foreign_name}"[:200],
                longitude + chance() - 0.5,
                max(-89, min(89, latitude + chance() - 0.5)),
            )
            if own
            else (foreign, "", None, None)
        )
        if own:
            spot = (*spot[:2], round(max(-179, min(179, spot[2])), 4), round(spot[3], 4))
        shares = [(theme, 100, True)]
        if chance() < 0.3:
            other, more, others, *_texts = self._one(self.cast.themes, 1)
            if other != theme:
                shares = [(theme, 60, True), (other, 40, False)]
                codes, goals = (*codes, *more), {**goals, **others}
        budget = int(5 + 400 * chance() ** 3) * 1_000
        lines[Project].append(
            _line(
                pk, f"10ad0000-0000-4000-8000-{number:012x}", f"charge-{number}", title, summary, starts_on, ends_on,
                "5" if chance() < 0.02 else "", state, None if state == "draft" else now,
                starts_on if chance() < 0.4 else None, [french], [foreign], [-place if own else foreign],
                [region] if region else [], [iso2], sorted(set(codes), key=self.cast.rank.get), sorted(set(goals.values())),
                [kind], " / ".join(names), budget, 1, Origin.DEMO.value, SOURCE, *[""] * len(_EMPTY), now, now,
            )
        )  # fmt: skip
        lines[ProjectParty].extend(_line(pk, *party, now, now) for party in parties)
        lines[ProjectTheme].extend(_line(pk, *share, now, now) for share in shares)
        lines[ProjectCountry].append(_line(pk, country, 100, now, now))
        lines[ProjectPlace].append(_line(place, pk, *spot[:2], "exact", *spot[2:], now, now))
        lines[ProjectBudget].append(_line(pk, starts_on.year, BudgetSource.OWN_CASH.value, budget, now, now))
        lines[Project.sdgs.through].extend(_line(pk, goal) for goal in goals)
