"""A report's four readings: the page, the PDF, the workbook and the CSV say the same."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from atagande_agreements.deviations.models import DeviationStep, StepKind
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.followup.period import Period
from atagande_agreements.parties.models import Person
from atagande_agreements.reports import contents, verbs
from atagande_agreements.reports.models import FileFormat, Report
from atagande_plugin import csv_safe
from atagande_plugin.reports import making, writing
from atagande_plugin.reports.document import Document, Kind, Sign, Table
from atagande_plugin.reports.making import make_reports
from atagande_plugin.reports.writing import Stamp
from atagande_plugin.translation import words
from support.world import READER, STEERING, World

SWEDISH = words("sv")
STATUSES = ("met", "partly", "not_met", "unreported", "not_assessable")


@dataclass
class Made:
    """A report that was issued, in all its forms."""

    number: int
    said: Mapping[str, Any]
    document: Document
    files: Mapping[FileFormat, bytes]


@pytest.fixture
def made(sqlite_lived_world: World) -> Made:
    """The report of the last quarter that the demo has behind it."""
    return issue(sqlite_lived_world, "2025-Q4")


def issue(world: World, code: str, language: str = "sv") -> Made:
    """Ask for a report and let the job make it."""
    with world.writer() as session:
        period = Period.parse(code)
        report = verbs.ask(
            session,
            agreement=world.agreement(session),
            period=period,
            title=writing.title_of(period, words(language)),
            language=language,
            diary_number="SUVS 2026/14",
            person=world.person(session, STEERING),
            now=world.now,
        )
        session.commit()
        number = report.id
    assert make_reports(world.services) == {"issued": 1, "failed": 0}
    with world.services.reader() as session:
        kept = session.get_one(Report, number)
        assert kept.data is not None
        assert kept.issued_at is not None
        said = contents.read(kept.data)
        files = {one.format: one.content for one in kept.files}
        stamp = Stamp(kept.title, kept.diary_number, kept.issued_at)
    return Made(number, said, writing.document(said, stamp, words(language)), files)


class Tables(HTMLParser):
    """Collects the tables of a page: rows of texts, by the title above each."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self.rows: list[list[str]] = []
        self.text: list[str] | None = None
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "table":
            self.rows = self.found[str(named.get("aria-labelledby")).removeprefix("t-")] = []
        elif tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.text = []
            self.hidden = int(named.get("data-label") == "Fördelning")

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self.text is not None:
            text = " ".join("".join(self.text).split())
            if not self.hidden and text != "Fördelning":
                self.rows[-1].append(text)
            self.text = None


def on_page(table: Table) -> Iterator[list[str]]:
    """Yield the rows of a table as a page shows them."""
    for row in table.rows:
        if row.group:
            yield [row.group]
            continue
        yield [
            "·"
            if cell is None and table.key == "matrix"
            else writing.shown(cell, SWEDISH, column.kind)
            for cell, column in zip(row.cells, table.columns, strict=True)
            if column.on_page
        ]


def plain(text: str) -> str:
    """Return the letters and figures of a text, with nothing of how it was set."""
    return re.sub(r"[\s\u200b\u00ad✓◐✕?–·-]", "", text)


def test_every_party_s_statuses_add_up_to_its_instances(made: Made) -> None:
    overview = made.said["overview"]
    for one in (*overview["parties"], *overview["types"]):
        assert sum(one["tally"][code] for code in STATUSES) == one["obligations"]
        cells = [cell for cell in overview["cells"] if cell["party"] == one.get("key")]
        assert len(cells) in {0, one["obligations"]}
    for code in STATUSES:
        by_party = sum(one["tally"][code] for one in overview["parties"])
        by_type = sum(one["tally"][code] for one in overview["types"])
        by_cell = sum(cell["status"] == code for cell in overview["cells"])
        assert overview["tally"][code] == by_party == by_type == by_cell
    assert overview["obligations"] == len(overview["cells"])


def test_screen_pdf_workbook_and_csv_agree(made: Made, sqlite_lived_world: World) -> None:
    page = Tables()
    page.feed(sqlite_lived_world.client(READER).get(f"/rapporter/{made.number}").text)
    pdf = plain(
        "".join(
            one.extract_text() for one in PdfReader(io.BytesIO(made.files[FileFormat.PDF])).pages
        )
    )
    book = load_workbook(io.BytesIO(made.files[FileFormat.XLSX]))
    sheets = iter(book.worksheets[1:])
    lines = list(csv_lines(made.files[FileFormat.CSV]))
    seen = 0
    for part, table in made.document.tables:
        in_book = next(sheets)
        headings = [cell.value for cell in in_book[1]]
        assert headings == [column.label for column in table.columns]
        kept = [row for row in table.rows if row.cells or not table.in_data]
        read = list(in_book.iter_rows(min_row=2, values_only=True))
        assert len(read) == len(kept)
        for row, values in zip(kept, read, strict=True):
            cells = row.cells or (row.group,)
            assert [as_read(one) for one in values[: len(cells)]] == [as_read(one) for one in cells]
        if table.on_page:
            assert page.found[table.key][1:] == list(on_page(table)), table.key
            for row_texts in on_page(table):
                for text in row_texts:
                    assert plain(text) in pdf, text
        if table.in_data:
            section = table.title if len(part.tables) > 1 else part.heading
            own = {
                (number, name): value for of, number, _about, name, value in lines if of == section
            }
            wanted = {
                (str(number), column.label): as_text(cell)
                for number, row in enumerate((one for one in table.rows if one.cells), 1)
                for cell, column in zip(row.cells, table.columns, strict=True)
                if cell is not None or column is table.columns[0]
            }
            assert own == wanted
            seen += len(own)
    assert seen == len([one for one in lines if one[0] != "Rapport"])
    assert next(sheets, None) is None


def as_read(value: object) -> object:
    """Return a cell as a workbook gives it back."""
    if isinstance(value, datetime):
        return value.date()
    return str(value) if isinstance(value, Sign) else value


def as_text(value: object) -> str:
    """Return a cell as the CSV file has it, without what keeps it from being computed."""
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def csv_lines(content: bytes) -> Iterator[tuple[str, ...]]:
    """Yield the lines of a CSV file after its header, as they were before they were made safe."""
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert "\n" not in text.replace("\r\n", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    assert next(reader) == ["Avsnitt", "Rad", "Gäller", "Uppgift", "Värde"]
    for line in reader:
        yield tuple(csv_safe.plain(cell) for cell in line)


def test_a_row_of_numbers_stands_in_order_in_the_pdf(made: Made) -> None:
    pages = PdfReader(io.BytesIO(made.files[FileFormat.PDF])).pages
    text = plain("".join(one.extract_text() for one in pages))
    for one in made.said["overview"]["parties"]:
        numbers = "".join(str(one["tally"][code]) for code in STATUSES)
        assert f"{plain(one['name'])}{numbers}{one['obligations']}" in text


def test_the_pdf_is_tagged_in_swedish_with_title_association_and_diary_number(made: Made) -> None:
    pdf = PdfReader(io.BytesIO(made.files[FileFormat.PDF]))
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "sv-SE"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Uppföljning fjärde kvartalet 2025"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    roles = set(walk(root["/StructTreeRoot"]))
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/P"} <= roles
    first = pdf.pages[0].extract_text()
    assert made.said["association"] in " ".join(first.split())
    for page in pdf.pages:
        assert "Diarienummer SUVS 2026/14" in " ".join(page.extract_text().split())


def walk(node: Any) -> Iterator[str]:
    """Yield the roles of a structure tree."""
    node = node.get_object()
    if isinstance(node, list):
        for one in node:
            yield from walk(one)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node["/S"]
        if "/K" in node:
            yield from walk(node["/K"])


def test_every_font_comes_with_the_file(made: Made) -> None:
    for page in PdfReader(io.BytesIO(made.files[FileFormat.PDF])).pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            inner = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert "/FontFile3" in inner or "/FontFile2" in inner


def test_the_same_contents_make_the_same_bytes(made: Made) -> None:
    stamp = Stamp(made.document.title, "1", datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
    text = json.dumps(made.said)
    first, second = (making.files_of(text, stamp, "sv") for _ in range(2))
    assert first == second


def hostile(said: Any, text: str) -> dict[FileFormat, bytes]:
    """Return files where the group's note and the lifted issue are a text that wants to run."""
    said["decisions"] = [
        {
            "paragraph": "§ 1",
            "decided_on": "2025-11-11",
            "diary_number": text,
            "kind": "other",
            "about": [],
            "about_en": [],
            "value": None,
            "unit": None,
            "valid_from": None,
            "note": text,
        }
    ]
    stamp = Stamp("T", text, datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
    return making.files_of(json.dumps(said), stamp, "sv")


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x.example";"klicka")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "#panic(1) *fet* _kursiv_ $x$ @nyckel <etikett> \\ // inte en kommentar",
        "a\x0bb\x1fc",
        "𝔄 🎉 مرحبا",
        "x" * 4000,
    ],
)
def test_a_text_stays_a_text_whatever_it_looks_like(sqlite_world: World, text: str) -> None:
    files = hostile(dict(issue(sqlite_world, "2020-Q1").said), text)
    book = load_workbook(io.BytesIO(files[FileFormat.XLSX]))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    rows = files[FileFormat.CSV].decode("utf-8-sig").splitlines()
    reader = csv.reader(rows, delimiter=";")
    assert not [
        cell
        for line in reader
        for cell in line
        if cell.startswith(csv_safe.DANGEROUS) and not re.fullmatch(r"-\d+", cell)
    ]
    assert files[FileFormat.PDF].startswith(b"%PDF")


def test_numbers_and_dates_are_numbers_and_dates_in_the_workbook(made: Made) -> None:
    book = load_workbook(io.BytesIO(made.files[FileFormat.XLSX]))
    for sheet, (_, table) in zip(book.worksheets[1:], made.document.tables, strict=True):
        assert sheet.freeze_panes in {"A2", "B2"}
        assert sheet.auto_filter.ref
        for column, cells in zip(table.columns, sheet.iter_cols(min_row=2), strict=True):
            for cell in cells:
                if column.kind is Kind.DATE and cell.value is not None:
                    # A single case has no day, only its quarter.
                    assert cell.is_date or str(cell.value).startswith("kv. ")
                if column.kind is Kind.CHANGE and cell.value is not None:
                    assert cell.data_type == "n"
        assert len(sheet.title) <= 31


def test_a_report_holds_no_case_no_person_and_no_party_s_reply(
    made: Made, sqlite_lived_world: World
) -> None:
    text = json.dumps(made.said, ensure_ascii=False)
    with sqlite_lived_world.services.reader() as session:
        replies = set(
            session.scalars(
                select(DeviationStep.text).where(
                    DeviationStep.kind.in_(
                        (StepKind.REPLY, StepKind.CONTEST, StepKind.MEASURE_DONE)
                    )
                )
            )
        )
        references = set(session.scalars(select(Enquiry.reference)))
        people = set(session.scalars(select(Person.name)))
    assert replies
    assert references
    for secret in replies | references | people:
        assert secret not in text


def test_a_period_with_nothing_in_it_gives_a_report_that_says_so(sqlite_world: World) -> None:
    made = issue(sqlite_world, "2020-Q1")
    lead = " ".join(made.document.lead)
    assert "Inget av de 93 åtagandena gick att bedöma" in lead
    assert "Ingen avvikelse väntade" in lead
    about = " ".join(made.document.parts[-1].text)
    assert "första kvartalet 2020" in about
    text = "".join(
        one.extract_text() for one in PdfReader(io.BytesIO(made.files[FileFormat.PDF])).pages
    )
    assert "Styrgruppen fattade inga beslut under perioden." in " ".join(text.split())


def test_the_agreement_s_first_quarter_is_compared_with_nothing(sqlite_world: World) -> None:
    made = issue(sqlite_world, "2019-Q4")
    assert made.said["before_first"] is None
    assert "så inget jämförs" in " ".join(made.document.parts[-1].text)


def test_a_period_that_is_not_over_says_that_it_may_change(sqlite_world: World) -> None:
    made = issue(sqlite_world, "2026-Q1")
    assert "Perioden var inte slut" in " ".join(made.document.parts[-1].text)


def test_a_report_asked_for_in_english_is_in_english(sqlite_world: World) -> None:
    made = issue(sqlite_world, "2025-Q4", "en")
    root: Any = PdfReader(io.BytesIO(made.files[FileFormat.PDF])).trailer["/Root"]
    assert root["/Lang"] == "en-GB"
