"""Composes calendar invitations: pure, without a clock, a database or a network.

`request` and `cancel` give the calendar text for one recipient, `significance_hash` tells when
SEQUENCE rises, and `mime` puts the text into a mail. Sources: RFC 5545, RFC 5546, RFC 6047.
"""

from atagande_calendar.itip.fast import cancel, request
from atagande_calendar.itip.message import (
    MeetingSnapshot,
    MeetingStatus,
    Organizer,
    Recipient,
)
from atagande_calendar.itip.mime import (
    Letter,
    Mailbox,
    invitation,
    invitation_id,
    message_id,
    plain_mail,
)
from atagande_calendar.itip.significance import significance_hash
from atagande_calendar.itip.text import display_name
from atagande_calendar.method import Method

__all__ = [
    "Letter",
    "Mailbox",
    "MeetingSnapshot",
    "MeetingStatus",
    "Method",
    "Organizer",
    "Recipient",
    "cancel",
    "display_name",
    "invitation",
    "invitation_id",
    "message_id",
    "plain_mail",
    "request",
    "significance_hash",
]
