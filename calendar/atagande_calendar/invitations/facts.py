"""What a message's frozen facts say of one invitation's meeting."""

from collections.abc import Mapping
from typing import Any


def said_of(facts: Mapping[str, Any], invitation_id: int) -> dict[str, Any]:
    """Return the facts of one meeting out of a message's, which may be about a whole series.

    `starts_at`, `minutes`, `title`, `place` and `agenda` are then those of that occurrence, and
    `before` and `answer_anew` are about it alone.
    """
    found = dict(facts)
    if "series" not in facts:
        return found
    for one in (*facts.get("occurrences", ()), *facts.get("gone", ())):
        if one["invitation"] == invitation_id:
            found |= one
    found["answer_anew"] = invitation_id in facts["anew"]
    if before := facts.get("earlier", {}).get(str(invitation_id)):
        found["before"] = before
    return found
