"""Puts a decision under the steering group's meeting that took it, whichever form it came from.

A form of a decision takes part by two lines: its model inherits `forms.decided.AtMeeting`, and its
page has `meeting_field` from steering/fields.html. The kernel calls `settle` after every handler,
so no handler has to.
"""

from dataclasses import dataclass

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.steering.verbs import RECORDED
from atagande_calendar.steering import queries, verbs


@dataclass(frozen=True, slots=True)
class Choice:
    """The meetings that a decision can be put under, for a form."""

    #: (number, day in words), newest first.
    options: tuple[tuple[int, str], ...]
    #: One that is held today; else none, and a decision goes by its day.
    default: int | str


def settle(form: object) -> None:
    """Put the decisions of this request under the meeting its form names, or that of their day."""
    if RECORDED in g.session.info:
        verbs.settle(g.session, meeting_id=getattr(form, "meeting", None), now=g.now)


def group_meetings() -> Choice:
    """Return the group's meetings that take decisions; read once a request."""
    if "group_meetings" not in g:
        found = queries.begun(g.session, g.me.association_id, g.now)
        g.group_meetings = Choice(
            tuple((one.id, g.words.day(local_date(one.starts_at))) for one in found),
            next((one.id for one in found if local_date(one.starts_at) == local_date(g.now)), ""),
        )
    choice: Choice = g.group_meetings
    return choice
