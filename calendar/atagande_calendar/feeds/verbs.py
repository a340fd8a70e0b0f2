"""Makes and revokes private calendar addresses."""

import secrets
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.parties.models import Person, Unit
from atagande_calendar.feeds.models import CalendarFeed

_NONCE_BYTES = 16


def make_feed(
    session: Session, *, person: Person, unit: Unit | None, replaces: int, now: datetime
) -> CalendarFeed:
    """Make an address of a person's own calls, or of those to the unit that the person leads.

    The one that worked until now stops at once; `replaces` is its number, 0 if there was none.
    Raises Stale if another has been made since, NotFound for a unit that the person does not lead.
    """
    if unit is not None and not person.leads(unit):
        raise NotFound
    whose = CalendarFeed.person_id == person.id if unit is None else CalendarFeed.unit_id == unit.id
    old = session.scalar(select(CalendarFeed).where(whose, CalendarFeed.revoked_at.is_(None)))
    if (old.id if old else 0) != replaces:
        raise Stale
    if old is not None:
        _revoke(session, old, person, now)
    feed = CalendarFeed(
        association_id=person.association_id,
        person_id=person.id if unit is None else None,
        unit_id=unit.id if unit else None,
        made_by_id=person.id,
        nonce=secrets.token_hex(_NONCE_BYTES),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(feed)
            session.flush()
    except IntegrityError as error:
        # Someone made one at the same moment: the index lets one of two through.
        raise Stale from error
    _note(session, feed, "feed.made", person, now)
    return feed


def revoke_feed(session: Session, *, feed: CalendarFeed, person: Person, now: datetime) -> None:
    """Let an address open nothing from now on; Stale if it already does not."""
    _revoke(session, feed, person, now)


def _revoke(session: Session, feed: CalendarFeed, person: Person, now: datetime) -> None:
    revoked = session.execute(
        update(CalendarFeed)
        .where(CalendarFeed.id == feed.id, CalendarFeed.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(CalendarFeed.id)
    ).all()
    if not revoked:
        raise Stale
    session.refresh(feed, ["revoked_at"])
    _note(session, feed, "feed.revoked", person, now)


def mark_read(session: Session, *, feed_id: int, now: datetime) -> None:
    """Note that a calendar program has fetched an address; once a local day is enough."""
    midnight = local_time(local_date(now), datetime.min.time())
    session.execute(
        update(CalendarFeed)
        .where(
            CalendarFeed.id == feed_id,
            or_(CalendarFeed.last_read_at.is_(None), CalendarFeed.last_read_at < midnight),
        )
        .values(last_read_at=now)
    )


def _note(session: Session, feed: CalendarFeed, action: str, person: Person, now: datetime) -> None:
    """Record it in the audit trail, without the address."""
    audit.record(
        session,
        audit.Change(
            association_id=feed.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action=action,
            object_type="calendar_feed",
            object_id=feed.id,
            changes={"person": (None, feed.person_id), "unit": (None, feed.unit_id)},
        ),
    )
