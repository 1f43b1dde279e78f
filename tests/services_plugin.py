"""Pytest plugin (`-p tests.services_plugin`): servers for one run of the tests, up before Django reads its settings.

Each run has its own PostgreSQL and Valkey in a temporary folder, so that several runs at once never meet; the workers of
pytest-xdist inherit those of their controller through the environment. DATABASE_URL and REDIS_URL, when set, win.

Migrating from nothing takes ten times longer than most runs do. So a cluster whose database is migrated waits in `var/tests`,
made once for each state of the migrations; a run works on its own copy, of which Django's test databases are made.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from atlas.embedded import Services
from atlas.prepared import ROOT, fingerprint
from atlas.processes import Problem

PREFIX = "atlas-tests-"
MODELS = ROOT / "var" / "tests"
_services: Services | None = None
_lock: IO | None = None


def _sweep(folder: Path) -> None:
    """Remove what a run that was killed left behind: its lock is free again."""
    for lock in folder.glob(f"{PREFIX}*/lock"):
        try:
            with lock.open() as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:  # in use, or somebody else's
            continue


def _copy_migrated_cluster(folder: Path) -> bool:
    """Put in `folder` a cluster whose database `atlas` is migrated. False when it cannot be made: the tests will say why."""
    MODELS.mkdir(parents=True, exist_ok=True)
    model = MODELS / fingerprint("migrations")[:16]
    with (MODELS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not model.exists():
            for old in (path for path in MODELS.iterdir() if path.is_dir()):
                shutil.rmtree(old)
            draft = model.with_suffix(".new")
            with Services(draft, ephemeral=True) as services:
                services.start_database()
                command = [sys.executable, "manage.py", "migrate", "--verbosity=0", "--no-input"]
                settings = {"DJANGO_SETTINGS_MODULE": "atlas.settings.test", "ATLAS_VAR": str(draft)}
                done = subprocess.run(command, cwd=ROOT, env=os.environ | services.environment | settings)
            if done.returncode:
                return False
            draft.rename(model)
        cluster = next(model.glob("postgres-*"))
        subprocess.run(["cp", "--archive", "--reflink=auto", cluster, folder / cluster.name], check=True)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Before pytest-django, which reads the settings in the same hook."""
    global _services, _lock
    asked = early_config.known_args_namespace
    wanted = {name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)}
    if wanted and not (asked.help or asked.version):
        _sweep(Path(tempfile.gettempdir()))
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        folder.chmod(0o711)  # PostgreSQL may run under another account: it passes, and reads nothing
        _lock = (folder / "lock").open("w")
        fcntl.flock(_lock, fcntl.LOCK_EX)
        _services = Services(folder, ephemeral=True)
        try:
            if "DATABASE_URL" in wanted:
                if _copy_migrated_cluster(folder):
                    os.environ["ATLAS_TEST_TEMPLATE"] = "atlas"
                _services.start_database()
            if "REDIS_URL" in wanted:
                _services.start_broker()
        except Problem as problem:
            _stop()
            raise pytest.UsageError(str(problem)) from None
        os.environ.update(_services.environment)
        os.environ.setdefault("ATLAS_VAR", str(folder))
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _stop()


def _stop() -> None:
    global _services
    if _services:
        _services.stop()
        shutil.rmtree(_services.var, ignore_errors=True)
        _services = None
    if _lock:
        _lock.close()
