"""Answers of the follow-up: the overview as it is gathered."""

from datetime import date

from atagande_agreements.commitments.models import Status
from atagande_agreements.followup.overview import PartyType
from atagande_agreements.followup.status import Reason
from atagande_plugin.api.shapes import Shape

#: Obligations by status. They add up to the obligations.
Tally = dict[Status, int]


class FollowupParty(Shape):
    """A party, or a clinic with obligations of its own."""

    key: str
    organisation: str
    is_unit: bool
    name: str
    short_name: str
    type: PartyType
    obligations: int
    tally: Tally
    #: In the period before; null if it was no party then.
    before: Tally | None
    #: In each of the steps; null where it was no party.
    trend: list[Tally | None]
    open_deviations: int


class FollowupType(Shape):
    """The parties of one type together."""

    type: PartyType
    parties: list[str]
    obligations: int
    tally: Tally
    before: Tally | None
    trend: list[Tally | None]


class FollowupClause(Shape):
    """One clause, with the parameters that nothing was decided about by the period's end."""

    key: str
    title: str
    title_en: str
    section: str
    section_en: str
    rule: str
    missing: list[str]


class FollowupCell(Shape):
    """How one party stands by one clause; no numbers where each occurrence is a case."""

    commitment: str
    party: str
    status: Status
    met: int | None
    due: int | None
    reason: Reason | None
    has_deviation: bool


class FollowupMissing(Shape):
    """A parameter without a decision in the period, and the obligations that wait for it."""

    key: str
    label: str
    label_en: str
    #: First date that a later decision applies from.
    since: date | None
    commitments: list[str]
    obligations: int


class Followup(Shape):
    """An agreement in a period. Parties, types and cells each add up to the whole."""

    agreement: str
    title: str
    version: int
    period: str
    period_before: str
    first: date
    last: date
    today: date
    obligations: int
    tally: Tally
    before: Tally | None
    #: Quarters (years, for more than two of them) up to the period, oldest first.
    steps: list[str]
    trend: list[Tally | None]
    parties: list[FollowupParty]
    types: list[FollowupType]
    commitments: list[FollowupClause]
    cells: list[FollowupCell]
    reasons: dict[Reason, int]
    missing: list[FollowupMissing]
    open_deviations: int
    awaiting_decision: int
