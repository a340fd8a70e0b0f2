"""A report as a workbook: one sheet a table, real numbers and dates, nothing that computes.

Rows are written as they come and never kept, so a long report takes no more memory than a short
one. Texts are written as texts: a program that opens the file finds no formula in it.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from atagande_agreements.civil_time import STOCKHOLM
from atagande_agreements.i18n import N_
from atagande_plugin.reports.document import Column, Document, Kind, Table
from atagande_plugin.translation import Words

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Widths in characters, by what a column holds; a column of text by its weight.
_WIDTHS = {Kind.NUMBER: 13, Kind.CHANGE: 13, Kind.DATE: 16, Kind.SIGN: 20}
_TEXT_WIDTHS = (14, 26, 38, 46, 54, 70)
_FORMATS = {Kind.NUMBER: "0", Kind.CHANGE: "+0;-0;0", Kind.DATE: "yyyy-mm-dd"}
#: Characters that XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST_NAME = 31
#: As the format numbers paper.
_A4 = 9
_LONGEST_CELL = 32_767


def as_workbook(document: Document, words: Words, made_at: datetime) -> bytes:
    """Return a report as XLSX. `made_at` (UTC datetime) is the only time that the file tells."""
    from openpyxl import Workbook  # noqa: PLC0415 - loaded on use: start-up time
    from openpyxl.xml.constants import ARC_CORE  # noqa: PLC0415 - the same
    from openpyxl.xml.functions import tostring  # noqa: PLC0415 - the same

    book = Workbook(write_only=True)
    moment = made_at.astimezone(STOCKHOLM).replace(tzinfo=None, microsecond=0)
    book.properties.created = book.properties.modified = moment
    book.properties.title = document.title
    book.properties.creator = document.association
    book.properties.language = document.language
    front(book, document, words)
    for part, table in document.tables:
        name = table.title if len(table.title) <= _LONGEST_NAME else part.heading
        # A heading between the rows would end what a program takes for the table.
        rows = (row for row in table.rows if row.cells or not table.in_data)
        sheet(book, name, table.columns, (row.cells or (row.group,) for row in rows))
    kept = io.BytesIO()
    book.save(kept)
    # Saving notes the time of day; what is issued tells only its own.
    book.properties.modified = moment
    told = tostring(book.properties.to_tree())
    return _settled(kept.getvalue(), moment, {ARC_CORE: told})


def front(book: "Workbook", document: Document, words: Words) -> None:
    """Write the first sheet: what the report is, and its sentences."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - loaded on use: start-up time
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - loaded on use: start-up time

    page = book.create_sheet(words.text(N_("Rapport")))
    page.column_dimensions["A"].width = 24
    page.column_dimensions["B"].width = 90

    def line(name: str, text: str, font: Font) -> None:
        cells = [WriteOnlyCell(page, one) for one in (name, _text(text))]
        for cell in cells:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.data_type = "s"
        cells[0].font, cells[1].font = Font(bold=True), font
        page.append(cells)

    plain = Font()
    line(words.text(N_("Rapport")), document.title, Font(bold=True, size=14))
    line(words.text(N_("Förbund")), document.association, plain)
    line(words.text(N_("Överenskommelse")), document.agreement, plain)
    line(words.text(N_("Diarienummer")), document.diary_number or "–", plain)
    line(words.text(N_("Gjord")), words.day(document.made_on), plain)
    for sentence in document.lead:
        line("", sentence, plain)
    for part in document.parts:
        for number, sentence in enumerate(part.text):
            line("" if number else part.heading, sentence, plain)
        for table in part.tables:
            for text in remarks(table, words):
                line(table.title, text, plain)


def remarks(table: Table, words: Words) -> Iterator[str]:
    """Yield what is said beside a table."""
    if table.note:
        yield table.note
    if table.left_out:
        yield words.plural(
            "%(num)s rad till får inte plats här.",
            "%(num)s rader till får inte plats här.",
            table.left_out,
        )


def sheet(
    book: "Workbook", name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]
) -> None:
    """Add a sheet with a header that stays, a filter, and rows as they come."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - loaded on use: start-up time
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - the same
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - the same
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415 - the same

    page = book.create_sheet(_sheet_name(name, book.sheetnames))
    page.freeze_panes = "B2" if len(columns) > 2 else "A2"  # noqa: PLR2004 - a key and more
    # On paper: on its side, as wide as the page, the header on each.
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", _A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"
    for number, column in enumerate(columns, 1):
        widest = _WIDTHS.get(column.kind, _TEXT_WIDTHS[min(column.weight, 5)])
        page.column_dimensions[get_column_letter(number)].width = widest
    top = Alignment(vertical="top", wrap_text=True)
    bold, fill = Font(bold=True), PatternFill("solid", start_color="EFF0F7")

    def head(column: Column) -> Any:
        cell = WriteOnlyCell(page, _text(column.label))
        cell.font, cell.fill, cell.alignment, cell.data_type = bold, fill, top, "s"
        return cell

    def made(column: Column, value: Any) -> Any:
        if value is None:
            return None
        is_value = isinstance(value, int | date)
        cell = WriteOnlyCell(page, value if is_value else _text(str(value)))
        if is_value:
            cell.number_format = _FORMATS.get(
                Kind.DATE if isinstance(value, date) else column.kind, "0"
            )
        else:
            # A text that begins like a formula is still a text.
            cell.data_type = "s"
        cell.alignment = top
        return cell

    page.append([head(column) for column in columns])
    last = 1
    for last, row in enumerate(rows, 2):  # noqa: B007 - how many there were
        page.append([made(column, value) for column, value in zip(columns, row, strict=False)])
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"


def _text(text: str) -> str:
    return _UNWRITABLE.sub("", text)[:_LONGEST_CELL]


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """Return a name that a sheet can have: no signs of its own, 31 characters, and only once."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", name)[:_LONGEST_NAME].strip("' ")
    known = {one.casefold() for one in taken}
    if plain.casefold() not in known:
        return plain
    return next(
        other
        for number in range(2, len(taken) + 3)
        for other in (f"{plain[: _LONGEST_NAME - 4]} {number}",)
        if other.casefold() not in known
    )


def _settled(content: bytes, moment: datetime, told: Mapping[str, bytes]) -> bytes:
    """Return a workbook whose parts all have one time, and some of them other contents."""
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for part in before.infolist():
            same = zipfile.ZipInfo(part.filename, moment.timetuple()[:6])
            same.compress_type, same.external_attr = zipfile.ZIP_DEFLATED, part.external_attr
            if part.filename in told:
                after.writestr(same, told[part.filename])
                continue
            with before.open(part) as read, after.open(same, "w") as write:
                while piece := read.read(1 << 16):
                    write.write(piece)
    return kept.getvalue()
