"""Why an answer is not, or no longer, what holds. Pure."""

from enum import StrEnum

from atagande_calendar.invitations.models import AnswerWay, Invitation, InvitationAnswer


class Reason(StrEnum):
    """Why an answer is not, or no longer, the person's answer."""

    #: Someone who was not asked gave it: a forwarded invitation, a stand-in.
    STAND_IN = "stand_in"
    #: It was to a time that did not hold when it came.
    OLD_TIME = "old_time"
    #: A group mailbox gave it by itself.
    SHARED_MAILBOX = "shared_mailbox"
    #: The meeting was over or called off, or the person no longer asked.
    TOO_LATE = "too_late"
    #: It counted, until the meeting got another time or place.
    MOVED = "moved"
    #: The person has answered otherwise since.
    CHANGED = "changed"


def why_not(answer: InvitationAnswer, invitation: Invitation) -> Reason | None:
    """Return why an answer is not what holds; None for the one that does.

    Reads `invitation.person`, `.meeting` and `.answers`.
    """
    if answer.counted:
        if answer.sequence < invitation.sequence:
            return Reason.MOVED
        later = [one for one in invitation.answers if one.counted and one.id > answer.id]
        return Reason.CHANGED if later else None
    if answer.given_by and answer.given_by != invitation.email:
        return Reason.STAND_IN
    if answer.way is AnswerWay.MAIL and invitation.person.shared_mailbox:
        return Reason.SHARED_MAILBOX
    old = answer.sequence < invitation.sequence and answer.at < invitation.meeting.ends_at
    return Reason.OLD_TIME if old else Reason.TOO_LATE
