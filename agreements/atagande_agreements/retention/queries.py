"""Reads what is decided about retention, what will go and when, and what has gone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.retention.kinds import Kind
from atagande_agreements.retention.models import RetentionHold, RetentionRule, RetentionRun
from atagande_agreements.retention.rules import first_kept, goes_on


def rule_on(session: Session, association_id: int, kind: str, day: date) -> RetentionRule | None:
    """Return the rule in force on a local date; None while nothing is decided."""
    return session.scalar(
        select(RetentionRule)
        .where(
            RetentionRule.association_id == association_id,
            RetentionRule.kind == kind,
            RetentionRule.valid_from <= day,
        )
        .order_by(RetentionRule.valid_from.desc())
        .limit(1)
    )


def hold_on(session: Session, association_id: int, kind: str, day: date) -> RetentionHold | None:
    """Return the hold that keeps everything of a kind on a local date, or None."""
    latest = session.scalar(
        select(RetentionHold)
        .where(
            RetentionHold.association_id == association_id,
            RetentionHold.kind == kind,
            RetentionHold.valid_from <= day,
        )
        .order_by(RetentionHold.valid_from.desc())
        .limit(1)
    )
    return latest if latest is not None and latest.until >= day else None


def bound(kind: Kind, first: date) -> date | datetime:
    """Return what a kind's moments are before when they lie before a local date."""
    return local_time(first, time()) if kind.by_clock else first


@dataclass(frozen=True, slots=True)
class Line:
    """A kind with its rule, what goes next, and what has gone."""

    kind: Kind
    #: The rule in force; None while there is only a proposal.
    rule: RetentionRule | None
    #: What keeps it all today.
    hold: RetentionHold | None
    #: First local date on which something goes, by the rule or else the proposal; None: never.
    next_on: date | None
    #: How many go then.
    number: int
    #: How many have gone, and when last.
    gone: int
    last_at: datetime | None

    @property
    def months(self) -> int | None:
        """Return for how long it is kept, as decided or else proposed; None: for ever."""
        return self.rule.months if self.rule is not None else self.kind.proposal

    @property
    def goes(self) -> bool:
        """Tell whether something will go, because that is decided."""
        return self.rule is not None and self.next_on is not None


def lines(session: Session, association_id: int, kinds: Sequence[Kind], today: date) -> list[Line]:
    """Return every kind as it stands today, in the order they are given."""
    rules = _latest(session, association_id, RetentionRule, today)
    holds = {
        key: one
        for key, one in _latest(session, association_id, RetentionHold, today).items()
        if one.until >= today
    }
    months = {one.key: rules[one.key].months if one.key in rules else one.proposal for one in kinds}
    first = _per_kind(session, kinds, lambda kind: _first(kind, association_id))
    next_on: dict[str, date] = {}
    for kind in kinds:
        oldest, kept = first.get(kind.key), months[kind.key]
        if oldest is None or kept is None:
            continue
        day = local_date(oldest) if isinstance(oldest, datetime) else oldest
        held = holds.get(kind.key)
        free = held.until + timedelta(days=1) if held is not None else today
        next_on[kind.key] = max(today, free, goes_on(kind.moment, kept, day))

    def going(kind: Kind) -> Select[Any] | None:
        kept = months[kind.key]
        if kind.key not in next_on or kept is None:
            return None
        return _before(kind, association_id, kept, next_on[kind.key])

    numbers = _per_kind(session, kinds, going)
    gone = _gone(session, association_id)
    return [
        Line(
            kind=kind,
            rule=rules.get(kind.key),
            hold=holds.get(kind.key),
            next_on=next_on.get(kind.key),
            number=numbers.get(kind.key) or 0,
            gone=number,
            last_at=last_at,
        )
        for kind in kinds
        for number, last_at in (gone.get(kind.key, (0, None)),)
    ]


def preview(
    session: Session, association_id: int, kind: Kind, choices: Iterable[int], today: date
) -> dict[int, int]:
    """Return how many of a kind would go today if it were kept for each number of months."""
    queries = [
        select(literal(months), _before(kind, association_id, months, today).scalar_subquery())
        for months in choices
    ]
    return {row[0]: row[1] for row in session.execute(union_all(*queries))}


def decided(
    session: Session, association_id: int, kind: str
) -> tuple[Sequence[RetentionRule], Sequence[RetentionHold]]:
    """Return every rule and hold that was decided about a kind, newest first."""
    rules = session.scalars(
        select(RetentionRule)
        .where(RetentionRule.association_id == association_id, RetentionRule.kind == kind)
        .options(joinedload(RetentionRule.decision))
        .order_by(RetentionRule.valid_from.desc())
    ).all()
    holds = session.scalars(
        select(RetentionHold)
        .where(RetentionHold.association_id == association_id, RetentionHold.kind == kind)
        .options(joinedload(RetentionHold.decision))
        .order_by(RetentionHold.valid_from.desc())
    ).all()
    return rules, holds


def runs(
    session: Session, association_id: int, *, size: int, offset: int = 0
) -> tuple[Sequence[RetentionRun], int]:
    """Return one page of what has gone, newest first, and how many runs there are in all."""
    mine = RetentionRun.association_id == association_id
    total = session.scalar(select(func.count()).select_from(RetentionRun).where(mine)) or 0
    rows = session.scalars(
        select(RetentionRun)
        .where(mine)
        .options(joinedload(RetentionRun.rule).joinedload(RetentionRule.decision))
        .order_by(RetentionRun.started_at.desc(), RetentionRun.id.desc())
        .limit(size)
        .offset(offset)
    ).all()
    return rows, total


def _latest(session: Session, association_id: int, table: Any, today: date) -> dict[str, Any]:
    """Return the decision in force of each kind."""
    rows = session.scalars(
        select(table)
        .where(table.association_id == association_id, table.valid_from <= today)
        .options(joinedload(table.decision))
        .order_by(table.valid_from)
    )
    return {row.kind: row for row in rows}


def _first(kind: Kind, association_id: int) -> Select[Any]:
    found = kind.may_go(association_id)
    return select(func.min(found.columns[1]))


def _before(kind: Kind, association_id: int, months: int, day: date) -> Select[Any]:
    found = kind.may_go(association_id)
    return (
        select(func.count())
        .select_from(found)
        .where(found.columns[1] < bound(kind, first_kept(kind.moment, months, day)))
    )


def _per_kind(
    session: Session, kinds: Iterable[Kind], ask: Callable[[Kind], Select[Any] | None]
) -> dict[str, Any]:
    """Return what a query of one value gives for each kind: a query for dates, one for moments."""
    found: dict[str, Any] = {}
    asked: dict[bool, list[Select[Any, Any]]] = {False: [], True: []}
    for kind in kinds:
        query = ask(kind)
        if query is not None:
            asked[kind.by_clock].append(select(literal(kind.key), query.scalar_subquery()))
    for queries in asked.values():
        if queries:
            found |= {row[0]: row[1] for row in session.execute(union_all(*queries))}
    return found


def _gone(session: Session, association_id: int) -> dict[str, tuple[int, datetime | None]]:
    """Return what has gone of each kind."""
    rows = session.execute(
        select(RetentionRun.kind, func.sum(RetentionRun.removed), func.max(RetentionRun.started_at))
        .where(RetentionRun.association_id == association_id)
        .group_by(RetentionRun.kind)
    )
    return {row[0]: (row[1], row[2]) for row in rows}
