"""The demo's meetings: seminars and steering meetings, and what became of the network's.

Steering meetings: one before anything was decided, one that everyone came to, one that a clinic
missed, one that a deputy came to, one that nobody has reported on, and one to come. Seminars: held
and attended, one that a party missed, one that nobody has reported on, and one called off. The
network's: a list, "inget att lyfta", and one where each party had to speak for itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.parties.models import Role, UnitKind
from atagande_calendar.invitations.models import AnswerWay, Partstat
from atagande_calendar.invitations.queries import of_meeting
from atagande_calendar.invitations.verbs import answer
from atagande_calendar.meetings import held, lifted
from atagande_calendar.meetings.attendance import Presence
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.meetings.verbs import plan_meeting, publish_meeting
from atagande_plugin.demo import script
from atagande_plugin.demo.script import STEERING_MEETINGS
from atagande_plugin.demo.year import ADMINISTRATOR, CHAIR, Event, Year

EVENING = time(16)
#: Calendar days before a meeting that it is planned and published; the notice is three weeks.
PUBLISHED = 31
#: Days from today before which nobody had planned anything here.
BEGAN = -426
#: Calendar days before a meeting that those who were called have answered.
ANSWERED = 18
_AWAY = Presence.ABSENT


@dataclass(frozen=True, slots=True)
class Plan:
    """A meeting of the script: days from today, and who was not simply there (by party's key)."""

    on: int
    kind: MeetingKind
    #: Empty: the steering group's own name.
    title: str
    agenda: str = ""
    but: Mapping[str, Presence] = field(default_factory=dict)
    reported: bool = True
    #: Called off so many days before its time.
    called_off: int | None = None
    target_group: bool = True


def _steering(on: int, but: Mapping[str, Presence] | None = None, **more: bool) -> Plan:
    agenda = "Avvikelser\nMätvärden\nFrågor från nätverket"
    return Plan(on, MeetingKind.STEERING, "", agenda, but or {}, **more)


def _seminar(
    on: int,
    title: str,
    but: Mapping[str, Presence] | None = None,
    *,
    reported: bool = True,
    called_off: int | None = None,
) -> Plan:
    return Plan(
        on,
        MeetingKind.SEMINAR,
        title,
        but=but or {},
        reported=reported,
        called_off=called_off,
    )


PLANS = (
    # The first: the group has not decided yet what counts.
    _steering(-STEERING_MEETINGS[0]),
    _steering(-STEERING_MEETINGS[1]),
    _steering(-STEERING_MEETINGS[2], {"psykosmottagningen": _AWAY}),
    _steering(-STEERING_MEETINGS[3], {"sigtuna-upplands-vasby-mottagning": Presence.DEPUTY}),
    _steering(-STEERING_MEETINGS[4], reported=False),
    _steering(24),
    _seminar(-380, "Lunchseminarium: vilka vi möter", {"fk": _AWAY, "af": _AWAY}),
    _seminar(-368, "Lunchseminarium: att läsa ett läkarintyg", {"fk": _AWAY}),
    _seminar(-352, "Frukostseminarium: nya regler", reported=False),
    _seminar(-275, "Frukostseminarium: förrehabilitering", {"af": _AWAY, "sigtuna": _AWAY}),
    _seminar(-185, "Lunchseminarium: SIP från början till slut", {"af": _AWAY}),
    _seminar(-75, "Frukostseminarium: samordnad rehabilitering", {"fk": _AWAY}),
    _seminar(-15, "Lunchseminarium: erfarenheter från året", called_off=9),
    _seminar(20, "Lunchseminarium: försäkringsmedicinskt beslutsstöd"),
)


@dataclass(frozen=True, slots=True)
class Lift:
    """What a network meeting of the script passed on, so many days after it."""

    after: int
    issues: tuple[tuple[str, str | None], ...] = ()
    away: tuple[str, ...] = ()
    #: Those who spoke for themselves where no list was made.
    alone: tuple[str, ...] = ()


#: None: nobody has reported on the meeting.
LIFTS: tuple[Lift | None, ...] = (
    Lift(2, away=("fk",)),
    Lift(1, away=("fk", "sigtuna")),
    None,
    Lift(
        2,
        (
            ("Väntetiden till första SIP-tid är för lång i två av mottagningarna.", "sollentuna"),
            ("Parterna behöver en gemensam introduktion för nya handläggare.", None),
        ),
    ),
    Lift(1, (("Vem kallar till SIP när två mottagningar är inblandade?", "af"),), away=("fk",)),
    Lift(
        0,
        alone=(
            "sektionschef@af.example",
            "samverkan@fk.example",
            "enhetschef@sollentuna.example",
            "enhetschef@upplandsvasby.example",
            "enhetschef.sollentuna@psykiatri.example",
        ),
    ),
)


def events(year: Year) -> None:
    """Put the meetings, and what became of them, in the script."""
    for plan in PLANS:
        _plan(year, plan)
    past = [one for one in script.NETWORK if one.held < 0]
    for network, lift in zip(past, LIFTS, strict=False):
        if lift is not None:
            _network(year, year.on(network.held), lift)


def _meeting(session: Session, kind: MeetingKind, day: date, clock: time) -> Meeting:
    return session.scalars(
        select(Meeting).where(Meeting.kind == kind, Meeting.starts_at == local_time(day, clock))
    ).one()


def _people(year: Year, kind: MeetingKind) -> list[str]:
    """Return who is asked: the parties' chiefs, or the steering group and the clinics' chiefs."""
    chiefs = [
        one
        for one in year.people.values()
        if any(grant.role is Role.UNIT_CHIEF for grant in one.grants)
    ]
    if kind is not MeetingKind.STEERING:
        return [one.email for one in chiefs]
    clinics = {one.id for one in year.units.values() if one.kind is UnitKind.CLINIC}
    return [CHAIR, *(one.email for one in chiefs if one.unit_id in clinics)]


def _plan(year: Year, plan: Plan) -> None:
    day = year.on(plan.on)
    clock = script.STEERING_STARTS if plan.kind is MeetingKind.STEERING else time(12)
    if plan.title.startswith("Frukost"):
        clock = time(8)

    def planned(session: Session, at: datetime) -> None:
        meeting = plan_meeting(
            session,
            agreement=year.agreement,
            kind=plan.kind,
            title=plan.title or year.agreement.steering_name,
            starts_at=local_time(day, clock),
            minutes=120 if plan.kind is MeetingKind.STEERING else 60,
            place="Turebergs konferens, Demogatan 4, Sollentuna",
            agenda=plan.agenda,
            target_group=plan.target_group,
            convener=year.bodies["forbundet"],
            people=[year.person(session, email) for email in _people(year, plan.kind)],
            person=year.person(session, ADMINISTRATOR),
            domain=year.services.settings.host,
            now=at,
        )
        publish_meeting(
            session,
            meeting=meeting,
            person=year.person(session, ADMINISTRATOR),
            version=meeting.version,
            now=at,
        )

    def off(session: Session, at: datetime) -> None:
        meeting = _meeting(session, plan.kind, day, clock)
        held.call_off(
            session,
            meeting=meeting,
            person=year.person(session, ADMINISTRATOR),
            version=meeting.version,
            now=at,
        )

    def accepted(session: Session, at: datetime) -> None:
        meeting = _meeting(session, plan.kind, day, clock)
        for invitation in of_meeting(session, meeting.id):
            answer(
                session,
                invitation=invitation,
                partstat=Partstat.ACCEPTED,
                way=AnswerWay.LINK,
                now=at,
            )

    year.add(year.on(max(plan.on - PUBLISHED, BEGAN)), time(10), planned)
    year.add(year.on(plan.on - ANSWERED), time(15), accepted)
    if plan.called_off is not None:
        year.add(year.on(plan.on - plan.called_off), time(10), off)
    elif plan.reported:
        year.add(day, EVENING, _held(year, plan.kind, day, clock, plan.but))


def _held(
    year: Year, kind: MeetingKind, day: date, clock: time, but: Mapping[str, Presence]
) -> Event:
    crowd = [year.chance.randint(1, 3) for _ in range(12)]

    def report(session: Session, at: datetime) -> None:
        meeting = _meeting(session, kind, day, clock)
        came = []
        for place, party in enumerate(held.parties_of(session, meeting)):
            key = party.unit.key if party.unit else party.organisation.key
            presence = but.get(key, Presence.PRESENT)
            people = 0 if presence is Presence.ABSENT else crowd[place % len(crowd)]
            came.append(held.Came(*party.key, presence, people))
        held.report_held(
            session,
            meeting=meeting,
            came=came,
            target_group=meeting.target_group,
            person=year.person(session, ADMINISTRATOR),
            version=0,
            now=at,
        )

    return report


def _network(year: Year, day: date, lift: Lift) -> None:
    kind, clock = MeetingKind.NETWORK, time(13)
    year.add(day, EVENING, _held(year, kind, day, clock, dict.fromkeys(lift.away, _AWAY)))
    if lift.alone:
        for email in lift.alone:
            year.add(_later(year, day, 3), time(9), _spoke(year, day, email))
        return

    def closed(session: Session, at: datetime) -> None:
        meeting = _meeting(session, kind, day, clock)
        report = held.find_report(session, meeting.id)
        lifted.close_meeting(
            session,
            meeting=meeting,
            issues=_issues(year, lift.issues),
            nothing=not lift.issues,
            lifted_on=local_date(at),
            person=year.person(session, ADMINISTRATOR),
            version=report.version if report else 0,
            now=at,
        )

    year.add(_later(year, day, lift.after), time(15), closed)


def _later(year: Year, day: date, days: int) -> date:
    return year.on((day - year.today).days + days)


def _issues(year: Year, issues: Sequence[tuple[str, str | None]]) -> list[lifted.Issue]:
    return [
        lifted.Issue(text, year.bodies[party].id if party is not None else None)
        for text, party in issues
    ]


def _spoke(year: Year, day: date, email: str) -> Event:
    def spoke(session: Session, at: datetime) -> None:
        lifted.speak_for_party(
            session,
            meeting=_meeting(session, MeetingKind.NETWORK, day, time(13)),
            texts=(),
            nothing=True,
            person=year.person(session, email),
            now=at,
        )

    return spoke
