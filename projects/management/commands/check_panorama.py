"""`manage.py check_panorama YEAR`: recompute a frozen panorama from the rows; fails, and names each figure that differs."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from projects.services import check_panorama


class Command(BaseCommand):
    help = "Recalcule le panorama figé d’une année à partir des fiches, et dit ce qui diffère."

    def add_arguments(self, parser) -> None:
        parser.add_argument("year", type=int, help="année du panorama figé")

    def handle(self, *args, **options) -> None:
        try:
            differences = check_panorama(options["year"])
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from None
        for difference in differences:
            self.stderr.write(str(difference))
        if differences:
            raise CommandError(f"{len(differences)} différences avec le panorama figé.")
        self.stdout.write("Le panorama figé se retrouve à l’identique dans les fiches.")
