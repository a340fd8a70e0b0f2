"""The sweep: finds everything due and not kept, and opens the deviation for it.

0. Let names and people follow the parties (`parties.current`), and open what is owed in terms
   that have begun (`commitments.terms`).
1. Take the occurrences whose `sweep_at` has passed, oldest first, a batch at a time. On
   PostgreSQL each row is locked and rows that someone else holds are left to them.
2. Open a deviation (or note the observation) for each, by one INSERT … SELECT. The unique key on
   the occurrence lets a repeat open nothing.
3. Give the parties' chiefs and the steering group a digest, by one INSERT … SELECT with a unique
   key per person and day; what it tells is worked out when it is written.
4. Settle the occurrences as their rule said (`at_sweep`): not kept, not reported, or kept after
   all when the term ended; nothing is left to sweep.
5. Write the audit entries and commit; go on with the next batch.

A batch's ids go to the database as one value, and the statements are made once, so that what is
left to Python is the audit entries.

It asks `sweep_at <= now`, so downtime loses nothing and doubles nothing.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Insert,
    Integer,
    Select,
    String,
    Update,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date, require_aware
from atagande_agreements.commitments.models import (
    Obligation,
    Occurrence,
    OnMiss,
    Parameter,
    ParameterDecision,
    Status,
)
from atagande_agreements.commitments.terms import not_looked_for, open_terms
from atagande_agreements.deviations.models import Deviation, DeviationState
from atagande_agreements.ladder import queueing
from atagande_agreements.ladder.models import Rung
from atagande_agreements.ladder.queries import REPLY_PARAMETER
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.current import bring_current
from atagande_agreements.parties.heirs import led_to
from atagande_agreements.parties.models import (
    Organisation,
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
    Succession,
)

#: Rows in one transaction, if that is all there is.
BATCH = {"sqlite": 500, "postgresql": 5000}
#: Rows in one transaction of several. SQLite has one writer, so others wait for each of them.
BACKLOG = {"sqlite": 200, "postgresql": 5000}


@dataclass(slots=True)
class SweepSummary:
    """What a sweep did; `settled` counts occurrences found due."""

    at: datetime
    terms_opened: int = 0
    settled: int = 0
    deviations_opened: int = 0
    messages_queued: int = 0

    def as_json(self) -> dict[str, object]:
        """Return the summary with its moment as ISO 8601 text."""
        return asdict(self) | {"at": self.at.isoformat()}


def sweep(make_session: Callable[[], Session], at: datetime) -> SweepSummary:
    """Run a whole sweep as of `at` (UTC), one transaction a batch, each with its own session."""
    summary = SweepSummary(at=require_aware(at))
    with make_session() as session, session.begin():
        if waiting := not_looked_for(session, summary.at):
            bring_current(session, summary.at)
            summary.terms_opened = open_terms(session, waiting, summary.at)
        more = sweep_batch(session, summary)
    while more:
        with make_session() as session, session.begin():
            more = sweep_batch(session, summary, BACKLOG)
    return summary


def insert_new(session: Session, table: Any) -> Insert:
    """Return an INSERT into `table` that passes over rows whose unique key is there already."""
    return _insert_new(session.get_bind().dialect.name, table)


def _insert_new(dialect: str, table: Any) -> Insert:
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - loaded on use: start-up time

        return postgresql.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import sqlite  # noqa: PLC0415 - loaded on use: start-up time

    return sqlite.insert(table).on_conflict_do_nothing()


def sweep_batch(session: Session, summary: SweepSummary, sizes: Mapping[str, int] = BATCH) -> bool:
    """Sweep one batch in the session's transaction; return whether there may be more.

    `sizes` are the most rows to take by kind of database; of more than that, it takes a batch as
    small as those of a backlog.
    """
    dialect, at = session.get_bind().dialect.name, summary.at
    most = sizes[dialect]
    found = session.execute(_due(), {"at": at, "size": most + 1}).all()
    due = found if len(found) <= most else found[: min(most, BACKLOG[dialect])]
    if not due:
        return False
    missed = _bound(dialect, [row.id for row in due])
    today = local_date(at)
    # The session's way round entities costs more than the statements themselves.
    connection = session.connection()
    opened = connection.execute(_open(dialect), {"ids": missed, "at": at, "today": today}).all()
    summary.deviations_opened += len(opened)
    if opened:
        ids = _bound(dialect, [row.id for row in opened])
        night = queueing.bound(at)
        mail = connection.execute(
            _mail(dialect), {"ids": ids, "at": at, "today": today, **night}
        ).all()
        summary.messages_queued += len(mail)
    connection.execute(_settle(dialect), {"ids": missed, "at": at})
    summary.settled += len(due)
    _record(session, due, opened, at)
    return len(found) > most


def _record(session: Session, due: Sequence[Any], opened: Sequence[Any], at: datetime) -> None:
    """Write in the trail which deviations were opened, and what was missed without giving one."""
    actor = audit.Actor.job("sweep")
    having = {row.occurrence_id for row in opened}
    found = [("deviation.opened", "deviation", row) for row in opened]
    found += [
        (
            "occurrence.missed" if row.at_sweep is Status.NOT_MET else "occurrence.settled",
            "occurrence",
            row,
        )
        for row in due
        if row.id not in having
    ]
    audit.record(
        session,
        *(
            audit.Change(
                association_id=row.association_id,
                at=at,
                actor=actor,
                action=action,
                object_type=object_type,
                object_id=row.id,
            )
            for action, object_type, row in found
        ),
    )


def _bound(dialect: str, ids: list[int]) -> object:
    """Return ids as the one value that `_among` reads."""
    return ids if dialect == "postgresql" else json.dumps(ids)


def _among(dialect: str, column: Any) -> ColumnElement[bool]:
    """Return the condition that `column` is one of the bound ids."""
    if dialect == "postgresql":
        ids = select(func.unnest(bindparam("ids", type_=ARRAY(BigInteger))))
    else:
        ids = select(func.json_each(bindparam("ids")).table_valued("value").c.value)
    return ColumnElement.in_(column, ids)


def _first(name: str, rows: Any) -> CTE:
    """Return rows that are found before anything is joined to them.

    They are few, but PostgreSQL can't know how few when it keeps a plan, and believes anything of
    a table that it has not counted yet.
    """
    first: CTE = rows.cte(name).prefix_with("MATERIALIZED")
    return first


def _moment() -> ColumnElement[datetime]:
    """Return the bound moment of the sweep."""
    return bindparam("at", type_=Occurrence.sweep_at.type)


@cache
def _due() -> Select[int, int, Status]:
    """Return what finds the next batch, oldest first, and whether there is more."""
    return (
        select(Occurrence.id, Occurrence.association_id, Occurrence.at_sweep)
        .where(Occurrence.sweep_at.is_not(None), Occurrence.sweep_at <= _moment())
        .order_by(Occurrence.sweep_at, Occurrence.id)
        .limit(bindparam("size", type_=Integer()))
        .with_for_update(skip_locked=True)
    )


@cache
def _settle(dialect: str) -> Update:
    """Return what settles a batch as each occurrence's rule said."""
    return (
        update(Occurrence)
        .where(_among(dialect, Occurrence.id))
        .values(
            status=Occurrence.at_sweep,
            sweep_at=None,
            settled_at=_moment(),
            missed_at=case((Occurrence.at_sweep == Status.NOT_MET, _moment())),
        )
        .execution_options(synchronize_session=False)
    )


@cache
def _open(dialect: str) -> Any:
    """Return what opens the deviations of a batch and gives those that are new."""
    missed = _first(
        "missed",
        select(
            Occurrence.id,
            Occurrence.association_id,
            Occurrence.agreement_id,
            Occurrence.obligation_id,
        ).where(
            _among(dialect, Occurrence.id),
            Occurrence.on_miss == OnMiss.DEVIATION,
            Occurrence.at_sweep == Status.NOT_MET,
        ),
    )
    reply_days = (
        select(cast(ParameterDecision.value, Integer))
        .join(Parameter, Parameter.id == ParameterDecision.parameter_id)
        .where(
            Parameter.agreement_id == missed.c.agreement_id,
            Parameter.key == REPLY_PARAMETER,
            ParameterDecision.valid_from <= bindparam("today", type_=Date()),
        )
        .order_by(ParameterDecision.valid_from.desc())
        .limit(1)
        .correlate(missed)
        .scalar_subquery()
    )
    rows = (
        select(
            missed.c.association_id,
            missed.c.agreement_id,
            missed.c.id,
            missed.c.obligation_id,
            Obligation.organisation_id,
            Obligation.unit_id,
            literal(DeviationState.OPEN, Deviation.state.type),
            _moment(),
            reply_days,
            _day_after(dialect, reply_days),
            literal(value=False),
            literal(Rung.REPLY, Deviation.rung.type),
            literal(1),
        )
        .select_from(missed)
        .join(Obligation, Obligation.id == missed.c.obligation_id)
        # Both databases number them alike.
        .order_by(missed.c.id)
    )
    columns = [
        "association_id",
        "agreement_id",
        "occurrence_id",
        "obligation_id",
        "organisation_id",
        "unit_id",
        "state",
        "opened_at",
        "reply_days",
        "group_turn_on",
        "contested",
        "rung",
        "version",
    ]
    table = Deviation.__table__
    statement = _insert_new(dialect, table).from_select(columns, rows)
    return statement.returning(table.c.id, table.c.association_id, table.c.occurrence_id)


def _day_after(dialect: str, days: Any) -> ColumnElement[date]:
    """Return the local date after `days` calendar days from the bound date; NULL without days."""
    today = bindparam("today", type_=Date())
    if dialect == "postgresql":
        later: ColumnElement[date] = today + (days + 1)
        return later
    return func.date(today, literal("+") + cast(days + 1, String) + literal(" days"))


def _heirs_of(sort: str, party: Any) -> Select[int]:
    """Return the ids of those that have followed a party by the bound date."""
    ways = led_to(
        getattr(Succession, f"from_{sort}_id"),
        getattr(Succession, f"to_{sort}_id"),
        bindparam("today", type_=Date()),
    )
    return select(ways.c.heir).where(ways.c.old == party)


@cache
def _mail(dialect: str) -> Any:
    """Return what gives the chiefs of the parties, and the steering group, a digest of the day."""
    opened = _first(
        "opened",
        select(Deviation.association_id, Deviation.organisation_id, Deviation.unit_id)
        .where(_among(dialect, Deviation.id))
        .distinct(),
    )
    party = opened.c
    chief_of = or_(
        and_(party.unit_id.is_not(None), Person.unit_id == party.unit_id),
        and_(party.unit_id.is_(None), Person.organisation_id == party.organisation_id),
        # What a party that has ended left is its heir's to answer for.
        and_(party.unit_id.is_not(None), Person.unit_id.in_(_heirs_of("unit", party.unit_id))),
        and_(
            party.unit_id.is_(None),
            Person.organisation_id.in_(_heirs_of("organisation", party.organisation_id)),
        ),
    )
    told = or_(
        RoleGrant.role == Role.STEERING,
        and_(RoleGrant.role == Role.UNIT_CHIEF, chief_of),
        # The association has no unit chief; its administrator speaks for it.
        and_(
            RoleGrant.role == Role.ADMINISTRATOR,
            Organisation.kind == OrganisationKind.ASSOCIATION,
            chief_of,
        ),
    )
    people = (
        select(Person.id)
        .join(opened, Person.association_id == party.association_id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(told)
        .distinct()
        .cte("people")
    )
    table = OutboxMessage.__table__
    statement = _insert_new(dialect, table).from_select(queueing.COLUMNS, queueing.rows(people))
    return statement.returning(table.c.id)
