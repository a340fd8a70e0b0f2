"""The command line: each command, what it prints, and what it ends with."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import func, select

from atagande_agreements.deviations.models import Deviation
from atagande_agreements.enquiries.models import Addressee, Channel
from atagande_agreements.enquiries.verbs import register_enquiry
from atagande_agreements.parties.models import Person
from atagande_agreements.register.agreement_file import shipped_text
from atagande_plugin import database
from atagande_plugin.auth import identity, links
from support.command_line import ROOT, done, environment, process, program, refused
from support.world import CLINIC_CHIEF, CONVENER, World

SHIPPED = str(ROOT / "agreements/atagande_agreements/data/suvs.toml")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path) -> Run:
    """Run a command on a clean, migrated database: (words…, told=…, ATAGANDE_…=…)."""

    def call(*words: str, told: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return program(*words, env=environment(sqlite_url, tmp_path / "data", **more), told=told)

    return call


def asked(world: World, references: int = 1) -> None:
    """Register enquiries that nobody answers, under a decision of ten working days."""
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.now = datetime(2026, 3, 30, 9, tzinfo=UTC)
    with world.writer() as session:
        for number in range(references):
            register_enquiry(
                session,
                agreement=world.agreement(session),
                unit=world.unit(session, "sollentuna-mottagning"),
                person=world.person(session, CONVENER),
                sent_on=date(2026, 3, 30),
                reference=f"K7M2-{number:04}",
                channel=Channel.LETTER,
                addressee=Addressee.CLINIC,
                now=world.now,
            )
        session.commit()


def of_world(world: World, *words: str) -> subprocess.CompletedProcess[str]:
    url = world.services.engine.url.render_as_string(hide_password=False)
    return program(*words, env=environment(url, world.settings.data_dir))


# --- the program as a whole


def test_help_names_every_command_and_the_exit_codes_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from atagande_plugin.cli.root import run; run(['--help']);"
        "assert not {'sqlalchemy', 'flask', 'pydantic', 'alembic'} & set(sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    for name in ("demo", "serve", "web", "worker", "db", "agreement", "sweep", "outbox", "user"):
        assert re.search(rf"^  {name} ", result.stdout, re.MULTILINE)
    assert "0 klart, 1 nekat" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    "words",
    [
        ("demo",), ("serve",), ("web",), ("worker",), ("sweep",), ("backup",), ("restore",),
        ("db", "upgrade"), ("db", "downgrade"), ("db", "check"), ("db", "recount"),
        ("agreement", "check"), ("agreement", "import"), ("agreement", "export"),
        ("outbox", "deliver"), ("outbox", "list"), ("outbox", "show"),
        ("user", "add"), ("user", "token"),
    ],
)  # fmt: skip
def test_every_command_explains_itself(run: Run, words: tuple[str, ...]) -> None:
    assert "--help" in done(run(*words, "--help"))


def test_every_wrong_setting_stands_on_a_line_of_its_own(run: Run) -> None:
    wrong = {"ATAGANDE_SMTP_URL": "nowhere", "ATAGANDE_TYPO": "x", "ATAGANDE_BASE_URL": "ftp://x"}
    lines = refused(run("sweep", **wrong), 2).splitlines()
    assert sorted(line.partition(":")[0] for line in lines) == sorted(wrong)
    english = refused(run("sweep", ATAGANDE_LOCALE="en", ATAGANDE_TYPO="x"), 2)
    assert english.startswith("ATAGANDE_TYPO: ")


def test_a_personal_number_in_any_argument_is_refused_and_not_repeated(run: Run) -> None:
    for words in (("user", "token", "19811218-9876"), ("agreement", "check", "811218-9876.toml")):
        said = refused(run(*words))
        assert "personnummer" in said
        assert "9876" not in said


def test_a_wrong_word_is_a_misuse(run: Run) -> None:
    refused(run("dance"), 2)
    refused(run("sweep", "--when", "now"), 2)


# --- the database


def test_an_old_database_is_not_worked_on(tmp_path: Path) -> None:
    env = environment(f"sqlite:///{tmp_path}/new.db", tmp_path)
    for words in (("sweep",), ("web",), ("worker",), ("db", "check"), ("outbox", "list")):
        assert "atagande db upgrade" in refused(program(*words, env=env))
    assert "atagande db upgrade" in refused(process("serve", env=env))
    done(program("db", "upgrade", env=env))
    assert "Tabellerna stämmer" in done(program("db", "check", env=env))
    done(program("db", "downgrade", "base", env=env))
    assert "atagande db upgrade" in refused(program("db", "check", env=env))
    assert "finns-inte" in refused(program("db", "upgrade", "finns-inte", env=env))


def test_a_database_that_does_not_answer_is_said_plainly(tmp_path: Path) -> None:
    env = environment("postgresql://nobody:hemligt@127.0.0.1:1/none", tmp_path)
    for words in (("sweep",), ("db", "upgrade")):
        said = refused(program(*words, env=env))
        assert "går inte att nå" in said
        assert "hemligt" not in said


# --- agreements


def test_the_shipped_agreement_is_right(run: Run) -> None:
    assert "28 åtaganden, 93 för parterna" in done(run("agreement", "check", SHIPPED))


def test_each_fault_has_its_line_and_its_remedy(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    text = shipped_text().replace('force = "ska"', 'force = "skall"', 1)
    file.write_text(text.replace('kind = "region"', 'kind = "landsting"', 1), "utf-8")
    lines = text.splitlines()
    force = next(number for number, line in enumerate(lines, 1) if '"skall"' in line)
    for command in ("check", "import"):
        said = refused(run("agreement", command, str(file)))
        assert f"{file}:{force}: " in said
        assert "Menade du ska?" in said
        assert said.rstrip().endswith("2 fel.")
    assert "Det finns: –" in refused(run("agreement", "export", "sgi0"))


def test_a_file_that_is_not_there_is_named(run: Run) -> None:
    assert "nothing.toml" in refused(run("agreement", "check", "nothing.toml"))


def test_import_then_export_then_import_changes_nothing(run: Run, tmp_path: Path) -> None:
    assert "Version 1 gäller" in done(run("agreement", "import", SHIPPED))
    exported = done(run("agreement", "export", "sgi0"))
    assert exported == done(run("agreement", "export", "1"))
    file = tmp_path / "again.toml"
    file.write_text(exported, "utf-8")
    assert "Inget ändrades" in done(run("agreement", "import", str(file)))
    assert "Inget ändrades" in done(run("agreement", "import", "-", told=exported))
    assert done(run("agreement", "export", "sgi0")) == exported


# --- the sweep


def test_a_sweep_tells_in_json_what_it_did_and_a_second_finds_nothing(world: World) -> None:
    asked(world)
    early = json.loads(done(of_world(world, "sweep", "--at", "2026-04-15T23:59:59+02:00")))
    assert early["deviations_opened"] == 0
    first = json.loads(done(of_world(world, "sweep", "--at", "2026-04-16T00:00:00+02:00")))
    assert first == {
        "at": "2026-04-15T22:00:00+00:00",
        "terms_opened": 0,
        "settled": 1,
        "deviations_opened": 1,
        "messages_queued": 2,
    }
    again = json.loads(done(of_world(world, "sweep", "--at", "2026-04-16T00:00:00+02:00")))
    assert again["settled"] == again["deviations_opened"] == again["messages_queued"] == 0


def test_two_sweeps_at_once_open_each_deviation_once(world: World) -> None:
    asked(world, references=40)

    url = world.services.engine.url.render_as_string(hide_password=False)
    env = environment(url, world.settings.data_dir)

    def sweep(_number: int) -> dict[str, int]:
        found: dict[str, int] = json.loads(
            done(process("sweep", "--at", "2026-05-01T00:00:00+02:00", env=env))
        )
        return found

    with ThreadPoolExecutor(2) as pool:
        summaries = list(pool.map(sweep, range(2)))
    assert sum(one["deviations_opened"] for one in summaries) == 40
    with world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(Deviation)) == 40


@pytest.mark.parametrize(
    ("moment", "said"),
    [("2026-04-16T00:00:00", "tidszon"), ("2026-04-16", "tidszon"), ("i går", "går inte att läsa")],
)
def test_a_moment_that_is_not_whole_is_refused(run: Run, moment: str, said: str) -> None:
    assert said in refused(run("sweep", "--at", moment))


# --- the outbox


def test_the_outbox_is_delivered_listed_and_shown(sqlite_world: World) -> None:
    world = sqlite_world
    with world.writer() as session:
        links.ask_for_link(session, CLINIC_CHIEF, world.now)
        session.commit()
    assert done(of_world(world, "outbox", "list")).split("\t")[1:3] == ["queued", "login_link"]
    before = done(of_world(world, "outbox", "show", "1"))
    assert json.loads(done(of_world(world, "outbox", "deliver")))["sent"] == 1
    assert json.loads(done(of_world(world, "outbox", "deliver")))["sent"] == 0
    assert done(of_world(world, "outbox", "list", "--state", "sent")).startswith("1\tsent\t")
    assert done(of_world(world, "outbox", "list", "--state", "queued")) == ""
    raw = done(of_world(world, "outbox", "show", "1"))
    mail = message_from_bytes(raw.encode(), policy=policy.default)
    assert (
        mail["Message-ID"]
        == message_from_bytes(before.encode(), policy=policy.default)["Message-ID"]
    )
    assert "psykiatri.example" in mail["To"]
    assert "nummer 9" in refused(of_world(world, "outbox", "show", "9"))
    assert "queued, sent" in refused(of_world(world, "outbox", "list", "--state", "gone"))


def test_a_digest_of_another_day_is_not_shown_or_sent(sqlite_world: World) -> None:
    world = sqlite_world
    asked(world)
    done(of_world(world, "sweep", "--at", "2026-04-16T00:00:00+02:00"))
    assert done(of_world(world, "outbox", "list")).count("digest") == 2
    assert "1" in refused(of_world(world, "outbox", "show", "1"))
    delivered = json.loads(done(of_world(world, "outbox", "deliver")))
    assert (delivered["sent"], delivered["cancelled"]) == (0, 2)


# --- people


def test_a_person_is_added_and_gets_a_token(sqlite_world: World) -> None:
    world = sqlite_world
    words = ("--name", "Kim Alm", "--email", "Kim@AF.example", "--organisation", "af")
    roles = ("--role", "unit_chief", "--role", "reader")
    done(of_world(world, "user", "add", *words, *roles, "--title", "Handläggare"))
    with world.services.reader() as session:
        person = session.scalars(select(Person).where(Person.email == "kim@af.example")).one()
        assert {grant.role for grant in person.grants} == {"unit_chief", "reader"}
    secret = done(of_world(world, "user", "token", "kim@af.example", "--label", "prov")).strip()
    with world.services.reader() as session:
        me = identity.by_token(session, secret)
        assert me is not None
        assert me.person_id == person.id
    assert "finns redan" in refused(of_world(world, "user", "add", *words))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--role": "boss"}, "administrator, steering"),
        ({"--organisation": "nowhere"}, "sollentuna"),
        ({"--unit": "nowhere"}, "Välj bland"),
        ({"--email": "åsa@af.example"}, "e-postadress"),
        ({"--name": " "}, "--name"),
        ({"--association": "other"}, "suvs"),
    ],
)
def test_a_wrong_person_is_refused_with_what_there_is(
    sqlite_world: World, change: dict[str, str], said: str
) -> None:
    words = {"--name": "Kim", "--email": "kim@af.example", "--organisation": "af"} | change
    flat = [word for pair in words.items() for word in pair]
    assert said in refused(of_world(sqlite_world, "user", "add", *flat))
    assert "Ingen har" in refused(
        of_world(sqlite_world, "user", "token", "kim@af.example", "--label", "x")
    )


def test_the_tables_of_a_database_changed_by_hand_are_noticed(run: Run, sqlite_url: str) -> None:
    engine = database.make_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE unit ADD COLUMN extra INTEGER")
    engine.dispose()
    result = run("db", "check")
    assert result.returncode == 1
    assert "skiljer sig" in result.stderr


def test_counts_changed_by_hand_are_noticed_and_counted_anew(world: World) -> None:
    asked(world, 2)
    done(of_world(world, "db", "check"))
    with world.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE occurrence_count SET total = total + 1 WHERE slot >= 0")
    assert "atagande db recount" in refused(of_world(world, "db", "check"))
    assert "omräknade" in done(of_world(world, "db", "recount"))
    assert "Tabellerna stämmer" in done(of_world(world, "db", "check"))
