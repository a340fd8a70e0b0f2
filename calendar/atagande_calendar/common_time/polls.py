"""Asks people which of some proposed times suit them, and takes their answers."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements import audit
from atagande_agreements.civil_time import end_of_day, local_date
from atagande_agreements.errors import Forbidden, NotFound, Stale
from atagande_agreements.outbox import enqueue
from atagande_agreements.parties.models import Person, Role
from atagande_calendar.common_time.errors import (
    AnswersMissing,
    BadDeadline,
    BadMinutes,
    BadTimes,
    NobodyChosen,
    PollClosed,
    PollDone,
    TooMany,
)
from atagande_calendar.common_time.models import (
    PollAnswer,
    PollKind,
    PollPerson,
    PollState,
    PollTime,
    TimePoll,
    Vote,
)
from atagande_calendar.common_time.search import LONGEST, MOST_DAYS, SHORTEST
from atagande_calendar.common_time.sources import MOST_CHOSEN

FEWEST_TIMES, MOST_TIMES = 2, 10
#: Kind of the mail.
MAIL = "time_poll"
#: What each role asks about. A case is asked about by nobody: a SIP has its own way.
KINDS: Mapping[Role, tuple[PollKind, ...]] = {
    Role.ADMINISTRATOR: (PollKind.NETWORK, PollKind.SEMINAR, PollKind.STEERING),
    Role.CONVENER: (PollKind.PLANNING, PollKind.FOLLOW_UP, PollKind.INTRODUCTION),
}


def kinds_of(roles: Collection[Role]) -> tuple[PollKind, ...]:
    """Return what someone with these roles may ask about."""
    return tuple(kind for role, kinds in KINDS.items() if role in roles for kind in kinds)


def open_poll(
    session: Session,
    *,
    kind: PollKind,
    minutes: int,
    starts: Sequence[datetime],
    people: Sequence[Person],
    closes_on: date,
    person: Person,
    now: datetime,
) -> TimePoll:
    """Ask people about 2 to 10 times (starts in UTC); each gets one mail with a link of their own.

    Answers are taken until the end of the local day `closes_on`. Raises BadTimes, BadMinutes,
    BadDeadline, NobodyChosen, TooMany, and Forbidden for a kind that the person's roles don't ask
    about.
    """
    if kind not in kinds_of({grant.role for grant in person.grants}):
        raise Forbidden(field="kind")
    if not SHORTEST <= minutes <= LONGEST or minutes % SHORTEST:
        raise BadMinutes(field="minutes", minutes=minutes)
    times = sorted(set(starts))
    latest = now + timedelta(days=MOST_DAYS + 1)
    if not FEWEST_TIMES <= len(times) <= MOST_TIMES or times[0] <= now or times[-1] > latest:
        raise BadTimes(field="times")
    if not local_date(now) <= closes_on < local_date(times[0]):
        raise BadDeadline(field="closes_on", day=closes_on)
    if not people:
        raise NobodyChosen(field="people")
    if len(people) > MOST_CHOSEN:
        raise TooMany(field="people", number=len(people), most=MOST_CHOSEN)
    poll = TimePoll(
        association_id=person.association_id,
        organisation_id=person.organisation_id,
        kind=kind,
        state=PollState.OPEN,
        minutes=minutes,
        closes_at=end_of_day(closes_on),
        created_by_id=person.id,
        created_at=now,
    )
    session.add(poll)
    session.flush()
    common = {"association_id": poll.association_id, "poll_id": poll.id}
    session.add_all(PollTime(**common, starts_at=at) for at in times)
    asked = [PollPerson(**common, person_id=one.id, nonce=secrets.token_hex(8)) for one in people]
    session.add_all(asked)
    session.flush()
    for one, receiver in zip(asked, people, strict=True):
        _mail(session, one, receiver, f"time-poll:{one.id}", now)
    _note(session, poll, "poll.opened", person, now, people=len(asked))
    return poll


def remind(session: Session, *, poll: TimePoll, person: Person, now: datetime) -> int:
    """Mail those who have not answered, at most once a day each; return how many there are."""
    _lock_open(session, poll, now)
    waiting = session.scalars(
        select(PollPerson)
        .join(PollPerson.person)
        .where(PollPerson.poll_id == poll.id, PollPerson.answered_at.is_(None), Person.active)
        .options(joinedload(PollPerson.person))
        .order_by(PollPerson.id)
    ).all()
    for one in waiting:
        _mail(session, one, one.person, f"time-poll:{one.id}:{local_date(now)}", now)
    _note(session, poll, "poll.reminded", person, now, people=len(waiting))
    return len(waiting)


def _mail(session: Session, asked: PollPerson, person: Person, key: str, now: datetime) -> None:
    enqueue(
        session,
        unique_key=key,
        kind=MAIL,
        person=person,
        subject=("time_poll", asked.poll_id),
        now=now,
        payload={"asked": asked.id},
    )


def takes_answers(poll: TimePoll, now: datetime) -> bool:
    """Tell whether a poll is open and its last day not over."""
    return poll.state is PollState.OPEN and now < poll.closes_at


def _lock_open(session: Session, poll: TimePoll, now: datetime) -> None:
    """Lock a poll; raise PollClosed if it takes no answers."""
    session.refresh(poll, ["state", "closes_at", "version"], with_for_update=True)
    if not takes_answers(poll, now):
        raise PollClosed


def answer(
    session: Session, *, asked: PollPerson, votes: Mapping[int, Vote], now: datetime
) -> bool:
    """Take a person's answer to every time (by its number); return whether it changed anything.

    The same again changes nothing. Raises PollClosed, and AnswersMissing for a time left out.
    """
    poll = asked.poll
    _lock_open(session, poll, now)
    times = session.scalars(select(PollTime.id).where(PollTime.poll_id == poll.id)).all()
    for number in times:
        if number not in votes:
            raise AnswersMissing(field=str(number))
    known = {
        one.poll_time_id: one
        for one in session.scalars(select(PollAnswer).where(PollAnswer.poll_person_id == asked.id))
    }
    if {number: one.vote for number, one in known.items()} == {n: votes[n] for n in times}:
        return False
    for number in times:
        if number in known:
            known[number].vote = votes[number]
            continue
        session.add(
            PollAnswer(
                association_id=asked.association_id,
                poll_id=poll.id,
                poll_person_id=asked.id,
                poll_time_id=number,
                vote=votes[number],
            )
        )
    asked.answered_at = now
    session.flush()
    _note(session, poll, "poll.answered", asked.person, now)
    return True


def close_poll(
    session: Session,
    *,
    poll: TimePoll,
    time_id: int | None,
    version: int,
    person: Person,
    now: datetime,
) -> PollTime | None:
    """Close a poll, with a chosen time or without; nobody asked gets any more mail about it.

    Raises PollDone, Stale, and NotFound for a time of another poll.
    """
    session.refresh(poll, ["state", "version"], with_for_update=True)
    if poll.state is PollState.CLOSED:
        raise PollDone
    if poll.version != version:
        raise Stale
    chosen = None
    if time_id is not None:
        chosen = session.scalar(
            select(PollTime).where(PollTime.id == time_id, PollTime.poll_id == poll.id)
        )
        if chosen is None:
            raise NotFound(field="time")
        chosen.chosen = True
    poll.state, poll.closed_at = PollState.CLOSED, now
    session.flush()
    chosen_at = chosen.starts_at if chosen else None
    _note(session, poll, "poll.closed", person, now, chosen=chosen_at)
    return chosen


def _note(
    session: Session, poll: TimePoll, action: str, person: Person, now: datetime, **changes: object
) -> None:
    audit.record(
        session,
        audit.Change(
            association_id=poll.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action=action,
            object_type="time_poll",
            object_id=poll.id,
            changes={name: (None, value) for name, value in changes.items()},
        ),
    )
