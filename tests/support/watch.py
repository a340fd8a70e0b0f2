"""Watches all that leaves a service for marks (see `support.marks`), and notes where they stood."""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.meetings.models import Meeting
from atagande_plugin.mail.render import Obsolete, render
from atagande_plugin.outbox.delivery import deliver
from support.itip_chain import Through
from support.itip_judge import parsed_mail
from support.marks import Mark, Marks, mark_everything, text_columns
from support.secret_places import INVITATIONS, MAY, ONLY
from support.world import World

#: Table -> numbers of the rows that something is about.
Own = Mapping[str, Collection[int | None]]


class Watch:
    """Notes the marks in all that leaves, and where they stood."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.marks = Marks()
        self.found: set[tuple[str, Mark]] = set()
        self.pages = 0
        self.followed: set[str] = set()

    def mark(self) -> None:
        columns = {name: ONLY.get(name, "") for name in MAY if name in text_columns()}
        mark_everything(self.world.settings.database_url, self.marks, columns)

    def saw(self, where: str, marks: set[Mark], own: Own | None = None) -> None:
        """Note marks; `own` says whose rows of a table the place is about, all others are not."""
        for mark in marks:
            rows = (own or {}).get(mark.column.partition(".")[0], {mark.row, 0})
            about = where if mark.row in {*rows, 0} else f"{where} about another"
            self.found.add((about, mark))

    def visit(self, where: str, path: str, who: str | None = None, **how: Any) -> Any:
        """Fetch a page; a person who has signed in may read what the page is for."""
        answer = self.world.client(who).get(path)
        self.answered(where, answer, **how)
        return answer

    def answered(
        self, where: str, answer: Any, *, body: bool = True, own: Own | None = None
    ) -> None:
        self.pages += 1
        for name, value in answer.headers:
            if name != "Set-Cookie":
                self.saw(f"header {name}", self.marks.in_bytes(value.encode()))
        if body:
            self.saw(where, self.marks.in_bytes(answer.data), own)

    def deliver(self) -> set[str]:
        """Let everything in the outbox leave; return the kinds of what did."""
        left: list[bytes] = []
        deliver(
            self.world.services,
            self.world.now,
            through=Through(lambda *envelope: left.append(envelope[2])),
        )
        kinds = set()
        with self.world.services.reader() as session:
            messages = session.scalars(select(OutboxMessage)).all()
            for message in messages:
                with suppress(Obsolete):
                    raw = message.raw or render(session, self.world.settings, message)
                    kinds.add(message.kind)
                    self.mail(message, raw)
        assert left
        return kinds

    def mail(self, message: OutboxMessage, raw: bytes) -> None:
        """Search a mail, and the pages that its links lead whoever has them to."""
        own = {"person": {message.person_id}}
        if message.subject_type == "meeting":
            own["meeting"] = together(self.world, message.subject_id)
        self.saw(f"mail:{message.kind}", self.marks.in_mail(raw), own)
        text = parsed_mail(raw).get_body(("plain",))
        assert text is not None
        base = re.escape(self.world.settings.base_url)
        for path in set(re.findall(rf"{base}(/\S+)", text.get_content())) - self.followed:
            self.followed.add(path)
            asks = message.kind in {*INVITATIONS, "time_poll"}
            self.visit("answer" if asks else f"link:{message.kind}", path, own=own)


def together(world: World, number: int) -> set[int | None]:
    """Return the meeting of that number, and those of its series."""
    with world.services.reader() as session:
        series = session.get_one(Meeting, number).series_id
        same = select(Meeting.id).where(Meeting.series_id == series)
        return {number, *session.scalars(same)}
