"""What stands between a request and its handler: origin, form token, forbidden texts."""

import hashlib
import hmac
from collections.abc import Iterator
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlsplit

from flask import request
from werkzeug.exceptions import BadRequest

from atagande_agreements.errors import PersonalNumber, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.privacy import find_personal_number
from atagande_plugin.auth.identity import Me
from atagande_plugin.services import services

TOKEN_FIELD = "csrf_token"  # noqa: S105 - the field's name


class ForeignForm(Refused):
    """A form sent from another site (cross-site request forgery)."""

    code = "foreign_form"
    status = HTTPStatus.BAD_REQUEST
    message = N_("Formuläret kom inte från Åtagandes egen sida, så inget har ändrats.")
    next_step = N_("Öppna sidan på nytt och skicka därifrån.")


class OldForm(Refused):
    """The form's token belongs to another session, usually one that has ended."""

    code = "old_form"
    status = HTTPStatus.BAD_REQUEST
    message = N_("Formuläret är från en tidigare inloggning, så inget har ändrats.")
    next_step = N_("Gå tillbaka, ladda om sidan och skicka igen.")


class NoObject(Refused):
    """The body of an API request is no JSON object."""

    code = "json"
    status = HTTPStatus.BAD_REQUEST
    message = N_("Anropet ska ha ett JSON-objekt.")
    next_step = N_("Skicka Content-Type: application/json och ett objekt.")


class NulCharacter(Refused):
    """The character NUL, which PostgreSQL keeps in no text."""

    code = "nul_character"
    message = N_("Texten innehåller ett tecken som inte går att spara.")
    next_step = N_("Ta bort styrtecken ur texten och skicka igen.")


#: Refusals that concern the form as such; the page is not shown again with them.
CODES = frozenset({ForeignForm.code, OldForm.code})


def from_this_machine() -> bool:
    """Tell whether a request was made on this machine, and not passed on by a proxy on it."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def safe_next(target: str) -> str:
    """Return a path of our own to go to, quoted; "/" for anything else.

    What it returned once it returns unchanged, since an address passes here at every step.
    """
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    if (
        parts.scheme
        or parts.netloc
        or not target.startswith("/")
        or target.startswith(("//", "/\\"))
    ):
        return "/"
    return quote(target.rstrip("?"), safe="/?=&%")


def check_origin() -> None:
    """Refuse a change that a browser says comes from elsewhere (Fetch Metadata, RFC 6454)."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise ForeignForm
    origin = request.headers.get("Origin")
    if origin is not None and origin not in {request.host_url.rstrip("/"), _our_origin()}:
        raise ForeignForm


def _our_origin() -> str:
    base = urlsplit(services().settings.base_url)
    return f"{base.scheme}://{base.netloc}"


def form_token(me: Me | None) -> str:
    """Return the token that a signed-in person's forms carry; "" for a visitor."""
    if me is None:
        return ""
    key = services().settings.secret_key
    return hmac.new(key, f"form:{me.secret_hash}".encode(), hashlib.sha256).hexdigest()


def check_token(me: Me | None) -> None:
    """Refuse a signed-in person's form without the token of their session."""
    if me is None:
        return
    given = request.form.get(TOKEN_FIELD, "") or request.headers.get("X-CSRF-Token", "")
    if not hmac.compare_digest(given.encode(), form_token(me).encode()):
        raise OldForm


def json_object() -> dict[str, Any]:
    """Return the body as a JSON object; raise NoObject otherwise."""
    try:
        body = request.get_json()
    except BadRequest as error:
        raise NoObject from error
    except Exception as error:
        if getattr(error, "code", None) == HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
            raise NoObject from error
        raise
    if not isinstance(body, dict):
        raise NoObject
    return body


def _texts(value: object, field: str) -> Iterator[tuple[str, str]]:
    """Yield (field, text) for every text and number in a JSON value, keys included."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield field or str(key), str(key)
            yield from _texts(inner, field or str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, field)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield field, str(value)


def _incoming() -> Iterator[tuple[str, str]]:
    for source in (request.args, request.form):
        for name, values in source.lists():
            yield name, name
            for value in values:
                yield name, value
    yield "", request.headers.get("Idempotency-Key", "")
    for name, part in (request.view_args or {}).items():
        yield name, str(part)
    if request.is_json:
        yield from _texts(request.get_json(silent=True), "")


def check_texts() -> None:
    """Refuse what may stand in no text of a request, before anything is stored.

    Raises PersonalNumber for what looks like one, NulCharacter, and NoObject for JSON that is
    nested deeper than it can be read.
    """
    try:
        for field, text in _incoming():
            if "\0" in text:
                raise NulCharacter(field=field.replace("\0", ""))
            if find_personal_number(text) is not None:
                raise PersonalNumber(field=field if find_personal_number(field) is None else "")
    except RecursionError as error:
        raise NoObject from error
