"""`manage.py setup_groups`: the groups of the staff and their permissions. Part of every deployment, after `migrate`."""

from django.core.management.base import BaseCommand

from atlas.services.accounts import ensure_groups


class Command(BaseCommand):
    help = "Crée les groupes d’agents et leur donne leurs droits. Une seconde exécution ne change rien."

    def handle(self, *args, **options) -> None:
        for name, group in ensure_groups().items():
            if options["verbosity"]:
                self.stdout.write(f"{name} : {group.permissions.count()} droits")
