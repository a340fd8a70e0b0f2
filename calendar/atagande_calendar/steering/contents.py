"""What minutes say: plain values only, made once from the tables and then read as they are.

Screen, print and PDF are all made from `Contents`, so that they can't differ. Functions and
parties are named, never persons.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.parties.models import Association, Organisation
from atagande_calendar.invitations.models import Invitation, Partstat
from atagande_calendar.meetings.attendance import MeetingAttendance, Presence
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.steering import acted, items, queries
from atagande_calendar.steering.acted import Acted
from atagande_calendar.steering.items import Item, Topic
from atagande_calendar.steering.models import Minutes
from atagande_calendar.steering.queries import Registered

#: Key of the note that is about no item.
GENERAL = "general"
#: Raised when what is kept changes its shape.
FORMAT = 1
_TOPICS = {
    "parameter": Topic.PARAMETER,
    "issue": Topic.ISSUE,
    "own": Topic.OWN,
    **dict.fromkeys(("closed", "measure", "escalated", "reopened"), Topic.DEVIATION),
}


@dataclass(frozen=True, slots=True)
class Present:
    """A party at the meeting."""

    party: str
    presence: Presence
    people: int
    #: Functions of those who said that they would come.
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dissented:
    """A party's särskilt uttalande."""

    party: str
    text: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as the minutes have it."""

    id: int
    paragraph: str
    decided_on: date
    diary_number: str
    note: str
    acted: tuple[Acted, ...]
    dissents: tuple[Dissented, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """An item of the agenda with its outcome."""

    item: Item
    note: str
    decisions: tuple[Decided, ...]


@dataclass(frozen=True, slots=True)
class Next:
    """The meeting after this one."""

    starts_at: datetime
    minutes: int
    place: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """That the minutes are fixed: by whom, by function, and when."""

    function: str
    on: date
    diary_number: str


@dataclass(frozen=True, slots=True)
class Contents:
    """All that minutes say."""

    association: str
    title: str
    starts_at: datetime
    minutes: int
    place: str
    #: 1, or 2 and on for a correction.
    number: int
    reason: str
    present: tuple[Present, ...]
    points: tuple[Point, ...]
    #: Decisions that belong to no item of the agenda.
    others: tuple[Decided, ...]
    general: str
    next: Next | None
    fixed: Fixed | None

    @property
    def decisions(self) -> list[Decided]:
        """Return every decision once, in the order of the points and then the others."""
        every = [one for point in self.points for one in point.decisions]
        return list({one.id: one for one in (*every, *self.others)}.values())


def gather(
    session: Session, *, meeting: Meeting, after: Meeting | None, minutes: Minutes
) -> Contents:
    """Return what a meeting's minutes say now; `after` is the meeting that comes next."""
    association = session.get_one(Association, meeting.association_id)
    decided = [_decided(one) for one in queries.at_meeting(session, meeting)]
    notes = {one.item: one.text for one in minutes.notes}
    own = [
        Item(topic=Topic.OWN, key=f"own:{one.id}", title=one.title, title_en=one.title)
        for one in queries.own_items(session, meeting.id)
    ]
    points = _points(agenda_of(minutes), own, decided, notes)
    taken = {one.id for point in points for one in point.decisions}
    return Contents(
        association=association.name,
        title=meeting.title,
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        place=meeting.place,
        number=minutes.number,
        reason=minutes.reason,
        present=tuple(_present(session, meeting)),
        points=points,
        others=tuple(one for one in decided if one.id not in taken),
        general=notes.get(GENERAL, ""),
        next=Next(after.starts_at, after.minutes, after.place) if after else None,
        fixed=None,
    )


def _decided(one: Registered) -> Decided:
    decision = one.decision
    return Decided(
        decision.id,
        decision.paragraph,
        decision.decided_on,
        decision.diary_number,
        decision.note,
        tuple(one.acted),
        tuple(Dissented(said.organisation.name, said.text) for said in one.dissents),
    )


def agenda_of(minutes: Minutes) -> list[Item]:
    """Return the agenda as it was when minutes were begun."""
    return [items.of_plain(one) for one in json.loads(minutes.agenda)]


def _points(
    agenda: Sequence[Item],
    own: Sequence[Item],
    decided: Sequence[Decided],
    notes: Mapping[str, str],
) -> tuple[Point, ...]:
    """Return the items with their outcome, those that were decided before or after included."""
    by_key: dict[str, Item] = {one.key: one for one in agenda}
    for item in own:
        by_key.setdefault(item.key, item)
    outcome: dict[str, list[Decided]] = {}
    for decision in decided:
        told: set[str] = set()
        for act in decision.acted:
            if act.what in _TOPICS:
                # One decision about many with the same cause is told where the first of them is.
                first = next((one.key for one in decision.acted if one.key in by_key), act.key)
                key = first if act.what in {"closed", "measure", "escalated"} else act.key
                by_key.setdefault(key, _item(act))
                if key not in told:
                    outcome.setdefault(key, []).append(decision)
                    told.add(key)
    order = list(Topic)
    found = sorted(by_key.values(), key=lambda one: order.index(one.topic))
    return tuple(
        Point(one, notes.get(one.key, ""), tuple(outcome.get(one.key, ()))) for one in found
    )


def _item(act: Acted) -> Item:
    return Item(
        topic=_TOPICS[act.what],
        key=act.key,
        name=act.name,
        title=act.title,
        title_en=act.title_en,
        party=act.party,
        link=act.link,
        text=act.text if act.what == "issue" else "",
    )


def _present(session: Session, meeting: Meeting) -> list[Present]:
    said: dict[tuple[int, int | None], list[str]] = {}
    for one in session.scalars(
        select(Invitation)
        .where(
            Invitation.meeting_id == meeting.id,
            Invitation.removed_at.is_(None),
            Invitation.partstat == Partstat.ACCEPTED,
        )
        .options(joinedload(Invitation.person))
        .order_by(Invitation.id)
    ):
        for place in {(one.organisation_id, one.unit_id), (one.organisation_id, None)}:
            if one.person.title:
                said.setdefault(place, []).append(one.person.title)
    rows = session.scalars(
        select(MeetingAttendance)
        .join(MeetingAttendance.organisation)
        .where(MeetingAttendance.meeting_id == meeting.id)
        .options(joinedload(MeetingAttendance.organisation), joinedload(MeetingAttendance.unit))
        .order_by(Organisation.position, MeetingAttendance.id)
    )
    return [
        Present(
            one.unit.name if one.unit else one.organisation.name,
            one.presence,
            one.people,
            tuple(dict.fromkeys(said.get((one.organisation_id, one.unit_id), ())))
            if one.presence is Presence.PRESENT
            else (),
        )
        for one in rows
    ]


def as_text(contents: Contents) -> str:
    """Return contents as the JSON that is kept."""

    def plain(value: object) -> str:
        if isinstance(value, (date, datetime)):
            return value.isoformat()
        raise TypeError(type(value).__name__)

    values = asdict(contents) | {"format": FORMAT}
    return json.dumps(values, ensure_ascii=False, sort_keys=True, default=plain)


def digest_of(text: str) -> str:
    """Return the hex SHA-256 of a text's UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def of_text(text: str) -> Contents:
    """Return the contents that `as_text` wrote."""
    kept = json.loads(text)
    following, fixed = kept["next"], kept["fixed"]
    return Contents(
        association=kept["association"],
        title=kept["title"],
        starts_at=datetime.fromisoformat(kept["starts_at"]),
        minutes=kept["minutes"],
        place=kept["place"],
        number=kept["number"],
        reason=kept["reason"],
        present=tuple(
            Present(one["party"], Presence(one["presence"]), one["people"], tuple(one["functions"]))
            for one in kept["present"]
        ),
        points=tuple(
            Point(
                items.of_plain(one["item"]),
                one["note"],
                tuple(_of_decided(said) for said in one["decisions"]),
            )
            for one in kept["points"]
        ),
        others=tuple(_of_decided(one) for one in kept["others"]),
        general=kept["general"],
        next=Next(
            datetime.fromisoformat(following["starts_at"]),
            following["minutes"],
            following["place"],
        )
        if following
        else None,
        fixed=Fixed(fixed["function"], date.fromisoformat(fixed["on"]), fixed["diary_number"])
        if fixed
        else None,
    )


def _of_decided(kept: Mapping[str, Any]) -> Decided:
    return Decided(
        kept["id"],
        kept["paragraph"],
        date.fromisoformat(kept["decided_on"]),
        kept["diary_number"],
        kept["note"],
        tuple(acted.of_plain(one) for one in kept["acted"]),
        tuple(Dissented(one["party"], one["text"]) for one in kept["dissents"]),
    )
