"""The demo's first meetings with Arbetsförmedlingen, and what conveners say after their SIPs.

Among them one of each: before the decisions, in time, late, missed, not reported, referred on, a
client who goes alone, a consent and a referral taken back, and a SIP at another place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.civil_time import (
    add_working_days,
    local_date,
    subtract_working_days,
    working_days_between,
)
from atagande_agreements.referrals import verbs
from atagande_agreements.referrals.models import Assessment, AttendedBy, Referral, Wish
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.sip.after import Afterwards, report_sip
from atagande_calendar.sip.models import Sip, SipResult, SipVenue, VenueReason
from atagande_calendar.sip.verbs import book_sip
from atagande_calendar.slots.queries import free_slots
from atagande_plugin.demo.year import Event, Year

SOLLENTUNA = "samordnare@sollentuna.example"
VASBY = "samordnare@upplandsvasby.example"
SIGTUNA = "enhetschef@sigtuna.example"
MORNING, NOON, LATE = time(9, 15), time(13), time(15, 30)
WENT, COACH, NOBODY = AttendedBy.SOCIAL_SECRETARY, AttendedBy.COACH, AttendedBy.NOBODY
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Case:
    """One referral; the steps in working days after the one before, None where none comes."""

    ago: int
    convener: str
    contact: int | None = None
    assessment: int | None = None
    plan: int | None = None
    referred_on: bool = False
    #: Working days from referral to the first meeting, and the material's before it.
    meeting: int | None = None
    material: int | None = None
    attended: AttendedBy | None = None
    wish: Wish | None = None
    #: Working days after the referral that consent, or all of it, is taken back.
    consent_back: int | None = None
    called_off: int | None = None


CASES = (
    # Before anything was decided.
    Case(345, SOLLENTUNA, 7, 12, 9, meeting=14, material=5, attended=WENT),
    Case(330, VASBY, 16, 20, 25, meeting=20, material=4, attended=COACH),
    Case(285, SOLLENTUNA, 6, 11, 10, meeting=12, material=5, attended=WENT),
    Case(268, SIGTUNA, 9, 14, 12, meeting=15, material=4, attended=WENT, wish=Wish.SUPPORT),
    Case(251, VASBY, 14, 10, 13, meeting=18, material=6, attended=WENT),
    Case(232, SOLLENTUNA, 8, 22, 11, meeting=13, material=3, attended=COACH),
    Case(214, SIGTUNA, 5, 9, referred_on=True, meeting=10, material=4, wish=Wish.ALONE),
    Case(196, VASBY, 10, 13, 21, meeting=14, material=5, attended=WENT),
    Case(171, SOLLENTUNA, 12, 15, 14, meeting=16, attended=NOBODY),
    Case(152, SIGTUNA, 7, 8, 7, meeting=11, material=5, attended=WENT, wish=Wish.SUPPORT),
    Case(133, VASBY, 9, 12, referred_on=True, meeting=15, material=1),
    Case(118, SOLLENTUNA, 6, 10, 12, meeting=12, material=4, attended=WENT),
    Case(97, SIGTUNA, 11, 14, 9, meeting=14, material=7, attended=NOBODY),
    Case(80, VASBY, 8, None, meeting=12, material=5, attended=COACH),
    Case(64, SOLLENTUNA, 9, 11, 10, meeting=13, consent_back=6),
    Case(47, SIGTUNA, 6, 9, meeting=12, material=4, attended=WENT),
    Case(33, VASBY, called_off=8),
    Case(24, SOLLENTUNA, 7, meeting=24),
    Case(15, SIGTUNA, 5, meeting=20, wish=Wish.SUPPORT),
    Case(6, VASBY),
    Case(2, SOLLENTUNA),
)


def events(year: Year) -> None:
    """Add the year's cases, and what is said after its SIPs."""
    for case in CASES:
        _Way(year, case).add()
    year.add(year.on(-75), time(10, 30), _elsewhere(year))
    for ago in range(295, -1, -9):
        year.add(year.on(-ago), LATE, _afterwards(year))


class _Way:
    """One case's way, step by step on its own days."""

    def __init__(self, year: Year, case: Case) -> None:
        self.year = year
        self.case = case
        self.start = year.on(-case.ago)
        signs = "".join(year.chance.choices(_SIGNS, k=7))
        self.reference = f"F{signs[:3]}-{signs[3:]}"

    def add(self) -> None:
        """Put every step in the script."""
        case, year = self.case, self.year
        year.add(self.start, MORNING, self._register)
        self._steps()
        if case.meeting is not None:
            self._meeting(add_working_days(self.start, case.meeting))
        if case.consent_back is not None:
            self._then(case.consent_back, verbs.withdraw_consent)
        if case.called_off is not None:
            self._then(case.called_off, verbs.withdraw_referral)

    def _register(self, session: Session, at: datetime) -> None:
        verbs.register_referral(
            session,
            agreement=self.year.agreement,
            person=self.year.person(session, self.case.convener),
            reference=self.reference,
            referred_on=local_date(at),
            now=at,
        )

    def _then(self, days: int, verb: Callable[..., Referral]) -> None:
        day = add_working_days(self.start, days)
        self.year.add(day, LATE, self._act(verb))

    def _act(self, verb: Callable[..., Referral], **given: object) -> Event:
        def act(session: Session, at: datetime) -> None:
            referral = session.scalars(
                select(Referral).where(Referral.reference == self.reference)
            ).one()
            verb(
                session,
                referral=referral,
                person=self.year.person(session, self.case.convener),
                version=referral.version,
                now=at,
                **given,
            )

        return act

    def _steps(self) -> None:
        case = self.case
        contacted = _after(self.start, case.contact)
        assessed = _after(contacted, case.assessment)
        planned = _after(assessed, case.plan)
        outcome = Assessment.REFERRED_ON if case.referred_on else Assessment.SUITS
        for day, steps in (
            (contacted, verbs.Steps(self.start, contacted)),
            (assessed, verbs.Steps(self.start, contacted, assessed, outcome)),
            (planned, verbs.Steps(self.start, contacted, assessed, outcome, planned)),
        ):
            if day is not None:
                self.year.add(day, NOON, self._act(verbs.report_steps, steps=steps))

    def _meeting(self, meeting_on: date) -> None:
        case, year = self.case, self.year
        asked = add_working_days(self.start, 2)
        year.add(asked, MORNING, self._act(verbs.confirm_consent))
        book = self._act(verbs.book_meeting, meeting_on=meeting_on)
        year.add(asked, time(9, 30), book)
        material_on = None
        if case.material is not None:
            material_on = subtract_working_days(meeting_on, case.material)
            early = verbs.AboutMeeting(material_on, None, case.wish)
            year.add(material_on, LATE, self._act(verbs.report_meeting, about=early))
        if case.attended is not None:
            told = verbs.AboutMeeting(material_on, case.attended, case.wish)
            day = add_working_days(meeting_on, 1)
            year.add(day, MORNING, self._act(verbs.report_meeting, about=told))


def _after(day: date | None, working_days: int | None) -> date | None:
    if day is None or working_days is None:
        return None
    return add_working_days(day, working_days)


def _elsewhere(year: Year) -> Event:
    """Book a SIP at the convener's own office."""

    def book(session: Session, at: datetime) -> None:
        unit = year.units["sollentuna-mottagning"]
        slots = free_slots(session, unit.id, after=at + timedelta(days=12), limit=1, now=at)
        book_sip(
            session,
            agreement=year.agreement,
            unit=unit,
            starts_at=slots[0],
            minutes=60,
            people=[],
            consent=True,
            purpose_ready=True,
            requested_on=local_date(at),
            convener=year.person(session, SOLLENTUNA),
            domain=year.services.settings.host,
            now=at,
            venue=SipVenue.CONVENER,
            venue_reason=VenueReason.CLIENT_CANNOT_COME,
        )

    return book


#: What is said of every n-th SIP; the rest are followed up in time.
KINDS = 7
NOT_HELD, SILENT, OVERRAN, TOO_LATE = 3, 5, 2, 6
LATE_DAYS = 12


def _afterwards(year: Year) -> Event:
    """Let the conveners tell of the SIPs that have been since last time."""

    def tell(session: Session, at: datetime) -> None:
        been = session.scalars(
            select(Sip)
            .join(Meeting, Meeting.id == Sip.meeting_id)
            .where(
                Sip.result.is_(None),
                Sip.called_off.is_(None),
                Meeting.starts_at < at - timedelta(hours=2),
            )
            .options(joinedload(Sip.meeting), joinedload(Sip.convener))
            .order_by(Sip.id)
        ).all()
        for sip in been:
            said = _said(sip, local_date(at))
            if said is not None:
                report_sip(
                    session,
                    sip=sip,
                    said=said,
                    person=year.person(session, sip.convener.email),
                    version=sip.version,
                    now=at,
                )

    return tell


def _said(sip: Sip, today: date) -> Afterwards | None:
    kind = sip.id % KINDS
    held_on = local_date(sip.meeting.starts_at)
    early = working_days_between(held_on, today) < LATE_DAYS
    if kind == SILENT or (kind == TOO_LATE and early):
        return None
    if kind == NOT_HELD:
        return Afterwards(SipResult.NOT_HELD)
    minutes = 75 if kind == OVERRAN else 50 + kind
    return Afterwards(SipResult.HELD, minutes, today, today)
