"""Protokoll: begun, noted in, fixed once and for all, and corrected beside."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.parties.models import Person
from atagande_calendar.meetings.held import find_report
from atagande_calendar.meetings.history import record
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.steering import agenda, contents
from atagande_calendar.steering.contents import GENERAL, Contents
from atagande_calendar.steering.errors import (
    CorrectionNeedsReason,
    FixedBeforeDecision,
    FixedOutOfTime,
    MeetingAhead,
    MinutesBegun,
    MinutesFixed,
    NoAttendance,
    NoFunction,
    NothingToCorrect,
)
from atagande_calendar.steering.models import Minutes, MinutesNote
from atagande_calendar.steering.queries import Around, minutes_of
from atagande_calendar.steering.verbs import hold


def begin(session: Session, *, around: Around, person: Person, now: datetime) -> Minutes:
    """Begin the minutes of a meeting, with its agenda as it is now.

    Raises MeetingAhead before the meeting's day, and MinutesBegun when they are.
    """
    meeting = around.meeting
    today = local_date(now)
    if around.met_on > today:
        raise MeetingAhead
    hold(session, meeting)
    if minutes_of(session, meeting.id):
        raise MinutesBegun
    found = agenda.gather(
        session,
        association_id=meeting.association_id,
        agreement_id=meeting.agreement_id,
        meeting_id=meeting.id,
        since=around.before.starts_at if around.before else None,
        today=today,
        until=around.met_on,
    )
    kept = json.dumps([one.plain() for one in found.items], ensure_ascii=False)
    return _begun(session, meeting, kept, person=person, now=now)


def _begun(
    session: Session,
    meeting: Meeting,
    kept: str,
    *,
    person: Person,
    now: datetime,
    number: int = 1,
    reason: str = "",
) -> Minutes:
    minutes = Minutes(
        association_id=meeting.association_id,
        meeting_id=meeting.id,
        number=number,
        reason=reason,
        agenda=kept,
        started_by_id=person.id,
        started_at=now,
    )
    try:
        with session.begin_nested():
            session.add(minutes)
            session.flush()
    except IntegrityError as error:
        raise MinutesBegun from error
    action = "meeting.minutes_begun" if number == 1 else "meeting.correction_begun"
    record(session, meeting, action, person, now, number=(None, number))
    return minutes


def correct(
    session: Session, *, meeting: Meeting, reason: str, person: Person, now: datetime
) -> Minutes:
    """Begin a correction of fixed minutes; it has their notes, and they stay as they are."""
    if not reason.strip():
        raise CorrectionNeedsReason(field="reason")
    hold(session, meeting)
    earlier = minutes_of(session, meeting.id)
    if not earlier:
        raise NothingToCorrect
    last = earlier[-1]
    if last.fixed_at is None:
        raise NothingToCorrect if len(earlier) == 1 else MinutesBegun
    made = _begun(
        session,
        meeting,
        last.agenda,
        person=person,
        now=now,
        number=last.number + 1,
        reason=reason.strip(),
    )
    made.notes.extend(MinutesNote(item=one.item, text=one.text) for one in last.notes)
    session.flush()
    return made


def _held(session: Session, meeting: Meeting, number: int, version: int) -> Minutes:
    """Return one version of the minutes, locked and read anew."""
    hold(session, meeting)
    minutes = session.scalar(
        select(Minutes)
        .where(Minutes.meeting_id == meeting.id, Minutes.number == number)
        .options(selectinload(Minutes.notes))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if minutes is None:
        raise NotFound
    if minutes.fixed_at is not None:
        raise MinutesFixed
    if minutes.version != version:
        raise Stale
    return minutes


def write(
    session: Session,
    *,
    around: Around,
    number: int,
    notes: Mapping[str, str],
    person: Person,
    version: int,
    now: datetime,
) -> Minutes:
    """Write what the minutes say of items, by item key; what is left empty is taken away."""
    minutes = _held(session, around.meeting, number, version)
    said = contents.gather(session, meeting=around.meeting, after=around.after, minutes=minutes)
    known = {GENERAL, *(point.item.key for point in said.points)}
    if not known.issuperset(notes):
        raise NotFound
    words = {key: text.strip() for key, text in notes.items() if text.strip()}
    for note in list(minutes.notes):
        if note.item in words:
            note.text = words.pop(note.item)
        elif note.item in notes:
            minutes.notes.remove(note)
    minutes.notes.extend(MinutesNote(item=key, text=text) for key, text in words.items())
    # Raises the version though only the notes changed.
    flag_modified(minutes, "reason")
    session.flush()
    record(session, around.meeting, "meeting.minutes_written", person, now)
    return minutes


def fix(
    session: Session,
    *,
    around: Around,
    number: int,
    function: str,
    fixed_on: date,
    diary_number: str,
    person: Person,
    version: int,
    now: datetime,
) -> Minutes:
    """Fix minutes (justera): what they say is kept with its checksum and never changes again.

    `function` says who did, by function; `fixed_on` is a local date from the meeting's to today's.
    Of two who fix at once the second gets MinutesFixed or Stale.
    """
    meeting = around.meeting
    minutes = _held(session, meeting, number, version)
    if find_report(session, meeting.id) is None:
        raise NoAttendance
    if not function.strip():
        raise NoFunction(field="function")
    if not around.met_on <= fixed_on <= local_date(now):
        raise FixedOutOfTime(field="fixed_on", day=fixed_on)
    said = contents.gather(session, meeting=meeting, after=around.after, minutes=minutes)
    late = next((one for one in said.decisions if one.decided_on > fixed_on), None)
    if late is not None:
        raise FixedBeforeDecision(
            field="fixed_on", paragraph=late.paragraph, decided_on=late.decided_on
        )
    fixed = contents.Fixed(function.strip(), fixed_on, diary_number.strip())
    text = contents.as_text(replace(said, fixed=fixed))
    minutes.content, minutes.digest = text, contents.digest_of(text)
    minutes.fixed_at, minutes.fixed_on, minutes.fixed_by_id = now, fixed_on, person.id
    minutes.fixed_function, minutes.diary_number = fixed.function, fixed.diary_number
    session.flush()
    told = {"digest": (None, minutes.digest), "fixed_on": (None, fixed_on)}
    record(session, meeting, "meeting.minutes_fixed", person, now, **told)
    return minutes


def saying(session: Session, around: Around, minutes: Minutes) -> Contents:
    """Return what minutes say: as they were fixed, or as the draft reads now."""
    if minutes.fixed_at is not None:
        return contents.of_text(minutes.content)
    return contents.gather(session, meeting=around.meeting, after=around.after, minutes=minutes)
