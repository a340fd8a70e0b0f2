"""Tells which changes to a meeting people must answer anew."""

import hashlib
import json

from atagande_calendar.itip.message import MeetingSnapshot
from atagande_calendar.itip.text import clean_text
from atagande_calendar.itip.timezone import utc_text


def significance_hash(snapshot: MeetingSnapshot) -> str:
    """Return a text that differs when start, end, place or status does, and only then.

    SEQUENCE rises when it differs from that of the last message sent, and answers are asked for
    again. Other words in the summary or the description don't count, nor other spacing in the
    place. The leading number is this rule's version, so that a stored hash can be told from one
    by a later rule. Source: RFC 5546, 2.1.4.
    """
    facts = [
        utc_text(snapshot.starts_at),
        utc_text(snapshot.ends_at),
        " ".join(clean_text(snapshot.location).split()),
        snapshot.status.value,
    ]
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    return f"1:{digest}"


def wording_hash(snapshot: MeetingSnapshot) -> str:
    """Return a text that differs when anything an invitation says does.

    A message is sent again when it differs from that of the last one, though SEQUENCE rises only
    by `significance_hash`.
    """
    facts = [
        significance_hash(snapshot),
        clean_text(snapshot.summary),
        clean_text(snapshot.location),
        *(clean_text(line) for line in snapshot.description),
    ]
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    return f"1:{digest}"
