"""Referrals to Arbetsförmedlingen: what can not be registered or reported, by whom, and why."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from atagande_agreements.errors import Forbidden, NotFound, Refused, Stale
from atagande_agreements.referrals import verbs
from atagande_agreements.referrals.models import Assessment, AttendedBy, Referral
from support.referrals import (
    ALL,
    ASSESSED,
    CONTACT,
    FIRST,
    LATER,
    MEETING,
    PLANNED,
    TODAY,
    about,
    act,
    book,
    register,
    steps,
)
from support.world import AF, CLINIC_CHIEF, OTHER_CONVENER, World


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"contacted_on": date(2026, 3, 3)}, "referral_in_future", "contacted_on"),
        ({"referred_on": date(2026, 3, 3)}, "referral_in_future", "referred_on"),
        ({"referred_on": date(2019, 10, 24)}, "before_agreement", "referred_on"),
        ({"contacted_on": date(2026, 2, 8)}, "referral_step_before", "contacted_on"),
        (ALL | {"assessed_on": date(2026, 2, 13)}, "referral_step_before", "assessed_on"),
        (ALL | {"planned_on": date(2026, 2, 19)}, "referral_step_before", "planned_on"),
        (ALL | {"contacted_on": None}, "referral_step_missing", "assessed_on"),
        (
            {"contacted_on": CONTACT, "planned_on": PLANNED},
            "referral_step_missing",
            "planned_on",
        ),
        (ALL | {"assessment": None}, "referral_outcome_missing", "assessment"),
        ({"assessment": Assessment.SUITS}, "referral_assessment_missing", "assessed_on"),
        (
            ALL | {"assessment": Assessment.REFERRED_ON},
            "referral_nothing_to_plan",
            "planned_on",
        ),
    ],
)
def test_steps_that_can_not_be_are_refused(
    sqlite_world: World, said: dict[str, Any], code: str, field: str
) -> None:
    number = register(sqlite_world)
    with pytest.raises(Refused) as refused:
        steps(sqlite_world, number, **said)
    assert (refused.value.code, refused.value.field) == (code, field)
    with sqlite_world.services.reader() as session:
        assert session.get_one(Referral, number).version == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"referred_on": date(2026, 3, 3)}, "referral_in_future"),
        ({"referred_on": date(2019, 10, 24)}, "before_agreement"),
        ({"reference": "Anna"}, None),
        ({"reference": "Å-1234"}, "reference"),
        ({"reference": "-123"}, "reference"),
        ({"by": CLINIC_CHIEF}, "forbidden"),
        ({"by": AF}, "forbidden"),
    ],
)
def test_a_registration_that_can_not_be_is_refused(
    sqlite_world: World, wrong: dict[str, Any], code: str | None
) -> None:
    if code is None:
        register(sqlite_world, **wrong)
        return
    with pytest.raises(Refused) as refused:
        register(sqlite_world, **wrong)
    assert refused.value.code == code
    with sqlite_world.services.reader() as session:
        assert session.scalars(select(Referral)).all() == []


def test_a_reference_is_registered_once(world: World) -> None:
    register(world, reference="A7K2-9QXM")
    with pytest.raises(Refused) as refused:
        register(world, reference="a7k2-9qxm", by=OTHER_CONVENER)
    assert refused.value.code == "referral_reference_taken"


@pytest.mark.parametrize(
    ("meeting_on", "code"),
    [
        (date(2026, 3, 1), "referral_meeting_before_consent"),
        (date(2027, 6, 1), "referral_meeting_too_far"),
        (date(9999, 12, 31), "referral_meeting_too_far"),
    ],
)
def test_a_meeting_that_can_not_be_is_refused(
    sqlite_world: World, meeting_on: date, code: str
) -> None:
    number = register(sqlite_world)
    act(sqlite_world, number, verbs.confirm_consent)
    with pytest.raises(Refused) as refused:
        act(sqlite_world, number, verbs.book_meeting, meeting_on=meeting_on)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"attended_by": AttendedBy.COACH}, "referral_meeting_ahead"),
        ({"material_on": date(2026, 3, 3)}, "referral_in_future"),
        ({"material_on": date(2019, 1, 1)}, "before_agreement"),
    ],
)
def test_what_can_not_be_said_of_a_meeting_is_refused(
    sqlite_world: World, said: dict[str, Any], code: str
) -> None:
    number = register(sqlite_world)
    with pytest.raises(Refused) as refused:
        about(sqlite_world, number, **said)
    assert refused.value.code == "referral_no_meeting"
    book(sqlite_world, number)
    with pytest.raises(Refused) as refused:
        about(sqlite_world, number, **said)
    assert refused.value.code == code


def test_a_meeting_that_is_reported_keeps_its_day(sqlite_world: World) -> None:
    number = register(sqlite_world)
    book(sqlite_world, number)
    sqlite_world.now = LATER
    about(sqlite_world, number, attended_by=AttendedBy.COACH)
    with pytest.raises(Refused) as refused:
        act(sqlite_world, number, verbs.book_meeting, meeting_on=date(2026, 3, 13))
    assert refused.value.code == "referral_meeting_reported"


def test_only_its_own_municipality_reports(sqlite_world: World) -> None:
    number = register(sqlite_world)
    for by in (OTHER_CONVENER, AF, CLINIC_CHIEF):
        with pytest.raises(NotFound):
            steps(sqlite_world, number, by=by, contacted_on=CONTACT)
        with pytest.raises(NotFound):
            act(sqlite_world, number, verbs.withdraw_referral, by=by)
    with pytest.raises(Forbidden):
        register(sqlite_world, by=AF)


def test_of_two_who_report_at_once_the_later_is_told(world: World) -> None:
    number = register(world)
    first = verbs.Steps(FIRST, CONTACT)
    act(world, number, verbs.report_steps, steps=first, version=1)
    other = verbs.Steps(FIRST, CONTACT + timedelta(days=1))
    with pytest.raises(Stale):
        act(world, number, verbs.report_steps, steps=other, version=1)
    act(world, number, verbs.report_steps, steps=first, version=1)
    with world.services.reader() as session:
        assert session.get_one(Referral, number).contacted_on == CONTACT


@pytest.mark.parametrize(
    "wrong",
    [
        {"contacted_on": date(2026, 2, 1)},
        {"assessed_on": ASSESSED, "assessment": Assessment.SUITS},
        {"contacted_on": CONTACT, "assessed_on": ASSESSED},
        {"planned_on": PLANNED},
        ALL | {"assessment": Assessment.REFERRED_ON},
        {"meeting_on": MEETING},
        {"meeting_on": MEETING, "consent_on": date(2026, 3, 13)},
        {"material_on": FIRST},
        {"attended_by": AttendedBy.COACH},
        {"consent_withdrawn_on": TODAY},
        {"withdrawn_on": date(2026, 1, 1)},
    ],
)
def test_the_database_keeps_the_promise(world: World, wrong: dict[str, Any]) -> None:
    register(world)
    with world.writer() as session, pytest.raises(IntegrityError):
        session.execute(update(Referral).values(wrong))
