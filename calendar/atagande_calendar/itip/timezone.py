"""Europe/Stockholm as calendars need it written, and times in it.

The rules are spelled out by hand: Exchange reads a zone from RRULE and the hour of DTSTART, and
generated zones list every change as an RDATE. They hold from 1996, when the European Union's
states agreed on the last Sunday of October.
"""

from datetime import UTC, datetime

from atagande_agreements.civil_time import STOCKHOLM, require_aware

VTIMEZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Stockholm
X-LIC-LOCATION:Europe/Stockholm
BEGIN:DAYLIGHT
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")


def whole_second(moment: datetime) -> datetime:
    """Return `moment` in UTC without its microseconds, which calendars can't carry.

    Raises NaiveDatetime.
    """
    return require_aware(moment).replace(microsecond=0)


def is_ambiguous(local: datetime) -> bool:
    """Tell whether a time in Stockholm's zone is in the hour that comes twice in autumn."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def calendar_times(starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """Return (start, end) in Stockholm's time, or both in UTC if one would be ambiguous.

    Of the hour that comes twice in autumn, a local time with TZID means the first
    (RFC 5545, 3.3.5), but libical reads it as the second. In UTC there is one way to read it.
    """
    moments = [whole_second(moment) for moment in (starts_at, ends_at)]
    start, end = (moment.astimezone(STOCKHOLM) for moment in moments)
    if is_ambiguous(start) or is_ambiguous(end):
        start, end = moments
    return start, end


def calendar_time(moment: datetime) -> datetime:
    """Return one moment as `calendar_times` would."""
    return calendar_times(moment, moment)[0]


def utc_text(moment: datetime) -> str:
    """Return an aware `moment` as RFC 5545's UTC form, such as 20261201T120000Z."""
    return whole_second(moment).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
