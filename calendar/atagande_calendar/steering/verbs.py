"""Changes what belongs to the steering group's meetings: own items, decisions and dissents."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.parties.models import Organisation, Person
from atagande_agreements.register.models import Agreement
from atagande_agreements.steering.models import Decision, DecisionKind
from atagande_agreements.steering.verbs import RECORDED, record_decision
from atagande_calendar.meetings.attendance import LiftedIssue
from atagande_calendar.meetings.history import record
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.steering.errors import (
    AlreadyDissented,
    AlreadyHandled,
    DecidedBeforeMeeting,
    EmptyDecision,
    EmptyDissent,
    ItemWithoutTitle,
    MeetingAhead,
    MinutesFixed,
    TooManyItems,
)
from atagande_calendar.steering.models import (
    AgendaItem,
    Dissent,
    HandledItem,
    MeetingDecision,
    Minutes,
)
from atagande_calendar.steering.queries import STANDING

#: Own items of one meeting.
MOST_ITEMS = 30


def hold(session: Session, meeting: Meeting) -> None:
    """Hold a meeting's row, so that its minutes can't be fixed meanwhile."""
    session.execute(select(Meeting.id).where(Meeting.id == meeting.id).with_for_update())


def is_settled(session: Session, meeting: Meeting) -> bool:
    """Tell whether a meeting's minutes are fixed and no correction is begun."""
    total, fixed = session.execute(
        select(func.count(Minutes.id), func.count(Minutes.fixed_at)).where(
            Minutes.meeting_id == meeting.id
        )
    ).one()
    return bool(total and total == fixed)


def _require_open(session: Session, meeting: Meeting) -> None:
    hold(session, meeting)
    if is_settled(session, meeting):
        raise MinutesFixed


def attach(session: Session, *, decision: Decision, meeting: Meeting, now: datetime) -> None:
    """Put a decision under the meeting that took it; one that is under another moves.

    Raises DecidedBeforeMeeting, MeetingAhead, and MinutesFixed when the minutes of either are.
    """
    if (meeting.kind, meeting.agreement_id) != (MeetingKind.STEERING, decision.agreement_id):
        raise NotFound(field="meeting")
    if meeting.state not in STANDING:
        raise NotFound(field="meeting")
    met_on = local_date(meeting.starts_at)
    if decision.decided_on < met_on:
        raise DecidedBeforeMeeting(
            field="decided_on", decided_on=decision.decided_on, met_on=met_on
        )
    if met_on > local_date(now):
        raise MeetingAhead(field="meeting")
    _require_open(session, meeting)
    link = session.get(MeetingDecision, decision.id)
    if link is None:
        link = MeetingDecision(
            decision_id=decision.id,
            association_id=decision.association_id,
            decided_on=decision.decided_on,
        )
        session.add(link)
    elif link.meeting_id != meeting.id:
        _require_open(session, session.get_one(Meeting, link.meeting_id))
    link.meeting_id, link.met_on, link.attached_at = meeting.id, met_on, now
    session.flush()


def settle(session: Session, *, meeting_id: int | None, now: datetime) -> None:
    """Put the decisions entered in this session under their meeting.

    That is the one that was chosen, or else the meeting of the day that a decision is dated.
    """
    for decision in session.info.pop(RECORDED, ()):
        if meeting_id is None:
            put_by_day(session, decision=decision, now=now)
            continue
        chosen = session.get(Meeting, meeting_id)
        if chosen is None or chosen.association_id != decision.association_id:
            raise NotFound(field="meeting")
        attach(session, decision=decision, meeting=chosen, now=now)


def put_by_day(session: Session, *, decision: Decision, now: datetime) -> None:
    """Put a decision under the meeting of the day it is dated, if there is one that takes it."""
    meeting = _of_day(session, decision)
    if meeting is not None and not is_settled(session, meeting):
        attach(session, decision=decision, meeting=meeting, now=now)


def _of_day(session: Session, decision: Decision) -> Meeting | None:
    """Return the group's meeting on the day a decision is dated, if there was exactly one."""
    found = [
        one
        for one in session.scalars(
            select(Meeting).where(
                Meeting.agreement_id == decision.agreement_id,
                Meeting.kind == MeetingKind.STEERING,
                Meeting.state.in_(STANDING),
            )
        )
        if local_date(one.starts_at) == decision.decided_on
    ]
    return found[0] if len(found) == 1 else None


def decide_other(
    session: Session,
    *,
    agreement: Agreement,
    paragraph: str,
    decided_on: date,
    note: str,
    person: Person,
    now: datetime,
    about: LiftedIssue | AgendaItem | None = None,
    diary_number: str = "",
) -> Decision:
    """Enter a decision that acts on nothing in the service; the note is the decision.

    With `about`, a lifted issue or an own item is handled by it: once, else AlreadyHandled.
    """
    if not note.strip():
        raise EmptyDecision(field="note")
    if about is not None and about.association_id != agreement.association_id:
        raise NotFound
    decision = record_decision(
        session,
        agreement=agreement,
        kind=DecisionKind.OTHER,
        paragraph=paragraph,
        decided_on=decided_on,
        person=person,
        now=now,
        note=note,
        diary_number=diary_number,
    )
    if about is not None:
        handled = HandledItem(
            association_id=agreement.association_id,
            decision_id=decision.id,
            lifted_issue_id=about.id if isinstance(about, LiftedIssue) else None,
            agenda_item_id=about.id if isinstance(about, AgendaItem) else None,
        )
        try:
            with session.begin_nested():
                session.add(handled)
                session.flush()
        except IntegrityError as error:
            raise AlreadyHandled from error
    _note(session, decision, "decision.recorded", person, now, paragraph=decision.paragraph)
    return decision


def _note(
    session: Session, decision: Decision, action: str, person: Person, now: datetime, **said: str
) -> None:
    audit.record(
        session,
        audit.Change(
            association_id=decision.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action=action,
            object_type="decision",
            object_id=decision.id,
            changes={name: (None, value) for name, value in said.items()},
        ),
    )


def dissent(
    session: Session,
    *,
    decision: Decision,
    party: Organisation,
    text: str,
    person: Person,
    now: datetime,
) -> Dissent:
    """Enter a party's särskilt uttalande about a decision; it is never changed.

    Raises MinutesFixed when the minutes of the decision's meeting are: a correction is begun
    first. Of two who enter the same party's at once the second gets AlreadyDissented.
    """
    if not text.strip():
        raise EmptyDissent(field="text")
    if party.association_id != decision.association_id:
        raise NotFound(field="party")
    link = session.get(MeetingDecision, decision.id)
    if link is not None:
        _require_open(session, session.get_one(Meeting, link.meeting_id))
    made = Dissent(
        association_id=decision.association_id,
        decision_id=decision.id,
        organisation_id=party.id,
        text=text.strip(),
        recorded_by_id=person.id,
        recorded_at=now,
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as error:
        raise AlreadyDissented(field="party") from error
    _note(session, decision, "decision.dissent", person, now, party=party.key)
    return made


def add_item(
    session: Session, *, meeting: Meeting, title: str, text: str, person: Person, now: datetime
) -> AgendaItem:
    """Put an own item last on a meeting's agenda."""
    if not title.strip():
        raise ItemWithoutTitle(field="title")
    _require_open(session, meeting)
    count, last = session.execute(
        select(func.count(AgendaItem.id), func.max(AgendaItem.position)).where(
            AgendaItem.meeting_id == meeting.id
        )
    ).one()
    if count >= MOST_ITEMS:
        raise TooManyItems(field="title", most=MOST_ITEMS)
    item = AgendaItem(
        association_id=meeting.association_id,
        meeting_id=meeting.id,
        position=(last or 0) + 1,
        title=title.strip(),
        text=text.strip(),
        added_by_id=person.id,
        added_at=now,
    )
    session.add(item)
    session.flush()
    record(session, meeting, "meeting.item_added", person, now, item=(None, item.title))
    return item


def change_item(
    session: Session,
    *,
    meeting: Meeting,
    item: AgendaItem,
    title: str,
    text: str,
    person: Person,
    version: int,
    now: datetime,
) -> None:
    """Change the words of an own item."""
    if not title.strip():
        raise ItemWithoutTitle(field="title")
    _require_free(session, meeting, item, version)
    before = item.title
    item.title, item.text = title.strip(), text.strip()
    session.flush()
    record(session, meeting, "meeting.item_changed", person, now, item=(before, item.title))


def move_item(session: Session, *, meeting: Meeting, item: AgendaItem, version: int) -> None:
    """Let an own item change place with the one before it; the first stays."""
    _require_free(session, meeting, item, version)
    before = session.scalar(
        select(AgendaItem)
        .where(AgendaItem.meeting_id == meeting.id, AgendaItem.position < item.position)
        .order_by(AgendaItem.position.desc())
        .limit(1)
    )
    if before is not None:
        before.position, item.position = item.position, before.position
        session.flush()


def remove_item(
    session: Session,
    *,
    meeting: Meeting,
    item: AgendaItem,
    person: Person,
    version: int,
    now: datetime,
) -> None:
    """Take an own item off the agenda; one that is decided stays (AlreadyHandled)."""
    _require_free(session, meeting, item, version)
    session.delete(item)
    session.flush()
    record(session, meeting, "meeting.item_removed", person, now, item=(item.title, None))


def _require_free(session: Session, meeting: Meeting, item: AgendaItem, version: int) -> None:
    """Refuse what is settled, decided or changed since it was read."""
    _require_open(session, meeting)
    if item.version != version:
        raise Stale
    handled = select(HandledItem.id).where(HandledItem.agenda_item_id == item.id)
    if session.scalar(handled) is not None:
        raise AlreadyHandled
