"""Retention: nothing goes undecided, nothing open goes, and what was judged stands."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.audit.queries import first_broken
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BadParagraph, DecidedInFuture
from atagande_agreements.commitments.models import Evidence, Occurrence, ParameterDecision, Status
from atagande_agreements.deviations.models import Deviation, DeviationStep
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.errors import Refused
from atagande_agreements.followup.figures_models import PublishedFigure
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.models import Person
from atagande_agreements.retention import errors
from atagande_agreements.retention.models import (
    RetentionGate,
    RetentionHold,
    RetentionRule,
    RetentionRun,
)
from atagande_agreements.retention.people import NOBODY
from atagande_agreements.retention.queries import lines
from atagande_agreements.retention.rules import Moment, first_kept, goes_on
from atagande_agreements.retention.sealed import began_on
from atagande_plugin.jobs.retention import retention_job
from atagande_plugin.retention import BY_KEY, KEPT, KINDS
from atagande_plugin.tables import metadata
from support.followup import ask, of_enquiries, sweep_now
from support.retention import decide, decide_all, keep_until, number_of, pass_years, remove
from support.world import CONVENER, World

CLINIC = "sollentuna-mottagning"
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.fixture
def answered(world: World) -> World:
    """Thirty enquiries of March 2026, answered in time; five years later a new one."""
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.decide("letters_share", "90", date(2026, 2, 1))
    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    for _ in range(30):
        ask(world, CLINIC, date(2026, 3, 10), date(2026, 3, 12))
    pass_years(world, 5)
    sweep_now(world)
    ask(world, CLINIC, local_date(world.now))
    return world


def verdicts(world: World) -> list[Any]:
    """Return every occurrence as it is judged."""
    with world.services.reader() as session:
        return list(session.execute(select(Occurrence.__table__).order_by(Occurrence.id)).all())


def test_every_table_has_its_place() -> None:
    emptied = [table for kind in KINDS for table in kind.tables]
    kept = [table for group in KEPT for table in group.tables]
    assert len(kept) == len(set(kept))
    assert set(emptied).isdisjoint(kept)
    placed = {*emptied, *kept}
    assert placed - set(metadata.tables) == set(), "these tables are no more"
    assert set(metadata.tables) - placed == set(), "say in retention.py what becomes of these"


def test_the_kinds_can_be_told_apart() -> None:
    assert len(BY_KEY) == len(KINDS)
    for kind in KINDS:
        assert kind.proposal is None or kind.proposal >= kind.shortest >= 1, kind.key


@given(DAYS, st.integers(1, 130), st.sampled_from(Moment))
def test_a_record_goes_on_the_first_day_it_may(day: date, months: int, moment: Moment) -> None:
    gone = goes_on(moment, months, day)
    assert day < first_kept(moment, months, gone)
    assert day >= first_kept(moment, months, gone - timedelta(days=1))


@given(DAYS, DAYS, st.integers(1, 130), st.sampled_from(Moment))
def test_what_is_older_never_goes_later(
    one: date, other: date, months: int, moment: Moment
) -> None:
    first, second = sorted((one, other))
    assert goes_on(moment, months, first) <= goes_on(moment, months, second)


@pytest.mark.parametrize(
    ("moment", "months", "day", "gone"),
    [
        (Moment.CASE_YEAR, 24, date(2024, 5, 2), date(2027, 1, 1)),
        (Moment.YEAR, 12, date(2024, 12, 31), date(2026, 1, 1)),
        (Moment.SENT, 12, date(2024, 5, 2), date(2025, 5, 2)),
        (Moment.LEFT, 1, date(2026, 1, 31), date(2026, 3, 1)),
    ],
)
def test_the_day_it_goes(moment: Moment, months: int, day: date, gone: date) -> None:
    assert goes_on(moment, months, day) == gone


@pytest.mark.parametrize(
    ("origin", "began"),
    [
        ("enquiry:17", date(2026, 3, 4)),
        ("period:2026", date(2026, 1, 1)),
        ("period:2026-H1", date(2026, 1, 1)),
        ("period:2026-H2", date(2026, 7, 1)),
        ("period:2025-09", date(2025, 9, 1)),
        ("convened:2026", date(2026, 1, 1)),
    ],
)
def test_a_term_began_on_its_first_day(origin: str, began: date) -> None:
    assert began_on(origin, date(2026, 3, 4)) == began


def test_nothing_goes_before_it_is_decided(answered: World) -> None:
    assert remove(answered) == {}
    assert number_of(answered, Enquiry) == 31
    with answered.services.reader() as session:
        found = lines(session, 1, KINDS, answered.now.date())
    line = next(one for one in found if one.kind.key == "enquiry")
    assert (line.rule, line.goes, line.number) == (None, False, 30), "shown as a proposal"


def test_cases_go_and_their_verdicts_stand(answered: World) -> None:
    before = verdicts(answered)
    cases = [row.status for row in before if row.origin.startswith("enquiry:")]
    assert cases.count(Status.MET) == 30
    decide(answered, "enquiry", 24)
    assert remove(answered)["enquiry"] == 30
    assert number_of(answered, Enquiry) == 1
    assert verdicts(answered) == before
    assert remove(answered) == {}, "a second time nothing is left"
    with answered.services.reader() as session:
        assert first_broken(session, 1) is None
        run = session.scalars(select(RetentionRun)).one()
        assert (run.kind, run.removed) == ("enquiry", 30)
        assert (run.oldest, run.newest) == (date(2026, 1, 1), date(2026, 12, 31))
        assert run.finished_at == answered.now
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "retention.removed")
        ).one()
        assert '"removed": [null, ">=5"]' in entry.changes
        assert session.scalars(select(RetentionGate)).all() == []


def test_published_figures_stand_when_the_cases_have_gone(answered: World) -> None:
    """The year's figures were published in their time, and the job would count none now."""
    answered.now = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
    decide(answered, "enquiry", 12, date(2026, 9, 1))
    retention_job(answered.services)
    assert number_of(answered, Enquiry) == 31
    with answered.services.reader() as session:
        before = session.execute(select(PublishedFigure.__table__)).all()
    assert 30 in {row.value for row in before}
    answered.now = datetime(2028, 1, 1, 8, 0, tzinfo=UTC)
    retention_job(answered.services)
    assert number_of(answered, Enquiry) == 1
    answered.now += timedelta(days=1)
    retention_job(answered.services)
    with answered.services.reader() as session:
        spring = PublishedFigure.__table__.c.first_on < date(2026, 7, 1)
        after = session.execute(select(PublishedFigure.__table__).where(spring)).all()
    assert [row for row in before if row.first_on < date(2026, 7, 1)] == after


def test_a_late_report_does_not_count_a_culled_term_anew(answered: World) -> None:
    """K4 is a share of the term's enquiries; with those gone it would come out as another."""
    decide(answered, "enquiry", 24)
    remove(answered)
    before = {row.id: row for row in verdicts(answered)}
    assert any(row.origin == "period:2026-H1" and row.total for row in before.values())
    ask(answered, CLINIC, date(2026, 3, 20), date(2026, 3, 21))
    after = {row.id: row for row in verdicts(answered)}
    assert {number: after[number] for number in before} == before


def test_an_open_case_is_never_removed(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    ask(world, CLINIC, date(2026, 3, 10))
    pass_years(world, 10)
    sweep_now(world)
    assert number_of(world, Deviation) == 1
    decide_all(world)
    retention_job(world.services)
    assert number_of(world, Enquiry) == 1
    assert number_of(world, Deviation) == 1


def test_the_newest_stays_so_that_no_number_comes_back(answered: World) -> None:
    """The number stands in an occurrence's origin and in the trail: the next gets another."""
    decide(answered, "enquiry", 24)
    answered.now += timedelta(days=366 * 5)
    with answered.writer() as session:
        newest = session.scalars(select(Enquiry).order_by(Enquiry.id.desc())).first()
        assert newest is not None
        number = newest.id
        newest.answered_on = local_date(newest.registered_at)
        session.execute(update(Occurrence).values(sweep_at=None))
        session.commit()
    assert remove(answered) == {"enquiry": 30}
    assert remove(answered) == {}
    with answered.services.reader() as session:
        found = lines(session, 1, KINDS, answered.now.date())
        assert next(one for one in found if one.kind.key == "enquiry").next_on is None
    ask(answered, CLINIC, local_date(answered.now))
    with answered.services.reader() as session:
        assert session.scalars(select(Enquiry.id).order_by(Enquiry.id)).all() == [
            number,
            number + 1,
        ]


def test_a_hold_keeps_everything_until_its_day_has_passed(answered: World) -> None:
    decide(answered, "enquiry", 24)
    today = answered.now.date()
    keep_until(answered, "enquiry", today + timedelta(days=30))
    assert remove(answered) == {}
    answered.now += timedelta(days=30)
    assert remove(answered) == {}, "its last day is one of them"
    with answered.services.reader() as session:
        found = lines(session, 1, KINDS, answered.now.date())
    line = next(one for one in found if one.kind.key == "enquiry")
    assert line.hold is not None
    assert line.next_on == answered.now.date() + timedelta(days=1)
    answered.now += timedelta(days=1)
    assert remove(answered)["enquiry"] == 30


def test_a_later_decision_to_keep_for_ever_goes_before_the_first(answered: World) -> None:
    decide(answered, "enquiry", 24)
    answered.now += timedelta(days=1)
    decide(answered, "enquiry", None)
    assert remove(answered) == {}


@pytest.mark.parametrize(
    ("given_", "refusal"),
    [
        ({"months": 0}, errors.TooShort),
        ({"months": 11}, errors.TooShort),
        ({"months": 1201}, errors.TooLong),
        ({"months": None}, errors.NoMonths),
        ({"paragraph": ""}, BadParagraph),
        ({"decided_on": date(2026, 3, 3)}, DecidedInFuture),
    ],
)
def test_what_is_refused_changes_nothing(
    world: World, given_: dict[str, Any], refusal: type[Refused]
) -> None:
    from atagande_agreements.retention.verbs import decide_rule  # noqa: PLC0415 - one test's own

    usual: dict[str, Any] = {
        "months": 24,
        "paragraph": "12",
        "decided_on": date(2026, 3, 2),
        "for_ever": False,
    }
    with world.writer() as session:
        with pytest.raises(refusal):
            decide_rule(
                session,
                agreement=world.agreement(session),
                kind=BY_KEY["enquiry"],
                person=world.person(session, CONVENER),
                now=world.now,
                **(usual | given_),
            )
        session.rollback()
    assert number_of(world, RetentionRule) == 0


def test_a_decision_from_before_the_one_in_force_is_refused(world: World) -> None:
    decide(world, "enquiry", 24)
    with pytest.raises(errors.OlderDecision):
        decide(world, "enquiry", 36, date(2026, 3, 1))
    with pytest.raises(errors.OlderDecision):
        decide(world, "enquiry", 36)
    with pytest.raises(errors.HoldInPast):
        keep_until(world, "enquiry", date(2026, 3, 1))


def test_a_mail_is_emptied_and_its_cause_stays(lived_world: World) -> None:
    pass_years(lived_world, 3)
    before = number_of(lived_world, OutboxMessage)
    decide(lived_world, "mail", 12)
    assert remove(lived_world, [BY_KEY["mail"]])["mail"] > 0
    with lived_world.services.reader() as session:
        for message in session.scalars(
            select(OutboxMessage).where(OutboxMessage.state == OutboxState.SENT)
        ):
            assert (message.raw, message.recipient, message.payload) == (b"", "", "{}")
    assert number_of(lived_world, OutboxMessage) == before


def test_a_life_of_records_goes_and_leaves_the_account_whole(lived_world: World) -> None:
    """Every kind at once, on the demo's whole year, a decade later."""
    world = lived_world
    pass_years(world, 10)
    sweep_now(world)
    with world.writer() as session:
        someone = world.person(session, CONVENER)
        someone.active = False
        session.commit()
    retention_job(world.services)
    with world.services.reader() as session:
        figures = session.execute(select(PublishedFigure.__table__)).all()
    before = verdicts(world)
    decide_all(world)
    retention_job(world.services)
    with world.services.reader() as session:
        assert first_broken(session, 1) is None
        assert session.execute(select(PublishedFigure.__table__)).all() == figures
        runs = {one.kind: one.removed for one in session.scalars(select(RetentionRun))}
        left = lines(session, 1, KINDS, world.now.date())
    assert verdicts(world) == before
    for kind in ("enquiry", "sip", "referral", "certificate", "self_report", "mail", "evidence"):
        assert runs.get(kind, 0) > 0, kind
    assert [one.kind.key for one in left if one.next_on == world.now.date()] == []
    open_ones = number_of(world, Deviation, Deviation.state.not_in(["closed", "withdrawn"]))
    assert number_of(world, Deviation) == open_ones


def test_a_person_who_left_keeps_the_function_only(world: World) -> None:
    from atagande_agreements import audit  # noqa: PLC0415 - one test's own
    from atagande_agreements.parties.verbs import change_person  # noqa: PLC0415 - the same

    with world.writer() as session:
        person = world.person(session, CONVENER)
        number, title = person.id, person.title
        change_person(
            session,
            person=person,
            organisation=person.organisation,
            unit=person.unit,
            title=person.title,
            roles=[one.role for one in person.grants],
            active=False,
            version=person.version,
            actor=audit.Actor.job("test"),
            now=world.now,
        )
        session.commit()
    decide(world, "person", 12)
    pass_years(world, 1)
    assert remove(world) == {"person": 1}
    with world.services.reader() as session:
        person = session.get_one(Person, number)
        assert (person.name, person.title, person.grants) == (NOBODY, title, [])
        assert person.email.endswith(".invalid")
    assert remove(world) == {}


@pytest.mark.parametrize(
    "table",
    [
        "audit_entry",
        "certificate_revision",
        "certificate_statement",
        "deviation_step",
        "document_version",
        "evidence",
        "invitation_answer",
        "parameter_decision",
        "retention_rule",
        "self_report",
    ],
)
def test_without_the_gate_nothing_append_only_goes(lived_world: World, table: str) -> None:
    if table == "retention_rule":
        decide(lived_world, "mail", 24)
    assert number_of(lived_world, metadata.tables[table]) > 0
    rows = metadata.tables[table]
    with lived_world.writer() as session, pytest.raises(DBAPIError, match="append-only"):
        session.execute(delete(rows))


@pytest.mark.parametrize("table", [AuditEntry, ParameterDecision, RetentionHold, RetentionRule])
def test_what_is_kept_for_ever_does_not_go_through_the_gate(world: World, table: type[Any]) -> None:
    decide(world, "mail", 24)
    keep_until(world, "mail", date(2027, 1, 1))
    world.decide("answer_days", "10", date(2026, 3, 2))
    with world.writer() as session:
        session.execute(insert(RetentionGate).values(id=1, closes=2))
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(delete(table))


@pytest.mark.parametrize("table", [Evidence, DeviationStep])
def test_the_gate_lets_nothing_be_changed(lived_world: World, table: type[Any]) -> None:
    with lived_world.writer() as session:
        session.execute(insert(RetentionGate).values(id=1, closes=2))
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(update(table).values(id=table.id + 100_000))


def test_an_open_gate_can_not_be_committed(world: World) -> None:
    with world.writer() as session:
        session.execute(insert(RetentionGate).values(id=1, closes=2))
        with pytest.raises(IntegrityError):
            session.commit()
    # SQLite leaves the transaction that it refused to the connection, which goes with it.
    world.services.engine.dispose()
    assert number_of(world, RetentionGate) == 0


def test_sqlite_overwrites_what_it_frees(sqlite_world: World) -> None:
    with sqlite_world.services.reader() as session:
        assert session.scalar(text("PRAGMA secure_delete")) == 1


def test_of_what_was_removed_no_byte_is_left_in_the_file(sqlite_world: World) -> None:
    world = sqlite_world
    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    reference = ask(world, CLINIC, date(2026, 3, 10), date(2026, 3, 12))
    decide(world, "enquiry", 24)
    pass_years(world, 5)
    ask(world, CLINIC, local_date(world.now))
    retention_job(world.services)
    assert number_of(world, Enquiry) == 1
    with world.services.reader() as session:
        assert session.scalars(of_enquiries()).all() != []
    world.services.close()
    path = world.settings.database_url.removeprefix("sqlite:///")
    with open(path, "rb") as file:  # noqa: PTH123 - read as it lies
        assert reference.encode() not in file.read()
