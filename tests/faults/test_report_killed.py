"""A report whose maker is killed: nothing lost, nothing twice. Real processes throughout."""

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.audit.queries import first_broken
from atagande_agreements.followup.period import Period
from atagande_agreements.reports import verbs
from atagande_agreements.reports.models import Report, ReportFile, ReportState
from atagande_plugin.reports import making
from atagande_plugin.reports.making import make_reports
from support.children import PATIENCE
from support.reporters import ISSUING, make_and_stop_at, make_together
from support.together import PROCESSES, at_once
from support.world import STEERING, World


@pytest.fixture
def asked(world: World) -> World:
    """A world where a report is asked for."""
    world.now = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)
    with world.writer() as session:
        verbs.ask(
            session,
            agreement=world.agreement(session),
            period=Period.parse("2026-Q1"),
            title="Uppföljning första kvartalet 2026",
            language="sv",
            diary_number="",
            person=world.person(session, STEERING),
            now=world.now,
        )
        session.commit()
    return world


def seen(world: World) -> tuple[ReportState, int, int, int, int]:
    """Return state, progress, attempts, number of files and number of times it was issued."""
    with world.services.reader() as session:
        report = session.scalars(select(Report)).one()
        files = session.scalar(select(func.count()).select_from(ReportFile)) or 0
        issued = session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "report.issued")
        )
        assert first_broken(session, report.association_id) is None
        return report.state, report.progress, report.attempts, files, issued or 0


def kill_at(world: World, url: str, folder: Path, percent: int) -> None:
    """Let a process make the report until just before `percent`, and kill it there."""
    stopped = PROCESSES.Event()
    child = PROCESSES.Process(
        target=make_and_stop_at,
        args=(url, str(folder), world.now.isoformat(), percent, stopped),
    )
    child.start()
    assert stopped.wait(PATIENCE), "the report did not come that far"
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join(PATIENCE)
    assert child.exitcode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("percent", "kept"),
    [
        (making.GATHERED, making.TAKEN),
        (making.SET, making.GATHERED),
        (making.COUNTED, making.SET),
        (ISSUING, making.WRITTEN),
    ],
)
def test_a_report_whose_maker_is_killed_is_taken_up_again_and_issued_once(
    asked: World, database_url: str, tmp_path: Path, percent: int, kept: int
) -> None:
    kill_at(asked, database_url, tmp_path / "child", percent)
    assert seen(asked) == (ReportState.MAKING, kept, 1, 0, 0)
    # It is held until its time is out, and nobody else begins.
    asked.now += verbs.LEASE - timedelta(seconds=1)
    assert make_reports(asked.services) == {"issued": 0, "failed": 0}
    asked.now += timedelta(seconds=1)
    assert make_reports(asked.services) == {"issued": 1, "failed": 0}
    assert seen(asked) == (ReportState.ISSUED, 100, 2, 3, 1)
    assert make_reports(asked.services) == {"issued": 0, "failed": 0}


def test_a_report_that_kills_whoever_makes_it_is_given_up_and_can_be_asked_for_again(
    asked: World, database_url: str, tmp_path: Path
) -> None:
    for _ in range(verbs.MOST_ATTEMPTS):
        kill_at(asked, database_url, tmp_path / "child", making.GATHERED)
        asked.now += verbs.LEASE
    assert make_reports(asked.services) == {"issued": 0, "failed": 0}
    assert seen(asked) == (ReportState.FAILED, making.TAKEN, verbs.MOST_ATTEMPTS, 0, 0)
    with asked.writer() as session:
        report = session.scalars(select(Report)).one()
        assert report.fault == "stopped"
        verbs.ask_again(
            session, report=report, person=asked.person(session, STEERING), now=asked.now
        )
        session.commit()
    assert make_reports(asked.services) == {"issued": 1, "failed": 0}
    assert seen(asked) == (ReportState.ISSUED, 100, 1, 3, 1)


def test_several_processes_issue_a_report_once(
    asked: World, database_url: str, tmp_path: Path
) -> None:
    folders = [str(tmp_path / f"child-{number}") for number in range(3)]
    done = at_once(make_together, database_url, asked.now.isoformat(), folders)
    assert sum(one["issued"] for one in done) == 1
    assert sum(one["failed"] for one in done) == 0
    assert seen(asked) == (ReportState.ISSUED, 100, 1, 3, 1)


def test_one_who_was_thought_dead_does_not_issue_what_another_has_taken_over(
    asked: World,
) -> None:
    with asked.writer() as session, session.begin():
        first = verbs.take(session, asked.now)
    asked.now += verbs.LEASE
    assert make_reports(asked.services) == {"issued": 1, "failed": 0}
    assert first is not None
    assert making._make(asked.services, *first) is False
    assert seen(asked) == (ReportState.ISSUED, 100, 2, 3, 1)


def test_an_error_while_it_is_made_is_tried_again_later_and_then_told(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_args: object) -> bytes:
        raise RuntimeError("no paper")

    monkeypatch.setattr(making, "as_pdf", break_down)
    for attempt in range(1, verbs.MOST_ATTEMPTS):
        assert make_reports(asked.services) == {"issued": 0, "failed": 1}
        assert seen(asked) == (ReportState.MAKING, 0, attempt, 0, 0)
        assert make_reports(asked.services) == {"issued": 0, "failed": 0}
        asked.now += verbs.LEASE
    assert make_reports(asked.services) == {"issued": 0, "failed": 1}
    assert seen(asked)[0] is ReportState.FAILED
    with asked.services.reader() as session:
        assert session.scalars(select(Report.fault)).one() == "RuntimeError"
