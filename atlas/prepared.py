"""What a database was made from: fingerprints of the files, kept in `var/`, so that nothing is loaded twice.

No Django: the launcher asks before it starts anything. A database made anew, or migrated by hand, is another database.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOADERS = (
    "data/**/*",
    "migrations/*.py",
    "imports/**/*.py",
    "services/**/*.py",
    "management/commands/load_reference.py",
)
# Each part, with the files under our apps whose change asks for it again. Groups and permissions come from the code at large.
PARTS = {
    "migrations": ("migrations/*.py",),
    "structure": ("**/*.py",),
    "load_reference": LOADERS,
    "demo": (*LOADERS, "management/commands/demo.py", "demo.py", "demo/**/*"),
}


def fingerprint(part: str) -> str:
    """Digest of the files that a part is made from, and of the packages."""
    digest = hashlib.sha256()
    for path in _sources(part):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(part: str) -> Iterator[Path]:
    if part in ("migrations", "structure"):
        yield ROOT / "requirements.lock"
    for app in sorted(path.parent for path in ROOT.glob("*/apps.py")):
        for pattern in PARTS[part]:
            yield from (path for path in sorted(app.glob(pattern)) if path.is_file() and path.suffix != ".pyc")


def identity(database_url: str) -> str | None:
    """Name that no other database bears, not even one made again under the same name, nor the same one migrated since.

    None where no migration ever ran.
    """
    import psycopg

    with contextlib.suppress(psycopg.errors.UndefinedTable), psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid || '/'"
            " || (SELECT count(*) || '/' || max(id) FROM django_migrations)"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()[0]
    return None


class Memory:
    """What was made in the database of `database_url`, kept in the file `prepared.json` of `var`."""

    def __init__(self, var: Path, database_url: str) -> None:
        self.file = var / "prepared.json"
        self.database_url = database_url

    def holds(self, *parts: str) -> bool:
        """True when each of these parts was made from the files as they are now."""
        try:
            done = json.loads(self.file.read_text())
        except (OSError, ValueError):
            return False
        return (
            bool(done)
            and done.get("database") == identity(self.database_url)
            and all(done.get(part) == fingerprint(part) for part in parts)
        )

    def note(self, *parts: str) -> None:
        """Remember that these parts were made now; what is known of another database is forgotten."""
        here = identity(self.database_url)
        try:
            done = json.loads(self.file.read_text())
        except (OSError, ValueError):
            done = {}
        kept = done if done.get("database") == here else {}
        self.file.write_text(json.dumps(kept | {"database": here} | {part: fingerprint(part) for part in parts}))
