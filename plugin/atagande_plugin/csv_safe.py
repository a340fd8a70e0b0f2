"""CSV that a spreadsheet program opens as what it says, and computes nothing of.

A cell that begins like a formula gets an apostrophe in front, which `plain` takes away again.
Files are UTF-8 with a byte order mark, semicolons and CRLF, as Excel in Swedish opens them.
"""

import csv
import io
from collections.abc import Iterable, Sequence

#: Signs that make a spreadsheet program compute a cell, or go on into the next one.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_MARK = "'"


def cell(value: object) -> str:
    """Return what to write for a value, so that no program computes it."""
    text = "" if value is None else str(value)
    return f"{_MARK}{text}" if text.lstrip(f"{_MARK} ").startswith(DANGEROUS) else text


def plain(text: str) -> str:
    """Return what `cell` was given for a text of ours."""
    if text.startswith(_MARK) and text.lstrip(f"{_MARK} ").startswith(DANGEROUS):
        return text[1:]
    return text


def as_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows, the header among them, as a file."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
