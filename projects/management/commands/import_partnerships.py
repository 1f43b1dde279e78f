"""`manage.py import_partnerships FILE`: the import of the administration, at the command line."""

import time
from collections import defaultdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from projects import services
from projects.imports.faults import FileRefused
from projects.imports.files import MOST_BYTES
from projects.models import PartnershipImport, PartnershipKind

SHOWN = 20  # lines of each outcome, unless all are asked for
OUTCOMES = {
    "created": "créés",
    "known": "déjà connus",
    "completed": "complétés",
    "folded": "doublons du fichier",
    "queued": "à résoudre",
    "ignored": "ignorées",
}


class Command(BaseCommand):
    help = "Importe un fichier de partenariats (CSV, XLSX, ODS). Une seconde exécution ne change rien."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER")
        parser.add_argument(
            "--kind",
            choices=PartnershipKind.values,
            default=PartnershipKind.TWINNING,
            help="nature des lignes qui n’en disent rien",
        )
        parser.add_argument("--source", default="", help="d’où vient le fichier, affiché sur les fiches")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="EN-TÊTE=CHAMP",
            help="champ d’une colonne dont l’en-tête n’est pas connu (répétable)",
        )
        parser.add_argument("--dry-run", action="store_true", help="dire ce qui serait fait sans rien écrire")
        parser.add_argument("--all", action="store_true", help="montrer toutes les lignes du compte rendu")

    def handle(self, *args, **options) -> None:
        file, started = options["file"], time.monotonic()
        try:
            if file.stat().st_size > MOST_BYTES:
                raise CommandError(f"{file} : le fichier pèse plus de {MOST_BYTES >> 20} Mo.")
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} : illisible ({error.strerror}).") from None
        try:
            batch = services.import_partnerships(
                content,
                file.name,
                actor=None,
                kind=options["kind"],
                source=options["source"],
                mapping=self.mapping(options["map"]),
                dry_run=options["dry_run"],
            )
        except FileRefused as refusal:
            for fault in refusal.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"Fichier refusé, fautes : {refusal.total}. Rien n’a été écrit.") from None
        self.tell(batch, None if options["all"] else SHOWN)
        verdict = "Rien n’a été écrit (essai)." if options["dry_run"] else "Import terminé."
        self.stdout.write(f"{verdict} {time.monotonic() - started:.1f} s.")

    def mapping(self, given: list[str]) -> dict[str, str]:
        pairs = [text.rpartition("=") for text in given]
        if wrong := [
            text for text, (header, _sign, field) in zip(given, pairs, strict=True) if not header or not field
        ]:
            raise CommandError(f"--map {wrong[0]} : écrivez EN-TÊTE=CHAMP.")
        return {header: field for header, _sign, field in pairs}

    def tell(self, batch: PartnershipImport, most: int | None) -> None:
        lines = defaultdict(list)
        for number, outcome, how, reason, said in batch.report:
            lines[outcome].append(f"  ligne {number} : {said} : {reason or how}")
        self.stdout.write(f"{batch.file_name} : {batch.counts['rows']} lignes")
        for outcome, label in OUTCOMES.items():
            self.stdout.write(f"{label} : {batch.counts[outcome]}")
            told = lines[outcome] if outcome in ("queued", "folded", "created") else []
            for line in told[:most]:
                self.stdout.write(line)
            if most and len(told) > most:
                self.stdout.write(f"  … et {len(told) - most} autres (--all les montre)")
        self.stdout.write(f"partenaires étrangers ajoutés : {batch.counts['authorities']}")
