"""Reads one inbound message: a calendar program's answer to an invitation (RFC 6047, RFC 5546).

1. Find the organiser's plus-address it was sent to; its token tells which invitation it answers.
2. Find the calendar part that is a REPLY, but never inside a forwarded message.
3. Check that the meeting, the sequence and the person are the ones that were asked: the ATTENDEE
   and the From address must both be the invited address.
4. Take PARTSTAT as that person's answer. Nothing else of the message is kept.

Anything that does not fit is refused with a reason and changes nothing.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parseaddr
from http import HTTPStatus
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_
from atagande_calendar.invitations.models import AnswerWay, Invitation, Partstat
from atagande_calendar.invitations.tokens import Purpose, invitation_of, is_valid
from atagande_calendar.invitations.verbs import answer
from atagande_plugin.services import Services

#: Bytes of a message, and of its calendar part, that are read.
LARGEST_MESSAGE = 20_000_000
LARGEST_CALENDAR = 256_000
DEEPEST = 8
_ENVELOPE = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
_CALENDARS = frozenset({"text/calendar", "application/ics"})


class NotForUs(Refused):
    """The message is addressed to no invitation of ours."""

    code = "mail_not_for_us"
    status = HTTPStatus.NOT_FOUND
    message = N_("Brevet är inte ställt till någon av våra kallelser.")
    next_step = N_("Läs brevet och svara för hand om det behövs.")


class NoAnswer(Refused):
    """The message holds no calendar answer that can be read."""

    code = "mail_no_answer"
    message = N_("Brevet innehåller inget kalendersvar som går att läsa.")
    next_step = N_("Läs brevet. Be avsändaren svara med länken i kallelsen.")


class NotTheInvited(Refused):
    """Someone else answered, or for another meeting; it is not the invited person's answer."""

    code = "mail_not_the_invited"
    message = N_("Svaret kommer inte från den som är kallad, så det räknas inte.")
    next_step = N_("Fråga den som är kallad. Ett svar räknas bara från den adress som kallades.")


class OldTime(Refused):
    """The answer is to an earlier time of the meeting."""

    code = "mail_old_time"
    status = HTTPStatus.CONFLICT
    message = N_("Svaret gäller en tidigare tid för mötet, så det räknas inte.")
    next_step = N_("Den som är kallad behöver svara på den senaste kallelsen.")


def receive(services: Services, raw: bytes) -> bool:
    """Take one message as it came; return whether it changed an answer. A repeat does not."""
    if len(raw) > LARGEST_MESSAGE:
        raise NoAnswer
    mail = message_from_bytes(raw, policy=policy.compat32)
    with services.writer() as session:
        invitation = _invitation(session, services.settings.secret_key, mail)
        partstat = _answer(mail, invitation)
        changed = answer(
            session,
            invitation=invitation,
            partstat=partstat,
            way=AnswerWay.MAIL,
            now=services.now(),
        )
        session.commit()
    return changed


def _invitation(session: Session, secret: bytes, mail: "Message[str, str]") -> Invitation:
    """Return the invitation that the message's plus-address names."""
    for header in _ENVELOPE:
        for value in mail.get_all(header, []):
            for token in re.findall(r"\+([A-Za-z2-7]{32})@", str(value)):
                number = invitation_of(token.lower())
                found = session.scalar(
                    select(Invitation)
                    .where(Invitation.id == number)
                    .options(joinedload(Invitation.meeting), joinedload(Invitation.person))
                )
                if found is not None and is_valid(
                    token.lower(), secret, Purpose.REPLY, found.id, found.nonce
                ):
                    return found
    raise NotForUs


def _calendars(part: "Message[str, str]", depth: int = 0) -> Iterator["Message[str, str]"]:
    """Yield the calendar parts, those that announce a REPLY first; never of a forwarded message."""
    if depth > DEEPEST or part.get_content_type() == "message/rfc822":
        return
    if part.is_multipart():
        for inner in part.get_payload():
            if isinstance(inner, Message):
                yield from _calendars(inner, depth + 1)
    elif part.get_content_type() in _CALENDARS:
        yield part


def _reply(mail: "Message[str, str]") -> Any:
    """Return the VEVENT of the message's REPLY; raise NoAnswer without one."""
    from icalendar import Calendar  # noqa: PLC0415 - loaded on use: start-up time

    parts = sorted(
        _calendars(mail), key=lambda part: str(part.get_param("method") or "").upper() != "REPLY"
    )
    for part in parts:
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or len(content) > LARGEST_CALENDAR:
            continue
        try:
            calendar = Calendar.from_ical(
                content.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x00\r\n ")
            )
        except ValueError:
            continue
        events = calendar.walk("VEVENT")
        if str(calendar.get("METHOD", "")).upper() == "REPLY" and len(events) == 1:
            return events[0]
    raise NoAnswer


def _address(value: object) -> str:
    return str(value).strip().lower().removeprefix("mailto:")


def _answer(mail: "Message[str, str]", invitation: Invitation) -> Partstat:
    """Return what the invited person answered; raise if it is not theirs or not to this time."""
    event = _reply(mail)
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    sender = parseaddr(str(mail.get("From", "")))[1].lower()
    asked = invitation.email
    if (
        str(event.get("UID", "")) != invitation.meeting.uid
        or [_address(one) for one in attendees] != [asked]
        or sender != asked
    ):
        raise NotTheInvited
    try:
        sequence = int(event.get("SEQUENCE", 0))
        given = Partstat(str(attendees[0].params.get("PARTSTAT", "")).upper())
    except (TypeError, ValueError) as error:
        raise NoAnswer from error
    if given is Partstat.NEEDS_ACTION:
        raise NoAnswer
    if sequence < invitation.meeting.sequence:
        raise OldTime
    return given
