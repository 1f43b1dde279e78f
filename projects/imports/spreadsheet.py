"""Program that reads a workbook on its standard input and writes its first sheet, as JSON, on its standard output.

A workbook of a few kilobytes can ask for all the memory of a machine (a lone cell at XFD1048576, a member that lies about
its size). It is therefore opened in a process of its own, which the system stops at a fixed memory and time. No Django.
"""

import datetime
import io
import json
import resource
import sys

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


def main(most_rows: int, most_columns: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        sheet = workbook.get_sheet_by_index(0)
        if sheet.total_height > most_rows or sheet.total_width > most_columns:
            answer = {"error": "size", "rows": sheet.total_height, "columns": sheet.total_width}
        else:
            answer = {"rows": [[text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]}
    except PasswordError:
        answer = {"error": "password"}
    except (CalamineError, OSError, ValueError, MemoryError):
        answer = {"error": "unreadable"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
