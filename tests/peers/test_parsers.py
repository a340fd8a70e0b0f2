"""Every kind of message we send, read by three programs nobody here wrote, and by our own judge.

libical knows RFC 5546's tables, vobject and ical read calendars for other products. Each must
take every message, and find in it what was meant. What none of them sees, our own judge does.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from typing import Any

import pytest

from atagande_agreements.civil_time import STOCKHOLM, local_time
from atagande_calendar.itip.recurrence import Rule
from atagande_calendar.meetings.series_changes import SeriesChange, change_series
from atagande_calendar.meetings.series_people import add_person, call_off_series, remove_person
from atagande_calendar.meetings.series_scope import Scope
from atagande_calendar.sip.changes import call_off_sip
from atagande_calendar.sip.models import Sip, SipCalledOff
from support import series
from support.booking import booked, published
from support.feeds import feed_path, fetch
from support.itip_chain import cancel, change, failed, invite_again, remove, sent
from support.itip_judge import (
    Line,
    calendar_of,
    event_lines,
    feed_faults,
    lines,
    mail_faults,
)
from support.libical import Libical
from support.world import CLINIC_CHIEF, CONVENER, FK, World

Read = Mapping[str, Any]

WINTER = local_time(date(2026, 3, 24), time(9))
SUMMER = local_time(date(2026, 3, 31), time(9))
LONG = "Åtgärder, ärenden; öppna frågor & «citat» om överenskommelsen i Upplands Väsby \\ "


class Post:
    """What left the outbox, by what it is."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.mails: dict[str, bytes] = {}

    def after(self, what: str) -> None:
        """Let what waits leave, and name it."""
        self.world.now += timedelta(minutes=5)
        left = sent(self.world)
        assert left, f"nothing was sent: {what} {failed(self.world)}"
        for number, raw in enumerate(left):
            self.mails[f"{what} {number}"] = raw


def meeting_mails(post: Post) -> None:
    """Invite to a meeting, change it in every way, and call it off."""
    world = post.world
    number = published(
        world,
        people=[CLINIC_CHIEF, CONVENER],
        starts_at=WINTER,
        title=f"{LONG}{'å' * 60}",
        place=f"Mötesrum Ån, {LONG}",
        agenda="\n".join([LONG * 5, "", "Punkt två: ”beslut”", "😀 👩‍👩‍👧"]),
    )
    post.after("invitation")
    change(world, number, starts_at=SUMMER)
    post.after("another time")
    change(world, number, agenda="Kort")
    post.after("other words")
    remove(world, number, CONVENER)
    post.after("no longer asked")
    invite_again(world, number, CONVENER)
    post.after("asked again")
    cancel(world, number)
    post.after("called off")


def sip_mails(post: Post) -> None:
    """Book a SIP, move it, and call it off."""
    world = post.world
    case = booked(world, people=[FK, CONVENER])
    post.after("SIP")
    with world.services.reader() as session:
        meeting = session.get_one(Sip, case).meeting_id
    change(world, meeting, starts_at=SUMMER)
    post.after("SIP at another time")
    with world.writer() as session:
        sip = session.get_one(Sip, case)
        facts: dict[str, Any] = {"person": sip.convener, "version": sip.version, "now": world.now}
        call_off_sip(session, sip=sip, because=SipCalledOff.CONSENT, **facts)
        session.commit()
    post.after("SIP called off")


def series_mails(post: Post) -> None:
    """Invite to a series by a rule, change one, change this and later, and call it off."""
    world = post.world

    def act(verb: Callable[..., object], index: int | None = None, **facts: Any) -> None:
        with world.writer() as session:
            one, meetings = series.found(session, number)
            if index is not None:
                facts["at"] = meetings[index]
            for role in ("added_person", "removed_person"):
                if role in facts:
                    facts[role] = world.person(session, facts[role])
            verb(session, **series.act(world, session, one), **facts)
            session.commit()

    number = series.published(
        world, people=[CLINIC_CHIEF, CONVENER], rule=series.RULE, title=LONG, place=LONG
    )
    post.after("series")
    later = {"change": SeriesChange(clock=time(13, 15)), "domain": "atagande.example"}
    act(change_series, 1, scope=Scope.ONE, **later)
    post.after("one of a series at another time")
    act(call_off_series, 2, scope=Scope.ONE)
    post.after("one of a series called off")
    act(add_person, added_person=FK)
    post.after("asked to a series later")
    act(remove_person, removed_person=CONVENER)
    post.after("no longer asked to a series")
    act(change_series, 3, scope=Scope.LATER, **later)
    post.after("this and later of a series")
    act(call_off_series, 0, scope=Scope.ALL)
    post.after("series called off")
    series.published(world, people=[FK])
    post.after("four dates")


KINDS = {"meeting": meeting_mails, "SIP": sip_mails, "series": series_mails}


def mails(world: World, kind: str) -> dict[str, bytes]:
    """Return every sort of mail of a kind that carries a calendar message."""
    post = Post(world)
    KINDS[kind](post)
    return post.mails


def read_by_vobject(text: str) -> list[Read]:
    calendar: Any = import_module("vobject").readOne(text)
    calendar.validate(raiseException=True)
    return [
        {
            "method": calendar.method.value,
            "uid": event.uid.value,
            "sequence": int(event.sequence.value),
            "start": event.dtstart.value,
            "end": event.dtend.value,
            "title": event.summary.value,
            "place": event.location.value,
            "agenda": event.description.value if hasattr(event, "description") else "",
            "attendees": [one.value for one in event.contents["attendee"]],
            "organizer": event.organizer.value,
            "status": event.status.value,
            "recurrence": hasattr(event, "recurrence_id"),
            "starts": [
                moment.replace(tzinfo=STOCKHOLM).astimezone(UTC)
                for moment in without_zone(event.getrruleset(addRDate=True))
            ],
        }
        for event in calendar.vevent_list
    ]


def without_zone(found: Any) -> list[datetime]:
    return [moment.replace(tzinfo=None) for moment in found or []]


def read_by_ical(text: str) -> list[Read]:
    stream: Any = import_module("ical.calendar_stream")
    calendar = stream.IcsCalendarStream.calendar_from_ics(text)
    return [
        {
            "method": calendar.method,
            "uid": event.uid,
            "sequence": event.sequence,
            "start": event.dtstart,
            "end": event.dtend,
            "title": event.summary,
            "place": event.location,
            "agenda": event.description or "",
            "attendees": [str(one.uri) for one in event.attendees],
            "organizer": str(event.organizer.uri),
            "status": event.status,
            "recurrence": event.recurrence_id is not None,
            "starts": [one.astimezone(UTC) for one in event.as_rrule() or ()],
        }
        for event in calendar.events
    ]


READERS = {"vobject": read_by_vobject, "ical": read_by_ical}


def written(text: bytes) -> list[Read]:
    """Return what stands in a message, as our own judge reads it."""
    found = lines(text)
    (method,) = [line.value for line in found if line.name == "METHOD"]
    events: list[Read] = []
    for number in range(1, max(line.event for line in found) + 1):
        event = {line.name: line for line in found if line.event == number}
        events.append(
            {
                "method": method,
                "uid": event["UID"].value,
                "sequence": int(event["SEQUENCE"].value),
                "start": event["DTSTART"].value,
                "end": event["DTEND"].value,
                "title": words(event, "SUMMARY"),
                "place": words(event, "LOCATION"),
                "agenda": words(event, "DESCRIPTION"),
                "attendees": [event["ATTENDEE"].value],
                "organizer": event["ORGANIZER"].value,
                "status": event["STATUS"].value,
                "recurrence": "RECURRENCE-ID" in event,
                "starts": starts(found, number),
            }
        )
    return events


def words(event: Mapping[str, Line], name: str) -> str:
    """Return a text as it was before it was escaped."""
    value = event[name].value if name in event else ""
    return re.sub(r"\\(.)", lambda match: {"n": "\n"}.get(match[1], match[1]), value)


def starts(found: Sequence[Line], number: int) -> list[datetime]:
    """Return the starts of an event that repeats, by the calendar's own rule."""
    event = {line.name: line for line in found if line.event == number}
    if "RRULE" not in event:
        return []
    rule = Rule.parse(event["RRULE"].value)
    first = datetime.strptime(event["DTSTART"].value, "%Y%m%dT%H%M%S").replace(tzinfo=STOCKHOLM)
    out = {
        datetime.strptime(moment, "%Y%m%dT%H%M%S").replace(tzinfo=STOCKHOLM).astimezone(UTC)
        for line in found
        if line.event == number and line.name == "EXDATE"
        for moment in line.value.split(",")
    }
    return [start for start in rule.starts(first.astimezone(UTC)) if start not in out]


def as_written(events: list[Read]) -> list[Read]:
    """Return what a reader found, its times as a clock in Stockholm shows them."""

    def clock(moment: datetime) -> str:
        shown = moment.replace(tzinfo=STOCKHOLM)
        assert moment.tzinfo is not None
        assert moment.utcoffset() == shown.utcoffset(), "another instant than the clock shows"
        return moment.strftime("%Y%m%dT%H%M%S")

    return [
        {**event, "start": clock(event["start"]), "end": clock(event["end"])} for event in events
    ]


_KEPT: dict[str, dict[str, bytes]] = {}


@pytest.fixture(params=KINDS)
def every_sort(request: pytest.FixtureRequest) -> dict[str, bytes]:
    """Every sort of mail about a meeting, a SIP or a series; made once."""
    if request.param not in _KEPT:
        _KEPT[request.param] = mails(request.getfixturevalue("sqlite_world"), request.param)
    return _KEPT[request.param]


def test_our_own_judge_finds_no_fault(every_sort: dict[str, bytes]) -> None:
    assert len(every_sort) >= 6
    faulty = {name: found for name, raw in every_sort.items() if (found := mail_faults(raw))}
    assert faulty == {}


def test_libical_finds_no_fault(every_sort: dict[str, bytes], libical: Libical) -> None:
    verdicts = libical([calendar_of(raw) for raw in every_sort.values()])
    assert {name: found for name, found in zip(every_sort, verdicts, strict=True) if found} == {}


def test_other_readers_find_what_was_meant(every_sort: dict[str, bytes]) -> None:
    for name, raw in every_sort.items():
        text = calendar_of(raw)
        for reader, read in READERS.items():
            assert as_written(read(text.decode())) == written(text), (name, reader)
        if name == "series 0":
            assert [len(event["starts"]) for event in written(text)] == [6]


@pytest.mark.parametrize("who", [CLINIC_CHIEF, CONVENER])
def test_every_reader_takes_a_feed(sqlite_world: World, libical: Libical, who: str) -> None:
    mails(sqlite_world, "series")
    mails(sqlite_world, "SIP")
    published(sqlite_world, people=[CLINIC_CHIEF, CONVENER], title=LONG, starts_at=SUMMER)
    answer = fetch(sqlite_world, feed_path(sqlite_world, who))
    text = answer.data
    assert feed_faults(text) == []
    assert libical([text]) == [[]]
    uids = sorted(line.value for line in event_lines(text, "UID"))
    assert len(uids) >= 1
    assert sorted(by_vobject(text.decode())) == uids
    assert sorted(by_ical(text.decode())) == uids


def by_vobject(text: str) -> list[str]:
    calendar: Any = import_module("vobject").readOne(text)
    calendar.validate(raiseException=True)
    return [event.uid.value for event in calendar.vevent_list]


def by_ical(text: str) -> list[str]:
    stream: Any = import_module("ical.calendar_stream")
    return [str(event.uid) for event in stream.IcsCalendarStream.calendar_from_ics(text).events]
