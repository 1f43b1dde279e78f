"""Paper: what every PDF of the portal shares, with the fonts that reportlab carries."""

import io
from datetime import date
from functools import cache
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils.formats import date_format
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from atlas.names import unaccent

BLUE, GREY, LINE = HexColor("#000091"), HexColor("#666666"), HexColor("#dddddd")


@cache
def fonts() -> frozenset[int]:
    """Registers the fonts once; returns the characters that both can draw."""
    faces = []
    for name, file in (("Atlas", "Vera.ttf"), ("Atlas-Bold", "VeraBd.ttf")):
        font = TTFont(name, file)
        pdfmetrics.registerFont(font)
        faces.append(frozenset(font.face.charToGlyph))
    pdfmetrics.registerFontFamily("Atlas", normal="Atlas", bold="Atlas-Bold", italic="Atlas", boldItalic="Atlas-Bold")
    return faces[0] & faces[1]


def style(name: str, size: float, **more) -> ParagraphStyle:
    return ParagraphStyle(name, **({"fontName": "Atlas", "fontSize": size, "leading": size * 1.4} | more))


def drawable(text: str) -> str:
    """The text with the letters that the fonts lack replaced by the nearest they have, or «?»: nothing vanishes silently."""
    known = fonts()
    out = []
    for char in text.replace("\u202f", "\u00a0"):
        if ord(char) in known or char == "\n":
            out.append(char)
        else:
            plain = unaccent(char)
            out.append(plain if plain and all(ord(one) in known for one in plain) else "?")
    return "".join(out)


def text_of(text: object) -> str:
    """What people wrote, as text only: nothing in it is markup."""
    return escape(drawable(str(text))).replace("\r\n", "\n").replace("\n", "<br/>")


def day_of(day: date | None, unknown: str) -> str:
    return date_format(day) if day else unknown


def figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}".replace(",", "\u00a0")


def table(cells: list, widths: list) -> Table:
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


def grid(head: list[str], lines: list[list[str]], widths: list, style: ParagraphStyle) -> Table:
    bold = ParagraphStyle("bold", parent=style, fontName="Atlas-Bold")
    cells = [[Paragraph(text_of(cell), bold) for cell in head]]
    cells += [[Paragraph(text_of(cell), style) for cell in line] for line in lines]
    ruled = table(cells, widths)
    ruled.repeatRows = 1
    return ruled


def build(story: list[Flowable], title: str) -> bytes:
    """The document, with its name and the number of each page at the foot."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=drawable(title),
        author=drawable(str(settings.SITE_NAME)),
        lang="fr",
    )
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


def _foot(canvas, document) -> None:
    canvas.saveState()
    canvas.setFont("Atlas", 8)
    canvas.setFillColor(GREY)
    canvas.drawString(20 * mm, 11 * mm, drawable(str(settings.SITE_NAME)))
    canvas.drawRightString(190 * mm, 11 * mm, str(document.page))
    canvas.restoreState()
