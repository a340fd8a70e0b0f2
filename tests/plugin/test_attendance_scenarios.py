"""What meetings show of commitments: the dossier's scenarios 6, 7 and 16, and their edges."""

import itertools
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from atagande_agreements.commitments.models import Evidence, Occurrence
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.sweep import sweep
from atagande_calendar.meetings.models import MeetingKind
from support.booking import published
from support.meetings import (
    DECIDED,
    FOUR,
    MEMBERS,
    NEXT_YEAR,
    PARTIES,
    decide_network,
    deviations,
    evening,
    hold,
    meet,
    report,
    standing,
    steering,
)
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CLINIC_CHIEF,
    STEERING,
    World,
)

CLINICS = ("psykiatri-nordvast/sollentuna-mottagning", "psykiatri-nordvast/psykosmottagningen")


@pytest.mark.parametrize(("required", "found"), [("4", [("A2", "fk")]), ("3", [])])
def test_scenario_6_fk_attends_three_of_four(
    world: World, required: str, found: list[tuple[str, str]]
) -> None:
    decide_network(world, attendance=required)
    hold(world, FOUR, {FOUR[2]: ["fk"]})
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == found
    statuses = standing(world, "A2")
    assert statuses["af", "period:2026"] == "met"
    assert statuses["fk", "period:2026"] == ("not_met" if found else "met")
    assert statuses["forbundet", "convened:2026"] == "met"


def test_scenario_7_only_three_held_is_the_conveners_miss(world: World) -> None:
    decide_network(world)
    hold(world, FOUR[:3])
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == [("A2", "forbundet")]
    statuses = standing(world, "A2")
    assert {statuses[party, "period:2026"] for party in PARTIES} == {"met"}


def test_a_fourth_that_nobody_has_reported_is_no_breach_until_it_is_called_off(
    world: World,
) -> None:
    decide_network(world)
    last = meet(world, FOUR[3])
    hold(world, FOUR[:3])
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == []
    assert standing(world, "A2")["forbundet", "convened:2026"] == "unreported"
    world.now = NEXT_YEAR
    administrator = world.client(ADMINISTRATOR)
    assert administrator.post(f"/moten/{last}/stall-in", {"version": "2"}).status_code == 303
    sweep(world.writer, NEXT_YEAR + timedelta(days=1))
    assert deviations(world) == [("A2", "forbundet")]


def test_a_convener_that_is_a_party_is_judged_for_both(world: World) -> None:
    decide_network(world, convener="sollentuna")
    hold(world, FOUR[:3], {FOUR[0]: ["sollentuna"]})
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == [("A2", "sollentuna"), ("A2", "sollentuna")]


@pytest.mark.parametrize(
    ("deputies", "found"), [("ja", []), ("nej", [("P1", "psykosmottagningen")])]
)
def test_scenario_16_a_clinic_sends_a_deputy_to_the_steering_meeting(
    world: World, deputies: str, found: list[tuple[str, str]]
) -> None:
    world.decide("summons_notice_weeks", "3", DECIDED)
    world.decide("deputy_counts", deputies, DECIDED)
    number = steering(world, FOUR[0], [STEERING, CLINIC_CHIEF, OTHER_CLINIC_CHIEF])
    assert standing(world, "P1") == {
        ("sollentuna-mottagning", f"meeting:{number}"): "pending",
        ("psykosmottagningen", f"meeting:{number}"): "pending",
    }
    world.now = evening(FOUR[0])
    answer = report(
        world,
        number,
        {CLINICS[1]: "deputy"},
        parties=("forbundet", *CLINICS),
        target_group=True,
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    sweep(world.writer, evening(FOUR[0] + timedelta(days=2)))
    assert deviations(world) == found
    assert standing(world, "P1")["sollentuna-mottagning", f"meeting:{number}"] == "met"


def _decide_steering(world: World) -> None:
    world.decide("summons_notice_weeks", "3", DECIDED)
    world.decide("deputy_counts", "ja", DECIDED)


def test_a_summons_that_could_not_be_delivered_is_never_the_clinics_miss(world: World) -> None:
    _decide_steering(world)
    number = steering(world, FOUR[0], [STEERING, CLINIC_CHIEF, OTHER_CLINIC_CHIEF])
    with world.writer() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.recipient == OTHER_CLINIC_CHIEF)
            .values(state=OutboxState.FAILED, sent_at=None)
        )
        session.commit()
    world.now = evening(FOUR[0])
    absent = dict.fromkeys(CLINICS, "absent")
    assert report(world, number, absent, parties=("forbundet",)).status_code == 200
    sweep(world.writer, evening(FOUR[1]))
    assert deviations(world) == [("P1", "sollentuna-mottagning")]
    assert standing(world, "P1")["psykosmottagningen", f"meeting:{number}"] == "not_assessable"


def test_a_steering_meeting_that_is_called_off_asks_nothing_of_the_clinics(world: World) -> None:
    _decide_steering(world)
    number = steering(world, FOUR[0], [STEERING, CLINIC_CHIEF])
    answer = world.client(ADMINISTRATOR).post(f"/moten/{number}/stall-in", {"version": "2"})
    assert answer.status_code == 303
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == []
    assert set(standing(world, "P1").values()) == {"not_assessable"}


def test_an_unreported_steering_meeting_reads_unreported(world: World) -> None:
    _decide_steering(world)
    number = steering(world, FOUR[0], [STEERING, CLINIC_CHIEF])
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == []
    assert standing(world, "P1")["sollentuna-mottagning", f"meeting:{number}"] == "unreported"


def test_steering_meetings_count_when_the_target_group_was_on_the_agenda(world: World) -> None:
    world.decide("steering_meetings_per_year", "2", DECIDED)
    numbers = [steering(world, day, [STEERING]) for day in FOUR[:2]]
    for day, number, on_agenda in zip(FOUR, numbers, (True, False), strict=False):
        world.now = evening(day)
        answer = report(world, number, parties=("forbundet",), target_group=on_agenda)
        assert answer.status_code == 200
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == [("F1", "forbundet")]
    world.now = NEXT_YEAR
    corrected = report(world, numbers[1], parties=("forbundet",), target_group=True, version=1)
    assert corrected.status_code == 200
    assert standing(world, "F1")["forbundet", "period:2026"] == "met"


def test_seminars_are_held_and_attended(world: World) -> None:
    world.decide("seminars_per_year", "2", DECIDED)
    world.decide("seminar_attendance_share", "50", DECIDED)
    days = FOUR[:3]
    numbers = [meet(world, day, kind=MeetingKind.SEMINAR, title="Seminarium") for day in days]
    for day, number, away in zip(days, numbers, (["af"], ["af", "fk"], []), strict=True):
        world.now = evening(day)
        assert report(world, number, dict.fromkeys(away, "absent")).status_code == 200
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == [("A1", "af")]
    assert standing(world, "F2")["forbundet", "period:2026"] == "met"


def test_a_party_that_never_got_its_invitation_is_not_held_absent(world: World) -> None:
    decide_network(world)
    number = published(world, people=MEMBERS)
    with world.writer() as session:
        session.execute(update(OutboxMessage).values(state=OutboxState.FAILED))
        session.commit()
    world.now = evening(date(2026, 3, 24))
    assert report(world, number, {"fk": "absent"}).status_code == 200
    sweep(world.writer, NEXT_YEAR)
    assert standing(world, "A2")["fk", "period:2026"] == "unreported"


def test_the_list_keeps_a3_for_everyone_and_a_partys_own_word_for_that_party(
    world: World,
) -> None:
    world.decide("lift_days", "5", DECIDED)
    first, second = (meet(world, day) for day in FOUR[:2])
    world.now = evening(FOUR[0])
    report(world, first)
    closed = world.api(ADMINISTRATOR)(
        "POST",
        f"/meetings/{first}/close",
        json={"version": 1, "issues": [{"text": "Fler tider för SIP", "organisation": "fk"}]},
    )
    assert closed.status_code == 200, closed.get_data(as_text=True)
    assert closed.get_json()["state"] == "closed"
    world.now = evening(FOUR[1])
    report(world, second)
    own = world.api(FK)("POST", f"/meetings/{second}/own-issues", json={"nothing": True})
    assert own.status_code == 200, own.get_data(as_text=True)
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == [("A3", key) for key in sorted(PARTIES) if key != "fk"]
    statuses = standing(world, "A3")
    assert {statuses[party, f"meeting:{first}"] for party in PARTIES} == {"met"}
    assert statuses["fk", f"meeting:{second}"] == "met"
    page = world.client(STEERING).get("/styrgruppen").get_data(as_text=True)
    assert "Fler tider för SIP" in page
    listed = world.client(STEERING).get("/moten/lyfta-fragor").get_data(as_text=True)
    assert "Nätverksmöte SGI=0" in listed


def test_a_meeting_reported_late_gives_its_issues_their_days_from_the_report(
    world: World,
) -> None:
    world.decide("lift_days", "5", DECIDED)
    number = meet(world, FOUR[0])
    reported = evening(FOUR[0] + timedelta(days=30))
    world.now = reported
    report(world, number)
    assert set(standing(world, "A3").values()) == {"pending"}
    # A correction doesn't begin the days anew.
    world.now = evening(FOUR[0] + timedelta(days=60))
    report(world, number, version=1)
    sweep(world.writer, world.now)
    assert set(standing(world, "A3").values()) == {"not_met"}
    with world.services.reader() as session:
        begun = session.scalars(
            select(Occurrence.asked_on).where(Occurrence.origin == f"meeting:{number}").distinct()
        ).all()
        assert begun == [FOUR[0] + timedelta(days=30)]


def test_nothing_is_judged_before_it_is_decided(world: World) -> None:
    hold(world, FOUR[:2], {FOUR[0]: ["fk"]})
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == []
    assert set(standing(world, "A2").values()) <= {"not_assessable"}
    assert set(standing(world, "A3").values()) == {"not_assessable"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[::2])
def test_the_order_of_reports_and_repeats_never_change_the_verdict(
    sqlite_world: World, order: tuple[int, ...]
) -> None:
    world = sqlite_world
    decide_network(world, attendance="2")
    numbers = [meet(world, day) for day in FOUR[:3]]
    world.now = evening(FOUR[2])
    for place in order:
        absent = {"fk": "absent"} if place else {}
        assert report(world, numbers[place], absent).status_code == 200
        # Said again, by way of a mistake that is put right.
        wrong = report(world, numbers[place], {"af": "absent"}, version=1)
        assert wrong.status_code == 200
        assert report(world, numbers[place], absent, version=2).status_code == 200
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == [("A2", "fk"), ("A2", "forbundet")]
    with world.services.reader() as session:
        sources = set(session.scalars(select(Evidence.source)))
    assert f"attendance:{numbers[0]}:v3" in sources


def test_someone_else_reports_nothing(world: World) -> None:
    number = meet(world, FOUR[0])
    world.now = evening(FOUR[0])
    for email in (FK, CONVENER, CLINIC_CHIEF):
        assert report(world, number, by=email).status_code == 403
        assert world.client(email).get(f"/moten/{number}/narvaro").status_code == 403
    assert report(world, number, by=STEERING).status_code == 403
