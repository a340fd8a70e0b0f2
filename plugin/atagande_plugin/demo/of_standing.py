"""The demo's self-reports: half-years that are told in time, late, with a no, or not at all.

Until the steering group has decided (400 days ago) nothing is judged. From then on Sollentuna
reports everything, Upplands Väsby forgets one half-year's services, and Sigtuna says no once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.periods import Every, Term, term_of, terms_between
from atagande_agreements.standing import queries
from atagande_agreements.standing.models import Subject
from atagande_agreements.standing.services import Offer, add_service
from atagande_agreements.standing.verbs import Said, report_standing
from atagande_calendar.meetings.evidence import steering_held
from atagande_plugin.demo import script

if TYPE_CHECKING:
    from atagande_plugin.demo.year import Year

ADMINISTRATOR = "administrator@suvs.example"
#: Organisation -> who reports for it.
REPORTERS = {
    "sollentuna": "enhetschef@sollentuna.example",
    "upplands-vasby": "enhetschef@upplandsvasby.example",
    "sigtuna": "enhetschef@sigtuna.example",
}
#: Days before today that the agreement is taken into use.
FOLLOWED = 430


@dataclass(frozen=True, slots=True)
class Offered:
    """One service of the script; days from today of its first and last day."""

    organisation: str
    name: str
    purpose: str
    place: str
    contact: str
    first: int
    last: int | None = None


SERVICES = (
    Offered(
        "sollentuna",
        "Gröna gruppen",
        "Rutiner och rörelse utomhus, två förmiddagar i veckan.",
        "Demogatan 4, Sollentuna",
        "Samordnaren på enheten för ekonomiskt bistånd",
        -420,
    ),
    Offered(
        "sollentuna",
        "Stegvis",
        "Prova arbetsuppgifter i egen takt, med handledare.",
        "Demogatan 8, Sollentuna",
        "Arbetsmarknadsenhetens mottagning",
        -420,
        21,
    ),
    Offered(
        "upplands-vasby",
        "Vardagskraft",
        "Stöd att få ordning på sömn, mat och ekonomi före arbetsträning.",
        "Demogatan 2, Upplands Väsby",
        "Rehabsamordnaren på enheten",
        -415,
    ),
    Offered(
        "sigtuna",
        "Öppen verkstad",
        "Snickeri och textil i liten grupp.",
        "Demogatan 6, Märsta",
        "Verkstadens handledare",
        -410,
        -200,
    ),
)
#: People in the target group, of them women and men, and who reached rehabilitation.
COUNTS = {
    "sollentuna": (94, 52, 42, 17),
    "upplands-vasby": (61, 33, 28, 9),
    "sigtuna": (48, 29, 19, 3),
}
NO = "Två tjänster stod tomma under halvåret."


@dataclass(frozen=True, slots=True)
class Told:
    """One report of the script."""

    day: date
    who: str
    subject: Subject
    term: str
    said: Said


def events(year: "Year") -> None:
    """Add the services, the half-years' reports and the years of steering meetings."""
    for one in SERVICES:
        year.add(year.on(one.first), time(10), _offer(year, one))
    for told in script_of(year.today):
        year.add(told.day, time(14, 30), _report(year, told))


def script_of(today: date) -> Iterator[Told]:
    """Yield every report of the script, whatever `today` is."""
    ended = [
        term
        for term in terms_between(today - timedelta(days=FOLLOWED), today, Every.HALF_YEAR)
        if term.last < today
    ]
    for number, term in enumerate(ended):
        for place, who in enumerate(REPORTERS):
            yield from _half_year(term, number, place, who)
    first = term_of(today - timedelta(days=FOLLOWED), Every.YEAR)
    if first.last < today:
        # In the days after the year, if the agreement came in its last days.
        early = first.last - timedelta(days=10) > today - timedelta(days=FOLLOWED)
        yield Told(
            script.working_day(first.last + timedelta(days=-10 if early else 10)),
            "forbundet",
            Subject.MEETINGS,
            first.key,
            Said(number=3),
        )


def _half_year(term: Term, number: int, place: int, who: str) -> Iterator[Told]:
    """Yield what a municipality reports of a half-year, the `number`-th that has ended."""
    day = script.working_day(term.last + timedelta(days=6 + 5 * place))
    people, women, men, reached = COUNTS[who]
    grown = people + 3 * number
    says_no = who == "sigtuna" and number == 1
    yield Told(
        day,
        who,
        Subject.ACTIVE_WORK,
        term.key,
        Said(
            works=not says_no,
            people=grown,
            women=women + 2 * number,
            men=men + number,
            rehabilitated=0 if says_no else reached + number,
            comment=NO if says_no else "",
        ),
    )
    if who != "upplands-vasby" or number == 0:
        yield Told(day, who, Subject.SERVICES, term.key, Said())
    if who != "sigtuna":
        left_out = 1 if who == "upplands-vasby" and number == 1 else 0
        yield Told(day, who, Subject.UNASKED, term.key, Said(number=left_out))


def _offer(year: "Year", one: Offered) -> Callable[[Session, datetime], None]:
    def event(session: Session, at: datetime) -> None:
        add_service(
            session,
            offer=Offer(
                name=one.name,
                purpose=one.purpose,
                place=one.place,
                contact=one.contact,
                valid_from=local_date(at),
                valid_to=None if one.last is None else year.today + timedelta(days=one.last),
            ),
            person=year.person(session, REPORTERS[one.organisation]),
            now=at,
        )

    return event


def _report(year: "Year", told: Told) -> Callable[[Session, datetime], None]:
    def event(session: Session, at: datetime) -> None:
        person = year.person(session, REPORTERS.get(told.who, ADMINISTRATOR))
        if not _open(session, year, told, person.organisation_id, local_date(at)):
            return
        held = None
        if told.subject is Subject.MEETINGS:
            first = date(int(told.term), 1, 1)
            held = steering_held(session, year.agreement.id, first, date(first.year, 12, 31))
        report_standing(
            session,
            agreement=year.agreement,
            subject=told.subject,
            term=told.term,
            said=told.said,
            person=person,
            held=held,
            now=at,
        )

    return event


def _open(session: Session, year: "Year", told: Told, organisation_id: int, day: date) -> bool:
    """Tell whether a term can be reported: nothing is, from before the agreement was followed."""
    lines = queries.overview(
        session, agreement_id=year.agreement.id, organisation_id=organisation_id, today=day
    )
    return any(
        line.window.term.key == told.term
        for one in lines
        if one.subject is told.subject
        for line in one.lines
    )
