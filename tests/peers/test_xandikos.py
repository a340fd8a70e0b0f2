"""xandikos, a calendar server that we did not write, takes our messages and answers them.

Mail goes in over LMTP and out over SMTP, as at a partner's own server; all on loopback.
"""

import http.client
import os
import queue
import re
import selectors
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as daytime
from email import message_from_bytes
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import pytest
from icalendar import Calendar, Event

from atagande_agreements.civil_time import local_time
from atagande_agreements.errors import Refused
from atagande_calendar.invitations.models import Partstat
from atagande_calendar.itip import (
    Letter,
    Mailbox,
    MeetingSnapshot,
    MeetingStatus,
    Method,
    Organizer,
    Recipient,
    cancel,
    invitation,
    invitation_id,
    request,
)
from support.booking import published
from support.itip_chain import answered, change, failed, sent, take_in, told
from support.itip_chain import cancel as call_off
from support.programs import LOOPBACK, free_port
from support.world import CLINIC_CHIEF, World

pytestmark = pytest.mark.usefixtures("smtp_allowed")

PATIENCE = 30.0
DOMAIN = "samverkan.example"
CHIEF = Recipient(name="Åsa Öberg", email=CLINIC_CHIEF, summoned=True)
SENDER = Mailbox(name="Samverkan Sollentuna", address=f"kalender@{DOMAIN}")
SECRET = Organizer(name=SENDER.name, address=f"kalender+mfzwk3tjmnqxe2lpny5gk@{DOMAIN}")
START = datetime(2026, 12, 1, 12, tzinfo=UTC)
MEETING = MeetingSnapshot(
    uid=f"7k2m9x4q@{DOMAIN}",
    sequence=0,
    starts_at=START,
    ends_at=START + timedelta(hours=2),
    summary="Nätverksmöte för samverkan",
    location="Mötesrum Ån, Storgatan 1",
)
STAMP = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)


class Inbox:
    """Takes mail as our own server would, and keeps it until somebody asks."""

    def __init__(self) -> None:
        self._mails: queue.Queue[tuple[list[str], bytes]] = queue.Queue()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the name aiosmtpd calls
        self._mails.put((envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def wait(self) -> tuple[list[str], bytes]:
        """Return (recipients, message) of the next mail, as soon as there is one."""
        return self._mails.get(timeout=PATIENCE)


@dataclass
class Partner:
    """A unit chief's calendar server."""

    http_port: int
    lmtp_port: int
    inbox: Inbox

    def deliver(self, mail: bytes) -> None:
        with smtplib.LMTP(LOOPBACK, self.lmtp_port) as lmtp:
            assert lmtp.sendmail(SENDER.address, [CHIEF.email], mail) == {}

    def _ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
        connection = http.client.HTTPConnection(LOOPBACK, self.http_port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        assert response.status < http.client.BAD_REQUEST, answer
        return answer

    def events(self) -> dict[str, Event]:
        """Return the calendar's events by path."""
        listing = self._ask("PROPFIND", "/chef/calendars/calendar/", Depth="1").decode()
        paths = re.findall(r"href>([^<]*\.ics)<", listing)
        return {path: Calendar.from_ical(self._ask("GET", path)).events[0] for path in paths}

    def answer(self, path: str, status: str) -> None:
        """Answer as a calendar program does: by storing the event with another PARTSTAT."""
        calendar = Calendar.from_ical(self._ask("GET", path))
        calendar.events[0].attendees[0].params["PARTSTAT"] = status
        self._ask("PUT", path, calendar.to_ical(), **{"Content-Type": "text/calendar"})


def instant(moment: date) -> datetime:
    assert isinstance(moment, datetime)
    return moment.astimezone(UTC)


def wait_for_line(process: subprocess.Popen[bytes], wanted: bytes) -> None:
    """Read what `process` writes until `wanted` stands in it; fail if it ends or takes too long."""
    assert process.stdout is not None
    deadline = time.monotonic() + PATIENCE
    seen = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while wanted not in seen:
            if not selector.select(deadline - time.monotonic()):
                pytest.fail(f"xandikos did not start: {seen!r}")
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                pytest.fail(f"xandikos stopped: {seen!r}")
            seen += chunk


@pytest.fixture
def partner(tmp_path: Path, missing_peer: Callable[[str, str], NoReturn]) -> Iterator[Partner]:
    if find_spec("xandikos") is None or find_spec("aiosmtpd") is None:
        missing_peer("xandikos", "pip install xandikos aiosmtpd")
    from aiosmtpd.controller import Controller  # noqa: PLC0415 - only after the check above

    inbox = Inbox()
    http_port, lmtp_port, smtp_port = free_port(), free_port(), free_port()
    controller = Controller(inbox, hostname=LOOPBACK, port=smtp_port)
    controller.start()
    command = [sys.executable, "-m", "xandikos", "serve", "-d", str(tmp_path / "store")]
    command += ["--defaults", "--current-user-principal", "/chef/"]
    command += ["-l", LOOPBACK, "-p", str(http_port), "--imip-listen", f"{LOOPBACK}:{lmtp_port}"]
    command += ["--imip-send", "smtp", "--smtp-host", LOOPBACK, "--smtp-port", str(smtp_port)]
    command += ["--smtp-from", CHIEF.email]
    environment = {**os.environ, "EMAIL": CHIEF.email, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            wait_for_line(process, b"Listening for iMIP on LMTP")
            yield Partner(http_port, lmtp_port, inbox)
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)
            controller.stop()


def mail(meeting: MeetingSnapshot, method: Method, *, automatic: bool = False) -> bytes:
    stamp = STAMP + timedelta(minutes=meeting.sequence)
    write = request if method is Method.REQUEST else cancel
    key: dict[str, Any] = {"uid": meeting.uid, "recipient_id": "chef"}
    first = invitation_id(DOMAIN, sequence=0, method=Method.REQUEST, **key)
    letter = Letter(
        sender=SENDER,
        to=Mailbox(name=CHIEF.name, address=CHIEF.email),
        subject=f"Kallelse: {meeting.summary}",
        text="Hej!\n",
        html="<p>Hej!</p>\n",
        date=stamp,
        message_id=invitation_id(DOMAIN, sequence=meeting.sequence, method=method, **key),
        first_message_id=first,
    )
    return invitation(letter, write(meeting, SECRET, CHIEF, stamp), automatic=automatic)


@pytest.mark.parametrize("status", ["ACCEPTED", "DECLINED"])
def test_the_chief_sees_the_meeting_and_the_answer_comes_to_the_secret_address(
    partner: Partner, status: str
) -> None:
    partner.deliver(mail(MEETING, Method.REQUEST))
    ((path, event),) = partner.events().items()
    assert event["UID"] == MEETING.uid
    assert instant(event.start) == START
    assert instant(event.end) == MEETING.ends_at
    assert event["SUMMARY"] == MEETING.summary
    assert event["LOCATION"] == MEETING.location

    partner.answer(path, status)
    recipients, raw = partner.inbox.wait()
    assert recipients == [SECRET.address]
    (part,) = [
        part
        for part in message_from_bytes(raw).walk()
        if part.get_content_type() == "text/calendar"
    ]
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    reply = Calendar.from_ical(body)
    (answer,) = reply.events
    (attendee,) = answer.attendees
    assert reply["METHOD"] == "REPLY"
    assert answer["UID"] == MEETING.uid
    assert attendee == f"mailto:{CHIEF.email}"
    assert attendee.params["PARTSTAT"] == status


def test_a_moved_meeting_moves_and_a_cancelled_one_is_cancelled(partner: Partner) -> None:
    partner.deliver(mail(MEETING, Method.REQUEST))
    moved = replace(
        MEETING,
        sequence=1,
        starts_at=START + timedelta(days=1),
        ends_at=MEETING.ends_at + timedelta(days=1),
    )
    partner.deliver(mail(moved, Method.REQUEST))
    (event,) = partner.events().values()
    assert instant(event.start) == moved.starts_at

    gone = replace(moved, sequence=2, status=MeetingStatus.CANCELLED)
    partner.deliver(mail(gone, Method.CANCEL))
    (event,) = partner.events().values()
    assert event["STATUS"] == "CANCELLED"


def test_a_meeting_of_ours_from_the_first_mail_to_the_last_answer(
    partner: Partner, sqlite_world: World
) -> None:
    world = sqlite_world
    # The clocks change between the two days.
    first, second = (local_time(date(2026, 3, day), daytime(9)) for day in (24, 31))
    number = published(world, people=[CLINIC_CHIEF], title="Nätverksmöte", starts_at=first)

    def tell() -> Event:
        """Let what waits in our outbox reach the partner; return the one event it then has."""
        mails = sent(world)
        assert len(mails) == 1, failed(world)
        partner.deliver(mails[0])
        ((path, event),) = partner.events().items()
        assert event["UID"] == told(world, number, CLINIC_CHIEF)[0]
        assert path == known.setdefault("path", path)
        return event

    def answer(status: str) -> bytes:
        partner.answer(known["path"], status)
        recipients, raw = partner.inbox.wait()
        assert [address.partition("+")[0] for address in recipients] == ["samordning"]
        take_in(world, b"Delivered-To: %s\r\n%s" % (recipients[0].encode(), raw))
        return raw

    known: dict[str, str] = {}
    event = tell()
    assert (instant(event.start), event["SUMMARY"]) == (first, "Nätverksmöte")
    yes = answer("ACCEPTED")
    assert answered(world, number, CLINIC_CHIEF) is Partstat.ACCEPTED

    world.now += timedelta(hours=1)
    change(world, number, starts_at=second, place="Biblioteket, Väsby")
    assert answered(world, number, CLINIC_CHIEF) is Partstat.NEEDS_ACTION
    event = tell()
    assert (instant(event.start), event["LOCATION"]) == (second, "Biblioteket, Väsby")
    with suppress(Refused):
        take_in(world, yes)
    assert answered(world, number, CLINIC_CHIEF) is Partstat.NEEDS_ACTION, "yes to the old time"
    answer("DECLINED")
    assert answered(world, number, CLINIC_CHIEF) is Partstat.DECLINED

    world.now += timedelta(hours=1)
    call_off(world, number)
    assert tell()["STATUS"] == "CANCELLED"
    assert sent(world) == [], "told once"


def test_an_invitation_marked_as_automatic_never_reaches_the_calendar(partner: Partner) -> None:
    """Why invitations are not marked: the server takes the mail and throws it away."""
    partner.deliver(mail(MEETING, Method.REQUEST, automatic=True))
    assert partner.events() == {}
