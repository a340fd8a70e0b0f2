"""A report as CSV: one line a value, so that any program can take the figures further.

UTF-8 with a byte order mark, semicolons and CRLF: what Excel in Swedish opens with a double click.
Dates are ISO 8601 and numbers have no separators. Lines are written as they come.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date

from atagande_agreements.i18n import N_
from atagande_plugin import csv_safe
from atagande_plugin.reports.document import Document
from atagande_plugin.translation import Words

Line = tuple[str, int, str, str, str | int]


def header(words: Words) -> tuple[str, ...]:
    """Return the names of the columns."""
    return tuple(
        words.text(name)
        for name in (N_("Avsnitt"), N_("Rad"), N_("Gäller"), N_("Uppgift"), N_("Värde"))
    )


def lines(document: Document, words: Words) -> Iterator[Line]:
    """Yield every value of a report: section, row, what the row is about, column, value."""
    report = words.text(N_("Rapport"))
    for number, (name, text) in enumerate(
        (
            (N_("Titel"), document.title),
            (N_("Förbund"), document.association),
            (N_("Överenskommelse"), document.agreement),
            (N_("Diarienummer"), document.diary_number),
            (N_("Gjord"), document.made_on.isoformat()),
            *((N_("Sammanfattning"), sentence) for sentence in document.lead),
        ),
        1,
    ):
        yield report, number, "", words.text(name), text
    for part, table in document.tables:
        if not table.in_data:
            continue
        section = table.title if len(part.tables) > 1 else part.heading
        first, *rest = table.columns
        for number, row in enumerate((one for one in table.rows if one.cells), 1):
            about, *values = row.cells
            # The row's own name stands on every line of it, unless it is a number or a date.
            yield section, number, plain(about), first.label, plain(about)
            for column, value in zip(rest, values, strict=True):
                if value is not None:
                    yield section, number, plain(about), column.label, _value(value)


def plain(value: object) -> str:
    """Return a cell as text."""
    return "" if value is None else str(_value(value))


def _value(value: object) -> str | int:
    if isinstance(value, int):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def as_csv(rows: Iterable[tuple[object, ...]]) -> bytes:
    """Return lines as a file; only a text is kept from being computed, a number is one."""
    out = io.BytesIO()
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow(
            [value if isinstance(value, int) else csv_safe.cell(value) for value in row]
        )
    text.flush()
    return out.getvalue()
