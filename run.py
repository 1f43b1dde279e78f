#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""The portal with one command, on a machine that has nothing but Python: `python3 run.py --help`.

This file makes `.venv` from the hash-pinned lock, then hands over to `atlas/launcher.py` in it. Standard library only,
and nothing that an old Python could not read down to the check of its version.
"""

import os
import sys

if sys.version_info < (3, 11):
    sys.exit(
        "L'atlas demande Python 3.11 ou plus récent ; celui-ci est Python %d.%d. "
        "Relancez avec « python3.11 run.py », ou installez un Python plus récent." % sys.version_info[:2]
    )
if not sys.platform.startswith("linux"):
    sys.exit("L'atlas se lance sous Linux (sous Windows : WSL ; sous macOS : un conteneur).")

import contextlib
import fcntl
import hashlib
import json
import shutil
import subprocess
import venv
from pathlib import Path

from atlas.launcher import parse, step, to_sentences
from atlas.processes import Problem, explain

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "atlas.json"


def digest(lock: str) -> str:
    """Fingerprint of a lock file: what the stamp of a finished installation remembers."""
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def installed() -> dict[str, str]:
    """Fingerprints of the locks that `.venv` holds; empty when it is absent, half made or broken."""
    if PYTHON.exists():
        with contextlib.suppress(OSError, ValueError):
            return json.loads(STAMP.read_text())
    return {}


def ensure_packages(lock: str) -> None:
    """Make `.venv`, or bring it to `lock`. Without a stamp it was interrupted (or is not ours): it is made anew."""
    var = Path(os.environ.get("ATLAS_VAR", ROOT / "var"))
    var.mkdir(parents=True, exist_ok=True)
    with (var / "install.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # two commands at once: the second waits, then finds everything there
        if installed().get(lock) == digest(lock):
            return
        with step("Paquets Python (une minute environ la première fois)"):
            if not installed():
                shutil.rmtree(VENV, ignore_errors=True)
                venv.create(VENV, symlinks=True)
            STAMP.unlink(missing_ok=True)
            install(lock, var / "log")
            # The development lock holds the packages of the other one, at the same versions.
            held = ["requirements.lock", lock]
            STAMP.write_text(json.dumps({name: digest(name) for name in held}))


def install(lock: str, logs: Path) -> None:
    """pip from the wheel in vendor/: Debian's Python may come without `ensurepip`."""
    pip = next((ROOT / "vendor").glob("pip-*.whl"))
    command = [PYTHON, pip / "pip", "install", "--requirement", ROOT / lock]
    command += ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--retries", "2", "--no-input"]
    command += ["--disable-pip-version-check", "--root-user-action", "ignore", "--no-compile"]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    logs.mkdir(parents=True, exist_ok=True)
    (logs / "install.log").write_text(done.stdout)
    if done.returncode:
        sentence = "L'installation des paquets Python a échoué (journal : %s)." % (logs / "install.log")
        if any(words in done.stdout for words in ("establish a new connection", "name resolution", "No matching dist")):
            sentence = (
                "Paquets Python introuvables : vérifiez l'accès au réseau (ou à votre miroir pip), puis recommencez."
            )
        raise Problem(explain(done.stdout, sentence))


def main() -> None:
    """Check the words of the command line, make `.venv`, hand over."""
    options = parse(sys.argv[1:])
    os.chdir(ROOT)
    ensure_packages("requirements-dev.lock" if options.command == "test" else "requirements.lock")
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), "-m", "atlas.launcher", *sys.argv[1:]])


if __name__ == "__main__":
    with to_sentences():
        main()
