"""Series of meetings: proposed dates, plans, and changes of several meetings at once."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_calendar.invitations.told import Sending
from atagande_calendar.meetings.models import Meeting, MeetingSeries
from atagande_calendar.meetings.series import publish_series, select_series
from atagande_calendar.meetings.series_scope import preview, to_come
from atagande_calendar.meetings.year_dates import propose_dates
from atagande_plugin.api import series_shapes
from atagande_plugin.api.common import part
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.web.acting import myself
from atagande_plugin.web.series import is_planner, planned, series_of
from atagande_plugin.web.series_changes import (
    called_off,
    changed,
    one_of,
    someone,
    with_person,
)

if TYPE_CHECKING:
    from atagande_plugin.forms.series import (
        CallOffSeries,
        ChangeSeries,
        PersonOfSeries,
        PlanSeries,
        ProposeDates,
        PublishSeries,
    )


def proposed(asked: "ProposeDates") -> series_shapes.ProposedDates:
    """Return dates that are still to come."""
    days = propose_dates(
        asked.year,
        count=asked.count,
        weekday=asked.weekday,
        breaks=asked.breaks,
        after=local_date(g.now),
    )
    return series_shapes.ProposedDates.model_validate({"items": [{"day": day} for day in days]})


def _facts(row: MeetingSeries) -> dict[str, Any]:
    return {
        name: getattr(row, name)
        for name in ("id", "kind", "title", "place", "rrule", "starts_at", "minutes", "version")
    }


def listed(asked: Page) -> series_shapes.SeriesList:
    """Return the series that the caller may see."""
    query = select_series(g.me.association_id, drafts=is_planner())
    rows, following = part(query, MeetingSeries.id, asked)
    items = [series_shapes.SeriesLine.model_validate(_facts(row)) for row in rows]
    return series_shapes.SeriesList(items=items, next=following)


def _whole(row: MeetingSeries) -> dict[str, Any]:
    _series, meetings = series_of(row.id)
    return _facts(row) | {
        "uid": row.uid,
        "sequence": row.sequence,
        "meetings": [_meeting(one) for one in meetings],
    }


def _meeting(row: Meeting) -> dict[str, Any]:
    return {
        name: getattr(row, name)
        for name in ("id", "state", "starts_at", "minutes", "title", "place", "recurrence_at")
    }


def one(number: int) -> series_shapes.SeriesWhole:
    """Return one series."""
    return series_shapes.SeriesWhole.model_validate(_whole(series_of(number)[0]))


def plan(form: "PlanSeries") -> tuple[series_shapes.SeriesWhole, str]:
    """Keep a series as drafts."""
    series = planned(form)
    return one(series.id), f"/series/{series.id}"


def publish(number: int, form: "PublishSeries") -> series_shapes.SeriesSent:
    """Publish every draft of a series."""
    series, _meetings = series_of(number)
    sending = publish_series(
        g.session, series=series, person=myself(), version=form.version, now=g.now
    )
    return _sent(series, sending)


def _sent(series: MeetingSeries, sending: Sending) -> series_shapes.SeriesSent:
    return series_shapes.SeriesSent.model_validate(
        _whole(series)
        | {
            "invited": sending.invited,
            "changed": sending.changed,
            "reworded": sending.reworded,
            "cancelled": sending.cancelled,
        }
    )


def _done(
    series: MeetingSeries, act: Callable[[], Sending], *, sure: bool
) -> series_shapes.SeriesSent:
    """Carry something out, or only say what it would send."""
    return _sent(series, act() if sure else preview(g.session, act))


def _of(number: int, meeting: int) -> tuple[MeetingSeries, Meeting]:
    """Return a series and one of its meetings that is to come."""
    series, _meetings = series_of(number)
    return series, one_of(to_come(g.session, series, g.now), meeting)


def change(number: int, form: "ChangeSeries") -> series_shapes.SeriesSent:
    """Change one meeting, this and later, or all to come."""
    series, meeting = _of(number, form.meeting)
    return _done(series, lambda: changed(form, series, meeting), sure=form.sure)


def call_off(number: int, form: "CallOffSeries") -> series_shapes.SeriesSent:
    """Call off one meeting, this and later, or all to come."""
    series, meeting = _of(number, form.meeting)
    return _done(series, lambda: called_off(form, series, meeting), sure=form.sure)


def person(number: int, form: "PersonOfSeries") -> series_shapes.SeriesSent:
    """Add or remove someone in all meetings that are to come."""
    series, _meetings = series_of(number)
    who = someone(form.person)
    return _done(series, lambda: with_person(form, series, who), sure=form.sure)
