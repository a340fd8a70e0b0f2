"""What the API gives of changed meetings, wishes for another time, trails and material."""

from atagande_agreements.outbox.models import OutboxState
from atagande_calendar.invitations.models import AnswerWay, Partstat, ProposalState
from atagande_calendar.invitations.trail import Step
from atagande_calendar.invitations.why_not import Reason
from atagande_calendar.method import Method
from atagande_plugin.api.shapes import MeetingWhole, Moment, Party, Shape


class Sent(Shape):
    """How many mails of each sort a change sends."""

    invited: int
    changed: int
    reworded: int
    cancelled: int


class ChangedMeeting(MeetingWhole):
    """A meeting as it is after a change, or as it still is after a preview."""

    sent: Sent
    #: How many have said yes and have to answer again; null once the change is saved.
    answer_again: int | None


class DraftGone(Shape):
    """A draft that was thrown away."""

    id: int


class ProposedTime(Shape):
    """Another time that someone has asked for and that waits for an answer."""

    id: int
    invitation: int
    title: str
    party: Party
    starts_at: Moment
    minutes: int
    way: AnswerWay
    at: Moment


class ProposedTimes(Shape):
    """Times that wait for an answer."""

    items: list[ProposedTime]


class TrailMessage(Shape):
    """A calendar message; `sequence` and `revision` tell it from the others to the same person."""

    method: Method
    sequence: int
    revision: int
    state: OutboxState
    sent_at: Moment | None
    bounced_at: Moment | None
    #: Code of the last failure, without any address; "" without.
    fault: str
    starts_at: Moment
    minutes: int
    place: str
    #: Names of what differs from the message before.
    differs: list[str]


class TrailAnswer(Shape):
    """An answer, and why it is not what holds."""

    partstat: Partstat
    stand_in: str
    way: AnswerWay
    sequence: int
    unverified: bool
    #: Address of who answered, when it was not the one who was asked; "" otherwise.
    given_by: str
    #: null for what holds.
    why_not: Reason | None


class TrailProposal(Shape):
    """Another time that was asked for."""

    starts_at: Moment
    minutes: int
    state: ProposalState


class TrailStep(Shape):
    """One thing that happened."""

    step: Step
    at: Moment
    message: TrailMessage | None
    answer: TrailAnswer | None
    proposal: TrailProposal | None


class InvitationTrail(Shape):
    """All that has happened with one invitation, earliest first; people by function."""

    invitation: int
    title: str
    party: Party
    partstat: Partstat
    removed: bool
    items: list[TrailStep]


class Material(Shape):
    """A link, or the key of one of the agreement's documents; the other is ""."""

    id: int
    title: str
    link: str
    document: str


class MaterialList(Shape):
    """What is to be read before a meeting."""

    items: list[Material]
