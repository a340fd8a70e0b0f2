"""What to send to one person of a series of meetings (RFC 5546). Pure; see `broker` for one.

Each occurrence has its own significance, so that the answer to one that did not change stands,
whatever is sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from atagande_calendar.itip.broker import Told
from atagande_calendar.itip.message import MeetingSnapshot
from atagande_calendar.itip.series import Series, series_significance
from atagande_calendar.itip.significance import significance_hash, wording_hash
from atagande_calendar.itip.timezone import whole_second
from atagande_calendar.method import Method

#: When more occurrences than this change at once, the whole series is sent: one mail, not many.
SINGLES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesTold:
    """What one person's calendar was last told of a series."""

    #: Of the whole; None when it was never sent.
    whole: Told | None = None
    #: Of each occurrence, alone or with the whole, by its start by the rule.
    occurrences: Mapping[datetime, Told] = field(default_factory=dict)

    @property
    def all(self) -> list[Told]:
        """Return everything that was told."""
        return [*self.occurrences.values(), *([self.whole] if self.whole else [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOutgoing:
    """The next message to one person about a series."""

    method: Method
    sequence: int
    #: DTSTAMP: later than that of every message to the same person about the same UID.
    stamp: datetime
    #: Which occurrence it is about; None for the whole.
    recurrence_at: datetime | None
    #: What the person has then been told of each occurrence that it says something about.
    told: Mapping[datetime, Told]
    #: What the person has then been told of the whole; None when it is about one occurrence.
    whole: Told | None = None
    #: Occurrences that the person is asked to for the first time, or again.
    fresh: frozenset[datetime] = frozenset()
    #: Occurrences whose earlier answer no longer counts.
    anew: frozenset[datetime] = frozenset()
    #: Occurrences that leave the person's calendar.
    gone: frozenset[datetime] = frozenset()


@dataclass(frozen=True, slots=True)
class _Due:
    """Which occurrences differ from what was told, by how."""

    #: Never told.
    new: frozenset[datetime]
    #: Asked to again after a CANCEL.
    again: frozenset[datetime]
    #: Another time, place or status.
    moved: frozenset[datetime]
    #: Other words only.
    reworded: frozenset[datetime]
    gone: frozenset[datetime]

    @property
    def fresh(self) -> frozenset[datetime]:
        return self.new | self.again

    @property
    def significant(self) -> bool:
        return bool(self.fresh or self.moved or self.gone)


def outgoing_series(
    told: SeriesTold,
    series: Series,
    *,
    highest: int,
    now: datetime,
    fixed: frozenset[datetime] = frozenset(),
) -> list[SeriesOutgoing]:
    """Return the messages that make a person's calendar true; none if it already is.

    `series.asked` holds the occurrences that stand and that the person is asked to; those in
    `fixed` have been held, and are left as they were told. `highest` is the highest SEQUENCE that
    anyone was told. The snapshots' own SEQUENCE is not read.

    1. Asked to none: a CANCEL of the whole to who has it, or of each occurrence that was sent
       alone.
    2. Never asked to the whole: the one occurrence alone when it is one, the whole when several.
    3. Another rule, other words for all, an occurrence that comes back, or more than `SINGLES`
       changed ones: a REQUEST of the whole.
    4. Otherwise a REQUEST or a CANCEL of each changed occurrence.

    SEQUENCE is raised when anything significant changed for the person, as in `broker.outgoing`.
    """
    due = _due(told, series.asked, fixed)
    has_whole = told.whole is not None and told.whole.method is Method.REQUEST
    writer = _Writer(told, series, due, highest, now)
    if not series.asked:
        if has_whole:
            return [writer.cancelled()]
        return [writer.single(at) for at in sorted(due.gone)]
    single = sorted(due.fresh | due.moved | due.reworded | due.gone)
    if has_whole:
        rule = told.whole is not None and told.whole.significance != series_significance(series)
        words = told.whole is not None and told.whole.wording != wording_hash(series.first)
        if rule or words or due.fresh or len(single) > SINGLES:
            return [writer.requested(significant=rule or due.significant)]
    elif len(due.fresh) > 1:
        return [writer.requested(significant=bool(told.all))]
    return [writer.single(at) for at in single]


def whole_again(told: SeriesTold, series: Series, *, highest: int, now: datetime) -> SeriesOutgoing:
    """Return the whole series again as it stands, with the SEQUENCE it has (RFC 5546, 3.2.6)."""
    due = _due(told, series.asked, frozenset())
    return _Writer(told, series, due, highest, now).requested(significant=due.significant)


def _due(
    told: SeriesTold, asked: Mapping[datetime, MeetingSnapshot], fixed: frozenset[datetime]
) -> _Due:
    new, again, moved, reworded = set(), set(), set(), set()
    for at, snapshot in asked.items():
        was = told.occurrences.get(at)
        if at in fixed:
            continue
        if was is None:
            new.add(at)
        elif was.method is Method.CANCEL:
            again.add(at)
        elif was.significance != significance_hash(snapshot):
            moved.add(at)
        elif was.wording != wording_hash(snapshot):
            reworded.add(at)
    gone = {
        at
        for at, was in told.occurrences.items()
        if was.method is Method.REQUEST and at not in asked and at not in fixed
    }
    return _Due(*(frozenset(one) for one in (new, again, moved, reworded, gone)))


class _Writer:
    """Writes the messages of one person at one moment."""

    def __init__(
        self, told: SeriesTold, series: Series, due: _Due, highest: int, now: datetime
    ) -> None:
        self.told, self.series, self.due = told, series, due
        self.highest = highest
        last = max((whole_second(one.at) for one in told.all), default=None)
        self.stamp = whole_second(now)
        if last is not None:
            self.stamp = max(self.stamp, last + timedelta(seconds=1))

    def _told(self, method: Method, sequence: int, snapshot: MeetingSnapshot) -> Told:
        return Told(
            method=method,
            sequence=sequence,
            significance=significance_hash(snapshot),
            wording=wording_hash(snapshot),
            at=self.stamp,
        )

    def _cancelled(self, ats: Iterable[datetime], sequence: int) -> dict[datetime, Told]:
        """Return what is told of occurrences that leave the calendar."""
        return {
            at: Told(
                method=Method.CANCEL,
                sequence=sequence,
                significance=self.told.occurrences[at].significance,
                wording=self.told.occurrences[at].wording,
                at=self.stamp,
            )
            for at in ats
        }

    def cancelled(self) -> SeriesOutgoing:
        """Return the CANCEL of the whole."""
        sequence = self.highest + 1
        return SeriesOutgoing(
            method=Method.CANCEL,
            sequence=sequence,
            stamp=self.stamp,
            recurrence_at=None,
            told=self._cancelled(self.due.gone, sequence),
            whole=self._whole(Method.CANCEL, sequence),
            gone=self.due.gone,
        )

    def _whole(self, method: Method, sequence: int) -> Told:
        return Told(
            method=method,
            sequence=sequence,
            significance=series_significance(self.series),
            wording=wording_hash(self.series.first),
            at=self.stamp,
        )

    def requested(self, *, significant: bool) -> SeriesOutgoing:
        """Return the REQUEST of the whole.

        Its SEQUENCE is at least that of every occurrence that was told alone: a program that has
        such a one would otherwise keep it as it was.
        """
        if significant:
            sequence = self.highest + 1 if self.told.all else self.highest
        else:
            sequence = max((one.sequence for one in self.told.all), default=self.highest)
        changed = self.due.fresh | self.due.moved
        told = {}
        for at, snapshot in self.series.asked.items():
            was = self.told.occurrences.get(at)
            # What did not change keeps its SEQUENCE with us: a late answer to it counts.
            kept = sequence if was is None or at in changed else was.sequence
            told[at] = self._told(Method.REQUEST, kept, snapshot)
        return SeriesOutgoing(
            method=Method.REQUEST,
            sequence=sequence,
            stamp=self.stamp,
            recurrence_at=None,
            told=told | self._cancelled(self.due.gone, sequence),
            whole=self._whole(Method.REQUEST, sequence),
            fresh=self.due.fresh,
            anew=self.due.again | self.due.moved,
            gone=self.due.gone,
        )

    def single(self, at: datetime) -> SeriesOutgoing:
        """Return the message about one occurrence."""
        was = self.told.occurrences.get(at)
        only = frozenset({at})
        if at in self.due.gone:
            sequence = self.highest + 1
            method, told = Method.CANCEL, self._cancelled(only, sequence)
        else:
            if at in self.due.reworded and was is not None:
                whole = self.told.whole
                sequence = max(was.sequence, whole.sequence if whole else 0)
            else:
                sequence = self.highest + 1 if self.told.all else self.highest
            method = Method.REQUEST
            told = {at: self._told(method, sequence, self.series.asked[at])}
        return SeriesOutgoing(
            method=method,
            sequence=sequence,
            stamp=self.stamp,
            recurrence_at=at,
            told=told,
            fresh=only & self.due.fresh,
            anew=only & (self.due.again | self.due.moved),
            gone=only & self.due.gone,
        )
