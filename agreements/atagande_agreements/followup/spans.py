"""Reads how every obligation stands in several periods at once, in few queries.

The period that is looked at, the one before it and every step of the trend are counted from the
same rows, so that they can't contradict each other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, case, func, or_, select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import (
    Commitment,
    CommitmentParameter,
    Obligation,
    Occurrence,
    Parameter,
    ParameterDecision,
    Status,
)
from atagande_agreements.followup.cases import CASE_RULES
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.rollup import by_month, split
from atagande_agreements.followup.status import Counts, Standing, standing
from atagande_agreements.parties.heirs import valid_within
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.register.models import Section
from atagande_agreements.rules import PERMISSION

_Place = tuple[str, int, int | None]
_NOTHING = Counts()


@dataclass(frozen=True, slots=True)
class Judge:
    """A parameter that judges a clause, with the local date its first decision applies from."""

    key: str
    label: str
    label_en: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Clause:
    """A commitment of a version, with what it is judged by."""

    key: str
    title: str
    title_en: str
    rule: str
    section: str
    section_en: str
    judges: tuple[Judge, ...]

    @property
    def followed(self) -> bool:
        """Tell whether it can be kept or not; a permission can't."""
        return self.rule != PERMISSION

    def missing(self, day: date) -> tuple[Judge, ...]:
        """Return the parameters that nothing was decided about by a local date."""
        return tuple(one for one in self.judges if one.since is None or one.since > day)


def clauses(session: Session, version_id: int) -> dict[str, Clause]:
    """Return a version's commitments in order, by key."""
    first_decided = (
        select(func.min(ParameterDecision.valid_from))
        .where(ParameterDecision.parameter_id == Parameter.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Commitment.key,
            Commitment.title,
            Commitment.title_en,
            Commitment.rule,
            Section.title.label("section"),
            Section.title_en.label("section_en"),
            Parameter.key.label("parameter"),
            Parameter.label,
            Parameter.label_en,
            first_decided.label("since"),
        )
        .join(Section, Section.id == Commitment.section_id)
        .outerjoin(
            CommitmentParameter,
            (CommitmentParameter.commitment_id == Commitment.id) & CommitmentParameter.judges,
        )
        .outerjoin(Parameter, Parameter.id == CommitmentParameter.parameter_id)
        .where(Commitment.version_id == version_id)
        .order_by(Section.position, Commitment.position, Parameter.position)
    )
    found: dict[str, Clause] = {}
    for row in rows:
        known = found.get(row.key)
        judges = () if known is None else known.judges
        if row.parameter is not None:
            judges = (*judges, Judge(row.parameter, row.label, row.label_en, row.since))
        found[row.key] = Clause(
            row.key, row.title, row.title_en, row.rule, row.section, row.section_en, judges
        )
    return found


@dataclass(frozen=True, slots=True)
class Owed:
    """One obligation: who owes what, since when it can, and the ids of its rows."""

    key: str
    #: Columns of the organisation and the unit, by name.
    row: Any
    ids: tuple[int, ...]
    #: First and last local date as a party; None: open.
    first: date | None
    last: date | None

    @property
    def place(self) -> _Place:
        """Return the place in the matrix."""
        return self.key, self.row.organisation_id, self.row.unit_id

    def is_within(self, period: Period) -> bool:
        """Tell whether its party is one on some day of a period."""
        return (self.first is None or self.first <= period.last) and (
            self.last is None or self.last >= period.first
        )


def owed(session: Session, agreement_id: int, version_id: int, whole: Period) -> list[Owed]:
    """Return the obligations of a version whose party is one within a span.

    In the order of the parties. What the same place owed under earlier versions comes with it.
    """
    rows = session.execute(
        select(
            Obligation.id,
            Commitment.key.label("clause"),
            Commitment.version_id,
            Obligation.organisation_id,
            Obligation.unit_id,
            Organisation.key.label("organisation"),
            Organisation.kind,
            Organisation.name,
            Organisation.short_name,
            Organisation.valid_from,
            Organisation.valid_to,
            Unit.key.label("unit"),
            Unit.name.label("unit_name"),
            Unit.short_name.label("unit_short_name"),
            Unit.valid_from.label("unit_from"),
            Unit.valid_to.label("unit_to"),
        )
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(Organisation, Organisation.id == Obligation.organisation_id)
        .outerjoin(Unit, Unit.id == Obligation.unit_id)
        .where(
            Obligation.agreement_id == agreement_id,
            valid_within(Organisation, whole.first, whole.last),
            # Of no unit at all, every date is as empty.
            valid_within(Unit, whole.first, whole.last),
        )
        .order_by(
            Organisation.position,
            Organisation.id,
            Obligation.unit_id.is_not(None),
            Unit.position,
            Unit.id,
            Obligation.id,
        )
    ).all()
    ids: dict[_Place, list[int]] = {}
    first: dict[_Place, Row[*tuple[Any, ...]]] = {}
    for row in rows:
        place = (row.clause, row.organisation_id, row.unit_id)
        ids.setdefault(place, []).append(row.id)
        if row.version_id == version_id:
            first[place] = row
    return [
        Owed(
            place[0],
            row,
            tuple(ids[place]),
            max((day for day in (row.valid_from, row.unit_from) if day), default=None),
            min((day for day in (row.valid_to, row.unit_to) if day), default=None),
        )
        for place, row in first.items()
    ]


def counts(
    session: Session, agreement_id: int, periods: Sequence[Period]
) -> dict[Period, dict[int, Counts]]:
    """Count the occurrences of several periods by obligation, whatever days they begin and end.

    Whole months come from the roll-up in one query, the days beside them from the occurrences in
    another.
    """
    parts = {one: split(one) for one in periods}
    found: dict[Period, dict[int, Counts]] = {one: {} for one in periods}

    def add(period: Period, obligation_id: int, here: Counts) -> None:
        known = found[period]
        known[obligation_id] = known.get(obligation_id, _NOTHING).plus(here)

    months = {one: whole for one, (whole, _) in parts.items() if whole is not None}
    if months:
        first = min(one.first for one in months.values())
        last = max(one.last for one in months.values())
        for (number, month), here in by_month(session, agreement_id, first, last).items():
            for one, whole in months.items():
                if month in whole:
                    add(one, number, here)
    days = {Period(*span): one for one, (_, spans) in parts.items() for span in spans}
    if days:
        for span, number, here in _by_day(session, agreement_id, list(days)):
            add(days[span], number, here)
    return found


def _by_day(
    session: Session, agreement_id: int, days: Sequence[Period]
) -> Iterator[tuple[Period, int, Counts]]:
    """Count the occurrences of some spans of days; none of them overlap."""
    part = case(
        *(
            (Occurrence.event_on.between(one.first, one.last), number)
            for number, one in enumerate(days)
        ),
    ).label("part")
    numbers = [
        func.count().filter(Occurrence.status == status)
        for status in (Status.MET, Status.PARTLY, Status.NOT_MET, Status.UNREPORTED)
    ]
    rows = session.execute(
        select(Occurrence.obligation_id, part, *numbers, func.count())
        .where(
            Occurrence.agreement_id == agreement_id,
            or_(*(Occurrence.event_on.between(one.first, one.last) for one in days)),
        )
        # By its name: the same expression written twice is two to PostgreSQL.
        .group_by(Occurrence.obligation_id, part)
    )
    for obligation_id, number, *figures in rows:
        yield days[number], obligation_id, Counts(*figures)


def standings(
    known: Mapping[str, Clause],
    duties: Sequence[Owed],
    counted: Mapping[Period, Mapping[int, Counts]],
    period: Period,
) -> Iterator[tuple[Owed, Standing]]:
    """Return how each obligation stands in a period that its party has a day of.

    What is one person's case stands as in the whole quarters that the period touches.
    """
    decided = {key: not one.missing(period.last) for key, one in known.items()}
    for duty in duties:
        if not duty.is_within(period):
            continue
        clause = known[duty.key]
        counts = counted[period.widened if clause.rule in CASE_RULES else period]
        here = _NOTHING
        for one in duty.ids:
            here = here.plus(counts.get(one, _NOTHING))
        yield duty, standing(here, followed=clause.followed, decided=decided[duty.key])
