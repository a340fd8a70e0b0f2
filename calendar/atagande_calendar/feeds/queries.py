"""Reads private calendar addresses, and what stands in the calendars they open."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.parties.models import (
    Association,
    Organisation,
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
    Unit,
)
from atagande_calendar.feeds.document import FeedEvent, Shown
from atagande_calendar.feeds.models import CalendarFeed
from atagande_calendar.invitations.models import Invitation, Partstat
from atagande_calendar.invitations.tokens import Purpose, is_valid, number_in
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingSeries, MeetingState
from atagande_calendar.method import Method
from atagande_calendar.sip.models import Sip

#: Days of meetings that stand in a feed, before and after today.
DAYS_BACK, DAYS_AHEAD = 90, 400
#: Days that a meeting that was called off still stands there, struck out.
CALLED_OFF_DAYS = 30

#: Own answer -> how the time stands in one's calendar.
_SHOWN = {
    Partstat.ACCEPTED: Shown.BUSY,
    Partstat.TENTATIVE: Shown.TENTATIVE,
    Partstat.NEEDS_ACTION: Shown.TENTATIVE,
    Partstat.DECLINED: Shown.FREE,
    Partstat.DELEGATED: Shown.FREE,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """The feed that an address opens, and for whom."""

    id: int
    person_id: int | None
    unit_id: int | None
    #: Name of the unit; None for a person's own.
    unit: str | None
    association: str
    language: str
    last_read_at: datetime | None
    #: Its reader is one of the association's own people, who may not see a SIP.
    without_sip: bool


# Made once: building a statement costs more than running it.
_OPEN: Any = (
    select(
        CalendarFeed.id,
        CalendarFeed.nonce,
        CalendarFeed.person_id,
        CalendarFeed.unit_id,
        CalendarFeed.last_read_at,
        Unit.name.label("unit"),
        Association.short_name.label("association"),
        Person.language,
        Organisation.kind,
    )
    .join(Association, Association.id == CalendarFeed.association_id)
    .join(Person, Person.id == CalendarFeed.made_by_id)
    .join(Organisation, Organisation.id == Person.organisation_id)
    .outerjoin(Unit, Unit.id == CalendarFeed.unit_id)
    .where(
        CalendarFeed.id == bindparam("number"),
        CalendarFeed.revoked_at.is_(None),
        Person.active,
        or_(
            CalendarFeed.unit_id.is_(None),
            and_(
                Person.unit_id == CalendarFeed.unit_id,
                exists().where(RoleGrant.person_id == Person.id, RoleGrant.role == Role.UNIT_CHIEF),
            ),
        ),
    )
)


def by_token(session: Session, secret: bytes, token: str) -> Opened | None:
    """Return the feed that an address opens, or None if it opens nothing.

    A unit's is open while the chief who made it leads the unit, so that nobody who has left goes
    on reading.
    """
    number = number_in(token)
    if number is None:
        return None
    row = session.execute(_OPEN, {"number": number}).one_or_none()
    if row is None or not is_valid(token, secret, Purpose.FEED, row.id, row.nonce):
        return None
    return Opened(
        id=row.id,
        person_id=row.person_id,
        unit_id=row.unit_id,
        unit=row.unit,
        association=row.association,
        language=row.language,
        last_read_at=row.last_read_at,
        without_sip=row.kind is OrganisationKind.ASSOCIATION,
    )


def working(
    session: Session, person_id: int, unit_id: int | None
) -> tuple[CalendarFeed | None, CalendarFeed | None]:
    """Return a person's own address and that of a unit, as far as they are not revoked."""
    whose = CalendarFeed.person_id == person_id
    if unit_id is not None:
        whose = or_(whose, CalendarFeed.unit_id == unit_id)
    found = session.scalars(
        select(CalendarFeed)
        .where(whose, CalendarFeed.revoked_at.is_(None))
        .options(
            joinedload(CalendarFeed.made_by).selectinload(Person.grants),
            joinedload(CalendarFeed.unit),
        )
    ).all()
    own = next((one for one in found if one.person_id is not None), None)
    return own, next((one for one in found if one.unit_id is not None), None)


def one(
    session: Session, number: int, *, person_id: int, unit_id: int | None
) -> CalendarFeed | None:
    """Return an address of a person's own, or of the unit that they lead, working or not."""
    whose = CalendarFeed.person_id == person_id
    if unit_id is not None:
        whose = or_(whose, CalendarFeed.unit_id == unit_id)
    return session.scalar(
        select(CalendarFeed)
        .where(CalendarFeed.id == number, whose)
        .options(joinedload(CalendarFeed.made_by), joinedload(CalendarFeed.unit))
    )


#: When the last of those who were asked was told that a meeting is called off.
_told_off = func.max(Invitation.told_at).filter(Invitation.method == Method.CANCEL)


def _meetings(whose: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Select what stands in a feed, one row a meeting.

    A unit's own convener's booking is no call to the unit, as on the page of SIPs.
    """
    return (
        select(
            Meeting.id,
            Meeting.kind,
            Meeting.state,
            Meeting.uid,
            Meeting.recurrence_at,
            Meeting.published_at,
            Meeting.starts_at,
            Meeting.minutes,
            Meeting.title,
            Meeting.place,
            MeetingSeries.uid.label("series_uid"),
            func.max(Invitation.sequence).label("sequence"),
            func.max(Invitation.told_at).label("told_at"),
            func.max(Invitation.answered_at).label("answered_at"),
            func.max(Invitation.partstat).label("partstat"),
        )
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .outerjoin(MeetingSeries, MeetingSeries.id == Meeting.series_id)
        .where(
            whose,
            Invitation.removed_at.is_(None),
            # Nobody else is told of a time that a clinic has not said yes to.
            ~Invitation.waiting,
            Meeting.state != MeetingState.DRAFT,
            Meeting.starts_at >= bindparam("first"),
            Meeting.starts_at < bindparam("last"),
        )
        .group_by(Meeting.id, MeetingSeries.uid)
        .having(or_(Meeting.state != MeetingState.CANCELLED, _told_off >= bindparam("since")))
        .order_by(Meeting.starts_at, Meeting.id)
    )


_NO_CASES = Meeting.kind != MeetingKind.SIP
_OF_PERSON = _meetings(Invitation.person_id == bindparam("whose"))
_OF_PERSON_WITHOUT_SIP = _OF_PERSON.where(_NO_CASES)
_OF_UNIT = _meetings(
    and_(
        Invitation.unit_id == bindparam("whose"),
        ~exists().where(Sip.meeting_id == Meeting.id, Sip.convener_id == Invitation.person_id),
    )
)
_OF_UNIT_WITHOUT_SIP = _OF_UNIT.where(_NO_CASES)


def events(session: Session, opened: Opened, *, base_url: str, now: datetime) -> list[FeedEvent]:
    """Return what stands in a feed, earliest first.

    The span moves at midnight, so that within a day nothing changes but by what people do.
    """
    today = local_date(now)
    if opened.unit_id is None:
        query = _OF_PERSON_WITHOUT_SIP if opened.without_sip else _OF_PERSON
    else:
        query = _OF_UNIT_WITHOUT_SIP if opened.without_sip else _OF_UNIT
    rows = session.execute(
        query,
        {
            "whose": opened.unit_id or opened.person_id,
            "first": local_time(today - timedelta(days=DAYS_BACK), time()),
            "last": local_time(today + timedelta(days=DAYS_AHEAD + 1), time()),
            "since": local_time(today - timedelta(days=CALLED_OFF_DAYS), time()),
        },
    )
    return [_event(row, own=opened.unit_id is None, base_url=base_url) for row in rows]


def _event(row: Row[Any], *, own: bool, base_url: str) -> FeedEvent:
    private = row.kind is MeetingKind.SIP
    answered_at = row.answered_at if own else None
    return FeedEvent(
        uid=row.series_uid if row.recurrence_at is not None else row.uid,
        recurrence_at=row.recurrence_at,
        sequence=row.sequence,
        changed_at=max(filter(None, (row.published_at, row.told_at, answered_at))),
        starts_at=row.starts_at,
        minutes=row.minutes,
        title=row.title,
        place=row.place,
        called_off=row.state is MeetingState.CANCELLED,
        private=private,
        # A unit's calendar is to look in: it takes nobody's time.
        shown=_SHOWN[row.partstat] if own else Shown.FREE,
        url="" if private else f"{base_url}/moten/{row.id}",
    )
