"""Mail addresses and host names that every mail system and calendar reads the same way.

One rule for what is stored and for what is sent to: an address that is let in can be invited.
"""

import re

_LOCAL_PART = r"[A-Za-z0-9_+='~-]+(?:\.[A-Za-z0-9_+='~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ADDRESS = re.compile(rf"(?P<local>{_LOCAL_PART})@(?P<domain>{_LABEL}(?:\.{_LABEL})+)")
#: Greatest lengths in characters (RFC 5321, 4.5.3.1; RFC 3696, erratum 1690).
_LOCAL_LENGTH = 64
_HOST_LENGTH = 253
_ADDRESS_LENGTH = 254


def is_mail_address(text: str) -> bool:
    """Tell whether `text` is an address every mail system can take.

    Narrower than RFC 5321: ASCII, no quoted local part, no address literal, and none of the
    characters that mean something in a mailto URI (RFC 6068).
    """
    match = _ADDRESS.fullmatch(text)
    return (
        match is not None
        and len(text) <= _ADDRESS_LENGTH
        and len(match["local"]) <= _LOCAL_LENGTH
        and len(match["domain"]) <= _HOST_LENGTH
    )


def is_host(text: str) -> bool:
    """Tell whether `text` is a host name (RFC 1123, 2.1), with or without dots."""
    return len(text) <= _HOST_LENGTH and _HOST.fullmatch(text) is not None
