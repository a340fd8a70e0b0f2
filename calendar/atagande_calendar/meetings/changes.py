"""Changes a planned meeting: its time, place, words and people. Who must know is told.

1. The rows are changed, and what each person was last told is compared with them
   (`invitations.sending`): who gets an update, an invitation or a CANCEL follows from that alone.
2. What the meeting shows of commitments moves with it, in the same transaction.
3. A draft tells nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import flag_modified

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import Stale
from atagande_agreements.parties.models import Person
from atagande_calendar.invitations.models import Attendance, Invitation, Partstat
from atagande_calendar.invitations.sending import counted, pending, tell
from atagande_calendar.invitations.told import Sending
from atagande_calendar.invitations.verbs import invite, remove
from atagande_calendar.meetings import evidence
from atagande_calendar.meetings.errors import HasBegun, NotADraft, NotStanding
from atagande_calendar.meetings.held import require_reporter
from atagande_calendar.meetings.history import record
from atagande_calendar.meetings.materials import MeetingMaterial
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState
from atagande_calendar.meetings.verbs import require_possible


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a meeting is to be; see `Meeting`."""

    title: str
    starts_at: datetime
    minutes: int
    place: str
    agenda: str
    target_group: bool = False

    @classmethod
    def of(cls, meeting: Meeting) -> "Facts":
        """Return what a meeting is now."""
        return cls(
            title=meeting.title,
            starts_at=meeting.starts_at,
            minutes=meeting.minutes,
            place=meeting.place,
            agenda=meeting.agenda,
            target_group=meeting.target_group,
        )

    @property
    def ends_at(self) -> datetime:
        """Return when it is to end (UTC)."""
        return self.starts_at + timedelta(minutes=self.minutes)

    def kept(self, kind: MeetingKind) -> "Facts":
        """Return them as they are kept: without white space around, one sort of line break."""
        return Facts(
            title=self.title.strip(),
            starts_at=self.starts_at,
            minutes=self.minutes,
            place=self.place.strip(),
            agenda="\n".join(self.agenda.strip().splitlines()),
            target_group=self.target_group and kind is MeetingKind.STEERING,
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """What saving a change would send."""

    sending: Sending
    #: How many have said yes and would have to answer again.
    answer_again: int
    #: Who would be asked, and who would no longer be.
    added: Sequence[Person]
    removed: Sequence[Person]
    #: Nothing would be different.
    same: bool


@dataclass(frozen=True, slots=True)
class _Difference:
    """What a change changes."""

    facts: dict[str, tuple[object, object]]
    added: list[Person]
    removed: list[Person]

    @property
    def nothing(self) -> bool:
        """Tell whether there is none."""
        return not (self.facts or self.added or self.removed)


def change_meeting(
    session: Session,
    *,
    meeting: Meeting,
    facts: Facts,
    people: Sequence[Person],
    person: Person,
    version: int,
    now: datetime,
) -> Sending:
    """Make a draft or a published meeting what it says here; return what is sent.

    `people` are all who are asked afterwards, and `version` is that of the meeting its author had
    read. Whoever is left out gets a CANCEL, and another time or place is answered anew.
    """
    _require_changeable(meeting, person, version, now)
    day, state = local_date(meeting.starts_at), meeting.state
    found = _apply(session, meeting, facts, people, now)
    if found.nothing:
        return Sending()
    sending = tell(session, meeting=meeting, now=now)
    record(session, meeting, "meeting.changed", person, now, **_told(found))
    if state is MeetingState.PUBLISHED:
        evidence.of_attendance(session, meeting=meeting, told=None, now=now, before=day)
    return sending


def preview_change(
    session: Session,
    *,
    meeting: Meeting,
    facts: Facts,
    people: Sequence[Person],
    person: Person,
    version: int,
    now: datetime,
) -> Preview:
    """Return what `change_meeting` would send, and refuse what it would; nothing is kept."""
    _require_changeable(meeting, person, version, now)
    tried = session.begin_nested()
    try:
        found = _apply(session, meeting, facts, people, now)
        session.flush()
        messages = pending(session, meeting=meeting, now=now)
        return Preview(
            sending=counted(messages),
            answer_again=sum(
                message.answer_anew and one.partstat is Partstat.ACCEPTED
                for one, message in messages
            ),
            added=found.added,
            removed=found.removed,
            same=found.nothing,
        )
    finally:
        tried.rollback()


def delete_draft(
    session: Session, *, meeting: Meeting, person: Person, version: int, now: datetime
) -> None:
    """Throw a draft away; nobody has been told of it."""
    require_reporter(meeting, person)
    if meeting.state is not MeetingState.DRAFT:
        raise NotADraft
    if meeting.version != version:
        raise Stale
    record(
        session,
        meeting,
        "meeting.draft_deleted",
        person,
        now,
        title=(meeting.title, None),
        starts_at=(meeting.starts_at, None),
    )
    session.execute(delete(MeetingMaterial).where(MeetingMaterial.meeting_id == meeting.id))
    session.execute(delete(Invitation).where(Invitation.meeting_id == meeting.id))
    session.delete(meeting)
    session.flush()


def asked_to(session: Session, meeting: Meeting) -> list[Person]:
    """Return who is asked to a meeting."""
    return [one.person for one in _invitations(session, meeting) if one.removed_at is None]


def _require_changeable(meeting: Meeting, person: Person, version: int, now: datetime) -> None:
    require_reporter(meeting, person)
    if meeting.state not in {MeetingState.DRAFT, MeetingState.PUBLISHED}:
        raise NotStanding
    if meeting.version != version:
        raise Stale
    if meeting.state is MeetingState.PUBLISHED and meeting.starts_at <= now:
        raise HasBegun


def _apply(
    session: Session, meeting: Meeting, facts: Facts, people: Sequence[Person], now: datetime
) -> _Difference:
    """Change the rows, and return what became different. Of two who do so at once one is Stale."""
    wanted = list(dict.fromkeys(people))
    require_possible(
        title=facts.title,
        starts_at=facts.starts_at,
        minutes=facts.minutes,
        people=wanted,
        now=now,
    )
    before, after = Facts.of(meeting).kept(meeting.kind), facts.kept(meeting.kind)
    known = {one.person_id: one for one in _invitations(session, meeting)}
    asked = {number for number, one in known.items() if one.removed_at is None}
    keeps = {one.id for one in wanted}
    found = _Difference(
        {
            one.name: (getattr(before, one.name), getattr(after, one.name))
            for one in fields(Facts)
            if getattr(before, one.name) != getattr(after, one.name)
        },
        [one for one in wanted if one.id not in asked],
        [one.person for number, one in known.items() if number in asked - keeps],
    )
    if found.nothing:
        return found
    for name, (_old, new) in found.facts.items():
        setattr(meeting, name, new)
    # Other people make another version of it too.
    flag_modified(meeting, "title")
    session.flush()
    for person in found.added:
        invite(session, meeting=meeting, person=person, attendance=Attendance.SUMMONED)
    for person in found.removed:
        if meeting.state is MeetingState.DRAFT:
            session.delete(known[person.id])
        else:
            remove(session, invitation=known[person.id], now=now)
    session.flush()
    return found


def _invitations(session: Session, meeting: Meeting) -> Sequence[Invitation]:
    return session.scalars(
        select(Invitation)
        .where(Invitation.meeting_id == meeting.id)
        .options(joinedload(Invitation.person))
        .order_by(Invitation.id)
    ).all()


def _told(found: _Difference) -> dict[str, tuple[object, object]]:
    """Return a change as the history has it: people by number."""
    changes = dict(found.facts)
    if found.added:
        changes["invited"] = (None, ", ".join(str(one.id) for one in found.added))
    if found.removed:
        changes["removed"] = (", ".join(str(one.id) for one in found.removed), None)
    return changes
