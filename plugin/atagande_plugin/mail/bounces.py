"""Reads what comes back to the sender's address of one of our mails (RFC 3464, RFC 3463).

The address holds the mail's own secret, so what comes there is about that mail, whatever else it
says. A lasting fault marks the mail as not delivered; a passing one is noted and changes nothing.
"""

import re
from datetime import datetime
from email.message import Message
from itertools import islice

from sqlalchemy.orm import Session

from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.itip.mail_reading import (
    MOST_PARTS,
    Mail,
    Part,
    content_of,
    header,
    leaves,
    one_address,
)
from atagande_plugin.mail.models import Outcome
from atagande_plugin.mail.taking import Taken

#: Bytes of a bounce's text that are looked at for a status.
_LARGEST_TEXT = 64_000
_MOST_REPORTS = 20
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45])[0-5]\d(?=[ -])")
_REPORT = "message/delivery-status"
#: What was done with our mail -> class of its status.
_ACTIONS = {"failed": "5", "delayed": "4", "delivered": "2", "relayed": "2", "expanded": "2"}
_POSTMEN = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mdaemon"})
#: What a bounce without a code is noted as: a lasting fault of no known kind (RFC 3463 §3.1).
UNKNOWN_STATUS = "5.0.0"


def take(session: Session, message: OutboxMessage, mail: Mail, now: datetime) -> Taken:
    """Note on one of our mails what came back about it."""
    if mail.fault in {"too_large", "too_complex"}:
        return Taken(Outcome.QUARANTINED, mail.fault)
    status = status_of(mail.message)
    if status is None:
        if mail.automatic:
            return Taken(Outcome.IGNORED, "automatic")
        return Taken(Outcome.QUARANTINED, "not_a_bounce")
    if status.startswith("2"):
        return Taken(Outcome.IGNORED, "delivered")
    lasting = status.startswith("5")
    reason = "not_delivered" if lasting else "delayed"
    if message.bounced_at is not None or (not lasting and message.bounce_code == status):
        return Taken(Outcome.UNCHANGED, reason)
    message.bounced_at = now if lasting else None
    message.bounce_code = status
    session.flush()
    return Taken(Outcome.BOUNCED, reason)


def status_of(mail: Part) -> str | None:
    """Return the status that a bounce tells, such as "5.1.1"; None if the mail is no bounce."""
    reported = _reported(mail)
    if reported is not None:
        return reported
    local = one_address(header(mail, "From")).partition("@")[0]
    from_postman = local in _POSTMEN or header(mail, "X-Failed-Recipients") != ""
    from_nobody = header(mail, "Return-Path").strip() == "<>"
    replied = header(mail, "Auto-Submitted").strip().lower().startswith("auto-replied")
    if not from_postman and (replied or not from_nobody):
        return None
    told = _told_in_text(mail)
    # A machine that is on leave has no sender either, but tells no status.
    return told or (UNKNOWN_STATUS if from_postman else None)


def _reported(mail: Part) -> str | None:
    """Return the worst status of a delivery report, or None without one (RFC 3464 §2.3)."""
    found: list[str] = []
    parts = islice(mail.walk(), MOST_PARTS)
    reports = [part for part in parts if part.get_content_type() == _REPORT]
    for report in reports[:1]:
        groups = report.get_payload()
        for group in groups[:_MOST_REPORTS] if isinstance(groups, list) else []:
            if isinstance(group, Message):
                found += _status_of_group(group)
    return max(found) if found else None


def _status_of_group(group: Part) -> list[str]:
    kind = _ACTIONS.get(header(group, "Action").strip().lower())
    if kind is None:
        return []
    match = _STATUS.search(header(group, "Status"))
    # What was done with it decides; some servers tell another class of status beside it.
    return [match[0] if match and match[1] == kind else f"{kind}.0.0"]


def _told_in_text(mail: Part) -> str:
    for part in leaves(mail):
        if part.get_content_type() not in {"text/plain", "text/html"}:
            continue
        content = content_of(part, _LARGEST_TEXT)
        text = content.decode("latin-1") if content else ""
        # A bounce may repeat our own mail after its own words.
        if match := _STATUS.search(text):
            return match[0] if match[1] != "2" else ""
        if match := _REPLY_CODE.search(text):
            return f"{match[1]}.0.0"
    return ""
