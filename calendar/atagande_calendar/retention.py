"""Kinds of record of the calendar: SIP bookings, calls to other meetings, polls and feeds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from atagande_agreements.i18n import N_
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.retention.cases import origin_of
from atagande_agreements.retention.kinds import Kind, open_origins
from atagande_agreements.retention.people import placeholder
from atagande_agreements.retention.rules import Moment
from atagande_calendar.common_time.models import (
    BusySpan,
    PollAnswer,
    PollPerson,
    PollTime,
    PublishedCalendar,
    TimePoll,
)
from atagande_calendar.feeds.models import CalendarFeed
from atagande_calendar.invitations.models import (
    Invitation,
    InvitationAnswer,
    InvitationMessage,
    InvitationProposal,
)
from atagande_calendar.invitations.series_models import MeetingSeriesTold
from atagande_calendar.meetings.attendance import (
    LiftedIssue,
    MeetingAttendance,
    MeetingReport,
    PartyLift,
)
from atagande_calendar.meetings.materials import MeetingMaterial
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.sip.models import Sip
from atagande_calendar.slots.models import SlotClaim

#: What hangs on a meeting besides the calls to it.
_OF_MEETING: tuple[Any, ...] = (
    SlotClaim,
    MeetingAttendance,
    MeetingReport,
    LiftedIssue,
    PartyLift,
    MeetingMaterial,
)


def _sips(association_id: int) -> Select[Any, Any]:
    """Return bookings with an outcome; one that is followed up goes after what follows it."""
    later = aliased(Sip)
    followed = select(later.follows_id).where(
        later.association_id == association_id, later.follows_id.is_not(None)
    )
    # The newest meeting and the newest call stay: see `Kind.named`.
    newest = select(Invitation.meeting_id).where(
        Invitation.id == select(func.max(Invitation.id)).scalar_subquery()
    )
    return (
        select(Sip.id, Meeting.starts_at.label("moment"))
        .join(Meeting, Meeting.id == Sip.meeting_id)
        .where(
            Sip.association_id == association_id,
            or_(Sip.result.is_not(None), Sip.called_off.is_not(None)),
            Sip.id.not_in(followed),
            Sip.meeting_id < select(func.max(Meeting.id)).scalar_subquery(),
            Sip.meeting_id.not_in(newest),
            origin_of("sip", Sip.id).not_in(open_origins(association_id)),
        )
    )


def calls_of_sips(session: Session, ids: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """Return the numbers of the calls to bookings, and of the mails they were sent as."""
    calls = session.scalars(
        select(Invitation.id)
        .join(Sip, Sip.meeting_id == Invitation.meeting_id)
        .where(Sip.id.in_(ids))
    ).all()
    mails = session.scalars(
        select(InvitationMessage.outbox_message_id).where(
            InvitationMessage.invitation_id.in_(calls)
        )
    ).all()
    return calls, mails


def _remove_calls(session: Session, calls: Sequence[int]) -> None:
    for table in (InvitationAnswer, InvitationProposal, InvitationMessage):
        session.execute(delete(table).where(table.invitation_id.in_(calls)))
    session.execute(delete(Invitation).where(Invitation.id.in_(calls)))


def _remove_sips(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Remove bookings with their meetings, calls, answers and mails."""
    del now
    calls, mails = calls_of_sips(session, ids)
    meetings = session.scalars(select(Sip.meeting_id).where(Sip.id.in_(ids))).all()
    _remove_calls(session, calls)
    session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(mails)))
    for table in _OF_MEETING:
        session.execute(delete(table).where(table.meeting_id.in_(meetings)))
    session.execute(delete(Sip).where(Sip.id.in_(ids)))
    session.execute(delete(Meeting).where(Meeting.id.in_(meetings)))


SIP = Kind(
    key="sip",
    name=N_("SIP-bokningar"),
    about=N_(
        "Hela bokningen tas bort: mötet, tiden hos mottagningen, kallelserna, svaren, förslagen "
        "och breven. Bedömningen av åtagandet och publicerade siffror står kvar. En bokning som "
        "ingen har berättat utfallet av gallras inte."
    ),
    moment=Moment.CASE_YEAR,
    proposal=24,
    shortest=12,
    candidates=_sips,
    remove=_remove_sips,
    tables=("sip", "slot_claim"),
    by_clock=True,
    private=True,
    feeds=("case_gate", "followed_up_within"),
    named=(Sip, Meeting, Invitation, OutboxMessage),
)


def _calls(association_id: int) -> Select[Any, Any]:
    """Return calls to other meetings, counted from the last meeting of the series."""
    other = aliased(Meeting)
    last = (
        select(func.max(other.starts_at))
        .where(other.series_id == Meeting.series_id)
        .scalar_subquery()
    )
    return (
        select(Invitation.id, func.coalesce(last, Meeting.starts_at).label("moment"))
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(
            Invitation.association_id == association_id,
            Meeting.kind != MeetingKind.SIP,
            origin_of("meeting", Meeting.id).not_in(open_origins(association_id)),
        )
    )


def _remove_other_calls(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Remove calls; what people were told of a series goes with the last call to it."""
    del now
    series = session.scalars(
        select(Meeting.series_id)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .where(Invitation.id.in_(ids), Meeting.series_id.is_not(None))
        .distinct()
    ).all()
    _remove_calls(session, ids)
    left = exists().where(
        Invitation.meeting_id == Meeting.id, Meeting.series_id == MeetingSeriesTold.series_id
    )
    session.execute(delete(MeetingSeriesTold).where(MeetingSeriesTold.series_id.in_(series), ~left))


CALL = Kind(
    key="invitation",
    name=N_("Kallelser och svar till andra möten"),
    about=N_(
        "Vem som kallades, svaren, ersättarna och förslagen på andra tider tas bort. Mötet står "
        "kvar med dagordning, vilka parter som var med och det som lyftes."
    ),
    moment=Moment.YEAR,
    proposal=36,
    shortest=12,
    candidates=_calls,
    remove=_remove_other_calls,
    tables=(
        "invitation",
        "invitation_answer",
        "invitation_proposal",
        "invitation_message",
        "meeting_series_told",
    ),
    by_clock=True,
    feeds=(
        "attends_each",
        "attends_per_period",
        "attends_when_summoned",
        "held_per_period",
        "lifted_issues",
    ),
    named=(Invitation, MeetingSeriesTold),
)


def _polls(association_id: int) -> Select[Any, Any]:
    return select(TimePoll.id, TimePoll.closed_at.label("moment")).where(
        TimePoll.association_id == association_id, TimePoll.closed_at.is_not(None)
    )


def _remove_polls(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    for table in (PollAnswer, PollPerson, PollTime):
        session.execute(delete(table).where(table.poll_id.in_(ids)))
    session.execute(delete(TimePoll).where(TimePoll.id.in_(ids)))


POLL = Kind(
    key="poll",
    name=N_("Omröstningar om tider"),
    about=N_(
        "Frågan, de föreslagna tiderna och vad var och en svarade tas bort. En omröstning som inte "
        "är avslutad gallras inte."
    ),
    moment=Moment.ENDED,
    proposal=6,
    shortest=1,
    candidates=_polls,
    remove=_remove_polls,
    tables=("time_poll", "poll_person", "poll_time", "poll_answer"),
    by_clock=True,
    named=(TimePoll, PollPerson),
)


def _feeds(association_id: int) -> Select[Any, Any]:
    return select(CalendarFeed.id, CalendarFeed.revoked_at.label("moment")).where(
        CalendarFeed.association_id == association_id, CalendarFeed.revoked_at.is_not(None)
    )


def _remove_feeds(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    session.execute(delete(CalendarFeed).where(CalendarFeed.id.in_(ids)))


FEED = Kind(
    key="feed",
    name=N_("Återkallade kalenderadresser"),
    about=N_("Att adressen har funnits tas bort. Den gick redan inte att läsa."),
    moment=Moment.ENDED,
    proposal=12,
    shortest=1,
    candidates=_feeds,
    remove=_remove_feeds,
    tables=("calendar_feed",),
    by_clock=True,
    named=(CalendarFeed,),
)


def forget_people(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Take the calendars of people away, and their addresses in calls to what has been."""
    calendars = session.scalars(
        select(PublishedCalendar.id).where(PublishedCalendar.person_id.in_(ids))
    ).all()
    session.execute(delete(BusySpan).where(BusySpan.calendar_id.in_(calendars)))
    session.execute(delete(PublishedCalendar).where(PublishedCalendar.id.in_(calendars)))
    session.execute(delete(CalendarFeed).where(CalendarFeed.person_id.in_(ids)))
    been = select(Meeting.id).where(Meeting.starts_at < now)
    session.execute(
        update(Invitation)
        .where(Invitation.person_id.in_(ids), Invitation.meeting_id.in_(been))
        .values(email=placeholder(Invitation.person_id))
    )


KINDS = (SIP, CALL, POLL, FEED)
