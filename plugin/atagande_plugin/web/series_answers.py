"""Answering the other meetings of a recurring event, from the link to one of them."""

from contextlib import suppress
from typing import Any

from flask import flash, g, redirect

from atagande_agreements.i18n import N_
from atagande_calendar.invitations.errors import NeedsReplacement
from atagande_calendar.invitations.models import AnswerWay, Partstat
from atagande_calendar.invitations.series_members import others_of
from atagande_calendar.invitations.verbs import answer
from atagande_plugin.auth.access import PUBLIC
from atagande_plugin.web import kernel
from atagande_plugin.web.answer import open_invitation

section = kernel.Section("series_answers", __name__)


@section.route_for("/svara/<token>/serien", allow=PUBLIC, methods=("POST",))
def answer_rest(token: str) -> Any:
    """Give the same answer to all meetings of the series that have none yet."""
    invitation = open_invitation(token)
    answered = 0
    if invitation.partstat is not Partstat.NEEDS_ACTION:
        for one in others_of(g.session, invitation, g.now):
            if one.partstat is not Partstat.NEEDS_ACTION:
                continue
            # A no that asks for another time says nothing of the other meetings.
            with suppress(NeedsReplacement):
                answered += answer(
                    g.session,
                    invitation=one,
                    partstat=invitation.partstat,
                    stand_in=invitation.stand_in,
                    way=AnswerWay.LINK,
                    now=g.now,
                    whole_series=True,
                )
    text = g.words.plural(
        "Tack. Samma svar är sparat för %(num)s möte till.",
        "Tack. Samma svar är sparat för %(num)s möten till.",
        answered,
    )
    flash(text if answered else g.words.text(N_("Inget möte var kvar att svara på.")), "success")
    return redirect(f"/svara/{token}/tack", 303)
