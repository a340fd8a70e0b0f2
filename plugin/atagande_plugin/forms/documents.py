"""Input about documents, their versions, and governing documents."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from atagande_plugin.forms.base import Form, Line, RowNumber, Text
from atagande_plugin.forms.decided import AtMeeting

#: As in the address of a version.
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Link = Annotated[str, StringConstraints(max_length=500)]


class DecideUpdate(AtMeeting):
    """What the steering group decided to change in a document."""

    decided_on: date
    #: Paragraph of the minutes; the verb says what is wrong with it.
    paragraph: Annotated[str, StringConstraints(max_length=40)] = ""
    #: What is to change.
    note: Text


class PublishVersion(Form):
    """The next version of a document; `updates` are the decisions it carries out."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
    link: Link = ""
    published_on: date
    updates: Annotated[tuple[RowNumber, ...], Field(max_length=100)] = ()
    #: Number of the version that was read before it was written; 0 when there was none.
    after: Annotated[int, Field(ge=0, le=2**31 - 1)]


class Governing(Form):
    """A governing document, and the keys of the commitments it bears on."""

    title: Line
    issuer: Line
    link: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    commitments: Annotated[tuple[Line, ...], Field(max_length=500)] = ()


class ChangeGoverning(Governing):
    """The same, by someone who has read `version`."""

    version: RowNumber


class RemoveGoverning(Form):
    """Take a governing document away, by someone who has read `version`."""

    version: RowNumber


class Compare(Form):
    """Two versions of a document, the older first."""

    first: Number
    second: Number
