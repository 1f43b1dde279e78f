"""No child outlives us, and what goes wrong is one sentence."""

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from atlas import processes
from atlas.processes import Server, end_leftovers, explain

from .conftest import ROOT, clean_environment

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
# A server with a child of its own that ignores polite requests, as a pool of workers may.
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time\n"
    "child = 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)'\n"
    "print(subprocess.Popen([sys.executable, '-c', child]).pid, flush=True); time.sleep(60)",
]


def wait_for(condition, timeout: float = 10.0):
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
    return result


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_child_dies_with_a_killed_parent(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from atlas.processes import spawn\n"
        f"print(spawn({SLEEP!r}, Path({str(tmp_path)!r}) / 'log').pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        assert not gone(child)
        parent.kill()
    wait_for(lambda: gone(child))


def test_stopping_a_server_ends_its_children_too(tmp_path):
    server = Server.start("stubborn", "Le têtu", STUBBORN, tmp_path, tmp_path)
    grandchild = wait_for(lambda: server.words().strip())
    server.stop(timeout=1)
    wait_for(lambda: gone(int(grandchild)))
    assert not list(tmp_path.glob("*.pid"))


def test_leftovers_of_a_killed_launcher_are_ended(tmp_path):
    server = Server.start("stubborn", "Le têtu", STUBBORN, tmp_path, tmp_path)
    grandchild = wait_for(lambda: server.words().strip())
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert not gone(int(grandchild))
    end_leftovers(tmp_path, timeout=1)
    wait_for(lambda: gone(int(grandchild)))
    assert not list(tmp_path.glob("*.pid"))


def test_a_number_that_went_to_a_stranger_is_left_alone(tmp_path):
    with subprocess.Popen(SLEEP) as stranger:
        (tmp_path / "old.pid").write_text(f"{stranger.pid} 1 {int(signal.SIGKILL)}")
        end_leftovers(tmp_path, timeout=0.1)
        assert stranger.poll() is None
        stranger.kill()
    assert not list(tmp_path.glob("*.pid"))


def test_a_server_that_fails_says_its_last_words(tmp_path):
    server = Server.start("bad", "Le serveur", [sys.executable, "-c", "raise SystemExit('boum')"], tmp_path, tmp_path)
    with pytest.raises(processes.Problem, match=r"Le serveur s’est arrêté aussitôt[^\0]*boum"):
        server.wait_until(lambda: False)
    server.stop()


def test_a_full_disk_is_named():
    assert "disque est plein" in explain("initdb: error: could not write: No space left on device\n", "Autre chose")
    assert explain("a\nb\n", "Autre chose") == "Autre chose\n  a\n  b"


@pytest.mark.parametrize("version", [(3, 6), (3, 8), (3, 10)])
def test_an_old_python_reads_one_sentence(version):
    source = (ROOT / "run.py").read_text()
    ast.parse(source, feature_version=version)
    code = f"import sys; sys.version_info = ({version[0]}, {version[1]}, 0); exec(open('run.py').read())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Python 3.11 ou plus récent" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--help"], "Démarre l’atlas"),
        (["--port", "huit"], "Je ne comprends pas"),
        (["--inconnu"], "Je ne comprends pas"),
    ],
)
def test_the_command_line_answers_in_french_before_anything_starts(words, said, tmp_path):
    environment = clean_environment(ATLAS_VAR=str(tmp_path / "var"))
    done = subprocess.run([sys.executable, "run.py", *words], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert said in done.stdout + done.stderr
    assert not Path(tmp_path / "var").exists()
