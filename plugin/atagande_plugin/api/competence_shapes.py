"""What the API answers with about competence: counts, never names."""

from datetime import date

from atagande_agreements.commitments.models import Status
from atagande_plugin.api.shapes import Moment, Party, Shape


class TrainedLine(Shape):
    """How many people were trained on one day."""

    trained_on: date
    people: int


class Report(Shape):
    """A report. Of a half-year's reports the one with the latest `as_of` counts."""

    id: int
    #: What a new report of the same place is sent with.
    place: str
    party: Party
    subject: str
    #: Send it back as `version` with the report that replaces this one.
    number: int
    as_of: date
    staff: int
    trained: list[TrainedLine]
    reported_at: Moment


class ReportList(Shape):
    """Reports of the caller's own places."""

    items: list[Report]
    next: int | None


class PlaceShare(Shape):
    """How one unit stands today; null where it is not reported or not decided."""

    place: str
    party: Party
    staff: int | None
    valid: int | None
    #: Percent, rounded down.
    share: int | None
    as_of: date | None
    #: Number of the newest report, 0 for none.
    version: int
    #: Trainings that run out within 90 days, by their last valid day.
    soon: list[TrainedLine]


class Share(Shape):
    """How a party stands in one commitment."""

    id: int
    commitment: str
    organisation: str
    subject: str
    #: Decided by the steering group; null until it is.
    required_share: int | None
    valid_months: int | None
    #: The half-year's verdict on the party as a whole.
    status: Status | None
    counted: int | None
    total: int | None
    places: list[PlaceShare]


class ShareList(Shape):
    """How the parties stand."""

    items: list[Share]
    next: int | None
