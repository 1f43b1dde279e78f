"""`run.py` makes `.venv` from a lock, once, and mends one that was left half made. No package is fetched here."""

import importlib.util
import json
import shutil
import sys
from pathlib import Path

import pytest

from atlas.processes import Problem

from .conftest import ROOT


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The module `run.py` on a checkout whose locks are empty."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).write_text("")
    (tmp_path / "vendor").symlink_to(ROOT / "vendor")
    monkeypatch.setenv("ATLAS_VAR", str(tmp_path / "var"))
    spec = importlib.util.spec_from_file_location("run_py", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, value in {
        "ROOT": tmp_path,
        "VENV": tmp_path / ".venv",
        "PYTHON": tmp_path / ".venv/bin/python",
        "STAMP": tmp_path / ".venv/atlas.json",
    }.items():
        monkeypatch.setattr(module, name, value)
    return module


def test_packages_are_installed_once_per_lock(run, monkeypatch, capsys):
    run.ensure_packages("requirements.lock")
    assert json.loads(run.STAMP.read_text()) == {"requirements.lock": run.digest("requirements.lock")}
    monkeypatch.setattr(run, "install", lambda *_: pytest.fail("installed twice"))
    run.ensure_packages("requirements.lock")


def test_a_python_without_ensurepip_is_enough(run, monkeypatch):
    """Debian ships it apart, in python3-venv."""
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    run.ensure_packages("requirements.lock")
    assert run.installed()


def test_a_changed_lock_is_installed_over_the_old_one(run, monkeypatch):
    run.ensure_packages("requirements.lock")
    kept = run.VENV / "kept"
    kept.touch()
    (run.ROOT / "requirements.lock").write_text("# a new edition\n")
    run.ensure_packages("requirements.lock")
    assert kept.exists()
    assert run.installed()["requirements.lock"] == run.digest("requirements.lock")


def test_the_development_lock_serves_the_portal_too(run, monkeypatch):
    run.ensure_packages("requirements-dev.lock")
    monkeypatch.setattr(run, "install", lambda *_: pytest.fail("installed twice"))
    run.ensure_packages("requirements.lock")


@pytest.mark.parametrize("damage", ["no stamp", "no python", "unreadable stamp"])
def test_a_half_made_environment_is_made_anew(run, damage):
    run.ensure_packages("requirements.lock")
    debris = run.VENV / "debris"
    debris.touch()
    match damage:
        case "no stamp":
            run.STAMP.unlink()
        case "no python":
            run.PYTHON.unlink()
        case "unreadable stamp":
            run.STAMP.write_text("{")
    run.ensure_packages("requirements.lock")
    assert run.PYTHON.exists()
    assert not debris.exists()


def test_an_interrupted_installation_leaves_no_stamp(run, monkeypatch):
    run.ensure_packages("requirements.lock")
    (run.ROOT / "requirements.lock").write_text("# a new edition\n")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.ensure_packages("requirements.lock")
    assert not run.installed()


def test_without_network_the_sentence_speaks_of_the_network(run, monkeypatch):
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nobody listens there
    (run.ROOT / "requirements.lock").write_text(f"django==5.2 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(Problem, match="vérifiez l'accès au réseau"):
        run.ensure_packages("requirements.lock")
    assert not run.installed()


def test_a_package_that_is_not_the_locked_one_is_refused(run, monkeypatch, tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    shutil.copy(next((ROOT / "vendor").glob("pip-*.whl")), wheels)
    version = next(wheels.iterdir()).name.split("-")[1]
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    (run.ROOT / "requirements.lock").write_text(f"pip=={version} --hash=sha256:{'0' * 64}\n")
    with pytest.raises(Problem, match="a échoué"):
        run.ensure_packages("requirements.lock")
    assert "DO NOT MATCH THE HASHES" in Path(tmp_path / "var/log/install.log").read_text()


def test_locks_pin_every_package_and_name_no_registry():
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-prod.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "index" not in text  # neither an index nor an extra one
        requirements = [line for line in text.splitlines() if line and line[0] not in "# "]
        assert requirements
        assert all("==" in line for line in requirements)
        assert text.count("--hash=sha256:") >= len(requirements)
