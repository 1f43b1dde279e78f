"""`manage.py prepare`: what stands between an empty database and a portal to browse. Used by `run.py`.

One process for all, since half of the time would go into starting Django; what did not change is not loaded again.
"""

import io
import os

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from atlas.launcher import step
from atlas.prepared import Memory


class Command(BaseCommand):
    help = "Met la base en état : structure, données de référence, données de démonstration."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--empty", action="store_true", help="sans données de démonstration")

    def handle(self, *args, **options) -> None:
        self.memory = Memory(settings.VAR_DIR, os.environ["DATABASE_URL"])
        # What was loaded is asked before the migrations, which make another database of this one.
        loads = {"load_reference": "Données de référence"}
        if not options["empty"]:
            loads["demo"] = "Données de démonstration"
        held = [part for part in loads if self.memory.holds(part)]
        with step("Structure de la base"):
            call_command("migrate", interactive=False, verbosity=0)
            call_command("setup_groups", verbosity=0)
        self.memory.note("structure", *held)
        for command, label in loads.items():
            if command not in held:
                with step(label):
                    call_command(command, stdout=io.StringIO())
                self.memory.note(command)
        with step("Chiffres du panorama"):
            call_command("refresh_panorama", stdout=io.StringIO())
