"""Time as bits: one Python int a calendar, one bit a quarter of an hour.

A mask's bit `i` is the quarter that begins `i` quarters after the frame's start, and is set where
the calendar is busy. Union, overlap and "free for an hour" are then a few operations on whole
numbers, whatever the number of meetings. Quarters are UTC's, so that nothing is lost or counted
twice when the clocks change: Stockholm's offset is whole hours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from atagande_agreements.civil_time import OFFICE_CLOSES, OFFICE_OPENS, is_working_day, local_time

QUARTER = timedelta(minutes=15)
#: Fewer set bits than this are picked out one by one; more are found in the number's digits.
_FEW = 24


@dataclass(frozen=True, slots=True)
class Frame:
    """The local days, first to last, that masks are counted over."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """Return the moment of bit 0 (UTC): local midnight of the first day."""
        return local_time(self.first, time())

    @property
    def end(self) -> datetime:
        """Return the moment after the last bit (UTC)."""
        return local_time(self.last + timedelta(days=1), time())

    @property
    def quarters(self) -> int:
        """Return how many quarters the frame has: 92, 96 or 100 a day."""
        return (self.end - self.start) // QUARTER

    @property
    def everything(self) -> int:
        """Return the mask with every quarter set."""
        return (1 << self.quarters) - 1

    def moment(self, position: int) -> datetime:
        """Return when (UTC) the quarter at a position begins."""
        return self.start + position * QUARTER

    def position(self, moment: datetime) -> int:
        """Return the position of the quarter that a moment lies in; may be outside the frame."""
        return (moment - self.start) // QUARTER

    def mask(self, spans: Iterable[tuple[datetime, datetime]]) -> int:
        """Return the quarters that spans (start, end) touch, even in part."""
        start, length = self.start, self.quarters
        found = 0
        for begins, ends in spans:
            low = max((begins - start) // QUARTER, 0)
            high = min(-((start - ends) // QUARTER), length)
            if low < high:
                found |= ((1 << (high - low)) - 1) << low
        return found

    def working_starts(self, quarters: int, *, step: int = 1) -> int:
        """Return where a meeting of `quarters` may begin: whole within a working day's hours.

        `step` is the grid of starts in quarters from the opening hour.
        """
        found = 0
        day = self.first
        while day <= self.last:
            if is_working_day(day):
                low = self.position(local_time(day, OFFICE_OPENS))
                high = self.position(local_time(day, OFFICE_CLOSES)) - quarters
                for position in range(low, high + 1, step):
                    found |= 1 << position
            day += timedelta(days=1)
        return found


def smear(mask: int, quarters: int) -> int:
    """Return every start from which `quarters` in a row would touch a set bit of `mask`."""
    done = 1
    while done < quarters:
        more = min(done, quarters - done)
        mask |= mask >> more
        done += more
    return mask


def positions(mask: int, limit: int | None = None) -> list[int]:
    """Return the set bits' positions, lowest first; at most `limit` of them."""
    found: list[int] = []
    if limit is not None and limit <= 0:
        return found
    if mask.bit_count() < _FEW or (limit is not None and limit < _FEW):
        while mask and (limit is None or len(found) < limit):
            low = (mask & -mask).bit_length() - 1
            found.append(low)
            mask &= mask - 1
        return found
    digits = bin(mask)[:1:-1]
    at = digits.find("1")
    while at >= 0 and (limit is None or len(found) < limit):
        found.append(at)
        at = digits.find("1", at + 1)
    return found


def common_slots(
    masks: Iterable[int], *, quarters: int, starts: int, limit: int | None = None
) -> list[int]:
    """Return the positions among `starts` where nobody is busy for `quarters` in a row.

    `masks` holds one mask of busy quarters a calendar, `starts` the starts to choose among, such
    as `Frame.working_starts`. Earliest first, at most `limit`.
    """
    busy = 0
    for mask in masks:
        busy |= mask
    return positions(starts & ~smear(busy, quarters), limit)


def count(masks: Sequence[int]) -> list[int]:
    """Add masks as columns of bits; return the sums as planes, the units first.

    Bit `i` of plane `k` is digit `k` of how many masks have bit `i` set.
    """
    planes: list[int] = []
    for mask in masks:
        carry = mask
        for number, plane in enumerate(planes):
            planes[number], carry = plane ^ carry, plane & carry
            if not carry:
                break
        if carry:
            planes.append(carry)
    return planes


def having(planes: Sequence[int], number: int, among: int) -> int:
    """Return the positions among a mask whose sum in `planes` is `number`."""
    if number >> len(planes):
        return 0
    for digit, plane in enumerate(planes):
        among &= plane if number >> digit & 1 else ~plane
    return among
