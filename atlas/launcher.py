"""What `run.py` does once `.venv` is there: the portal, the tests, or a management command, each with its services.

Nothing here imports Django: the settings are read by the child processes, once DATABASE_URL and REDIS_URL are known.
"""

import argparse
import contextlib
import errno
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from atlas.embedded import Services, check_broker, check_database
from atlas.prepared import Memory
from atlas.processes import Problem, Server, end_leftovers, explain, keeper, tied_to_us

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "atlas-demo"  # noqa: S105 — of the demonstration accounts, shown to whoever starts it
ACCOUNTS = {
    "admin@demo.example": "administration",
    "dctciv@demo.example": "chargé de mission du ministère",
    "ville@demo.example": "représentante d’une commune",
    "region@demo.example": "contributeur d’une région",
    "ambassade@demo.example": "correspondante au Sénégal",
    "prefecture@demo.example": "conseillère diplomatique en Bretagne",
}
WEB_WORKERS, WEB_THREADS = 2, 4
SHARED = ("DATABASE_URL", "REDIS_URL", "ATLAS_VAR")  # what a command beside the portal must know


# --- Words on the screen ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def step(label: str) -> Iterator[None]:
    """Show a step while it runs, then its duration in seconds."""
    print(f"  {label:.<66} ", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        print("interrompu", flush=True)
        raise
    print(f"{time.monotonic() - start:5.1f} s".replace(".", ","), flush=True)


@contextlib.contextmanager
def to_sentences() -> Iterator[None]:
    """End the program with one sentence, not a traceback, on what a person can mend."""
    try:
        yield
    except Problem as problem:
        sys.exit(f"\n{problem}")
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            sys.exit("\n" + explain("No space left on device", ""))
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            sys.exit(f"\nImpossible d’écrire dans {error.filename} : ce dossier appartient-il à un autre compte ?")
        raise


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"Je ne comprends pas cette commande ({message}). Voir : python3 run.py --help\n")


def parse(words: list[str]) -> argparse.Namespace:
    """Read the command line. `command` is "portal", "test" or "manage"; what follows the last two is theirs (`rest`)."""
    parser = Parser(
        prog="python3 run.py",
        usage="python3 run.py [--host ADRESSE] [--port PORT] [--empty]\n"
        "       python3 run.py test [arguments de pytest]\n"
        "       python3 run.py manage COMMANDE [arguments]",
        description="Démarre l’atlas, lance ses tests, ou exécute une commande de gestion.",
        epilog="DATABASE_URL et REDIS_URL, s’ils sont définis, remplacent les serveurs embarqués ; "
        "ATLAS_VAR déplace le dossier des données (var/).",
        add_help=False,
    )
    options = parser.add_argument_group("Options")
    options.add_argument("-h", "--help", action="help", help="affiche cette aide")
    options.add_argument("--host", default="127.0.0.1", help="adresse d’écoute (127.0.0.1)")
    options.add_argument("--port", type=int, default=8000, help="port d’écoute (8000)")
    options.add_argument("--empty", action="store_true", help="sans données de démonstration ni comptes")
    if words[:1] in (["test"], ["manage"]):
        return argparse.Namespace(command=words[0], rest=words[1:])
    return parser.parse_args(words, argparse.Namespace(command="portal", rest=[]))


# --- One holder of the services at a time -----------------------------------------------------------------------------


class Holder:
    """Who runs the services of `var`, and how others join: a lock, and a file that says who holds it and where.

    The kernel frees the lock when its holder dies, however it dies.
    """

    def __init__(self, var: Path) -> None:
        var.mkdir(parents=True, exist_ok=True)
        self.state = var / "services.json"
        self.lock = (var / "services.lock").open("a")
        self.users = (var / "services.users").open("a")

    def acquire(self, timeout: float = 15.0) -> bool:
        """True when the services are ours to start. Waits while the remains of a killed holder are tidied up."""
        deadline = time.monotonic() + timeout
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.publish({})
                return True
            pid = self.published().get("pid")
            if (pid and Path(f"/proc/{pid}").exists()) or time.monotonic() > deadline:
                return False
            time.sleep(0.1)

    def publish(self, environment: dict[str, str], address: str = "") -> None:
        """Say who we are, and once the services are ready, where. Ours alone to read: it may hold a password."""
        draft = self.state.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
            shared = {name: environment[name] for name in SHARED if name in environment}
            json.dump({"pid": os.getpid(), "environment": shared, "address": address}, handle)
        draft.rename(self.state)

    def published(self) -> dict:
        """What the holder published; empty when there is none."""
        with contextlib.suppress(OSError, ValueError):
            return json.loads(self.state.read_text())
        return {}

    def environment(self, timeout: float = 90.0) -> dict[str, str]:
        """Addresses of the holder's services, once a start in progress gets there.

        Raises:
            Problem: it does not, or the holder is stopping.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and (state := self.published()):
            if state["environment"]:
                return state["environment"]
            time.sleep(0.1)
        raise Problem("L’atlas est en train de démarrer ou de s’arrêter : réessayez dans un instant.")

    def join(self) -> None:
        """Count among the users: a command that holds the services waits for us before it stops them."""
        fcntl.flock(self.users, fcntl.LOCK_SH)

    def wait_for_users(self) -> None:
        """Return when nobody else uses our services."""
        fcntl.flock(self.users, fcntl.LOCK_EX)


def start_services(services: Services) -> dict[str, str]:
    """Start what the environment does not name; returns the whole environment of the child processes.

    Raises:
        Problem: a server does not start, or one that DATABASE_URL or REDIS_URL names does not answer.
    """
    if url := os.environ.get("DATABASE_URL"):
        with step("PostgreSQL de DATABASE_URL"):
            check_database(url)
    else:
        with step("PostgreSQL embarqué"):
            services.start_database()
    if url := os.environ.get("REDIS_URL"):
        with step("Serveur de REDIS_URL"):
            check_broker(url)
    else:
        with step("Valkey embarqué"):
            services.start_broker()
    return environment_of_children(services.environment | {"ATLAS_VAR": str(services.var)})


def environment_of_children(found: dict[str, str]) -> dict[str, str]:
    """Ours, completed by what was found; what the caller set wins."""
    ours = {name: value for name, value in os.environ.items() if value or name not in found}
    return {"DJANGO_SETTINGS_MODULE": "atlas.settings.demo", "PYTHONUNBUFFERED": "1"} | found | ours


# --- The portal -------------------------------------------------------------------------------------------------------


def check_port(host: str, port: int) -> None:
    """See that the web server may listen there.

    Raises:
        Problem: the port is taken, or the address is not ours.
    """
    try:
        family, kind, _proto, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise Problem(
                f"Le port {port} est déjà pris par un autre programme : choisissez-en un autre, "
                f"par exemple « python3 run.py --port {port + 1} »."
            ) from None
        raise Problem(f"Impossible d’écouter sur {host}, port {port} : {error}.") from None


def readiness(host: str, port: int) -> dict:
    """Answer of /readyz, or {} while nobody answers."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        connection.request("GET", "/readyz")
        return json.loads(connection.getresponse().read())
    return {}


def portal(options: argparse.Namespace, var: Path) -> int:
    """Start everything, say so, and watch until told to stop or until one part fails. Returns the exit code."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host)  # noqa: S104
    shown = "localhost" if local in ("127.0.0.1", "::1") else local
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{options.port}/"
    holder = Holder(var)
    if not holder.acquire():
        where = holder.published().get("address")
        raise Problem(
            f"L’atlas tourne déjà : {where}" if where else "Une autre commande utilise var/ : attendez sa fin."
        )
    logs = var / "log"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a script may start us with SIGINT ignored
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, _interrupt)
    with contextlib.ExitStack() as stack:
        services = Services(var)
        end_leftovers(services.run)
        stack.enter_context(keeper(services.run, holder.lock.fileno()))
        stack.enter_context(services)
        stack.callback(holder.state.unlink, missing_ok=True)
        stack.callback(_stop_listening)
        check_port(options.host, options.port)
        environment = start_services(services)
        environment.setdefault("ATLAS_SITE_URL", address.rstrip("/"))
        parts = ("structure", "load_reference") if options.empty else ("structure", "load_reference", "demo")
        if not Memory(var, environment["DATABASE_URL"]).holds(*parts):
            prepare(environment, options.empty)
        bind = f"[{options.host}]:{options.port}" if ":" in options.host else f"{options.host}:{options.port}"
        web = ["-m", "gunicorn", "atlas.wsgi", "--bind", bind, "--worker-class", "gthread", "--preload"]
        web += [
            "--workers",
            str(WEB_WORKERS),
            "--threads",
            str(WEB_THREADS),
            "--graceful-timeout",
            "3",
            "--no-control-socket",
        ]
        # One worker process beside the clock: enough for a demonstration. SIGQUIT ends a task at once; it is redelivered.
        worker = ["-m", "celery", "-A", "atlas", "worker", "-B", "--concurrency", "1", "--loglevel", "WARNING"]
        worker += ["--schedule", str(var / "celerybeat-schedule"), "--without-gossip", "--without-mingle"]
        for name, label, words, signals in (
            ("web", "Le serveur web", web, {}),
            ("worker", "Le travailleur Celery", worker, {"stop_signal": signal.SIGQUIT, "on_orphan": signal.SIGKILL}),
        ):
            command = [sys.executable, *words]
            server = Server.start(name, label, command, services.run, logs, env=environment, cwd=ROOT, **signals)
            services.servers.append(server)
        with step("Serveur web, Celery et son horloge"):
            web_server = services.servers[-2]
            state: dict = {}

            def ready() -> bool:
                state.update(readiness(local, options.port))
                return state.get("status") == "ok"

            web_server.wait_until(ready)

        def announce() -> None:
            print(welcome(address, options.empty, logs), flush=True)
            holder.publish(environment, address)

        return watch(services, announce)


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _stop_listening() -> None:
    """From here on we stop the servers in order: an impatient second Ctrl-C must not cut that short."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def prepare(environment: dict[str, str], empty: bool) -> None:
    """Migrate and load, in one process that prints its own steps.

    Raises:
        Problem: it failed; its last words say why.
    """
    words = [sys.executable, "manage.py", "prepare", *(["--empty"] if empty else [])]
    with subprocess.Popen(
        words, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=tied_to_us()
    ) as child:
        try:
            errors = child.stderr.read()
        except KeyboardInterrupt:
            child.terminate()
            raise
    if child.returncode:
        raise Problem(explain(errors, "La base n’a pas pu être préparée :"))


def welcome(address: str, empty: bool, logs: Path) -> str:
    """The block that a newcomer reads."""
    rule = "─" * 78
    lines = ["", rule, f"  L’atlas est ouvert :  {address}", ""]
    if empty:
        lines += ["  Sans données de démonstration. Créez un compte :", "    python3 run.py manage createsuperuser"]
    else:
        lines += [f"  Comptes de démonstration, mot de passe « {PASSWORD} » :"]
        lines += [f"    {email:<24} {role}" for email, role in ACCOUNTS.items()]
    return "\n".join([*lines, "", f"  Journaux : {logs}", "  Arrêter  : Ctrl-C", rule])


def watch(services: Services, announce: Callable[[], None]) -> int:
    """Say that all is open, then wait for Ctrl-C or SIGTERM (0), or for the end of a server, which is told (1)."""
    try:
        announce()
        while all(server.process.poll() is None for server in services.servers):
            time.sleep(0.5)
    except KeyboardInterrupt:
        print("\nArrêt…", flush=True)
        return 0
    dead = next(server for server in services.servers if server.process.poll() is not None)
    print("\n" + explain(dead.words(), f"{dead.label} s’est arrêté (journal : {dead.log})."), file=sys.stderr)
    return 1


# --- Tests and management commands ------------------------------------------------------------------------------------


def test(arguments: list[str]) -> NoReturn:
    """Become pytest; its plugin `tests.services_plugin` starts the services."""
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606


def manage(arguments: list[str], var: Path) -> int:
    """Run a management command with the services of a running portal, or with ours for as long as it lasts."""
    holder = Holder(var)
    with contextlib.ExitStack() as stack:
        if holder.acquire():
            services = stack.enter_context(Services(var))
            end_leftovers(services.run)
            with contextlib.redirect_stdout(sys.stderr):  # the command's output may be piped
                environment = start_services(services)
            holder.publish(environment)
            stack.callback(holder.wait_for_users)
            stack.callback(holder.state.unlink, missing_ok=True)
        else:
            holder.join()
            environment = environment_of_children(holder.environment())
        # Ctrl-C is the command's; we only tidy up after it. (Not SIG_IGN: the command would inherit it.)
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, _interrupt)
        words = [sys.executable, "manage.py", *arguments]
        child = subprocess.Popen(words, cwd=ROOT, env=environment, preexec_fn=tied_to_us())
        try:
            return child.wait()
        except KeyboardInterrupt:
            child.terminate()
            return child.wait()


def main() -> int:
    """Entry point in `.venv`, see `run.py`."""
    options = parse(sys.argv[1:])
    var = Path(os.environ.get("ATLAS_VAR", ROOT / "var")).resolve()
    if options.command == "test":
        test(options.rest)
    if options.command == "manage":
        return manage(options.rest, var)
    return portal(options, var)


if __name__ == "__main__":
    with to_sentences():
        sys.exit(main())
