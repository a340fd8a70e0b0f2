"""Input of what became of a meeting."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from atagande_calendar.meetings.attendance import ISSUE_LENGTH, Presence
from atagande_plugin.forms.answer import ONE_LINE
from atagande_plugin.forms.base import Form, Line

#: Nobody comes to a meeting with more people than this.
MOST_PEOPLE = 500
MOST_ISSUES = 50


def _number(value: object) -> object:
    """Read an empty field as nobody."""
    return 0 if isinstance(value, str) and not value.strip() else value


People = Annotated[int, Field(ge=0, le=MOST_PEOPLE), BeforeValidator(_number)]
IssueText = Annotated[
    str, StringConstraints(min_length=1, max_length=ISSUE_LENGTH, pattern=ONE_LINE)
]


class Held(Form):
    """The form of a meeting that was held: one value of each list for every party, in order."""

    #: Of the report that was read; 0 for none.
    version: int
    #: "7" for an organisation, "7-12" for its clinic.
    party: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}(-[0-9]{1,16})?$")], ...]
    #: Empty: nothing is said, which only a party that nobody asked may have.
    presence: tuple[Literal["", "present", "deputy", "absent"], ...]
    people: tuple[People, ...]
    target_group: bool = False


class OneCame(Form):
    """One party's attendance; the clinic (`unit`) at a steering meeting that it was summoned to."""

    organisation: Line
    unit: Line | None = None
    presence: Presence
    people: People


class ReportHeld(Form):
    """The same by API: a meeting that was held, and who came."""

    #: Of the report that was read; 0 for none.
    version: int
    attendance: Annotated[tuple[OneCame, ...], Field(max_length=200)]
    target_group: bool = False


class Close(Form):
    """The form that closes a held meeting; empty rows are left out."""

    version: int
    texts: tuple[Annotated[str, StringConstraints(max_length=ISSUE_LENGTH)], ...] = ()
    #: The party that raised each, by number; empty for the meeting as a whole.
    raised_by: tuple[str, ...] = ()
    nothing: bool = False
    lifted_on: date | None = None


class OneIssue(Form):
    """One lifted issue, and the organisation that raised it."""

    text: IssueText
    organisation: Line | None = None


class CloseMeeting(Form):
    """The same by API: close a held meeting, a network meeting with its issues or without any."""

    #: Of the attendance report that was read.
    version: int
    issues: Annotated[tuple[OneIssue, ...], Field(max_length=MOST_ISSUES)] = ()
    nothing: bool = False
    #: Local date that the list went to the steering group; today when left out.
    lifted_on: date | None = None


class SpeakForParty(Form):
    """A party's own word after a network meeting; empty rows are left out."""

    texts: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=ISSUE_LENGTH)], ...],
        Field(max_length=MOST_ISSUES),
    ] = ()
    nothing: bool = False


class CallOff(Form):
    """Call a meeting off as it was when the page was opened."""

    version: int
