"""Spares making a page that the browser already has: ETag and 304 (RFC 9110 §13).

For routes declared `by_audit`, whose answer depends on nothing but its address, the person, the
date and what the audit trail covers. The trail's last hash comes with the person, in the query
that finds out who it is, so telling that nothing has changed costs no query of its own.
"""

import hashlib
from collections.abc import Callable
from http import HTTPStatus

from flask import Response, current_app, g, request, session

from atagande_agreements.civil_time import local_date

#: Kept by the browser alone, and never shown again without asking.
CACHING = "private, no-cache"


def _tag() -> str:
    """Return the tag of what the page would be now, for this person in this browser."""
    facts = (
        request.full_path,
        g.me.secret_hash,
        " ".join(sorted(g.me.roles)),
        g.me.audit_hash,
        g.words.language,
        request.cookies.get("theme", ""),
        local_date(g.now).isoformat(),
        current_app.jinja_env.globals["version"],
    )
    return hashlib.sha256("\x1f".join(map(str, facts)).encode()).hexdigest()[:32]


def unless_changed(make: Callable[[], Response]) -> Response:
    """Return the page that `make` makes, or 304 if the browser has it already."""
    if g.me is None or session.get("_flashes"):
        # A message is shown once; the page that carries it is not kept.
        return make()
    tag = _tag()
    if request.if_none_match.contains_weak(tag):
        response = Response(status=HTTPStatus.NOT_MODIFIED)
    else:
        response = make()
        if response.status_code != HTTPStatus.OK:
            return response
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = CACHING
    return response
