"""Ranks the times when people, units and a clinic can meet. Pure: masks in, times out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from atagande_calendar.common_time.masks import Frame, count, having, positions, smear

#: How many days ahead a common time is looked for, and the lengths a meeting may have.
MOST_DAYS = 180
SHORTEST, LONGEST, USUAL_MINUTES = 15, 480, 60


class Availability(StrEnum):
    """What is known of one participant at one time. Not knowing is no answer of the other two."""

    FREE = "free"
    BUSY = "busy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one participant over a frame."""

    #: Quarters when they are busy.
    busy: int
    #: Quarters that their calendars speak of; outside them, not being busy says nothing.
    covered: int


@dataclass(frozen=True, slots=True)
class Time:
    """A time to meet, with what is known of each participant, in their order."""

    starts_at: datetime
    answers: tuple[Availability, ...]

    def number(self, answer: Availability) -> int:
        """Return how many participants have an answer."""
        return self.answers.count(answer)


@dataclass(frozen=True, slots=True)
class Found:
    """The best times, and how many there were to choose among."""

    times: tuple[Time, ...]
    #: Starts that were looked at.
    considered: int
    #: Of those, how many have nobody busy.
    without_busy: int


def search(
    frame: Frame,
    known: Sequence[Known],
    *,
    quarters: int,
    starts: int,
    limit: int,
    offset: int = 0,
) -> Found:
    """Return the best starts of a meeting of `quarters` quarters.

    1. Fewest busy first, so that the times that suit everyone lead.
    2. Of those, fewest unknown. 3. Of those, the earliest.
    """
    busy = [smear(one.busy, quarters) for one in known]
    unknown = [
        smear(frame.everything & ~one.covered, quarters) & ~taken
        for one, taken in zip(known, busy, strict=True)
    ]
    busy_planes, unknown_planes = count(busy), count(unknown)
    chosen: list[int] = []
    wanted = offset + limit
    for taken in range(len(known) + 1):
        group = having(busy_planes, taken, starts)
        for unsaid in range(len(known) + 1 - taken):
            if not group or len(chosen) >= wanted:
                break
            row = having(unknown_planes, unsaid, group)
            chosen += positions(row, wanted - len(chosen))
            group &= ~row
    times = []
    for at in chosen[offset:]:
        answers = (_answer(at, *pair) for pair in zip(busy, unknown, strict=True))
        times.append(Time(frame.moment(at), tuple(answers)))
    return Found(
        times=tuple(times),
        considered=starts.bit_count(),
        without_busy=having(busy_planes, 0, starts).bit_count(),
    )


def _answer(at: int, busy: int, unknown: int) -> Availability:
    if busy >> at & 1:
        return Availability.BUSY
    return Availability.UNKNOWN if unknown >> at & 1 else Availability.FREE
