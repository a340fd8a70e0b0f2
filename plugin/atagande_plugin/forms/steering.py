"""Input of the steering group's meetings. Every `version` is that of what was read."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from atagande_agreements.steering.models import DecisionKind
from atagande_plugin.forms.answer import ONE_LINE
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.forms.base import Form, OptionalText, RowNumber, Text
from atagande_plugin.forms.decided import AtMeeting

#: Of a decision or of minutes, as the association writes it.
DiaryNumber = Annotated[str, StringConstraints(max_length=40)]
#: What minutes are about: an item of the agenda, by its key.
ItemKey = Annotated[str, StringConstraints(min_length=1, max_length=80)]
MOST_NOTES = 400


class AddAgendaItem(Form):
    """An own item of the agenda."""

    title: Annotated[str, StringConstraints(max_length=200, pattern=ONE_LINE)] = ""
    text: OptionalText = ""


class ChangeAgendaItem(AddAgendaItem):
    """Other words for it."""

    version: RowNumber


class HeldAgendaItem(Form):
    """It moves, or goes."""

    version: RowNumber


class DecideOther(AtMeeting):
    """A decision that acts on nothing in the service, perhaps about an item of the agenda."""

    #: The verb says what is wrong with it.
    paragraph: Annotated[str, StringConstraints(max_length=40)] = ""
    decided_on: date
    diary_number: DiaryNumber = ""
    #: The decision itself.
    note: OptionalText = ""
    #: "issue:3" or "own:2"; "" for neither.
    about: Annotated[str, StringConstraints(pattern=r"^((issue|own):[1-9][0-9]{0,14})?$")] = ""
    #: Page to go on to.
    next: str = ""


class GiveDissent(Form):
    """A party's särskilt uttalande; `party` is the key of an organisation."""

    party: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    text: Text


class PutUnderMeeting(Form):
    """The meeting that took a decision."""

    meeting: RowNumber


class BeginMinutes(Form):
    """Minutes are begun."""


class WriteMinutes(Form):
    """What the minutes say of items: one note for every key, in order."""

    number: RowNumber
    item: Annotated[tuple[ItemKey, ...], Field(max_length=MOST_NOTES)] = ()
    note: Annotated[tuple[OptionalText, ...], Field(max_length=MOST_NOTES)] = ()
    version: RowNumber


class FixMinutes(Form):
    """Minutes are fixed, by whom by function and when."""

    number: RowNumber
    function: Annotated[str, StringConstraints(max_length=200)] = ""
    fixed_on: date
    diary_number: DiaryNumber = ""
    version: RowNumber


class CorrectMinutes(Form):
    """A correction is begun; `reason` is what was wrong."""

    reason: OptionalText = ""


class DecisionPage(Page):
    """A part of the decision register, perhaps of a year or a kind."""

    year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    kind: DecisionKind | None = None
