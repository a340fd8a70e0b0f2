"""Reports below the web: what is gathered, when it is refused, and how it is issued."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.commitments.models import Occurrence
from atagande_agreements.deviations.models import Ending
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.enquiries.verbs import answer_enquiry
from atagande_agreements.errors import Refused, Stale
from atagande_agreements.followup.period import Period
from atagande_agreements.register.models import AgreementVersion, VersionState
from atagande_agreements.reports import contents, gathering, verbs
from atagande_agreements.reports import deviations as of_deviations
from atagande_agreements.reports.contents import Contents
from atagande_agreements.reports.models import FileFormat, Report, ReportFile, ReportState
from support.deviations import OPENED, close, miss
from support.followup import many_occurrences
from support.queries import count_queries
from support.succession import JULY, merge
from support.world import CONVENER, STEERING, World

Q1, Q2 = Period.parse("2026-Q1"), Period.parse("2026-Q2")
FILES = {FileFormat.PDF: b"%PDF", FileFormat.XLSX: b"PK", FileFormat.CSV: b"a;b"}


def gather(world: World, period: Period, today: date = date(2026, 10, 5)) -> Contents:
    """Gather a report of the shipped agreement."""
    with world.services.reader() as session:
        agreement = world.agreement(session)
        version = session.scalars(
            select(AgreementVersion).where(AgreementVersion.state == VersionState.IN_FORCE)
        ).one()
        return gathering.gather(
            session, agreement=agreement, version=version, period=period, today=today
        )


def ask(world: World, period: Period, language: str = "sv") -> int:
    """Ask for a report; return its number."""
    with world.writer() as session:
        report = verbs.ask(
            session,
            agreement=world.agreement(session),
            period=period,
            title="Uppföljning",
            language=language,
            diary_number=" 7/26 ",
            person=world.person(session, STEERING),
            now=world.now,
        )
        session.commit()
        return report.id


def issue(world: World) -> int:
    """Take the report that waits and issue it; return its number."""
    with world.writer() as session, session.begin():
        taken = verbs.take(session, world.now)
        assert taken is not None
        verbs.issue(
            session,
            report_id=taken[0],
            held_by=taken[1],
            data="{}",
            files=FILES,
            now=world.now,
        )
    return taken[0]


def test_deviations_are_counted_where_they_came_and_went(world: World) -> None:
    miss(world, "sollentuna-mottagning", "psykosmottagningen", reply_days="30")
    world.now = datetime(2026, 7, 10, 8, 0, tzinfo=UTC)
    with world.writer() as session:
        close(world, session, ending=Ending.NO_MEASURE)
        session.commit()
    first, second, third = (
        gather(world, period).deviations for period in (Q1, Q2, Period.parse("2026-Q3"))
    )
    assert asdict(first.now) | {"closed": 0} == dict.fromkeys(asdict(first.now), 0)
    assert first.lines == []
    assert (second.now.opened, second.now.closed, second.now.open_at_end) == (2, 0, 2)
    assert (third.now.opened, third.now.closed, third.now.open_at_end) == (0, 1, 1)
    assert third.before == second.now
    closed = next(one for one in third.lines if not one.open_at_end)
    assert closed.name == "A-1"
    assert (closed.commitment, closed.ending) == ("P3", Ending.NO_MEASURE.value)
    assert (closed.paragraph, closed.decided_on) == ("§ 14", "2026-07-10")
    assert closed.ended_on == "2026-07-10"
    # The report on the quarter before tells how it stands today, and that it waited then.
    again = next(one for one in second.lines if one.name == closed.name)
    assert (again.open_at_end, again.state) == (True, "closed")


def test_a_deviation_of_the_last_minute_belongs_to_the_stockholm_day(world: World) -> None:
    miss(world)
    with world.writer() as session:
        session.execute(update(Occurrence).values(origin="meeting:1"))
        session.commit()
    assert gather(world, Period(OPENED.date(), OPENED.date())).deviations.now.opened == 1
    tomorrow = OPENED.date() + timedelta(days=1)
    assert gather(world, Period(tomorrow, tomorrow)).deviations.now.opened == 0


def test_no_report_tells_the_day_of_one_persons_case(world: World) -> None:
    miss(world)
    with world.writer() as session:
        answer_enquiry(
            session,
            enquiry=session.scalars(select(Enquiry)).one(),
            answered_on=date(2026, 4, 10),
            person=world.person(session, CONVENER),
            now=world.now,
        )
        session.commit()
    told = {
        day: gather(world, Period(day, day)).deviations
        for day in (date(2026, 4, 1), OPENED.date(), date(2026, 6, 30))
    }
    assert len({str((one.now, one.lines)) for one in told.values()}) == 1
    (line,) = told[OPENED.date()].lines
    assert (line.opened_on, line.opened_in) == (None, "2026-Q2")
    assert (line.ended_on, line.ended_in) == (None, "2026-Q2")
    assert gather(world, Q1).deviations.lines == []
    assert gather(world, Period.parse("2026-Q3")).deviations.lines == []


def test_more_deviations_than_have_lines_are_still_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    miss(world, "sollentuna-mottagning", "psykosmottagningen")
    monkeypatch.setattr(of_deviations, "MOST_LINES", 1)
    found = gather(world, Q2).deviations
    assert (len(found.lines), found.left_out, found.now.opened) == (1, 1, 2)


def test_the_same_moment_is_always_the_same_text(world: World) -> None:
    miss(world)
    first, second = (contents.written(gather(world, Q2)) for _ in range(2))
    assert first == second
    assert contents.written(gather(world, Q2)) == json.dumps(
        contents.read(first), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def test_gathering_asks_as_much_of_the_database_whatever_there_is(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 1, 1))
    with count_queries(world.services.engine) as few:
        gather(world, Q1)
    many_occurrences(world, 9_000)
    with count_queries(world.services.engine) as many:
        found = gather(world, Q1)
    assert len(many) <= len(few) + 2
    assert len(many) <= 30
    assert len(contents.written(found)) < 200_000


def test_parties_that_change_within_the_period_stand_with_their_days(world: World) -> None:
    merge(world)
    world.now = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
    found = gather(world, Period.parse("2026"))
    assert found.partly
    names = {name for name, _, _ in found.partly}
    assert names <= {one.name for one in found.overview.parties}
    before = JULY - timedelta(days=1)
    spans = {(first, last) for _, first, last in found.partly}
    assert ("2026-01-01", before.isoformat()) in spans
    assert (JULY.isoformat(), "2026-12-31") in spans
    for one in found.overview.parties:
        assert sum(one.tally.values()) == one.obligations


def test_nothing_is_compared_with_the_time_before_the_agreement(world: World) -> None:
    found = gather(world, Period.parse("2019-Q4"))
    assert found.before_first is None
    assert found.deviations.before is None
    assert gather(world, Period.parse("2020-Q1")).before_first == "2019-10-01"


def test_decisions_of_the_period_stand_with_their_values(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 2, 1))
    (one,) = gather(world, Q1).decisions
    assert (one.kind, one.value, one.unit) == ("parameter", "10", "working_days")
    assert one.valid_from == "2026-02-01"
    assert gather(world, Q2).decisions == []


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ("2019-Q3", "report_before_agreement"),
        ("2026-Q2", "report_not_begun"),
        ("2019-10-25--2030-01-01", "report_too_long"),
    ],
)
def test_what_no_report_can_be_over_is_refused_and_keeps_nothing(
    world: World, period: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        ask(world, Period.parse(period))
    assert refused.value.code == code
    with world.services.reader() as session:
        assert session.scalars(select(Report.id)).all() == []


def test_a_period_after_the_agreement_is_refused(world: World) -> None:
    with world.writer() as session:
        world.agreement(session).valid_to = date(2025, 12, 31)
        session.commit()
    with pytest.raises(Refused) as refused:
        ask(world, Q1)
    assert refused.value.code == "report_after_agreement"


def test_a_report_goes_from_the_queue_through_the_hands_of_one_to_issued(world: World) -> None:
    number = ask(world, Q1)
    with world.writer() as session, session.begin():
        taken = verbs.take(session, world.now)
    assert taken is not None
    assert taken[0] == number
    with world.writer() as session, session.begin():
        assert verbs.take(session, world.now) is None
        assert verbs.note_progress(
            session, report_id=number, held_by=taken[1], percent=40, now=world.now
        )
        assert not verbs.note_progress(
            session, report_id=number, held_by="someone else", percent=50, now=world.now
        )
    with (
        world.writer() as session,
        session.begin(),
        pytest.raises(Stale),
    ):
        verbs.issue(
            session,
            report_id=number,
            held_by="someone else",
            data="{}",
            files=FILES,
            now=world.now,
        )
    with world.writer() as session, session.begin():
        verbs.issue(
            session, report_id=number, held_by=taken[1], data="{}", files=FILES, now=world.now
        )
    with world.services.reader() as session:
        report = session.get_one(Report, number)
        assert (report.state, report.progress) == (ReportState.ISSUED, 100)
        assert report.diary_number == "7/26"
        assert len(session.scalars(select(ReportFile)).all()) == 3
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.object_type == "report")
        ).all()
        assert actions == ["report.asked", "report.issued"]
        issued = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "report.issued")
        ).one()
        assert "sha256_pdf" in issued.changes


def test_each_report_replaces_the_latest_over_the_same_period_and_language(world: World) -> None:
    numbers = []
    for _ in range(3):
        ask(world, Q1)
        numbers.append(issue(world))
    ask(world, Q1, "en")
    other_language = issue(world)
    ask(world, Period.parse("2025-Q4"))
    other_period = issue(world)
    with world.services.reader() as session:
        replaces = {one.id: one.replaces_id for one in session.scalars(select(Report))}
    assert [replaces[one] for one in numbers] == [None, *numbers[:2]]
    assert replaces[other_language] is None
    assert replaces[other_period] is None


def test_a_report_that_waits_is_not_asked_for_again(world: World) -> None:
    ask(world, Q1)
    with pytest.raises(Refused) as refused:
        ask(world, Q1)
    assert refused.value.code == "report_already_asked"
    ask(world, Q1, "en")
    issue(world)
    ask(world, Q1)
