"""What a party's confirmations make of A4."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.models import (
    Evidence,
    Occurrence,
    Status,
)
from atagande_agreements.contacts import errors, queries
from atagande_agreements.contacts.models import ContactConfirmation
from atagande_agreements.contacts.verbs import (
    Details,
    add_entry,
    confirm,
)
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.errors import Refused, Stale
from support.contacts import MAILBOX, add, at, changing, confirm_on, decide, links, party, sweep_on
from support.world import (
    CONVENER,
    World,
)


@pytest.fixture
def decided(world: World) -> World:
    """Six months are decided from 1 March 2026, and the sweep has run that day."""
    decide(world)
    return world


def test_a_party_that_never_publishes_reads_unreported_and_gets_no_deviation(
    decided: World,
) -> None:
    assert links(decided) == [("contacts:2026-03-01", None, Status.PENDING)]
    sweep_on(decided, date(2026, 9, 2))
    assert links(decided) == [("contacts:2026-03-01", None, Status.UNREPORTED)]
    with decided.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(Deviation)) == 0


def test_each_confirmation_keeps_the_last_link_and_begins_the_next(decided: World) -> None:
    add(decided)
    confirm_on(decided, date(2026, 4, 1))
    confirm_on(decided, date(2026, 9, 30))
    assert links(decided) == [
        ("contacts:2026-03-01", date(2026, 4, 1), Status.MET),
        ("contacts:2026-04-01", date(2026, 9, 30), Status.MET),
        ("contacts:2026-09-30", None, Status.PENDING),
    ]


def test_twice_the_same_day_changes_nothing(decided: World) -> None:
    add(decided)
    confirm_on(decided, date(2026, 4, 1))
    before = links(decided)
    confirm_on(decided, date(2026, 4, 1), by=CONVENER)
    assert links(decided) == before
    with decided.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(ContactConfirmation)) == 1
        assert session.scalar(select(func.count()).select_from(Evidence)) == 1
        actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("contacts.confirmed") == 1


def test_confirming_on_the_day_of_the_first_link_publishes_it(decided: World) -> None:
    add(decided)
    confirm_on(decided, date(2026, 3, 1))
    sweep_on(decided, date(2026, 9, 2))
    assert links(decided) == [("contacts:2026-03-01", None, Status.NOT_MET)]


def test_scenario_22_seven_months_with_a_limit_of_six(decided: World) -> None:
    add(decided)
    confirm_on(decided, date(2026, 3, 10))
    sweep_on(decided, date(2026, 10, 12))
    assert links(decided)[-1] == ("contacts:2026-03-10", None, Status.NOT_MET)
    with decided.services.reader() as session:
        deviation = session.scalars(select(Deviation)).one()
        assert deviation.organisation_id == party(session).id
        association = party(session).association_id
        today = date(2026, 10, 12)
        flagged = [
            one.organisation.key
            for one in queries.parties(session, association, today).parties
            if one.stale
        ]
        shown = queries.published(session, association, today).parties
    assert flagged == ["upplands-vasby"]
    assert [(one.organisation.key, one.stale) for one in shown] == [("upplands-vasby", True)]


def test_a_late_confirmation_is_late_and_the_deviation_stands(decided: World) -> None:
    add(decided)
    confirm_on(decided, date(2026, 3, 10))
    sweep_on(decided, date(2026, 10, 12))
    confirm_on(decided, date(2026, 10, 13))
    assert links(decided)[-2:] == [
        ("contacts:2026-03-10", date(2026, 10, 13), Status.NOT_MET),
        ("contacts:2026-10-13", None, Status.PENDING),
    ]
    sweep_on(decided, date(2026, 10, 14))
    with decided.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(Deviation)) == 1


def test_before_the_decision_nothing_is_judged(world: World) -> None:
    add(world)
    confirm_on(world, date(2026, 3, 2))
    assert links(world) == [("contacts:2026-03-02", None, Status.NOT_ASSESSABLE)]
    world.now = at(date(2026, 5, 4))
    world.decide("contact_reconfirm_months", "6", date(2026, 5, 4))
    sweep_on(world, date(2026, 5, 4))
    confirm_on(world, date(2026, 6, 1))
    assert links(world) == [
        ("contacts:2026-03-02", date(2026, 6, 1), Status.NOT_ASSESSABLE),
        ("contacts:2026-05-04", date(2026, 6, 1), Status.MET),
        ("contacts:2026-06-01", None, Status.PENDING),
    ]


def test_what_was_published_before_the_decision_is_not_said_to_be_missing(world: World) -> None:
    add(world)
    confirm_on(world, date(2026, 3, 2))
    world.now = at(date(2026, 5, 4))
    world.decide("contact_reconfirm_months", "6", date(2026, 5, 4))
    sweep_on(world, date(2026, 5, 4))
    sweep_on(world, date(2026, 11, 5))
    assert links(world)[-1] == ("contacts:2026-05-04", None, Status.NOT_MET)


DAYS = [date(2026, 3, 1) + timedelta(days=40 * number) for number in range(8)]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(DAYS[:5]), again=st.lists(st.sampled_from(DAYS[:5]), max_size=3))
def test_any_order_of_the_same_confirmations_ends_in_the_same_verdicts(
    sqlite_world: World, order: list[date], again: list[date]
) -> None:
    world = sqlite_world
    now = at(date(2027, 1, 15))
    with world.writer() as session:
        world.now = at(date(2026, 3, 1))
        add_entry(
            session,
            organisation=party(session),
            details=MAILBOX,
            person=world.person(session, CONVENER),
            now=world.now,
        )
        for day in [*order, *again]:
            confirm(
                session,
                organisation=party(session),
                person=world.person(session, CONVENER),
                confirmed_on=day,
                now=now,
            )
        kept = session.execute(
            select(Occurrence.event_on, Occurrence.kept_on)
            .where(Occurrence.origin.like("contacts:%"))
            .order_by(Occurrence.event_on)
        ).all()
        assert [tuple(row) for row in kept] == list(zip(DAYS[:5], [*DAYS[1:5], None], strict=True))
        session.rollback()


def test_who_confirms_has_read_what_stands_there(decided: World) -> None:
    add(decided)
    with decided.services.reader() as session:
        read = queries.seen(queries.entries_of(session, party(session).id))
    add(decided, Details("Växel", phone="08-123 45 67"))
    with pytest.raises(Stale), changing(decided) as session:
        confirm(
            session,
            organisation=party(session),
            person=decided.person(session, CONVENER),
            confirmed_on=date(2026, 3, 1),
            read=read,
            now=decided.now,
        )


@pytest.mark.parametrize(
    ("day", "refusal"),
    [(date(2026, 3, 2), errors.ConfirmedInFuture), (date(2019, 10, 24), BeforeAgreement)],
)
def test_a_confirmation_has_a_date_that_can_be_true(
    decided: World, day: date, refusal: type[Refused]
) -> None:
    add(decided)
    with pytest.raises(refusal), changing(decided) as session:
        confirm(
            session,
            organisation=party(session),
            person=decided.person(session, CONVENER),
            confirmed_on=day,
            now=decided.now,
        )


def test_what_stands_there_now_was_not_confirmed_before_it_stood_there(decided: World) -> None:
    add(decided)
    decided.now = at(date(2026, 3, 9))
    confirm_on(decided, date(2026, 3, 5))
    decided.now = at(date(2026, 3, 10))
    add(decided, Details("Växel", phone="08-123 45 67"))
    with pytest.raises(errors.ChangedSince) as refused:
        confirm_on(decided, date(2026, 3, 9))
    assert refused.value.field == "confirmed_on"
    assert refused.value.params == {"day": date(2026, 3, 9), "changed_on": date(2026, 3, 10)}
    confirm_on(decided, date(2026, 3, 5))
    confirm_on(decided, date(2026, 3, 10))
    with decided.services.reader() as session:
        days = session.scalars(select(ContactConfirmation.confirmed_on)).all()
    assert sorted(days) == [date(2026, 3, 5), date(2026, 3, 10)]


def test_nothing_can_not_be_confirmed(decided: World) -> None:
    with pytest.raises(errors.NothingToConfirm):
        confirm_on(decided, date(2026, 3, 1))
