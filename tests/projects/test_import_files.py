"""Files as they come: read when they can be, refused whole with every fault named when they cannot."""

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter

from projects.imports.columns import read_rows
from projects.imports.faults import FileRefused
from projects.imports.files import MOST_BYTES, MOST_ROWS, read_lines
from projects.models import DatePrecision

HEADER = "collectivite_francaise,partenaire,pays,partenaire_lat,partenaire_lon"


def rows(content: bytes | str, name: str = "jumelages.csv", **mapping: str):
    content = content.encode() if isinstance(content, str) else content
    return read_rows(read_lines(content, name), mapping=mapping, kind="twinning")


def faults(content: bytes | str, name: str = "jumelages.csv", **mapping: str) -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        rows(content, name, **mapping)
    return refusal.value


def workbook(lines: list[list]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return buffer.getvalue()


def ods(lines: list[list[str]]) -> bytes:
    body = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in line)
        + "</table:table-row>"
        for line in lines
    )
    content = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="a">{body}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return buffer.getvalue()


LINES = [HEADER.split(","), ["Brest", "Kiel", "Allemagne", "54.32", "10.13"]]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "\n".join(map(",".join, LINES)).encode()),
        ("a.csv", "\n".join(map(";".join, LINES)).encode("utf-8-sig")),
        ("a.csv", "\n".join(map("\t".join, LINES)).encode("utf-16")),
        ("a.xlsx", workbook([LINES[0], ["Brest", "Kiel", "Allemagne", 54.32, 10.13]])),
        ("a.ods", ods(LINES)),
    ],
    ids=["utf-8", "semicolons", "utf-16", "xlsx", "ods"],
)
def test_the_formats_that_spreadsheets_write_are_read(name, content):
    [row] = rows(content, name)
    assert (row.french, row.partner, row.country, row.latitude, row.longitude) == (
        "Brest",
        "Kiel",
        "Allemagne",
        54.32,
        10.13,
    )


def test_windows_accents_are_read():
    [row] = rows(f"{HEADER}\nSaint-Étienne,Fès,Maroc,,\n".encode("cp1252"))
    assert (row.french, row.partner) == ("Saint-Étienne", "Fès")


@pytest.mark.parametrize("content", [b"", b"  \n \n", HEADER.encode()])
def test_an_empty_file_is_refused(content):
    assert faults(content).total == 1


def test_accents_broken_by_a_wrong_encoding_are_refused_with_their_line():
    refusal = faults(f"{HEADER}\nBrest,Kiel,Allemagne,,\nSaint-Ã‰tienne,FÃ¨s,Maroc,,\n")
    assert refusal.faults[0].line == 3
    assert "accents" in str(refusal)


def test_binary_data_named_csv_are_refused():
    assert faults(bytes(range(256)) * 20).total == 1


def test_a_missing_column_is_named_with_the_header_that_was_read():
    refusal = faults("collectivite_francaise,ville,pays\nBrest,Kiel,Allemagne\n")
    assert "«\u00a0partenaire\u00a0»" in str(refusal)
    assert "collectivite_francaise, ville, pays" in str(refusal)


def test_a_column_can_be_mapped():
    [row] = rows("collectivite,Ville jumelle,pays\nBrest,Kiel,Allemagne\n", **{"Ville jumelle": "partenaire"})
    assert row.partner == "Kiel"
    assert "bidon" in str(faults("a,b\n1,2\n", a="bidon"))


def test_two_columns_that_say_the_same_are_refused():
    assert "Deux colonnes" in str(faults("commune,collectivite,partenaire,pays\nBrest,Brest,Kiel,Allemagne\n"))


def test_every_fault_of_every_line_is_told_at_once():
    refusal = faults(
        f"{HEADER},siren,signature\n"
        ",Kiel,Allemagne,,,,\n"
        "Brest,Kiel,Allemagne,95,10,123456789,hier\n"
        "Brest,Kiel,Allemagne,54,,,30/02/1999\n"
    )
    told = [(fault.line, fault.column) for fault in refusal.faults]
    assert told == [
        (2, "collectivite_francaise"),
        (3, "partenaire_lat"),
        (3, "siren"),
        (3, "signature"),
        (4, "partenaire_lat"),
        (4, "signature"),
    ]


@pytest.mark.parametrize("formula", ["=HYPERLINK(1)", "+33", "@SUM(A1)", "-1"])
def test_formulas_are_refused(formula):
    assert "formule" in str(faults(f"{HEADER}\nBrest,{formula},Allemagne,,\n"))


def test_a_hundred_thousand_junk_lines_are_refused_at_once():
    refusal = faults("\n".join(f"x{number}" for number in range(100_000)))
    assert refusal.total == 1
    assert str(MOST_ROWS) in str(refusal)


def test_a_file_too_big_is_refused_before_it_is_read():
    assert "Mo" in str(faults(b"a" * (MOST_BYTES + 1)))


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (200 << 20))
    return buffer.getvalue()


def test_a_zip_bomb_named_xlsx_is_refused_unopened():
    content = bomb()
    assert len(content) < 1 << 20
    assert "Une fois ouvert" in str(faults(content, "a.xlsx"))


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"not a workbook", b"\xd0\xcf\x11\xe0 old or locked"])
def test_what_is_no_workbook_is_refused(content):
    assert "classeur" in str(faults(content, "a.xlsx"))


def test_another_archive_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("letter.docx", b"hello")
    assert "ni un classeur" in str(faults(buffer.getvalue(), "a.xlsx"))


def test_a_sheet_with_a_lone_far_cell_does_not_take_the_machine():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "collectivite_francaise")
        sheet.write("XFD1048576", "x")
    assert faults(buffer.getvalue(), "a.xlsx").total == 1


@pytest.mark.parametrize(
    ("written", "day", "precision"),
    [
        ("1987", date(1987, 1, 1), DatePrecision.YEAR),
        ("03/1987", date(1987, 3, 1), DatePrecision.MONTH),
        ("12/03/1987", date(1987, 3, 12), DatePrecision.DAY),
        ("1987-03-12", date(1987, 3, 12), DatePrecision.DAY),
        ("1987-03-12T00:00:00", date(1987, 3, 12), DatePrecision.DAY),
    ],
)
def test_a_date_keeps_the_precision_it_was_given(written, day, precision):
    [row] = rows(f"{HEADER},signature\nBrest,Kiel,Allemagne,,,{written}\n")
    assert (row.signed_on, row.signed_precision) == (day, precision)


def test_two_spellings_of_the_same_row_have_one_fingerprint():
    first, second, other = rows(
        f"{HEADER}\nSt-Étienne,Fès,Maroc,,\nsaint etienne,FES,maroc,34,-5\nSaint-Étienne,Fès,Tunisie,,\n"
    )
    assert first.fingerprint == second.fingerprint != other.fingerprint
