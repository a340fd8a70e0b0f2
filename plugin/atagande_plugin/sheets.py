"""Reads a file that someone chose, CSV or XLSX, into rows of texts, within bounds.

1. Tell the type by the first bytes, never by the name.
2. XLSX: unpack every part once and count its bytes, so that nothing larger is ever parsed; then
   read the first sheet row by row. A formula comes as its own text, "=…".
3. CSV: UTF-8 with or without a byte order mark, UTF-16 with one, else Windows-1252.
"""

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time

from atagande_agreements.competence.errors import (
    BrokenFile,
    BrokenLine,
    EmptyFile,
    LockedFile,
    TooLargeFile,
    WrongFileType,
)
from atagande_agreements.competence.table import COLUMNS, MOST_ROWS
from atagande_plugin import csv_safe

#: Bytes of the file itself, and of what a workbook unpacks to.
MOST_BYTES = 8_000_000
MOST_UNPACKED = 32_000_000
#: Parts of a workbook, and cells of a row that are read.
_MOST_PARTS = 500
_MOST_CELLS = 40
_LONGEST_CELL = 1_000
#: Rows that are walked through, empty ones too.
_LAST_ROW = 200_000
_PIECE = 1 << 16
_WORKBOOK = b"PK\x03\x04"
#: The format before 2007, which is also what an encrypted workbook is wrapped in.
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = 0x1
_DELIMITERS = ";\t,"
#: Signs below the space that a text file may hold.
_ALLOWED = frozenset("\t\r\n\x1a")


def _too_large() -> TooLargeFile:
    return TooLargeFile(field="file", rows=MOST_ROWS, megabytes=MOST_BYTES // 1_000_000)


def read_sheet(content: bytes) -> list[list[str]]:
    """Return a file's rows of texts, empty ones too, so that they keep their numbers.

    Raises EmptyFile, WrongFileType, LockedFile, BrokenFile, BrokenLine or TooLargeFile.
    """
    if len(content) > MOST_BYTES:
        raise _too_large()
    if not content.strip():
        raise EmptyFile(field="file")
    if content.startswith(_OLD_OR_LOCKED):
        raise LockedFile(field="file")
    rows = _workbook(content) if content.startswith(_WORKBOOK) else _csv(_text(content))
    return list(_bounded(rows))


def _bounded(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Yield rows up to the last filled in; raise TooLargeFile if that is beyond the limit."""
    empty = 0
    for number, cells in enumerate(rows):
        if number >= _LAST_ROW:
            raise _too_large()
        if not any(cells):
            empty += 1
            continue
        # One more: the header.
        if number > MOST_ROWS:
            raise _too_large()
        yield from ([] for _ in range(empty))
        empty = 0
        yield [csv_safe.plain(cell[:_LONGEST_CELL]) for cell in cells[:_MOST_CELLS]]


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(char < " " and char not in _ALLOWED for char in set(text)):
            raise WrongFileType(field="file")
        return text.rstrip("\x1a")
    raise WrongFileType(field="file")


def _delimiter(header: str) -> str:
    """Return the sign that parts a header into most of our columns."""

    def known(sign: str) -> tuple[int, int]:
        cells = {cell.strip().strip('"').casefold() for cell in header.split(sign)}
        return len(cells.intersection(COLUMNS)), header.count(sign)

    return max(_DELIMITERS, key=known)


def _csv(text: str) -> Iterator[list[str]]:
    lines = list(io.StringIO(text, newline="")) or [""]
    if lines[0].casefold().startswith("sep="):
        # Excel's own way to say it. The line is a row of the file, so it keeps its number.
        lines[0] = "\r\n"
    header = next((line for line in lines if line.strip()), "")
    reader = csv.reader(lines, delimiter=_delimiter(header), strict=True)
    try:
        yield from reader
    except csv.Error:
        raise BrokenLine(field="file", row=reader.line_num) from None


def _unpacks_to_reason(content: bytes) -> None:
    """Unpack every part of a workbook, a piece at a time; refuse what is too much or broken."""
    left = MOST_UNPACKED
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS:
            raise _too_large()
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise LockedFile(field="file")
        names = {part.filename for part in parts}
        if len(names) != len(parts) or "xl/workbook.xml" not in names:
            raise WrongFileType(field="file")
        for part in parts:
            with archive.open(part) as member:
                while piece := member.read(_PIECE):
                    left -= len(piece)
                    if left < 0:
                        raise _too_large()
                    # No workbook declares entities (ECMA-376 part 2 §6.2.5), but a bomb may.
                    if b"<!DOCTYPE" in piece:
                        raise BrokenFile(field="file")


def _workbook(content: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - loaded on use: start-up time

    try:
        _unpacks_to_reason(content)
        with warnings.catch_warnings():
            # Of styles and extensions that it leaves out; we read the values alone.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            sheet = book.worksheets[0]
            # What the file says of its own size is no reason to believe it.
            sheet.reset_dimensions()
            for row in sheet.iter_rows(
                max_row=_LAST_ROW + 1, max_col=_MOST_CELLS, values_only=True
            ):
                yield [_cell(value) for value in row]
    except (BrokenFile, LockedFile, TooLargeFile, WrongFileType):
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        # RuntimeError: a part that is packed in a way that the library cannot undo.
        raise BrokenFile(field="file") from error
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError) as error:
        # What the library raises of a workbook whose parts do not fit; ParseError is among them.
        raise BrokenFile(field="file") from error


def _cell(value: object) -> str:
    """Return a cell's value as the text that a CSV file would have."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
