"""Utskick: what was sent to whom, by which way, and what came of it.

The mails of a SIP are not here: the association's people may not see them. Secrets in links are
hidden, so that a page shown on a wall opens nothing.
"""

import re
from email import message_from_bytes, policy
from typing import Any

from flask import flash, g, redirect, render_template, request
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from atagande_agreements import audit
from atagande_agreements.db import HIGHEST_ID
from atagande_agreements.errors import NotFound
from atagande_agreements.i18n import N_
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.outbox.verbs import requeue
from atagande_agreements.parties.models import Person
from atagande_plugin.auth.access import ADMINISTRATOR
from atagande_plugin.mail.render import Obsolete
from atagande_plugin.outbox.delivery import rendered
from atagande_plugin.services import services
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself

section = kernel.Section("outbox", __name__)

PAGE = 50
#: Kinds that the association's people may see.
KINDS = {
    "invitation": N_("Kallelse"),
    "deviation_opened": N_("Avvikelse"),
    "contacts_confirm": N_("Bekräfta kontaktvägar"),
    "login_link": N_("Inloggningslänk"),
}
STATES = {
    OutboxState.QUEUED: N_("Väntar på att skickas"),
    OutboxState.SENT: N_("Skickat"),
    OutboxState.FAILED: N_("Misslyckades"),
    OutboxState.CANCELLED: N_("Behövdes inte längre"),
}
#: Stable code of a failure -> what it means and what to do.
FAULTS = {
    "smtp_connection": N_("E-postservern svarar inte. Kontrollera adressen till den."),
    "smtp_login": N_("E-postservern godtar inte inloggningen. Kontrollera lösenordet."),
    "smtp_550": N_("Mottagarens e-postserver säger att adressen inte finns. Kontrollera adressen."),
}
OTHER_FAULT = N_("E-postservern tog inte emot brevet (%(code)s).")

_SECRET = re.compile(
    r"(/svara/|/logga-in/lank/|/bekrafta-kontakter/)[A-Za-z0-9._=-]+|(?<=\+)[a-z2-7]{32}(?=@)"
)


def fault_text(code: str) -> str:
    """Return a failure's code in words, with what to do."""
    if not code:
        return ""
    text: str = g.words.text(FAULTS.get(code, OTHER_FAULT), {"code": code})
    return text


def hide_secrets(text: str) -> str:
    """Return a mail's text with the secrets of its links and addresses replaced by dots."""
    return _SECRET.sub(lambda match: f"{match[1] or ''}…", text)


def _mine() -> Any:
    return (
        OutboxMessage.association_id == g.me.association_id,
        OutboxMessage.kind.in_(KINDS),
    )


@section.route_for("/utskick", allow=ADMINISTRATOR)
def messages() -> str:
    """Show what was sent, newest first, fifty at a time."""
    before = request.args.get("fore", type=int)
    state = request.args.get("visa", "")
    recipient = aliased(Person)
    query = (
        select(OutboxMessage, recipient.name)
        .outerjoin(recipient, recipient.id == OutboxMessage.person_id)
        .where(*_mine())
        .order_by(OutboxMessage.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(OutboxMessage.id < min(before, HIGHEST_ID))
    if state in set(OutboxState):
        query = query.where(OutboxMessage.state == OutboxState(state))
    rows = g.session.execute(query).all()
    counts = {
        row.state: row.number
        for row in g.session.execute(
            select(OutboxMessage.state, func.count().label("number"))
            .where(*_mine())
            .group_by(OutboxMessage.state)
        )
    }
    return render_template(
        "outbox/list.html",
        rows=rows[:PAGE],
        older=rows[PAGE - 1][0].id if len(rows) > PAGE else None,
        kinds=KINDS,
        states=STATES,
        counts=counts,
        state=state,
        to_files=services().settings.smtp is None,
        fault_text=fault_text,
    )


def _message(number: int) -> OutboxMessage:
    message = g.session.scalar(select(OutboxMessage).where(OutboxMessage.id == number, *_mine()))
    if message is None:
        raise NotFound
    found: OutboxMessage = message
    return found


@section.route_for("/utskick/<int:number>", allow=ADMINISTRATOR)
def message(number: int) -> str:
    """Show one message as its receiver sees it."""
    row = _message(number)
    subject = body = ""
    try:
        raw = rendered(services(), g.session, row)
    except Obsolete:
        pass
    else:
        mail = message_from_bytes(raw, policy=policy.default)
        part = mail.get_body(("plain",))
        subject = str(mail["Subject"])
        body = hide_secrets(part.get_content() if part else "")
    person = g.session.get(Person, row.person_id) if row.person_id else None
    return render_template(
        "outbox/message.html",
        message=row,
        person=person,
        subject=subject,
        body=body,
        sender=services().settings.mail_from,
        kind=KINDS[row.kind],
        state=STATES[row.state],
        fault=fault_text(row.last_error),
        history=audit.history(g.session, g.me.association_id, "outbox", row.id),
    )


@section.route_for(
    "/utskick/<int:number>/igen", allow=ADMINISTRATOR, methods=("POST",), takes="signin.Nothing"
)
def again(number: int, form: Any) -> Any:  # noqa: ARG001 - the form has no fields
    """Put a failed message back in the queue, the same bytes with the same identity."""
    person = myself()
    requeue(g.session, message=_message(number), person=person, now=g.now)
    flash(g.words.text(N_("Brevet skickas igen.")), "success")
    return redirect(f"/utskick/{number}", 303)
