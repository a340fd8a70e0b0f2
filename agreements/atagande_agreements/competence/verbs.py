"""Files competence reports, and tells the commitments that ask for them what they show.

1. Lock the organisation, so that two units that report at once both count.
2. Refuse what can't be true, and what someone else has replaced meanwhile.
3. Add the report; the older ones stay, their names do not.
4. Work out each commitment's half-year from all its units' latest reports.
"""

from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit, filing
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.models import Obligation
from atagande_agreements.commitments.queries import owed
from atagande_agreements.commitments.terms import span_of, term_on
from atagande_agreements.competence import queries
from atagande_agreements.competence.counts import Numbers, check_numbers, numbers_in_order
from atagande_agreements.competence.errors import (
    NamesNotYours,
    NotAsked,
    ReportInFuture,
    UnitNotInForce,
)
from atagande_agreements.competence.models import (
    CompetenceName,
    CompetenceReport,
    CompetenceTraining,
)
from atagande_agreements.competence.places import Place
from atagande_agreements.competence.subjects import RULE
from atagande_agreements.errors import Forbidden, Stale
from atagande_agreements.parties.models import Organisation, Person
from atagande_agreements.register.models import Agreement


def report_competence(
    session: Session,
    *,
    agreement: Agreement,
    place: Place,
    subject: str,
    as_of: date,
    numbers: Numbers,
    person: Person,
    now: datetime,
    version: int | None = None,
) -> CompetenceReport:
    """File what a chief says of their place's training in a subject on a local date.

    `version` is the number of the report its author had read, 0 for none; None when the caller
    has just read it. What the latest report says already, for the same date, changes nothing.
    Raises Forbidden to anyone but the place's chief, and Stale when another report came first.
    """
    if not place.answers_to(person) or agreement.association_id != person.association_id:
        raise Forbidden
    duties = [
        duty
        for duty in owed(
            session,
            agreement.id,
            rule=RULE,
            subject=subject,
            organisation_id=place.organisation.id,
        )
        if duty.unit_id in {None, place.ids[1]}
    ]
    if not duties:
        raise NotAsked(field="subject")
    _check_dates(agreement, place, as_of, now)
    check_numbers(numbers, as_of)
    own = place.is_own(person)
    if numbers.named() and not own:
        raise NamesNotYours(field="rows")
    # The lock that a foreign key's check does not wait for (PostgreSQL, FOR NO KEY UPDATE).
    session.execute(
        select(Organisation.id)
        .where(Organisation.id == place.organisation.id)
        .with_for_update(key_share=True)
    )
    known = queries.standing(session, agreement.id, place, subject)
    if known.report is not None and known.report.as_of == as_of:
        names = queries.names_of(session, known.report, person, place)
        if queries.numbers_of(known.report, names) == numbers_in_order(numbers):
            return known.report
    if version is not None and version != known.version:
        raise Stale
    organisation_id, unit_id = place.ids
    by_date = numbers.by_date()
    report = CompetenceReport(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        organisation_id=organisation_id,
        unit_id=unit_id,
        subject=subject,
        number=known.version + 1,
        as_of=as_of,
        staff=numbers.staff,
        trained=sum(by_date.values()),
        reported_by_id=person.id,
        reported_at=now,
        trainings=[
            CompetenceTraining(
                association_id=agreement.association_id, trained_on=day, people=people
            )
            for day, people in by_date.items()
        ],
    )
    _add(session, report)
    if own:
        _keep_names(session, report, numbers)
    _record(session, report, place, now, person)
    for duty in duties:
        _file(session, duty, report, person, now)
    return report


def _check_dates(agreement: Agreement, place: Place, as_of: date, now: datetime) -> None:
    if as_of > local_date(now):
        raise ReportInFuture(field="as_of", day=as_of)
    if as_of < agreement.valid_from:
        raise BeforeAgreement(field="as_of", day=as_of, valid_from=agreement.valid_from)
    if not place.is_open(as_of):
        raise UnitNotInForce(field="as_of", unit=place.name, day=as_of)


def _add(session: Session, report: CompetenceReport) -> None:
    try:
        with session.begin_nested():
            session.add(report)
            session.flush()
    except IntegrityError as error:
        # Another report took the number at the same moment.
        raise Stale from error


def _keep_names(session: Session, report: CompetenceReport, numbers: Numbers) -> None:
    """Keep the names of a place's newest report, and forget those of its older ones."""
    older = queries.of_place(report).where(CompetenceReport.id != report.id)
    session.execute(
        delete(CompetenceName).where(
            CompetenceName.report_id.in_(older.with_only_columns(CompetenceReport.id))
        )
    )
    rows = [
        {
            "association_id": report.association_id,
            "report_id": report.id,
            "trained_on": day,
            "name": name,
        }
        for name, day in numbers.named()
    ]
    if rows:
        session.execute(insert(CompetenceName), rows)


def _record(
    session: Session, report: CompetenceReport, place: Place, now: datetime, person: Person
) -> None:
    audit.record(
        session,
        audit.Change(
            association_id=report.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="competence.reported",
            object_type="competence_report",
            object_id=report.id,
            changes={
                "place": (None, place.key),
                "subject": (None, report.subject),
                "as_of": (None, report.as_of),
                "staff": (None, report.staff),
                "trained": (None, report.trained),
            },
        ),
    )


def _file(
    session: Session,
    duty: Obligation,
    report: CompetenceReport,
    person: Person,
    now: datetime,
) -> None:
    """Tell a commitment what its party's reports of the half-year show together."""
    term = term_on(session, duty.commitment, report.as_of)
    span = span_of(duty, term)
    if span is None:
        return
    filing.report(
        session,
        obligation=duty,
        origin=term.origin,
        event_on=span[1],
        shown=queries.shown(session, duty, span),
        told=filing.Told(f"competence:{report.id}", report.as_of, person),
        now=now,
    )
