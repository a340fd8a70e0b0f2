"""Tells whether our own mail server vouched for a mail's sender (RFC 8601, RFC 7489). Pure.

Anybody can write an Authentication-Results header, so only the topmost one that bears our own
server's name counts; the server takes away those that came with the mail and bear its name.
"""

import re
from collections.abc import Sequence

_LONGEST = 8_000
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_RESULT = re.compile(r"dmarc\s*=\s*([a-z]+)\b(.*)", re.DOTALL)
_FROM = re.compile(r"header\.from\s*=\s*(\S+)")


def _without_comments(text: str) -> str:
    """Return a header without its comments, which may hold anything and nest (RFC 5322 §3.2.2)."""
    kept: list[str] = []
    depth, escaped = 0, False
    for character in text:
        if escaped:
            escaped = False
            if depth == 0:
                kept.append(character)
        elif character == "\\":
            escaped = True
        elif character == "(":
            depth += 1
        elif character == ")":
            depth = max(depth - 1, 0)
        elif depth == 0:
            kept.append(character)
    return "".join(kept)


def is_vouched(headers: Sequence[str], *, server: str, sender: str) -> bool:
    """Tell whether `server` says dmarc=pass for the domain of the address `sender`.

    `headers` are the values of Authentication-Results from the top down; `server` is the
    authserv-id of our own mail server, "" if none is trusted.
    """
    if not server or not sender:
        return False
    for header in headers:
        text = _without_comments(_QUOTED.sub('""', header[:_LONGEST])).lower()
        name, *results = (part.strip() for part in text.split(";"))
        if name.split(" ")[0].split("\t")[0] != server.lower():
            continue
        return any(_passes(result, sender.rpartition("@")[2]) for result in results)
    return False


def _passes(result: str, domain: str) -> bool:
    match = _RESULT.fullmatch(result)
    if match is None or match[1] != "pass":
        return False
    told = _FROM.search(match[2])
    return told is None or told[1].strip('"') == domain
