"""The steering group's decisions about the ladder, and the words of its letters."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from atagande_agreements.audit.queries import first_broken, history
from atagande_agreements.commitments.errors import DecidedInFuture, ReachesBack
from atagande_agreements.errors import Refused
from atagande_agreements.ladder import errors
from atagande_agreements.ladder.models import LadderDecision, Rung
from atagande_agreements.ladder.queries import decisions_about, ladder_on
from atagande_agreements.ladder.texts import LETTERS, PLACES, USUAL, own_words, words_of
from atagande_agreements.ladder.verbs import DAYS, decide_step
from atagande_agreements.letters.errors import BrokenPlaceholder, UnknownPlaceholder
from atagande_agreements.letters.text import check
from atagande_agreements.steering.models import Decision, DecisionKind
from support.world import STEERING, World

DAY = date(2026, 3, 2)


def decide(
    world: World,
    rung: Rung,
    *,
    is_used: bool = True,
    days: int = 14,
    body: str = "",
    valid_from: date = DAY,
    decided_on: date = DAY,
) -> None:
    with world.writer() as session, session.begin():
        decide_step(
            session,
            agreement=world.agreement(session),
            rung=rung,
            is_used=is_used,
            days=days,
            body=body,
            valid_from=valid_from,
            decided_on=decided_on,
            paragraph="12",
            diary_number=" SUVS 2026/14 ",
            note="Vi prövar.",
            person=world.person(session, STEERING),
            now=world.now,
        )


def used(world: World, day: date) -> list[Rung]:
    with world.services.reader() as session:
        found = ladder_on(session, world.agreement(session).id, day)
        return [rung for rung, step in found.items() if step.is_used]


def test_a_step_is_used_from_its_day_until_another_decision_says_otherwise(world: World) -> None:
    decide(world, Rung.REMINDER, valid_from=DAY + timedelta(days=5))
    decide(world, Rung.REMINDER, is_used=False, valid_from=DAY + timedelta(days=9))
    spans = [DAY + timedelta(days=number) for number in (4, 5, 8, 9)]
    assert [used(world, day) for day in spans] == [[], [Rung.REMINDER], [Rung.REMINDER], []]
    with world.services.reader() as session:
        rows = decisions_about(session, world.agreement(session).id, Rung.REMINDER)
        assert [(one.is_used, one.days) for one in rows] == [(False, 0), (True, 14)]
        made = rows[0].decision
        assert (made.kind, made.paragraph) == (DecisionKind.LADDER, "§ 12")
        assert made.diary_number == "SUVS 2026/14"
        [entry] = history(session, made.association_id, "ladder", rows[1].id)
        assert entry.action == "ladder.decided"
        assert first_broken(session, made.association_id) is None


def test_the_reply_is_used_from_the_day_its_time_is_decided(world: World) -> None:
    with pytest.raises(errors.ReplyIsParameter):
        decide(world, Rung.REPLY)
    world.decide("deviation_reply_days", "60", DAY)
    assert used(world, DAY) == [Rung.REPLY]
    assert used(world, DAY - timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"valid_from": DAY - timedelta(days=1)}, ReachesBack),
        (
            {"decided_on": DAY + timedelta(days=1), "valid_from": DAY + timedelta(days=1)},
            DecidedInFuture,
        ),
        ({"days": 0}, errors.BadDays),
        ({"days": 367}, errors.BadDays),
        ({"body": "Hej {namn}"}, UnknownPlaceholder),
        ({"body": "Hej {part"}, BrokenPlaceholder),
    ],
)
def test_what_is_wrong_changes_nothing(
    sqlite_world: World, change: dict[str, object], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        decide(sqlite_world, Rung.NOTICE, **change)  # type: ignore[arg-type]  # any of the fields
    with sqlite_world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(LadderDecision)) == 0
        assert session.scalar(select(func.count()).select_from(Decision)) == 0


def test_a_second_decision_from_the_same_day_is_refused(world: World) -> None:
    decide(world, Rung.BOARD)
    with pytest.raises(errors.StepDecided):
        decide(world, Rung.BOARD, days=20)
    with world.services.reader() as session:
        assert session.scalars(select(LadderDecision.days)).all() == [14]
        assert session.scalar(select(func.count()).select_from(Decision)) == 1


def test_the_database_keeps_decisions_as_they_were(world: World) -> None:
    decide(world, Rung.BOARD)
    with pytest.raises(DBAPIError), world.writer() as session, session.begin():
        session.execute(text("UPDATE ladder_decision SET days = 1"))


def test_a_step_without_a_letter_takes_no_words(sqlite_world: World) -> None:
    decide(sqlite_world, Rung.AGENDA, days=30)
    with sqlite_world.services.reader() as session:
        assert session.scalars(select(LadderDecision.days)).all() == [0], "nor a time"
    with pytest.raises(errors.NoLetter):
        own_words(Rung.AGENDA, "Hej")


def test_what_is_not_used_keeps_neither_time_nor_words(sqlite_world: World) -> None:
    decide(sqlite_world, Rung.NOTICE, is_used=False, days=30, body="Hej {part}")
    with sqlite_world.services.reader() as session:
        row = session.scalars(select(LadderDecision)).one()
        assert (row.days, row.text) == (0, "")


@pytest.mark.parametrize("rung", USUAL)
def test_the_usual_words_use_only_places_that_are_filled(rung: Rung) -> None:
    check(USUAL[rung], PLACES[rung])
    assert own_words(rung, USUAL[rung]) == "", "the usual ones are nobody's own"
    assert words_of(rung, "") == USUAL[rung]
    assert words_of(rung, "Eget") == "Eget"


def test_every_step_with_a_letter_has_words_and_a_time() -> None:
    assert set(LETTERS) <= set(USUAL) == set(PLACES)
    assert set(USUAL) == set(DAYS)
