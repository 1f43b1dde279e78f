"""What is remembered of a database: a start loads what is missing, and nothing twice."""

import os
from urllib.parse import urlsplit

import pytest
from django.db import connection

from atlas import prepared
from atlas.prepared import Memory

URL = "postgres://somewhere/atlas"


@pytest.fixture
def database(monkeypatch):
    """The name of the database at hand, which a test may change."""
    names = ["first"]
    monkeypatch.setattr(prepared, "identity", lambda url: names[-1])
    return names


def test_nothing_is_held_before_it_was_made(tmp_path, database):
    memory = Memory(tmp_path, URL)
    assert not memory.holds("structure")
    memory.note("structure")
    assert memory.holds("structure")
    assert not memory.holds("structure", "load_reference")


def test_another_database_holds_nothing_of_the_first(tmp_path, database):
    memory = Memory(tmp_path, URL)
    memory.note("structure", "load_reference")
    database.append("second")
    assert not memory.holds("structure")
    memory.note("structure")
    assert not memory.holds("load_reference")


def test_a_changed_file_asks_for_its_part_again(tmp_path, database, monkeypatch):
    app = tmp_path / "app"
    (app / "data").mkdir(parents=True)
    (tmp_path / "requirements.lock").write_text("django==5.2\n")
    (app / "apps.py").write_text("")
    (app / "data" / "codes.csv").write_text("code\n1\n")
    monkeypatch.setattr(prepared, "ROOT", tmp_path)
    memory = Memory(tmp_path, URL)
    memory.note("structure", "load_reference")
    (app / "data" / "codes.csv").write_text("code\n2\n")
    assert memory.holds("structure")
    assert not memory.holds("load_reference")
    (tmp_path / "requirements.lock").write_text("django==5.2.1\n")
    assert not memory.holds("structure")


def test_a_broken_memory_is_no_memory(tmp_path, database):
    (tmp_path / "prepared.json").write_text("{")
    memory = Memory(tmp_path, URL)
    assert not memory.holds("structure")
    memory.note("structure")
    assert memory.holds("structure")


def url_of_tests(name: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.mark.django_db
def test_a_database_is_known_by_its_migrations(django_db_blocker):
    name = connection.settings_dict["NAME"]
    here = prepared.identity(url_of_tests(name))
    assert here == prepared.identity(url_of_tests(name))
    assert here.split("/")[2].isdigit()
    assert prepared.identity(url_of_tests("postgres")) is None
