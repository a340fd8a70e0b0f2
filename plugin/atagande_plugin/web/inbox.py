"""Inkorg: mails that nothing could be made of, why, and what to do.

The text of a mail is never here; it is read in the mailbox. What is about a SIP is shown on the
SIP's page, to who keeps it, and never to the association's people.
"""

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, render_template, request
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from atagande_agreements.db import HIGHEST_ID
from atagande_agreements.errors import NotFound
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_calendar.invitations.models import Invitation
from atagande_plugin.auth.access import OPERATIONS
from atagande_plugin.mail.models import InboundMessage, Outcome
from atagande_plugin.mail.reasons import words_of
from atagande_plugin.mail.settling import settle
from atagande_plugin.services import services
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself

section = kernel.Section("inbox", __name__)

PAGE = 50
#: What the address asks for -> its label; the first is for no one in particular.
VIEWS = {"": N_("Att läsa"), "klara": N_("Klara"), "alla": N_("Alla brev")}
WAITING = and_(InboundMessage.outcome == Outcome.QUARANTINED, InboundMessage.settled_at.is_(None))


def seen() -> ColumnElement[bool]:
    """Tell which mails the person of this request sees.

    An administrator: the association's, but those about a SIP. Operations: those of which nobody
    knows whose they are.
    """
    mine: list[ColumnElement[bool]] = []
    if g.me.has(Role.ADMINISTRATOR):
        mine.append(
            and_(
                InboundMessage.association_id == g.me.association_id,
                InboundMessage.private.is_(False),
            )
        )
    if g.me.has(Role.OPERATIONS):
        mine.append(InboundMessage.association_id.is_(None))
    return or_(*mine)


def _of_view(view: str) -> list[ColumnElement[bool]]:
    if view == "alla":
        return []
    if view == "klara":
        return [InboundMessage.settled_at.is_not(None)]
    return [WAITING]


@section.route_for("/inkorg", allow=OPERATIONS)
def inbox() -> str:
    """Show what waits to be read by someone, newest first."""
    view = request.args.get("visa", "")
    view = view if view in VIEWS else ""
    before = request.args.get("fore", type=int)
    query = (
        select(InboundMessage)
        .where(seen(), *_of_view(view))
        .options(joinedload(InboundMessage.invitation).joinedload(Invitation.meeting))
        .order_by(InboundMessage.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(InboundMessage.id < min(before, HIGHEST_ID))
    rows = g.session.scalars(query).all()
    return render_template(
        "inbox/list.html",
        rows=rows[:PAGE],
        older=rows[PAGE - 1].id if len(rows) > PAGE else None,
        waiting=g.session.scalar(
            select(func.count()).select_from(InboundMessage).where(seen(), WAITING)
        ),
        views=VIEWS,
        view=view,
        words_of=words_of,
        reads_mail=services().settings.reads_mail,
    )


@section.route_for(
    "/inkorg/<int:number>/klar", allow=OPERATIONS, methods=("POST",), takes="signin.Nothing"
)
def seen_to(number: int, form: Any) -> Any:  # noqa: ARG001 - the form has no fields
    """Note that a mail has been read and seen to."""
    row = g.session.scalar(select(InboundMessage).where(InboundMessage.id == number, seen()))
    if row is None:
        raise NotFound
    settle(g.session, row=row, person=myself(), now=g.now)
    flash(g.words.text(N_("Brevet är klart.")), "success")
    return redirect("/inkorg", 303)


def waiting_of(meeting_id: int) -> Sequence[InboundMessage]:
    """Return the mails about one meeting that wait to be read."""
    found: Sequence[InboundMessage] = g.session.scalars(
        select(InboundMessage)
        .join(InboundMessage.invitation)
        .where(Invitation.meeting_id == meeting_id, WAITING)
        .order_by(InboundMessage.id)
    ).all()
    return found
