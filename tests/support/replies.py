"""Raw mails as calendar programs write them, made by hand from what is known of each."""

import base64
import quopri
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any

from sqlalchemy import select

from atagande_calendar.invitations.models import Invitation
from atagande_plugin.mail.render import reply_address
from support.booking import published
from support.world import CLINIC_CHIEF, World


@dataclass(frozen=True)
class Facts:
    """What a true answer says, to be changed into any other."""

    to: str
    uid: str
    sequence: int = 0
    attendee: str = CLINIC_CHIEF
    sender: str = CLINIC_CHIEF
    partstat: str = "ACCEPTED"
    method: str = "REPLY"
    #: More header lines on top.
    headers: tuple[str, ...] = ()
    #: More parameters of ATTENDEE, each with its semicolon.
    parameters: str = ""
    #: More lines of the event.
    lines: tuple[str, ...] = ()
    message_id: str = "<one@psykiatri.example>"

    def but(self, **changed: Any) -> "Facts":
        return replace(self, **changed)


def asked(world: World, email: str = CLINIC_CHIEF, **facts: Any) -> Facts:
    """Publish a network meeting and return what one person's true answer would hold."""
    number = published(world, **facts)
    return facts_of(world, number, email)


def facts_of(world: World, meeting_id: int, email: str = CLINIC_CHIEF) -> Facts:
    """Return what a person's true answer to a meeting would hold."""
    with world.services.reader() as session:
        found = session.scalars(
            select(Invitation).where(Invitation.meeting_id == meeting_id, Invitation.email == email)
        ).one()
        return Facts(
            to=reply_address(world.settings, found),
            uid=found.meeting.uid,
            sequence=found.sequence,
            attendee=email,
            sender=email,
        )


def calendar(facts: Facts, *, newline: str = "\r\n") -> bytes:
    """Return a plain answer's calendar text."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Prov//Kalender//SV",
        f"METHOD:{facts.method}",
        "BEGIN:VEVENT",
        f"UID:{facts.uid}",
        "DTSTAMP:20260302T090000Z",
        f"SEQUENCE:{facts.sequence}",
        f"ATTENDEE;PARTSTAT={facts.partstat}{facts.parameters}:mailto:{facts.attendee}",
        "SUMMARY:Accepterat: Nätverksmöte",
        "COMMENT:Hemligt ord",
        *facts.lines,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return newline.join(lines).encode()


def part(content: bytes, kind: str = "text/calendar", **parameters: str) -> MIMEBase:
    """Return a part with those bytes in base64."""
    main, _, minor = kind.partition("/")
    made = MIMEBase(main, minor)
    for name, value in parameters.items():
        made.set_param(name, value)
    del made["MIME-Version"]
    made["Content-Transfer-Encoding"] = "base64"
    made.set_payload(base64.encodebytes(content).decode())
    return made


def mixed(*parts: MIMEBase, kind: str = "mixed") -> MIMEMultipart:
    made = MIMEMultipart(kind)
    for one in parts:
        made.attach(one)
    return made


def posted(facts: Facts, body: MIMEBase, *, subject: str = "Svar", to: str = "") -> bytes:
    """Return a mail with that body as it lies in our mailbox."""
    head = [
        f"Delivered-To: {facts.to}",
        *facts.headers,
        f"From: Signe Hallman <{facts.sender}>",
        f"To: {to or f'Samordning <{facts.to}>'}",
        f"Subject: {subject}",
        f"Message-ID: {facts.message_id}",
        "",
    ]
    return "\r\n".join(head).encode() + body.as_bytes().replace(b"\n", b"\r\n")


def mail(facts: Facts) -> bytes:
    """Return the plainest answer: a text and a calendar that announces itself."""
    text = MIMEText("Jag kommer.")
    body = part(calendar(facts), method=facts.method, charset="utf-8")
    return posted(facts, mixed(text, body, kind="alternative"))


def outlook(facts: Facts) -> bytes:
    """No ORGANIZER; the body in a charset of its own; a localised subject; Windows' zone."""
    text = (
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nPRODID:Microsoft Exchange Server 2010\r\n"
        "VERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\nBEGIN:STANDARD\r\n"
        "DTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
        "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        "BEGIN:VEVENT\r\n"
        f"ATTENDEE;PARTSTAT={facts.partstat};CN=Hallman, Signe:mailto:{facts.attendee.upper()}\r\n"
        "COMMENT;LANGUAGE=sv-SE:\\n\r\n"
        f"UID:{facts.uid[:40]}\r\n {facts.uid[40:]}\r\n"
        "SUMMARY;LANGUAGE=sv-SE:Accepterat: Nätverksmöte\r\n"
        "DTSTART;TZID=W. Europe Standard Time:20260324T090000\r\n"
        f"CLASS:PUBLIC\r\nSEQUENCE:{facts.sequence}\r\n"
        "X-MICROSOFT-CDO-APPT-SEQUENCE:0\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    body = MIMEText("محتوى", "plain", "windows-1256")
    announced = part(text.encode(), charset="utf-8", method=facts.method)
    return posted(facts, mixed(body, announced, kind="alternative"), subject="Accepterat: Möte")


def gmail(facts: Facts) -> bytes:
    """An alternative with the announced part, and invite.ics without a method beside it."""
    text = calendar(facts)
    inner = mixed(MIMEText("Signe har tackat ja."), part(text, method="REPLY"), kind="alternative")
    attached = part(text, "application/ics", name="invite.ics")
    attached["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return posted(facts, mixed(inner, attached))


def apple(facts: Facts) -> bytes:
    """Nested in alternative and mixed, without method= and charset, quoted-printable."""
    made = MIMEBase("text", "calendar")
    made["Content-Transfer-Encoding"] = "quoted-printable"
    lines = calendar(facts, newline="\n").split(b"\n")
    written = b"".join(quopri.encodestring(line) + b"=0D=0A=\n" for line in lines)
    made.set_payload(written.decode())
    inner = mixed(MIMEText("<p>Ja</p>", "html"), made)
    return posted(facts, mixed(MIMEText("Ja"), inner, kind="alternative"))


def thunderbird(facts: Facts) -> bytes:
    """The calendar twice: in the body, and attached."""
    text = calendar(facts)
    inner = mixed(MIMEText("Ja"), part(text, method="REPLY", charset="UTF-8"), kind="alternative")
    attached = part(text, "application/ics", name="invite.ics")
    return posted(facts, mixed(inner, attached), to=facts.to)


def sogo(facts: Facts) -> bytes:
    """HTML only; our own PRODID and DTSTAMP given back."""
    text = calendar(facts).replace(b"-//Prov//Kalender//SV", "-//Åtagande//Samordning//SV".encode())
    return posted(facts, mixed(MIMEText("<p>Ja</p>", "html"), part(text, method="REPLY")))


def kde(facts: Facts) -> bytes:
    """No SEQUENCE when it is 0; MAILTO: in capitals; DTSTART in UTC; an alarm inside."""
    text = (
        calendar(facts)
        .replace(b"SEQUENCE:0\r\n", b"")
        .replace(b"mailto:", b"MAILTO:")
        .replace(
            b"END:VEVENT",
            b"DTSTART:20260324T080000Z\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nUID:alarm@x\r\n"
            b"ATTENDEE:mailto:someone@else.example\r\nEND:VALARM\r\nX-UID:7\r\nEND:VEVENT",
        )
    )
    return posted(facts, mixed(MIMEText("Ja"), part(text, method="reply", charset="utf-8")))


def cyrus(facts: Facts) -> bytes:
    """RSVP: in the subject; To mangled by a comma; marked as automatic; RSVP kept."""
    marked = facts.but(
        headers=(*facts.headers, "Auto-Submitted: auto-generated"),
        parameters=f"{facts.parameters};RSVP=TRUE",
    )
    body = part(calendar(marked), method="REPLY", component="VEVENT", charset="UTF-8")
    to = f"Samordning, Förbundet <{facts.to}>"
    return posted(marked, mixed(MIMEText("Ja"), body), subject="RSVP: Möte", to=to)


def xandikos(facts: Facts) -> bytes:
    """Nothing but the calendar, in eight bits, marked as automatic."""
    head = [
        f"X-Original-To: {facts.to}",
        f"From: {facts.sender}",
        f"To: {facts.to}",
        f"Message-ID: {facts.message_id}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        'Content-Type: text/calendar; charset="utf-8"; method="REPLY"',
        "Content-Transfer-Encoding: 8bit",
        "",
        "",
    ]
    return "\r\n".join(head).encode() + calendar(facts)


#: Client -> how it writes an answer.
CLIENTS: dict[str, Callable[[Facts], bytes]] = {
    "outlook": outlook,
    "gmail": gmail,
    "apple": apple,
    "thunderbird": thunderbird,
    "sogo": sogo,
    "kde": kde,
    "cyrus": cyrus,
    "xandikos": xandikos,
}


def counter(facts: Facts, starts_at: datetime, ends_at: datetime, *others: str) -> bytes:
    """Ask for another time, as KCalendarCore does: with every ATTENDEE of the meeting."""
    everyone = tuple(f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{one}" for one in others)
    return mail(
        facts.but(
            method="COUNTER",
            lines=(
                *everyone,
                f"DTSTART:{starts_at:%Y%m%dT%H%M%SZ}",
                f"DTEND:{ends_at:%Y%m%dT%H%M%SZ}",
            ),
        )
    )


def bounce(to: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """Return a delivery report (RFC 3464) to that address."""
    report = (
        "Reporting-MTA: dns; mx.psykiatri.example\r\n\r\n"
        f"Final-Recipient: rfc822; {CLINIC_CHIEF}\r\nAction: {action}\r\nStatus: {status}\r\n"
    )
    return (
        f"Return-Path: <>\r\nDelivered-To: {to}\r\n"
        "From: Mail Delivery System <MAILER-DAEMON@mx.psykiatri.example>\r\n"
        f"To: {to}\r\nMessage-ID: <dsn-{action}-{status}@mx.psykiatri.example>\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="_b_"\r\n\r\n'
        "--_b_\r\n\r\nKunde inte lämnas.\r\n"
        f"--_b_\r\nContent-Type: message/delivery-status\r\n\r\n{report}\r\n"
        "--_b_\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: Hemligt ord\r\n"
        "--_b_--\r\n"
    ).encode()


def forwarded(facts: Facts) -> bytes:
    """Return a mail that holds an answer only inside a forwarded message."""
    inner = part(calendar(facts), method="REPLY")
    return posted(facts, mixed(MIMEText("Se nedan"), MIMEMessage(inner)))
