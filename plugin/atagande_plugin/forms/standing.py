"""Input about self-reports and services: counts and short texts, nothing about anyone."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from atagande_agreements.standing.models import Subject
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.forms.base import Form, Line

#: More people than any municipality's target group, and more cases than anyone leaves unasked.
_MOST = 100_000


def _none_if_empty(given: Any) -> Any:
    return None if given == "" else given


#: An empty field says that it was not counted.
MaybeCount = Annotated[
    Annotated[int, Field(ge=0, le=_MOST)] | None, BeforeValidator(_none_if_empty)
]
MaybeDay = Annotated[date | None, BeforeValidator(_none_if_empty)]
Comment = Annotated[str, StringConstraints(max_length=1000)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=64)]
TermKey = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}(-H[12])?$")]


class Report(Form):
    """What a party says of a term; `revision` is the one its author had read, 0 for none."""

    #: Active work: yes or no.
    works: Annotated[bool | None, BeforeValidator(_none_if_empty)] = None
    people: MaybeCount = None
    women: MaybeCount = None
    men: MaybeCount = None
    rehabilitated: MaybeCount = None
    #: Cases left unasked, or meetings held.
    number: MaybeCount = None
    #: Services: the list of today is right.
    confirmed: bool = False
    comment: Comment = ""
    reported_on: MaybeDay = None
    revision: Annotated[int, Field(ge=0, le=_MOST)] = 0


class NewSelfReport(Report):
    """The same through the API."""

    subject: Subject
    #: "2026-H1", or "2026" for the steering group's meetings.
    term: TermKey


class Service(Form):
    """What is said of a preparatory service; `version` is the one its author had read."""

    name: Line
    purpose: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    place: Line
    #: A function, never a person.
    contact: Line
    valid_from: date
    valid_to: MaybeDay = None
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class ReportPage(Page):
    """A part of the reports, perhaps only those of one term."""

    term: TermKey | None = None


class ServicePage(Page):
    """A part of the services, perhaps one party's, perhaps those that have ended."""

    organisation: Key | None = None
    ended: bool = False
