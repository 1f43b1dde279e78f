"""The README's first command as a newcomer meets it: start it in a clean clone, read pages, stop it, start it again.

    python3 .ci/first_start.py FOLDER

Standard library only: nothing is installed when it runs. It prints what it measured, and fails when a page does, when a
limit is passed, or when a process outlives the portal.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

# In seconds. The goals are 90 and 10: what was measured is printed beside them. A limit only tells a portal that hangs from
# one on a busy machine with a slow network, so that a run never fails for its neighbours.
FIRST_LIMIT, NEXT_LIMIT, STOP_LIMIT = 300.0, 90.0, 60.0
PAGES = {
    "/": "Atlas",
    "/collectivites/?q=sant+etiene": "Saint-Étienne",
    "/pays/sn/": "Sénégal",
    "/jumelages/?country=DE": "Allemagne",
    "/api/v1/partnerships/?page_size=1": "results",
    "/api/v1/documentation/": "collectivities",
    "/static/css/atlas.css": "",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(address: str) -> tuple[int, str]:
    """Status and text; status 0 while nobody listens."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def of_folder(folder: Path) -> Iterator[str]:
    """Living processes that belong to this clone, by what they were started with or from."""
    mark = os.fsencode(folder)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                ours = mark in command or mark in os.fsencode(os.readlink(entry / "cwd"))
                if ours and b"first_start.py" not in command:
                    yield f"{entry.name}: {command.replace(bytes(1), b' ').decode(errors='replace')}"


def announced(folder: Path) -> bool:
    """True once the launcher has shown its address: from then on it is asked to stop, not interrupted."""
    with contextlib.suppress(OSError, ValueError):
        return bool(json.loads((folder / "var" / "services.json").read_text())["address"])
    return False


def start(folder: Path, port: int, limit: float) -> tuple[subprocess.Popen, float]:
    """The portal, once ready, and how long it took."""
    environment = {name: value for name, value in os.environ.items() if name != "ATLAS_VAR"}
    began = time.monotonic()
    command = ["python3", "run.py", "--port", str(port)]
    portal = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL)
    while not announced(folder) or get(f"http://127.0.0.1:{port}/readyz")[0] != 200:
        if portal.poll() is not None:
            sys.exit(f"The portal ended with code {portal.returncode}.")
        if time.monotonic() - began > limit:
            portal.terminate()
            portal.wait(STOP_LIMIT)
            sys.exit(f"Not ready after {limit:.0f} s.")
        time.sleep(0.1)
    return portal, time.monotonic() - began


def stop(portal: subprocess.Popen, folder: Path, number: signal.Signals) -> float:
    """Ask it to stop, see that it says so and leaves nothing; returns how long it took."""
    began = time.monotonic()
    portal.send_signal(number)
    if portal.wait(STOP_LIMIT) != 0:
        sys.exit(f"Stopped by {number.name}, the portal ended with code {portal.returncode}.")
    took = time.monotonic() - began
    time.sleep(0.5)
    if left := list(of_folder(folder)):
        sys.exit("Left behind:\n" + "\n".join(left))
    return took


def main() -> None:
    folder, port = Path(sys.argv[1]).resolve(), free_port()
    portal, first = start(folder, port, FIRST_LIMIT)
    try:
        for path, words in PAGES.items():
            status, text = get(f"http://127.0.0.1:{port}{path}")
            if status != 200 or words not in text:
                sys.exit(f"{path}: status {status}, «{words}» {'found' if words in text else 'not found'}")
        first_stop = stop(portal, folder, signal.SIGINT)
        portal, again = start(folder, port, NEXT_LIMIT)
        second_stop = stop(portal, folder, signal.SIGTERM)
    finally:
        if portal.poll() is None:
            portal.terminate()
            portal.wait(STOP_LIMIT)
    print(
        f"first start {first:.1f} s (goal 90), {len(PAGES)} pages read, stop {first_stop:.1f} s, "
        f"next start {again:.1f} s (goal 10), stop {second_stop:.1f} s"
    )


if __name__ == "__main__":
    main()
