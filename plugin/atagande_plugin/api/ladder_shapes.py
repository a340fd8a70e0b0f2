"""What the API answers about the ladder."""

from datetime import date

from atagande_agreements.ladder.models import Rung
from atagande_plugin.api.shapes import Shape


class LadderStep(Shape):
    """How a step of the ladder stands today."""

    rung: Rung
    is_used: bool
    #: Calendar days; null when nobody has decided.
    days: int | None
    #: The group's own words in the step's letter; "" for the usual ones.
    text: str
    paragraph: str
    decided_on: date | None


class LadderSteps(Shape):
    """Every step, from the bottom."""

    items: list[LadderStep]
