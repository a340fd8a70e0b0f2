"""Files that someone may choose to send: whole workbooks, and broken or hostile ones."""

import io
import zipfile
from typing import Any

from openpyxl import Workbook

from atagande_plugin.sheets import MOST_UNPACKED


def workbook(rows: list[list[Any]]) -> bytes:
    """Return a workbook with one sheet of these rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    """Return an archive of parts by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        return {name: whole.read(name) for name in whole.namelist()}


def truncated() -> bytes:
    """Return the first half of a workbook."""
    content = workbook([["ämne"], ["sip"]])
    return content[: len(content) // 2]


def damaged() -> bytes:
    """Return a workbook with some bytes gone."""
    content = bytearray(workbook([["ämne"], ["sip"]] * 200))
    content[200:240] = b"\0" * 40
    return bytes(content)


def packed_otherwise() -> bytes:
    """Return a workbook with a part that is packed in a way nobody knows."""
    content = bytearray(archive({"xl/workbook.xml": b"<x/>"}))
    content[8] = content[content.index(b"PK\x01\x02") + 10] = 99
    return bytes(content)


def encrypted_part() -> bytes:
    """Return a workbook with a part that is said to be encrypted."""
    content = bytearray(archive({"xl/workbook.xml": b"<x/>"}))
    directory = content.index(b"PK\x01\x02")
    content[6] |= 1
    content[directory + 8] |= 1
    return bytes(content)


def bomb() -> bytes:
    """Return a small workbook that unpacks to more than is taken."""
    return archive({"xl/workbook.xml": b"<x/>", "xl/a.xml": b"\0" * (MOST_UNPACKED + 1)})


def entities() -> bytes:
    """Return a workbook whose texts are entities of entities (a billion laughs)."""
    nested = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    kind = f'<!DOCTYPE s [<!ENTITY a0 "ha">{nested}]>'
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = f'{kind}<sst xmlns="{space}"><si><t>&a9;</t></si></sst>'
    parts = _parts(workbook([["ämne"], ["sip"]]))
    return archive(parts | {"xl/sharedStrings.xml": strings.encode()})


def far_cell() -> bytes:
    """Return a workbook whose only row says that it is the last that there can be, and beyond."""
    parts = _parts(workbook([["ämne"], ["sip"]]))
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'r="2"', b'r="999999999"').replace(b"A2", b"A999999999")
    return archive(parts)
