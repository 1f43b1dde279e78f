"""`manage.py generate_load --projects N`: invented projects by the million, for benchmarks; `--remove` takes them away."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.utils import ProgrammingError

from projects.demo import load

ALLOWED = ("demo", "dev", "test")


class Command(BaseCommand):
    help = "Ajoute des projets inventés, pour mesurer le portail ; la base est occupée pendant ce temps."

    def add_arguments(self, parser) -> None:
        wanted = parser.add_mutually_exclusive_group(required=True)
        wanted.add_argument("--projects", type=int, metavar="N", help="nombre de projets, les mêmes chaque fois")
        wanted.add_argument("--remove", action="store_true", help="retire ceux qui ont été ajoutés")
        parser.add_argument("--force", action="store_true", help="même en production")

    def handle(self, *args, **options) -> None:
        here = settings.SETTINGS_MODULE.rsplit(".", 1)[-1]
        if here not in ALLOWED and not options["force"]:
            raise CommandError(
                f"Réglages « {here} » : des projets inventés n’ont rien à y faire (--force pour passer outre)."
            )
        began = time.monotonic()
        if options["remove"]:
            self.stdout.write(f"{load.remove()} projets retirés en {time.monotonic() - began:.0f} s")
            return
        if options["projects"] < 1:
            raise CommandError("Indiquez un nombre de projets, à partir de 1.")
        try:
            mended = load.generate(options["projects"])
        except ValueError as refusal:
            raise CommandError(
                {
                    "already there": "La charge est déjà là : retirez-la d’abord (--remove).",
                    "nobody": "Aucune autorité étrangère placée : chargez d’abord la démonstration (manage.py demo).",
                }[str(refusal)]
            ) from None
        except ProgrammingError as refusal:
            raise CommandError(f"PostgreSQL refuse de suspendre les déclencheurs : {refusal}") from None
        self.stdout.write(
            f"{options['projects']} projets en {time.monotonic() - began:.0f} s, {mended} résumés à corriger"
        )
