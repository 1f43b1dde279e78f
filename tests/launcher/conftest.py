"""Real processes: each test starts the launcher as a person would, on its own folder and port."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MINE = ("DATABASE_URL", "REDIS_URL", "ATLAS_VAR", "DJANGO_SETTINGS_MODULE", "PYTEST_CURRENT_TEST")


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of a shell where nobody runs tests."""
    return {name: value for name, value in os.environ.items() if name not in MINE} | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def launcher(*words: str, var: Path, **environment: str) -> subprocess.Popen:
    """Start the launcher in the tests' own `.venv`; what it says comes on `stdout`."""
    return subprocess.Popen(
        [sys.executable, "-m", "atlas.launcher", *words],
        cwd=ROOT,
        env=clean_environment(ATLAS_VAR=str(var), **environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def family(process: subprocess.Popen) -> list[psutil.Process]:
    """The process and all that descends from it."""
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """Folder of the data, shared by the tests of a module: the second start is part of what is tested.

    Private (0700), as a home is: an account that PostgreSQL may run under has no right there.
    """
    with tempfile.TemporaryDirectory(prefix="atlas-launcher-") as folder:
        yield Path(folder) / "var"


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts launchers, and ends what a failed test leaves."""
    started: list[subprocess.Popen] = []

    def begin(*words: str, **options) -> subprocess.Popen:
        started.append(launcher(*words, **options))
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            for member in reversed(family(process)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    member.kill()
        process.communicate()
