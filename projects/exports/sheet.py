"""The sheet of a project as PDF, with the fonts that reportlab carries."""

import io
from datetime import date
from functools import cache
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from atlas.names import unaccent
from projects.models import ActivityStatus, BudgetSource, Project, ProjectRole, ResultKind

BLUE, GREY, LINE = HexColor("#000091"), HexColor("#666666"), HexColor("#dddddd")


@cache
def _fonts() -> frozenset[int]:
    """Registers the fonts once; returns the characters that both can draw."""
    faces = []
    for name, file in (("Atlas", "Vera.ttf"), ("Atlas-Bold", "VeraBd.ttf")):
        font = TTFont(name, file)
        pdfmetrics.registerFont(font)
        faces.append(frozenset(font.face.charToGlyph))
    pdfmetrics.registerFontFamily("Atlas", normal="Atlas", bold="Atlas-Bold", italic="Atlas", boldItalic="Atlas-Bold")
    return faces[0] & faces[1]


def _style(name: str, size: float, **more) -> ParagraphStyle:
    return ParagraphStyle(name, **({"fontName": "Atlas", "fontSize": size, "leading": size * 1.4} | more))


def drawable(text: str) -> str:
    """The text with the letters that the fonts lack replaced by the nearest they have, or «?»: nothing vanishes silently."""
    known = _fonts()
    out = []
    for char in text.replace("\u202f", "\u00a0"):
        if ord(char) in known or char == "\n":
            out.append(char)
        else:
            plain = unaccent(char)
            out.append(plain if plain and all(ord(one) in known for one in plain) else "?")
    return "".join(out)


def _text(text: object) -> str:
    """What people wrote, as text only: nothing in it is markup."""
    return escape(drawable(str(text))).replace("\r\n", "\n").replace("\n", "<br/>")


def _day(day: date | None, unknown: str) -> str:
    return date_format(day, "j F Y") if day else unknown


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}".replace(",", "\u00a0")


def project_pdf(project: Project) -> bytes:
    """The sheet of a project read by `for_detail`."""
    _fonts()
    title, lead = _style("title", 18, fontName="Atlas-Bold", textColor=BLUE), _style("lead", 11)
    head = _style("head", 12, fontName="Atlas-Bold", textColor=BLUE, spaceBefore=10, spaceAfter=3, keepWithNext=1)
    body, small = _style("body", 9.5), _style("small", 8, textColor=GREY)
    story = [Paragraph(_text(project.title), title), Spacer(1, 3 * mm)]
    if project.publication not in ("published", "to_refresh"):
        story.append(Paragraph(_text(project.get_publication_display()), _style("state", 9, fontName="Atlas-Bold")))
    if project.summary:
        story += [Paragraph(_text(project.summary), lead), Spacer(1, 2 * mm)]
    status = ActivityStatus(project.status).label if project.status else _("non précisée")
    facts = [
        (_("Situation"), status),
        (_("Début"), _day(project.starts_on, _("date inconnue"))),
        (_("Fin"), _day(project.ends_on, _("non fixée"))),
        (_("Pays"), ", ".join(row["name"] for row in project.country_rows)),
        (_("Thèmes"), ", ".join(row["name"] for row in project.theme_rows)),
        (
            _("Objectifs de développement durable"),
            ", ".join(f"{row['number']}. {row['name']}" for row in project.sdg_rows),
        ),
    ]
    if project.budget_total:
        facts.append((_("Budget prévu"), f"{_figure(project.budget_total)}\u00a0€"))
    if project.beneficiary_count:
        facts.append((_("Bénéficiaires"), _figure(project.beneficiary_count)))
    cells = [[Paragraph(_text(label), small), Paragraph(_text(value), body)] for label, value in facts if value]
    story.append(_table(cells, [42 * mm, 128 * mm]))
    story.append(Paragraph(_text(_("Parties")), head))
    order = list(ProjectRole.values)
    for party in sorted(project.all_parties, key=lambda party: order.index(party.role)):
        where = f" ({party.foreign_authority.country})" if party.foreign_authority else ""
        story.append(Paragraph(_text(f"– {party}{where} : {party.get_role_display()}"), body))
    for label, text in (
        (_("Objectifs"), project.objectives),
        (_("Activités"), project.activities),
        (_("Résultats attendus"), project.expected_results),
        (_("Bénéficiaires"), project.beneficiaries),
    ):
        if text:
            story += [Paragraph(_text(label), head), Paragraph(_text(text), body)]
    if project.budget_rows:
        story.append(Paragraph(_text(_("Budget, en euros")), head))
        lines = [
            [str(row["year"]), BudgetSource(row["source"]).label, _figure(row["planned"]), _figure(row["obtained"])]
            for row in project.budget_rows
        ]
        story.append(
            _grid([_("Année"), _("Source"), _("Prévu"), _("Obtenu")], lines, [18 * mm, 92 * mm, 30 * mm, 30 * mm], body)
        )
    if project.indicator_rows:
        story.append(Paragraph(_text(_("Résultats")), head))
        lines = [
            [
                f"{row['title']} ({row['unit']})" if row["unit"] else row["title"],
                ResultKind(row["kind"]).label,
                _figure(row["baseline"]),
                _figure(row["target"]),
                _figure(row["actual"]),
            ]
            for row in project.indicator_rows
        ]
        columns = [_("Indicateur"), _("Niveau"), _("Départ"), _("Cible"), _("Réalisé")]
        story.append(_grid(columns, lines, [74 * mm, 24 * mm, 24 * mm, 24 * mm, 24 * mm], body))
    story += [Spacer(1, 6 * mm), Paragraph(_text(_origin(project)), small)]
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=drawable(project.title),
        author=drawable(str(settings.SITE_NAME)),
        lang="fr",
    )
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


def _origin(project: Project) -> str:
    confirmed = _day(project.confirmed_on, _("jamais confirmé"))
    return _("Confirmé : %(confirmed)s. Fiche lue le %(today)s : %(address)s") % {
        "confirmed": confirmed,
        "today": _day(timezone.localdate(), ""),
        "address": settings.SITE_URL.rstrip("/") + project.get_absolute_url(),
    }


def _table(cells: list, widths: list) -> Table:
    return Table(
        cells,
        colWidths=widths,
        style=TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        ),
    )


def _grid(head: list[str], lines: list[list[str]], widths: list, style: ParagraphStyle) -> Table:
    bold = ParagraphStyle("bold", parent=style, fontName="Atlas-Bold")
    cells = [[Paragraph(_text(cell), bold) for cell in head]]
    cells += [[Paragraph(_text(cell), style) for cell in line] for line in lines]
    table = _table(cells, widths)
    table.repeatRows = 1
    return table


def _foot(canvas, document) -> None:
    canvas.saveState()
    canvas.setFont("Atlas", 8)
    canvas.setFillColor(GREY)
    canvas.drawString(20 * mm, 11 * mm, drawable(str(settings.SITE_NAME)))
    canvas.drawRightString(190 * mm, 11 * mm, str(document.page))
    canvas.restoreState()
