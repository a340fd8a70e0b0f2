"""Takes one mail that came in: an answer from someone's calendar, or a mail of ours come back.

1. Read it, within limits (`mail_reading`). Nothing that someone wrote is kept.
2. Find whose it is by the secret in the address it was sent to.
3. Note it by its digest; the same mail again changes nothing.
4. Judge it (`broker.judge`) and do what it means (`taking`).

Whatever is wrong with a mail becomes an outcome with a reason, never an error: a mail that stops
the reader would stop all that come after it. The mail itself stays in the mailbox.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError  # noqa: A004 - the pool's, not Python's
from sqlalchemy.orm import Session

from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.sweep import insert_new
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.invitations.replies import invitation_by_token, sent_by_token
from atagande_calendar.itip.mail_reading import LARGEST_MAIL, Mail, read_mail
from atagande_calendar.meetings.models import MeetingKind
from atagande_plugin.mail import bounces, taking
from atagande_plugin.mail.models import InboundMessage, Outcome
from atagande_plugin.observability import LOGGER, log_crash
from atagande_plugin.services import Services

#: Bytes of a message that are read.
LARGEST_MESSAGE = LARGEST_MAIL


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a mail."""

    outcome: Outcome
    #: Stable code of why; "" when the outcome says it all.
    reason: str = ""
    #: The same mail had come before; it was not taken again.
    repeated: bool = False


def receive(services: Services, raw: bytes, *, size: int | None = None) -> Received:
    """Take one mail as it came; return what became of it. Never raises for a bad mail.

    `size` is the mail's own when only its headers were fetched. Raises OperationalError,
    InterfaceError or TimeoutError when the database can't be reached: then nothing is taken, and
    the mail can be taken later.
    """
    mail = read_mail(raw, server=services.settings.mail_authserv_id, size=size)
    try:
        received = _take(services, mail)
    except (OperationalError, InterfaceError, TimeoutError):
        raise
    except Exception as error:  # noqa: BLE001 - one bad mail must not stop the others
        log_crash(error)
        received = _note_crash(services, mail)
    LOGGER.info(
        "mail_received",
        extra={
            "outcome": received.outcome.value,
            "reason": received.reason,
            "repeated": received.repeated,
            "size": mail.size,
        },
    )
    return received


def _take(services: Services, mail: Mail) -> Received:
    with services.writer() as session, session.begin():
        secret = services.settings.secret_key
        found = invitation_by_token(session, secret, mail.tokens)
        back = None if found else sent_by_token(session, secret, mail.tokens)
        row = _noted(session, services, mail, invitation=found, message=back)
        if isinstance(row, Received):
            return row
        if back is not None:
            taken = bounces.take(session, back[0], mail, services.now())
        elif found is None:
            taken = taking.Taken(*_unknown(mail))
        else:
            taken = taking.take(session, found[0], mail, services.now())
        _write(row, mail, taken)
        return Received(taken.outcome, taken.reason)


def _unknown(mail: Mail) -> tuple[Outcome, str]:
    """Return what becomes of a mail that no secret tells the owner of."""
    if mail.automatic and mail.fault == "no_calendar":
        return Outcome.IGNORED, "automatic"
    return Outcome.QUARANTINED, mail.fault if mail.fault == "too_large" else "unknown_token"


def _noted(
    session: Session,
    services: Services,
    mail: Mail,
    *,
    invitation: tuple[Invitation, str] | None = None,
    message: tuple[OutboxMessage, str] | None = None,
) -> "InboundMessage | Received":
    """Add the mail's row, or return what became of the same mail before.

    Of two that take the same mail at once, the second waits here for the first's commit.
    """
    token = (invitation or message or (None, ""))[1]
    digest = hashlib.sha256(f"{mail.digest}:{token}".encode()).hexdigest()
    owner = (invitation or message or (None, ""))[0]
    if isinstance(owner, Invitation):
        private = owner.meeting.kind is MeetingKind.SIP
    else:
        private = owner is not None and owner.kind == "sip_invitation"
    number = session.scalar(
        insert_new(session, InboundMessage.__table__)
        .values(
            association_id=owner.association_id if owner else None,
            received_at=services.now(),
            digest=digest,
            sender=mail.sender.address,
            invitation_id=owner.id if isinstance(owner, Invitation) else None,
            outbox_message_id=owner.id if isinstance(owner, OutboxMessage) else None,
            private=private,
            outcome=Outcome.QUARANTINED,
            reason="",
            method="",
            size=mail.size,
        )
        .returning(InboundMessage.__table__.c.id)
    )
    if number is None:
        known = session.scalars(select(InboundMessage).where(InboundMessage.digest == digest)).one()
        return Received(known.outcome, known.reason, repeated=True)
    return session.get_one(InboundMessage, number)


def _write(row: InboundMessage, mail: Mail, taken: taking.Taken) -> None:
    row.outcome, row.reason = taken.outcome, taken.reason
    if mail.replies:
        said = mail.replies[0].incoming
        row.method, row.partstat, row.sequence = said.method, said.partstat, said.sequence


def _note_crash(services: Services, mail: Mail) -> Received:
    """Put a mail that something broke on before people, with nothing of it done."""
    with services.writer() as session, session.begin():
        secret = services.settings.secret_key
        found = invitation_by_token(session, secret, mail.tokens)
        back = None if found else sent_by_token(session, secret, mail.tokens)
        row = _noted(session, services, mail, invitation=found, message=back)
        if isinstance(row, Received):
            return row
        session.execute(
            update(InboundMessage).where(InboundMessage.id == row.id).values(reason="crash")
        )
    return Received(Outcome.QUARANTINED, "crash")
