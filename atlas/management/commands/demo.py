"""`manage.py demo`: the accounts and data of the demonstration, in one idempotent command."""

from django.core.management.base import BaseCommand, CommandError

from atlas.demo import NotADemonstration, make_demonstration


class Command(BaseCommand):
    help = "Crée les comptes et les données de démonstration. Une seconde exécution ne change rien."

    def handle(self, *args, **options) -> None:
        try:
            make_demonstration(lambda label, done: self.stdout.write(f"{label} : {done}"))
        except NotADemonstration as reason:
            raise CommandError(str(reason)) from None
