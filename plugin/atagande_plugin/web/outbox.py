"""Utskick: what was sent to whom, by which way, and what came of it.

The mails of a SIP are not here: the association's people may not see them. Secrets in links are
hidden, so that a page shown on a wall opens nothing.
"""

import re
from email import message_from_bytes, policy
from typing import Any

from flask import flash, g, redirect, render_template, request
from sqlalchemy import String, case, cast, func, literal_column, select
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
    "series_invitation": N_("Kallelse till serie"),
    "digest": N_("Dagens brev"),
    "ladder_letter": N_("Skrivelse"),
    "deviation_opened": N_("Avvikelse"),
    "contacts_confirm": N_("Bekräfta kontaktvägar"),
    "time_poll": N_("Fråga om tider"),
    "login_link": N_("Inloggningslänk"),
}
STATES = {
    OutboxState.QUEUED: N_("Väntar på att skickas"),
    OutboxState.SENT: N_("Skickat"),
    OutboxState.FAILED: N_("Misslyckades"),
    OutboxState.CANCELLED: N_("Behövdes inte längre"),
}
#: What came back counts as neither sent nor failed where people see it.
BOUNCED = "bounced"
SHOWN = {
    **{state.value: label for state, label in STATES.items()},
    BOUNCED: N_("Kom inte fram"),
}
_shown = case(
    # Not a parameter: PostgreSQL would not know it again in GROUP BY.
    (OutboxMessage.bounced_at.is_not(None), literal_column(f"'{BOUNCED}'", String)),
    else_=cast(OutboxMessage.state, String),
)
#: Stable code of a failure -> what it means and what to do.
FAULTS = {
    "obsolete": N_("Något ändrades innan brevet gick, så det skickades inte."),
    "smtp_connection": N_("E-postservern svarar inte. Kontrollera adressen till den."),
    "smtp_login": N_("E-postservern godtar inte inloggningen. Kontrollera lösenordet."),
    "smtp_550": N_("Mottagarens e-postserver säger att adressen inte finns. Kontrollera adressen."),
}
OTHER_FAULT = N_("E-postservern tog inte emot brevet (%(code)s).")
#: What a returned mail's status begins with -> what it means (RFC 3463 §3).
BOUNCES = {
    "5.1": N_("Mottagarens server säger att adressen inte finns. Kontrollera adressen."),
    "5.2": N_("Mottagarens brevlåda tar inte emot brev. Den kan vara full eller stängd."),
    "5.7": N_("Mottagarens server släpper inte igenom brev från oss. Hör med deras it-avdelning."),
}
OTHER_BOUNCE = N_("Brevet kom tillbaka från mottagarens server (%(code)s).")

_SECRET = re.compile(
    r"(/svara/|/rosta/|/logga-in/lank/|/bekrafta-kontakter/)[A-Za-z0-9._=-]+|(?<=\+)[a-z2-7]{32}(?=@)"
)


def fault_text(code: str) -> str:
    """Return a failure's code in words, with what to do."""
    if not code:
        return ""
    text: str = g.words.text(FAULTS.get(code, OTHER_FAULT), {"code": code})
    return text


def shown_state(message: OutboxMessage) -> str:
    """Return where a message is, as people see it: a key of `SHOWN`."""
    return BOUNCED if message.bounced_at is not None else message.state.value


def trouble(message: OutboxMessage) -> str:
    """Return in words why a message has not come through, with what to do; "" if nothing is."""
    if message.bounced_at is not None:
        code = message.bounce_code
        known = BOUNCES.get(code[:3], OTHER_BOUNCE)
        text: str = g.words.text(known, {"code": code})
        return text
    return "" if message.state is OutboxState.SENT else fault_text(message.last_error)


def hide_secrets(text: str) -> str:
    """Return a mail's text with the secrets of its links and addresses replaced by dots."""
    return _SECRET.sub(lambda match: f"{match[1] or ''}…", text)


def _mine() -> Any:
    return (
        OutboxMessage.association_id == g.me.association_id,
        OutboxMessage.kind.in_(KINDS),
    )


def counts() -> dict[str, int]:
    """Return how many of the association's messages are where, by keys of `SHOWN`."""
    rows = g.session.execute(
        select(_shown.label("shown"), func.count().label("number")).where(*_mine()).group_by(_shown)
    )
    return {row.shown: row.number for row in rows}


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
    if state in SHOWN:
        query = query.where(_shown == state)
    rows = g.session.execute(query).all()
    return render_template(
        "outbox/list.html",
        rows=rows[:PAGE],
        older=rows[PAGE - 1][0].id if len(rows) > PAGE else None,
        kinds=KINDS,
        states=SHOWN,
        shown_state=shown_state,
        counts=counts(),
        state=state,
        to_files=services().settings.smtp is None,
        trouble=trouble,
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
        # One that has been emptied has no recipient, and nothing to make it of.
        raw = rendered(services(), g.session, row) if row.recipient else b""
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
        state=SHOWN[shown_state(row)],
        fault=trouble(row),
        history=audit.history(g.session, g.me.association_id, "outbox", row.id),
    )


@section.route_for(
    "/utskick/<int:number>/igen", allow=ADMINISTRATOR, methods=("POST",), takes="signin.Nothing"
)
def again(number: int, form: Any) -> Any:  # noqa: ARG001 - the form has no fields
    """Put a message that failed or came back in the queue, the same bytes once more."""
    person = myself()
    requeue(g.session, message=_message(number), person=person, now=g.now)
    flash(g.words.text(N_("Brevet skickas igen.")), "success")
    return redirect(f"/utskick/{number}", 303)
