"""What reading any calendar text that others have written has in common."""

import re
from datetime import timedelta

_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?"
)


class Unreadable(Exception):  # noqa: N818 - what the text is
    """The text can't be relied on; `code` says why and is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def duration(text: str) -> timedelta:
    """Read a DURATION (RFC 5545 §3.3.6); raise Unreadable for a negative one or none."""
    match = _DURATION.fullmatch(text.strip().upper())
    if match is None or match[1] == "-" or not any(match.groups()[1:]):
        raise Unreadable("unreadable")
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in match.groups()[1:])
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
