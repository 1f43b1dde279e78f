"""`manage.py refresh_panorama`: the national figures of every year, computed when data changed since."""

from django.core.management.base import BaseCommand

from projects.figures import refresh


class Command(BaseCommand):
    help = "Calcule les chiffres du panorama si les données ont changé."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--force", action="store_true", help="même si rien n’a changé")

    def handle(self, *args, **options) -> None:
        done = refresh(force=options["force"])
        self.stdout.write("Chiffres calculés." if done else "Les données n’ont pas changé : rien à calculer.")
