"""Works out what self-reports show, each time from everything there is, and files it."""

from dataclasses import replace
from datetime import date, datetime
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Obligation
from atagande_agreements.commitments.queries import owed
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.filing import Shown, Told, recount
from atagande_agreements.filing import report as file_report
from atagande_agreements.periods import Term
from atagande_agreements.standing.models import RULE_OF, SelfReport, Subject
from atagande_agreements.standing.queries import meetings_report, unasked


def shown_by(report: SelfReport) -> Shown:
    """Return what a report of active work or of services shows by itself."""
    if report.subject is Subject.ACTIVE_WORK:
        return Shown(kept_on=report.reported_on, counted=int(bool(report.works)), total=1)
    number = report.number or 0
    return Shown(kept_on=report.reported_on, counted=number, total=number)


def shown_asked(
    session: Session, agreement_id: int, organisation_id: int, first: date, last: date
) -> Shown:
    """Return what is known of a municipality's asking from `first` to `last`.

    Every registered enquiry counts; a case reported as left unasked is in the total only.
    """
    asked = session.scalars(
        select(func.count())
        .select_from(Enquiry)
        .where(
            Enquiry.agreement_id == agreement_id,
            Enquiry.organisation_id == organisation_id,
            Enquiry.sent_on >= first,
            Enquiry.sent_on <= last,
        )
    ).one()
    report = unasked(session, organisation_id, first, last)
    if report is None:
        return Shown(counted=asked, total=asked)
    return Shown(kept_on=report.reported_on, counted=asked, total=asked + (report.number or 0))


def with_reported(
    session: Session, agreement_id: int, first: date, last: date, *, held: Shown
) -> Shown:
    """Return what is known of the steering meetings of `first`..`last`, held here or reported.

    `held` is what the calendar knows. The association reports all of the year's meetings, so the
    higher number of the two is the one that counts.
    """
    report = meetings_report(session, agreement_id, first, last)
    if report is None:
        return held
    number = report.number or 0
    return replace(
        held,
        kept_on=report.reported_on,
        counted=max(held.counted, number),
        total=max(held.total, number),
    )


def file_asked(
    session: Session,
    *,
    agreement_id: int,
    organisation_id: int,
    day: date,
    told: Told | None,
    now: datetime,
) -> None:
    """Judge a municipality's asking anew in the half-year of a local date.

    `told` is the report, or None where nothing new was said.
    """
    subject = Subject.UNASKED
    recount(
        session,
        owed(
            session,
            agreement_id,
            rule=RULE_OF[subject],
            subject=subject,
            organisation_id=organisation_id,
        ),
        day=day,
        count=partial(shown_asked, session, agreement_id, organisation_id),
        told=told,
        now=now,
    )


def file_self_report(
    session: Session,
    *,
    report: SelfReport,
    term: Term,
    obligations: list[Obligation],
    told: Told,
    held: Shown,
    now: datetime,
) -> None:
    """Judge what a report is about anew."""
    if report.subject is Subject.UNASKED:
        file_asked(
            session,
            agreement_id=report.agreement_id,
            organisation_id=report.organisation_id,
            day=report.last_on,
            told=told,
            now=now,
        )
        return
    shown = shown_by(report)
    if report.subject is Subject.MEETINGS:
        shown = with_reported(
            session, report.agreement_id, report.first_on, report.last_on, held=held
        )
    for obligation in obligations:
        file_report(
            session,
            obligation=obligation,
            origin=term.origin,
            event_on=report.last_on,
            shown=shown,
            told=told,
            now=now,
        )
