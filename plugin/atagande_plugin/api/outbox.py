"""The outbox: states and times, never the text of a message or a secret in it."""

from flask import g
from sqlalchemy import select

from atagande_agreements.outbox.models import OutboxMessage
from atagande_plugin.api import shapes
from atagande_plugin.api.common import part
from atagande_plugin.forms.api_lists import OutboxPage
from atagande_plugin.web.outbox import KINDS


def listed(asked: OutboxPage) -> shapes.OutboxList:
    """Return messages; the mails of a SIP are left out."""
    query = select(OutboxMessage).where(
        OutboxMessage.association_id == g.me.association_id, OutboxMessage.kind.in_(KINDS)
    )
    if asked.state is not None:
        query = query.where(OutboxMessage.state == asked.state)
    rows, following = part(query, OutboxMessage.id, asked)
    fields = shapes.OutboxLine.model_fields
    return shapes.OutboxList(
        items=[
            shapes.OutboxLine.model_validate({name: getattr(row, name) for name in fields})
            for row in rows
        ],
        next=following,
    )
