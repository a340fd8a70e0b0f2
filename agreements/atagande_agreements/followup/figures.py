"""Figures of cases: published a span at a time, and read only as they were published.

Each feature counts its own cases (a `Source`). `publish` is run by a job, once the reporting time
after a quarter is over, and makes of them what `suppress` lets through. `read` is the only way to
a number of cases for anyone but the parties to them: every page, answer, report and export.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from statistics import quantiles
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.followup import suppress
from atagande_agreements.followup.figures_models import FigureKind, PublishedFigure
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import Atom, Cell, Count, Counts, Group, Key, Place
from atagande_agreements.register.models import Agreement
from atagande_agreements.retention.sealed import sealed_through
from atagande_agreements.rules.verdict import REPORT_DAYS

#: Spans that ended longer ago than this stand as they were published. Days.
LOOKED_BACK = 2 * 366


#: Beside a median: the measures of the lower and the upper quartile.
LOWER, UPPER = "_lower", "_upper"
_FEWEST_FOR_QUARTILES = 2


@dataclass(frozen=True, slots=True)
class Days:
    """How many days something took, for some cases of one place and span."""

    measure: str
    #: The count that the cases are of: nothing is published where that is hidden.
    of: Key
    place: Place
    span: Period
    days: Sequence[int]

    def middle(self, limit: int) -> dict[str, int]:
        """Return the median and quartiles in whole days; nothing for fewer than the limit."""
        if len(self.days) < max(limit, _FEWEST_FOR_QUARTILES):
            return {}
        lower, middle, upper = quantiles(self.days, n=4, method="inclusive")
        found = {"": middle, LOWER: lower, UPPER: upper}
        return {self.measure + which: round(days) for which, days in found.items()}


#: Counts cases between two local dates: (session, agreement_id, first, last).
Counter = Callable[[Session, int, date, date], Iterable[Atom]]


@dataclass(frozen=True, slots=True)
class Source:
    """How a feature's cases are counted. What it gives tells of no case, reference or person."""

    group: Group
    counts_by_quarter: Counter
    days_by_quarter: Callable[[Session, int, date, date], Iterable[Days]] | None = None


def is_ready(span: Period, today: date) -> bool:
    """Tell whether the time to report what happened in a span is over."""
    return span.last + timedelta(days=REPORT_DAYS) < today


def publish(
    session: Session, *, agreement: Agreement, sources: Sequence[Source], today: date, now: datetime
) -> int:
    """Publish what is ready and has not been, or may be corrected; return how many spans.

    A span is published whole for a group, or not at all: two jobs at once can't mix, for the
    second breaks on the unique key.
    """
    limit = suppress.limit_on(session, agreement.id, today)
    first = Period.quarter_of(max(today - timedelta(days=LOOKED_BACK), agreement.valid_from)).first
    gone = sealed_through(session, agreement.association_id)
    if gone is not None:
        # The cases of earlier spans have been removed: their figures stand as they were published.
        first = max(first, gone + timedelta(days=1))
    known = _earlier(session, agreement.id, first)
    published = 0
    for source in sources:
        group = source.group
        atoms = source.counts_by_quarter(session, agreement.id, first, today)
        days: dict[Period, list[Days]] = defaultdict(list)
        if source.days_by_quarter is not None:
            for one in source.days_by_quarter(session, agreement.id, first, today):
                days[one.span].append(one)
        for span, counts in _whole(group, suppress.add_up(atoms), first, today).items():
            made = suppress.picture(group, counts, limit)
            before = known.get((group.name, span.first), [])
            if before and not suppress.differs(made, before[-1]):
                continue
            if not suppress.may_follow(made, before, limit):
                continue
            rows = _Rows(agreement, group, span, len(before) + 1, now)
            session.add_all(rows.of(made, days[span], limit))
            published += 1
    session.flush()
    return published


def _whole(
    group: Group, found: Mapping[Period, Counts], since: date, today: date
) -> dict[Period, Counts]:
    """Return the counts of every span that is ready, with those of none as 0."""
    places: dict[int, set[Place]] = {0: set(), 1: set()}
    sides = [group.side, *([group.other] if group.other is not None else [])]
    for counts in found.values():
        for number, side in enumerate(sides):
            keys = set(side.keys)
            places[number] |= {place for place, key in counts if key in keys}
    spans = {one for one in found if one.first >= since and is_ready(one, today)}
    if group.fills and found:
        quarter = min(found)
        while is_ready(quarter, today):
            spans.add(quarter)
            quarter = Period.quarter_of(quarter.last + timedelta(days=1))
    ready: dict[Period, Counts] = {}
    for span in sorted(spans):
        counts = found.get(span, {})
        there = {place for place, _key in counts}
        ready[span] = {
            (place, key): counts.get((place, key), Count())
            for number, side in enumerate(sides)
            for place in sorted(places[number] if group.fills else places[number] & there)
            for key in side.keys
        }
    return ready


@dataclass(frozen=True, slots=True)
class _Rows:
    """Makes the rows of one version of a group's span."""

    agreement: Agreement
    group: Group
    span: Period
    version: int
    now: datetime

    def of(self, made: suppress.Picture, days: Sequence[Days], limit: int) -> list[PublishedFigure]:
        kind = FigureKind.STOCK if self.group.is_stock else FigureKind.COUNT
        rows = [
            self._row(key, kind, place, cell.count, is_small=cell.is_small)
            for (place, key), cell in made.items()
        ]
        for one in days:
            if made.get((one.place, one.of), suppress.HIDDEN).count is not None:
                rows += [
                    self._row(Key(measure), FigureKind.MEDIAN, one.place, Count(number))
                    for measure, number in one.middle(limit).items()
                ]
        return rows

    def _row(
        self,
        key: Key,
        kind: FigureKind,
        place: Place,
        count: Count | None,
        *,
        is_small: bool = False,
    ) -> PublishedFigure:
        return PublishedFigure(
            association_id=self.agreement.association_id,
            agreement_id=self.agreement.id,
            group=self.group.name,
            measure=key.measure,
            kind=kind,
            organisation_id=place.organisation_id,
            unit_id=place.unit_id or None,
            sex=key.sex,
            first_on=self.span.first,
            last_on=self.span.last,
            version=self.version,
            value=count.value if count is not None else None,
            is_small=is_small,
            known=_written(count) if count is not None and kind is not FigureKind.MEDIAN else None,
            published_at=self.now,
        )


def _written(count: Count) -> str:
    return json.dumps(
        [[one.organisation_id, one.unit_id, number] for one, number in sorted(count.known.items())]
    )


def _earlier(
    session: Session, agreement_id: int, first: date
) -> dict[tuple[str, date], list[suppress.Picture]]:
    """Return every picture since a date by group and first day, oldest version first."""
    rows = session.execute(
        select(
            PublishedFigure.group,
            PublishedFigure.first_on,
            PublishedFigure.version,
            PublishedFigure.organisation_id,
            PublishedFigure.unit_id,
            PublishedFigure.measure,
            PublishedFigure.sex,
            PublishedFigure.value,
            PublishedFigure.is_small,
            PublishedFigure.known,
        )
        .where(
            PublishedFigure.agreement_id == agreement_id,
            PublishedFigure.first_on >= first,
            PublishedFigure.kind != FigureKind.MEDIAN,
        )
        .order_by(PublishedFigure.group, PublishedFigure.first_on, PublishedFigure.version)
    )
    found: dict[tuple[str, date], list[suppress.Picture]] = defaultdict(list)
    for _version, cells in groupby(rows, key=lambda row: (row.group, row.first_on, row.version)):
        some = list(cells)
        found[some[0].group, some[0].first_on].append(
            {
                (Place(row.organisation_id, row.unit_id or 0), Key(row.measure, row.sex)): Cell(
                    Count(row.value, {Place(*one[:2]): one[2] for one in json.loads(row.known)})
                    if row.value is not None
                    else None,
                    row.is_small,
                )
                for row in some
            }
        )
    return found


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number of a period."""

    measure: str
    #: "women", "men", "unknown"; "" for all.
    sex: str
    kind: FigureKind
    #: None for all places together.
    place: Place | None
    #: The sum of what is shown; None when nothing is.
    value: int | None
    #: Something in it is hidden: there are more than `value`.
    partial: bool
    #: It is 1 to one less than the limit.
    is_small: bool
    #: The spans that it tells of, oldest first.
    spans: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """All published figures of a period. Whatever is added up from them, nothing hidden is in."""

    period: Period
    #: By measure, sex and place, in the order they were published.
    rows: tuple[Figure, ...]
    #: The limit for small numbers today.
    limit: int
    #: Quarters of the period of which nothing is published (yet).
    awaited: tuple[Period, ...]

    def of(self, measure: str, place: Place, sex: str = "") -> Figure | None:
        """Return a place's figure; None if nothing of it is published in the period."""
        wanted = (measure, sex, place)
        return next((one for one in self.rows if (one.measure, one.sex, one.place) == wanted), None)

    def places(self, measure: str) -> tuple[Place, ...]:
        """Return the places that a measure is published of."""
        return tuple(
            dict.fromkeys(
                one.place for one in self.rows if one.measure == measure and one.place is not None
            )
        )

    def total(self, measure: str, sex: str = "") -> Figure | None:
        """Return all places together; None if nothing is published, or it can't be added."""
        some = [one for one in self.rows if (one.measure, one.sex) == (measure, sex)]
        if not some or some[0].kind is FigureKind.MEDIAN:
            return None
        spans = tuple(sorted({span for one in some for span in one.spans}))
        return _sum(
            some[0],
            None,
            [one.value for one in some],
            spans,
            partial=any(one.partial for one in some),
            is_small=len(some) == 1 and some[0].is_small,
        )

    def share(self, part: str, rest: str, place: Place) -> tuple[int, int] | None:
        """Return how many were `part`, of those where part and rest are shown; None if nowhere."""
        one, other = self.of(part, place), self.of(rest, place)
        if one is None or other is None:
            return None
        number, whole = one.value or 0, (one.value or 0) + (other.value or 0)
        return (number, whole) if whole else None


#: Measure, sex, kind and place.
_Figured = tuple[str, str, FigureKind, Place]


def read(session: Session, agreement: Agreement, period: Period, *, today: date) -> Figures:
    """Return the figures published of an agreement's spans that lie wholly within a period.

    Two queries, whatever the size. `today` is the local date whose limit is told.
    """
    limit = suppress.limit_on(session, agreement.id, today)
    return _figures(_latest(session, agreement.id, period), period, limit)


def by_span(
    session: Session, agreement: Agreement, period: Period, *, today: date
) -> dict[Period, Figures]:
    """Return the same for each span of a period by itself, in as many queries."""
    limit = suppress.limit_on(session, agreement.id, today)
    found: dict[Period, list[_Row]] = defaultdict(list)
    for row in _latest(session, agreement.id, period):
        found[row.span].append(row)
    return {span: _figures(rows, span, limit) for span, rows in found.items()}


class _Row(NamedTuple):
    """A published figure as it stands."""

    figured: _Figured
    span: Period
    value: int | None
    is_small: bool


def _latest(session: Session, agreement_id: int, period: Period) -> list[_Row]:
    """Return what stands of the spans within a period, in the order of the spans."""
    rows = session.execute(
        select(
            PublishedFigure.measure,
            PublishedFigure.sex,
            PublishedFigure.kind,
            PublishedFigure.organisation_id,
            PublishedFigure.unit_id,
            PublishedFigure.first_on,
            PublishedFigure.last_on,
            PublishedFigure.group,
            PublishedFigure.version,
            PublishedFigure.value,
            PublishedFigure.is_small,
        )
        .where(
            PublishedFigure.agreement_id == agreement_id,
            PublishedFigure.first_on >= period.first,
            PublishedFigure.last_on <= period.last,
        )
        .order_by(PublishedFigure.first_on, PublishedFigure.version, PublishedFigure.id)
    ).all()
    latest = {(row.group, row.first_on): row.version for row in rows}
    return [
        _Row(
            (row.measure, row.sex, row.kind, Place(row.organisation_id, row.unit_id or 0)),
            Period(row.first_on, row.last_on),
            row.value,
            row.is_small,
        )
        for row in rows
        if row.version == latest[row.group, row.first_on]
    ]


def _figures(rows: Sequence[_Row], period: Period, limit: int) -> Figures:
    by_figure: dict[_Figured, list[_Row]] = defaultdict(list)
    published: set[Period] = set()
    for row in rows:
        published |= {*row.span.quarters}
        by_figure[row.figured].append(row)
    found = []
    for (measure, sex, kind, place), ones in by_figure.items():
        some = ones if kind is FigureKind.COUNT else ones[-1:]
        spans = tuple(one.span for one in some)
        like = Figure(measure, sex, kind, place, None, False, False, spans)  # noqa: FBT003 - a blank one
        values = [one.value for one in some]
        hidden = any(value is None for value in values)
        small = len(some) == 1 and some[0].is_small
        found.append(_sum(like, place, values, spans, partial=hidden, is_small=small))
    awaited = tuple(one for one in period.quarters if one not in published)
    return Figures(period, tuple(found), limit, awaited)


def _sum(
    like: Figure,
    place: Place | None,
    values: Sequence[int | None],
    spans: tuple[Period, ...],
    *,
    partial: bool,
    is_small: bool,
) -> Figure:
    seen = [value for value in values if value is not None]
    value: int | None = sum(seen) if seen else None
    # A sum of nothing but zeros, with something hidden, would only mislead.
    value = None if partial and not value else value
    return Figure(like.measure, like.sex, like.kind, place, value, partial, is_small, spans)
