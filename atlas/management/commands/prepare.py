"""`manage.py prepare`: what stands between an empty database and a portal to browse. Used by `run.py`.

One process for all, since half of the time would go into starting Django; what did not change is not loaded again.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from atlas.launcher import step


def _sources(*names: str) -> Iterator[Path]:
    """Files under our apps whose change asks for a new load: `names` are folders or patterns inside each app."""
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if folder.parent == settings.BASE_DIR:
            for name in names:
                yield from (path for path in sorted(folder.glob(name)) if path.is_file() and path.suffix != ".pyc")


def fingerprint(*names: str) -> str:
    """Digest of the contents of these files."""
    digest = hashlib.sha256()
    for path in _sources(*names):
        digest.update(f"{path.relative_to(settings.BASE_DIR)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def database_identity() -> str:
    """Name that no other database bears, not even one made again under the same name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid "
            "FROM pg_database WHERE datname = current_database()"
        )
        return cursor.fetchone()[0]


REFERENCE = (
    "data/**/*",
    "migrations/*.py",
    "imports/**/*.py",
    "services/**/*.py",
    "management/commands/load_reference.py",
)
DEMONSTRATION = (*REFERENCE, "management/commands/demo.py", "demo.py", "demo/**/*")


class Command(BaseCommand):
    help = "Met la base en état : structure, données de référence, données de démonstration."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--empty", action="store_true", help="sans données de démonstration")

    def handle(self, *args, **options) -> None:
        with step("Structure de la base"):
            call_command("migrate", interactive=False, verbosity=0)
            call_command("setup_groups", verbosity=0)
        self.memory = settings.VAR_DIR / "prepared.json"
        self.load("load_reference", "Données de référence", REFERENCE)
        if not options["empty"]:
            self.load("demo", "Données de démonstration", DEMONSTRATION)
        with step("Chiffres du panorama"):
            call_command("refresh_panorama", stdout=io.StringIO())

    def load(self, command: str, label: str, names: tuple[str, ...]) -> None:
        """Run `command`, unless it already ran with the same files on this very database."""
        try:
            done = json.loads(self.memory.read_text())
        except (OSError, ValueError):
            done = {}
        key, state = f"{command} {database_identity()}", fingerprint(*names)
        if done.get(key) == state:
            return
        with step(label):
            call_command(command, stdout=io.StringIO())
        self.memory.write_text(json.dumps(done | {key: state}))
