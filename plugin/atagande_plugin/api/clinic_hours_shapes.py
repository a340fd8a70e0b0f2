"""What the API answers about a clinic's hours and holds. Clocks and dates are Stockholm's."""

from datetime import date

from atagande_plugin.api.shapes import Moment, Shape


class HoursLine(Shape):
    """Hours of every week in which a clinic offers slots."""

    id: int
    #: Monday is 0.
    weekday: int
    #: Such as "09:00".
    opens: str
    closes: str
    valid_from: date
    #: None until further notice.
    valid_to: date | None


class ClosureLine(Shape):
    """Days without slots."""

    id: int
    first_on: date
    last_on: date


class ClinicOpening(Shape):
    """What applies at a clinic now or later; `version` goes into the next edit."""

    unit: str
    version: int
    hours: list[HoursLine]
    closures: list[ClosureLine]


class HeldSlot(Shape):
    """A slot that is the caller's to book until `held_until`."""

    unit: str
    starts_at: Moment
    minutes: int
    held_until: Moment


class LetGo(Shape):
    """Whether there was a hold to give back."""

    unit: str
    released: bool
