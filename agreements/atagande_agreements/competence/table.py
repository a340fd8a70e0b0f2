"""Reads the rows of a file as reports, and names every cell that is not right with its remedy.

Pure: rows of texts in, reports and faults out. Nothing is stored here, and the text of a cell with
a personal number comes out nowhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from atagande_agreements.competence import table_texts as texts
from atagande_agreements.competence.counts import HIGHEST_STAFF, Numbers, Training, is_name
from atagande_agreements.competence.errors import EmptyFile, PersonalNumberInFile
from atagande_agreements.competence.places import Place
from atagande_agreements.privacy import find_personal_number

#: Rows below the header.
MOST_ROWS = 50_000
#: Faults that are described; beyond them they are only counted.
MOST_FAULTS = 100
#: Signs that make a spreadsheet program compute a cell.
FORMULA = ("=", "+", "-", "@")

UNIT, SUBJECT, DATE, PEOPLE, NAME, STAFF = "enhet", "ämne", "datum", "antal", "namn", "personal"
COLUMNS = (UNIT, SUBJECT, DATE, PEOPLE, NAME, STAFF)
_HEADERS = {
    "amne": SUBJECT,
    "unit": UNIT,
    "subject": SUBJECT,
    "topic": SUBJECT,
    "date": DATE,
    "number": PEOPLE,
    "count": PEOPLE,
    "people": PEOPLE,
    "name": NAME,
    "staff": STAFF,
} | {name: name for name in COLUMNS}
_COMPACT = 8
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, or only worth a look: message ids with their parameters."""

    #: As the spreadsheet program numbers it: the header is row 1.
    row: int
    column: str
    message: str
    next_step: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """A report as the file has it."""

    place: Place
    subject: str
    first_row: int
    staff: int | None = None
    staff_row: int = 0
    trainings: list[Training] = field(default_factory=list)
    #: Name in lower case -> its row.
    named: dict[str, int] = field(default_factory=dict)

    @property
    def numbers(self) -> Numbers:
        """Return what the report says."""
        return Numbers(self.staff or 0, tuple(self.trainings))


@dataclass(frozen=True, slots=True)
class Known:
    """What the cells are read against."""

    places: Sequence[Place]
    #: Places that a file may name people in: the chief's own.
    own: frozenset[str]
    #: Name in lower case -> subject.
    subjects: Mapping[str, str]
    #: Subjects that are asked of the organisation.
    asked: frozenset[str]
    as_of: date
    #: First local date of the agreement.
    since: date


@dataclass(slots=True)
class Table:
    """What a file says."""

    drafts: list[Draft] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    #: Cells that are taken as they are, but are worth a look.
    notices: list[Fault] = field(default_factory=list)
    rows: int = 0
    fault_count: int = 0
    notice_count: int = 0

    def fault(self, row: int, column: str, said: tuple[str, str], **params: object) -> None:
        """Note a fault."""
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(row, column, *said, params))

    def notice(self, row: int, column: str, said: tuple[str, str], **params: object) -> None:
        """Note what is worth a look."""
        self.notice_count += 1
        if len(self.notices) < MOST_FAULTS:
            self.notices.append(Fault(row, column, *said, params))


def refuse_personal_numbers(rows: Sequence[Sequence[str]]) -> None:
    """Raise PersonalNumberInFile, with the place and never the text, if any cell holds one."""
    # One search for them all; a bar is no sign that people write inside a number.
    if find_personal_number("|".join("|".join(cells) for cells in rows)) is None:
        return
    for number, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells, start=1):
            if find_personal_number(cell) is not None:
                raise PersonalNumberInFile(field="file", row=number, column=column)


def read_table(rows: Sequence[Sequence[str]], known: Known) -> Table:
    """Return the reports that a file's rows make, and what is wrong with them.

    The first row with anything in it is the header. Raises EmptyFile without a row below it, and
    PersonalNumberInFile.
    """
    refuse_personal_numbers(rows)
    numbered = [
        (number, cells) for number, cells in enumerate(rows, start=1) if any(map(str.strip, cells))
    ]
    if len(numbered) <= 1:
        raise EmptyFile(field="file")
    table = Table(rows=len(numbered) - 1)
    columns = _columns(table, *numbered[0])
    if table.fault_count:
        return table
    drafts: dict[tuple[str, str], Draft] = {}
    for number, cells in numbered[1:]:
        _row(table, drafts, known, number, _cells(table, columns, number, cells))
    for draft in drafts.values():
        _check(table, draft)
    table.drafts = list(drafts.values())
    return table


def _columns(table: Table, row: int, header: Sequence[str]) -> list[str | None]:
    """Return the column of each place in a row; None for one that is not read."""
    columns: list[str | None] = []
    for cell in header:
        text = cell.strip()
        column = _HEADERS.get(text.casefold())
        if column is not None and column in columns:
            table.fault(row, column, texts.TWICE)
        elif column is None and text:
            table.notice(row, text[:_SHOWN], texts.NOT_USED)
        columns.append(column)
    wanted = [SUBJECT, DATE, STAFF]
    if NAME not in columns:
        wanted.append(PEOPLE)
    for column in wanted:
        if column not in columns:
            table.fault(row, column, texts.NO_COLUMN)
    return columns


def _cells(
    table: Table, columns: Sequence[str | None], row: int, cells: Sequence[str]
) -> dict[str, str]:
    """Return a row by column. A cell that would be computed reads as empty, with a fault."""
    found = dict.fromkeys(COLUMNS, "")
    if any(cell.strip() for cell in cells[len(columns) :]):
        table.fault(row, "", texts.TOO_WIDE)
    for column, cell in zip(columns, cells, strict=False):
        if column is None:
            continue
        text = cell.strip()
        if text.startswith(FORMULA):
            table.fault(row, column, texts.COMPUTED, sign=text[0])
            found[column] = _FAULTY
        else:
            found[column] = text
    return found


#: Stands for a cell whose fault is noted already.
_FAULTY = "\0"


def _row(
    table: Table,
    drafts: dict[tuple[str, str], Draft],
    known: Known,
    row: int,
    cells: Mapping[str, str],
) -> None:
    before = table.fault_count
    place = _place(table, known, row, cells[UNIT])
    subject = _subject(table, known, row, cells[SUBJECT])
    staff = _number(table, row, STAFF, cells[STAFF], 0)
    training = _training(table, known, row, cells, place)
    if place is None or subject is None:
        return
    draft = drafts.setdefault((place.key, subject), Draft(place, subject, row))
    if staff is not None:
        if draft.staff is None:
            draft.staff, draft.staff_row = staff, row
        elif draft.staff != staff:
            table.fault(
                row, STAFF, texts.OTHER_STAFF, value=staff, first=draft.staff, other=draft.staff_row
            )
    if training is None or table.fault_count != before:
        return
    if training.name:
        first = draft.named.setdefault(training.name.casefold(), row)
        if first != row:
            table.fault(row, NAME, texts.SAME_NAME, first=first)
    draft.trainings.append(training)


def _place(table: Table, known: Known, row: int, text: str) -> Place | None:
    if text == _FAULTY:
        return None
    units = " / ".join(place.key for place in known.places)
    if not text and len(known.places) == 1:
        return known.places[0]
    for place in known.places:
        if text.casefold() in {place.key.casefold(), place.name.casefold()}:
            return place
    if text:
        table.fault(row, UNIT, texts.OTHER_UNIT, value=text[:_SHOWN], units=units)
    else:
        table.fault(row, UNIT, texts.NO_UNIT, units=units)
    return None


def _subject(table: Table, known: Known, row: int, text: str) -> str | None:
    if text == _FAULTY:
        return None
    subject = known.subjects.get(text.casefold())
    if subject in known.asked:
        return subject
    table.fault(
        row,
        SUBJECT,
        texts.OTHER_SUBJECT,
        value=text[:_SHOWN],
        subjects=" / ".join(sorted(known.asked)),
    )
    return None


def _number(table: Table, row: int, column: str, text: str, lowest: int) -> int | None:
    if text in {"", _FAULTY}:
        return None
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _COMPACT else -1
    if lowest <= number <= HIGHEST_STAFF:
        return number
    table.fault(
        row, column, texts.BAD_NUMBER, value=text[:_SHOWN], lowest=lowest, highest=HIGHEST_STAFF
    )
    return None


def read_date(text: str) -> date | None:
    """Return a date written as 2026-03-01, 20260301 or with a midnight after it; or None."""
    day = text.removesuffix(" 00:00:00").removesuffix("T00:00:00")
    if len(day) == _COMPACT and day.isdecimal():
        day = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None


def _training(
    table: Table, known: Known, row: int, cells: Mapping[str, str], place: Place | None
) -> Training | None:
    """Return a row's training; None when it has none or a fault."""
    name, people = cells[NAME], _number(table, row, PEOPLE, cells[PEOPLE], 0)
    if _FAULTY in {name, cells[DATE], cells[PEOPLE]}:
        return None
    if not cells[DATE]:
        # A row without training says how many they are, and that nobody is trained.
        if name or people:
            table.fault(row, DATE, texts.NO_DATE)
        return None
    day = _day(table, known, row, cells[DATE])
    if name:
        _check_name(table, known, row, name, place)
        if people not in {None, 1}:
            table.fault(row, PEOPLE, texts.ONE_PERSON, value=people)
        return None if day is None else Training(day, 1, name)
    if not cells[PEOPLE]:
        table.fault(row, PEOPLE, texts.NO_NUMBER)
    elif people == 0:
        table.fault(row, PEOPLE, texts.BAD_NUMBER, value=0, lowest=1, highest=HIGHEST_STAFF)
    return None if day is None or not people else Training(day, people)


def _day(table: Table, known: Known, row: int, text: str) -> date | None:
    day = read_date(text)
    if day is None:
        table.fault(row, DATE, texts.BAD_DATE, value=text[:_SHOWN])
    elif day > known.as_of:
        table.fault(row, DATE, texts.LATE_DATE, value=day.isoformat(), day=known.as_of.isoformat())
    elif day < known.since:
        table.notice(
            row, DATE, texts.EARLY_DATE, value=day.isoformat(), since=known.since.isoformat()
        )
    return day


def _check_name(table: Table, known: Known, row: int, name: str, place: Place | None) -> None:
    if not is_name(name):
        table.fault(row, NAME, texts.BAD_NAME)
    if place is not None and place.key not in known.own:
        table.fault(row, NAME, texts.NOT_YOURS)


def _check(table: Table, draft: Draft) -> None:
    """Note what is wrong with a report as a whole, unless its staff has a fault already."""
    if draft.staff is None:
        if not any(one.column == STAFF for one in table.faults):
            table.fault(draft.first_row, STAFF, texts.NO_STAFF)
        return
    trained = sum(one.people for one in draft.trainings)
    if trained > draft.staff:
        table.fault(draft.staff_row, STAFF, texts.TOO_MANY, trained=trained, staff=draft.staff)


def as_rows(place: Place, subject: str, numbers: Numbers) -> Iterable[tuple[str, ...]]:
    """Yield a report as rows of COLUMNS, which `read_table` reads as the same report."""
    staff = str(numbers.staff)
    if not numbers.trainings:
        yield (place.key, subject, "", "0", "", staff)
    for one in numbers.trainings:
        yield (place.key, subject, one.trained_on.isoformat(), str(one.people), one.name, staff)
