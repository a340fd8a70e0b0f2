"""Parties change: DOMAIN scenario 24 (units merge), splits, successors, names and refusals."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from atagande_agreements.commitments.models import Commitment, Status
from atagande_agreements.commitments.queries import count_obligations, owed
from atagande_agreements.deviations.models import Deviation, DeviationState
from atagande_agreements.deviations.verbs import reply
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.enquiries.verbs import answer_enquiry
from atagande_agreements.errors import NotFound
from atagande_agreements.filing import Shown, report
from atagande_agreements.parties import errors
from atagande_agreements.parties.heirs import heirs
from atagande_agreements.parties.models import Organisation, Person
from atagande_agreements.parties.succession import (
    New,
    split_unit,
    succeed_organisation,
)
from atagande_agreements.sweep import sweep
from support.succession import (
    JULY,
    NEW,
    OTHER,
    A,
    B,
    ask,
    at,
    change,
    chosen,
    merge,
    of_units,
    standing,
)
from support.world import CLINIC_CHIEF, OTHER_CLINIC_CHIEF, World


def test_two_clinics_merge_mid_year_and_nothing_is_counted_twice(world: World) -> None:
    """DOMAIN.md, scenario 24."""
    world.decide("answer_days", "10", date(2026, 1, 1))
    ask(world, A, date(2026, 1, 12), date(2026, 1, 15))
    ask(world, B, date(2026, 1, 13), date(2026, 2, 20))
    sweep(world.writer, world.now)
    world.now = at(date(2026, 6, 10))
    merge(world)
    world.now = at(date(2026, 7, 20))
    sweep(world.writer, world.now)
    ask(world, NEW.key, date(2026, 7, 6), date(2026, 7, 8))
    with world.writer() as session:
        found = of_units(session)
        assert [one[1:] for one in found[A]] == [(date(2026, 1, 12), Status.MET)]
        assert [one[1:] for one in found[B]] == [(date(2026, 1, 13), Status.NOT_MET)]
        assert [one[1:] for one in found[NEW.key]] == [(date(2026, 7, 6), Status.MET)]
        # The half-years of P2: the first is only the old ones', the second only the new one's.
        halves = of_units(session, "P2")
        assert [one[:2] for one in halves[A]] == [("period:2026-H1", date(2026, 6, 30))]
        assert [one[:2] for one in halves[B]] == [("period:2026-H1", date(2026, 6, 30))]
        assert [one[:2] for one in halves[NEW.key]] == [("period:2026-H2", date(2026, 12, 31))]
        duties, _ = standing(world, session, 2026)
        answers = [one for place, one in duties.counts.items() if place[0] == "P3"]
        assert (
            sum(one.total for one in answers)
            == 3
            == session.scalar(select(func.count()).select_from(Enquiry))
        )
        # Old results stand under the old names.
        _, columns = standing(world, session, 2026)
        assert {A, B, NEW.key, OTHER} <= set(columns)


def test_ended_units_show_only_in_periods_they_were_part_of(world: World) -> None:
    merge(world, JULY)
    with world.writer() as session:
        before, then = standing(world, session, 2026), standing(world, session, 2027)
        assert {A, B} <= set(before[1])
        assert not {A, B} & set(then[1])
        assert NEW.key in then[1]
        clinics = 3
        assert len(before[0].standings) == 93 + clinics
        assert len(then[0].standings) == 93 - clinics
        agreement_id, _ = chosen(world, session)
        for day, number in ((date(2026, 6, 30), 93), (JULY, 90)):
            assert count_obligations(session, agreement_id, day) == number
            assert (
                sum(
                    len(owed(session, agreement_id, rule=rule, subject=subject, on=day))
                    for rule, subject in session.execute(
                        select(Commitment.rule, Commitment.subject).distinct()
                    )
                )
                == number
            )


def test_a_term_is_cut_short_when_units_merge_in_the_middle_of_it(world: World) -> None:
    sweep(world.writer, world.now)
    with world.writer() as session:
        assert {one[1] for one in of_units(session, "P2")[A]} == {date(2026, 6, 30)}
    merge(world, date(2026, 5, 11))
    world.now = at(date(2026, 5, 12))
    sweep(world.writer, world.now)
    with world.writer() as session:
        halves = of_units(session, "P2")
        assert [one[:2] for one in halves[A]] == [("period:2026-H1", date(2026, 5, 10))]
        assert [one[:2] for one in halves[NEW.key]] == [("period:2026-H1", date(2026, 6, 30))]


def test_a_planned_change_needs_nothing_more_on_its_day(world: World) -> None:
    merge(world)
    with world.writer() as session:
        chief = world.person(session, CLINIC_CHIEF)
        assert chief.unit is not None
        assert chief.unit.key == A
        sooner = world.unit(session, A)
        assert sooner.valid_to == date(2026, 6, 30)
    world.now = at(JULY)
    sweep(world.writer, world.now)
    sweep(world.writer, world.now)
    with world.writer() as session:
        chief = world.person(session, CLINIC_CHIEF)
        assert chief.unit is not None
        assert chief.unit.key == NEW.key
        followed = session.execute(
            text("SELECT count(*) FROM audit_entry WHERE action = 'person.followed'")
        ).scalar_one()
        assert followed == len(
            session.scalars(select(Person).where(Person.unit_id == chief.unit_id)).all()
        )


def test_what_the_old_unit_left_open_is_acted_on_by_the_new_ones_chief(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 1, 1))
    waiting = ask(world, A, date(2026, 1, 12))
    merge(world)
    world.now = at(JULY)
    sweep(world.writer, world.now)
    with world.writer() as session:
        deviation = session.scalars(select(Deviation)).one()
        assert deviation.unit is not None
        assert deviation.unit.key == A, "it stands under the old name"
        mail = session.execute(text("SELECT recipient FROM outbox_message")).scalars().all()
        assert CLINIC_CHIEF in mail
        assert OTHER_CLINIC_CHIEF not in mail
        said: dict[str, Any] = {
            "deviation": deviation,
            "text": "Brevet kom bort.",
            "now": world.now,
        }
        with pytest.raises(NotFound):
            reply(
                session,
                person=world.person(session, OTHER_CLINIC_CHIEF),
                version=deviation.version,
                **said,
            )
        reply(
            session, person=world.person(session, CLINIC_CHIEF), version=deviation.version, **said
        )
        assert deviation.state is DeviationState.REPLIED
        answer_enquiry(
            session,
            enquiry=session.get_one(Enquiry, waiting),
            answered_on=JULY,
            person=world.person(session, CLINIC_CHIEF),
            now=world.now,
        )
        assert [one[0] for one in of_units(session)[A]] == [f"enquiry:{waiting}"]


def test_a_unit_that_has_ended_is_asked_nothing(world: World) -> None:
    merge(world)
    world.now = at(date(2026, 7, 10))
    with pytest.raises(errors.NotPartyThen):
        ask(world, A, date(2026, 7, 2))
    with pytest.raises(errors.NotPartyThen):
        ask(world, NEW.key, date(2026, 6, 30))
    ask(world, A, date(2026, 6, 30))
    ask(world, NEW.key, JULY)


def test_a_registered_event_after_the_day_goes_over_unless_it_is_judged(world: World) -> None:
    world.now = at(date(2026, 7, 10))
    number = ask(world, A, date(2026, 7, 2))
    merge(world)
    with world.writer() as session:
        found = of_units(session)
        assert A not in found
        assert [one[0] for one in found[NEW.key]] == [f"enquiry:{number}"]


def test_judged_results_are_never_moved(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 1, 1))
    world.now = at(date(2026, 7, 10))
    ask(world, A, date(2026, 7, 2), date(2026, 7, 6))
    with pytest.raises(errors.JudgedSince) as refused:
        merge(world)
    assert refused.value.params["day"] == date(2026, 7, 2)
    merge(world, date(2026, 7, 3))


def test_an_event_both_were_called_to_is_one_event_of_the_new_unit(world: World) -> None:
    with world.writer() as session:
        for duty in owed(
            session,
            world.agreement(session).id,
            rule="attends_when_summoned",
            subject="steering_meeting",
        ):
            report(
                session,
                obligation=duty,
                origin="meeting:77",
                event_on=date(2026, 9, 1),
                shown=Shown(asked_on=date(2026, 2, 1)),
                told=None,
                now=world.now,
            )
        session.commit()
        before = {key: len(rows) for key, rows in of_units(session, "P1").items()}
        assert before == {A: 1, B: 1, OTHER: 1}
    merge(world)
    with world.writer() as session:
        after = {key: len(rows) for key, rows in of_units(session, "P1").items()}
        assert after == {NEW.key: 1, OTHER: 1}
        # Whoever still reports on the old one reaches the one that owes it.
        old = next(
            one
            for one in owed(
                session,
                world.agreement(session).id,
                rule="attends_when_summoned",
                subject="steering_meeting",
                unit_id=world.unit(session, A).id,
            )
        )
        shown = report(
            session,
            obligation=old,
            origin="meeting:77",
            event_on=date(2026, 9, 1),
            shown=Shown(asked_on=date(2026, 2, 1)),
            told=None,
            now=world.now,
        )
        assert shown.obligation.unit_id == world.unit(session, NEW.key).id
        assert len(of_units(session, "P1")[NEW.key]) == 1


def test_a_split_gives_every_part_the_duties_and_one_takes_what_is_open(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 1, 1))
    ask(world, A, date(2026, 1, 12))
    with world.writer() as session:
        parts = split_unit(
            session,
            unit=world.unit(session, A),
            into=[New("del-ett", "Del ett", "Ett"), New("del-tva", "Del två", "Två")],
            change=change(world, session),
        )
        session.commit()
        agreement_id, _ = chosen(world, session)
        assert count_obligations(session, agreement_id, JULY) == 96
        ways = heirs(session, parts[0].association_id)
        acting = ways.acting(parts[0].organisation_id, parts[0].id, JULY)
        assert acting.units == {parts[0].id, world.unit(session, A).id}
        assert ways.acting(parts[1].organisation_id, parts[1].id, JULY).units == {parts[1].id}


def test_another_organisation_takes_over_with_its_units(world: World) -> None:
    with world.writer() as session:
        old = session.scalars(
            select(Organisation).where(Organisation.key == "psykiatri-nordvast")
        ).one()
        heir = succeed_organisation(
            session,
            organisation=old,
            by=New("psykiatri-norr", "Psykiatri Norr", "Psyk Norr"),
            change=change(world, session),
        )
        session.commit()
        agreement_id, _ = chosen(world, session)
        for day in (date(2026, 6, 30), JULY):
            assert count_obligations(session, agreement_id, day) == 93
        assert len(heir.units) == 3
        _, columns = standing(world, session, 2027)
        assert "psykiatri-norr" in columns
        assert "psykiatri-nordvast" not in columns
    world.now = at(JULY)
    sweep(world.writer, world.now)
    with world.writer() as session:
        chief = world.person(session, CLINIC_CHIEF)
        assert chief.organisation.key == "psykiatri-norr"


def test_the_last_day_and_the_first_follow_each_other(world: World) -> None:
    merge(world)
    with world.writer() as session:
        old, new = world.unit(session, A), world.unit(session, NEW.key)
        assert old.valid_to is not None
        assert new.valid_from is not None
        assert new.valid_from - old.valid_to == timedelta(days=1)
