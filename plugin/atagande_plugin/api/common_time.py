"""Common times and polls: those who plan meetings search and ask."""

from typing import TYPE_CHECKING

from flask import g

from atagande_calendar.common_time import poll_queries
from atagande_calendar.common_time.models import TimePoll
from atagande_calendar.common_time.polls import close_poll, takes_answers
from atagande_calendar.common_time.sources import best_times
from atagande_plugin import forms
from atagande_plugin.api import common_time_shapes as shapes
from atagande_plugin.api.common import part
from atagande_plugin.web.acting import myself
from atagande_plugin.web.common_time import asked_of, choices
from atagande_plugin.web.polls import opened, poll_of, visible

if TYPE_CHECKING:
    from atagande_plugin.forms.common_time import (
        ChooseTime,
        ClosePoll,
        NewPoll,
        PollPage,
        Search,
        TimeSearch,
    )


def times(asked: "TimeSearch") -> shapes.CommonTimes:
    """Return the best times. Why someone is busy is not said."""
    values = asked.model_dump(exclude={"limit"})
    for name in ("people", "units"):
        values[name] = [one for one in values[name].split(",") if one]
    form: Search = forms.read("common_time.Search", values)  # type: ignore[assignment] # by its name
    about = asked_of(form, choices())
    found = best_times(g.session, about.wanted, limit=asked.limit, now=g.now)
    return shapes.CommonTimes(
        minutes=about.wanted.minutes,
        first=about.wanted.first,
        last=about.wanted.last,
        people=[one.id for one in about.people],
        units=[one.key for one in about.units],
        clinic=about.clinic.key if about.clinic else None,
        considered=found.considered,
        without_busy=found.without_busy,
        times=[
            shapes.CommonTime(starts_at=one.starts_at, answers=list(one.answers))
            for one in found.times
        ],
    )


def listed(asked: "PollPage") -> shapes.PollList:
    """Return a part of the polls."""
    rows, following = part(visible(), TimePoll.id, asked)
    answered = poll_queries.answered(g.session, [poll.id for poll in rows])
    return shapes.PollList(
        items=[
            shapes.PollLine(
                id=poll.id,
                kind=poll.kind,
                state=poll.state,
                takes_answers=takes_answers(poll, g.now),
                minutes=poll.minutes,
                closes_at=poll.closes_at,
                answered=answered.get(poll.id, (0, 0))[0],
                asked=answered.get(poll.id, (0, 0))[1],
            )
            for poll in rows
        ],
        next=following,
    )


def one(number: int) -> shapes.PollWhole:
    """Return one poll."""
    g.session.expire_all()
    poll = poll_of(number)
    return shapes.PollWhole(
        id=poll.id,
        kind=poll.kind,
        state=poll.state,
        takes_answers=takes_answers(poll, g.now),
        minutes=poll.minutes,
        closes_at=poll.closes_at,
        times=[
            shapes.PollTimeShape(id=time.id, starts_at=time.starts_at, chosen=time.chosen)
            for time in poll.times
        ],
        people=[
            shapes.PollPersonShape(
                person=asked.person_id,
                votes={answer.poll_time_id: answer.vote for answer in asked.answers},
            )
            for asked in poll.people
        ],
        version=poll.version,
    )


def ask(form: "NewPoll") -> tuple[shapes.PollWhole, str]:
    """Open a poll."""
    poll = opened(form)
    return one(poll.id), f"/polls/{poll.id}"


def choose(number: int, form: "ChooseTime") -> shapes.PollWhole:
    """Choose a time."""
    _close(number, form.time, form.version)
    return one(number)


def close(number: int, form: "ClosePoll") -> shapes.PollWhole:
    """Close without one."""
    _close(number, None, form.version)
    return one(number)


def _close(number: int, time: int | None, version: int) -> None:
    close_poll(
        g.session,
        poll=poll_of(number),
        time_id=time,
        version=version,
        person=myself(),
        now=g.now,
    )
