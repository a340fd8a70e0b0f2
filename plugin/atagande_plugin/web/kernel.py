"""How a request is handled: who, whether they may, what they sent, and one commit at the end.

Every route is declared through `Section.route_for` with who may reach it. The steps, in order:

1. Open a session (one that writes for a method that changes things).
2. Find out who it is. 3. Check the route's declared access.
4. For a method that changes things, the origin and the form's token; for all, personal numbers.
5. Read the input into its model. 6. Give a replayed request the answer it got the first time.
7. Run the handler, put the decisions it entered under their meeting (`web/at_meeting.py`), and
   commit. A refusal rolls everything back. A page declared `by_audit` is not made again for a
   browser that has it (`web/unchanged.py`).
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, g, make_response, redirect, request
from sqlalchemy.orm.exc import StaleDataError

from atagande_agreements.errors import Forbidden, NotFound, PersonalNumber, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_plugin import forms
from atagande_plugin.auth import identity
from atagande_plugin.auth.access import PUBLIC, Access
from atagande_plugin.services import services
from atagande_plugin.translation import LANGUAGES, words
from atagande_plugin.web import at_meeting, guard, replay, unchanged

Handler = Callable[..., Any]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SESSION_COOKIE = "atagande_session"


class SignInNeeded(Refused):
    """Nobody is signed in, and the route is not public."""

    code = "sign_in_needed"
    status = HTTPStatus.UNAUTHORIZED
    message = N_("Du behöver logga in för att se sidan.")
    next_step = N_("Logga in och försök igen.")


@dataclass(frozen=True, slots=True)
class Route:
    """What is declared about a route."""

    allow: Access
    #: Input model, "feature.Model", for methods that change things.
    takes: str | None = None
    #: Fields of the form that come as lists.
    lists: frozenset[str] = frozenset()
    #: Shows the form again when its input is refused: (errors, **address values) -> page.
    again: Handler | None = None
    #: The answer depends on nothing but the person and what the audit trail covers.
    by_audit: bool = False
    #: Bytes of a body, where a route takes files; None for what every other route takes.
    largest: int | None = None


class Section(Blueprint):
    """A blueprint whose routes can't be added without saying who may reach them."""

    def __init__(self, name: str, import_name: str, *, api: bool = False, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self.api = api
        self.routes: dict[str, Route] = {}

    def route_for(
        self, rule: str, *, allow: Access, methods: tuple[str, ...] = ("GET",), **declared: Any
    ) -> Callable[[Handler], Handler]:
        """Declare a route and who may reach it."""
        route = Route(allow=allow, **declared)

        def add(handler: Handler) -> Handler:
            endpoint = handler.__name__
            self.routes[f"{self.name}.{endpoint}"] = route
            view = functools.partial(_serve, self, route, handler)
            self.add_url_rule(rule, endpoint, view, methods=list(methods))
            return handler

        return add


def check_declared(app: Flask) -> None:
    """Stop the start if any route has not said who may reach it."""
    # Static files hold nothing of anyone's; every other route speaks for itself.
    declared: dict[str, Route] = {"static": Route(PUBLIC)}
    for blueprint in app.blueprints.values():
        if isinstance(blueprint, Section):
            declared |= blueprint.routes
    app.extensions["atagande.routes"] = declared
    missing = sorted(
        rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint not in declared
    )
    if missing:
        raise RuntimeError(f"routes without declared access: {', '.join(missing)}")


def choose_language(preferred: str | None = None) -> None:
    """Set the language of this request: the visitor's choice, the person's, the service's."""
    chosen = request.cookies.get("lang")
    if chosen not in LANGUAGES:
        chosen = preferred or services().settings.locale
    g.words = words(chosen)


def _identify(section: Section) -> None:
    """Find out who makes the request: by bearer token in the API, by cookie on pages."""
    now = services().now()
    g.now = now
    if section.api:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        g.me = identity.by_token(g.session, secret) if scheme.lower() == "bearer" else None
    else:
        secret = request.cookies.get(SESSION_COOKIE, "")
        g.me = identity.by_session(g.session, secret, now) if secret else None
    choose_language(g.me.language if g.me else None)


def _check_access(route: Route) -> None:
    if route.allow.public:
        return
    if g.me is None:
        raise SignInNeeded
    if not route.allow.allows(g.me.roles):
        refusal = Forbidden()
        if route.allow.why:
            refusal.message = route.allow.why
            refusal.next_step = N_("Du behöver inte göra något.")
        raise refusal


def _input(section: Section, route: Route) -> dict[str, Any]:
    """Return what came in, without the form's own hidden fields."""
    if section.api:
        return guard.json_object()
    hidden = (guard.TOKEN_FIELD, replay.KEY_FIELD)
    return {
        name: request.form.getlist(name) if name in route.lists else values[-1]
        for name, values in request.form.lists()
        if name not in hidden
    }


def _change(section: Section, route: Route, handler: Handler, values: dict[str, Any]) -> Response:
    """Carry out a method that changes things, once."""
    if not section.api:
        guard.check_origin()
        guard.check_token(g.me)
    guard.check_texts()
    known = replay.answer_to(g.session, g.me, api=section.api)
    if known is not None:
        return known
    if route.takes is not None:
        values = values | {"form": forms.read(route.takes, _input(section, route))}
    response = make_response(handler(**values))
    at_meeting.settle(values.get("form"))
    replay.keep(g.session, response)
    return response


def _page(route: Route, handler: Handler, values: dict[str, Any]) -> Response:
    def make() -> Response:
        return make_response(handler(**values))

    return unchanged.unless_changed(make) if route.by_audit else make()


def _serve(section: Section, route: Route, handler: Handler, **values: Any) -> Response:
    changes = request.method not in SAFE
    if route.largest is not None:
        request.max_content_length = route.largest
    factory = services().writer if changes else services().reader
    with factory() as session:
        g.session = session
        try:
            _identify(section)
            _check_access(route)
            if not changes:
                guard.check_texts()
                return _page(route, handler, values)
            response = _change(section, route, handler, values)
            session.commit()
        except StaleDataError:
            session.rollback()
            return _refused(section, route, Stale(), values)
        except Refused as refusal:
            session.rollback()
            return _refused(section, route, refusal, values)
        return response


def _refused(section: Section, route: Route, refusal: Refused, values: dict[str, Any]) -> Response:
    """Answer a refusal: the form again with its faults, or the page of the error."""
    if isinstance(refusal, SignInNeeded) and not section.api and request.method in SAFE:
        target = quote(guard.safe_next(request.full_path), safe="/")
        return make_response(redirect(f"/logga-in?next={target}"))
    if route.again is None or section.api or request.method in SAFE:
        raise refusal
    # The form is shown again only to someone who may see the page it stands on.
    if isinstance(refusal, (SignInNeeded, Forbidden, NotFound)) or refusal.code in guard.CODES:
        raise refusal
    # No page has such an address, and PostgreSQL can't look it up.
    if "\0" in request.path:
        raise refusal
    try:
        page = make_response(route.again(errors=error_texts(refusal), refusal=refusal, **values))
    except Refused:
        # Nothing to show it on. A personal number is refused as such wherever it is sent.
        if isinstance(refusal, PersonalNumber):
            raise refusal from None
        raise
    page.status_code = refusal.status
    return page


def unlisted(body: Any) -> Response:
    """Return a page that no search engine keeps: one that a secret in its address opens.

    The referrer stays on our own site by the service's policy. A stricter one would make
    browsers send a form without its origin, and it would be refused.
    """
    response = make_response(body)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def error_texts(refusal: Refused) -> dict[str, str]:
    """Return a refusal's words by field, in the request's language; "" is the whole form."""
    if isinstance(refusal, forms.BadInput):
        return {
            name: g.words.text(message, params or None)
            for name, (message, params) in refusal.fields.items()
        }
    text = g.words.text(refusal.message, refusal.params or None)
    step = g.words.text(refusal.next_step, refusal.params or None)
    return {refusal.field or "": f"{text} {step}"}
