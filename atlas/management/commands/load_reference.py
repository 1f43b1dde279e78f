"""`manage.py load_reference`: everything of `atlas/data/`, in one idempotent command."""

import sys
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from atlas.imports.tables import ReferenceError
from atlas.services.reference import DATA_FOLDER, Outcome, load_reference

STEPS = 23


class Command(BaseCommand):
    help = "Charge les données de référence (territoires, pays, codes). Une seconde exécution ne change rien."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--check", action="store_true", help="vérifier et montrer les différences sans rien écrire")
        parser.add_argument("--folder", type=Path, default=DATA_FOLDER, help="dossier de l’édition")

    def handle(self, *args, **options) -> None:
        self.done, started = 0, time.monotonic()
        try:
            outcomes = load_reference(folder=options["folder"], check=options["check"], tell=self.tell)
        except ReferenceError as refusal:
            for fault in refusal.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"Édition refusée : {len(refusal.faults)} fautes, rien n’a été écrit.") from None
        added, changed, ended = (sum(getattr(o, name) for o in outcomes) for name in ("added", "changed", "ended"))
        verdict = "à écrire (rien ne l’a été)" if options["check"] else "écrits"
        self.stdout.write(
            f"{added} ajouts, {changed} modifications, {ended} fins {verdict}, en {time.monotonic() - started:.1f} s."
        )

    def tell(self, outcome: Outcome) -> None:
        self.done += 1
        bar = f"[{'█' * self.done}{'·' * max(0, STEPS - self.done)}] " if sys.stdout.isatty() else ""
        self.stdout.write(
            f"{bar}{outcome.family} : {outcome.rows} lignes, {outcome.added} ajoutées, "
            f"{outcome.changed} modifiées, {outcome.ended} terminées"
        )
        for note in outcome.notes:
            self.stdout.write(f"  {note}")
