"""What the API answers with. Moments are in UTC, dates are Stockholm's.

Loaded on the first call: pydantic costs a tenth of the start.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from atagande_agreements.commitments.models import Force, OnMiss, ParameterUnit, Status
from atagande_agreements.enquiries.models import Addressee, Channel
from atagande_agreements.followup.status import Reason
from atagande_agreements.outbox.models import OutboxState
from atagande_calendar.invitations.models import Attendance, Partstat
from atagande_calendar.meetings.models import MeetingKind, MeetingState

#: Written in UTC, whatever offset it came with.
Moment = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


class Shape(BaseModel):
    """One answer; a field that is not declared is a fault of ours."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Shape):
    """A refusal (RFC 9457): what is wrong and the next step, in the caller's language."""

    type: str
    title: str
    status: int
    #: Stable; the texts may change.
    code: str
    next_step: str
    #: The field at fault, when there is one.
    field: str | None = None
    #: Field -> what is wrong with it.
    errors: dict[str, str] | None = None
    #: The next free slots, for whoever lost a race for one.
    free: list[Moment] | None = None


class Party(Shape):
    """An organisation or one of its units."""

    organisation: str
    unit: str | None
    name: str


class AgreementLine(Shape):
    """An agreement in a list."""

    id: int
    key: str
    title: str
    valid_from: date
    valid_to: date | None
    version: int


class AgreementList(Shape):
    """Agreements with a version in force."""

    items: list[AgreementLine]
    next: int | None


class AgreementSection(Shape):
    """A heading; `missing` says why it is empty in the source."""

    key: str
    title: str
    title_en: str
    missing: str | None
    missing_en: str | None


class AgreementAnnex(Shape):
    """A document that belongs to the agreement."""

    key: str
    title: str
    title_en: str


class AgreementWhole(AgreementLine):
    """An agreement with its parts."""

    target_group: str
    target_group_en: str
    steering_group: str
    steering_from: date
    source: str
    parties: list[Party]
    sections: list[AgreementSection]
    annexes: list[AgreementAnnex]
    commitments: int
    obligations: int
    undecided_parameters: int


class CommitmentLine(Shape):
    """A clause: who owes it, how strongly, and what it is judged by."""

    id: int
    key: str
    section: str
    paragraph: str
    title: str
    title_en: str
    text: str
    text_en: str
    force: Force
    obliged: list[str]
    rule: str
    subject: str
    on_miss: OnMiss
    reporter: str
    rule_text: str
    rule_text_en: str
    #: Parameters that judge it, and those that only guide its reading.
    parameters: list[str]
    guidance: list[str]


class CommitmentList(Shape):
    """Clauses of the version in force."""

    items: list[CommitmentLine]
    next: int | None


class ParameterDecided(Shape):
    """A decision about a parameter: it judges events from `valid_from` on, nothing earlier."""

    id: int
    value: str
    valid_from: date
    paragraph: str
    decided_on: date
    recorded_at: Moment


class ParameterLine(Shape):
    """What the agreement leaves open. `value` is what applies today; a proposal judges nothing."""

    id: int
    key: str
    label: str
    label_en: str
    unit: ParameterUnit
    proposal: str | None
    minimum: int | None
    maximum: int | None
    value: str | None
    decisions: list[ParameterDecided]


class ParameterList(Shape):
    """The agreement's parameters."""

    items: list[ParameterLine]
    next: int | None


class MatrixCell(Shape):
    """How one party stands with one clause: `met` of `due` occurrences were kept."""

    party: Party
    status: Status
    #: null: too few cases for you to be told how many.
    met: int | None
    due: int | None
    reason: Reason | None
    open_deviations: int


class MatrixRow(Shape):
    """One clause and the parties that owe it."""

    commitment: str
    title: str
    title_en: str
    cells: list[MatrixCell]


class Matrix(Shape):
    """Parties by commitments in one period. The counts add up to the obligations."""

    agreement: str
    #: "2026", "2026-H1", "2026-Q3" or "2026-02-03--2026-04-15".
    period: str
    obligations: int
    counts: dict[Status, int]
    rows: list[MatrixRow]


class EnquiryLine(Shape):
    """An enquiry with how its answer time stands; null where nothing follows it up."""

    id: int
    reference: str
    organisation: str
    unit: str
    channel: Channel
    addressee: Addressee
    sent_on: date
    answered_on: date | None
    forwarded_on: date | None
    registered_at: Moment
    status: Status | None
    due_on: date | None
    #: Working days too late.
    days_late: int | None
    deviation: int | None
    #: Send it back with a change.
    version: int


class EnquiryList(Shape):
    """Enquiries of the caller's municipality or clinic."""

    items: list[EnquiryLine]
    next: int | None


class JudgedBy(Shape):
    """The parameter and the decision that an occurrence was judged by."""

    parameter: str
    value: str
    unit: ParameterUnit
    valid_from: date
    paragraph: str
    decided_on: date


class EvidenceLine(Shape):
    """What shows that something was kept, and who reported it."""

    effective_on: date
    received_at: Moment
    reported_by: str


class MeetingLine(Shape):
    """A meeting; never a SIP."""

    id: int
    kind: MeetingKind
    state: MeetingState
    title: str
    starts_at: Moment
    minutes: int
    place: str
    convener: str
    asked: int
    answered: int
    #: Send it back with a change.
    version: int


class MeetingList(Shape):
    """Meetings of the association."""

    items: list[MeetingLine]
    next: int | None


class Asked(Shape):
    """Someone who is asked to a meeting, and the answer."""

    person: int
    title: str
    party: Party
    attendance: Attendance
    partstat: Partstat
    stand_in: str
    answered_at: Moment | None


class MeetingWhole(MeetingLine):
    """A meeting with its agenda and answers."""

    agenda: str
    target_group: bool
    #: Calendar identity (RFC 5545) of its invitations.
    uid: str
    sequence: int
    invitations: list[Asked]


class Published(MeetingWhole):
    """A meeting just published, with how many invitations were queued."""

    queued: int


class Clinic(Shape):
    """A clinic that takes SIP meetings, with its first free slot."""

    id: int
    key: str
    name: str
    address: str | None
    first_free: Moment | None


class ClinicList(Shape):
    """The association's clinics."""

    items: list[Clinic]
    next: int | None


class SlotList(Shape):
    """Starts of free slots, earliest first; `next` goes in `after`."""

    unit: str
    minutes: int
    items: list[Moment]
    next: Moment | None


class SipLine(Shape):
    """A SIP booking, and nothing of the person it is for."""

    id: int
    reference: str
    unit: str
    organisation: str
    state: MeetingState
    starts_at: Moment
    minutes: int
    place: str
    requested_on: date
    first_offered_at: Moment


class SipList(Shape):
    """Bookings that are the caller's own, or calls to the unit they lead."""

    items: list[SipLine]
    next: int | None


class SipWhole(SipLine):
    """A booking with who is asked and what they answered."""

    uid: str
    sequence: int
    invitations: list[Asked]


class PersonLine(Shape):
    """Someone who can be asked to a meeting."""

    id: int
    name: str
    title: str
    party: Party


class PersonList(Shape):
    """People who can be asked; for a SIP never the association's own."""

    items: list[PersonLine]
    next: int | None


class OutboxLine(Shape):
    """A message: whom it goes to and how far it has come. Its text and its secrets stay inside."""

    id: int
    kind: str
    recipient: str
    language: Literal["sv", "en"]
    subject_type: str
    subject_id: int
    state: OutboxState
    queued_at: Moment
    next_try_at: Moment
    sent_at: Moment | None
    tries: int
    last_error: str


class OutboxList(Shape):
    """Messages of the association, those of SIP meetings left out."""

    items: list[OutboxLine]
    next: int | None
