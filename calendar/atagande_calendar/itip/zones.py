"""Time zones of calendars that others write: by standard name, Outlook's name, or offsets."""

import re
from collections.abc import Sequence
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from atagande_agreements.civil_time import STOCKHOLM

_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?")
_NAME = re.compile(r"[A-Za-z0-9_+-]{1,30}(?:/[A-Za-z0-9_+-]{1,30}){0,2}")
#: What Outlook calls the zones of this part of the world.
_OUTLOOK = {
    "W. Europe Standard Time": "Europe/Stockholm",
    "Central Europe Standard Time": "Europe/Stockholm",
    "Central European Standard Time": "Europe/Stockholm",
    "Romance Standard Time": "Europe/Stockholm",
    "FLE Standard Time": "Europe/Helsinki",
    "GMT Standard Time": "Europe/London",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "UTC": "UTC",
}
#: (standard, daylight) in minutes -> a zone whose clocks do the same by the union's directive.
_BY_OFFSETS = {
    (0, 60): "Europe/London",
    (60, 120): "Europe/Stockholm",
    (120, 180): "Europe/Helsinki",
}


class UnknownZone(ValueError):  # noqa: N818 - what it is
    """A zone that is neither named nor described in a way that is understood."""


def _minutes(text: str) -> int:
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        raise UnknownZone
    minutes = int(match[2]) * 60 + int(match[3])
    return -minutes if match[1] == "-" else minutes


class Zones:
    """The zones of one calendar."""

    def __init__(self) -> None:
        self._described: dict[str, tuple[Sequence[str], Sequence[str]]] = {}

    def define(self, name: str, standard: Sequence[str], daylight: Sequence[str]) -> None:
        """Note what a VTIMEZONE says of its offsets; it counts only where the name is unknown."""
        self._described[name] = (standard, daylight)

    def zone(self, name: str) -> tzinfo:
        """Return the zone that a TZID names; raise UnknownZone. "" is Stockholm's."""
        if not name:
            return STOCKHOLM
        known = _OUTLOOK.get(name) or _standard_name(name)
        if known:
            try:
                return ZoneInfo(known)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                pass
        return self._by_offsets(name)

    def _by_offsets(self, name: str) -> tzinfo:
        if name not in self._described:
            raise UnknownZone
        standard, daylight = self._described[name]
        if not standard:
            raise UnknownZone
        winter = _minutes(standard[-1])
        if not daylight or _minutes(daylight[-1]) == winter:
            return timezone(timedelta(minutes=winter))
        same = _BY_OFFSETS.get((winter, _minutes(daylight[-1])))
        if same is None:
            raise UnknownZone
        return ZoneInfo(same)


def _standard_name(name: str) -> str:
    """Return the name of the standard's database, also from a vendor's longer one; "" if none."""
    tail = "/".join(name.strip("/").split("/")[-2:]) if name.startswith("/") else name
    return tail if _NAME.fullmatch(tail) else ""
