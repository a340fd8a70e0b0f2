"""What the API answers about how long records are kept."""

from datetime import date

from atagande_agreements.retention.rules import Moment as CountedFrom
from atagande_plugin.api.shapes import Moment, Shape


class RetentionLine(Shape):
    """A kind of record with its rule. Numbers of cases are null."""

    kind: str
    name: str
    #: Months it is kept, counted from `counted_from`; null: for ever.
    months: int | None
    counted_from: CountedFrom
    #: False while it is only proposed: then nothing goes.
    decided: bool
    paragraph: str | None
    valid_from: date | None
    #: Nothing goes through this day, by decision.
    held_until: date | None
    #: When something goes next, by the rule or else by the proposal.
    next_on: date | None
    next_number: int | None
    #: How many have gone, and when last.
    removed: int | None
    last_at: Moment | None


class KeptLine(Shape):
    """Records that are kept for ever."""

    key: str
    name: str


class Retention(Shape):
    """Every kind of record."""

    items: list[RetentionLine]
    kept: list[KeptLine]
