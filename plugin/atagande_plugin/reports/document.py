"""What a report looks like before it is a page, a PDF, a workbook or a CSV file.

A document is parts with sentences and tables. Each cell is a plain value, so the four ways to read
a report write the same numbers, dates and words, and can be compared cell by cell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    #: A difference, which is written with its sign.
    CHANGE = "change"
    DATE = "date"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Sign:
    """How something stands: a code that decides shape and colour, a word, and perhaps a count."""

    code: str
    word: str
    #: "3/4"; "" for none.
    count: str = ""

    def __str__(self) -> str:
        return f"{self.word} {self.count}".rstrip()


#: None is an empty cell.
Cell = str | int | date | Sign | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    label: str
    kind: Kind = Kind.TEXT
    #: How wide it is beside the others; 0: as narrow as it can be.
    weight: int = 0
    #: On the page and in the PDF. The rest is for those who count further.
    on_page: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A row; a group has a heading over all columns instead of cells."""

    cells: Sequence[Cell]
    group: str = ""
    #: What it says of how something stands, to draw: number by status.
    bar: Mapping[str, int] | None = None
    #: The sum of those above.
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column says what each row is about."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    #: What to know when reading it.
    note: str = ""
    #: On the page and in the PDF. The rest is for those who count further.
    on_page: bool = True
    #: In the CSV file. The rest says in another way what another table says.
    in_data: bool = True
    #: Needs a page on its side.
    is_wide: bool = False
    #: How many more rows there are than here, where there are too many to list.
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its sentences and tables."""

    key: str
    heading: str
    text: Sequence[str] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report, in one language."""

    title: str
    association: str
    agreement: str
    diary_number: str
    language: str
    #: Local date that it was made on.
    made_on: date
    #: What is most important, in one sentence or three.
    lead: Sequence[str]
    #: Number by status, to draw: (code, word, number).
    bar: Sequence[tuple[str, str, int]]
    parts: Sequence[Part] = field(default_factory=tuple)

    @property
    def tables(self) -> Iterator[tuple[Part, Table]]:
        """Yield every table with the part it belongs to."""
        for part in self.parts:
            for table in part.tables:
                yield part, table
