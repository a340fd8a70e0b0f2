"""The agenda that fills itself, decisions put under their meeting, and dissents."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from atagande_agreements.deviations import decisions, merging
from atagande_agreements.errors import Refused
from atagande_agreements.ladder.models import Rung
from atagande_agreements.parties.models import Organisation
from atagande_agreements.steering.models import Decision
from atagande_calendar.meetings.attendance import LiftedIssue
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.steering import errors, items, queries, verbs
from atagande_calendar.steering.acted import acted_on
from atagande_calendar.steering.models import MeetingDecision
from support.deviations import CLINIC, close, decided, done, measure, miss, numbered, reply, use
from support.meetings import hold as hold_network
from support.steering import FIRST, SECOND, THIRD, agenda_of, decide, evening, keys, meet
from support.world import ADMINISTRATOR, STEERING, World

OTHER = "psykosmottagningen"


def test_an_open_deviation_comes_when_the_party_is_heard_and_goes_with_the_decision(
    world: World,
) -> None:
    (number,) = meet(world, date(2026, 5, 5))
    miss(world, CLINIC)
    assert keys(world, number, *items.OF_DEVIATIONS) == []
    with world.writer() as session:
        reply(world, session)
        session.commit()
    assert keys(world, number, "deviation") == ["deviation:1"]
    with world.writer() as session:
        close(world, session)
        session.commit()
    assert keys(world, number, *items.OF_DEVIATIONS) == []


def test_a_reply_that_is_due_before_the_meeting_is_on_it_and_says_so(world: World) -> None:
    (number,) = meet(world, SECOND)
    miss(world, CLINIC)
    (one,) = agenda_of(world, number).of(items.Topic.LATE_REPLY)
    assert (one.ahead, one.is_case, one.day) == (True, True, None), "the day is the case's own"
    world.now = datetime(2026, 6, 16, 6, 0, tzinfo=UTC)
    (one,) = agenda_of(world, number).of(items.Topic.LATE_REPLY)
    assert not one.ahead


def test_those_decided_together_are_one_item(world: World) -> None:
    (number,) = meet(world, SECOND)
    miss(world, CLINIC, OTHER)
    with world.writer() as session:
        reply(world, session)
        one = numbered(session, 2)
        merging.merge(
            session,
            deviation=one,
            into=numbered(session, 1),
            person=world.person(session, STEERING),
            version=one.version,
            now=world.now,
        )
        session.commit()
    (item,) = agenda_of(world, number).of(*items.OF_DEVIATIONS)
    assert (item.key, item.others) == ("deviation:1", ("A-2",))


def test_a_measure_comes_when_it_is_done_or_late(world: World) -> None:
    (number,) = meet(world, THIRD)
    miss(world, CLINIC)
    use(world, Rung.MEASURE)
    with world.writer() as session:
        reply(world, session)
        measure(world, session, due_on=date(2026, 6, 1))
        session.commit()
    (one,) = agenda_of(world, number).of(items.Topic.LATE_MEASURE)
    assert (one.ahead, one.day, one.text) == (True, date(2026, 6, 1), "Utse en mottagare av brev.")
    world.now = datetime(2026, 6, 2, 8, 0, tzinfo=UTC)
    assert not agenda_of(world, number).of(items.Topic.LATE_MEASURE)[0].ahead
    with world.writer() as session:
        done(world, session)
        session.commit()
    assert keys(world, number, "late_measure", "measure_done") == ["deviation:1"]
    assert agenda_of(world, number).of(items.Topic.MEASURE_DONE)


def test_a_parameter_is_on_it_until_it_is_decided(world: World) -> None:
    (number,) = meet(world, FIRST)
    assert "parameter:answer_days" in keys(world, number, "parameter")
    world.decide("answer_days", "10", date(2026, 3, 1))
    assert "parameter:answer_days" not in keys(world, number, "parameter")


def test_signatures_are_said_not_to_be_followed_yet(world: World) -> None:
    (number,) = meet(world, FIRST)
    (one,) = agenda_of(world, number).of(items.Topic.SIGNATURES)
    assert one.number == 7


def lifted(world: World) -> int:
    """Let the network lift an issue on 10 March; return the number of the group's meeting."""
    hold_network(world, [date(2026, 3, 10)])
    answer = world.api(ADMINISTRATOR)(
        "POST",
        "/meetings/1/close",
        json={"version": 1, "issues": [{"text": "Vem kallar läkaren?", "organisation": "af"}]},
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return meet(world, FIRST)[0]


def test_a_lifted_issue_waits_until_it_is_decided_once(world: World) -> None:
    number = lifted(world)
    (one,) = agenda_of(world, number).of(items.Topic.ISSUE)
    assert (one.text, one.party) == (
        "Vem kallar läkaren?",
        "Arbetsförmedlingen Nordöstra Stockholm",
    )
    world.now = evening(FIRST)
    with world.writer() as session:
        issue = session.get_one(LiftedIssue, 1)
        decide(world, session, FIRST, about=issue)
        session.commit()
    assert keys(world, number, "issue") == []
    with world.writer() as session, pytest.raises(errors.AlreadyHandled):
        decide(world, session, FIRST, about=session.get_one(LiftedIssue, 1))


def test_a_decision_dated_on_the_day_of_a_meeting_is_put_under_it(world: World) -> None:
    first, second = meet(world, FIRST, SECOND)
    world.now = evening(FIRST)
    with world.writer() as session:
        decision = decide(world, session, FIRST)
        verbs.settle(session, meeting_id=None, now=world.now)
        other = decide(world, session, FIRST - timedelta(days=1), "21")
        verbs.settle(session, meeting_id=None, now=world.now)
        assert session.get_one(MeetingDecision, decision.id).meeting_id == first
        assert session.get(MeetingDecision, other.id) is None
        other.decided_on = SECOND
        meeting = session.get_one(Meeting, second)
        with pytest.raises(errors.MeetingAhead):
            verbs.attach(session, decision=other, meeting=meeting, now=world.now)


def test_a_decision_dated_before_its_meeting_is_refused(world: World) -> None:
    (number,) = meet(world, FIRST)
    world.now = evening(FIRST)
    with world.writer() as session:
        decision = decide(world, session, FIRST - timedelta(days=1))
        meeting = session.get_one(Meeting, number)
        with pytest.raises(errors.DecidedBeforeMeeting):
            verbs.attach(session, decision=decision, meeting=meeting, now=world.now)
        session.add(
            MeetingDecision(
                decision_id=decision.id,
                association_id=decision.association_id,
                meeting_id=number,
                met_on=FIRST,
                decided_on=decision.decided_on,
                attached_at=world.now,
            )
        )
        with pytest.raises(DatabaseError, match="not_before_meeting"):
            session.flush()


def test_a_decision_is_put_under_no_other_kind_of_meeting(world: World) -> None:
    hold_network(world, [date(2026, 3, 10)])
    with world.writer() as session:
        decision = decide(world, session, date(2026, 3, 10))
        with pytest.raises(Refused):
            verbs.attach(
                session, decision=decision, meeting=session.get_one(Meeting, 1), now=world.now
            )


def test_own_items_keep_their_order_and_a_decided_one_stays(world: World) -> None:
    (number,) = meet(world, FIRST)
    world.now = evening(FIRST)
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        person = world.person(session, ADMINISTRATOR)
        made = [
            verbs.add_item(
                session, meeting=meeting, title=title, text="", person=person, now=world.now
            )
            for title in ("Budget", "Plan")
        ]
        verbs.move_item(session, meeting=meeting, item=made[1], version=1)
        titles = [one.title for one in queries.own_items(session, number)]
        assert titles == ["Plan", "Budget"]
        decide(world, session, FIRST, about=made[0])
        with pytest.raises(errors.AlreadyHandled):
            verbs.remove_item(
                session,
                meeting=meeting,
                item=made[0],
                person=person,
                version=made[0].version,
                now=world.now,
            )
        session.commit()
    assert keys(world, number, "own") == ["own:2"]


def test_one_decision_about_many_is_one_row_of_the_register(world: World) -> None:
    miss(world, CLINIC, OTHER)
    world.now = datetime(2026, 6, 16, 8, 0, tzinfo=UTC)
    with world.writer() as session:
        one = numbered(session, 2)
        merging.merge(
            session,
            deviation=one,
            into=numbered(session, 1),
            person=world.person(session, STEERING),
            version=one.version,
            now=world.now,
        )
        close(world, session)
        association = world.agreement(session).association_id
        rows, total = queries.register(session, association, queries.Wanted(), size=50)
        assert (len(rows), total) == (3, 3)
        assert [act.name for act in rows[0].acted] == ["A-1", "A-2"]
        assert {act.what for act in rows[0].acted} == {"closed"}


def test_what_every_kind_of_decision_acted_on_is_told(world: World) -> None:
    miss(world, CLINIC)
    use(world, Rung.MEASURE, Rung.AGENDA)
    with world.writer() as session:
        reply(world, session)
        measure(world, session)
        session.commit()
    with world.writer() as session:
        one = numbered(session)
        decisions.escalate(
            session,
            deviation=one,
            rung=Rung.AGENDA,
            decided=decided(world, session),
            version=one.version,
            now=world.now,
        )
        ids = list(session.scalars(select(Decision.id).order_by(Decision.id)))
        acted = acted_on(session, ids)
        told = [(act.what, act.value) for number in ids for act in acted[number]]
        assert told == [
            ("parameter", "10"),
            ("parameter", "60"),
            ("ladder", "measure"),
            ("ladder", "agenda"),
            ("measure", ""),
            ("escalated", "agenda"),
        ]


def test_a_deviation_from_the_ladder_has_its_own_heading(world: World) -> None:
    (number,) = meet(world, SECOND)
    miss(world, CLINIC)
    use(world, Rung.AGENDA)
    with world.writer() as session:
        reply(world, session)
        one = numbered(session)
        decisions.escalate(
            session,
            deviation=one,
            rung=Rung.AGENDA,
            decided=decided(world, session),
            version=one.version,
            now=world.now,
        )
        session.commit()
    assert keys(world, number, "ladder") == ["deviation:1"]
    assert keys(world, number, "deviation") == []


def test_a_dissent_is_one_a_party_and_never_changes(world: World) -> None:
    with world.writer() as session:
        decision = decide(world, session, date(2026, 3, 2))
        party = session.scalars(select(Organisation).where(Organisation.key == "sigtuna")).one()
        said: dict[str, Any] = {
            "decision": decision,
            "party": party,
            "person": world.person(session, STEERING),
            "now": world.now,
        }
        with pytest.raises(errors.EmptyDissent):
            verbs.dissent(session, text=" ", **said)
        verbs.dissent(session, text="Vi hade velat vänta.", **said)
        with pytest.raises(errors.AlreadyDissented):
            verbs.dissent(session, text="Igen.", **said)
        session.commit()
    for change in ("UPDATE dissent SET text = 'Annat'", "DELETE FROM dissent"):
        with world.writer() as session, pytest.raises(DatabaseError, match="append-only"):
            session.execute(text(change))


def test_a_meeting_that_was_called_off_takes_no_decision(world: World) -> None:
    (number,) = meet(world, FIRST)
    answer = world.api(ADMINISTRATOR)("POST", f"/meetings/{number}/cancel", json={"version": 2})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    world.now = evening(FIRST)
    with world.writer() as session:
        decision = decide(world, session, FIRST)
        verbs.settle(session, meeting_id=None, now=world.now)
        assert session.get(MeetingDecision, decision.id) is None
        with pytest.raises(Refused):
            verbs.attach(
                session, decision=decision, meeting=session.get_one(Meeting, number), now=world.now
            )
