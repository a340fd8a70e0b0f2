"""Plans, publishes and reads series of meetings.

Dates without a rule (four a year) are separate meetings that belong together: each is an event of
its own in people's calendars. With a regular rule they are one recurring event.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from atagande_agreements.civil_time import is_working_day, local_date
from atagande_agreements.errors import Stale
from atagande_agreements.parties.models import Organisation, Person
from atagande_agreements.register.models import Agreement
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.invitations.recurring import tell_series
from atagande_calendar.invitations.sending import tell
from atagande_calendar.invitations.told import Sending
from atagande_calendar.itip.recurrence import Rule
from atagande_calendar.meetings import evidence
from atagande_calendar.meetings.errors import (
    DateTwice,
    InThePast,
    NotADraft,
    NoWorkingDay,
    TooManyDates,
)
from atagande_calendar.meetings.history import record
from atagande_calendar.meetings.models import (
    Meeting,
    MeetingKind,
    MeetingSeries,
    MeetingState,
)
from atagande_calendar.meetings.verbs import new_uid, plan_meeting

#: Meetings of one series.
MOST = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFacts:
    """What every meeting of a series is planned as; see `Meeting`."""

    kind: MeetingKind
    title: str
    minutes: int
    place: str
    agenda: str = ""
    target_group: bool = False


def plan_series(
    session: Session,
    *,
    agreement: Agreement,
    facts: SeriesFacts,
    starts: Sequence[datetime],
    rule: Rule | None = None,
    convener: Organisation,
    people: Sequence[Person],
    person: Person,
    domain: str,
    now: datetime,
) -> MeetingSeries:
    """Plan a series as drafts, all or none; no mail leaves before it is published.

    `starts` are the meetings' (UTC), or with a rule the first one; days that the rule gives and
    that are no working days are left out.
    """
    starts = sorted(starts)
    first = starts[0]
    if rule is not None:
        starts = [one for one in rule.starts(first) if is_working_day(local_date(one))]
        if not starts:
            raise NoWorkingDay(field="day", day=local_date(first))
    if len({local_date(one) for one in starts}) < len(starts):
        raise DateTwice(field="day")
    if len(starts) > MOST:
        raise TooManyDates(field="count", most=MOST)
    series = MeetingSeries(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        kind=facts.kind,
        title=facts.title.strip(),
        place=facts.place.strip(),
        agenda=facts.agenda.strip(),
        rrule=rule.text if rule else "",
        starts_at=first,
        minutes=facts.minutes,
        uid=new_uid(domain),
        created_by_id=person.id,
        created_at=now,
    )
    session.add(series)
    session.flush()
    for start in starts:
        meeting = plan_meeting(
            session,
            agreement=agreement,
            kind=facts.kind,
            title=facts.title,
            starts_at=start,
            minutes=facts.minutes,
            place=facts.place,
            agenda=facts.agenda,
            target_group=facts.target_group,
            convener=convener,
            people=people,
            person=person,
            domain=domain,
            now=now,
        )
        meeting.series = series
        meeting.recurrence_at = start if rule else None
    session.flush()
    record(session, series, "series.planned", person, now, meetings=(None, len(starts)))
    return series


def publish_series(
    session: Session, *, series: MeetingSeries, person: Person, version: int, now: datetime
) -> Sending:
    """Publish every draft of a series; return what is sent.

    Each person gets one invitation to the whole with a rule, and one to each meeting without.
    """
    if series.version != version:
        raise Stale
    drafts = [one for one in meetings_of(session, series) if one.state is MeetingState.DRAFT]
    if not drafts:
        raise NotADraft
    if any(one.starts_at <= now for one in drafts):
        raise InThePast
    for meeting in drafts:
        meeting.state = MeetingState.PUBLISHED
        meeting.published_at = now
    touch(series)
    session.flush()
    sending = tell_all(session, series, drafts, now)
    record(session, series, "series.published", person, now, meetings=(None, len(drafts)))
    for meeting in drafts:
        state = (MeetingState.DRAFT, meeting.state)
        record(session, meeting, "meeting.published", person, now, state=state)
        if meeting.kind in evidence.SUBJECTS:
            evidence.of_attendance(session, meeting=meeting, told=None, now=now)
    return sending


def tell_all(
    session: Session, series: MeetingSeries, meetings: Iterable[Meeting], now: datetime
) -> Sending:
    """Tell people what is true of these meetings; return how many mails of each sort."""
    if series.rrule:
        return tell_series(session, series=series, now=now)
    return added([tell(session, meeting=one, now=now) for one in meetings])


def added(sendings: Collection[Sending]) -> Sending:
    """Return what several changes send together."""
    return Sending(
        sum(one.invited for one in sendings),
        sum(one.changed for one in sendings),
        sum(one.reworded for one in sendings),
        sum(one.cancelled for one in sendings),
    )


def touch(series: MeetingSeries) -> None:
    """Let a series have another version, so that a form with the present one is stale."""
    flag_modified(series, "title")


def find_series(
    session: Session, association_id: int, number: int, *, drafts: bool
) -> MeetingSeries | None:
    """Return one series, or None; without `drafts` only one with something published."""
    query = select_series(association_id, drafts=drafts)
    return session.scalar(query.where(MeetingSeries.id == number))


def select_series(association_id: int, *, drafts: bool) -> Select[MeetingSeries]:
    """Select the series that may be shown; without `drafts` those with something published."""
    query = select(MeetingSeries).where(MeetingSeries.association_id == association_id)
    if drafts:
        return query
    published = select(Meeting.id).where(
        Meeting.series_id == MeetingSeries.id, Meeting.state != MeetingState.DRAFT
    )
    return query.where(published.exists())


def meetings_of(session: Session, series: MeetingSeries) -> Sequence[Meeting]:
    """Return a series' meetings, earliest first."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.series_id == series.id)
        .options(joinedload(Meeting.organisation))
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


def people_of(session: Session, meetings: Collection[Meeting]) -> list[tuple[Person, int]]:
    """Return who is asked, with to how many of the meetings, by party and name."""
    rows = session.execute(
        select(Person, func.count())
        .join(Invitation, Invitation.person_id == Person.id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(
            Invitation.meeting_id.in_([one.id for one in meetings]),
            Invitation.removed_at.is_(None),
        )
        .group_by(Person.id, Organisation.position)
        .options(selectinload(Person.organisation), selectinload(Person.unit))
        .order_by(Organisation.position, Person.name, Person.id)
    )
    return [(row[0], row[1]) for row in rows]
