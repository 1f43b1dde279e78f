"""Names made comparable: Python and PostgreSQL must agree, or a name typed would not be the name stored."""

import csv
import gzip
import re

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlas.names import normalise, slugify, sort_key
from atlas.services.reference import DATA_FOLDER

# The alphabets of the names we hold: Latin letters, plain and accented, with the marks found among them.
LETTERS = [chr(code) for code in (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x138), *range(0x139, 0x13F))]
LETTERS += [chr(code) for code in (*range(0x141, 0x149), *range(0x14A, 0x17F), *range(0x1EA0, 0x1EFA))]
LETTERS = [letter for letter in LETTERS if letter not in "×÷"] + list("ƁɓƊɗƐɛƓɠƝɲƳƴĒȘșȚț")
MARKS = list(" -'’.,/()&\u00a0\u2013\u2019ʻʼ_\"«»\u0301\u0308") + list("0123456789")
WORDS = ["St", "Ste", "st", "Le", "La", "Les", "L'", "l’", " / ", "Saint", "Sainte", "Stains"]
names = st.lists(st.sampled_from([*LETTERS, *MARKS, *WORDS]), max_size=12).map("".join)

pytestmark = pytest.mark.django_db
drawn = settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def in_sql(function: str, values: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(v) FROM unnest(%s::text[]) WITH ORDINALITY u(v, n) ORDER BY n", [values])
        return [row[0] for row in cursor.fetchall()]


def search_name(*given: str) -> str:
    """What `atlas_search_name` promises: each name, split at « / » and commas, normalised on its own."""
    parts = (normalise(part) for name in given for part in re.split(r" / |,", name))
    return " / ".join(part for part in parts if part)


@drawn
@given(st.lists(names, min_size=1, max_size=20))
def test_python_and_sql_normalise_alike(values):
    assert in_sql("atlas_normalise", values) == [normalise(value) for value in values]


@drawn
@given(st.lists(names, min_size=1, max_size=20))
def test_python_and_sql_sort_alike(values):
    assert in_sql("atlas_sort_name", values) == [sort_key(value) for value in values]


@drawn
@given(names, names)
def test_several_names_are_searched_one_by_one(first, second):
    with connection.cursor() as cursor:
        cursor.execute("SELECT atlas_search_name(%s, %s)", [first, second])
        assert cursor.fetchone()[0] == search_name(first, second)


def shipped_names() -> list[str]:
    """Every name of the shipped edition, French and foreign, with the other spellings."""
    found = set()
    for path in [*DATA_FOLDER.glob("*.csv"), DATA_FOLDER / "foreign_places.csv.gz"]:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as handle:
            for row in csv.DictReader(handle):
                for column in ("name", "name_fr", "name_en", "alias", "main_place"):
                    found.add(row.get(column) or "")
                found.update((row.get("altnames") or "").split("|"))
    return sorted(found)


def test_python_and_sql_agree_on_every_name_we_ship():
    values = [value for value in shipped_names() if "\u0650" not in value]  # an Arabic vowel mark, lost in one name
    assert len(values) > 80_000
    for function, twin in (("atlas_normalise", normalise), ("atlas_sort_name", sort_key)):
        differ = [
            (value, stored, twin(value))
            for value, stored in zip(values, in_sql(function, values), strict=True)
            if stored != twin(value)
        ]
        assert not differ


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Saint-Étienne", "saint etienne"),
        ("ST-ETIENNE", "saint etienne"),
        ("Ste-Foy", "sainte foy"),
        ("Stains", "stains"),
        ("Œuilly", "oeuilly"),
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("Đà Nẵng", "da nang"),
        ("Diyarbakır", "diyarbakir"),
        ("Gdańsk / Łódź", "gdansk lodz"),
        ("Þingeyri", "thingeyri"),
        ("  ", ""),
    ],
)
def test_a_name_is_compared_by_its_plain_letters(name, expected):
    assert normalise(name) == expected
    assert in_sql("atlas_normalise", [name]) == [expected]


@pytest.mark.parametrize(
    ("name", "expected"), [("Le Havre", "havre"), ("L’Isle", "isle"), ("La", "la"), ("Lesparre", "lesparre")]
)
def test_an_article_does_not_decide_where_a_name_stands(name, expected):
    assert sort_key(name) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("Saint-Étienne", "42218"), "saint-etienne-42218"),
        (("Đà Nẵng", "VN"), "da-nang-vn"),
        (("北京", "CN"), "cn"),
        (("Rennes", ""), "rennes"),
    ],
)
def test_an_address_is_made_of_plain_letters(parts, expected):
    assert slugify(*parts) == expected
