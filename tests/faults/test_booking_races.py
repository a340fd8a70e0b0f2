"""What many do at the same moment: one wins, and nothing is left behind by the others."""

from typing import Any

from sqlalchemy import func, select

from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import Invitation, InvitationAnswer, InvitationMessage
from atagande_calendar.meetings.models import Meeting, MeetingState
from atagande_calendar.sip.models import Sip
from atagande_calendar.slots.models import SlotClaim
from support import rivals
from support.booking import invitation, plan, published
from support.rivals import SLOT
from support.together import at_once
from support.world import CLINIC_CHIEF, CONVENER, OTHER_CONVENER, World


def count(world: World, table: Any) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_of_twenty_who_book_the_same_slot_one_wins(world: World) -> None:
    what = [CONVENER, OTHER_CONVENER] * 10
    outcomes = at_once(
        rivals.book_together, world.settings.database_url, world.now.isoformat(), what
    )
    assert [kind for kind, _free in outcomes].count("booked") == 1
    losers = [free for kind, free in outcomes if kind == "taken"]
    assert len(losers) == 19
    for free in losers:
        assert len(free) == 3
        assert SLOT.isoformat() not in free
        assert free == sorted(free)
    assert count(world, Sip) == 1
    assert count(world, Meeting) == 1
    assert count(world, SlotClaim) == 4
    assert count(world, Invitation) == count(world, OutboxMessage) == 2


def test_two_who_publish_at_once_send_one_request_to_each(world: World) -> None:
    with world.writer() as session:
        meeting = plan(world, session).id
        session.commit()
    outcomes = at_once(
        rivals.publish_together,
        world.settings.database_url,
        world.now.isoformat(),
        [meeting, meeting],
    )
    assert 5 in outcomes
    assert {5} < set(outcomes) <= {5, "stale", "not_a_draft"}
    assert count(world, InvitationMessage) == count(world, OutboxMessage) == 5
    with world.services.reader() as session:
        assert session.get_one(Meeting, meeting).state is MeetingState.PUBLISHED


def test_the_same_answer_from_many_at_once_is_one_answer(world: World) -> None:
    meeting = published(world)
    with world.services.reader() as session:
        number = invitation(session, meeting, CLINIC_CHIEF).id
    outcomes = at_once(
        rivals.answer_together, world.settings.database_url, world.now.isoformat(), [number] * 6
    )
    assert outcomes.count(True) == 1
    assert count(world, InvitationAnswer) == 1
