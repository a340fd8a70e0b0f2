"""Queues digests: at most one row for a person and local day, whoever asks and how often.

The row says only that the person gets a digest that day; what it tells is worked out when it is
written (docs/decisions/0027-one-digest-a-day.md).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, case, cast, exists, literal, select
from sqlalchemy.orm import aliased

from atagande_agreements.civil_time import STOCKHOLM, local_time, require_aware
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.models import Person

KIND = "digest"
#: Nobody gets a digest at night: local times from which it leaves, and until which.
MORNING, EVENING = time(7), time(21)
#: The columns of `rows`, in their order.
COLUMNS = (
    "association_id",
    "unique_key",
    "kind",
    "recipient",
    "person_id",
    "language",
    "subject_type",
    "subject_id",
    "payload",
    "state",
    "queued_at",
    "next_try_at",
    "tries",
    "last_error",
)


@dataclass(frozen=True, slots=True)
class Turn:
    """When the next digest may leave: its local day and moment, and those of the one after it."""

    day: date
    at: datetime
    next_day: date
    next_at: datetime


def turn(now: datetime) -> Turn:
    """Return when a digest that is asked for at a moment leaves: now, or when the night is over."""
    local = require_aware(now).astimezone(STOCKHOLM)
    day = local.date() + timedelta(days=local.time() >= EVENING)
    at = max(now, local_time(day, MORNING))
    next_day = day + timedelta(days=1)
    return Turn(day, at, next_day, local_time(next_day, MORNING))


def key_of(person_id: int, day: date) -> str:
    """Return the unique key of a person's digest of a local day."""
    return f"{KIND}:{person_id}:{day.isoformat()}"


def day_of(message: OutboxMessage) -> date:
    """Return the local day that a digest belongs to."""
    return date.fromisoformat(message.unique_key.rpartition(":")[2])


def bound(now: datetime) -> dict[str, object]:
    """Return the values that `rows` is bound to, besides the moment itself, `at`."""
    found = turn(now)
    return {
        "digest_day": found.day.isoformat(),
        "digest_at": found.at,
        "digest_next_day": found.next_day.isoformat(),
        "digest_next_at": found.next_at,
    }


def _moment(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=OutboxMessage.queued_at.type)


def _key(day: str) -> ColumnElement[str]:
    return (
        literal(f"{KIND}:")
        + cast(Person.id, String)
        + literal(":")
        + bindparam(day, type_=String())
    )


def rows(people: Any) -> Select[Any]:
    """Select the outbox rows that give each of `people` (rows with `id`) a digest.

    It is that of the day after, once the day's own has been written.
    """
    today = aliased(OutboxMessage)
    gone = exists().where(
        today.unique_key == _key("digest_day"),
        (today.state.in_([OutboxState.SENT, OutboxState.FAILED])) | today.raw.is_not(None),
    )
    return (
        select(
            Person.association_id,
            case((gone, _key("digest_next_day")), else_=_key("digest_day")),
            literal(KIND),
            Person.email,
            Person.id,
            Person.language,
            literal("person"),
            Person.id,
            literal("{}"),
            literal(OutboxState.QUEUED, OutboxMessage.state.type),
            _moment("at"),
            case((gone, _moment("digest_next_at")), else_=_moment("digest_at")),
            literal(0),
            literal(""),
        )
        .join(people, people.c.id == Person.id)
        .where(Person.active)
        .order_by(Person.id)
    )
