"""Reads how the obligations of an agreement stand.

The matrix is what an association opens most, so it reads rows and no entities, and takes the
numbers of occurrences from where the database keeps them counted (`rollup`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Row, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.commitments.models import (
    Commitment,
    CommitmentParameter,
    Evidence,
    Obligation,
    Occurrence,
    OccurrenceDecision,
    ParameterDecision,
)
from atagande_agreements.deviations.models import ACTIVE, Deviation
from atagande_agreements.followup import rollup
from atagande_agreements.followup.cases import CASE_RULES
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
    """Deviations that have not ended."""

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
        Organisation.association_id,
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
        Commitment.rule,
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


def _rows(session: Session, query: Any, **values: object) -> Sequence[AnyRow]:
    """Return rows that are no entities, past what the session does for entities."""
    return session.connection().execute(query, values).all()


def clauses(session: Session, version_id: int, period: Period) -> Sequence[AnyRow]:
    """Return a version's commitments in order, with heading and what decides their standing."""
    return _rows(session, _CLAUSES, version=version_id, last=period.last)


def judged_of(rows: Sequence[AnyRow]) -> dict[str, Judged]:
    """Return what rows of `clauses` say of how their commitments are judged, by key."""
    return {row.key: (row.rule != PERMISSION, row.decided) for row in rows}


def parties(session: Session, version_id: int, period: Period) -> list[Party]:
    """Return the organisations bound by a version, each followed by its units that owe by name.

    Those that have a day of the period, by the names they have in it.
    """
    rows = _rows(session, _PARTIES, version=version_id, first=period.first, last=period.last)
    if not rows:
        return []
    known, last = names(session, rows[0].association_id), period.last
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
    `organisation_id` narrows to one organisation and its units. What is one person's case stands
    as in the whole quarters that the period touches; the counts are the period's own.
    """
    query = _OBLIGATIONS
    narrow = organisation_id is not None or len(judged) == 1
    if organisation_id is not None:
        query = query.where(Obligation.organisation_id == organisation_id)
    if len(judged) == 1:
        query = query.where(Commitment.key.in_(judged))
    ids: dict[Place, list[int]] = {}
    earlier: list[tuple[int, Place]] = []
    of_cases: set[str] = set()
    for obligation_id, key, organisation, unit, version, rule in _rows(
        session, query, agreement=agreement_id, first=period.first, last=period.last
    ):
        place = (key, organisation, unit)
        if rule in CASE_RULES:
            of_cases.add(key)
        if version == version_id:
            ids[place] = [obligation_id]
        else:
            earlier.append((obligation_id, place))
    for obligation_id, place in earlier:
        if place in ids:
            ids[place].append(obligation_id)
    only = [one for ones in ids.values() for one in ones] if narrow else None
    by_obligation = rollup.counts(session, agreement_id, period, only)
    whole = by_obligation
    if period.widened != period and of_cases:
        whole = rollup.counts(session, agreement_id, period.widened, only)
    counts: dict[Place, Counts] = {}
    standings: dict[Place, Standing] = {}
    for place, ones in ids.items():
        counts[place] = _together(by_obligation, ones)
        stood = _together(whole, ones) if place[0] in of_cases else counts[place]
        followed, decided = judged[place[0]]
        standings[place] = standing(stood, followed=followed, decided=decided)
    return Duties(standings, ids, counts)


def _together(counts: Mapping[int, Counts], obligation_ids: Sequence[int]) -> Counts:
    here = counts.get(obligation_ids[0], NOTHING)
    for one in obligation_ids[1:]:
        here = here.plus(counts.get(one, NOTHING))
    return here


_AWAITS = func.count().filter(Deviation.group_turn_on <= bindparam("today", type_=Date))
_OPEN = (
    select(Deviation.obligation_id, func.count(), _AWAITS)
    .where(Deviation.agreement_id == bindparam("agreement"), ACTIVE)
    .group_by(Deviation.obligation_id)
)


def open_deviations(session: Session, agreement_id: int, today: date) -> OpenDeviations:
    """Return an agreement's deviations that have not ended, on a local date."""
    rows = _rows(session, _OPEN, agreement=agreement_id, today=today)
    return OpenDeviations({row[0]: row[1] for row in rows}, sum(row[2] for row in rows))


def count_awaiting_decision(session: Session, association_id: int, today: date) -> int:
    """Return how many deviations wait for the steering group, on a local date."""
    return (
        session.scalar(
            select(_AWAITS).where(Deviation.association_id == association_id, ACTIVE),
            {"today": today},
        )
        or 0
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
