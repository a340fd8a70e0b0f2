"""An older edition can be gone back to with all of the steering group's work in the tables."""

from datetime import date

from sqlalchemy import func, inspect, select, text

from atagande_agreements.deviations.models import DeviationState
from atagande_agreements.escalation import escalate
from atagande_agreements.followup.period import Period
from atagande_agreements.ladder.letter_models import LadderLetter
from atagande_agreements.ladder.models import Rung
from atagande_agreements.parties.models import Organisation
from atagande_agreements.reports import verbs as reports
from atagande_agreements.reports.models import ReportFile
from atagande_agreements.steering.models import Decision
from atagande_calendar.steering.models import Dissent, Minutes
from atagande_calendar.steering.verbs import dissent
from atagande_plugin import database
from atagande_plugin.reports.making import make_reports
from support import deviations as life
from support.digests import run
from support.retention import decide as decide_retention
from support.retention import keep_until
from support.steering import FIRST, begin, fix, hold, meet
from support.steering import decide as decide_other
from support.world import OTHER_CLINIC_CHIEF, STEERING, World

#: Tables that came with the steering group's work.
NEW = (
    "digest_item",
    "dissent",
    "handled_item",
    "ladder_decision",
    "ladder_letter",
    "measure",
    "meeting_decision",
    "minutes",
    "minutes_note",
    "agenda_item",
    "occurrence_count",
    "published_figure",
    "report",
    "report_file",
    "retention_gate",
    "retention_hold",
    "retention_rule",
    "retention_run",
    "retention_seal",
)


def work(world: World) -> None:
    """Let the group do something of every kind."""
    (meeting,) = meet(world, FIRST)
    life.miss(world, life.CLINIC, "psykosmottagningen")
    life.use(world, Rung.MEASURE, Rung.AGENDA, Rung.NOTICE)
    hold(world, meeting)
    run(world)
    with world.writer() as session, session.begin():
        life.reply(world, session, 1)
        life.reply(world, session, 2, who=OTHER_CLINIC_CHIEF, contest=True)
        life.measure(world, session, 1)
        for rung in (Rung.AGENDA, Rung.NOTICE):
            deviation = life.numbered(session, 1)
            escalate(
                session,
                deviation=deviation,
                rung=rung,
                decided=life.decided(world, session, "Andra gången."),
                version=deviation.version,
                now=world.now,
            )
        life.close(world, session, 2, note="Brevet kom fram.")
        life.reopen(world, session, 2)
        decision = decide_other(world, session, world.now.date())
        dissent(
            session,
            decision=decision,
            party=session.scalars(select(Organisation).limit(1)).one(),
            text="Nej.",
            person=world.person(session, STEERING),
            now=world.now,
        )
        begin(world, session, meeting)
        fix(world, session, meeting)
        reports.ask(
            session,
            agreement=world.agreement(session),
            period=Period.parse("2026-Q1"),
            title="Uppföljning",
            person=world.person(session, STEERING),
            now=world.now,
            diary_number="",
            language="sv",
        )
    assert make_reports(world.services)["issued"] == 1
    decide_retention(world, "enquiry", 24)
    keep_until(world, "enquiry", date(2030, 1, 1))


def test_all_of_the_groups_work_lets_go_and_comes_back_empty(world: World) -> None:
    work(world)
    with world.services.reader() as session:
        for table in (LadderLetter, Dissent, Minutes, ReportFile):
            assert session.scalar(select(func.count()).select_from(table)), table
    url = world.settings.database_url
    world.services.engine.dispose()
    database.downgrade(url, "0024")
    assert set(NEW).isdisjoint(inspect(world.services.engine).get_table_names())
    with world.services.engine.connect() as connection:
        states = connection.execute(text("SELECT state FROM deviation ORDER BY id")).scalars().all()
        kinds = set(connection.execute(text("SELECT kind FROM decision")).scalars())
    assert states == ["measure", "open"]
    assert kinds <= {"parameter", "close_deviation"}
    world.services.engine.dispose()
    database.upgrade(url)
    with world.services.reader() as session:
        assert life.numbered(session, 2).state is DeviationState.OPEN
        assert session.scalar(select(func.count()).select_from(LadderLetter)) == 0
        assert session.scalar(select(func.count()).select_from(Decision))
