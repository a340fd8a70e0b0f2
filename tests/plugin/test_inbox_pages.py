"""Mails that nothing could be made of: who sees them, why in words, and what to do."""

from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.models import Person, Role, RoleGrant
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.sip.models import Sip
from atagande_plugin.mail.inbound import receive
from atagande_plugin.mail.models import InboundMessage, Outcome
from atagande_plugin.mail.reasons import OUTCOMES, REASONS
from atagande_plugin.web.inbox import PAGE
from support import replies
from support.booking import booked
from support.queries import count_queries
from support.replies import mail
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    OTHER_CONVENER,
    READER,
    STEERING,
    World,
)

NOBODYS = b"From: okand@annan.example\r\nTo: samordning@suvs.example\r\n\r\nHej\r\n"


def quarantined(world: World) -> InboundMessage:
    with world.services.reader() as session:
        return session.scalars(
            select(InboundMessage).where(InboundMessage.outcome == Outcome.QUARANTINED)
        ).one()


def only(world: World, email: str, *roles: Role) -> None:
    """Give a person these roles and no others."""
    with world.writer() as session:
        person: Person = world.person(session, email)
        person.grants = []
        session.flush()
        person.grants = [RoleGrant(role=role) for role in roles]
        session.commit()


def test_the_administrator_reads_why_and_is_done_with_it_once(world: World) -> None:
    facts = replies.asked(world)
    receive(world.services, mail(facts.but(uid="annat@else.example")))
    visitor = world.client(ADMINISTRATOR)
    page = visitor.get("/inkorg").text
    assert "1 brev behöver läsas av någon" in page
    assert "Kalendersvaret gäller ett annat möte än kallelsen." in page
    assert CLINIC_CHIEF in page
    assert "Hemligt" not in page
    assert '<a href="/inkorg" aria-current="page"' in page, "the menu shows where one is"
    path = f"/inkorg/{quarantined(world).id}/klar"
    for _ in range(2):
        assert visitor.post(path).status_code == 303
    assert "Inget brev väntar" in visitor.get("/inkorg").text
    assert CLINIC_CHIEF in visitor.get("/inkorg?visa=klara").text
    with world.services.reader() as session:
        told = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "inbound.settled")
        ).all()
    assert len(told) == 1


def test_a_mail_that_is_nobodys_is_for_operations(sqlite_world: World) -> None:
    world = sqlite_world
    receive(world.services, NOBODYS)
    only(world, ADMINISTRATOR, Role.ADMINISTRATOR)
    only(world, READER, Role.OPERATIONS)
    assert "okand@annan.example" not in world.client(ADMINISTRATOR).get("/inkorg").text
    path = f"/inkorg/{quarantined(world).id}/klar"
    assert world.client(ADMINISTRATOR).post(path).status_code == 404
    page = world.client(READER).get("/inkorg").text
    assert "okand@annan.example" in page
    assert "inte ställt till någon av våra kallelser" in page
    assert world.client(READER).post(path).status_code == 303


@pytest.mark.parametrize("email", [STEERING, CLINIC_CHIEF, CONVENER])
def test_others_do_not_reach_the_inbox(sqlite_world: World, email: str) -> None:
    assert sqlite_world.client(email).get("/inkorg").status_code == 403
    assert sqlite_world.api(email)("GET", "/inbound").status_code == 403


def test_a_mail_about_a_sip_is_for_its_convener_alone(world: World) -> None:
    booked(world)
    with world.services.reader() as session:
        meeting = session.scalars(select(Meeting.id)).one()
        sip = session.scalars(select(Sip.id)).one()
    facts = replies.facts_of(world, meeting)
    receive(world.services, mail(facts.but(uid="annat@else.example")))
    row = quarantined(world)
    own = f"/sip/{sip}/brev/{row.id}/klar"
    administrator = world.client(ADMINISTRATOR)
    for view in ("", "?visa=alla"):
        assert CLINIC_CHIEF not in administrator.get(f"/inkorg{view}").text
    assert administrator.post(f"/inkorg/{row.id}/klar").status_code == 404
    assert administrator.post(own).status_code == 403
    assert world.api(ADMINISTRATOR)("GET", "/inbound").json["items"] == []
    assert world.client(OTHER_CONVENER).post(own).status_code == 404
    assert "Brev att läsa" not in world.client(CLINIC_CHIEF).get(f"/sip/{sip}").text
    convener = world.client(CONVENER)
    page = convener.get(f"/sip/{sip}").text
    assert "Brev att läsa" in page
    assert "Kalendersvaret gäller ett annat möte" in page
    assert convener.post(own).status_code == 303
    assert "Brev att läsa" not in convener.get(f"/sip/{sip}").text


def test_the_list_comes_in_pages_with_few_queries(sqlite_world: World) -> None:
    world = sqlite_world
    facts = replies.asked(world)
    for number in range(PAGE + 3):
        other = facts.but(uid="annat@else.example", message_id=f"<{number}@x.example>")
        receive(world.services, mail(other))
    visitor = world.client(ADMINISTRATOR)
    with count_queries(world.services.engine) as queries:
        page = visitor.get("/inkorg").text
    assert len(queries) <= 12
    assert page.count("/klar") == PAGE
    with world.services.reader() as session:
        oldest = sorted(session.scalars(select(InboundMessage.id)), reverse=True)[PAGE - 1]
    assert f"/inkorg?fore={oldest}" in page
    assert visitor.get(f"/inkorg?fore={oldest}").text.count("/klar") == 3
    assert visitor.get("/inkorg?fore=99999999999999999999&visa=strunt").status_code == 200


def test_the_api_lists_what_came_and_only_what_waits(sqlite_world: World) -> None:
    world = sqlite_world
    facts = replies.asked(world)
    receive(world.services, mail(facts))
    receive(world.services, mail(facts.but(method="CANCEL", message_id="<2@x.example>")))
    call = world.api(ADMINISTRATOR)
    items = call("GET", "/inbound").json["items"]
    assert [(one["outcome"], one["reason"]) for one in items] == [
        ("answered", ""),
        ("quarantined", "refused_method"),
    ]
    assert items[0]["partstat"] == "ACCEPTED"
    assert len(call("GET", "/inbound?waiting=true").json["items"]) == 1


def test_every_reason_has_words(sqlite_world: World) -> None:
    words: Any = [*REASONS.values(), *OUTCOMES.values()]
    assert all(why.endswith(".") and do.endswith(".") for why, do in words)
    assert set(OUTCOMES) == set(Outcome)
    with sqlite_world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_a_group_mailbox_is_ticked_where_a_person_is_changed(world: World) -> None:
    with world.services.reader() as session:
        number = world.person(session, CLINIC_CHIEF).id
    visitor = world.client(ADMINISTRATOR)
    path = f"/parter/person/{number}"
    page = visitor.get(path).text
    assert "Gruppbrevlåda" in page
    form = {
        "party": "sollentuna-mottagning",
        "title": "Enhetschef",
        "roles": ["unit_chief"],
        "active": "1",
        "shared_mailbox": "1",
        "version": "1",
    }
    assert visitor.post(path, form).status_code == 303
    with world.services.reader() as session:
        assert world.person(session, CLINIC_CHIEF).shared_mailbox
    assert 'name="shared_mailbox" value="1" checked' in visitor.get(path).text
    told = world.api(ADMINISTRATOR)("GET", f"/people/{number}")
    assert told.json["shared_mailbox"] is True
