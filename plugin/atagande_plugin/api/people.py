"""People who can be asked to a meeting."""

from flask import g

from atagande_agreements.parties.models import Role
from atagande_agreements.parties.queries import people as for_meetings
from atagande_calendar.sip.queries import people as for_sips
from atagande_plugin.api import shapes
from atagande_plugin.api.common import part_of, party
from atagande_plugin.forms.api_lists import Page


def listed(asked: Page) -> shapes.PersonList:
    """Return whom the caller can ask: for a SIP, nobody of the association's own."""
    everyone = for_meetings if g.me.has(Role.ADMINISTRATOR) else for_sips
    rows, following = part_of(everyone(g.session, g.me.association_id), asked)
    return shapes.PersonList(
        items=[
            shapes.PersonLine(
                id=row.id,
                name=row.name,
                title=row.title,
                party=party(row.organisation, row.unit),
            )
            for row in rows
        ],
        next=following,
    )
