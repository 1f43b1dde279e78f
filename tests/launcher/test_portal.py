"""The whole portal, started as a person starts it: it opens, it stops, and nothing outlives it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from atlas.launcher import ACCOUNTS, readiness
from atlas.processes import _can_reach

from .conftest import ROOT, clean_environment, family, free_port

pytestmark = pytest.mark.slow
START, STOP = 600.0, 60.0  # seconds before a test gives up: a shared machine may be slow


def announced(var: Path) -> str:
    """Address that the launcher published."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads((var / "services.json").read_text())["address"]
    return ""


def wait_until_ready(process: subprocess.Popen, port: int, var: Path) -> None:
    """Return when the portal answers and has said so: from then on, it is asked to stop, not interrupted."""
    deadline = time.monotonic() + START
    while not announced(var) or readiness("127.0.0.1", port).get("status") != "ok":
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < deadline, "not ready"
        time.sleep(0.1)


def end(process: subprocess.Popen, number: signal.Signals) -> str:
    """Send the signal, see every process of the portal end; returns what it said."""
    members = family(process)
    process.send_signal(number)
    said, _none = process.communicate(timeout=STOP)
    _gone, alive = psutil.wait_procs(members, timeout=STOP)
    assert [member for member in alive if member.status() != psutil.STATUS_ZOMBIE] == []
    return said


@pytest.fixture(scope="module")
def ready_var(var):
    """Data of a portal that was started once, so that each test is a next start."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "atlas.launcher", "--port", str(port)],
        cwd=ROOT,
        env=clean_environment(ATLAS_VAR=str(var)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until_ready(process, port, var)
        said = end(process, signal.SIGTERM)
    finally:
        process.kill()
        process.communicate()
    for words in ("Données de référence", "Données de démonstration", f"http://localhost:{port}/", *ACCOUNTS):
        assert words in said
    return var


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_leaves_nothing(start, ready_var, number):
    port = free_port()
    process = start("--port", str(port), var=ready_var)
    wait_until_ready(process, port, ready_var)
    said = end(process, number)
    assert process.returncode == 0
    assert "Arrêt" in said
    assert "Données de référence" not in said  # loaded by the first start
    assert not list((ready_var / "run").glob("*.pid"))


def test_killed_it_leaves_nothing_and_starts_again(start, ready_var):
    port = free_port()
    process = start("--port", str(port), var=ready_var)
    wait_until_ready(process, port, ready_var)
    end(process, signal.SIGKILL)
    again = start("--port", str(port), var=ready_var)
    wait_until_ready(again, port, ready_var)
    end(again, signal.SIGINT)
    assert again.returncode == 0


def test_interrupted_while_it_prepares_it_leaves_nothing(start, tmp_path):
    process = start("--port", str(free_port()), var=tmp_path / "var")
    assert "PostgreSQL" in process.stdout.readline()
    assert "Valkey" in process.stdout.readline()
    time.sleep(1)  # migrations are running
    end(process, signal.SIGINT)
    assert process.returncode == 130


def test_a_server_that_dies_ends_the_portal_and_is_named(start, ready_var):
    port = free_port()
    process = start("--port", str(port), var=ready_var)
    wait_until_ready(process, port, ready_var)
    members = family(process)
    pid, *_rest = (ready_var / "run" / "valkey.pid").read_text().split()
    os.kill(int(pid), signal.SIGKILL)
    said, _none = process.communicate(timeout=STOP)
    assert process.returncode == 1
    assert "Valkey s’est arrêté" in said
    assert not psutil.wait_procs(members, timeout=STOP)[1]


def test_a_second_portal_on_the_same_data_is_told_where_the_first_is(start, ready_var):
    port = free_port()
    process = start("--port", str(port), var=ready_var)
    wait_until_ready(process, port, ready_var)
    said, _none = start("--port", str(free_port()), var=ready_var).communicate(timeout=STOP)
    assert f"L’atlas tourne déjà : http://localhost:{port}/" in said
    assert readiness("127.0.0.1", port)["status"] == "ok"
    end(process, signal.SIGTERM)


def test_a_command_beside_the_portal_uses_its_database(start, ready_var):
    port = free_port()
    process = start("--port", str(port), var=ready_var)
    wait_until_ready(process, port, ready_var)
    asked = "from atlas.models import User; print('comptes', User.objects.count())"
    said, _none = start("manage", "shell", "-v", "0", "-c", asked, var=ready_var).communicate(timeout=STOP)
    assert f"comptes {len(ACCOUNTS)}" in said
    assert "PostgreSQL embarqué" not in said
    end(process, signal.SIGTERM)


def test_pages_say_that_the_data_are_a_demonstration(start, ready_var):
    port = free_port()
    process = start("--port", str(port), var=ready_var)
    wait_until_ready(process, port, ready_var)
    with urllib.request.urlopen(f"http://localhost:{port}/pays/sn/", timeout=20) as answer:
        assert "partenariats fictifs" in answer.read().decode()
    end(process, signal.SIGTERM)


# --- One clear sentence -----------------------------------------------------------------------------------------------


def refusal(process: subprocess.Popen) -> str:
    """What a start that cannot succeed says."""
    said, _none = process.communicate(timeout=STOP)
    assert process.returncode == 1, said
    assert "Traceback" not in said
    return said


def test_a_taken_port_is_named(start, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refusal(start("--port", str(port), var=tmp_path / "var"))
    assert f"Le port {port} est déjà pris" in said


@pytest.mark.parametrize(
    ("name", "url", "sentence"),
    [
        ("DATABASE_URL", "postgres://atlas@127.0.0.1:9/atlas", "La base de données de DATABASE_URL ne répond pas"),
        ("DATABASE_URL", "n’importe quoi", "La base de données de DATABASE_URL ne répond pas"),
        ("REDIS_URL", "redis://127.0.0.1:9/0", "Le serveur de REDIS_URL ne répond pas"),
    ],
)
def test_a_server_that_does_not_answer_is_named(start, tmp_path, name, url, sentence):
    said = refusal(start("--port", str(free_port()), var=tmp_path / "var", **{name: url}))
    assert sentence in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_said(start, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("no right to mount")
    try:
        said = refusal(start("--port", str(free_port()), var=disk / "var"))
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
    assert "Le disque est plein" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="already a plain user")
def test_a_plain_user_starts_it_too(tmp_path):
    """Root hands PostgreSQL to `nobody`; a plain user runs it itself."""
    python = Path(sys.executable).resolve()
    if not all(_can_reach(65534, path) for path in (ROOT, python, Path(sys.executable).absolute())):
        pytest.skip("a plain user cannot read this checkout or this Python")
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/atlas-launcher-XXXXXX"], text=True).strip())  # noqa: S108
    os.chown(folder, 65534, 65534)
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-m", "atlas.launcher"]
    try:
        done = subprocess.run(
            [*command, "manage", "check", "--database", "default"],
            cwd=ROOT,
            env=clean_environment(ATLAS_VAR=str(folder / "var"), HOME=str(folder)),
            capture_output=True,
            text=True,
            timeout=120,
        )
    finally:
        subprocess.run(["rm", "-rf", folder], check=True)
    assert done.returncode == 0, done.stderr


def test_a_lock_left_by_a_killed_server_stops_no_start(start, ready_var):
    """The number it holds may live on as somebody else, or as a zombie that nobody buries."""
    lock = ready_var / "run" / ".s.PGSQL.5432.lock"
    lock.write_text(f"{os.getpid()}\n{ready_var}\n0\n5432\n")
    port = free_port()
    process = start("--port", str(port), var=ready_var)
    wait_until_ready(process, port, ready_var)
    end(process, signal.SIGINT)
    assert process.returncode == 0
