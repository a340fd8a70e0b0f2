"""Reads the certificates' figures, as each reader may see them.

A municipality sees its own figures and a clinic its own. Everyone else sees what is published of
each clinic, see `figures`; of a single report, only that it was made.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.certificates.evidence import RULE, SUBJECT
from atagande_agreements.certificates.figures import COMPLETED, LACKING, RECEIVED
from atagande_agreements.certificates.models import (
    CertificateReport,
    CertificateRevision,
    CertificateStatement,
)
from atagande_agreements.commitments.models import (
    Commitment,
    Obligation,
    Occurrence,
    ParameterDecision,
)
from atagande_agreements.followup import figures as followup
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import LIMIT, Place
from atagande_agreements.parties.models import Unit
from atagande_agreements.periods import Term
from atagande_agreements.register.models import Agreement

_WHOLE = 100
#: Written for a number that is not shown.
_WITHHELD = "–"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a municipality that reports, a clinic that is reported on, or someone else."""

    organisation_id: int
    unit_id: int | None

    def sees(self, organisation_id: int | None, unit_id: int) -> bool:
        """Tell whether someone sees figures as they are; None for several municipalities' sum."""
        return self.unit_id == unit_id or self.organisation_id == organisation_id


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts as a reader may see them; None: not shown."""

    received: int | None = None
    lacking: int | None = None
    completed: int | None = None
    #: The reader sees them as they are, and not what is published.
    open: bool = False
    #: Said of a small number of received certificates.
    limit: int = LIMIT
    is_small: bool = False

    def text(self, name: str) -> str:
        """Return a count as it is shown."""
        value = self.number(name)
        if value is None:
            return f"<{self.limit}" if self.is_small and name == _WHOLE_OF else _WITHHELD
        return str(value)

    def number(self, name: str) -> int | None:
        """Return a count, or None if it is not shown."""
        value: int | None = getattr(self, name)
        return value

    @property
    def share(self) -> int | None:
        """Return the percentage that stated it, rounded down; None if it would tell too much."""
        if not self.received or self.lacking is None:
            return None
        return (self.received - self.lacking) * _WHOLE // self.received


_WHOLE_OF = "received"


def _reports(agreement_id: int) -> Select[CertificateReport, CertificateRevision]:
    """Select an agreement's reports with the revision in force."""
    return (
        select(CertificateReport, CertificateRevision)
        .join(
            CertificateRevision,
            and_(
                CertificateRevision.report_id == CertificateReport.id,
                CertificateRevision.number == CertificateReport.version,
            ),
        )
        .where(CertificateReport.agreement_id == agreement_id)
        .options(joinedload(CertificateReport.organisation), joinedload(CertificateReport.unit))
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One municipality's report with what it says now, as a reader may see it."""

    report: CertificateReport
    revision: CertificateRevision
    figures: Figures


def _line(report: CertificateReport, revision: CertificateRevision, reader: Reader) -> Line:
    sees = reader.sees(report.organisation_id, report.unit_id)
    return Line(report, revision, _added([revision]) if sees else Figures())


def _sums(
    lines: Sequence[Line], unit: Unit, reader: Reader, published: followup.Figures
) -> Figures:
    """Return a clinic's sum as it is to those who see every line, and to others as published."""
    only = {one.report.organisation_id for one in lines}
    if reader.sees(only.pop() if len(only) == 1 else None, unit.id):
        return _added([one.revision for one in lines])
    place = Place(unit.organisation_id, unit.id)
    received, lacking, completed = (
        published.of(measure, place) for measure in (RECEIVED, LACKING, COMPLETED)
    )
    return Figures(
        received.value if received is not None else None,
        lacking.value if lacking is not None else None,
        completed.value if completed is not None else None,
        limit=published.limit,
        is_small=received is not None and received.is_small,
    )


def _added(revisions: Sequence[CertificateRevision]) -> Figures:
    return Figures(
        sum(one.received for one in revisions),
        sum(one.lacking for one in revisions),
        sum(one.completed for one in revisions),
        open=True,
    )


@dataclass(frozen=True, slots=True)
class Clinic:
    """How a clinic's half-year stands: what each municipality says, the sum, and the verdict."""

    unit: Unit
    lines: Sequence[Line]
    figures: Figures
    occurrence: Occurrence | None
    statements: Sequence[CertificateStatement]


def clinics_of(
    session: Session,
    agreement: Agreement,
    units: Sequence[Unit],
    term: Term,
    reader: Reader,
    *,
    today: date,
) -> list[Clinic]:
    """Return how some clinics stand in a half-year, in their order."""
    agreement_id = agreement.id
    published = followup.read(session, agreement, Period(term.first, term.last), today=today)
    ids = [unit.id for unit in units]
    lines: dict[int, list[Line]] = defaultdict(list)
    for report, revision in session.execute(
        _reports(agreement_id)
        .where(CertificateReport.unit_id.in_(ids), CertificateReport.term == term.key)
        .order_by(CertificateReport.organisation_id)
    ):
        lines[report.unit_id].append(_line(report, revision, reader))
    judged = _judged(session, agreement_id, ids, term)
    said = _statements(session, agreement_id, ids, term)
    found = []
    for unit in units:
        own = lines[unit.id]
        sums = _sums(own, unit, reader, published)
        found.append(Clinic(unit, own, sums, judged.get(unit.id), said[unit.id]))
    return found


def _judged(
    session: Session, agreement_id: int, unit_ids: Sequence[int], term: Term
) -> Mapping[int, Occurrence]:
    rows = session.execute(
        select(Obligation.unit_id, Occurrence)
        .join(Occurrence, Occurrence.obligation_id == Obligation.id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(
            Obligation.agreement_id == agreement_id,
            Obligation.unit_id.in_(unit_ids),
            Commitment.rule == RULE,
            Commitment.subject == SUBJECT,
            Occurrence.origin == term.origin,
        )
        .options(
            joinedload(Occurrence.parameter_decision).options(
                joinedload(ParameterDecision.decision), joinedload(ParameterDecision.parameter)
            )
        )
        .order_by(Occurrence.id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def _statements(
    session: Session, agreement_id: int, unit_ids: Sequence[int], term: Term
) -> Mapping[int, Sequence[CertificateStatement]]:
    found: dict[int, list[CertificateStatement]] = defaultdict(list)
    for one in session.scalars(
        select(CertificateStatement)
        .where(
            CertificateStatement.agreement_id == agreement_id,
            CertificateStatement.unit_id.in_(unit_ids),
            CertificateStatement.term == term.key,
        )
        .options(joinedload(CertificateStatement.person))
        .order_by(CertificateStatement.number)
    ):
        found[one.unit_id].append(one)
    return found


def own_report(
    session: Session, agreement_id: int, unit_id: int, term: Term, organisation_id: int
) -> Line | None:
    """Return what a municipality says of a clinic's half-year, or None."""
    row = session.execute(
        _reports(agreement_id).where(
            CertificateReport.unit_id == unit_id,
            CertificateReport.term == term.key,
            CertificateReport.organisation_id == organisation_id,
        )
    ).one_or_none()
    return None if row is None else _line(row[0], row[1], Reader(organisation_id, None))


def revisions(session: Session, report_ids: Sequence[int]) -> Sequence[CertificateRevision]:
    """Return everything that some reports have said, newest first."""
    return session.scalars(
        select(CertificateRevision)
        .where(CertificateRevision.report_id.in_(report_ids))
        .options(
            joinedload(CertificateRevision.reported_by),
            joinedload(CertificateRevision.report).joinedload(CertificateReport.organisation),
        )
        .order_by(CertificateRevision.reported_at.desc(), CertificateRevision.id.desc())
    ).all()


def lines(
    session: Session,
    agreement_id: int,
    reader: Reader,
    *,
    term: str | None = None,
    after: int = 0,
    limit: int,
) -> list[Line]:
    """Return a part of all reports in the order they were first made, from above a number."""
    query = _reports(agreement_id).where(CertificateReport.id > after)
    if term is not None:
        query = query.where(CertificateReport.term == term)
    rows = session.execute(query.order_by(CertificateReport.id).limit(limit))
    return [_line(row[0], row[1], reader) for row in rows]


def one(session: Session, agreement_id: int, number: int, reader: Reader) -> Line | None:
    """Return one report, or None."""
    row = session.execute(
        _reports(agreement_id).where(CertificateReport.id == number)
    ).one_or_none()
    return None if row is None else _line(row[0], row[1], reader)
