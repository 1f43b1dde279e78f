"""Child processes that never outlive us, one clear sentence for what goes wrong, and a way down from root.

Standard library only, Linux only, and no Django: this runs before anything else is there.
"""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
START_TIMEOUT = 60.0
_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


class Problem(Exception):
    """What prevents a start, in one French sentence meant for the person at the keyboard."""


def explain(text: str, otherwise: str) -> str:
    """Sentence for the last words of a program that failed: the usual causes, or `otherwise` and those words."""
    if "No space left on device" in text or "Disk quota exceeded" in text or "Errno 28" in text:
        return "Le disque est plein : libérez de la place (un gigaoctet suffit), puis recommencez."
    last = [line.strip() for line in text.splitlines() if line.strip()][-3:]
    return f"{otherwise}\n  " + "\n  ".join(last) if last else otherwise


# --- Child processes --------------------------------------------------------------------------------------------------


def tied_to_us(on_orphan: int = signal.SIGTERM) -> Callable[[], None]:
    """`preexec_fn` of a child to which the kernel sends `on_orphan` when we die, even by SIGKILL.

    That order is tied to the calling thread: call from the main one.
    """
    parent = os.getpid()

    def tie() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(on_orphan))
        if os.getppid() != parent:  # we died between fork and prctl
            os._exit(1)

    return tie


def spawn(
    command: list[str], log: Path, *, env: dict | None = None, cwd: Path | None = None, on_orphan: int = signal.SIGTERM
) -> subprocess.Popen:
    """Start `command` in a session of its own, so that Ctrl-C reaches us first; its output goes to the end of `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=tied_to_us(on_orphan),
        )


def _started_at(pid: int) -> str | None:
    """Start time of a living process in clock ticks: with its pid, an identity that the kernel does not reuse."""
    with contextlib.suppress(OSError, IndexError):
        words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return words[19] if words[0] != "Z" else None
    return None


@dataclass
class Server:
    """A child process that must live as long as the portal. `stop_signal` asks it to end at once but cleanly."""

    label: str
    process: subprocess.Popen
    log: Path
    stop_signal: int
    pid_file: Path
    log_offset: int = 0

    @classmethod
    def start(
        cls,
        name: str,
        label: str,
        command: list[str],
        run: Path,
        logs: Path,
        stop_signal: int = signal.SIGTERM,
        **options,
    ) -> "Server":
        """Start it; its pid is noted in `run`, for whoever must end it after us. `options` are those of `spawn()`."""
        log, pid_file = logs / f"{name}.log", run / f"{name}.pid"
        offset = log.stat().st_size if log.exists() else 0
        process = spawn(command, log, **({"on_orphan": stop_signal} | options))
        pid_file.write_text(f"{process.pid} {_started_at(process.pid)} {int(stop_signal)}")
        return cls(label, process, log, stop_signal, pid_file, offset)

    def words(self) -> str:
        """What the process wrote since this start (the last 10 kB)."""
        with contextlib.suppress(OSError), self.log.open("rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(self.log_offset, end - 10_000))
            return log.read().decode(errors="replace")
        return ""

    def wait_until(self, ready: Callable[[], bool], timeout: float = START_TIMEOUT) -> None:
        """Return when `ready()` is true.

        Raises:
            Problem: the process ended, or `timeout` seconds passed.
        """
        deadline = time.monotonic() + timeout
        while not ready():
            if self.process.poll() is not None:
                raise Problem(explain(self.words(), f"{self.label} s’est arrêté aussitôt (journal : {self.log})."))
            if time.monotonic() > deadline:
                raise Problem(explain(self.words(), f"{self.label} ne répond pas (journal : {self.log})."))
            time.sleep(0.02)

    def stop(self, timeout: float = 5.0) -> None:
        """End the process, then whatever is left of its group."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.pid_file.unlink(missing_ok=True)


def end_leftovers(run: Path, timeout: float = 10.0) -> None:
    """End the servers noted in `run`, with all of their children: those of a launcher that was killed."""
    notes = {}
    for pid_file in run.glob("*.pid"):
        with contextlib.suppress(ValueError, OSError):
            pid, started_at, stop_signal = pid_file.read_text().split()
            if (now := _started_at(int(pid))) and now != started_at:  # the number went to a stranger
                pid_file.unlink()
                continue
            notes[pid_file] = int(pid)
            with contextlib.suppress(ProcessLookupError):  # gone, but its group may still have members
                os.kill(int(pid), int(stop_signal))
    deadline = time.monotonic() + timeout
    for pid_file, pid in notes.items():
        while _started_at(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        pid_file.unlink(missing_ok=True)


@contextlib.contextmanager
def keeper(run: Path, lock: int) -> Iterator[None]:
    """Have a process tidy up after us if we are killed: a dead launcher cannot see to its grandchildren.

    It wakes up when its standard input closes, which is when we end, however we end. Until it is done it holds the file
    descriptor `lock`, so that a new start waits for it.
    """
    command = [sys.executable, "-m", "atlas.processes", str(run)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[lock], start_new_session=True):
        yield


# --- PostgreSQL refuses root ------------------------------------------------------------------------------------------


def _can_reach(uid: int, path: Path) -> bool:
    """True when the folders above `path` let this plain user pass."""
    for folder in path.resolve().parents:
        state = folder.stat()
        if not state.st_mode & (stat.S_IXUSR if state.st_uid == uid else stat.S_IXOTH):
            return False
    return True


def as_other_user(account: pwd.struct_passwd, paths: list[Path], on_orphan: int) -> list[str]:
    """Words to put before a command so that it runs as `account` (root only).

    When the checkout lies where that account may not pass (/root is often 0700), it receives the one capability that
    lets it read through: neither a copy of the server nor a wider mode on somebody's home is needed.
    """
    if not shutil.which("setpriv"):
        raise Problem("PostgreSQL refuse de tourner en root et « setpriv » (util-linux) manque : lancez-moi sans root.")
    words = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--no-new-privs"]
    if not all(_can_reach(account.pw_uid, path) for path in paths):
        effective = int(Path("/proc/self/status").read_text().split("CapEff:")[1].split()[0], 16)
        # Containers often keep only the wider of the two.
        capability = "dac_read_search" if effective >> CAP_DAC_READ_SEARCH & 1 else "dac_override"
        if not effective >> CAP_DAC_OVERRIDE & 1 and capability == "dac_override":
            raise Problem(
                f"PostgreSQL refuse de tourner en root, et le compte {account.pw_name} n’a pas accès à "
                f"{paths[0]} : lancez-moi sans root, ou depuis un dossier lisible par tous."
            )
        words += [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
        words += ["--securebits=+no_setuid_fixup"]  # else access(), which initdb calls, forgets the capability
    return [*words, f"--pdeathsig={signal.Signals(on_orphan).name[3:]}", "--"]


if __name__ == "__main__":  # the keeper
    sys.stdin.read()
    end_leftovers(Path(sys.argv[1]), timeout=5.0)
