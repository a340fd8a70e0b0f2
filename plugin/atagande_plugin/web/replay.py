"""Gives a request that is sent twice the answer it got the first time, and does nothing more."""

import hashlib
from http import HTTPStatus

from flask import Response, g, request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_
from atagande_plugin.auth.identity import Me
from atagande_plugin.auth.models import HandledRequest

KEY_FIELD = "form_key"
HEADER = "Idempotency-Key"
_LONGEST = 80


class KeyMissing(Refused):
    """A POST to the API without an Idempotency-Key."""

    code = "idempotency_key_missing"
    status = HTTPStatus.BAD_REQUEST
    message = N_("Anropet saknar rubriken Idempotency-Key.")
    next_step = N_("Skicka en egen nyckel, till exempel ett UUID, högst 80 tecken.")


class KeyReused(Refused):
    """The same key came with another request."""

    code = "idempotency_key_reused"
    status = HTTPStatus.CONFLICT
    message = N_("Nyckeln har redan använts för ett annat anrop.")
    next_step = N_("Använd en ny nyckel för ett nytt anrop.")


def _key(*, api: bool) -> str:
    if not api:
        return request.form.get(KEY_FIELD, "")[:_LONGEST]
    key = request.headers.get(HEADER, "").strip()
    if request.method == "POST" and not 0 < len(key) <= _LONGEST:
        raise KeyMissing
    return key


def _fingerprint() -> str:
    fields = sorted(
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name != "csrf_token"
    )
    body = request.get_data() if request.is_json else repr(fields).encode()
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + body).hexdigest()


def answer_to(session: Session, me: Me | None, *, api: bool) -> Response | None:
    """Return the kept answer of a replayed request, or claim its key and return None.

    The claim is a row in the request's own transaction: a second one at the same moment waits
    for the first and then finds its answer.
    """
    key = _key(api=api)
    if not key or me is None:
        return None
    scope = f"person:{me.person_id}"
    claim = HandledRequest(scope=scope, key=key, fingerprint=_fingerprint(), status=0, at=g.now)
    try:
        with session.begin_nested():
            session.add(claim)
            session.flush()
    except IntegrityError:
        known = session.scalars(
            select(HandledRequest).where(HandledRequest.scope == scope, HandledRequest.key == key)
        ).one()
        if known.fingerprint != _fingerprint():
            raise KeyReused from None
        response = Response(known.body, known.status, content_type=known.content_type)
        if known.location:
            response.headers["Location"] = known.location
        return response
    g.claim = claim
    return None


def keep(session: Session, response: Response) -> None:
    """Keep the answer with the claim that `answer_to` made, in the same transaction."""
    claim: HandledRequest | None = g.pop("claim", None)
    if claim is None:
        return
    claim.status = response.status_code
    claim.location = response.headers.get("Location", "")[:500]
    claim.content_type = response.content_type
    claim.body = response.get_data()
    session.flush()
