"""The receipt of a yearly confirmation as PDF, made of what the receipt holds and of nothing else."""

from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, Spacer

from atlas.models import Standing
from projects.models import (
    ActivityStatus,
    Confirmation,
    DatePrecision,
    PartnershipKind,
    PartnershipStatus,
)

from .paper import BLUE, GREY, build, day_of, fonts, grid, style, table, text_of


def receipt_pdf(receipt: Confirmation) -> bytes:
    """Who confirmed what and when, line by line, and the imprint that proves it unchanged."""
    fonts()
    content, sheet = receipt.content, receipt.content["collectivity"]
    title = style("title", 18, fontName="Atlas-Bold", textColor=BLUE)
    head = style("head", 12, fontName="Atlas-Bold", textColor=BLUE, spaceBefore=10, spaceAfter=3, keepWithNext=1)
    body, small = style("body", 9), style("small", 8, textColor=GREY)
    name = _("Confirmation annuelle %(year)s") % {"year": content["year"]}
    at = datetime.fromisoformat(content["at"])
    facts = [
        (_("Collectivité"), sheet["name"]),
        (_("Confirmé le"), date_format(at, "DATETIME_FORMAT")),
        (_("Par"), content["by"]),
        (_("SIREN"), sheet["siren"]),
        (_("Adresse"), sheet.get("postal_address")),
        (_("Téléphone"), sheet.get("phone")),
        (_("Courriel"), sheet.get("email")),
        (_("Site internet"), sheet["website"]),
        (_("Contacts vérifiés"), str(len(content.get("contacts", [])))),
        (_("Partenariats confirmés"), str(len(content["partnerships"]))),
        (_("Projets confirmés"), str(len(content["projects"]))),
    ]
    story = [
        Paragraph(text_of(name), title),
        Spacer(1, 4 * mm),
        table(
            [[Paragraph(text_of(label), small), Paragraph(text_of(value), body)] for label, value in facts if value],
            [42 * mm, 128 * mm],
        ),
    ]
    if checked := content.get("contacts"):  # receipts of the first year know none
        lines = [[row["function"], str(Standing(row["standing"]).label)] for row in checked]
        story += [
            Paragraph(text_of(_("Contacts")), head),
            grid([_("Fonction"), _("Qualité")], lines, [110 * mm, 60 * mm], body),
        ]
    if content["partnerships"]:
        lines = [_partnership_line(row) for row in content["partnerships"]]
        columns = [_("Parties"), _("Nature"), _("Signature"), _("Situation")]
        story += [
            Paragraph(text_of(_("Partenariats")), head),
            grid(columns, lines, [74 * mm, 42 * mm, 28 * mm, 26 * mm], body),
        ]
    if content["projects"]:
        lines = [_project_line(row) for row in content["projects"]]
        columns = [_("Intitulé"), _("Début"), _("Fin"), _("Situation")]
        story += [
            Paragraph(text_of(_("Projets")), head),
            grid(columns, lines, [82 * mm, 32 * mm, 32 * mm, 24 * mm], body),
        ]
    proof = _("Empreinte SHA-256 du contenu confirmé : %(sha256)s") % {"sha256": receipt.sha256}
    story += [Spacer(1, 6 * mm), Paragraph(text_of(proof), small)]
    return build(story, f"{name} – {sheet['name']}")


def _partnership_line(row: dict[str, Any]) -> list[str]:
    return [
        row["title"] or " – ".join(row["parties"]),
        str(PartnershipKind(row["kind"]).label),
        _signed(row),
        str(PartnershipStatus(row["status"]).label),
    ]


def _signed(row: dict[str, Any]) -> str:
    """As much of the date as is known."""
    if not row["signed_on"]:
        return ""
    formats = {DatePrecision.DAY: "DATE_FORMAT", DatePrecision.MONTH: "F Y", DatePrecision.YEAR: "Y"}
    return date_format(date.fromisoformat(row["signed_on"]), formats[DatePrecision(row["signed_precision"])])


def _project_line(row: dict[str, Any]) -> list[str]:
    days = [day_of(date.fromisoformat(row[name]) if row[name] else None, "") for name in ("starts_on", "ends_on")]
    status = str(ActivityStatus(row["status"]).label) if row["status"] else ""
    return [row["title"], *days, status]
