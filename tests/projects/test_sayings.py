"""The names that imports know beyond those on record: each line of the file designates something that exists."""

import csv

import pytest
from django.conf import settings

from projects.imports.sayings import FILE, said

DATA = settings.BASE_DIR / "atlas" / "data"


def rows(path, **wanted) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return [row for row in csv.DictReader(handle) if wanted.items() <= row.items()]


def test_every_line_has_a_rule_and_a_source():
    lines = rows(FILE)
    assert {line["rule"] for line in lines} == {"former_region", "exonym", "city_region"}
    assert all(line["said"] and line["means"] and line["source"] for line in lines)
    assert len(lines) == sum(len(said(rule)) for rule in ("former_region", "exonym", "city_region")), (
        "a name is said twice"
    )


@pytest.mark.parametrize(
    ("rule", "file", "kind", "column"),
    [
        ("former_region", "collectivities.csv", "region", "insee_code"),
        ("exonym", "collectivities.csv", "commune", "name"),
    ],
)
def test_what_is_meant_is_an_authority_on_record(rule, file, kind, column):
    on_record = {row[column] for row in rows(DATA / file, kind=kind)}
    assert set(said(rule).values()) <= on_record


def test_towns_that_are_divisions_bear_their_name_on_record():
    named = {row["code"]: row["name"] for row in rows(DATA / "foreign_regions.csv")}
    for line in rows(FILE, rule="city_region"):
        assert named[line["said"]] == line["means"]
