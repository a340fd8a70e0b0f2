"""Files become rows of texts whatever wrote them; what is broken, hostile or too large does not."""

import tracemalloc
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from atagande_agreements.competence.errors import (
    BrokenFile,
    BrokenLine,
    EmptyFile,
    LockedFile,
    TooLargeFile,
    WrongFileType,
)
from atagande_agreements.competence.table import MOST_ROWS
from atagande_agreements.errors import Refused
from atagande_plugin import sheets
from support.sheets import (
    archive,
    bomb,
    damaged,
    encrypted_part,
    entities,
    far_cell,
    packed_otherwise,
    truncated,
    workbook,
)

HEADER = "enhet;ämne;datum;antal;namn;personal\n"
ROWS = [
    ["enhet", "ämne", "datum", "antal", "namn", "personal"],
    ["sigtuna-ek", "Läkarintyg", "2025-05-01", "12", "", "20"],
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_every_encoding_and_delimiter_is_read(encoding: str, sign: str) -> None:
    content = "\r\n".join(sign.join(row) for row in ROWS).encode(encoding)
    assert sheets.read_sheet(content) == ROWS


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("sep=;\r\nÄMNE;Datum\r\nsip;2025\r\n", [[], ["ÄMNE", "Datum"], ["sip", "2025"]]),
        ("\n\nämne;datum\n\nsip;2025\n\n\n", [[], [], ["ämne", "datum"], [], ["sip", "2025"]]),
        ('"ämne";"datum"\n"a;b";"2025"\n', [["ämne", "datum"], ["a;b", "2025"]]),
        # A sign that hides a formula is taken away, so that the formula is seen.
        ("ämne;namn\nsip;'=cmd|x\n", [["ämne", "namn"], ["sip", "=cmd|x"]]),
    ],
)
def test_rows_keep_their_numbers(content: str, rows: list[list[str]]) -> None:
    assert sheets.read_sheet(content.encode()) == rows


def test_the_cells_of_a_workbook_read_as_those_of_a_text_file() -> None:
    rows: list[list[Any]] = [
        [None, "ämne"],
        [date(2025, 5, 1), datetime(2025, 5, 1)],  # noqa: DTZ001 - a workbook knows no zones
        [3.0, "=TODAY()"],
        [199001012389, 1.5],
    ]
    assert [row[:2] for row in sheets.read_sheet(workbook(rows))] == [
        ["", "ämne"],
        ["2025-05-01", "2025-05-01"],
        ["3", "=TODAY()"],
        ["199001012389", "1.5"],
    ]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (lambda: b"", EmptyFile),
        (lambda: b" \r\n\r\n", EmptyFile),
        (lambda: b"%PDF-1.7\n\x00\x01", WrongFileType),
        (lambda: b"\x89PNG\r\n\x1a\n\0\0", WrongFileType),
        (lambda: b"\xff\xfea", WrongFileType),
        (lambda: archive({"mimetype": b"text"}), WrongFileType),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, LockedFile),
        (encrypted_part, LockedFile),
        (truncated, BrokenFile),
        (damaged, BrokenFile),
        (packed_otherwise, BrokenFile),
        (entities, BrokenFile),
        (lambda: archive({"xl/workbook.xml": b"<x/>"}), BrokenFile),
        (lambda: b'a;b\n"c;d\n', BrokenLine),
        (lambda: b"a;" + b"x" * 200_000, BrokenLine),
        (bomb, TooLargeFile),
        (far_cell, TooLargeFile),
        (lambda: b"a;b\n" * (MOST_ROWS + 2), TooLargeFile),
        (lambda: b"x" * (sheets.MOST_BYTES + 1), TooLargeFile),
    ],
)
def test_a_file_that_can_not_be_taken_is_refused(
    content: Callable[[], bytes], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        sheets.read_sheet(content())


def test_as_many_rows_as_are_promised_are_read() -> None:
    assert len(sheets.read_sheet(b"a;b\n" * (MOST_ROWS + 1))) == MOST_ROWS + 1


def test_rows_take_bounded_memory() -> None:
    number = 10_000
    content = "".join(f"sip;2025-05-01;{one};60000\n" for one in range(number)).encode()
    tracemalloc.start()
    try:
        sheets.read_sheet(content)
        assert tracemalloc.get_traced_memory()[1] < 2_400 * number
    finally:
        tracemalloc.stop()
