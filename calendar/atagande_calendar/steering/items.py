"""The items of an agenda: plain values, each with the topic it stands under."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Topic(StrEnum):
    """What an item is about, in the order of the agenda."""

    #: The party has replied.
    DEVIATION = "deviation"
    #: Its time for a reply is over, or it is waited for (`Item.ahead`).
    LATE_REPLY = "late_reply"
    MEASURE_DONE = "measure_done"
    LATE_MEASURE = "late_measure"
    #: It has come up the ladder to the group's table.
    LADDER = "ladder"
    #: Evidence came, and it was none.
    WITHDRAWN = "withdrawn"
    PARAMETER = "parameter"
    #: A document is decided to be updated, and not published yet.
    DOCUMENT = "document"
    SIGNATURES = "signatures"
    ISSUE = "issue"
    OWN = "own"


OF_DEVIATIONS = frozenset(
    {Topic.DEVIATION, Topic.LATE_REPLY, Topic.MEASURE_DONE, Topic.LATE_MEASURE, Topic.LADDER}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of an agenda: plain values, so that minutes can keep it as it was."""

    topic: Topic
    #: What it is and its number or key: "deviation:12", "parameter:answer_days".
    key: str
    #: Its short name: "A-12", "P3, K4".
    name: str = ""
    title: str = ""
    title_en: str = ""
    #: What the party was called when it happened.
    party: str = ""
    #: Where it is read.
    link: str = ""
    #: What it says itself: a measure, an issue, an own item.
    text: str = ""
    #: The date that its words need: last day of a reply or a measure, when it came.
    day: date | None = None
    #: The day above has not been yet.
    ahead: bool = False
    #: It has a day, which would tell when one person's case was: it is not said here.
    is_case: bool = False
    contested: bool = False
    #: How far up the ladder it has come; "" for what has no ladder.
    rung: str = ""
    #: Names of the deviations that are decided together with it.
    others: tuple[str, ...] = ()
    number: int = 0

    def plain(self) -> dict[str, Any]:
        """Return it as what json can write."""
        values = asdict(self)
        return values | {"day": self.day.isoformat() if self.day else None}


def of_plain(values: Mapping[str, Any]) -> Item:
    """Return an item from what `Item.plain` gave."""
    day = date.fromisoformat(values["day"]) if values["day"] else None
    read = {"topic": Topic(values["topic"]), "day": day, "others": tuple(values["others"])}
    return Item(**{**values, **read})
