"""Lives the demo's year: every event through the verbs, with the clock of its own day.

1. Put the script's events in the order of their moments.
2. Go through the days. On each: sweep in the morning as the service does, then the day's events,
   the replies that are due, and deliver what was queued.

So a deviation is opened on the day it would have been, by the decision that was in force then.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from importlib import import_module

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.civil_time import is_working_day, local_date, local_time
from atagande_agreements.commitments.models import Parameter
from atagande_agreements.commitments.verbs import decide_parameter
from atagande_agreements.deviations import decisions
from atagande_agreements.deviations import verbs as deviations
from atagande_agreements.deviations.models import Deviation, DeviationState
from atagande_agreements.deviations.rules import may_reply
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.enquiries.verbs import answer_enquiry, register_enquiry
from atagande_agreements.ladder import digests
from atagande_agreements.parties.models import Organisation, Person, Role, Unit
from atagande_agreements.register.models import Agreement
from atagande_agreements.sweep import sweep
from atagande_calendar.invitations.models import AnswerWay, Invitation, Partstat
from atagande_calendar.invitations.verbs import answer
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.meetings.verbs import plan_meeting, publish_meeting
from atagande_calendar.sip.verbs import book_sip
from atagande_calendar.slots.queries import free_slots
from atagande_plugin.demo import script
from atagande_plugin.outbox.delivery import deliver
from atagande_plugin.services import Services

ADMINISTRATOR = "administrator@suvs.example"
CHAIR = "ordforande@suvs.example"
#: Local time of the day's sweep, and of what happens at no time in particular.
MORNING, NOON, AFTERNOON = time(6), time(11, 30), time(14)
#: Days that the chiefs take to reply to a deviation, in turn; None: not yet.
PACE = (6, 11, 16, 9, 21)
#: A deviation opened within so many days before today is left without a reply.
FRESH = 12

#: Modules that bring the events of their feature.
FEATURES = (
    "cases",
    "certificates",
    "competence",
    "contacts",
    "deviation_life",
    "documents",
    "ladder",
    "meetings",
    "parties",
    "retention",
    "series",
    "sip_life",
    "standing",
    "steering",
    "reports",
)

Event = Callable[[Session, datetime], None]


def live_a_year(services: Services, now: datetime) -> None:
    """Carry out everything the script has up to `now`, in order."""
    Year(services, now).live()


class Year:
    """The script, by day, and the hands that carry it out."""

    def __init__(self, services: Services, now: datetime) -> None:
        self.services = services
        self.now = now
        self.today = local_date(now)
        self.chance = random.Random(script.SEED)  # noqa: S311 - a script, no secret
        #: Local date -> (moment, event) of that day.
        self.events: dict[date, list[tuple[datetime, Event]]] = defaultdict(list)
        self.paragraph = 3
        with services.reader() as session:
            self.agreement = session.scalars(select(Agreement)).one()
            loaded = select(Person).options(
                joinedload(Person.organisation), joinedload(Person.grants)
            )
            loaded = loaded.order_by(Person.id)
            self.people = {one.email: one for one in session.scalars(loaded).unique()}
            bodies = select(Organisation)
            units = select(Unit).options(joinedload(Unit.organisation)).order_by(Unit.id)
            self.units = {one.key: one for one in session.scalars(units)}
            bodies = bodies.order_by(Organisation.id)
            self.bodies = {one.key: one for one in session.scalars(bodies)}

    def add(self, day: date, clock: time, event: Event) -> None:
        """Put an event in the script, unless its moment has not come."""
        moment = local_time(day, clock)
        if moment <= self.now:
            self.events[day].append((moment, event))

    def person(self, session: Session, email: str) -> Person:
        """Return someone of the demo as part of a session."""
        return session.merge(self.people[email], load=False)

    def on(self, offset: int) -> date:
        """Return the working day about `offset` days from today."""
        return script.working_day(self.today + timedelta(days=offset))

    def live(self) -> None:
        """Write the script and live it."""
        self._steering()
        self._enquiries()
        for meeting in script.NETWORK:
            self._network(meeting)
        for ago, convener, other in script.SIPS:
            self._sip(ago, convener, other)
        for name in FEATURES:
            import_module(f"atagande_plugin.demo.of_{name}").events(self)
        day = min(self.events)
        while day <= self.today:
            self._day(day)
            day += timedelta(days=1)

    def _day(self, day: date) -> None:
        morning = local_time(day, MORNING)
        if morning > self.now:
            return
        queued = sweep(self.services.writer, morning).messages_queued
        evening = min(local_time(day, time(17)), self.now)
        if is_working_day(day):
            self.add(day, AFTERNOON, self._reply)
        for moment, event in sorted(self.events.pop(day, []), key=lambda one: one[0]):
            with self.services.writer() as session:
                event(session, moment)
                session.commit()
            queued += event != self._reply
        with self.services.writer() as session, session.begin():
            queued += digests.queue(session, evening).digests
        if queued:
            deliver(self.services, evening)

    def _steering(self) -> None:
        first, *later = (self.on(-ago) for ago in script.STEERING_MEETINGS)
        for key, value in script.FIRST_DECIDED:
            self.add(first, NOON, self._decide(key, value))
        for key, value in script.THEN_DECIDED:
            self.add(later[0], NOON, self._decide(key, value))
        for day in later[1:]:
            self.add(day, NOON, self._close)

    def next_paragraph(self) -> str:
        """Return the number of the group's next paragraph."""
        self.paragraph += 1
        return str(self.paragraph)

    def _decide(self, key: str, value: str) -> Event:
        def decide(session: Session, at: datetime) -> None:
            decide_parameter(
                session,
                parameter=session.scalars(select(Parameter).where(Parameter.key == key)).one(),
                value=value,
                valid_from=local_date(at),
                decided_on=local_date(at),
                paragraph=self.next_paragraph(),
                person=self.person(session, CHAIR),
                now=at,
            )

        return decide

    def _deviations(self, session: Session, state: DeviationState) -> Sequence[Deviation]:
        query = select(Deviation).where(Deviation.state == state).order_by(Deviation.id)
        return session.scalars(query).all()

    def _reply(self, session: Session, at: datetime) -> None:
        """Let the chiefs reply to what they have had for long enough."""
        for deviation in self._deviations(session, DeviationState.OPEN):
            # What was opened again waits for the new reply it was asked for.
            if deviation.asked_on is not None:
                continue
            opened = local_date(deviation.opened_at)
            age = (local_date(at) - opened).days
            if age < PACE[deviation.id % len(PACE)] or (self.today - opened).days <= FRESH:
                continue
            if (speaker := self._speaker(deviation)) is None:
                continue
            enquiry = deviation.occurrence.origin.startswith("enquiry:")
            replies = script.REPLIES if enquiry else script.OTHER_REPLIES
            deviations.reply(
                session,
                deviation=deviation,
                text=replies[deviation.id % len(replies)],
                person=self.person(session, speaker.email),
                version=deviation.version,
                now=at,
            )

    def _speaker(self, deviation: Deviation) -> Person | None:
        """Return who replies for a deviation's party; None for a party that says nothing."""
        return next(
            (
                one
                for one in self.people.values()
                if may_reply(deviation, organisation_id=one.organisation_id, unit_id=one.unit_id)
                and any(grant.role in script.SPEAKERS for grant in one.grants)
            ),
            None,
        )

    def _close(self, session: Session, at: datetime) -> None:
        """Let the steering group close what has been replied to."""
        for deviation in self._deviations(session, DeviationState.REPLIED):
            if deviation.merged_into_id is not None:
                continue
            decisions.close(
                session,
                deviation=deviation,
                decided=decisions.Decided(
                    paragraph=self.next_paragraph(),
                    decided_on=local_date(at),
                    note=script.NOTES[deviation.id % len(script.NOTES)],
                    person=self.person(session, CHAIR),
                ),
                version=deviation.version,
                now=at,
            )

    def _enquiries(self) -> None:
        for asked in script.enquiries(self.today, self.chance):
            self.add(asked.sent_on, asked.at, self._ask(asked))
            if asked.answered_on is not None:
                self.add(asked.answered_on, time(16), self._answered(asked))

    def _ask(self, asked: script.Asked) -> Event:
        def ask(session: Session, at: datetime) -> None:
            register_enquiry(
                session,
                agreement=self.agreement,
                unit=self.units[asked.clinic],
                person=self.person(session, asked.convener),
                sent_on=asked.sent_on,
                reference=asked.reference,
                channel=asked.channel,
                addressee=asked.addressee,
                now=at,
            )

        return ask

    def _answered(self, asked: script.Asked) -> Event:
        def answered(session: Session, at: datetime) -> None:
            known = select(Enquiry).where(Enquiry.reference == asked.reference)
            answer_enquiry(
                session,
                enquiry=session.scalars(known).one(),
                answered_on=local_date(at),
                person=self.person(session, asked.convener),
                now=at,
            )

        return answered

    def _network(self, plan: script.Network) -> None:
        held = self.on(plan.held)
        title = f"Nätverksmöte {held:%Y-%m-%d}"
        chiefs = [one for one in self.people.values() if _is_called(one)]

        def planned(session: Session, at: datetime) -> None:
            plan_meeting(
                session,
                agreement=self.agreement,
                kind=MeetingKind.NETWORK,
                title=title,
                starts_at=local_time(held, time(13)),
                minutes=120,
                place="Turebergs konferens, Demogatan 4, Sollentuna",
                agenda=plan.agenda,
                convener=self.bodies["forbundet"],
                people=[self.person(session, one.email) for one in chiefs],
                person=self.person(session, ADMINISTRATOR),
                domain=self.services.settings.host,
                now=at,
            )

        def published(session: Session, at: datetime) -> None:
            meeting = _meeting(session, title)
            publish_meeting(
                session,
                meeting=meeting,
                person=self.person(session, ADMINISTRATOR),
                version=meeting.version,
                now=at,
            )

        self.add(self.on(plan.planned), NOON, planned)
        if plan.published is None:
            return
        day = self.on(plan.published)
        self.add(day, AFTERNOON, published)
        for person in chiefs:
            if self.chance.random() < 0.9:  # noqa: PLR2004 - a few never answer
                answered_on = script.working_day(day + timedelta(self.chance.randint(1, 26)))
                said = self.chance.choices(
                    (Partstat.ACCEPTED, Partstat.DECLINED, Partstat.TENTATIVE), (8, 1, 1)
                )[0]
                if answered_on < held:
                    self.add(answered_on, time(15), self._say(title, person.email, said))

    def _say(self, title: str, email: str, partstat: Partstat) -> Event:
        def say(session: Session, at: datetime) -> None:
            _answer(session, _meeting(session, title), email, partstat, at)

        return say

    def _sip(self, ago: int, convener: str, other: str) -> None:
        clinic = script.CONVENERS[convener][0]
        chief = next(
            one
            for one in self.people.values()
            if one.unit_id is not None and one.unit_id == self.units[clinic].id
        )
        wait = self.chance.randint(8, 24)

        def booked(session: Session, at: datetime) -> None:
            unit = self.units[clinic]
            slots = free_slots(session, unit.id, after=at + timedelta(days=wait), limit=1, now=at)
            sip = book_sip(
                session,
                agreement=self.agreement,
                unit=unit,
                starts_at=slots[0],
                minutes=60,
                people=[self.person(session, other)],
                consent=True,
                purpose_ready=True,
                requested_on=local_date(at) - timedelta(days=2),
                convener=self.person(session, convener),
                domain=self.services.settings.host,
                now=at,
            )
            meeting = session.get_one(Meeting, sip.meeting_id)
            _answer(session, meeting, convener, Partstat.ACCEPTED, at)
            _answer(session, meeting, chief.email, Partstat.ACCEPTED, at)

        self.add(self.on(-ago), time(10), booked)


def _is_called(person: Person) -> bool:
    """Tell whether a person is called to the network: its parties' chiefs."""
    return any(grant.role is Role.UNIT_CHIEF for grant in person.grants)


def _meeting(session: Session, title: str) -> Meeting:
    return session.scalars(select(Meeting).where(Meeting.title == title)).one()


def _answer(
    session: Session, meeting: Meeting, email: str, partstat: Partstat, at: datetime
) -> None:
    invitation = session.scalars(
        select(Invitation)
        .where(Invitation.meeting_id == meeting.id, Invitation.email == email)
        .options(joinedload(Invitation.meeting), joinedload(Invitation.person))
    ).one()
    answer(session, invitation=invitation, partstat=partstat, way=AnswerWay.LINK, now=at)
