"""The demo's certificates, and enquiries that show how letters, corrections and passing on look.

By half-year, counted back from the last that is over: the one nobody could be judged by, one with
a clinic that kept to it, one that did not and said why, and one that nobody reported on; then one
with a correction and a number too small to show.
"""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.certificates.counts import BySex, Counts
from atagande_agreements.certificates.queries import own_report
from atagande_agreements.certificates.terms import before, latest_ended
from atagande_agreements.certificates.verbs import report_certificates, state
from atagande_agreements.civil_time import add_working_days, local_date
from atagande_agreements.enquiries.models import Addressee, Channel, Enquiry
from atagande_agreements.enquiries.verbs import (
    answer_enquiry,
    correct_answer,
    forward_enquiry,
    register_enquiry,
)
from atagande_agreements.periods import Term
from atagande_plugin.demo import script
from atagande_plugin.demo.year import Event, Year

SOLLENTUNA, VASBY, SIGTUNA = (
    "samordnare@sollentuna.example",
    "samordnare@upplandsvasby.example",
    "enhetschef@sigtuna.example",
)
#: Days after a half-year that its reports come, and those of a correction and a statement.
REPORTED, CORRECTED, STATED = 12, 20, 25
#: The association has been here for so many days when its first reports come.
ARRIVED = -395
STATEMENT = (
    "Fyra av intygen skrevs av hyrläkare som inte kände till överenskommelsen. De får numera vår "
    "mall vid introduktionen, och vi läser intygen innan de skickas."
)


class Told(NamedTuple):
    """One municipality's figures of one clinic."""

    who: str
    clinic: str
    counts: Counts


FIRST = (
    Told(SOLLENTUNA, "sollentuna-mottagning", Counts(17, 4, 2)),
    Told(VASBY, "sigtuna-upplands-vasby-mottagning", Counts(12, 3, 1)),
)
SECOND = (
    Told(SOLLENTUNA, "sollentuna-mottagning", Counts(24, 1, 1, BySex(14, 10, 1, 0))),
    Told(VASBY, "sollentuna-mottagning", Counts(6, 0, 0)),
    Told(SIGTUNA, "sigtuna-upplands-vasby-mottagning", Counts(15, 4, 2, BySex(9, 6, 3, 1))),
    Told(VASBY, "sigtuna-upplands-vasby-mottagning", Counts(18, 3, 3)),
)
LATEST = (
    Told(SOLLENTUNA, "sollentuna-mottagning", Counts(21, 2, 1, BySex(12, 9, 1, 1))),
    Told(SIGTUNA, "sigtuna-upplands-vasby-mottagning", Counts(11, 1, 0)),
    Told(VASBY, "sigtuna-upplands-vasby-mottagning", Counts(14, 5, 1)),
    Told(SOLLENTUNA, "psykosmottagningen", Counts(7, 3, 1)),
)
#: What was wrong in the latest: four had stated it on a page of their own.
RIGHT = Told(VASBY, "sigtuna-upplands-vasby-mottagning", Counts(14, 1, 1))
#: Enquiries to a doctor by name, so many days before the end of the latest half-year.
TO_A_DOCTOR = ((45, "K4AB-N7PX"), (38, "R9TC-W2MD"))


def events(year: Year) -> None:
    """Put the certificates, and what more shows of enquiries, in the script."""
    latest = latest_ended(year.today)
    second = before(latest)
    first = before(second)
    reported = max(_after(first, REPORTED), year.on(ARRIVED))
    for index, (term, told, day) in enumerate(
        (
            (first, FIRST, reported),
            (second, SECOND, _after(second, REPORTED)),
            (latest, LATEST, _after(latest, REPORTED)),
        )
    ):
        for number, one in enumerate(told):
            year.add(day, time(9 + index, 10 * number), _tell(year, term, one))
    year.add(_after(latest, CORRECTED), time(10, 20), _tell(year, latest, RIGHT))
    year.add(_after(second, STATED), time(13, 5), _say(year, second))
    for ago, reference in TO_A_DOCTOR:
        sent_on = script.working_day(latest.last - timedelta(days=ago))
        _enquiry(year, sent_on, reference)


def _after(term: Term, days: int) -> date:
    return script.working_day(term.last + timedelta(days=days))


def _tell(year: Year, term: Term, told: Told) -> Event:
    def tell(session: Session, at: datetime) -> None:
        person = year.person(session, told.who)
        unit = year.units[told.clinic]
        known = own_report(session, year.agreement.id, unit.id, term, person.organisation_id)
        report_certificates(
            session,
            agreement=year.agreement,
            unit=unit,
            term=term,
            counts=told.counts,
            person=person,
            version=known.report.version if known else 0,
            now=at,
        )

    return tell


def _say(year: Year, term: Term) -> Event:
    def say(session: Session, at: datetime) -> None:
        state(
            session,
            agreement=year.agreement,
            unit=year.units["sigtuna-upplands-vasby-mottagning"],
            term=term,
            text=STATEMENT,
            person=year.person(session, "enhetschef.sigtuna-vasby@psykiatri.example"),
            now=at,
        )

    return say


def _enquiry(year: Year, sent_on: date, reference: str) -> None:
    """Ask a doctor by name; the question is passed on, and the answer's date is wrong at first."""
    answered_on = add_working_days(sent_on, 6)

    def ask(session: Session, at: datetime) -> None:
        register_enquiry(
            session,
            agreement=year.agreement,
            unit=year.units["sigtuna-upplands-vasby-mottagning"],
            person=year.person(session, SIGTUNA),
            sent_on=local_date(at),
            reference=reference,
            channel=Channel.LETTER,
            addressee=Addressee.DOCTOR,
            now=at,
        )

    def known(session: Session) -> Enquiry:
        return session.scalars(select(Enquiry).where(Enquiry.reference == reference)).one()

    def forward(session: Session, at: datetime) -> None:
        enquiry = known(session)
        forward_enquiry(
            session,
            enquiry=enquiry,
            forwarded_on=local_date(at),
            person=year.person(session, SIGTUNA),
            version=enquiry.version,
            now=at,
        )

    def answer(session: Session, at: datetime) -> None:
        answer_enquiry(
            session,
            enquiry=known(session),
            answered_on=local_date(at),
            person=year.person(session, SIGTUNA),
            now=at,
        )

    def correct(session: Session, at: datetime) -> None:
        enquiry = known(session)
        correct_answer(
            session,
            enquiry=enquiry,
            answered_on=add_working_days(sent_on, 4),
            person=year.person(session, SIGTUNA),
            version=enquiry.version,
            now=at,
        )

    year.add(sent_on, time(10, 40), ask)
    year.add(add_working_days(sent_on, 2), time(11, 10), forward)
    year.add(answered_on, time(15, 20), answer)
    year.add(add_working_days(answered_on, 1), time(9, 15), correct)
