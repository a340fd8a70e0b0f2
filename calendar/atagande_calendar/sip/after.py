"""What the convener says when a SIP has been: held or not, how long, and what was sent."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.parties.models import Person
from atagande_calendar.sip.errors import (
    BadActualMinutes,
    FollowedUpUnheld,
    NotYetHeld,
    SentBeforeMeeting,
    SentInFuture,
    SipIsOver,
)
from atagande_calendar.sip.evidence import show_case
from atagande_calendar.sip.models import LONGEST_MINUTES, Sip, SipResult
from atagande_calendar.sip.queries import HEIRS


@dataclass(frozen=True, slots=True)
class Afterwards:
    """All that the convener says; it replaces what was said before."""

    result: SipResult
    #: How long it really took; None if nobody noted it.
    actual_minutes: int | None = None
    #: Local dates; None while it has not been sent.
    minutes_sent_on: date | None = None
    followup_sent_on: date | None = None


def said_of(sip: Sip) -> Afterwards | None:
    """Return what has been said of a SIP, or None."""
    if sip.result is None:
        return None
    return Afterwards(sip.result, sip.actual_minutes, sip.minutes_sent_on, sip.followup_sent_on)


def keeps(sip: Sip, person: Person) -> bool:
    """Tell whether a SIP is a person's to report on: its convener's.

    After a convener who has left, another convener or the unit chief of the same unit takes over.
    """
    left = sip.convener
    if left.id == person.id or left.active:
        return left.id == person.id
    same = (sip.organisation_id, left.unit_id) == (person.organisation_id, person.unit_id)
    return same and person.active and any(grant.role in HEIRS for grant in person.grants)


def report_sip(
    session: Session, *, sip: Sip, said: Afterwards, person: Person, version: int, now: datetime
) -> Sip:
    """Record what became of a SIP. The same again changes nothing; a correction replaces it.

    Only who keeps it says it (others: NotFound). `version` is the one its author had read.
    """
    if not keeps(sip, person):
        raise NotFound
    before = said_of(sip)
    if before == said:
        return sip
    if sip.version != version:
        raise Stale
    _check(sip, said, now)
    sip.result = said.result
    sip.actual_minutes = said.actual_minutes
    sip.minutes_sent_on = said.minutes_sent_on
    sip.followup_sent_on = said.followup_sent_on
    session.flush()
    show_case(session, sip=sip, person=person, now=now)
    audit.record(
        session,
        audit.Change(
            association_id=sip.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="sip.reported",
            object_type="sip",
            object_id=sip.id,
            changes=_changes(before, said),
        ),
    )
    return sip


def _check(sip: Sip, said: Afterwards, now: datetime) -> None:
    if sip.called_off is not None:
        raise SipIsOver
    if sip.meeting.starts_at > now:
        raise NotYetHeld
    sent = {"minutes_sent_on": said.minutes_sent_on, "followup_sent_on": said.followup_sent_on}
    if said.result is SipResult.NOT_HELD:
        if said.actual_minutes is not None or any(sent.values()):
            raise FollowedUpUnheld(field="result")
        return
    minutes = said.actual_minutes
    if minutes is not None and not 0 < minutes <= LONGEST_MINUTES:
        raise BadActualMinutes(field="actual_minutes", minutes=minutes)
    held_on = local_date(sip.meeting.starts_at)
    for field, day in sent.items():
        if day is not None and day > local_date(now):
            raise SentInFuture(field=field, day=day)
        if day is not None and day < held_on:
            raise SentBeforeMeeting(field=field, day=day, held_on=held_on)


def _changes(before: Afterwards | None, said: Afterwards) -> dict[str, tuple[object, object]]:
    """Return what is different, by field."""
    found: dict[str, tuple[object, object]] = {}
    for one in fields(Afterwards):
        old = getattr(before, one.name) if before is not None else None
        new = getattr(said, one.name)
        if old != new:
            found[one.name] = (old, new)
    return found
