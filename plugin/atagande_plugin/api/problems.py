"""Errors of the API as problem details (RFC 9457)."""

import json
from datetime import UTC
from http import HTTPStatus

from flask import Response, g

from atagande_agreements.errors import Refused
from atagande_plugin.forms import BadInput


def problem(refusal: Refused, *, status: HTTPStatus | None = None) -> Response:
    """Return a refusal as application/problem+json, in the caller's language."""
    status = status or refusal.status
    body: dict[str, object] = {
        "type": f"urn:atagande:{refusal.code}",
        "title": g.words.text(refusal.message, refusal.params or None),
        "status": int(status),
        "code": refusal.code,
        "next_step": g.words.text(refusal.next_step, refusal.params or None),
    }
    if refusal.field:
        body["field"] = refusal.field
    if isinstance(refusal, BadInput):
        body["errors"] = {
            name: g.words.text(message, params or None)
            for name, (message, params) in refusal.fields.items()
        }
    free = getattr(refusal, "free", None)
    if free is not None:
        body["free"] = [start.astimezone(UTC).isoformat().replace("+00:00", "Z") for start in free]
    response = Response(
        json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json"
    )
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"  # RFC 6750 §3
    return response
