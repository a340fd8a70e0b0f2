"""Mail that came in: what became of it, never what stood in it."""

from sqlalchemy import select

from atagande_plugin.api import inbound_shapes as shapes
from atagande_plugin.api.common import part
from atagande_plugin.forms.inbound import InboundPage
from atagande_plugin.mail.models import InboundMessage
from atagande_plugin.web.inbox import WAITING, seen


def listed(asked: InboundPage) -> shapes.InboundList:
    """Return mails that came in; what is about a SIP is left out."""
    query = select(InboundMessage).where(seen())
    if asked.waiting:
        query = query.where(WAITING)
    rows, following = part(query, InboundMessage.id, asked)
    fields = shapes.InboundLine.model_fields
    return shapes.InboundList(
        items=[
            shapes.InboundLine.model_validate({name: getattr(row, name) for name in fields})
            for row in rows
        ],
        next=following,
    )
