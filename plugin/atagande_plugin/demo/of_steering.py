"""The year of the steering group's meetings: decisions under them, a dissent, and minutes.

The minutes are fixed where the attendance was reported; those of the latest meeting are a draft.
The next meeting has its agenda, with own items and an issue that nobody has decided yet.
"""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.steering.models import Decision, DecisionKind
from atagande_calendar.meetings.attendance import LiftedIssue
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.steering import minutes, queries, verbs
from atagande_calendar.steering.models import AgendaItem, MeetingDecision
from atagande_calendar.steering.queries import Around
from atagande_plugin.demo import script
from atagande_plugin.demo.year import ADMINISTRATOR, CHAIR

if TYPE_CHECKING:
    from atagande_plugin.demo.year import Event, Year

#: What is decided beside deviations and parameters: which meeting of the script, the beginning of
#: the lifted issue or own item that it is about, and the group's words.
DECIDED = (
    (
        2,
        "Väntetiden",
        "Förbundet bjuder in mottagningarna till ett möte om SIP-tider före sommaren.",
    ),
    (
        3,
        "Parterna behöver",
        "Förbundet tar fram en introduktion tillsammans med kommunerna och redovisar den i höst.",
    ),
    (
        4,
        "Seminarier",
        "Nästa års seminarier handlar om läkarintyg och om unga i målgruppen.",
    ),
)
#: (meeting of the script, title, words); 5 is the one to come.
OWN_ITEMS = (
    (4, "Seminarier nästa år", "Förslag från nätverket."),
    (5, "Verksamhetsplan för nästa år", "Förbundets förslag skickas ut en vecka före mötet."),
    (5, "Mötestider nästa år", ""),
)
DISSENT = (
    "Psykiatri Nordväst anser att tiden för åtgärden är för kort med den bemanning som "
    "mottagningen har under sommaren."
)
NOTES = {
    3: "Gruppen gick igenom uppföljningen för halvåret. Förbundet skickar ut den till parterna.",
    4: "Ordföranden tackade nätverket för förslagen.",
}
FIXED_BY = (
    "Ordföranden",
    "Ordföranden och ledamoten för Sollentuna kommun",
    "Ordföranden och ledamoten för Sigtuna kommun",
    "Ordföranden och ledamoten för Arbetsförmedlingen",
)
#: Days from a meeting until its minutes are fixed.
FIXED_AFTER = 9
BEGUN, DECIDES, PUT, DISSENTS, NOTED = (
    time(10, 5),
    time(11, 40),
    time(12),
    time(12, 5),
    time(16, 30),
)


def events(year: "Year") -> None:
    """Put the meetings' decisions and minutes in the script."""
    days = [year.on(-ago) for ago in script.STEERING_MEETINGS]
    for place, day in enumerate(days):
        year.add(day, BEGUN, _begin(year, day))
        year.add(day, PUT, _put(day))
        year.add(day, NOTED, _write(year, day, NOTES.get(place, "Inget övrigt.")))
        if place < len(FIXED_BY):
            fixed = script.working_day(day + timedelta(days=FIXED_AFTER))
            year.add(fixed, time(13), _fix(year, day, FIXED_BY[place], place + 1))
    for place, title, text in OWN_ITEMS:
        if place < len(days):
            meets = days[place]
            when = script.working_days_before(meets, 5)
        else:
            meets, when = None, script.working_days_before(year.today, 2)
        year.add(when, time(9, 15), _own(year, meets, title, text))
    for place, begins, note in DECIDED:
        year.add(days[place], DECIDES, _decide(year, begins, note))
    year.add(days[3], DISSENTS, _dissent(year, days[3]))


def _around(session: Session, year: "Year", day: date | None, at: datetime) -> Around:
    """Return the meeting of a day; the next one for None."""
    association = year.agreement.association_id
    if day is None:
        every = queries.meetings(session, association)
        found = queries.next_of(every, year.agreement.id, at)
    else:
        number = session.scalars(
            select(Meeting.id).where(
                Meeting.kind == MeetingKind.STEERING,
                Meeting.starts_at == local_time(day, script.STEERING_STARTS),
            )
        ).one()
        found = queries.around(session, association, number)
    if found is None:
        raise LookupError(day)
    return found


def _begin(year: "Year", day: date) -> "Event":
    def begin(session: Session, at: datetime) -> None:
        person = year.person(session, ADMINISTRATOR)
        minutes.begin(session, around=_around(session, year, day, at), person=person, now=at)

    return begin


def _put(day: date) -> "Event":
    def put(session: Session, at: datetime) -> None:
        """Put the day's decisions under its meeting, as the pages do by themselves."""
        under = select(MeetingDecision.decision_id)
        for decision in session.scalars(
            select(Decision)
            .where(Decision.decided_on == day, Decision.id.not_in(under))
            .order_by(Decision.id)
        ).all():
            verbs.put_by_day(session, decision=decision, now=at)

    return put


def _write(year: "Year", day: date, text: str) -> "Event":
    def write(session: Session, at: datetime) -> None:
        around = _around(session, year, day, at)
        minutes.write(
            session,
            around=around,
            number=1,
            notes={"general": text},
            person=year.person(session, ADMINISTRATOR),
            version=1,
            now=at,
        )

    return write


def _fix(year: "Year", day: date, function: str, number: int) -> "Event":
    def fix(session: Session, at: datetime) -> None:
        minutes.fix(
            session,
            around=_around(session, year, day, at),
            number=1,
            function=function,
            fixed_on=local_date(at),
            diary_number=f"SUVS {day.year}/{20 + number}",
            person=year.person(session, CHAIR),
            version=2,
            now=at,
        )

    return fix


def _own(year: "Year", day: date | None, title: str, text: str) -> "Event":
    def own(session: Session, at: datetime) -> None:
        verbs.add_item(
            session,
            meeting=_around(session, year, day, at).meeting,
            title=title,
            text=text,
            person=year.person(session, ADMINISTRATOR),
            now=at,
        )

    return own


def _decide(year: "Year", begins: str, note: str) -> "Event":
    def decide(session: Session, at: datetime) -> None:
        issue = session.scalar(select(LiftedIssue).where(LiftedIssue.text.startswith(begins)))
        item = session.scalar(select(AgendaItem).where(AgendaItem.title.startswith(begins)))
        verbs.decide_other(
            session,
            agreement=year.agreement,
            paragraph=year.next_paragraph(),
            decided_on=local_date(at),
            note=note,
            person=year.person(session, CHAIR),
            now=at,
            about=issue or item,
        )

    return decide


def _dissent(year: "Year", day: date) -> "Event":
    def dissent(session: Session, at: datetime) -> None:
        decision = session.scalars(
            select(Decision)
            .where(Decision.decided_on == day, Decision.kind == DecisionKind.MEASURE)
            .order_by(Decision.id)
            .limit(1)
        ).one()
        verbs.dissent(
            session,
            decision=decision,
            party=session.merge(year.bodies["psykiatri-nordvast"], load=False),
            text=DISSENT,
            person=year.person(session, ADMINISTRATOR),
            now=at,
        )

    return dissent
