"""Confirming contact points from a mail, without an account: the link's token is the key.

Mail scanners open links, so opening one changes nothing, however often.
"""

from typing import TYPE_CHECKING, Any

from flask import g, redirect, render_template

from atagande_agreements.civil_time import local_date
from atagande_agreements.contacts import queries, verbs
from atagande_agreements.contacts.reminders import Opened, is_spent, open_link
from atagande_agreements.errors import Refused, Stale
from atagande_plugin.auth.access import PUBLIC
from atagande_plugin.services import services
from atagande_plugin.web import kernel
from atagande_plugin.web.answer import shown_or
from atagande_plugin.web.contacts import tel

if TYPE_CHECKING:
    from atagande_plugin.forms.contacts import ConfirmByLink

section = kernel.Section("contacts_link", __name__)


def _open(token: str) -> Opened:
    """Return whose link it is, and speak that person's language."""
    opened = open_link(g.session, services().settings.secret_key, token, local_date(g.now))
    kernel.choose_language(opened.person.language)
    return opened


def _page(token: str, errors: dict[str, str] | None = None, refusal: Refused | None = None) -> Any:
    opened = _open(token)
    confirmed_on = queries.last_confirmed(g.session, opened.organisation.id)
    entries = queries.entries_of(g.session, opened.organisation.id)
    return kernel.unlisted(
        render_template(
            "contacts/link.html",
            token=token,
            opened=opened,
            entries=entries,
            confirmed_on=confirmed_on,
            spent=is_spent(confirmed_on, opened.asked),
            read=queries.seen(entries),
            stale=isinstance(refusal, Stale),
            tel=tel,
            errors=errors or {},
        )
    )


def _again(token: str, errors: dict[str, str], refusal: Refused) -> Any:
    with shown_or(refusal):
        return _page(token, errors, refusal)


@section.route_for("/bekrafta-kontakter/<token>", allow=PUBLIC)
def confirm_page(token: str) -> Any:
    """Show the entries, and ask if they are right."""
    return _page(token)


@section.route_for(
    "/bekrafta-kontakter/<token>",
    allow=PUBLIC,
    methods=("POST",),
    takes="contacts.ConfirmByLink",
    again=_again,
)
def confirm_link(token: str, form: "ConfirmByLink") -> Any:
    """Confirm the entries; once that has happened, the link changes nothing."""
    opened = _open(token)
    if not is_spent(queries.last_confirmed(g.session, opened.organisation.id), opened.asked):
        verbs.confirm(
            g.session,
            organisation=opened.organisation,
            person=opened.person,
            confirmed_on=local_date(g.now),
            read=form.read,
            now=g.now,
        )
    return redirect(f"/bekrafta-kontakter/{token}", 303)
