"""Opens polls for tests, and reads what came of them."""

import re
from email import message_from_bytes, policy
from typing import Any

from sqlalchemy import select

from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.common_time.models import PollAnswer, PollPerson, PollTime, TimePoll, Vote
from atagande_plugin.mail.poll_letters import poll_address
from atagande_plugin.outbox.delivery import deliver
from support.world import ADMINISTRATOR, AF, CLINIC_CHIEF, FK, World

PEOPLE = (FK, AF, CLINIC_CHIEF)
TIMES = ("2026-03-24T08:00Z", "2026-03-25T12:00Z", "2026-03-30T07:00Z")
HERE = "/gemensam-tid/omrostningar"


def numbers(world: World, *emails: str) -> list[int]:
    with world.services.reader() as session:
        return [world.person(session, email).id for email in emails]


def form(world: World, **changed: Any) -> dict[str, Any]:
    usual = {
        "kind": "network",
        "minutes": "60",
        "times": list(TIMES),
        "people": numbers(world, *PEOPLE),
        "shown": numbers(world, *PEOPLE),
        "closes_on": "2026-03-10",
    }
    return usual | changed


def opened(world: World, by: str = ADMINISTRATOR, **changed: Any) -> int:
    answer = world.client(by).post(HERE, form(world, **changed))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    deliver(world.services, world.now)
    return int(answer.location.rpartition("/")[2])


def link(world: World, poll: int, email: str) -> str:
    with world.services.reader() as session:
        asked = session.scalars(
            select(PollPerson)
            .join(PollPerson.person)
            .where(PollPerson.poll_id == poll, PollPerson.person_id == id_of(world, email))
        ).one()
        return poll_address(world.settings, asked).removeprefix(world.settings.base_url)


def id_of(world: World, email: str) -> int:
    return numbers(world, email)[0]


def mails(world: World) -> list[OutboxMessage]:
    with world.services.reader() as session:
        return list(
            session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.kind == "time_poll")
                .order_by(OutboxMessage.id)
            )
        )


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def body(message: OutboxMessage) -> str:
    assert message.raw is not None
    part = message_from_bytes(message.raw, policy=policy.default).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def votes(world: World, poll: int) -> list[Vote]:
    with world.services.reader() as session:
        return list(
            session.scalars(
                select(PollAnswer.vote).where(PollAnswer.poll_id == poll).order_by(PollAnswer.id)
            )
        )


def version(world: World, poll: int) -> int:
    with world.services.reader() as session:
        return session.get_one(TimePoll, poll).version


def time_number(world: World, poll: int, at: int) -> int:
    with world.services.reader() as session:
        return session.scalars(
            select(PollTime.id).where(PollTime.poll_id == poll).order_by(PollTime.starts_at)
        ).all()[at]
