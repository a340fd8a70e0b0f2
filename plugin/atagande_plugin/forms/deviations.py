"""Input about deviations. Every `version` is that of the page it was read on."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from atagande_agreements.deviations.models import Ending
from atagande_agreements.ladder.models import Rung
from atagande_plugin.forms.base import Form, OptionalText, RowNumber, Text
from atagande_plugin.forms.decided import AtMeeting
from atagande_plugin.forms.optional import or_nothing


class Reply(Form):
    """The party's reply; `contest` says that the commitment was kept."""

    text: Text
    contest: bool = False
    version: int


class ReportMeasure(Form):
    """The measure's owner says that it is done."""

    done_on: date
    text: Text
    version: int


class GroupDecision(AtMeeting):
    """What every decision of the group about a deviation has."""

    paragraph: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    decided_on: date
    diary_number: Annotated[str, StringConstraints(max_length=40)] = ""
    note: OptionalText = ""
    version: int


class Close(GroupDecision):
    """The group's decision to close; `next` is where the page goes afterwards."""

    ending: Annotated[Ending | None, or_nothing] = None
    next: str = ""


class DecideMeasure(GroupDecision):
    """What a party is to do; `owner` is the key of an organisation or a unit."""

    text: Text
    owner: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    due_on: date


class EscalateDeviation(GroupDecision):
    """One step up the ladder; `rung` is the step that the group read."""

    rung: Rung


class ReopenDeviation(GroupDecision):
    """A deviation that has ended is opened again."""


class MergeDeviation(Form):
    """A deviation is decided together with another, by its number."""

    into: RowNumber
    version: int


class PartDeviation(Form):
    """A deviation is decided for itself again."""

    version: int
