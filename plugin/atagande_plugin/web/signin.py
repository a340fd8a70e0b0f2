"""Signing in and out: the one-time link, and in the demo a role picker on loopback.

Each way of signing in is an `IdentityProvider`; the page lists those that are there.
"""

from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Response, flash, g, make_response, redirect, render_template, request
from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from atagande_agreements import audit
from atagande_agreements.errors import Forbidden, NotFound
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Person
from atagande_plugin.auth import identity, links
from atagande_plugin.auth.access import MEMBERS, PUBLIC
from atagande_plugin.auth.models import LoginSession
from atagande_plugin.services import services
from atagande_plugin.web import guard, kernel

section = kernel.Section("signin", __name__)


class IdentityProvider(Protocol):
    """A way to sign in. Entra ID and OpenID Connect are others of the same shape."""

    #: Template that shows it on the sign-in page.
    template: str

    def available(self) -> bool:
        """Tell whether it can be used in this service and from this request."""
        ...  # pragma: no cover

    def context(self) -> dict[str, Any]:
        """Return what its template shows."""
        ...  # pragma: no cover


class EmailLink:
    """A one-time link by mail: for everyone, whatever their organisation uses."""

    template = "signin/email_link.html"

    def available(self) -> bool:
        """Tell that it is always there."""
        return True

    def context(self) -> dict[str, Any]:
        """Return nothing; the form has one field."""
        return {}


class DemoPicker:
    """The demo's list of invented people; only in the demo and only from this machine."""

    template = "signin/demo_picker.html"

    def available(self) -> bool:
        """Tell whether this is the demo, asked from loopback under a loopback name."""
        host = urlsplit(request.host_url).hostname or ""
        named = host in {"localhost", "127.0.0.1", "::1"}
        return services().settings.demo and named and guard.from_this_machine()

    def context(self) -> dict[str, Any]:
        """Return the people to choose from."""
        people = g.session.scalars(
            select(Person)
            .where(Person.active)
            .options(
                joinedload(Person.organisation),
                joinedload(Person.unit),
                joinedload(Person.grants),
            )
            .order_by(Person.id)
        ).unique()
        return {
            "people": [one for one in people if one.grants],
            "role_labels": identity.ROLE_LABELS,
        }


PROVIDERS: tuple[IdentityProvider, ...] = (EmailLink(), DemoPicker())


def _signed_in(person: Person, target: str) -> Response:
    """Start a session for a person and go on to where they wanted."""
    secret = identity.start_session(g.session, person, g.now)
    response = make_response(redirect(guard.safe_next(target)))
    response.set_cookie(
        kernel.SESSION_COOKIE,
        secret,
        max_age=timedelta(hours=identity.SESSION_HOURS),
        httponly=True,
        secure=services().settings.secure,
        samesite="Lax",
    )
    return response


def _sign_in_page(errors: dict[str, str] | None = None, **_: Any) -> str:
    ways = [one for one in PROVIDERS if one.available()]
    context: dict[str, Any] = {}
    for way in ways:
        context |= way.context()
    return render_template(
        "signin/page.html",
        ways=[way.template for way in ways],
        errors=errors or {},
        email=request.form.get("email", ""),
        next=guard.safe_next(request.values.get("next", "/")),
        **context,
    )


@section.route_for("/logga-in", allow=PUBLIC)
def sign_in() -> Any:
    """Show the ways to sign in."""
    return redirect("/") if g.me else _sign_in_page()


@section.route_for(
    "/logga-in", allow=PUBLIC, methods=("POST",), takes="signin.AskForLink", again=_sign_in_page
)
def ask(form: Any) -> Any:
    """Send a link, and say the same whether the address is known or not."""
    settings = services().settings
    links.limit(g.session, settings.secret_key, form.email, request.remote_addr or "", g.now)
    links.ask_for_link(g.session, form.email, g.now)
    return render_template("signin/sent.html", minutes=links.LINK_MINUTES)


@section.route_for("/logga-in/lank/<token>", allow=PUBLIC)
def open_link(token: str) -> Any:
    """Show who the link is for; mail scanners open links, so this spends nothing."""
    link = links.find(g.session, services().settings.secret_key, token, g.now)
    return render_template("signin/confirm.html", person=link.person, token=token)


@section.route_for(
    "/logga-in/lank/<token>", allow=PUBLIC, methods=("POST",), takes="signin.Nothing"
)
def use_link(token: str, form: Any) -> Any:  # noqa: ARG001 - the form has no fields
    """Use the link up and sign in."""
    person = links.spend(g.session, services().settings.secret_key, token, g.now)
    return _signed_in(person, "/")


@section.route_for("/logga-in/demo", allow=PUBLIC, methods=("POST",), takes="signin.PickPerson")
def pick(form: Any) -> Any:
    """Sign in as one of the demo's invented people."""
    if not DemoPicker().available():
        raise Forbidden
    person = g.session.get(Person, form.person)
    if person is None or not person.active:
        raise NotFound
    audit.record(
        g.session,
        audit.Change(
            association_id=person.association_id,
            at=g.now,
            actor=audit.Actor.of(person),
            action="person.signed_in",
            object_type="person",
            object_id=person.id,
        ),
    )
    return _signed_in(person, form.next)


@section.route_for("/logga-ut", allow=MEMBERS, methods=("POST",), takes="signin.Nothing")
def sign_out(form: Any) -> Any:  # noqa: ARG001 - the form has no fields
    """End the session, on the server too."""
    g.session.execute(delete(LoginSession).where(LoginSession.secret_hash == g.me.secret_hash))
    flash(g.words.text(N_("Du är utloggad.")), "success")
    response = make_response(redirect("/logga-in"))
    response.delete_cookie(kernel.SESSION_COOKIE)
    # Pages that the browser kept for next time are not for whoever sits down next.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
