"""Reads polls: for those who asked, and for who opens the link of a mail."""

from collections.abc import Collection

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from atagande_agreements.parties.models import Organisation, Person
from atagande_calendar.common_time.models import PollKind, PollPerson, TimePoll
from atagande_calendar.invitations.tokens import Purpose, is_valid, number_in


def listed(
    association_id: int, organisation_id: int, kinds: Collection[PollKind]
) -> Select[TimePoll]:
    """Select the polls that an organisation's people may see, by what they may ask about."""
    return select(TimePoll).where(
        TimePoll.association_id == association_id,
        TimePoll.organisation_id == organisation_id,
        TimePoll.kind.in_(kinds),
    )


def whole(session: Session, query: Select[TimePoll], number: int) -> TimePoll | None:
    """Return one of the polls that `query` selects, with all that was asked and answered."""
    return session.scalar(
        query.where(TimePoll.id == number).options(
            joinedload(TimePoll.created_by),
            selectinload(TimePoll.times),
            selectinload(TimePoll.people).selectinload(PollPerson.answers),
            selectinload(TimePoll.people)
            .joinedload(PollPerson.person)
            .options(joinedload(Person.organisation), joinedload(Person.unit)),
        )
    )


def answered(session: Session, poll_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return (how many have answered, how many are asked) of each poll."""
    rows = session.execute(
        select(PollPerson.poll_id, func.count(PollPerson.answered_at), func.count())
        .where(PollPerson.poll_id.in_(poll_ids))
        .group_by(PollPerson.poll_id)
    )
    return {poll_id: (said, asked) for poll_id, said, asked in rows}


def _asked() -> Select[PollPerson]:
    return select(PollPerson).options(
        joinedload(PollPerson.poll).selectinload(TimePoll.times),
        joinedload(PollPerson.person),
        selectinload(PollPerson.answers),
    )


def asked(session: Session, number: int) -> PollPerson | None:
    """Return one person who is asked, with the poll and what they have answered."""
    return session.scalar(_asked().where(PollPerson.id == number))


def by_token(session: Session, secret: bytes, token: str) -> PollPerson | None:
    """Return who a mail's link is for, or None for a link that is not ours."""
    number = number_in(token)
    if number is None:
        return None
    found = asked(session, number)
    if found is None or not is_valid(token, secret, Purpose.POLL, found.id, found.nonce):
        return None
    return found


def asker(session: Session, poll: TimePoll) -> Organisation:
    """Return the organisation that asks."""
    return session.get_one(Organisation, poll.organisation_id)
