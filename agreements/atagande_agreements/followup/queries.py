"""Reads how the obligations of an agreement stand.

The matrix is what an association opens most, so it reads rows and no entities, and counts
occurrences by one GROUP BY over an index that holds all it asks for.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Row, Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.commitments.models import (
    Commitment,
    CommitmentParameter,
    Evidence,
    Obligation,
    Occurrence,
    OccurrenceDecision,
    ParameterDecision,
    Status,
)
from atagande_agreements.deviations.models import Deviation, DeviationState
from atagande_agreements.deviations.rules import awaits_decision
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.status import Counts, Standing, standing
from atagande_agreements.parties.heirs import valid_within
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.parties.names import Named, names
from atagande_agreements.register.models import AgreementParty, Section
from atagande_agreements.rules import PERMISSION

#: A row of some columns, read by name.
AnyRow = Row[*tuple[Any, ...]]
#: Who owes what: key of the commitment, organisation, and unit where a clinic owes it. The same
#: clause keeps its key from version to version, and so its results.
Place = tuple[str, int, int | None]


NOTHING = Counts()
#: Whether the service follows a commitment's rule, and whether its parameters are decided.
Judged = tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class Party:
    """A column of the matrix: an organisation, or a unit with obligations of its own."""

    organisation_id: int
    unit_id: int | None
    key: str
    name: str
    short_name: str


@dataclass(frozen=True, slots=True)
class Duties:
    """The obligations of a version in force, with their occurrences' counts in a period."""

    #: Standing of each place.
    standings: Mapping[Place, Standing]
    #: Ids of the obligations behind each place, those of earlier versions included.
    ids: Mapping[Place, Sequence[int]]
    #: Occurrences in the period by place.
    counts: Mapping[Place, Counts]


@dataclass(frozen=True, slots=True)
class OpenDeviations:
    """Deviations that are not closed."""

    #: Number by obligation.
    by_obligation: Mapping[int, int]
    #: How many wait for the steering group.
    awaiting_decision: int


# Statements of the matrix are made once: building one costs more than running it.
_UNDECIDED = exists().where(
    CommitmentParameter.commitment_id == Commitment.id,
    CommitmentParameter.judges,
    ~exists().where(
        ParameterDecision.parameter_id == CommitmentParameter.parameter_id,
        ParameterDecision.valid_from <= bindparam("last", type_=Date),
    ),
)
_FIRST, _LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)
_CLAUSES = (
    select(
        Commitment.id,
        Commitment.key,
        Commitment.title,
        Commitment.title_en,
        Commitment.rule,
        Commitment.subject,
        Commitment.section_id,
        Section.title.label("section"),
        Section.title_en.label("section_en"),
        (~_UNDECIDED).label("decided"),
    )
    .join(Section, Section.id == Commitment.section_id)
    .where(Commitment.version_id == bindparam("version"))
    .order_by(Section.position, Commitment.position)
)
_OWED_BY_UNITS = (
    select(Obligation.unit_id)
    .join(Commitment, Commitment.id == Obligation.commitment_id)
    .where(Commitment.version_id == bindparam("version"), Obligation.unit_id.is_not(None))
)
_PARTIES = (
    select(
        Organisation.id,
        Organisation.key,
        Organisation.name,
        Organisation.short_name,
        Unit.id.label("unit_id"),
        Unit.key.label("unit_key"),
        Unit.name.label("unit_name"),
        Unit.short_name.label("unit_short_name"),
    )
    .join(AgreementParty, AgreementParty.organisation_id == Organisation.id)
    .outerjoin(
        Unit,
        and_(
            Unit.organisation_id == Organisation.id,
            Unit.id.in_(_OWED_BY_UNITS),
            valid_within(Unit, _FIRST, _LAST),
        ),
    )
    .where(
        AgreementParty.version_id == bindparam("version"),
        valid_within(Organisation, _FIRST, _LAST),
    )
    .order_by(Organisation.position, Organisation.id, Unit.position, Unit.id)
)
_OBLIGATIONS = (
    select(
        Obligation.id,
        Commitment.key,
        Obligation.organisation_id,
        Obligation.unit_id,
        Commitment.version_id,
    )
    .join(Commitment, Commitment.id == Obligation.commitment_id)
    .join(Organisation, Organisation.id == Obligation.organisation_id)
    .outerjoin(Unit, Unit.id == Obligation.unit_id)
    .where(
        Obligation.agreement_id == bindparam("agreement"),
        valid_within(Organisation, _FIRST, _LAST),
        # Of no unit at all, every date is as empty.
        valid_within(Unit, _FIRST, _LAST),
    )
)


def _number(status: Status) -> Any:
    return func.count().filter(Occurrence.status == status)


_COUNTS = (
    select(
        Occurrence.obligation_id,
        _number(Status.MET),
        _number(Status.PARTLY),
        _number(Status.NOT_MET),
        _number(Status.UNREPORTED),
        func.count(),
    )
    .where(
        Occurrence.agreement_id == bindparam("agreement"),
        Occurrence.event_on.between(bindparam("first"), bindparam("last")),
    )
    .group_by(Occurrence.obligation_id)
)


def clauses(session: Session, version_id: int, period: Period) -> Sequence[AnyRow]:
    """Return a version's commitments in order, with heading and what decides their standing."""
    return session.execute(_CLAUSES, {"version": version_id, "last": period.last}).all()


def judged_of(rows: Sequence[AnyRow]) -> dict[str, Judged]:
    """Return what rows of `clauses` say of how their commitments are judged, by key."""
    return {row.key: (row.rule != PERMISSION, row.decided) for row in rows}


def parties(session: Session, version_id: int, period: Period) -> list[Party]:
    """Return the organisations bound by a version, each followed by its units that owe by name.

    Those that have a day of the period, by the names they have in it.
    """
    span = {"first": period.first, "last": period.last}
    rows = session.execute(_PARTIES, {"version": version_id} | span)
    whose = select(Commitment.association_id).where(Commitment.version_id == version_id).limit(1)
    known, last = names(session, whose.scalar_subquery()), period.last
    found: dict[tuple[int, int | None], Party] = {}
    for row in rows:
        called = known.organisation_in(row.id, last, Named(row.name, row.short_name))
        found.setdefault((row.id, None), Party(row.id, None, row.key, *called))
        if row.unit_id is not None:
            now = Named(row.unit_name, row.unit_short_name)
            called = known.unit_in(row.unit_id, last, now)
            found[row.id, row.unit_id] = Party(row.id, row.unit_id, row.unit_key, *called)
    return list(found.values())


def duties(
    session: Session,
    *,
    agreement_id: int,
    version_id: int,
    period: Period,
    judged: Mapping[str, Judged],
    organisation_id: int | None = None,
) -> Duties:
    """Return how each obligation of a version stands in a period that its party has a day of.

    `judged` has every commitment of the version, or the one that is asked about.
    `organisation_id` narrows to one organisation and its units.
    """
    query = _OBLIGATIONS
    narrow = organisation_id is not None or len(judged) == 1
    if organisation_id is not None:
        query = query.where(Obligation.organisation_id == organisation_id)
    if len(judged) == 1:
        query = query.where(Commitment.key.in_(judged))
    ids: dict[Place, list[int]] = {}
    earlier: list[tuple[int, Place]] = []
    span = {"first": period.first, "last": period.last}
    for obligation_id, key, organisation, unit, version in session.execute(
        query, {"agreement": agreement_id} | span
    ):
        place = (key, organisation, unit)
        if version == version_id:
            ids[place] = [obligation_id]
        else:
            earlier.append((obligation_id, place))
    for obligation_id, place in earlier:
        if place in ids:
            ids[place].append(obligation_id)
    only = [one for ones in ids.values() for one in ones] if narrow else None
    by_obligation = _counts(session, agreement_id, period, only)
    counts: dict[Place, Counts] = {}
    standings: dict[Place, Standing] = {}
    for place, ones in ids.items():
        here = by_obligation.get(ones[0], NOTHING)
        for one in ones[1:]:
            here = here.plus(by_obligation.get(one, NOTHING))
        counts[place] = here
        followed, decided = judged[place[0]]
        standings[place] = standing(here, followed=followed, decided=decided)
    return Duties(standings, ids, counts)


def _counts(
    session: Session, agreement_id: int, period: Period, only: Sequence[int] | None
) -> dict[int, Counts]:
    """Count a period's occurrences by obligation."""
    query = _COUNTS if only is None else _COUNTS.where(Occurrence.obligation_id.in_(only))
    values = {"agreement": agreement_id, "first": period.first, "last": period.last}
    return {row[0]: Counts(*row[1:]) for row in session.execute(query, values)}


def _open_grouped(*more: Any) -> Select[*tuple[Any, ...]]:
    """Select deviations that are not closed, counted by what decides whose turn it is.

    A sweep opens many at the same moment, so there are far fewer groups than deviations.
    """
    return (
        select(
            Deviation.state,
            Deviation.opened_at,
            Deviation.reply_days,
            Occurrence.status,
            func.count(),
            *more,
        )
        .join(Occurrence, Occurrence.id == Deviation.occurrence_id)
        .where(Deviation.state != DeviationState.CLOSED)
        .group_by(Deviation.state, Deviation.opened_at, Deviation.reply_days, Occurrence.status)
    )


_OPEN = (
    _open_grouped(Deviation.obligation_id)
    .where(Deviation.agreement_id == bindparam("agreement"))
    .group_by(Deviation.obligation_id)
)


def open_deviations(session: Session, agreement_id: int, today: date) -> OpenDeviations:
    """Return an agreement's deviations that are not closed, on a local date."""
    rows = session.execute(_OPEN, {"agreement": agreement_id})
    by_obligation: dict[int, int] = defaultdict(int)
    awaiting = 0
    for state, opened_at, reply_days, status, number, obligation_id in rows:
        by_obligation[obligation_id] += number
        if awaits_decision(state, opened_at, reply_days, status, today):
            awaiting += number
    return OpenDeviations(by_obligation, awaiting)


def count_awaiting_decision(session: Session, association_id: int, today: date) -> int:
    """Return how many deviations wait for the steering group, on a local date."""
    rows = session.execute(_open_grouped().where(Deviation.association_id == association_id))
    return sum(
        number
        for state, opened_at, reply_days, status, number in rows
        if awaits_decision(state, opened_at, reply_days, status, today)
    )


def occurrences(
    session: Session,
    obligation_ids: Sequence[int],
    period: Period,
    *,
    limit: int,
    offset: int = 0,
) -> Sequence[Row[Occurrence, int]]:
    """Return a period's occurrences, newest event first, each with its deviation's id or None.

    Nothing of the case behind an occurrence is read.
    """
    return (
        session.execute(
            select(Occurrence, Deviation.id)
            .outerjoin(Deviation, Deviation.occurrence_id == Occurrence.id)
            .where(
                Occurrence.obligation_id.in_(obligation_ids),
                Occurrence.event_on.between(period.first, period.last),
            )
            .options(
                joinedload(Occurrence.parameter_decision).joinedload(ParameterDecision.decision),
                joinedload(Occurrence.parameter_decision).joinedload(ParameterDecision.parameter),
                joinedload(Occurrence.more_decisions)
                .joinedload(OccurrenceDecision.parameter_decision)
                .options(
                    joinedload(ParameterDecision.decision),
                    joinedload(ParameterDecision.parameter),
                ),
            )
            .order_by(Occurrence.event_on.desc(), Occurrence.id.desc())
            .limit(limit)
            .offset(offset)
        )
        .unique()
        .all()
    )


def evidence(session: Session, occurrence_ids: Sequence[int]) -> Mapping[int, list[AnyRow]]:
    """Return what was filed for occurrences: by whom it was reported and when it came."""
    found: dict[int, list[AnyRow]] = defaultdict(list)
    if not occurrence_ids:
        return found
    for row in session.execute(
        select(
            Evidence.occurrence_id,
            Evidence.effective_on,
            Evidence.received_at,
            Organisation.short_name.label("reporter"),
        )
        .join(Organisation, Organisation.id == Evidence.reporter_organisation_id)
        .where(Evidence.occurrence_id.in_(occurrence_ids))
        .order_by(Evidence.id)
    ):
        found[row.occurrence_id].append(row)
    return found
