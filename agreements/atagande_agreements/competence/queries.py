"""Reads competence reports: what counts, how many are valid, what runs out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from atagande_agreements.commitments.evidence import Shown
from atagande_agreements.commitments.models import (
    Commitment,
    CommitmentParameter,
    Obligation,
    Occurrence,
    Parameter,
    ParameterUnit,
)
from atagande_agreements.commitments.queries import in_force
from atagande_agreements.competence.counts import Numbers, Training
from atagande_agreements.competence.models import CompetenceName, CompetenceReport
from atagande_agreements.competence.places import Holder, Place, places_of
from atagande_agreements.competence.silent import silent
from atagande_agreements.competence.subjects import RULE
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.periods import Term, term_of
from atagande_agreements.register.models import AgreementVersion, VersionState
from atagande_agreements.rules import competence as rule
from atagande_agreements.rules.verdict import needed

#: Days ahead that the page looks for what runs out.
SOON = timedelta(days=90)
_WHOLE = 100

#: Organisation, unit and subject.
Key = tuple[int, int | None, str]
#: Obligation, organisation and unit.
Spot = tuple[int, int, int | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """The report that counts for a place and subject, and the number of the newest one."""

    report: CompetenceReport | None = None
    #: 0 while there is none; a form that carries an older one is stale.
    version: int = 0


@dataclass(frozen=True, slots=True)
class Demand:
    """What the steering group has decided, as of today; None for what it has not."""

    months: int | None
    share: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """What a commitment asks of a place, before its report is read."""

    duty: Obligation
    commitment: Commitment
    place: Place

    @property
    def key(self) -> Key:
        """Return what its report is found by."""
        return (*self.place.ids, self.commitment.subject)

    @property
    def spot(self) -> Spot:
        """Return what tells it from the other lines."""
        return (self.duty.id, *self.place.ids)


@dataclass(frozen=True, slots=True)
class Count:
    """How a place stands today by its latest report."""

    line: Line
    standing: Standing
    demand: Demand
    #: What the party as a whole has shown this half-year, and how it was judged.
    occurrence: Occurrence | None
    #: People with valid training today; None without a report or a decided validity.
    valid: int | None
    #: Percent of the staff, rounded down; None when it can't be told.
    share: int | None
    #: Whether that is enough; None when it can't be told.
    enough: bool | None
    #: (last day valid, people) that run out within 90 days, in order.
    soon: tuple[tuple[date, int], ...]
    #: The report is of this half-year.
    current: bool


def of_place(report: CompetenceReport) -> Select[CompetenceReport]:
    """Select the reports of the same place and subject."""
    return select(CompetenceReport).where(
        CompetenceReport.agreement_id == report.agreement_id,
        CompetenceReport.organisation_id == report.organisation_id,
        CompetenceReport.unit_id.is_(None)
        if report.unit_id is None
        else CompetenceReport.unit_id == report.unit_id,
        CompetenceReport.subject == report.subject,
    )


def _latest(
    session: Session, query: Select[int], *, load: bool = True
) -> list[tuple[CompetenceReport, int]]:
    """Return the report that counts of each place and subject in `query`, with the newest number.

    `query` selects ids; it may narrow by anything but the place and subject.
    """
    whose = (
        CompetenceReport.organisation_id,
        CompetenceReport.unit_id,
        CompetenceReport.subject,
    )
    last_first = (CompetenceReport.as_of.desc(), CompetenceReport.number.desc())
    ranked = query.add_columns(
        func.row_number().over(partition_by=whose, order_by=last_first).label("rank"),
        func.max(CompetenceReport.number).over(partition_by=whose).label("newest"),
    ).subquery()
    found = (
        select(CompetenceReport, ranked.c.newest)
        .join(ranked, ranked.c.id == CompetenceReport.id)
        .where(ranked.c.rank == 1)
        .order_by(CompetenceReport.id)
    )
    if load:
        found = found.options(selectinload(CompetenceReport.trainings))
    return [(row[0], row[1]) for row in session.execute(found)]


def standings(
    session: Session, agreement_id: int, organisation_ids: Iterable[int]
) -> dict[Key, Standing]:
    """Return what counts for each place and subject of some organisations."""
    query = select(CompetenceReport.id).where(
        CompetenceReport.agreement_id == agreement_id,
        CompetenceReport.organisation_id.in_(sorted(organisation_ids)),
    )
    return {
        (one.organisation_id, one.unit_id, one.subject): Standing(one, newest)
        for one, newest in _latest(session, query)
    }


def standing(session: Session, agreement_id: int, place: Place, subject: str) -> Standing:
    """Return what counts for one place and subject."""
    organisation_id, unit_id = place.ids
    query = select(CompetenceReport.id).where(
        CompetenceReport.agreement_id == agreement_id,
        CompetenceReport.organisation_id == organisation_id,
        CompetenceReport.unit_id.is_(None)
        if unit_id is None
        else CompetenceReport.unit_id == unit_id,
        CompetenceReport.subject == subject,
    )
    found = _latest(session, query)
    return Standing(*found[0]) if found else Standing()


def shown(session: Session, duty: Obligation, span: tuple[date, date]) -> Shown:
    """Return what a party's places have shown together between two local dates."""
    query = select(CompetenceReport.id).where(
        CompetenceReport.agreement_id == duty.agreement_id,
        CompetenceReport.organisation_id == duty.organisation_id,
        CompetenceReport.subject == duty.commitment.subject,
        CompetenceReport.as_of.between(*span),
    )
    if duty.unit_id is not None:
        query = query.where(CompetenceReport.unit_id == duty.unit_id)
    reports = [one for one, _ in _latest(session, query)]
    if not reports:
        return Shown()
    trained: Counter[date] = Counter()
    for one in reports:
        for training in one.trainings:
            trained[training.trained_on] += training.people
    unknown = 0
    if duty.unit_id is None:
        unknown = silent(session, duty, span, {one.unit_id for one in reports})
    return Shown(
        unknown=unknown,
        kept_on=max(one.as_of for one in reports),
        total=sum(one.staff for one in reports),
        trained=tuple(sorted(trained.items())),
    )


def names_of(
    session: Session, report: CompetenceReport | None, person: Holder, place: Place
) -> list[tuple[str, date]]:
    """Return who a report names, to the place's own chief; nobody to anyone else."""
    if report is None or not place.is_own(person):
        return []
    rows = session.execute(
        select(CompetenceName.name, CompetenceName.trained_on)
        .where(CompetenceName.report_id == report.id)
        .order_by(CompetenceName.name, CompetenceName.trained_on)
    )
    return sorted((row.name, row.trained_on) for row in rows)


def numbers_of(report: CompetenceReport, names: Sequence[tuple[str, date]]) -> Numbers:
    """Return what a report says; those who are named stand by name, the rest as counts."""
    left = Counter({one.trained_on: one.people for one in report.trainings})
    left.subtract(day for _, day in names)
    unnamed = [Training(day, people) for day, people in sorted(left.items()) if people > 0]
    named = [Training(day, 1, name) for name, day in names]
    return Numbers(report.staff, (*unnamed, *named))


def history(session: Session, report: CompetenceReport, limit: int) -> Sequence[CompetenceReport]:
    """Return the reports of the same place and subject, newest first, at most `limit`."""
    return session.scalars(
        of_place(report)
        .options(joinedload(CompetenceReport.reported_by))
        .order_by(CompetenceReport.number.desc())
        .limit(limit)
    ).all()


def commitments(session: Session, agreement_id: int) -> Sequence[Commitment]:
    """Return the clauses in force that ask for training, with what is decided about them."""
    decisions = (
        joinedload(Commitment.uses)
        .joinedload(CommitmentParameter.parameter)
        .joinedload(Parameter.decisions)
    )
    return (
        session.scalars(
            select(Commitment)
            .join(AgreementVersion, AgreementVersion.id == Commitment.version_id)
            .where(
                Commitment.agreement_id == agreement_id,
                Commitment.rule == RULE,
                AgreementVersion.state == VersionState.IN_FORCE,
            )
            .options(decisions)
            .order_by(Commitment.position)
        )
        .unique()
        .all()
    )


def demand_on(commitment: Commitment, day: date) -> Demand:
    """Return what is decided for a clause on a local date."""
    values: dict[ParameterUnit, int] = {}
    for use in commitment.uses:
        decision = in_force(use.parameter, day) if use.judges else None
        if decision is not None:
            values[use.parameter.unit] = int(decision.value)
    return Demand(values.get(ParameterUnit.MONTHS), values.get(ParameterUnit.PERCENT))


def lines(
    session: Session, clauses: Sequence[Commitment], today: date, holder: Holder
) -> list[Line]:
    """Return what is asked of every place on a local date, by party, clause and unit.

    An organisation with units is asked through them. Its staff beside them stand there once they
    have been reported, and always to those who report for them.
    """
    by_id = {one.id: one for one in clauses}
    duties = session.scalars(
        select(Obligation)
        .join(Organisation, Organisation.id == Obligation.organisation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(Obligation.commitment_id.in_(by_id))
        .options(joinedload(Obligation.organisation))
        .order_by(Organisation.position, Organisation.id, Commitment.position, Obligation.id)
    ).all()
    units: dict[int, list[Unit]] = {}
    for unit in session.scalars(
        select(Unit)
        .where(Unit.organisation_id.in_({duty.organisation_id for duty in duties}))
        .order_by(Unit.position, Unit.id)
    ):
        units.setdefault(unit.organisation_id, []).append(unit)
    places = {
        duty.organisation_id: places_of(
            duty.organisation, units.get(duty.organisation_id, []), today
        )
        for duty in duties
    }
    known = session.execute(
        select(CompetenceReport.organisation_id, CompetenceReport.subject)
        .where(CompetenceReport.organisation_id.in_(places), CompetenceReport.unit_id.is_(None))
        .distinct()
    )
    beside = {(row.organisation_id, row.subject) for row in known}
    asked = [
        Line(duty, by_id[duty.commitment_id], place)
        for duty in duties
        for place in places[duty.organisation_id]
        if duty.unit_id in {None, place.ids[1]}
    ]
    return [
        line
        for line in asked
        if not line.place.beside_units
        or line.place.answers_to(holder)
        or (line.duty.organisation_id, line.commitment.subject) in beside
    ]


def reported(session: Session, asked: Sequence[Line], today: date) -> tuple[int, int]:
    """Return how many of the parties' clauses have a report this half-year, and of how many."""
    duties = {line.duty.id for line in asked}
    found = session.scalars(
        select(func.count())
        .select_from(Occurrence)
        .where(
            Occurrence.obligation_id.in_(duties),
            Occurrence.origin == term_of(today, rule.EVERY).origin,
            Occurrence.kept_on.is_not(None),
        )
    ).one()
    return found, len(duties)


def counts(
    session: Session, agreement_id: int, asked: Sequence[Line], today: date
) -> dict[Spot, Count]:
    """Return how each line stands today."""
    term = term_of(today, rule.EVERY)
    reports = standings(session, agreement_id, {one.place.organisation.id for one in asked})
    judged: Mapping[int, Occurrence] = {
        one.obligation_id: one
        for one in session.scalars(
            select(Occurrence).where(
                Occurrence.obligation_id.in_({line.duty.id for line in asked}),
                Occurrence.origin == term.origin,
            )
        )
    }
    return {
        line.spot: _count(
            line, reports.get(line.key, Standing()), judged.get(line.duty.id), today, term
        )
        for line in asked
    }


def _count(
    line: Line, found: Standing, occurrence: Occurrence | None, today: date, term: Term
) -> Count:
    demand, report = demand_on(line.commitment, today), found.report
    valid = share = enough = None
    soon: dict[date, int] = {}
    if report is not None and demand.months is not None:
        trained = [(one.trained_on, one.people) for one in report.trainings]
        valid = rule.valid(trained, today, demand.months)
        for day, people in trained:
            ends = rule.last_day(day, demand.months)
            if today <= ends <= today + SOON:
                soon[ends] = soon.get(ends, 0) + people
        if report.staff:
            share = valid * _WHOLE // report.staff
            if demand.share is not None:
                enough = valid >= needed(demand.share, report.staff)
    return Count(
        line=line,
        standing=found,
        demand=demand,
        occurrence=occurrence,
        valid=valid,
        share=share,
        enough=enough,
        soon=tuple(sorted(soon.items())),
        current=report is not None and term.first <= report.as_of <= term.last,
    )
