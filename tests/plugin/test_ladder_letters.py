"""The letters of the ladder's upper steps: to the management, and to the board."""

from datetime import date
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from atagande_agreements.escalation import escalate
from atagande_agreements.ladder import letters
from atagande_agreements.ladder.letter_models import LadderLetter
from atagande_agreements.ladder.models import Rung
from atagande_agreements.ladder.verbs import decide_step
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.models import Organisation
from atagande_plugin.outbox.delivery import deliver
from support.deviations import CLINIC, close, decided, miss, numbered, reply
from support.digests import at
from support.wire import Wire
from support.world import ADMINISTRATOR, AF, CLINIC_CHIEF, READER, STEERING, World

REGISTRAR = "registrator@psykiatri.example"


def switch_on(world: World, *rungs: Rung, body: str = "") -> None:
    with world.writer() as session, session.begin():
        for rung in rungs:
            decide_step(
                session,
                agreement=world.agreement(session),
                rung=rung,
                is_used=True,
                days=30,
                body=body,
                valid_from=date(2026, 3, 2),
                decided_on=date(2026, 3, 2),
                paragraph="9",
                person=world.person(session, STEERING),
                now=world.now,
            )


def up(world: World, rung: Rung, number: int = 1) -> None:
    """Take a deviation up to a step, as the doors do."""
    with world.writer() as session, session.begin():
        deviation = numbered(session, number)
        escalate(
            session,
            deviation=deviation,
            rung=rung,
            decided=decided(world, session, "Det är andra gången.", "17"),
            version=deviation.version,
            now=world.now,
        )


def heard(world: World, *clinics: str) -> None:
    """Let deviations be opened and replied to, on 20 April."""
    miss(world, *(clinics or (CLINIC,)))
    at(world, date(2026, 4, 20))
    with world.writer() as session, session.begin():
        reply(world, session)


def mailbox(world: World, address: str | None) -> None:
    with world.writer() as session, session.begin():
        session.scalars(
            select(Organisation).where(Organisation.key == "psykiatri-nordvast")
        ).one().email = address


def queued(world: World) -> list[OutboxMessage]:
    with world.services.reader() as session:
        return list(
            session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.kind == letters.KIND)
                .order_by(OutboxMessage.id)
            )
        )


def mails(world: World) -> list[tuple[str, str, str]]:
    """Deliver; return (to, subject, text) of the letters that left."""
    wire = Wire()
    deliver(world.services, world.now, through=wire)
    numbers = {row.id for row in queued(world)}
    found = []
    for number, to, raw in wire.sent:
        if number in numbers:
            mail = message_from_bytes(raw, policy=policy.default)
            body = mail.get_body(("plain",))
            assert body is not None
            found.append((to, str(mail["Subject"]), body.get_content().replace("\r\n", "\n")))
    return found


def test_a_notice_goes_to_the_partys_registry_and_says_all_that_it_must(world: World) -> None:
    switch_on(world, Rung.NOTICE)
    mailbox(world, REGISTRAR)
    heard(world)
    up(world, Rung.NOTICE)
    [(to, subject, said)] = mails(world)
    assert (to, subject) == (REGISTRAR, "Skrivelse om avvikelse A-1")
    assert "Till ledningen för Psykiatri Nordväst, Sollentuna psykiatriska mottagning" in said
    assert "Åtagandet är P3 " in said
    assert "Det hölls inte i tid i ett ärende." in said
    assert "Parten yttrade sig 20 april 2026." in said
    assert "§ 17, 20 april 2026" in said
    assert "Det är andra gången." in said
    assert "Svara styrgruppen senast onsdag 20 maj 2026." in said
    assert "30 mars" not in said, "nothing of the case"
    assert "/avvikelser/1/brev/1" in said


def test_without_a_mailbox_it_goes_to_the_partys_chiefs(sqlite_world: World) -> None:
    switch_on(sqlite_world, Rung.NOTICE)
    heard(sqlite_world)
    up(sqlite_world, Rung.NOTICE)
    assert CLINIC_CHIEF in {to for to, _, _ in mails(sqlite_world)}


def test_the_boards_goes_to_the_administrator(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    switch_on(world, Rung.BOARD)
    heard(world)
    up(world, Rung.BOARD)
    [(to, subject, said)] = mails(world)
    assert (to, subject) == (ADMINISTRATOR, "Ärende till styrelsen: avvikelse A-1")
    assert "Till styrelsen för Samordningsförbundet" in said
    assert "Styrgruppen ber styrelsen att ta upp ärendet senast onsdag 20 maj 2026." in said


def test_the_page_shows_it_as_it_was_written_ready_to_print(sqlite_world: World) -> None:
    world = sqlite_world
    switch_on(world, Rung.NOTICE, body="Hej {part}!\n\nSvara senast {svar_senast}.")
    mailbox(world, REGISTRAR)
    heard(world)
    up(world, Rung.NOTICE)
    with world.writer() as session, session.begin():
        session.scalars(
            select(Organisation).where(Organisation.key == "psykiatri-nordvast")
        ).one().name = "Ett nytt namn"
    page = world.client(READER).get("/avvikelser/1/brev/1").text
    assert "Hej Psykiatri Nordväst, Sollentuna psykiatriska mottagning!" in page
    assert "Svara senast onsdag 20 maj 2026." in page
    assert REGISTRAR in page
    assert "/avvikelser/1/brev/1" in world.client(AF).get("/avvikelser/1").text
    assert world.client(READER).get("/avvikelser/2/brev/1").status_code == 404


def test_the_same_decision_writes_one_letter_however_often(world: World) -> None:
    switch_on(world, Rung.NOTICE)
    heard(world)
    up(world, Rung.NOTICE)
    before = len(queued(world))
    with world.writer() as session, session.begin():
        deviation = numbered(session)
        decision = deviation.steps[-1].decision
        assert decision is not None
        again = letters.send(
            session, deviation=deviation, rung=Rung.NOTICE, decision=decision, now=world.now
        )
        assert again is not None
        assert again.id == 1
    assert len(queued(world)) == before
    with pytest.raises(DBAPIError), world.writer() as session, session.begin():
        session.execute(text("UPDATE ladder_letter SET text = 'x'"))


def test_deviations_decided_together_have_a_letter_each(sqlite_world: World) -> None:
    world = sqlite_world
    switch_on(world, Rung.NOTICE)
    mailbox(world, REGISTRAR)
    heard(world, CLINIC, "psykosmottagningen")
    from atagande_agreements.deviations.merging import merge  # noqa: PLC0415 - only here

    with world.writer() as session, session.begin():
        second = numbered(session, 2)
        merge(
            session,
            deviation=second,
            into=numbered(session, 1),
            person=world.person(session, STEERING),
            version=second.version,
            now=world.now,
        )
    at(world, date(2026, 6, 20))
    up(world, Rung.NOTICE)
    said = mails(world)
    assert [subject for _, subject, _ in said] == [
        "Skrivelse om avvikelse A-1",
        "Skrivelse om avvikelse A-2",
    ]
    assert "Parten har inte yttrat sig." in said[1][2]


def test_a_letter_that_is_no_longer_so_is_not_sent(sqlite_world: World) -> None:
    world = sqlite_world
    switch_on(world, Rung.NOTICE)
    heard(world)
    up(world, Rung.NOTICE)
    with world.writer() as session, session.begin():
        close(world, session, note="Utrett på mötet.")
    assert mails(world) == []
    assert {row.state for row in queued(world)} == {OutboxState.CANCELLED}


def test_a_step_without_a_letter_writes_none(sqlite_world: World) -> None:
    switch_on(sqlite_world, Rung.AGENDA)
    heard(sqlite_world)
    up(sqlite_world, Rung.AGENDA)
    with sqlite_world.services.reader() as session:
        assert session.scalars(select(LadderLetter)).all() == []
