"""Addresses of texts that are kept elsewhere."""

import re
from urllib.parse import urlsplit

from atagande_agreements.documents.errors import BadLink

_LONGEST = 500
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)


def https_address(text: str, *, field: str = "link") -> str:
    """Return a full https address as it is written; raise BadLink for anything else.

    Nothing that runs (`javascript:`), no name or password in it, and no port that isn't a number.
    """
    address = text.strip()
    try:
        parts = urlsplit(address)
        host, port, secret = parts.hostname or "", parts.port, parts.username or parts.password
    except ValueError as error:
        raise BadLink(field=field) from error
    printable = address.isprintable() and not re.search(r"[\s<>\"\\]", address)
    plain = parts.scheme == "https" and _HOST.fullmatch(_ascii(host)) and not secret and port != 0
    # As it is written, since the database asks for the scheme in lower case.
    if not (printable and plain and len(address) <= _LONGEST and address.startswith("https://")):
        raise BadLink(field=field)
    return address


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""
