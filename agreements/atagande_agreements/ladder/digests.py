"""Who is told what in a digest, and that nobody is told it twice."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.deviations.verbs import ask_for_replies
from atagande_agreements.ladder import queueing
from atagande_agreements.ladder.digest_models import DigestItem
from atagande_agreements.ladder.things import NEWS, Thing, things
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.heirs import heirs
from atagande_agreements.parties.models import (
    Association,
    Organisation,
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
)
from atagande_agreements.sweep import insert_new

#: Keys that one statement asks for.
_MANY = 500


@dataclass(frozen=True, slots=True)
class Queued:
    """What a round of `queue` did, in numbers."""

    asked: int
    digests: int


def queue(session: Session, now: datetime) -> Queued:
    """Queue a digest for everyone who has something left to be told; the past is not told.

    1. Ask for the replies whose time has been decided since the deviation was opened.
    2. Work out what each person is to be told, less what they have been told.
    3. Give each of them a row of the outbox for their day, if it has none.

    Repeating it, or two at once, queues nothing more.
    """
    asked = len(ask_for_replies(session, now))
    session.flush()
    people: list[int] = []
    for association_id in session.scalars(select(Association.id).order_by(Association.id)).all():
        people += untold(session, waiting(session, association_id, now))
    if not people:
        return Queued(asked, 0)
    receivers = select(Person.id).where(Person.id.in_(people)).cte("receivers")
    table = OutboxMessage.__table__
    new = session.execute(
        insert_new(session, table)
        .from_select(queueing.COLUMNS, queueing.rows(receivers))
        .returning(table.c.id),
        {"at": now, **queueing.bound(now)},
    ).all()
    _revive(session, people, now)
    return Queued(asked, len(new))


def _revive(session: Session, people: Iterable[int], now: datetime) -> None:
    """Queue today's digests again that were cancelled because there was nothing left to tell."""
    turn = queueing.turn(now)
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.unique_key.in_([queueing.key_of(one, turn.day) for one in people]),
            OutboxMessage.state == OutboxState.CANCELLED,
            OutboxMessage.raw.is_(None),
        )
        .values(state=OutboxState.QUEUED, next_try_at=turn.at, last_error="", tries=0)
        .execution_options(synchronize_session=False)
    )


def waiting(session: Session, association_id: int, now: datetime) -> dict[int, list[Thing]]:
    """Return what concerns each person of an association at a moment, told before or not."""
    found = things(session, association_id, now)
    if not found:
        return {}
    ways, today = heirs(session, association_id), local_date(now)
    units: dict[int, list[int]] = defaultdict(list)
    organisations: dict[int, list[int]] = defaultdict(list)
    group: list[int] = []
    rows = session.execute(
        select(Person.id, Person.unit_id, Person.organisation_id, RoleGrant.role, Organisation.kind)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.association_id == association_id, Person.active)
        .order_by(Person.id)
    )
    for number, unit_id, organisation_id, role, kind in rows:
        if role is Role.STEERING:
            group.append(number)
        # The association has no unit chief; its administrator speaks for it.
        own = role is Role.ADMINISTRATOR and kind is OrganisationKind.ASSOCIATION
        if role is Role.UNIT_CHIEF or own:
            organisations[organisation_id].append(number)
            if unit_id is not None:
                units[unit_id].append(number)
    told: dict[int, list[Thing]] = defaultdict(list)
    for thing in found:
        if thing.kind in NEWS:
            receivers = group
        elif thing.unit_id is not None:
            receivers = units[ways.unit_on(thing.unit_id, today)]
        else:
            receivers = organisations[ways.organisation_on(thing.organisation_id, today)]
        for number in receivers:
            told[number].append(thing)
    return dict(told)


def untold(
    session: Session,
    found: Mapping[int, Sequence[Thing]],
    people: Collection[int] | None = None,
) -> dict[int, list[Thing]]:
    """Return what of `found` the people have not been told; who knows it all is left out."""
    asked = [number for number in found if people is None or number in people]
    keys = sorted({thing.key for number in asked for thing in found[number]})
    told: set[tuple[int, str]] = set()
    for start in range(0, len(keys), _MANY):
        query = select(DigestItem.person_id, DigestItem.thing).where(
            DigestItem.thing.in_(keys[start : start + _MANY])
        )
        if people is not None:
            query = query.where(DigestItem.person_id.in_(people))
        told.update((row.person_id, row.thing) for row in session.execute(query))
    left = {
        number: [thing for thing in found[number] if (number, thing.key) not in told]
        for number in asked
    }
    return {number: new for number, new in left.items() if new}


def note_told(
    session: Session, message: OutboxMessage, keys: Collection[str], now: datetime
) -> None:
    """Note what a digest tells; IntegrityError if another has told some of it meanwhile."""
    if keys:
        session.execute(
            insert(DigestItem),
            [
                {
                    "association_id": message.association_id,
                    "person_id": message.person_id,
                    "thing": key,
                    "message_id": message.id,
                    "at": now,
                }
                for key in keys
            ],
        )


def forget_told(session: Session, message_id: int) -> None:
    """Forget what a digest told that never left, so that another tells it."""
    session.execute(delete(DigestItem).where(DigestItem.message_id == message_id))


def keys_of(session: Session, message_id: int) -> set[str]:
    """Return the keys of what a digest tells."""
    return set(session.scalars(select(DigestItem.thing).where(DigestItem.message_id == message_id)))


def had_another(session: Session, message: OutboxMessage, now: datetime) -> bool:
    """Tell whether the receiver has got another digest on the local day of `now`."""
    start = local_time(local_date(now), datetime.min.time())
    found = session.scalar(
        select(
            exists().where(
                OutboxMessage.kind == queueing.KIND,
                OutboxMessage.person_id == message.person_id,
                OutboxMessage.id != message.id,
                OutboxMessage.sent_at >= start,
            )
        )
    )
    return bool(found)
