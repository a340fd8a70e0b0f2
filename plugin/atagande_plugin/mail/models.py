"""Tables of what came in by mail, and how far the mailbox has been read.

Nothing that someone wrote is here: no subject, text, comment or name. The mail itself stays in the
mailbox (docs/decisions/0018).
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.method import Partstat


class Outcome(StrEnum):
    """What became of a mail."""

    #: The person's own answer, and it said something new.
    ANSWERED = "answered"
    #: It said nothing new.
    UNCHANGED = "unchanged"
    #: An answer that does not count: to an older time, from someone else, from a group mailbox.
    KEPT = "kept"
    #: Another time was asked for.
    PROPOSED = "proposed"
    #: Someone else was asked to go instead, and has been invited.
    DELEGATED = "delegated"
    #: The invitation was asked for, and is sent again.
    RESENT = "resent"
    #: A mail of ours did not get through.
    BOUNCED = "bounced"
    #: An automatic answer without any meaning to us, such as "I am on leave".
    IGNORED = "ignored"
    #: Someone has to look at it in the mailbox.
    QUARANTINED = "quarantined"


class InboundMessage(Base):
    """One mail that came in. The digest makes the same mail twice one."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        Index("ix_inbound_message_list", "association_id", "outcome", "id"),
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", "settled_by_someone"),
        CheckConstraint(
            "settled_at IS NULL OR outcome = 'quarantined'", "settled_when_quarantined"
        ),
        CheckConstraint("association_id IS NOT NULL OR NOT private", "private_has_association"),
        CheckConstraint("size >= 0", "size"),
    )

    id: Mapped[int] = key_column()
    #: None when no token told whose it is.
    association_id: Mapped[int | None] = references("association.id", index=False)
    received_at: Mapped[datetime]
    #: SHA-256, in hexadecimal, of Message-ID, token and calendar text.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    #: Address in From, in lower case; "" when it can't be read.
    sender: Mapped[str] = mapped_column(String(254), default="")
    invitation_id: Mapped[int | None] = references("invitation.id")
    #: The mail of ours that came back.
    outbox_message_id: Mapped[int | None] = references("outbox_message.id")
    #: About a case: the association's people may not see it.
    private: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome))
    #: Stable code of why; "" when the outcome says it all.
    reason: Mapped[str] = mapped_column(String(40), default="")
    #: METHOD of the calendar text; "" without.
    method: Mapped[str] = mapped_column(String(20), default="")
    partstat: Mapped[Partstat | None] = mapped_column(one_of(Partstat))
    sequence: Mapped[int | None]
    #: Bytes.
    size: Mapped[int]
    #: When someone had looked at it, and who.
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = references("person.id", index=False)

    invitation: Mapped[Invitation | None] = relationship()
    message: Mapped[OutboxMessage | None] = relationship()


class MailboxPosition(Base):
    """How far a mailbox has been read (RFC 3501 §2.3.1.1)."""

    __tablename__ = "mailbox_position"

    #: User, server and folder.
    mailbox: Mapped[str] = mapped_column(String(300), primary_key=True)
    uid_validity: Mapped[int] = mapped_column(BigInteger)
    #: Everything up to here is taken and moved.
    last_uid: Mapped[int] = mapped_column(BigInteger)
    read_at: Mapped[datetime]
