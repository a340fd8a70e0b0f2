"""The iTIP broker: what to send, and what to make of what came in (RFC 5546). Pure.

*Outgoing*: (what a person's calendar was last told, what is true now) -> the next message, or
none. Repeating it gives none.

*Incoming*: (who was asked and last told what, what came in) -> what it means. No
inbound message changes more than its sender's own answer.

Each person is sent a message of their own with one ATTENDEE, so all of it is per person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from atagande_calendar.itip.message import MeetingSnapshot, MeetingStatus
from atagande_calendar.itip.significance import significance_hash, wording_hash
from atagande_calendar.itip.timezone import whole_second
from atagande_calendar.method import Method, Partstat


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one person's calendar was last told of a meeting."""

    method: Method
    sequence: int
    #: See `significance_hash` and `wording_hash`; "" when it is not known.
    significance: str
    wording: str
    #: DTSTAMP of that message (aware).
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """The next message to one person."""

    method: Method
    sequence: int
    significance: str
    wording: str
    #: DTSTAMP: later than that of every message to the same person about the same UID.
    stamp: datetime
    #: What was answered no longer counts.
    answer_anew: bool = False

    def told(self) -> Told:
        """Return what the person has been told once this is sent."""
        return Told(
            method=self.method,
            sequence=self.sequence,
            significance=self.significance,
            wording=self.wording,
            at=self.stamp,
        )


def outgoing(
    told: Told | None, snapshot: MeetingSnapshot, *, asked: bool, highest: int, now: datetime
) -> Outgoing | None:
    """Return the message that makes a person's calendar true, or None if it already is.

    `asked` tells whether the person is (still) asked; `highest` is the highest SEQUENCE that
    anyone was told. The snapshot's own SEQUENCE is not read.

    1. Not asked, or called off: a CANCEL to whoever has the meeting, SEQUENCE raised
       (RFC 5546 §3.2.5).
    2. Asked for the first time: a REQUEST with the present SEQUENCE.
    3. Asked again after a CANCEL, or another time, place or status: a REQUEST with SEQUENCE
       raised, to be answered anew (§2.1.4).
    4. Other words only: a REQUEST with the same SEQUENCE and a later DTSTAMP; answers stand.
    """
    significance, wording = significance_hash(snapshot), wording_hash(snapshot)
    stamp = whole_second(now)
    if told is not None:
        stamp = max(stamp, whole_second(told.at) + timedelta(seconds=1))

    def message(method: Method, sequence: int, *, answer_anew: bool = False) -> Outgoing:
        return Outgoing(
            method=method,
            sequence=sequence,
            significance=significance,
            wording=wording,
            stamp=stamp,
            answer_anew=answer_anew,
        )

    if not asked or snapshot.status is MeetingStatus.CANCELLED:
        if told is None or told.method is Method.CANCEL:
            return None
        return message(Method.CANCEL, highest + 1)
    if told is None:
        return message(Method.REQUEST, highest)
    if told.method is Method.CANCEL or told.significance != significance:
        return message(Method.REQUEST, highest + 1, answer_anew=True)
    if told.wording != wording:
        return message(Method.REQUEST, told.sequence)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One person who is asked. What they have answered before decides nothing."""

    #: The address that was asked, in lower case.
    email: str
    #: SEQUENCE that they were last told.
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One calendar message about a meeting, as it was read; addresses in lower case."""

    #: METHOD in upper case: REPLY, COUNTER, REFRESH, or something we don't take.
    method: str
    #: 0 when the message has none, as RFC 5545 §3.8.7.4 says.
    sequence: int
    #: The ATTENDEE that answers; "" when the message names none or several.
    attendee: str
    #: The mail's From address.
    sender: str
    partstat: Partstat = Partstat.NEEDS_ACTION
    #: SENT-BY of the ATTENDEE (RFC 5545 §3.2.18), or the mail's Sender; "" without.
    sent_by: str = ""
    #: DELEGATED-TO of the ATTENDEE; "" without.
    delegated_to: str = ""
    #: The time that a COUNTER asks for, aware (start, end).
    proposed: tuple[datetime, datetime] | None = None
    #: The sender's domain vouched for the sender (RFC 8601: dmarc=pass at our own server).
    vouched: bool = False


class Effect(StrEnum):
    """What a message means."""

    #: The person's own answer to what they were last told.
    ANSWER = "answer"
    #: An answer to a time that no longer holds. Kept, not counted.
    OLD_TIME = "old_time"
    #: Someone else answers: a forwarded invitation, a stand-in. Kept, not counted.
    STAND_IN = "stand_in"
    #: Another time is asked for (COUNTER).
    PROPOSAL = "proposal"
    #: The present invitation is asked for again (REFRESH).
    REFRESH = "refresh"
    #: Nothing we take from anybody: a REQUEST or CANCEL of our own meeting, no answer at all.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What becomes of an inbound message."""

    effect: Effect
    partstat: Partstat = Partstat.NEEDS_ACTION
    #: SEQUENCE that was answered, never above the one that was told.
    sequence: int = 0
    #: Address of who answered, when it was not the one who is asked; "" otherwise.
    given_by: str = ""
    #: Nobody vouched for the sender.
    unverified: bool = True


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _speaks_for(asked: Asked, came: Incoming) -> bool:
    """Tell whether the sender is the one who is asked, or speaks for them.

    An assistant is named in SENT-BY or Sender, at the same domain as the one who is asked
    (RFC 5546 §2.2.2).
    """
    if came.attendee != asked.email:
        return False
    if came.sender == asked.email:
        return True
    return came.sender == came.sent_by and _domain(came.sender) == _domain(asked.email)


def judge(asked: Asked, came: Incoming) -> Judgement:
    """Return what a message to a person's own secret address means.

    A COUNTER's ATTENDEE list is the whole meeting's in some programs, so its sender is known by
    From alone. A SEQUENCE above the one we told is taken as that one: only we raise it.
    """
    own = _speaks_for(asked, came)
    given_by = "" if own and came.sender == asked.email else came.sender
    sequence = min(came.sequence, asked.sequence)
    old = sequence < asked.sequence

    def means(effect: Effect, said: Partstat = Partstat.NEEDS_ACTION) -> Judgement:
        return Judgement(
            effect=effect,
            partstat=said,
            sequence=sequence,
            given_by=given_by,
            unverified=not came.vouched,
        )

    if came.method == "COUNTER" and came.proposed is not None:
        if came.sender != asked.email and not own:
            return means(Effect.STAND_IN)
        return means(Effect.OLD_TIME if old else Effect.PROPOSAL, came.partstat)
    if came.method == "REFRESH":
        # It gives nobody anything: the invitation goes to the address that was asked.
        return means(Effect.REFRESH)
    if came.method != "REPLY" or came.partstat is Partstat.NEEDS_ACTION:
        return means(Effect.REFUSED)
    if not own:
        return means(Effect.STAND_IN, came.partstat)
    return means(Effect.OLD_TIME if old else Effect.ANSWER, came.partstat)
