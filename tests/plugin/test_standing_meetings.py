"""F1: meetings that were held here and meetings that were reported make one number."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence, Status
from atagande_agreements.standing.models import Subject
from atagande_agreements.standing.verbs import Said, report_standing
from atagande_calendar.meetings.evidence import of_attendance, steering_held
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState
from support.world import ADMINISTRATOR, World

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def held(session: Session, world: World, month: int, *, target_group: bool = True) -> None:
    person = world.person(session, ADMINISTRATOR)
    starts_at = datetime(2026, month, 12, 9, 0, tzinfo=UTC)
    meeting = Meeting(
        association_id=person.association_id,
        agreement_id=world.agreement(session).id,
        kind=MeetingKind.STEERING,
        state=MeetingState.HELD,
        title="Styrgruppsmöte",
        starts_at=starts_at,
        minutes=120,
        place="Demogatan 4",
        target_group=target_group,
        organisation_id=person.organisation_id,
        uid=f"meeting-{month}@suvs.example",
        created_by_id=person.id,
        created_at=starts_at,
        published_at=starts_at,
    )
    session.add(meeting)
    session.flush()
    of_attendance(session, meeting=meeting, told=None, now=world.now)


def reported(session: Session, world: World, number: int) -> None:
    agreement = world.agreement(session)
    report_standing(
        session,
        agreement=agreement,
        subject=Subject.MEETINGS,
        term="2026",
        said=Said(number=number),
        person=world.person(session, ADMINISTRATOR),
        held=steering_held(session, agreement.id, *YEAR),
        now=world.now,
    )


def year_of(session: Session) -> Occurrence:
    return session.scalars(
        select(Occurrence)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(Commitment.key == "F1", Occurrence.origin == "period:2026")
        .execution_options(populate_existing=True)
    ).one()


@pytest.mark.parametrize("order", list(permutations((0, 1, 2))))
def test_whichever_came_first_the_higher_number_counts(
    world: World, order: tuple[int, ...]
) -> None:
    world.now = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    world.decide("steering_meetings_per_year", "3", date(2026, 2, 1))
    steps = (
        lambda session: held(session, world, 3),
        lambda session: held(session, world, 6, target_group=False),
        lambda session: reported(session, world, 3),
    )
    with world.writer() as session:
        for step in order:
            steps[step](session)
        occurrence = year_of(session)
        assert (occurrence.status, occurrence.counted, occurrence.total) == (Status.MET, 3, 3)


def test_a_lower_report_takes_nothing_from_what_was_held_here(world: World) -> None:
    world.now = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    world.decide("steering_meetings_per_year", "2", date(2026, 2, 1))
    with world.writer() as session:
        for month in (3, 6):
            held(session, world, month)
        reported(session, world, 1)
        occurrence = year_of(session)
        assert (occurrence.status, occurrence.counted) == (Status.MET, 2)
