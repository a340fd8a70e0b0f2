"""Referrals to Arbetsförmedlingen: what is refused, what they show, and any order of it."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from atagande_agreements.commitments.models import Evidence, Occurrence, Status
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.errors import Refused
from atagande_agreements.referrals import queries, verbs
from atagande_agreements.referrals.models import Assessment, AttendedBy, Referral, Wish
from support.followup import sweep_now
from support.referrals import (
    ALL,
    ASSESSED,
    CONTACT,
    FIRST,
    LATER,
    MEETING,
    PLANNED,
    about,
    act,
    book,
    decide_all,
    half_year,
    register,
    standing,
    statuses,
    steps,
)
from support.world import AF, CONVENER, OTHER_CONVENER, World


@pytest.fixture
def decided(world: World) -> World:
    decide_all(world)
    return world


def test_until_the_group_decides_nothing_is_judged(world: World) -> None:
    number = register(world)
    steps(world, number, **ALL)
    assert statuses(world, number) == dict.fromkeys(("AF1", "AF2", "AF3"), Status.NOT_ASSESSABLE)


def test_each_step_opens_the_next_commitment(decided: World) -> None:
    number = register(decided)
    assert statuses(decided, number) == {"AF1": Status.PENDING}
    steps(decided, number, contacted_on=CONTACT)
    assert statuses(decided, number) == {"AF1": Status.MET, "AF2": Status.PENDING}
    assessed = {name: ALL[name] for name in ("contacted_on", "assessed_on", "assessment")}
    steps(decided, number, **assessed)
    assert statuses(decided, number) == {
        "AF1": Status.MET,
        "AF2": Status.MET,
        "AF3": Status.PENDING,
    }
    steps(decided, number, **ALL)
    assert set(statuses(decided, number).values()) == {Status.MET}
    with decided.services.reader() as session:
        for key, one in standing(session, number).items():
            assert one.obligation.organisation_id == decided.person(session, AF).organisation_id
            assert one.event_on == {"AF1": FIRST, "AF2": CONTACT, "AF3": ASSESSED}[key]
        told = session.scalars(select(Evidence)).all()
        assert {one.reporter_organisation_id for one in told} == {
            decided.person(session, CONVENER).organisation_id
        }


def test_late_contact_is_an_effort_and_late_assessment_a_deviation(decided: World) -> None:
    number = register(decided)
    decided.now = datetime(2026, 4, 30, 12, tzinfo=UTC)
    steps(decided, number, contacted_on=date(2026, 3, 9))
    sweep_now(decided)
    assert statuses(decided, number) == {"AF1": Status.PARTLY, "AF2": Status.UNREPORTED}
    with decided.services.reader() as session:
        silent = session.scalars(select(Deviation)).all()
        assert silent == [], "that the municipality is silent is no breach of Arbetsförmedlingen's"
    late: dict[str, Any] = {"assessed_on": date(2026, 4, 28), "assessment": Assessment.REFERRED_ON}
    steps(decided, number, contacted_on=date(2026, 3, 9), **late)
    sweep_now(decided)
    assert statuses(decided, number)["AF2"] is Status.NOT_MET
    with decided.services.reader() as session:
        deviation = session.scalars(select(Deviation)).one()
        assert deviation.organisation_id == decided.person(session, AF).organisation_id


def test_a_client_who_is_referred_on_needs_no_plan(decided: World) -> None:
    number = register(decided)
    steps(decided, number, **ALL)
    said = ALL | {"assessment": Assessment.REFERRED_ON, "planned_on": None}
    steps(decided, number, **said)
    assert statuses(decided, number) == {
        "AF1": Status.MET,
        "AF2": Status.MET,
        "AF3": Status.NOT_ASSESSABLE,
    }


def test_without_consent_the_meeting_can_not_be_booked(decided: World) -> None:
    number = register(decided)
    with pytest.raises(Refused) as refused:
        act(decided, number, verbs.book_meeting, meeting_on=MEETING)
    assert refused.value.code == "referral_no_consent"
    book(decided, number)
    assert statuses(decided, number) == {
        "AF1": Status.PENDING,
        "K6": Status.PENDING,
        "K7": Status.PENDING,
    }
    with decided.services.reader() as session:
        assert standing(session, number)["K6"].at_sweep is Status.MET
        one = standing(session, number)["K7"]
        assert one.due_on == date(2026, 3, 9)
        assert one.obligation.organisation_id == decided.person(session, CONVENER).organisation_id


@pytest.mark.parametrize(
    ("material_on", "expected"),
    [
        (date(2026, 3, 9), Status.MET),
        (date(2026, 3, 10), Status.NOT_MET),
        (None, Status.UNREPORTED),
    ],
)
def test_material_is_ticked_before_the_meeting(
    decided: World, material_on: date | None, expected: Status
) -> None:
    number = register(decided)
    book(decided, number)
    decided.now = LATER
    about(decided, number, material_on=material_on, attended_by=AttendedBy.COACH)
    sweep_now(decided)
    assert statuses(decided, number)["K7"] is expected


def test_a_moved_meeting_moves_what_is_to_be_kept(decided: World) -> None:
    number = register(decided)
    book(decided, number)
    act(decided, number, verbs.book_meeting, meeting_on=date(2026, 7, 9))
    with decided.services.reader() as session:
        known = standing(session, number)
        assert {known["K6"].event_on, known["K7"].event_on} == {date(2026, 7, 9)}
        ours = decided.person(session, CONVENER).organisation_id
        first = half_year(session, ours)
        second = half_year(session, ours, "period:2026-H2")
        assert (first.total, first.unknown) == (0, 0)
        assert (second.total, second.unknown) == (0, 1)


def test_consent_that_is_taken_back_calls_off_a_meeting_that_has_not_been(decided: World) -> None:
    number = register(decided)
    book(decided, number)
    act(decided, number, verbs.withdraw_consent)
    known = statuses(decided, number)
    assert (known["K6"], known["K7"]) == (Status.NOT_ASSESSABLE, Status.NOT_ASSESSABLE)
    with decided.services.reader() as session:
        assert session.get_one(Referral, number).meeting_on is None
        assert half_year(session, decided.person(session, CONVENER).organisation_id).unknown == 0
    with pytest.raises(Refused) as refused:
        act(decided, number, verbs.book_meeting, meeting_on=MEETING)
    assert refused.value.code == "referral_no_consent"
    book(decided, number)
    assert statuses(decided, number)["K6"] is Status.PENDING, "new consent, new meeting"


def test_consent_taken_back_afterwards_leaves_a_meeting_that_has_been(decided: World) -> None:
    number = register(decided)
    book(decided, number)
    decided.now = LATER
    sweep_now(decided)
    act(decided, number, verbs.withdraw_consent)
    assert statuses(decided, number)["K6"] is Status.MET


def test_a_withdrawn_referral_leaves_what_is_settled_and_owes_nothing_more(
    decided: World,
) -> None:
    number = register(decided)
    steps(decided, number, contacted_on=CONTACT)
    book(decided, number)
    act(decided, number, verbs.withdraw_referral)
    assert statuses(decided, number) == {
        "AF1": Status.MET,
        "AF2": Status.NOT_ASSESSABLE,
        "K6": Status.NOT_ASSESSABLE,
        "K7": Status.NOT_ASSESSABLE,
    }
    decided.now = datetime(2026, 8, 1, 12, tzinfo=UTC)
    sweep_now(decided)
    assert statuses(decided, number)["AF2"] is Status.NOT_ASSESSABLE
    with pytest.raises(Refused) as refused:
        steps(decided, number, **ALL)
    assert refused.value.code == "referral_withdrawn"


def test_the_municipality_is_there_at_a_share_of_the_half_years_meetings(decided: World) -> None:
    numbers = [register(decided) for _ in range(5)]
    for number in numbers:
        book(decided, number)
    decided.now = LATER
    said: tuple[dict[str, Any], ...] = (
        {"attended_by": AttendedBy.SOCIAL_SECRETARY},
        {"attended_by": AttendedBy.COACH},
        {"attended_by": AttendedBy.NOBODY, "wish": Wish.SUPPORT},
        {"attended_by": AttendedBy.NOBODY, "wish": Wish.ALONE},
    )
    for number, one in zip(numbers, said, strict=False):
        about(decided, number, **one)

    def count() -> tuple[int, int, int, Status]:
        with decided.services.reader() as session:
            ours = decided.person(session, CONVENER).organisation_id
            found = half_year(session, ours)
            assert found.event_on == date(2026, 6, 30)
            return found.counted, found.total, found.unknown, found.status

    assert count() == (2, 3, 1, Status.PENDING), "the client who goes alone is not counted"
    decided.now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    sweep_now(decided)
    assert count() == (2, 3, 1, Status.UNREPORTED), "75 % of four is three"
    about(decided, numbers[4], attended_by=AttendedBy.COACH)
    assert count() == (3, 4, 0, Status.MET)
    with decided.services.reader() as session:
        ours = decided.person(session, CONVENER).organisation_id
        meetings = queries.first_meetings(
            session, ours, date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)
        )
        assert meetings == queries.Meetings(attended=3, reported=4, unreported=0, alone=1)


def test_a_withdrawn_referral_leaves_the_half_years_count_unless_someone_was_there(
    decided: World,
) -> None:
    silent, told = register(decided), register(decided)
    for number in (silent, told):
        book(decided, number)
    decided.now = LATER
    about(decided, told, attended_by=AttendedBy.COACH)

    def count() -> tuple[int, int, int]:
        with decided.services.reader() as session:
            found = half_year(session, decided.person(session, CONVENER).organisation_id)
            return found.counted, found.total, found.unknown

    assert count() == (1, 1, 1)
    for number in (silent, told):
        act(decided, number, verbs.withdraw_referral)
    assert count() == (1, 1, 0)
    with decided.services.reader() as session:
        ours = decided.person(session, CONVENER).organisation_id
        span = (date(2026, 1, 1), date(2026, 6, 30))
        found = queries.first_meetings(session, ours, *span, date(2026, 7, 1))
        assert found == queries.Meetings(attended=1, reported=1, unreported=0, alone=0)


def test_medians_are_of_working_days(decided: World) -> None:
    for late in (0, 1, 2, 3):
        number = register(decided)
        steps(decided, number, contacted_on=CONTACT + timedelta(days=late))
    register(decided)
    with decided.services.reader() as session:
        agreement = decided.agreement(session).id
        year = (date(2026, 1, 1), date(2026, 12, 31))
        found = queries.medians(session, agreement, *year)
        assert found.contact == queries.Spread(4, 3.5, 2.75, 4.0)
        assert found.assessment == queries.Spread(0)
        ours = decided.person(session, OTHER_CONVENER).organisation_id
        other = queries.medians(session, agreement, *year, organisation_id=ours)
        assert other.contact.number == 0
        few = queries.medians(session, agreement, *year, fewest=5)
        assert few.contact == queries.Spread(4), "too few to tell"
        before = queries.medians(session, agreement, date(2025, 1, 1), date(2025, 12, 31))
        assert before.contact.number == 0


def _moves(world: World, number: int) -> dict[str, Any]:
    """Return every report of a whole case, each as something that can be done to it."""
    change = partial(act, world, number)

    def known(session: Any) -> Referral:
        found: Referral = session.get_one(Referral, number)
        return found

    def step(**said: Any) -> None:
        with world.services.reader() as session:
            row = known(session)
            so_far = {name: getattr(row, name) for name in ALL}
        steps(world, number, **(so_far | said))

    def tell(**said: Any) -> None:
        with world.services.reader() as session:
            row = known(session)
            names = ("material_on", "attended_by", "wish")
            so_far = {name: getattr(row, name) for name in names}
        about(world, number, **(so_far | said))

    return {
        "contact": lambda: step(contacted_on=CONTACT),
        "assessed": lambda: step(assessed_on=ASSESSED, assessment=Assessment.SUITS),
        "plan": lambda: step(planned_on=PLANNED),
        "consent": lambda: change(verbs.confirm_consent, at=datetime(2026, 3, 2, 9, tzinfo=UTC)),
        "meeting": lambda: change(verbs.book_meeting, meeting_on=MEETING),
        "material": lambda: tell(material_on=date(2026, 3, 9)),
        "attended": lambda: tell(attended_by=AttendedBy.COACH),
        "wish": lambda: tell(wish=Wish.SUPPORT),
    }


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    order=st.lists(
        st.sampled_from(
            ("contact", "assessed", "plan", "consent", "meeting", "material", "attended", "wish")
        ),
        max_size=16,
    )
)
def test_any_order_and_repetition_of_the_same_reports_gives_the_same_verdict(
    sqlite_world: World, order: list[str]
) -> None:
    world = sqlite_world
    world.now = LATER
    with world.services.reader() as session:
        undecided = not world.parameter(session, "contact_days").decisions
    if undecided:
        decide_all(world)
    number = register(world)
    moves = _moves(world, number)
    # What does not yet go is refused; in the end every report has been made.
    for name in (*order, *moves, *moves):
        try:
            moves[name]()
        except Refused:
            continue
    with world.services.reader() as session:
        found = {
            key: (one.status, one.kept_on, one.event_on, one.days_late)
            for key, one in standing(session, number).items()
        }
        assert found == {
            "AF1": (Status.MET, CONTACT, FIRST, 0),
            "AF2": (Status.MET, ASSESSED, CONTACT, 0),
            "AF3": (Status.MET, PLANNED, ASSESSED, 0),
            "K6": (Status.MET, None, MEETING, 0),
            "K7": (Status.MET, date(2026, 3, 9), MEETING, 0),
        }
        cases = session.scalars(select(Referral)).all()
        ours = half_year(session, cases[0].organisation_id)
        assert (ours.counted, ours.total, ours.unknown) == (len(cases), len(cases), 0)
        assert session.scalars(select(Occurrence).where(Occurrence.outcome == "void")).all() == []
