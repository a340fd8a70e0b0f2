"""Takes self-reports and their corrections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.evidence import Shown, Told
from atagande_agreements.errors import Forbidden, Stale
from atagande_agreements.parties.models import Person
from atagande_agreements.register.models import Agreement
from atagande_agreements.standing import queries
from atagande_agreements.standing.errors import (
    AnswerMissing,
    NotToReport,
    PartsExceed,
    ReportedBeforeTerm,
    ReportedInFuture,
    ReportingOver,
    WholeMissing,
)
from atagande_agreements.standing.evidence import file_self_report
from atagande_agreements.standing.models import SelfReport, Subject
from atagande_agreements.standing.services import count_valid
from atagande_agreements.standing.when import Window


@dataclass(frozen=True, slots=True)
class Said:
    """What a party says of a term."""

    #: Active work: yes or no. Everything else: None.
    works: bool | None = None
    #: Active work: people in the target group and parts of them, where counted.
    people: int | None = None
    women: int | None = None
    men: int | None = None
    rehabilitated: int | None = None
    #: Cases left unasked, or meetings held. Services are counted from the list.
    number: int | None = None
    comment: str = ""


def report_standing(
    session: Session,
    *,
    agreement: Agreement,
    subject: Subject,
    term: str,
    said: Said,
    person: Person,
    now: datetime,
    reported_on: date | None = None,
    revision: int | None = None,
    held: Shown | None = None,
) -> SelfReport:
    """Take what `person`'s organisation says of a term ("2026-H1"), as a new revision.

    `reported_on` is the local date it speaks of, today unless said. `revision` is the one its
    author had read, 0 for none; None when the caller has just read it. The same thing said again
    changes nothing. `held` is what the calendar knows, for the steering group's meetings.
    """
    today = local_date(now)
    day = reported_on or today
    owed = queries.duties(session, agreement.id, person.organisation_id).get(subject)
    if not owed:
        raise Forbidden
    since = queries.followed_from(session, agreement.id)
    window = _window(queries.open_windows(subject, owed[0], since, today), term)
    _check_day(day, today, window, agreement)
    number = _checked(said, subject)
    if subject is Subject.SERVICES:
        number = count_valid(session, person.organisation_id, day)
    latest = queries.latest(
        session,
        agreement_id=agreement.id,
        organisation_id=person.organisation_id,
        subject=subject,
        term=term,
    )
    report = SelfReport(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        organisation_id=person.organisation_id,
        subject=subject,
        term=term,
        first_on=window.first,
        last_on=window.last,
        revision=1 + (latest.revision if latest is not None else 0),
        reported_on=day,
        works=said.works,
        people=said.people,
        women=said.women,
        men=said.men,
        rehabilitated=said.rehabilitated,
        number=number,
        comment=said.comment,
        reported_by_id=person.id,
        reported_at=now,
    )
    if latest is not None and _content(latest) == _content(report):
        return latest
    if revision is not None and revision != report.revision - 1:
        raise Stale
    if latest is not None:
        _check_open(latest, window, today)
    try:
        with session.begin_nested():
            session.add(report)
            session.flush()
    except IntegrityError as error:
        raise Stale from error
    file_self_report(
        session,
        report=report,
        term=window.term,
        obligations=owed,
        told=Told(f"self-report:{report.id}", day, person),
        held=held or Shown(),
        now=now,
    )
    audit.record(
        session,
        audit.Change(
            association_id=agreement.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="self_report.given" if latest is None else "self_report.corrected",
            object_type="self_report",
            object_id=report.id,
            changes={
                "subject": (None, subject),
                "term": (None, term),
                "revision": (latest.revision if latest is not None else None, report.revision),
            },
        ),
    )
    return report


def _window(windows: Sequence[Window], term: str) -> Window:
    for one in windows:
        if one.term.key == term:
            return one
    raise NotToReport(field="term", term=term)


def _check_day(day: date, today: date, window: Window, agreement: Agreement) -> None:
    if day > today:
        raise ReportedInFuture(field="reported_on", day=day)
    if day < agreement.valid_from:
        raise BeforeAgreement(field="reported_on", day=day, valid_from=agreement.valid_from)
    if day < window.first:
        raise ReportedBeforeTerm(field="reported_on", day=day, first=window.first)


def _checked(said: Said, subject: Subject) -> int | None:
    """Return the number that was said; refuse what is missing or does not add up."""
    if subject is Subject.ACTIVE_WORK:
        if said.works is None:
            raise AnswerMissing(field="works")
        _check_parts(said)
        return None
    if said.number is None and subject is not Subject.SERVICES:
        raise AnswerMissing(field="number")
    return said.number


def _check_parts(said: Said) -> None:
    parts = (said.women, said.men, said.rehabilitated)
    if said.people is None:
        if any(part is not None for part in parts):
            raise WholeMissing(field="people")
        return
    if (said.women or 0) + (said.men or 0) > said.people:
        raise PartsExceed(field="women", people=said.people)
    if (said.rehabilitated or 0) > said.people:
        raise PartsExceed(field="rehabilitated", people=said.people)


def _check_open(latest: SelfReport, window: Window, today: date) -> None:
    """Refuse a correction when the time is over; one given late is corrected the same day."""
    closes_on = max(window.closes_on, local_date(latest.reported_at))
    if today > closes_on:
        raise ReportingOver(day=closes_on)


def _content(report: SelfReport) -> tuple[object, ...]:
    return (
        report.reported_on,
        report.works,
        report.people,
        report.women,
        report.men,
        report.rehabilitated,
        report.number,
        report.comment,
    )
