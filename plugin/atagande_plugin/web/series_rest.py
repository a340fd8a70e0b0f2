"""The other meetings of a recurring event, as the pages of an answer show them."""

from collections.abc import Sequence

from flask import g

from atagande_calendar.invitations.models import Invitation
from atagande_calendar.invitations.series_members import others_of
from atagande_plugin.mail.render import answer_address
from atagande_plugin.services import services


def rest_of(invitation: Invitation) -> Sequence[tuple[Invitation, str]]:
    """Return the person's other invitations in the series, each with its own address."""
    settings = services().settings
    return [
        (one, answer_address(settings, one).removeprefix(settings.base_url))
        for one in others_of(g.session, invitation, g.now)
    ]
