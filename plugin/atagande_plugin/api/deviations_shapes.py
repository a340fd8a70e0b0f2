"""What the API answers with about deviations."""

from datetime import date

from atagande_agreements.commitments.models import Status
from atagande_agreements.deviations.models import DeviationState, Ending, StepKind
from atagande_agreements.ladder.models import Rung
from atagande_plugin.api.shapes import EvidenceLine, JudgedBy, Moment, Party, Shape


class DeviationLine(Shape):
    """A deviation: what was not kept, by whom, and whose turn it is."""

    id: int
    reference: str
    state: DeviationState
    commitment: str
    title: str
    title_en: str
    party: Party
    event_on: date
    due_on: date | None
    status: Status
    #: null where it is about a single case of another party's; its quarter is told.
    opened_at: Moment | None
    #: Quarter that it was opened in.
    opened_in: str
    #: null while undecided, and as `opened_at`.
    reply_due: date | None
    #: From when the group may decide; null: nobody knows yet, it has ended, or as `opened_at`.
    group_turn_on: date | None
    #: The party says that the commitment was kept.
    contested: bool
    #: How far up the ladder it has come.
    rung: Rung
    #: Why the group closed it.
    ending: Ending | None
    #: The deviation that it is decided together with.
    merged_into: int | None
    #: Send it back with a change.
    version: int


class DeviationList(Shape):
    """Deviations of the association."""

    items: list[DeviationLine]
    next: int | None


class Step(Shape):
    """One step of a deviation's life."""

    number: int
    kind: StepKind
    #: null where evidence of a single case of another party's came.
    at: Moment | None
    #: Function of the person, never the name.
    by: str | None
    text: str
    paragraph: str | None
    diary_number: str | None
    decided_on: date | None
    note: str | None


class MeasureLine(Shape):
    """What a party is to do about a deviation."""

    text: str
    owner: Party
    due_on: date
    #: The day that its owner says it was done on, and the owner's words.
    done_on: date | None
    done_text: str
    #: When it was replaced by another, or its deviation ended; null also where that was the day
    #: that evidence came of a single case of another party's.
    ended_at: Moment | None
    paragraph: str
    decided_on: date


class DeviationWhole(DeviationLine):
    """A deviation with everything it stands on."""

    kept_on: date | None
    days_late: int
    #: null: so small that only the party itself sees it.
    counted: int | None
    total: int | None
    outcome: str
    judged_by: JudgedBy | None
    also_judged_by: list[JudgedBy]
    evidence: list[EvidenceLine]
    measures: list[MeasureLine]
    steps: list[Step]
