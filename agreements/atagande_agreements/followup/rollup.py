"""Occurrences counted by obligation and month, so that a page costs what it shows.

The database keeps the numbers itself, by triggers on `occurrence` (see decision 0032): whatever
adds, judges, moves or removes occurrences, also by hand, is counted in the same transaction.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    bindparam,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Occurrence, Status
from atagande_agreements.db import BigId
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.rollup_models import OccurrenceCount
from atagande_agreements.followup.status import Counts

NOTHING = Counts()
#: Changes that are added together in one transaction.
FOLD = 20_000
#: What PostgreSQL's folds agree to take turns by: any number that no one else uses.
_LOCK = 28_001
_FIRST, _LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)
_AGREEMENT = bindparam("agreement", type_=BigId)
_NUMBERS = (
    OccurrenceCount.met,
    OccurrenceCount.partly,
    OccurrenceCount.not_met,
    OccurrenceCount.unreported,
    OccurrenceCount.total,
)
_JUDGED = (Status.MET, Status.PARTLY, Status.NOT_MET, Status.UNREPORTED)
_SUMS = tuple(func.sum(number).label(number.key) for number in _NUMBERS)
_KEY = (OccurrenceCount.agreement_id, OccurrenceCount.month, OccurrenceCount.obligation_id)
_WITHIN = (OccurrenceCount.agreement_id == _AGREEMENT, OccurrenceCount.month.between(_FIRST, _LAST))
_BY_MONTH = (
    select(OccurrenceCount.obligation_id, OccurrenceCount.month, *_SUMS)
    .where(*_WITHIN)
    .group_by(OccurrenceCount.obligation_id, OccurrenceCount.month)
)
_BY_OBLIGATION = (
    select(OccurrenceCount.obligation_id, *_SUMS)
    .where(*_WITHIN)
    .group_by(OccurrenceCount.obligation_id)
)
_COUNTED = (
    *(func.count().filter(Occurrence.status == status) for status in _JUDGED),
    func.count(),
)
#: The days of a period that are no whole months: at most two spans.
_BY_DAY = (
    select(Occurrence.obligation_id, *_COUNTED)
    .where(
        Occurrence.agreement_id == _AGREEMENT,
        or_(
            Occurrence.event_on.between(_FIRST, _LAST),
            Occurrence.event_on.between(
                bindparam("again", type_=Date), bindparam("until", type_=Date)
            ),
        ),
    )
    .group_by(Occurrence.obligation_id)
)


class NotWholeMonthsError(ValueError):
    """Asked of a span that does not begin and end with a month."""


class Difference(NamedTuple):
    """An obligation's month whose count is not what its occurrences say."""

    agreement_id: int
    obligation_id: int
    month: date
    #: How much each number is above the true one.
    excess: Counts


def by_month(
    session: Session, agreement_id: int, first: date, last: date
) -> dict[tuple[int, date], Counts]:
    """Return an agreement's occurrences by (obligation, first day of the month), in one query.

    `first` and `last` are the first and the last day of months, or it raises
    NotWholeMonthsError. An obligation's month without occurrences is left out.
    """
    if Period(first, last).months is None:
        raise NotWholeMonthsError(f"{first}–{last}")
    values = {"agreement": agreement_id, "first": first, "last": last}
    return {
        (row[0], row[1]): Counts._make(row[2:])
        for row in session.connection().execute(_BY_MONTH, values)
        if row[-1]
    }


def counts(
    session: Session, agreement_id: int, period: Period, only: Sequence[int] | None = None
) -> dict[int, Counts]:
    """Return an agreement's occurrences in a period by obligation.

    Whole months are read from the roll-up, days beside them from the occurrences' index. `only`
    narrows to some obligations.
    """
    whole, days = split(period)
    found: dict[int, Counts] = {}
    if whole is not None:
        query = _BY_OBLIGATION
        if only is not None:
            query = query.where(OccurrenceCount.obligation_id.in_(only))
        values = {"agreement": agreement_id, "first": whole.first, "last": whole.last}
        for number, *sums in session.connection().execute(query, values):
            if sums[-1]:
                found[number] = Counts._make(sums)
    if days:
        read = _BY_DAY if only is None else _BY_DAY.where(Occurrence.obligation_id.in_(only))
        (first, last), (again, until) = days[0], days[-1]
        values = {"agreement": agreement_id, "first": first, "last": last}
        for number, *rest in session.execute(read, values | {"again": again, "until": until}):
            found[number] = found.get(number, NOTHING).plus(Counts._make(rest))
    return found


def split(period: Period) -> tuple[Period | None, list[tuple[date, date]]]:
    """Return the whole months within a period, and the spans of days beside them."""
    if period.months is not None:
        return period, []
    begins, after = period.first, period.last + timedelta(days=1)
    if begins.day != 1:
        begins = (begins.replace(day=1) + timedelta(days=31)).replace(day=1)
    ends = after.replace(day=1) - timedelta(days=1)
    if ends < begins:
        return None, [(period.first, period.last)]
    days = []
    if period.first < begins:
        days.append((period.first, begins - timedelta(days=1)))
    if ends < period.last:
        days.append((ends + timedelta(days=1), period.last))
    return Period(begins, ends), days


def fold(session: Session, *, most: int = FOLD) -> int:
    """Add together at most `most` changes that PostgreSQL's writers left; return how many.

    One transaction takes the changes away and adds them to what they belong to, so a reader sees
    either. Only one folds at a time; another returns 0 at once. A change that is not committed is
    not seen, and is folded another time. SQLite's triggers leave no changes.
    """
    if session.get_bind().dialect.name != "postgresql":
        return 0
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return 0
    folded, empty = session.execute(_FOLD, {"most": most}).one()
    if empty:
        session.execute(_EMPTY)
    return int(folded)


# One statement, so that what is added is exactly what was taken away.
_FOLD = text(
    """
    WITH taken AS (
        DELETE FROM occurrence_count WHERE slot > 0 AND slot <= (
            SELECT max(slot) FROM (
                SELECT slot FROM occurrence_count WHERE slot > 0 ORDER BY slot LIMIT :most
            ) oldest
        ) RETURNING *
    ), kept AS (
        INSERT INTO occurrence_count AS o
            (agreement_id, month, obligation_id, slot, met, partly, not_met, unreported, total)
        SELECT agreement_id, month, obligation_id, 0,
            sum(met), sum(partly), sum(not_met), sum(unreported), sum(total)
        FROM taken GROUP BY agreement_id, month, obligation_id
        ON CONFLICT (agreement_id, month, obligation_id, slot) DO UPDATE SET
            met = o.met + excluded.met, partly = o.partly + excluded.partly,
            not_met = o.not_met + excluded.not_met,
            unreported = o.unreported + excluded.unreported, total = o.total + excluded.total
        RETURNING total
    )
    SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM kept WHERE total = 0)
    """
)
#: What has no occurrence left. A change for it may still come: it is added by itself.
_EMPTY = text(
    """
    DELETE FROM occurrence_count WHERE slot = 0 AND total = 0 AND met = 0 AND partly = 0
        AND not_met = 0 AND unreported = 0
    """
)


def _month_of(dialect: str) -> ColumnElement[date]:
    """Return the first day of the month of an occurrence's event."""
    if dialect == "postgresql":
        moment = func.date_trunc("month", cast(Occurrence.event_on, DateTime))
        return cast(moment, Date)
    return type_coerce(func.substr(Occurrence.event_on, 1, 8) + "01", Date)


def _real(dialect: str) -> Select[*tuple[Any, ...]]:
    """Return the counts as the occurrences say, by the same columns."""
    month = _month_of(dialect).label("month")
    numbers = [one.label(number.key) for one, number in zip(_COUNTED, _NUMBERS, strict=True)]
    key = (Occurrence.agreement_id, month, Occurrence.obligation_id)
    return select(*key, *numbers).group_by(*key)


def differences(session: Session) -> list[Difference]:
    """Compare every count with the occurrences; an empty list when all is as it should be.

    It reads all occurrences, so it is for checks and not for pages.
    """
    real = _real(session.get_bind().dialect.name).subquery()
    true = select(*list(real.c)[:3], *(-number for number in list(real.c)[3:]))
    both = union_all(select(*_KEY, *_NUMBERS), true).subquery()
    *key, met, partly, not_met, unreported, total = both.c
    sums = [func.sum(number) for number in (met, partly, not_met, unreported, total)]
    found = session.execute(
        select(*key, *sums).group_by(*key).having(or_(*(one != 0 for one in sums))).order_by(*key)
    )
    return [
        Difference(agreement, obligation, month, Counts._make(map(int, numbers)))
        for agreement, month, obligation, *numbers in found
    ]


def recount(session: Session) -> None:
    """Count everything anew, while nobody else writes occurrences."""
    dialect = session.get_bind().dialect.name
    if dialect == "postgresql":
        session.execute(text("LOCK TABLE occurrence IN SHARE ROW EXCLUSIVE MODE"))
    session.execute(delete(OccurrenceCount))
    names = [column.key for column in (*_KEY, *_NUMBERS)]
    session.execute(insert(OccurrenceCount).from_select(names, _real(dialect)))
