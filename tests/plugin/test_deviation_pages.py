"""A deviation from the clause to the group's decision, in the browser."""

import logging
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event, func, select

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.audit.queries import first_broken
from atagande_agreements.deviations.models import Deviation, DeviationState, DeviationStep
from atagande_agreements.parties.models import Role, RoleGrant
from atagande_agreements.steering.models import Decision
from atagande_agreements.sweep import sweep
from atagande_plugin.tables import metadata
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CLINIC_CHIEF,
    READER,
    STEERING,
    World,
)

NUMBER = "19121212-1212"
PAGE = "/avvikelser/1"


def ask(world: World, reference: str = "A7K2-MQ9X") -> str:
    answer = world.client(CONVENER).post(
        "/forfragningar",
        {
            "unit": "sollentuna-mottagning",
            "reference": reference,
            "sent_on": "2026-03-30",
            "channel": "letter",
            "addressee": "clinic",
        },
    )
    assert answer.status_code == 303
    path: str = answer.headers["Location"]
    return path


def prepare(world: World) -> World:
    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.decide("deviation_reply_days", "60", date(2026, 2, 1), "13")
    ask(world)
    world.now = datetime(2026, 4, 16, 8, 0, tzinfo=UTC)
    assert sweep(world.writer, world.now).deviations_opened == 1
    return world


@pytest.fixture
def opened(world: World) -> World:
    """A world on 16 April, with one deviation of the clinic in Sollentuna."""
    return prepare(world)


@pytest.fixture
def opened_sqlite(sqlite_world: World) -> World:
    return prepare(sqlite_world)


def reply(world: World, who: str = CLINIC_CHIEF, **changes: str) -> Any:
    form = {"text": "Brevet låg kvar över påsken.", "version": "1"} | changes
    return world.client(who).post(f"{PAGE}/yttrande", form)


def close(world: World, **changes: str) -> Any:
    form = {"paragraph": "14", "decided_on": "2026-04-16", "note": "Klart.", "version": "2"}
    return world.client(STEERING).post(f"{PAGE}/beslut", form | changes)


def test_from_an_unanswered_letter_to_a_decision(world: World) -> None:
    prepare(world)
    chief = world.client(CLINIC_CHIEF)
    page = chief.get(PAGE).text
    assert "Det är er tur. Yttra er senast måndag 15 juni 2026." in page
    assert "Förfrågan skickad måndag 30 mars 2026" in page
    assert "Svar senast onsdag 15 april 2026" in page
    assert "Inget svar registrerat" in page
    assert "Rapporterat av Upplands Väsby" in page
    assert "10 arbetsdagar" in page
    assert "§ 12" in page
    assert "A7K2-MQ9X" not in page
    assert reply(world).status_code == 303

    group = world.client(STEERING)
    assert "1 avvikelse väntar på ert beslut." in group.get("/styrgruppen").text
    assert "Brevet låg kvar över påsken." in group.get(PAGE).text
    assert close(world).headers["Location"] == PAGE
    page = world.client(READER).get(PAGE).text
    assert "Stängd av styrgruppen torsdag 16 april 2026, § 14." in page
    for words in ("Avvikelsen öppnades", "Parten yttrade sig", "Styrgruppen stängde avvikelsen"):
        assert words in page
    with world.services.reader() as session:
        assert session.scalars(select(Deviation)).one().state is DeviationState.CLOSED
        steps = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.object_type == "deviation")
            .order_by(AuditEntry.number)
        ).all()
        assert steps == ["deviation.opened", "deviation.reply", "deviation.closed"]
        assert first_broken(session, 1) is None


def test_answered_one_day_late_is_told_with_who_reported(opened: World) -> None:
    opened.client(CLINIC_CHIEF).post(
        "/forfragningar/1/svar", {"answered_on": "2026-04-16", "version": "1"}
    )
    page = opened.client(CLINIC_CHIEF).get(PAGE).text
    assert "Svar kom torsdag 16 april 2026" in page
    assert "1 arbetsdag för sent." in page
    assert re.search(r"Rapporterat torsdag 16 april 2026 kl. 10.00 av Psykiatri Nordväst", page)


def test_answered_in_time_but_registered_late_it_is_withdrawn(opened: World) -> None:
    opened.client(CONVENER).post(
        "/forfragningar/1/svar", {"answered_on": "2026-04-15", "version": "1"}
    )
    page = opened.client(STEERING).get(PAGE).text
    assert "Återtagen: underlag visar att åtagandet hölls." in page
    assert "16 april 2026" not in page, "others are told no day of one person's case"
    assert "andra kvartalet 2026 · Åtagande, automatiskt" in " ".join(page.split())
    assert "Öppna avvikelsen igen" in page
    assert "/beslut" not in page
    own = opened.client(CLINIC_CHIEF).get(PAGE).text
    assert "underlag som kom torsdag 16 april 2026 kl. 10.00 visar att" in own
    assert "I tid, men registrerat först efter att avvikelsen öppnades." in own
    assert "/yttrande" not in own
    ended = opened.client(READER).get("/avvikelser?lage=atertagen").text
    assert "Underlag visar att åtagandet hölls." in ended
    stale = close(opened, version="1")
    assert stale.status_code == 409
    assert "Återtagen: underlag visar att åtagandet hölls" in stale.text
    assert "Klart." in stale.text, "what was written is still there"


@pytest.mark.parametrize("who", [OTHER_CLINIC_CHIEF, FK, ADMINISTRATOR])
def test_another_party_reads_but_has_no_reply_to_write(opened_sqlite: World, who: str) -> None:
    page = opened_sqlite.client(who).get(PAGE)
    assert page.status_code == 200
    assert "/yttrande" not in page.text
    assert reply(opened_sqlite, who).status_code == 404


@pytest.mark.parametrize("who", [READER, CONVENER, STEERING])
def test_people_who_speak_for_nobody_may_not_reply(opened_sqlite: World, who: str) -> None:
    assert reply(opened_sqlite, who).status_code == 403


@pytest.mark.parametrize("who", [ADMINISTRATOR, CLINIC_CHIEF])
def test_only_the_group_closes(opened_sqlite: World, who: str) -> None:
    reply(opened_sqlite)
    form = {"paragraph": "14", "decided_on": "2026-04-16", "version": "2"}
    assert opened_sqlite.client(who).post(f"{PAGE}/beslut", form).status_code == 403


def test_a_refused_form_shows_nothing_to_someone_who_may_not_see_the_page(
    opened_sqlite: World,
) -> None:
    with opened_sqlite.writer() as session:
        person = opened_sqlite.person(session, READER)
        person.grants.clear()
        session.flush()
        person.grants.append(RoleGrant(role=Role.OPERATIONS))
        session.commit()
    refused = opened_sqlite.client(READER).post(f"{PAGE}/beslut", {"version": "1"})
    assert refused.status_code == 403
    assert "Svar på förfrågan" not in refused.text


def test_an_unheard_party_is_not_judged(opened: World) -> None:
    refused = close(opened, version="1")
    assert refused.status_code == 409
    assert "Parten har inte yttrat sig än" in refused.text
    assert "Klart." in refused.text, "what was written is still there"
    opened.now = datetime(2026, 6, 16, 8, 0, tzinfo=UTC)
    assert close(opened, version="1", decided_on="2026-06-16").status_code == 303


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"paragraph": "tolv"}, "vilken paragraf"),
        ({"paragraph": ""}, "Fyll i det här fältet"),
        ({"decided_on": "2026-04-17"}, "har inte varit än"),
        ({"decided_on": "2019-01-01"}, "överenskommelsens första dag"),
        ({"decided_on": ""}, "ÅÅÅÅ-MM-DD"),
    ],
)
def test_a_refused_decision_keeps_what_was_written(
    opened_sqlite: World, changes: dict[str, str], words: str
) -> None:
    reply(opened_sqlite)
    refused = close(opened_sqlite, **changes)
    assert refused.status_code == 422
    assert words in refused.text
    assert "Klart." in refused.text
    with opened_sqlite.services.reader() as session:
        assert session.scalars(select(Deviation)).one().state is DeviationState.REPLIED


def test_a_stale_reply_shows_what_changed_and_keeps_the_draft(opened: World) -> None:
    reply(opened)
    stale = reply(opened, text="Ett annat svar.")
    assert stale.status_code == 409
    assert "Det här har hänt sedan du öppnade sidan" in stale.text
    assert "Parten yttrade sig." in stale.text
    assert "Ett annat svar." in stale.text
    close(opened)
    gone = reply(opened, text="Ett tredje svar.", version="3")
    assert gone.status_code == 409
    assert "Ett tredje svar." in gone.text
    assert "redan stängd" in gone.text


def test_an_empty_reply_is_refused(opened_sqlite: World) -> None:
    assert reply(opened_sqlite, text=" ").status_code == 422


def test_replayed_forms_change_nothing_and_answer_the_same(opened: World) -> None:
    answers = [reply(opened, form_key="k-1") for _ in range(2)]
    answers += [close(opened, form_key="k-2") for _ in range(2)]
    assert [one.status_code for one in answers] == [303] * 4
    assert {one.headers["Location"] for one in answers} == {PAGE}
    with opened.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(DeviationStep)) == 2


def test_two_who_close_at_the_same_time_get_one_decision(opened: World) -> None:
    reply(opened)
    visitors = [opened.client(STEERING) for _ in range(2)]
    tokens = [one.form_token() for one in visitors]
    start = threading.Barrier(2)
    statuses: list[int] = []

    def decide(number: int) -> None:
        form = {"paragraph": str(20 + number), "decided_on": "2026-04-16", "version": "2"}
        start.wait(30)
        answer = visitors[number].client.post(
            f"{PAGE}/beslut", data=form | {"csrf_token": tokens[number]}
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sorted(statuses) == [303, 409]
    with opened.services.reader() as session:
        closing = select(func.count()).select_from(Decision).where(Decision.kind != "parameter")
        assert session.scalar(closing) == 1
        assert first_broken(session, 1) is None


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Everything that is logged, with every field of every record."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(repr(record.__dict__))

    handler = Keep(logging.DEBUG)
    loggers = [logging.getLogger(), logging.getLogger("atagande")]
    for one in loggers:
        one.addHandler(handler)
    yield lines
    for one in loggers:
        one.removeHandler(handler)


def everything(world: World) -> str:
    with world.services.reader() as session:
        return "\n".join(
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in session.execute(select(table))
        )


@pytest.mark.parametrize(
    ("who", "path", "field"),
    [
        *((CONVENER, "/forfragningar", name) for name in ("unit", "reference", "sent_on")),
        *((CONVENER, "/forfragningar", name) for name in ("channel", "addressee", "form_key")),
        *((CONVENER, "/forfragningar/1/svar", name) for name in ("answered_on", "version")),
        *((CLINIC_CHIEF, f"{PAGE}/yttrande", name) for name in ("text", "version")),
        *((STEERING, f"{PAGE}/beslut", name) for name in ("paragraph", "decided_on")),
        *((STEERING, f"{PAGE}/beslut", name) for name in ("note", "next", "other")),
    ],
)
def test_a_personal_number_in_any_field_is_refused_and_is_then_nowhere(
    opened: World, log: list[str], who: str, path: str, field: str
) -> None:
    before = everything(opened)
    refused = opened.client(who).post(path, {field: f"Gäller {NUMBER} igen"})
    assert refused.status_code == 422
    assert "personnummer" in refused.text
    stored = everything(opened)
    assert NUMBER not in stored
    assert "121212" not in stored
    assert len(stored) >= len(before)
    assert log, "the request itself is logged"
    assert not [line for line in log if "121212" in line]


def test_the_list_filters_by_its_address(opened_sqlite: World) -> None:
    reader = opened_sqlite.client(READER)
    assert "A-1" in reader.get("/avvikelser").text
    assert "A-1" in reader.get("/avvikelser?part=sollentuna-mottagning").text
    assert "A-1" in reader.get("/avvikelser?visa=aktiva&part=psykiatri-nordvast").text
    assert "Ingen avslutad avvikelse här" in reader.get("/avvikelser?visa=stangda").text
    reply(opened_sqlite)
    close(opened_sqlite)
    closed = reader.get("/avvikelser?visa=stangda").text
    assert "§ 14, 16 april 2026" in closed
    assert "Ingen aktiv avvikelse här" in reader.get("/avvikelser?visa=konstig&sida=x").text


def test_a_chief_sees_their_own_party_first(opened_sqlite: World) -> None:
    world = opened_sqlite
    own = world.client(CLINIC_CHIEF).get("/avvikelser").text
    assert "1 avvikelse väntar på ert yttrande." in own
    assert "Er egen part" in own
    assert "Er egen part" not in world.client(OTHER_CLINIC_CHIEF).get("/avvikelser").text


def test_what_is_not_there_is_not_found(opened_sqlite: World) -> None:
    assert opened_sqlite.client(READER).get("/avvikelser/999").status_code == 404


def test_the_pages_ask_few_questions_however_much_there_is(opened_sqlite: World) -> None:
    world = opened_sqlite
    world.now = datetime(2026, 3, 30, 9, 0, tzinfo=UTC)
    for number in range(25):
        ask(world, f"M{number:03}-AAAA")
    world.now = datetime(2026, 4, 16, 8, 0, tzinfo=UTC)
    sweep(world.writer, world.now)
    reply(world)
    asked: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    event.listen(world.services.engine, "before_cursor_execute", note)
    for who, path in (
        (CLINIC_CHIEF, "/avvikelser"),
        (CLINIC_CHIEF, PAGE),
        (STEERING, "/avvikelser?visa=stangda"),
        (STEERING, "/styrgruppen"),
        (CONVENER, "/forfragningar"),
        (CONVENER, "/forfragningar/1"),
        (CONVENER, "/forfragningar/ny"),
    ):
        visitor = world.client(who)
        asked.clear()
        assert visitor.get(path).status_code == 200
        assert len(asked) <= 12, (path, len(asked))


def test_the_page_reads_in_english(opened_sqlite: World) -> None:
    visitor = opened_sqlite.client(CLINIC_CHIEF)
    visitor.client.set_cookie("lang", "en")
    page = visitor.get(PAGE).text
    assert '<html lang="en"' in page
    assert "Thursday" in page
