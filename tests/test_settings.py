"""Production refuses to start without its secrets, and the demonstration refuses to start with them."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

SECRETS = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmn",
    "DATABASE_URL": "postgres://atlas@localhost/atlas",
    "REDIS_URL": "redis://localhost:6379/0",
    "ALLOWED_HOSTS": "atlas.example",
    "ATLAS_SITE_URL": "https://atlas.example",
}


def load(module: str, **environment: str) -> subprocess.CompletedProcess:
    """Read a settings module in a new process that knows these variables only."""
    return subprocess.run(
        [sys.executable, "-c", f"import {module} as s; print(s.DEBUG, s.DEMO)"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
    )


def test_production_names_every_missing_secret():
    done = load("atlas.settings.prod")
    assert done.returncode
    assert all(name in done.stderr for name in SECRETS)


@pytest.mark.parametrize("name", SECRETS)
def test_production_refuses_to_start_without_one_of_its_secrets(name):
    done = load("atlas.settings.prod", **SECRETS | {name: " "})
    assert done.returncode
    assert f"manquants dans l’environnement : {name}." in done.stderr


@pytest.mark.parametrize("key", ["short", "a" * 60])
def test_production_refuses_a_weak_key(key):
    done = load("atlas.settings.prod", **SECRETS | {"SECRET_KEY": key})
    assert "SECRET_KEY doit compter au moins 50 caractères" in done.stderr


def test_production_starts_with_its_secrets_and_is_no_demonstration():
    done = load("atlas.settings.prod", **SECRETS)
    assert done.stdout.split() == ["False", "False"], done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_the_demonstration_refuses_what_only_production_has(name, tmp_path):
    done = load("atlas.settings.demo", ATLAS_VAR=str(tmp_path), **{name: SECRETS[name]})
    assert done.returncode
    assert "DJANGO_SETTINGS_MODULE=atlas.settings.prod" in done.stderr


def test_the_key_of_the_demonstration_is_its_own_and_private(tmp_path):
    done = load("atlas.settings.demo", ATLAS_VAR=str(tmp_path))
    assert done.stdout.split() == ["False", "True"], done.stderr
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_every_variable_of_the_environment_is_documented():
    read = re.compile(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"')
    settings_files = (settings.BASE_DIR / "atlas" / "settings").glob("*.py")
    names = {name for path in settings_files for name in read.findall(path.read_text(encoding="utf-8"))}
    manual = (settings.BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    assert len(names) > 20
    assert not {name for name in names if f"`{name}`" not in manual}
