"""Reads self-reports: what counts of a term, and what waits to be reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence
from atagande_agreements.commitments.queries import agreements
from atagande_agreements.commitments.terms import span_of
from atagande_agreements.parties.models import Organisation
from atagande_agreements.register.models import Agreement, AgreementVersion, VersionState
from atagande_agreements.rules import TERMLY
from atagande_agreements.rules.verdict import REPORT_DAYS
from atagande_agreements.standing.models import RULE_OF, SelfReport, Subject
from atagande_agreements.standing.when import Window, choose, terms_to_report, window


def _last_revision() -> ColumnElement[bool]:
    """Return the condition that no later revision of a report is there."""
    later = aliased(SelfReport)
    return ~(
        select(later.id)
        .where(
            later.agreement_id == SelfReport.agreement_id,
            later.organisation_id == SelfReport.organisation_id,
            later.subject == SelfReport.subject,
            later.term == SelfReport.term,
            later.revision > SelfReport.revision,
        )
        .exists()
    )


def latest(
    session: Session, *, agreement_id: int, organisation_id: int, subject: Subject, term: str
) -> SelfReport | None:
    """Return the revision that counts of a party's report of a term ("2026-H1"), or None."""
    return session.scalars(
        select(SelfReport)
        .where(
            SelfReport.agreement_id == agreement_id,
            SelfReport.organisation_id == organisation_id,
            SelfReport.subject == subject,
            SelfReport.term == term,
        )
        .order_by(SelfReport.revision.desc())
        .limit(1)
    ).one_or_none()


def meetings_report(
    session: Session, agreement_id: int, first: date, last: date
) -> SelfReport | None:
    """Return what counts of the steering meetings reported for `first`..`last`, or None."""
    return session.scalars(
        _of_span(Subject.MEETINGS, first, last).where(SelfReport.agreement_id == agreement_id)
    ).one_or_none()


def unasked(session: Session, organisation_id: int, first: date, last: date) -> SelfReport | None:
    """Return what a municipality reported of cases left unasked in `first`..`last`, or None."""
    return session.scalars(
        _of_span(Subject.UNASKED, first, last).where(SelfReport.organisation_id == organisation_id)
    ).one_or_none()


def _of_span(subject: Subject, first: date, last: date) -> Select[SelfReport]:
    """Select the last revision of the last report about a span of local dates."""
    return (
        select(SelfReport)
        .where(
            SelfReport.subject == subject,
            SelfReport.first_on <= last,
            SelfReport.last_on >= first,
        )
        .order_by(SelfReport.last_on.desc(), SelfReport.revision.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One term of one subject that a party has to report, or has reported."""

    subject: Subject
    window: Window
    #: The clauses it speaks for, the first by their order in the agreement.
    obligations: tuple[Obligation, ...]
    #: What counts of this term, or None.
    report: SelfReport | None
    #: What counts of the latest earlier term, to fill the form from.
    before: SelfReport | None
    #: How the first clause stands in the term; None until the sweep has opened it.
    occurrence: Occurrence | None

    @property
    def key(self) -> str:
        """Return the clause's key ("K1")."""
        return self.obligations[0].commitment.key

    def late(self, today: date) -> bool:
        """Tell whether the time for the report is over and there is none."""
        return self.report is None and today > self.window.closes_on


@dataclass(frozen=True, slots=True)
class Subjects:
    """Everything a party reports of one subject on a day: the term to report, and the others."""

    subject: Subject
    #: The term to report or to look at, or None if the party owes nothing now.
    chosen: Line | None
    #: Both terms that can be opened, oldest first.
    lines: tuple[Line, ...]


def duties(
    session: Session, agreement_id: int, organisation_id: int
) -> dict[Subject, list[Obligation]]:
    """Return the obligations of a party that it reports on itself, by subject."""
    rows = session.scalars(
        select(Obligation)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(AgreementVersion, AgreementVersion.id == Commitment.version_id)
        .where(
            Obligation.agreement_id == agreement_id,
            Obligation.organisation_id == organisation_id,
            Obligation.unit_id.is_(None),
            AgreementVersion.state == VersionState.IN_FORCE,
            or_(
                *(
                    and_(Commitment.rule == rule, Commitment.subject == subject)
                    for subject, rule in RULE_OF.items()
                )
            ),
        )
        .options(joinedload(Obligation.commitment), joinedload(Obligation.organisation))
        .order_by(Commitment.position)
    )
    found: dict[Subject, list[Obligation]] = {}
    for row in rows:
        found.setdefault(Subject(row.commitment.subject), []).append(row)
    return found


def followed_from(session: Session, agreement_id: int) -> date:
    """Return the local date from which an agreement is followed up here."""
    imported, valid_from = session.execute(
        select(func.min(AgreementVersion.imported_at), func.min(Agreement.valid_from))
        .join(Agreement, Agreement.id == AgreementVersion.agreement_id)
        .where(Agreement.id == agreement_id)
    ).one()
    return max(local_date(imported), valid_from)


def open_windows(
    subject: Subject, obligation: Obligation, since: date, today: date
) -> list[Window]:
    """Return the terms a party can report on a local date, oldest first; see `standing.when`."""
    every = TERMLY[RULE_OF[subject]]
    found = []
    for term in terms_to_report(today, every):
        span = span_of(obligation, term)
        if span is not None and term.last >= since and span[0] <= today:
            found.append(window(term, span, every))
    return found


def overview(
    session: Session, *, agreement_id: int, organisation_id: int, today: date
) -> list[Subjects]:
    """Return what a party has to report on a local date, subject by subject."""
    owed = duties(session, agreement_id, organisation_id)
    if not owed:
        return []
    since = followed_from(session, agreement_id)
    reports = session.scalars(
        select(SelfReport)
        .where(
            SelfReport.agreement_id == agreement_id,
            SelfReport.organisation_id == organisation_id,
            _last_revision(),
        )
        .order_by(SelfReport.last_on.desc())
        # Four terms of each subject: enough to fill a form from.
        .limit(4 * len(Subject))
        .options(joinedload(SelfReport.reported_by))
    ).all()
    by_subject = {
        subject: open_windows(subject, obligations[0], since, today)
        for subject, obligations in owed.items()
    }
    standing = _standing(session, owed, by_subject)
    found = []
    for subject, windows in by_subject.items():
        told = [one for one in reports if one.subject is subject]
        lines = tuple(
            Line(
                subject=subject,
                window=one,
                obligations=tuple(owed[subject]),
                report=next((row for row in told if row.term == one.term.key), None),
                before=next((row for row in told if row.last_on < one.first), None),
                occurrence=standing.get((owed[subject][0].id, one.term.origin)),
            )
            for one in windows
        )
        picked = choose(windows, {row.term for row in told}, today)
        chosen = next((line for line in lines if line.window is picked), None)
        found.append(Subjects(subject, chosen, lines))
    return found


def _standing(
    session: Session,
    owed: dict[Subject, list[Obligation]],
    windows: dict[Subject, list[Window]],
) -> dict[tuple[int, str], Occurrence]:
    """Return how the first clause of each subject stands in its terms."""
    rows = session.scalars(
        select(Occurrence).where(
            Occurrence.obligation_id.in_([some[0].id for some in owed.values()]),
            Occurrence.origin.in_({one.term.origin for some in windows.values() for one in some}),
        )
    )
    return {(row.obligation_id, row.origin): row for row in rows}


def is_awaited(line: Line, today: date) -> bool:
    """Tell whether it is time to report a term: see `awaiting`."""
    return today > line.window.due_on - timedelta(days=REPORT_DAYS)


def awaiting(
    session: Session,
    organisation_id: int,
    unit_id: int | None,  # noqa: ARG001 - a report is the whole organisation's, whatever the unit
    today: date,
    *,
    agreement_id: int | None = None,
) -> list[Line]:
    """Return the terms whose report an organisation has to give now, the first to be over first.

    A half-year waits from its end until its reporting time is over; it may be reported before,
    but need not. A year is judged the day it ends, so it waits during its last days too.
    `agreement_id` is the one in force, unless said.
    """
    if agreement_id is None:
        organisation = session.get_one(Organisation, organisation_id)
        found = agreements(session, organisation.association_id, today)
        if not found:
            return []
        agreement_id = found[0].agreement.id
    lines = [
        one.chosen
        for one in overview(
            session, agreement_id=agreement_id, organisation_id=organisation_id, today=today
        )
        if one.chosen is not None and one.chosen.report is None and is_awaited(one.chosen, today)
    ]
    return sorted(lines, key=lambda line: line.window.due_on)


def history(session: Session, report: SelfReport) -> Sequence[SelfReport]:
    """Return every revision of a report, the newest first."""
    return session.scalars(
        select(SelfReport)
        .where(
            SelfReport.agreement_id == report.agreement_id,
            SelfReport.organisation_id == report.organisation_id,
            SelfReport.subject == report.subject,
            SelfReport.term == report.term,
        )
        .options(joinedload(SelfReport.reported_by))
        .order_by(SelfReport.revision.desc())
    ).all()


def of_all(agreement_id: int, term: str | None = None) -> Select[SelfReport]:
    """Select what counts of every party's reports, perhaps of one term only."""
    query = select(SelfReport).where(SelfReport.agreement_id == agreement_id, _last_revision())
    return query if term is None else query.where(SelfReport.term == term)


def terms_told(session: Session, agreement_id: int) -> Sequence[str]:
    """Return the keys of the terms that anyone has reported, the newest first."""
    return session.scalars(
        select(SelfReport.term)
        .where(SelfReport.agreement_id == agreement_id)
        .group_by(SelfReport.term)
        .order_by(func.max(SelfReport.last_on).desc(), SelfReport.term)
        .limit(24)
    ).all()
