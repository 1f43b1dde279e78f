"""Program that reads a workbook on its standard input and writes its first sheet, as JSON, on its standard output.

With a third argument, all its sheets, each with its name, and where formulas lie.

A workbook of a few kilobytes can ask for all the memory of a machine (a lone cell at XFD1048576, a member that lies about
its size). It is therefore opened in a process of its own, which the system stops at a fixed memory and time. No Django.
"""

import datetime
import io
import json
import re
import resource
import sys
import zipfile

MEMORY = 1 << 30  # bytes of address space
SECONDS = 30  # of processor


def text(cell: object) -> str:
    """A cell as one would type it: «45» for 45.0, an ISO date."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, datetime.date | datetime.datetime):
        return cell.isoformat()
    return str(cell)


def formulas(content: bytes) -> list[tuple[str, str]]:
    """(sheet, cell) of each formula; an ODS says only that there are some, under the cell «»."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "content.xml" in archive.namelist():
            return [("", "")] if b"table:formula=" in archive.read("content.xml") else []
        book = archive.read("xl/workbook.xml").decode(errors="replace")
        links = archive.read("xl/_rels/workbook.xml.rels").decode(errors="replace")
        targets = {}
        for tag in re.findall(r"<Relationship [^>]*>", links):
            target, key = re.search(r'Target="([^"]+)"', tag), re.search(r'\bId="([^"]+)"', tag)
            if target and key:
                targets[key[1]] = "xl/" + target[1].removeprefix("/xl/").removeprefix("/")
        found = []
        for number, tag in enumerate(re.findall(r"<sheet [^>]*>", book)):
            key = re.search(r'r:id="([^"]+)"', tag)
            if key and targets.get(key[1]) in archive.namelist():
                cells = re.findall(rb'<c\b[^>]*?\br="([A-Z]+[0-9]+)"[^>]*>\s*<f[\s>/]', archive.read(targets[key[1]]))
                found += [(number, cell.decode()) for cell in cells]
        return found


def all_sheets(workbook: object, most_rows: int, most_columns: int) -> dict:
    sheets = []
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.total_height > most_rows or sheet.total_width > most_columns:
            return {"error": "size", "rows": sheet.total_height, "columns": sheet.total_width}
        sheets.append([name, [[text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]])
    return {"sheets": sheets}


def main(most_rows: int, most_columns: int, every: bool = False) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        content = sys.stdin.buffer.read()
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = workbook.get_sheet_by_index(0)
        if every:
            answer = all_sheets(workbook, most_rows, most_columns)
            if "sheets" in answer:
                answer["formulas"] = formulas(content)
        elif sheet.total_height > most_rows or sheet.total_width > most_columns:
            answer = {"error": "size", "rows": sheet.total_height, "columns": sheet.total_width}
        else:
            answer = {"rows": [[text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]}
    except PasswordError:
        answer = {"error": "password"}
    except (CalamineError, OSError, ValueError, KeyError, MemoryError, zipfile.BadZipFile):
        answer = {"error": "unreadable"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), every=len(sys.argv) > 3)
