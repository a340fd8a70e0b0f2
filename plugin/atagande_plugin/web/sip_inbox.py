"""Mails about a SIP that nothing could be made of, for who keeps the SIP and nobody else."""

from typing import Any

from flask import flash, g, redirect
from sqlalchemy import select

from atagande_agreements.errors import NotFound
from atagande_agreements.i18n import N_
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.sip import queries
from atagande_calendar.sip.after import keeps
from atagande_plugin.auth.access import CONVENER
from atagande_plugin.mail.models import InboundMessage
from atagande_plugin.mail.settling import settle
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.sip import seeing

section = kernel.Section("sip_inbox", __name__)


@section.route_for(
    "/sip/<int:number>/brev/<int:mail>/klar",
    allow=CONVENER,
    methods=("POST",),
    takes="signin.Nothing",
)
def sip_mail_seen_to(number: int, mail: int, form: Any) -> Any:  # noqa: ARG001 - the form has no fields
    """Note that a mail about a booking has been read and seen to."""
    sip, person = queries.one(g.session, g.me.association_id, number, **seeing()), myself()
    if sip is None or not keeps(sip, person):
        raise NotFound
    row = g.session.scalar(
        select(InboundMessage)
        .join(InboundMessage.invitation)
        .where(InboundMessage.id == mail, Invitation.meeting_id == sip.meeting_id)
    )
    if row is None:
        raise NotFound
    settle(g.session, row=row, person=person, now=g.now)
    flash(g.words.text(N_("Brevet är klart.")), "success")
    return redirect(f"/sip/{number}", 303)
