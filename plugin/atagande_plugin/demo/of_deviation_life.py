"""The demo's deviations in all their states: measures, a contest, one cause, a late answer.

Each begins with an enquiry of its own, sent so many days before today that its deviation is where
it should be at the steering group's meetings (`script.STEERING_MEETINGS`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements import escalation
from atagande_agreements.civil_time import add_working_days, local_date
from atagande_agreements.commitments.models import Occurrence
from atagande_agreements.deviations import decisions, merging, verbs
from atagande_agreements.deviations.models import Deviation, DeviationState, Ending
from atagande_agreements.enquiries.models import Addressee, Channel, Enquiry
from atagande_agreements.enquiries.verbs import answer_enquiry, register_enquiry
from atagande_agreements.ladder.models import Rung
from atagande_agreements.ladder.queries import ladder_on, next_rung
from atagande_plugin.demo import script
from atagande_plugin.demo.year import ADMINISTRATOR, CHAIR, Event, Year

CLINICS = {
    "sollentuna-mottagning": "enhetschef.sollentuna@psykiatri.example",
    "sigtuna-upplands-vasby-mottagning": "enhetschef.sigtuna-vasby@psykiatri.example",
    "psykosmottagningen": "enhetschef.psykos@psykiatri.example",
}
SOLLENTUNA, VASBY, PSYCHOSIS = CLINICS
#: Days before today of the group's last three meetings.
SPRING, SUMMER, LATEST = script.STEERING_MEETINGS[-3:]
#: The group meets in the morning about these, before it closes what else has been replied to.
MEETS, TELLS = time(11), time(13)


@dataclass(frozen=True, slots=True)
class Missed:
    """An enquiry that was not answered in time, so many days before today that it was sent."""

    reference: str
    ago: int
    convener: str
    clinic: str
    #: Days from it to the answer; None: none has come.
    answered: int | None = None


DONE = Missed("H3MD-K8WQ", 264, "samordnare@sollentuna.example", SOLLENTUNA, 26)
OVERDUE = Missed("H5RT-N2VX", 172, "samordnare@upplandsvasby.example", PSYCHOSIS)
REOPENED = Missed("H6QA-P7ZD", 170, "enhetschef@sigtuna.example", VASBY, 27)
WAITING = Missed("H8XK-T4MB", 84, "samordnare@sollentuna.example", SOLLENTUNA, 23)
OTHERS = Missed("H9BN-W6RC", 83, "samordnare@sollentuna.example", PSYCHOSIS, 24)
WITHDRAWN = Missed("J2VP-C9HT", 60, "samordnare@upplandsvasby.example", VASBY)
CONTESTED = Missed("J4DW-M3QK", 44, "enhetschef@sigtuna.example", VASBY)
TOGETHER = (
    Missed("J5TF-R8XA", 45, "samordnare@sollentuna.example", SOLLENTUNA, 24),
    Missed("J7KC-V2NB", 45, "samordnare@sollentuna.example", PSYCHOSIS),
)
MISSED = (DONE, OVERDUE, REOPENED, WAITING, OTHERS, WITHDRAWN, CONTESTED, *TOGETHER)

CONTEST = (
    "Svaret lämnades med brev den nionde arbetsdagen, och vi har avsändningslistan kvar. Vi anser "
    "att åtagandet hölls."
)


def events(year: Year) -> None:
    """Put the deviations, and what becomes of them, in the script."""
    for missed in MISSED:
        _ask(year, missed)
    _late(year)

    spring, summer, latest = (year.on(-ago) for ago in (SPRING, SUMMER, LATEST))
    post = "En funktion öppnar brev varje dag, också i semestertider. Meddela parterna vilken."
    year.add(spring, MEETS, _measure(year, DONE, post, SOLLENTUNA, 44))
    told = "Brevlådan bevakas nu av två personer, och det står i vår rutin."
    year.add(year.on(-176), TELLS, _done(year, DONE, CLINICS[SOLLENTUNA], told))
    year.add(summer, MEETS, _close(year, DONE))

    why = "Redovisa för styrgruppen varför svaren dröjer, och vad som ändras."
    year.add(summer, MEETS, _measure(year, OVERDUE, why, PSYCHOSIS, 60))
    year.add(latest, MEETS, _escalate(year, OVERDUE))

    year.add(latest, MEETS, _reopen(year, REOPENED))

    watch = "Gå igenom öppna förfrågningar varje måndag, och visa listan för styrgruppen."
    year.add(latest, MEETS, _measure(year, WAITING, watch, SOLLENTUNA, 60))
    address = "Skicka förfrågningar till mottagningens funktionsadress, inte till en läkare."
    year.add(latest, MEETS, _measure(year, OTHERS, address, "sollentuna", 40))
    chief, told = "enhetschef@sollentuna.example", "Adressen står nu i vår brevmall."
    year.add(year.on(-9), TELLS, _done(year, OTHERS, chief, told))

    # On the first of these days that it is open; its chief has not replied yet.
    for ago in (28, 26, 24, 22):
        year.add(year.on(-ago), TELLS, _contest(year, CONTESTED))
    year.add(year.on(-19), TELLS, _merge(year, TOGETHER))


def _ask(year: Year, missed: Missed) -> None:
    sent_on = year.on(-missed.ago)

    def ask(session: Session, at: datetime) -> None:
        register_enquiry(
            session,
            agreement=year.agreement,
            unit=year.units[missed.clinic],
            person=year.person(session, missed.convener),
            sent_on=sent_on,
            reference=missed.reference,
            channel=Channel.LETTER,
            addressee=Addressee.CLINIC,
            now=at,
        )

    year.add(sent_on, time(9, 40), ask)
    if missed.answered is not None:
        came = script.working_day(sent_on + timedelta(missed.answered))
        year.add(came, time(15, 20), _answered(year, missed, came))


def _answered(year: Year, missed: Missed, came: date) -> Event:
    def answered(session: Session, at: datetime) -> None:
        known = select(Enquiry).where(Enquiry.reference == missed.reference)
        answer_enquiry(
            session,
            enquiry=session.scalars(known).one(),
            answered_on=came,
            person=year.person(session, missed.convener),
            now=at,
        )

    return answered


def _late(year: Year) -> None:
    """Let an answer that came in time be entered only after the deviation was opened."""
    sent_on = year.on(-WITHDRAWN.ago)
    came = add_working_days(sent_on, script.ANSWER_DAYS - 2)
    entered = add_working_days(sent_on, script.ANSWER_DAYS + 3)
    year.add(entered, time(15, 40), _answered(year, WITHDRAWN, came))


def _found(session: Session, missed: Missed, *states: DeviationState) -> Deviation | None:
    """Return the deviation of an enquiry, if it is in one of these states."""
    number = session.scalars(
        select(Enquiry.id).where(Enquiry.reference == missed.reference)
    ).first()
    return session.scalars(
        select(Deviation)
        .join(Occurrence, Occurrence.id == Deviation.occurrence_id)
        .where(Occurrence.origin == f"enquiry:{number}", Deviation.state.in_(states))
    ).first()


def _decided(year: Year, session: Session, at: datetime, note: str) -> decisions.Decided:
    paragraph = year.next_paragraph()
    return decisions.Decided(
        paragraph=paragraph,
        decided_on=local_date(at),
        note=note,
        diary_number=f"SUVS {at.year}/{20 + int(paragraph)}",
        person=year.person(session, CHAIR),
    )


def _measure(year: Year, missed: Missed, text: str, owner: str, days: int) -> Event:
    def measure(session: Session, at: datetime) -> None:
        deviation = _found(session, missed, DeviationState.REPLIED)
        today = local_date(at)
        if deviation is None:
            return
        if not ladder_on(session, deviation.agreement_id, today)[Rung.MEASURE].is_used:
            return
        decisions.decide_measure(
            session,
            deviation=deviation,
            text=text,
            owner=year.units.get(owner) or year.bodies[owner],
            due_on=today + timedelta(days=days),
            decided=_decided(year, session, at, "Gruppen ser att det behöver göras något mer."),
            version=deviation.version,
            now=at,
        )

    return measure


def _done(year: Year, missed: Missed, who: str, text: str) -> Event:
    def done(session: Session, at: datetime) -> None:
        deviation = _found(session, missed, DeviationState.MEASURE)
        if deviation is not None:
            verbs.report_done(
                session,
                deviation=deviation,
                done_on=local_date(at),
                text=text,
                person=year.person(session, who),
                version=deviation.version,
                now=at,
            )

    return done


def _close(year: Year, missed: Missed) -> Event:
    def close(session: Session, at: datetime) -> None:
        deviation = _found(session, missed, DeviationState.MEASURE)
        if deviation is not None:
            decisions.close(
                session,
                deviation=deviation,
                decided=_decided(year, session, at, "Gruppen är nöjd med det som har gjorts."),
                version=deviation.version,
                now=at,
                ending=Ending.DONE,
            )

    return close


def _escalate(year: Year, missed: Missed) -> Event:
    def escalate(session: Session, at: datetime) -> None:
        deviation = _found(session, missed, DeviationState.MEASURE)
        if deviation is None:
            return
        ladder = ladder_on(session, deviation.agreement_id, local_date(at))
        rung = next_rung(ladder, deviation.rung)
        if rung is not None:
            escalation.escalate(
                session,
                deviation=deviation,
                rung=rung,
                decided=_decided(year, session, at, "Åtgärden är inte gjord och dagen har gått."),
                version=deviation.version,
                now=at,
            )

    return escalate


def _reopen(year: Year, missed: Missed) -> Event:
    def reopen(session: Session, at: datetime) -> None:
        deviation = _found(session, missed, DeviationState.CLOSED)
        if deviation is not None:
            decisions.reopen(
                session,
                deviation=deviation,
                decided=_decided(year, session, at, "Det visade sig hända igen av samma skäl."),
                version=deviation.version,
                now=at,
            )

    return reopen


def _contest(year: Year, missed: Missed) -> Event:
    def contest(session: Session, at: datetime) -> None:
        deviation = _found(session, missed, DeviationState.OPEN)
        if deviation is not None:
            verbs.reply(
                session,
                deviation=deviation,
                text=CONTEST,
                person=year.person(session, CLINICS[missed.clinic]),
                version=deviation.version,
                now=at,
                contest=True,
            )

    return contest


def _merge(year: Year, pair: Sequence[Missed]) -> Event:
    def merge(session: Session, at: datetime) -> None:
        waiting = DeviationState.OPEN, DeviationState.REPLIED
        into, other = (_found(session, one, *waiting) for one in pair)
        if into is not None and other is not None:
            merging.merge(
                session,
                deviation=other,
                into=into,
                person=year.person(session, ADMINISTRATOR),
                version=other.version,
                now=at,
            )

    return merge
