"""The mails of `atagande_calendar.itip.mime` as the standard library writes them."""

import hashlib
from email.message import EmailMessage

from atagande_calendar.itip import Letter
from atagande_calendar.itip.mime import _POLICY
from atagande_calendar.itip.timezone import whole_second


def written(
    letter: Letter, calendar: bytes | None = None, *, method: str = "", automatic: bool = False
) -> bytes:
    """Return the mail, with the calendar as its last alternative if there is one."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = letter.sender.header()
    mail["To"] = letter.to.header()
    mail["Subject"] = letter.subject
    mail["Date"] = whole_second(letter.date)
    mail["Message-ID"] = letter.message_id
    if letter.first_message_id is not None and letter.first_message_id != letter.message_id:
        mail["References"] = letter.first_message_id
    if automatic:
        mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text, cte="base64")
    mail.add_alternative(letter.html, subtype="html", cte="base64")
    if calendar is not None:
        mail.add_alternative(
            calendar.decode(), subtype="calendar", cte="base64", params={"method": method}
        )
    for part in mail.iter_parts():
        # Belongs to the whole message only (RFC 2045, 4).
        del part["MIME-Version"]
    mail.set_boundary(f"=_{hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]}")
    return mail.as_bytes()
