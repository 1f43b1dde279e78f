"""`manage.py freeze_panorama YEAR`: keep the national figures of a year for ever, with their rules and a file."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from projects.services import freeze_panorama


class Command(BaseCommand):
    help = "Fige les chiffres du panorama d’une année, avec leurs règles et un fichier."

    def add_arguments(self, parser) -> None:
        parser.add_argument("year", type=int, help="année, au 31 décembre de laquelle on compte")
        parser.add_argument("--note", default="", help="ce que corrige une nouvelle édition de la même année")

    def handle(self, *args, **options) -> None:
        try:
            snapshot = freeze_panorama(options["year"], actor=None, note=options["note"])
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from None
        self.stdout.write(f"Panorama figé : {snapshot}, {snapshot.file.name}, SHA-256 {snapshot.sha256}")
