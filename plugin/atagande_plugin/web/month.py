"""Månadsvyn: a month's meetings by day, Monday to Sunday, with week numbers and holidays.

It shows what the list of meetings shows, to the same people. Who holds cases also sees the SIP
bookings that are theirs to see, as the word SIP and nothing more.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import g, render_template, request

from atagande_agreements.civil_time import (
    FIRST_YEAR,
    LAST_YEAR,
    holiday_name,
    local_date,
    local_time,
)
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import OrganisationKind, Role
from atagande_calendar.meetings import queries
from atagande_calendar.meetings.models import Meeting, MeetingState
from atagande_calendar.sip import queries as sips
from atagande_calendar.sip.models import Sip, SipStanding
from atagande_plugin.auth.access import FOLLOWERS
from atagande_plugin.web import kernel
from atagande_plugin.web.meetings import STATES

section = kernel.Section("month", __name__)

_WEEK = 7
_SATURDAY = 5
_DECEMBER = 12
#: State -> its shape.
SHAPES = {
    MeetingState.DRAFT: "edit",
    MeetingState.PUBLISHED: "meetings",
    MeetingState.HELD: "success",
    MeetingState.CLOSED: "success",
    MeetingState.CANCELLED: "close",
}
AWAITS = N_("Väntar på närvaro")
BOOKED = N_("Bokad")
BEEN = N_("Har varit")
PROPOSED = N_("Föreslagen")


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting as it stands in its day."""

    starts_at: datetime
    ends_at: datetime
    title: str
    href: str
    #: Message id of its state, and the shape beside it.
    state: str
    shape: str
    called_off: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One square of the month."""

    day: date
    #: False for the days of the months before and after, which are left empty.
    inside: bool
    today: bool
    #: Saturday, Sunday or holiday.
    free: bool
    #: Name of the holiday; "" for none.
    holiday: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Week:
    """One row of the month: its number (ISO 8601) and seven days."""

    number: int
    days: Sequence[Day]


def asked_month(today: date) -> date:
    """Return the first day of the month that the address asks for; today's if it asks for none."""
    year = request.args.get("ar", today.year, type=int)
    month = request.args.get("manad", today.month, type=int)
    if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= _DECEMBER:
        return date(year, month, 1)
    return today.replace(day=1)


def following(first: date) -> date:
    """Return the first day of the next month."""
    return (first + timedelta(days=31)).replace(day=1)


def preceding(first: date) -> date:
    """Return the first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def weeks_of(first: date, entries: Sequence[Entry], *, today: date, language: str) -> list[Week]:
    """Return the rows of the month that begins on `first`, with its meetings on their days."""
    by_day: dict[date, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda one: (one.starts_at, one.href)):
        by_day[local_date(entry.starts_at)].append(entry)
    monday, after = first - timedelta(days=first.weekday()), following(first)
    weeks = []
    while monday < after:
        dates = [monday + timedelta(days=number) for number in range(_WEEK)]
        weeks.append(
            Week(
                monday.isocalendar().week,
                [_day(one, first, by_day[one], today, language) for one in dates],
            )
        )
        monday += timedelta(days=_WEEK)
    return weeks


def _day(day: date, first: date, entries: Sequence[Entry], today: date, language: str) -> Day:
    inside = (day.year, day.month) == (first.year, first.month)
    holiday = holiday_name(day, language) if inside else ""
    return Day(
        day=day,
        inside=inside,
        today=day == today,
        free=day.weekday() >= _SATURDAY or holiday != "",
        holiday=holiday,
        entries=entries if inside else (),
    )


def _of_meeting(meeting: Meeting, now: datetime) -> Entry:
    over = meeting.state is MeetingState.PUBLISHED and meeting.ends_at <= now
    return Entry(
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        title=meeting.title,
        href=f"/moten/{meeting.id}",
        state=AWAITS if over else STATES[meeting.state],
        shape="clock" if over else SHAPES[meeting.state],
        called_off=meeting.state is MeetingState.CANCELLED,
    )


def _sip_state(sip: Sip, now: datetime) -> tuple[str, str]:
    """Return the state of a booking, as a message id, and its shape."""
    if sip.meeting.state is MeetingState.CANCELLED:
        return STATES[MeetingState.CANCELLED], SHAPES[MeetingState.CANCELLED]
    if sip.standing is SipStanding.PROPOSED:
        return PROPOSED, "enquiry"
    return (BEEN, "clock") if sip.meeting.ends_at <= now else (BOOKED, "sip")


def _of_sip(sip: Sip, now: datetime) -> Entry:
    """Return a booking by the word SIP: no reference, so that a glance at a screen tells less."""
    state, shape = _sip_state(sip, now)
    return Entry(
        starts_at=sip.meeting.starts_at,
        ends_at=sip.meeting.ends_at,
        title="SIP",
        href=f"/sip/{sip.id}",
        state=state,
        shape=shape,
        called_off=sip.meeting.state is MeetingState.CANCELLED,
    )


def _entries(first: date) -> list[Entry]:
    since, before = local_time(first, time()), local_time(following(first), time())
    found = [
        _of_meeting(one, g.now)
        for one in queries.between(
            g.session,
            g.me.association_id,
            since=since,
            before=before,
            drafts=g.me.has(Role.ADMINISTRATOR),
        )
    ]
    holds_cases = g.me.has(Role.CONVENER, Role.UNIT_CHIEF)
    if holds_cases and g.me.organisation_kind is not OrganisationKind.ASSOCIATION:
        found += [
            _of_sip(one, g.now)
            for one in sips.bookings_between(
                g.session,
                g.me.association_id,
                person_id=g.me.person_id,
                unit_id=g.me.led_unit_id,
                since=since,
                before=before,
            )
        ]
    return found


def address(first: date) -> str:
    """Return the address of a month."""
    return f"/moten/manad?ar={first.year}&manad={first.month}"


def _in_reach(first: date) -> str:
    return address(first) if FIRST_YEAR <= first.year <= LAST_YEAR else ""


@section.route_for("/moten/manad", allow=FOLLOWERS)
def month() -> str:
    """Show a month's meetings by day."""
    from babel.dates import format_date, get_day_names  # noqa: PLC0415 - loaded on use

    today = local_date(g.now)
    first = asked_month(today)
    language = g.words.language
    entries = _entries(first)
    return render_template(
        "month/page.html",
        name=format_date(first, "LLLL y", locale=language),
        weekdays=[get_day_names("wide", locale=language)[number] for number in range(_WEEK)],
        weeks=weeks_of(first, entries, today=today, language=language),
        count=len(entries),
        previous=_in_reach(preceding(first)),
        next=_in_reach(following(first)),
        this_month=first == today.replace(day=1),
    )
