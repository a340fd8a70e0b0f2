"""Fetches the published calendars that are due, and keeps when their owners are busy.

1. Choose what is due and put it off for an hour, in a transaction of its own.
2. Fetch and read each without holding the database.
3. Keep each one's spans, or the code of what went wrong. No text of a calendar leaves step 2.
"""

from collections.abc import Mapping
from typing import Any

from atagande_calendar.common_time import calendars
from atagande_calendar.common_time.reading import read
from atagande_calendar.itip.foreign import Unreadable
from atagande_plugin.config import Settings
from atagande_plugin.fetching import Door, FetchFailed, fetch
from atagande_plugin.observability import log_crash
from atagande_plugin.services import Services


def door_of(settings: Settings) -> Door:
    """Return which addresses may be fetched; the demo's own machine only in the demo."""
    return Door(loopback=settings.demo)


def refresh(services: Services, door: Door | None = None) -> Mapping[str, Any]:
    """Fetch a round of calendars; return how many were read and how many failed."""
    through = door or door_of(services.settings)
    now = services.now()
    with services.writer() as session, session.begin():
        due = calendars.take_due(session, now)
    first, last = calendars.reads_from(now)
    done = {"read": 0, "failed": 0}
    for number, address, etag in due:
        code, busy, version = "", None, etag
        try:
            fetched = fetch(address, etag=etag, door=through)
            version = fetched.etag
            if fetched.text is not None:
                busy = read(fetched.text, first=first, last=last)
        except (FetchFailed, Unreadable) as error:
            code = error.code
        except Exception as error:  # noqa: BLE001 - one bad calendar must not stop the others
            log_crash(error)
            code = "crash"
        with services.writer() as session, session.begin():
            if code:
                calendars.keep_failed(session, number=number, code=code)
            else:
                calendars.keep_read(
                    session, number=number, busy=busy, etag=version, now=services.now()
                )
        done["failed" if code else "read"] += 1
    return done
