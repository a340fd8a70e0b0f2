"""What the API answers about mail that came in."""

from atagande_calendar.method import Partstat
from atagande_plugin.api.shapes import Moment, Shape
from atagande_plugin.mail.models import Outcome


class InboundLine(Shape):
    """One mail that came in: what became of it and why. Its text is nowhere."""

    id: int
    received_at: Moment
    #: Address it came from; "" when it can't be read.
    sender: str
    outcome: Outcome
    #: Stable code of why; "" when the outcome says it all.
    reason: str
    #: METHOD of its calendar text; "" without.
    method: str
    partstat: Partstat | None
    sequence: int | None
    #: Bytes.
    size: int
    #: Number of the mail of ours that came back.
    outbox_message_id: int | None
    settled_at: Moment | None


class InboundList(Shape):
    """Mails that came in, those about SIP meetings left out."""

    items: list[InboundLine]
    next: int | None
