"""After a SIP: where it was, how long it took, what was sent, and what it shows."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import (
    Commitment,
    Evidence,
    Obligation,
    Occurrence,
    Status,
)
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.parties.models import Role, RoleGrant
from atagande_calendar.sip import queries
from atagande_calendar.sip.after import Afterwards, keeps, report_sip
from atagande_calendar.sip.models import Sip, SipResult, SipVenue, VenueReason
from support.booking import book, booked
from support.followup import sweep_now
from support.rivals import SLOT
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CLINIC_CHIEF,
    OTHER_CONVENER,
    World,
)

HELD = SipResult.HELD
MEETING = date(2026, 3, 3)
AFTER = datetime(2026, 3, 20, 12, tzinfo=UTC)


def report_it(world: World, number: int, said: Afterwards, version: int | None = None) -> None:
    with world.writer() as session:
        sip = session.get_one(Sip, number)
        report_sip(
            session,
            sip=sip,
            said=said,
            person=world.person(session, CONVENER),
            version=version or sip.version,
            now=world.now,
        )
        session.commit()


def tell(world: World, number: int, **said: Any) -> None:
    report_it(world, number, Afterwards(**({"result": HELD} | said)))


def standing(session: Session) -> dict[str, Occurrence]:
    rows = session.execute(
        select(Commitment.key, Occurrence)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(Occurrence.origin.like("sip:%"))
    )
    return {row.key: row.Occurrence for row in rows}


def statuses(world: World) -> dict[str, Status]:
    with world.services.reader() as session:
        return {key: one.status for key, one in standing(session).items()}


@pytest.fixture
def decided(world: World) -> World:
    world.decide("followup_days", "10", date(2026, 2, 1))
    return world


def test_a_booking_opens_what_the_conveners_organisation_owes(decided: World) -> None:
    number = booked(decided)
    with decided.services.reader() as session:
        found = standing(session)
        assert {key: one.status for key, one in found.items()} == {
            "A6": Status.PENDING,
            "A7": Status.PENDING,
            "A8": Status.PENDING,
        }
        assert {found["A6"].at_sweep, found["A8"].at_sweep} == {Status.MET}
        for one in found.values():
            assert one.event_on == MEETING
            assert one.origin == f"sip:{number}"
            assert one.obligation.organisation_id == session.get_one(Sip, number).organisation_id
        assert session.scalars(select(Evidence)).all() == []


def test_another_venue_needs_a_reason_and_gives_an_observation_never_a_deviation(
    decided: World,
) -> None:
    """Scenario 11."""
    with decided.writer() as session:
        with pytest.raises(Refused) as refused:
            book(decided, session, venue=SipVenue.CONVENER)
        assert refused.value.code == "sip_no_reason"
        assert refused.value.field == "venue_reason"
        assert session.scalars(select(Sip)).all() == []
        sip = book(
            decided,
            session,
            venue=SipVenue.CONVENER,
            venue_reason=VenueReason.CLIENT_CANNOT_COME,
        )
        assert "ekonomiskt bistånd" in sip.meeting.place
        session.commit()
    assert statuses(decided)["A6"] is Status.PENDING, "the meeting has not been"
    decided.now = AFTER
    sweep_now(decided)
    with decided.services.reader() as session:
        found = standing(session)
        assert found["A6"].status is Status.NOT_MET
        assert found["A6"].missed_at is not None
        assert session.scalars(select(Deviation)).all() == []


def test_the_clinic_needs_no_reason(sqlite_world: World) -> None:
    with sqlite_world.writer() as session, pytest.raises(Refused) as refused:
        book(sqlite_world, session, venue_reason=VenueReason.OTHER)
    assert refused.value.code == "sip_needless_reason"


@pytest.mark.parametrize(
    ("venue", "place"),
    [
        (SipVenue.ONLINE, "Digitalt möte. Den sammankallande skickar länken."),
        (SipVenue.ELSEWHERE, "Annan plats. Den sammankallande meddelar var."),
    ],
)
def test_the_invitation_never_has_a_place_that_someone_wrote(
    sqlite_world: World, venue: SipVenue, place: str
) -> None:
    with sqlite_world.writer() as session:
        sip = book(sqlite_world, session, venue=venue, venue_reason=VenueReason.OTHER)
        assert sip.meeting.place == place


def test_follow_up_counts_from_the_later_of_both_ticks(decided: World) -> None:
    number = booked(decided)
    decided.now = AFTER
    tell(decided, number, actual_minutes=55, minutes_sent_on=date(2026, 3, 4))
    sweep_now(decided)
    assert statuses(decided)["A7"] is Status.UNREPORTED
    both = {"minutes_sent_on": date(2026, 3, 4), "followup_sent_on": date(2026, 3, 17)}
    tell(decided, number, actual_minutes=55, **both)
    assert statuses(decided) == {"A6": Status.MET, "A7": Status.MET, "A8": Status.MET}
    tell(decided, number, **(both | {"followup_sent_on": date(2026, 3, 18)}))
    with decided.services.reader() as session:
        found = standing(session)["A7"]
        assert (found.status, found.days_late) == (Status.NOT_MET, 1)
        assert found.kept_on == date(2026, 3, 18)


@pytest.mark.parametrize(
    ("minutes", "expected"), [(None, Status.MET), (60, Status.MET), (61, Status.NOT_MET)]
)
def test_a_meeting_that_overran_is_an_observation(
    decided: World, minutes: int | None, expected: Status
) -> None:
    number = booked(decided)
    decided.now = AFTER
    tell(decided, number, actual_minutes=minutes)
    sweep_now(decided)
    assert statuses(decided)["A8"] is expected
    with decided.services.reader() as session:
        assert session.scalars(select(Deviation)).all() == []


def test_a_meeting_that_was_not_held_asks_nothing(decided: World) -> None:
    number = booked(decided)
    decided.now = AFTER
    tell(decided, number, result=SipResult.NOT_HELD)
    assert set(statuses(decided).values()) == {Status.NOT_ASSESSABLE}
    sweep_now(decided)
    assert set(statuses(decided).values()) == {Status.NOT_ASSESSABLE}
    tell(decided, number)
    assert statuses(decided)["A6"] is Status.MET, "put right: it was held"


def test_any_order_of_the_same_reports_gives_the_same_verdict(sqlite_world: World) -> None:
    world = sqlite_world
    world.decide("followup_days", "10", date(2026, 2, 1))
    reports = (
        Afterwards(SipResult.NOT_HELD),
        Afterwards(HELD, 75),
        Afterwards(HELD, minutes_sent_on=date(2026, 3, 10)),
    )
    last = Afterwards(HELD, 75, date(2026, 3, 10), date(2026, 3, 12))
    starts = [SLOT + timedelta(days=days, hours=hours) for days in (0, 7) for hours in range(3)]
    numbers = [booked(world, slot=slot) for slot in starts]
    world.now = AFTER
    ends = set()
    for number, order in zip(numbers, permutations(reports), strict=True):
        for said in (*order, last, last):
            report_it(world, number, said)
        with world.services.reader() as session:
            rows = session.scalars(select(Occurrence).where(Occurrence.origin == f"sip:{number}"))
            ends.add(tuple(sorted((one.status, one.days_late) for one in rows)))
    assert ends == {((Status.MET, 0), (Status.MET, 0), (Status.NOT_MET, 0))}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"minutes_sent_on": date(2026, 3, 21)}, "sip_sent_in_future"),
        ({"followup_sent_on": date(2027, 1, 1)}, "sip_sent_in_future"),
        ({"minutes_sent_on": date(2026, 3, 2)}, "sip_sent_before"),
        ({"followup_sent_on": date(2019, 1, 1)}, "sip_sent_before"),
        ({"actual_minutes": 0}, "sip_actual_minutes"),
        ({"actual_minutes": -5}, "sip_actual_minutes"),
        ({"actual_minutes": 481}, "sip_actual_minutes"),
        ({"result": SipResult.NOT_HELD, "actual_minutes": 30}, "sip_not_held"),
        ({"result": SipResult.NOT_HELD, "minutes_sent_on": MEETING}, "sip_not_held"),
    ],
)
def test_what_can_not_be_is_refused(sqlite_world: World, said: dict[str, Any], code: str) -> None:
    number = booked(sqlite_world)
    sqlite_world.now = AFTER
    with pytest.raises(Refused) as refused:
        tell(sqlite_world, number, **said)
    assert refused.value.code == code
    with sqlite_world.services.reader() as session:
        assert session.get_one(Sip, number).result is None


def test_nothing_is_said_before_the_meeting(sqlite_world: World) -> None:
    number = booked(sqlite_world)
    with pytest.raises(Refused) as refused:
        tell(sqlite_world, number)
    assert refused.value.code == "sip_not_yet"


def test_only_its_own_convener_says_it(sqlite_world: World) -> None:
    number = booked(sqlite_world)
    sqlite_world.now = AFTER
    with sqlite_world.writer() as session, pytest.raises(NotFound):
        report_sip(
            session,
            sip=session.get_one(Sip, number),
            said=Afterwards(HELD),
            person=sqlite_world.person(session, CLINIC_CHIEF),
            version=1,
            now=sqlite_world.now,
        )


CHIEF = "enhetschef@upplandsvasby.example"


def leave(world: World, email: str, *, active: bool = False) -> None:
    with world.writer() as session:
        world.person(session, email).active = active
        session.commit()


def test_when_the_convener_has_left_the_same_unit_takes_the_sip_over(world: World) -> None:
    number = booked(world)
    world.now = AFTER

    def seen_by(email: str) -> bool:
        with world.services.reader() as session:
            person = world.person(session, email)
            led = person.unit_id if Role.UNIT_CHIEF in {one.role for one in person.grants} else None
            found = queries.one(
                session, person.association_id, number, person_id=person.id, unit_id=led
            )
            listed = queries.bookings(
                session, person.association_id, person_id=person.id, unit_id=led
            )
            assert (found is not None) == (number in {one.id for one in listed})
            assert not keeps(session.get_one(Sip, number), person) or found is not None
            return found is not None and keeps(found, person)

    others = (CLINIC_CHIEF, OTHER_CONVENER, OTHER_CLINIC_CHIEF, AF, FK, ADMINISTRATOR)
    assert not seen_by(CHIEF), "the convener is still there"
    leave(world, CONVENER)
    assert seen_by(CHIEF)
    assert not [email for email in others if seen_by(email)]
    with world.writer() as session:
        sip = session.get_one(Sip, number)
        report_sip(
            session,
            sip=sip,
            said=Afterwards(HELD, 50),
            person=world.person(session, CHIEF),
            version=sip.version,
            now=world.now,
        )
        session.commit()
    leave(world, CONVENER, active=True)
    assert not seen_by(CHIEF), "back in service"


def test_neither_a_reader_nor_another_unit_takes_a_sip_over(sqlite_world: World) -> None:
    number = booked(sqlite_world)
    leave(sqlite_world, CONVENER)
    with sqlite_world.writer() as session:
        sip, chief = session.get_one(Sip, number), sqlite_world.person(session, CHIEF)
        whose: dict[str, Any] = {"person_id": chief.id, "unit_id": None}
        assert queries.one(session, sip.association_id, number, **whose) is not None
        chief.unit_id = None
        session.flush()
        assert queries.one(session, sip.association_id, number, **whose) is None
        assert not keeps(sip, chief)
        chief.unit_id = sip.convener.unit_id
        chief.grants = [RoleGrant(role=Role.READER)]
        session.flush()
        assert queries.one(session, sip.association_id, number, **whose) is None
        assert not keeps(sip, chief)


def test_of_two_who_report_at_once_the_later_is_told(world: World) -> None:
    number = booked(world)
    world.now = AFTER
    report_it(world, number, Afterwards(HELD, 50), version=1)
    with pytest.raises(Stale):
        report_it(world, number, Afterwards(HELD, 70), version=1)
    report_it(world, number, Afterwards(HELD, 50), version=1)
    with world.services.reader() as session:
        sip = session.get_one(Sip, number)
        assert (sip.actual_minutes, sip.version) == (50, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"venue": SipVenue.ONLINE},
        {"venue_reason": VenueReason.OTHER},
        {"actual_minutes": 30},
        {"minutes_sent_on": MEETING},
        {"result": HELD, "actual_minutes": 0},
        {"result": SipResult.NOT_HELD, "followup_sent_on": MEETING},
    ],
)
def test_the_database_keeps_the_promise(world: World, wrong: dict[str, Any]) -> None:
    booked(world)
    with world.writer() as session, pytest.raises(IntegrityError):
        session.execute(update(Sip).values(wrong))
