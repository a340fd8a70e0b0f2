"""Removes what has been kept for long enough.

For each association and kind, a batch at a time, each in a transaction of its own:

1. Open the gate. Of two jobs at once, the second waits here.
2. Find the rule in force; without one, or under a hold, nothing goes.
3. Take at most `BATCH` of what the rule lets go, the oldest first, and remove it; but the newest
   row of a table whose numbers stand elsewhere stays.
4. Seal what was judged by it, and add it to the run's row.
5. When nothing is left, end the run and note it in the audit trail.
6. Close the gate and commit.

Killed at any point, the batch never happened, and the next run goes on where it was.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.followup.suppress import LIMIT, is_small
from atagande_agreements.parties.models import Association
from atagande_agreements.retention.kinds import Kind
from atagande_agreements.retention.models import RetentionGate, RetentionRule, RetentionRun
from atagande_agreements.retention.queries import bound, hold_on, rule_on
from atagande_agreements.retention.rules import first_kept
from atagande_agreements.retention.sealed import seal

#: Records of a kind that go in one transaction, so that others get their turn.
BATCH = 200
_GATE: Any = RetentionGate.__table__
ACTOR = audit.Actor.job("gallring")


def remove_due(
    factory: sessionmaker[Session], kinds: Sequence[Kind], now: datetime
) -> tuple[dict[str, int], list[str]]:
    """Remove everything that is to go; return how many of each kind, and kinds held back.

    A kind is held back when something still refers to what would go: that batch is undone, and
    the other kinds are dealt with.
    """
    removed: dict[str, int] = {}
    held_back: list[str] = []
    with factory() as session:
        associations = session.scalars(select(Association.id).order_by(Association.id)).all()
    for association_id in associations:
        for kind in kinds:
            try:
                while number := _batch(factory, kind, association_id, now):
                    removed[kind.key] = removed.get(kind.key, 0) + number
            except IntegrityError:
                held_back.append(kind.key)
    return removed, held_back


def _batch(factory: sessionmaker[Session], kind: Kind, association_id: int, now: datetime) -> int:
    with factory() as session, session.begin():
        return remove_batch(session, kind, association_id, now)


def remove_batch(session: Session, kind: Kind, association_id: int, now: datetime) -> int:
    """Remove one batch of a kind in this transaction; return how many went."""
    today = local_date(now)
    rule = rule_on(session, association_id, kind.key, today)
    if rule is None:
        return 0
    session.execute(insert(_GATE).values(id=1, closes=2))
    rows: Sequence[tuple[int, date]] = ()
    if rule.months is not None and hold_on(session, association_id, kind.key, today) is None:
        rows = _due(session, kind, association_id, rule.months, today)
    run = session.scalar(
        select(RetentionRun).where(
            RetentionRun.association_id == association_id,
            RetentionRun.kind == kind.key,
            RetentionRun.finished_at.is_(None),
        )
    )
    rows = _remove(session, kind, rows, now)
    if rows:
        days = [day for _number, day in rows]
        through = date(max(days).year, 12, 31)
        # Of what goes by the year, a date would tell of one case.
        first = date(min(days).year, 1, 1) if kind.moment.by_year else min(days)
        last = through if kind.moment.by_year else max(days)
        _add(session, run, rule, now, oldest=first, newest=last, number=len(rows))
        for fed in kind.feeds:
            seal(session, association_id=association_id, rule=fed, through=through)
    elif run is not None:
        _finish(session, run, kind, now)
    session.flush()
    session.execute(delete(_GATE))
    return len(rows)


def _remove(
    session: Session, kind: Kind, rows: Sequence[tuple[int, date]], now: datetime
) -> Sequence[tuple[int, date]]:
    """Remove rows, but those without which a number would be given anew; return what went."""
    if not rows:
        return rows
    newest = _newest(session, kind)
    part = session.begin_nested()
    kind.remove(session, [number for number, _day in rows], now)
    if _newest(session, kind) == newest:
        part.commit()
        return rows
    part.rollback()
    half = len(rows) // 2
    if not half:
        return ()
    return [
        *_remove(session, kind, rows[:half], now),
        *_remove(session, kind, rows[half:], now),
    ]


def _newest(session: Session, kind: Kind) -> list[int | None]:
    return [session.scalar(select(func.max(table.id))) for table in kind.named]


def _due(
    session: Session, kind: Kind, association_id: int, months: int, today: date
) -> list[tuple[int, date]]:
    """Return (id, local date) of the oldest that may go."""
    found = kind.may_go(association_id)
    number, moment = found.columns
    rows = session.execute(
        select(number, moment)
        .where(moment < bound(kind, first_kept(kind.moment, months, today)))
        .order_by(moment, number)
        .limit(BATCH)
    ).all()
    return [
        (row[0], local_date(row[1]) if isinstance(row[1], datetime) else row[1]) for row in rows
    ]


def _add(
    session: Session,
    run: RetentionRun | None,
    rule: RetentionRule,
    now: datetime,
    *,
    oldest: date,
    newest: date,
    number: int,
) -> None:
    if run is None:
        run = RetentionRun(
            association_id=rule.association_id,
            kind=rule.kind,
            rule_id=rule.id,
            started_at=now,
            removed=number,
            oldest=oldest,
            newest=newest,
        )
        session.add(run)
    else:
        run.removed += number
        run.oldest, run.newest = min(run.oldest, oldest), max(run.newest, newest)
    session.flush()


def told(kind: Kind, number: int) -> int | str:
    """Return how many went, as the trail tells it: of cases only whether they were few."""
    if not kind.private:
        return number
    return f"<{LIMIT}" if is_small(number, LIMIT) else f">={LIMIT}"


def _finish(session: Session, run: RetentionRun, kind: Kind, now: datetime) -> None:
    run.finished_at = now
    audit.record(
        session,
        audit.Change(
            association_id=run.association_id,
            at=now,
            actor=ACTOR,
            action="retention.removed",
            object_type="retention",
            object_id=run.rule_id,
            changes={
                "kind": (None, run.kind),
                "removed": (None, told(kind, run.removed)),
                "oldest": (None, run.oldest),
                "newest": (None, run.newest),
            },
        ),
    )
