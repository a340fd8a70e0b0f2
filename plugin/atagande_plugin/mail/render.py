"""Writes the exact bytes of an outbox message."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.civil_time import local_date
from atagande_agreements.contacts.links import VALID_DAYS, Asked
from atagande_agreements.contacts.links import make_token as confirm_token
from atagande_agreements.contacts.queries import last_confirmed
from atagande_agreements.contacts.reminders import Stage, is_spent
from atagande_agreements.deviations.models import ENDED, reference
from atagande_agreements.deviations.queries import whole
from atagande_agreements.deviations.rules import reply_due
from atagande_agreements.ladder.letter_models import LadderLetter
from atagande_agreements.ladder.letters import KIND as LETTER
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.models import Association, Organisation, OrganisationKind, Person
from atagande_calendar.common_time.polls import MAIL
from atagande_calendar.invitations.models import Attendance, Invitation, InvitationMessage
from atagande_calendar.invitations.recurring import KIND as SERIES
from atagande_calendar.invitations.tokens import Purpose, make_token
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.method import Method
from atagande_plugin.auth import links
from atagande_plugin.auth.models import LoginLink
from atagande_plugin.config import Settings
from atagande_plugin.mail import digests, ladder_letters, letters, poll_letters, series_letters
from atagande_plugin.translation import Words, words

if TYPE_CHECKING:
    from atagande_calendar.itip import Letter


#: What a mail says of an invitation; `prefetch` reads it for many at once.
WITH_INVITATION = (
    joinedload(Invitation.meeting),
    joinedload(Invitation.person),
    joinedload(Invitation.organisation),
)


class Obsolete(Exception):  # noqa: N818 - what the message has become
    """What the message is about is gone or over, so it is not sent."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message's bytes, and the keys of what it tells that is noted together with them."""

    raw: bytes
    told: Sequence[str] = ()


def render(session: Session, settings: Settings, message: OutboxMessage) -> bytes:
    """Return the bytes of a message as they leave; raise Obsolete if it no longer should."""
    return RENDERERS[message.kind](session, settings, message)


def write(settings: Settings, message: OutboxMessage, round_: digests.Round) -> Written:
    """Return a message's bytes, and what it tells once only; raise Obsolete as `render` does."""
    if message.kind != digests.KIND:
        return Written(render(round_.session, settings, message))
    try:
        content, told = digests.compose(round_, message, settings.base_url)
    except digests.NothingLeft:
        raise Obsolete from None
    return Written(_plain(round_.session, settings, message, content), told)


def prefetch(session: Session, messages: Sequence[OutboxMessage]) -> list[object]:
    """Read what several messages are written from; `render` finds it as long as it is held."""
    numbers = [
        json.loads(message.payload).get("invitation")
        for message in messages
        if RENDERERS.get(message.kind) is _invitation
    ]
    if not numbers:
        return []
    found: list[object] = list(
        session.scalars(
            select(Invitation).where(Invitation.id.in_(numbers)).options(*WITH_INVITATION)
        )
    )
    associations = {message.association_id for message in messages}
    found += session.scalars(select(Association).where(Association.id.in_(associations)))
    return found


def _letter(
    session: Session,
    settings: Settings,
    message: OutboxMessage,
    content: letters.Content,
    identity: str,
    *,
    first: str | None = None,
) -> "Letter":
    """Put content in an envelope from the association to the message's recipient."""
    from atagande_calendar.itip import Letter, Mailbox  # noqa: PLC0415 - loaded on use

    association = session.get_one(Association, message.association_id)
    person = session.get(Person, message.person_id) if message.person_id else None
    return Letter(
        sender=Mailbox(name=association.name, address=settings.mail_from),
        to=Mailbox(name=person.name if person else "", address=message.recipient),
        subject=content.subject,
        text=content.text(),
        html=content.html(),
        date=message.queued_at,
        message_id=identity,
        first_message_id=first,
    )


def _plain(
    session: Session, settings: Settings, message: OutboxMessage, content: letters.Content
) -> bytes:
    from atagande_calendar.itip import message_id, plain_mail  # noqa: PLC0415 - loaded on use

    identity = message_id(settings.host, "outbox", message.id)
    return plain_mail(_letter(session, settings, message, content, identity))


def _login_link(session: Session, settings: Settings, message: OutboxMessage) -> bytes:
    link = session.get(LoginLink, message.subject_id)
    if link is None or link.used_at is not None:
        raise Obsolete
    address = f"{settings.base_url}/logga-in/lank/{links.token_of(settings.secret_key, link)}"
    content = letters.login_link(words(message.language), address, links.LINK_MINUTES)
    return _plain(session, settings, message, content)


def _deviation_opened(session: Session, settings: Settings, message: OutboxMessage) -> bytes:
    deviation = whole(session, message.association_id, message.subject_id)
    if deviation is None:
        raise Obsolete
    commitment = deviation.obligation.commitment
    speak = words(message.language)
    english = message.language == "en"
    party = deviation.unit or deviation.organisation
    content = letters.deviation_opened(
        speak,
        {
            "key": commitment.key,
            "title": commitment.title_en if english else commitment.title,
            "unit": party.name,
            "reference": reference(deviation.id),
            "reply_due": reply_due(deviation),
        },
        f"{settings.base_url}/avvikelser/{deviation.id}",
    )
    return _plain(session, settings, message, content)


def _contacts_confirm(session: Session, settings: Settings, message: OutboxMessage) -> bytes:
    facts = json.loads(message.payload)
    organisation = session.get(Organisation, message.subject_id)
    if organisation is None or message.person_id is None:
        raise Obsolete
    asked = Asked(organisation.id, message.person_id, local_date(message.queued_at))
    if is_spent(last_confirmed(session, organisation.id), asked):
        raise Obsolete
    content = letters.contacts_confirm(
        words(message.language),
        {
            "party": organisation.name,
            "due": date.fromisoformat(facts["due_on"]),
            "stale": facts["stage"] == Stage.STALE,
            "published": facts["published"],
            "days": VALID_DAYS,
        },
        f"{settings.base_url}/bekrafta-kontakter/{confirm_token(settings.secret_key, asked)}",
    )
    return _plain(session, settings, message, content)


def answer_address(settings: Settings, invitation: Invitation) -> str:
    """Return the address of an invitation's answer page."""
    token = make_token(settings.secret_key, Purpose.ANSWER, invitation.id, invitation.nonce)
    return f"{settings.base_url}/svara/{token}"


def reply_address(settings: Settings, invitation: Invitation) -> str:
    """Return the organiser's plus-address that tells whose answer a reply is (RFC 5233)."""
    local, _, domain = settings.mail_from.partition("@")
    token = make_token(settings.secret_key, Purpose.REPLY, invitation.id, invitation.nonce)
    return f"{local}+{token}@{domain}"


def bounce_address(settings: Settings, message: OutboxMessage) -> str:
    """Return the sender of a mail's envelope, where it comes back if it can't be delivered."""
    local, _, domain = settings.mail_from.partition("@")
    token = make_token(settings.secret_key, Purpose.BOUNCE, message.id, message.unique_key)
    return f"{local}+{token}@{domain}"


def invitation_content(
    speak: Words,
    settings: Settings,
    meeting: Meeting,
    invitation: Invitation,
    facts: Mapping[str, Any],
) -> letters.Content:
    """Return the words of an invitation, or of what calls it off."""
    summoned = invitation.attendance is Attendance.SUMMONED
    if "series" in facts:
        return series_letters.content(
            speak,
            facts,
            address=answer_address(settings, invitation),
            summoned=summoned,
            reads_mail=settings.reads_mail,
        )
    if facts["method"] == Method.CANCEL:
        return letters.cancellation(speak, facts)
    return letters.invitation(
        speak,
        facts,
        address=answer_address(settings, invitation),
        summoned=summoned,
        private=meeting.kind is MeetingKind.SIP,
        reads_mail=settings.reads_mail,
        proposed=invitation.organisation.kind is OrganisationKind.OUTSIDE,
    )


def invitation_calendar(
    session: Session,
    settings: Settings,
    invitation: Invitation,
    facts: Mapping[str, Any],
) -> bytes:
    """Return the iTIP text of a REQUEST or CANCEL (RFC 5546 §3.2), from the frozen facts."""
    from atagande_calendar import itip  # noqa: PLC0415 - loaded on use: start-up time

    meeting = invitation.meeting
    association = session.get_one(Association, invitation.association_id)
    organizer = itip.Organizer(name=association.name, address=reply_address(settings, invitation))
    recipient = itip.Recipient(
        name=invitation.person.name,
        email=invitation.email,
        summoned=invitation.attendance is Attendance.SUMMONED,
    )
    if "series" in facts:
        return series_letters.calendar(facts, organizer, recipient, proposals=settings.reads_mail)
    start = datetime.fromisoformat(str(facts["starts_at"]))
    # Another time is offered only when a wish for one would be read.
    compose: Callable[..., bytes] = (
        itip.cancel
        if facts["method"] == Method.CANCEL
        else partial(itip.request, proposals=settings.reads_mail)
    )
    return compose(
        itip.MeetingSnapshot(
            uid=meeting.uid,
            sequence=int(facts["sequence"]),
            starts_at=start,
            ends_at=start + timedelta(minutes=int(facts["minutes"])),
            summary=str(facts["title"]),
            location=str(facts["place"]),
            description=tuple(str(facts["agenda"]).splitlines()),
            private=meeting.kind is MeetingKind.SIP,
        ),
        organizer,
        recipient,
        datetime.fromisoformat(str(facts["stamp"])),
    )


def _invitation(session: Session, settings: Settings, message: OutboxMessage) -> bytes:
    from atagande_calendar import itip  # noqa: PLC0415 - loaded on use: start-up time

    facts = {"revision": 0} | json.loads(message.payload)
    invitation = session.get(Invitation, facts["invitation"], options=WITH_INVITATION)
    if invitation is None:
        raise Obsolete
    content = invitation_content(
        words(message.language), settings, invitation.meeting, invitation, facts
    )
    own, first = _identities(settings, invitation, facts)
    letter = _letter(session, settings, message, content, own, first=first)
    return itip.invitation(letter, invitation_calendar(session, settings, invitation, facts))


def _identities(
    settings: Settings, invitation: Invitation, facts: Mapping[str, Any]
) -> tuple[str, str | None]:
    """Return the Message-IDs of a message and of the first in the matter; None when it is that."""
    if "series" in facts:
        return (
            series_letters.identity(settings.host, facts, int(facts["number"])),
            series_letters.identity(settings.host, facts, 1),
        )
    return (
        _identity(settings, invitation, facts["method"], facts["sequence"], facts["revision"]),
        _identity(settings, invitation, *facts["first"]) if "first" in facts else None,
    )


def _identity(
    settings: Settings, invitation: Invitation, method: str, sequence: int, revision: int
) -> str:
    """Return the Message-ID of one message about an invitation."""
    from atagande_calendar import itip  # noqa: PLC0415 - loaded on use: start-up time

    return itip.invitation_id(
        settings.host,
        uid=invitation.meeting.uid,
        sequence=int(sequence),
        recipient_id=invitation.id,
        method=itip.Method(method),
        revision=int(revision),
    )


def require_current(session: Session, message: OutboxMessage, now: datetime | None = None) -> None:
    """Raise Obsolete for an invitation that a later message to the same person has replaced.

    Nor is a meeting called off for someone who never heard of it, or a digest sent again that is
    of no use at `now` (the moment it was to leave, if not said).
    """
    if message.kind == digests.KIND:
        try:
            digests.require_current(digests.Round(session, now or message.next_try_at), message)
        except digests.NothingLeft:
            raise Obsolete from None
    if message.kind == MAIL and not poll_letters.is_waited_for(session, message):
        raise Obsolete
    if message.kind == SERIES:
        if series_letters.is_replaced(session, message, json.loads(message.payload)):
            raise Obsolete
        return
    if message.kind not in {"invitation", "sip_invitation"}:
        return
    facts = json.loads(message.payload)
    others = session.execute(
        select(OutboxMessage.id, OutboxMessage.state)
        .join(InvitationMessage, InvitationMessage.outbox_message_id == OutboxMessage.id)
        .where(
            InvitationMessage.invitation_id == facts["invitation"], OutboxMessage.id != message.id
        )
    ).all()
    replaced = any(number > message.id for number, _state in others)
    unheard = all(state is OutboxState.CANCELLED for _number, state in others)
    if replaced or (facts["method"] == Method.CANCEL and unheard):
        raise Obsolete


def _time_poll(session: Session, settings: Settings, message: OutboxMessage) -> bytes:
    content = poll_letters.question(session, settings, message)
    if content is None:
        raise Obsolete
    return _plain(session, settings, message, content)


def _digest(session: Session, settings: Settings, message: OutboxMessage) -> bytes:
    """Return a digest as it would be at the moment it is to leave."""
    return write(settings, message, digests.Round(session, message.next_try_at)).raw


def _ladder_letter(session: Session, settings: Settings, message: OutboxMessage) -> bytes:
    number = int(json.loads(message.payload)["letter"])
    letter = session.get(LadderLetter, number, options=(joinedload(LadderLetter.deviation),))
    # The group may have closed it since, or evidence shown that it was none.
    if letter is None or letter.deviation.state in ENDED:
        raise Obsolete
    content = ladder_letters.content(
        words(message.language),
        letter,
        local_date(letter.at),
        f"{settings.base_url}/avvikelser/{letter.deviation_id}/brev/{letter.id}",
    )
    return _plain(session, settings, message, content)


RENDERERS: Mapping[str, Callable[[Session, Settings, OutboxMessage], bytes]] = {
    "login_link": _login_link,
    digests.KIND: _digest,
    LETTER: _ladder_letter,
    # Queued before there were digests.
    "deviation_opened": _deviation_opened,
    "contacts_confirm": _contacts_confirm,
    "time_poll": _time_poll,
    "invitation": _invitation,
    "sip_invitation": _invitation,
    SERIES: _invitation,
}
