"""Input of changes to a meeting, of answers to wishes for another time, and of material."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from atagande_plugin.forms.answer import ONE_LINE
from atagande_plugin.forms.api_lists import Moment
from atagande_plugin.forms.base import Form, RowNumber
from atagande_plugin.forms.clock import Clock, Day
from atagande_plugin.forms.meetings import Agenda, Title

_Line = Annotated[str, StringConstraints(max_length=200, pattern=ONE_LINE)]


class ChangeMeeting(Form):
    """All that a meeting is to be; day and clock are Stockholm's.

    "review" says what would be sent, "edit" goes back to the form, and "save" does it.
    """

    step: Literal["review", "edit", "save"] = "review"
    version: int
    title: Title
    day: Day
    clock: Clock
    minutes: int
    place: Title
    agenda: Agenda = ""
    target_group: bool = False
    people: tuple[RowNumber, ...] = ()


class MeetingChange(Form):
    """What is to be different; what is left out stays. `people` are all who are asked afterwards.

    With `preview` nothing is kept or sent, and the answer says what would be.
    """

    version: int
    title: Title | None = None
    starts_at: Moment | None = None
    minutes: int | None = None
    place: Title | None = None
    agenda: Agenda | None = None
    target_group: bool | None = None
    people: tuple[RowNumber, ...] | None = None
    preview: bool = False


class AcceptProposal(Form):
    """Move a meeting to a time that someone has asked for."""

    version: int
    proposal: RowNumber


class DeleteDraft(Form):
    """Throw a draft away, as it was when the page was opened."""

    version: int


class MoveAsProposed(Form):
    """Move a meeting to a time that someone has asked for."""

    version: int


class OfInvitation(Form):
    """Whose invitation it is about."""

    invitation: RowNumber


class AddMaterial(Form):
    """A link, or the key of one of the agreement's documents."""

    title: _Line = ""
    link: Annotated[str, StringConstraints(max_length=500, pattern=ONE_LINE)] = ""
    document: Annotated[str, StringConstraints(max_length=64, pattern=ONE_LINE)] = ""
