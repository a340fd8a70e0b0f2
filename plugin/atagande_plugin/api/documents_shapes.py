"""What the API answers about documents and the health of an agreement."""

from datetime import date

from atagande_agreements.commitments.models import Status
from atagande_agreements.documents.difference import Sign
from atagande_agreements.health.finding import About, Level
from atagande_plugin.api.shapes import Moment, Shape


class UpdateLine(Shape):
    """A decision to update a document; `version` carried it out, or it waits."""

    id: int
    document: str
    paragraph: str
    decided_on: date
    note: str
    version: int | None
    published_on: date | None
    #: How it was judged; null when no commitment follows it.
    status: Status | None
    due_on: date | None
    days_late: int | None


class DocumentLine(Shape):
    """A document with its newest version and the decisions that wait for the next."""

    key: str
    title: str
    title_en: str
    #: 0 when nothing is published.
    version: int
    published_on: date | None
    waiting: list[UpdateLine]


class DocumentList(Shape):
    """The documents of an agreement."""

    items: list[DocumentLine]
    next: int | None


class VersionLine(Shape):
    """A version; it never changes."""

    id: int
    document: str
    number: int
    title: str
    title_en: str
    link: str | None
    published_on: date
    published_by: str
    recorded_at: Moment


class VersionList(Shape):
    """Versions of a document, oldest first."""

    items: list[VersionLine]
    next: int | None


class VersionWhole(VersionLine):
    """A version with its text and the decisions that it carried out."""

    text: str
    updates: list[UpdateLine]


class WordsOf(Shape):
    """Words of a line with the same fate."""

    sign: Sign
    text: str


class LineOf(Shape):
    """A line of either version."""

    sign: Sign
    words: list[WordsOf]


class Difference(Shape):
    """Every line of both versions in reading order."""

    first: int
    second: int
    lines: list[LineOf]


class GoverningLine(Shape):
    """A governing document with the commitments it bears on."""

    id: int
    title: str
    issuer: str
    link: str
    commitments: list[str]
    version: int


class GoverningList(Shape):
    """Governing documents."""

    items: list[GoverningLine]
    next: int | None


class FindingLine(Shape):
    """Something that is missing, and what to do about it."""

    level: Level
    code: str
    about: About
    #: Key of what it is about, such as a commitment's.
    key: str
    name: str
    message: str
    next_step: str


class Health(Shape):
    """The findings of an agreement, errors first; none is what one hopes for."""

    errors: int
    warnings: int
    hints: int
    items: list[FindingLine]
