"""How a SIP stands, in words: what its convener reads first, and what to do about it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.i18n import N_
from atagande_agreements.parties.outside import is_outside
from atagande_calendar.invitations.models import Invitation, InvitationProposal, Partstat
from atagande_calendar.invitations.proposals import open_proposals
from atagande_calendar.meetings.models import MeetingState
from atagande_calendar.sip.models import Sip, SipCalledOff, SipStanding
from atagande_calendar.slots.queries import free_slots
from atagande_plugin.web.meeting_state import by_person

#: Why a booking is called off, the most usual first.
REASONS = {
    SipCalledOff.CONSENT: N_("Samtycket är återtaget"),
    SipCalledOff.CLIENT: N_("Klienten kan inte komma"),
    SipCalledOff.CLINIC: N_("Mottagningen kan inte"),
    SipCalledOff.OTHER: N_("Annat skäl"),
}


def clinic_declined(sip: Sip, invitations: Sequence[Invitation]) -> bool:
    """Tell whether the clinic has said no, and sends nobody instead."""
    answers = [
        one
        for one in invitations
        if one.unit_id == sip.unit_id
        and one.organisation_id == sip.unit.organisation_id
        and one.removed_at is None
        and one.person_id != sip.convener_id
    ]
    said_no = [one for one in answers if one.partstat is Partstat.DECLINED and not one.stand_in]
    return bool(answers) and len(said_no) == len(answers)


Wishes = list[tuple[Invitation, list[tuple[InvitationProposal, bool]]]]


def wishes_of(sip: Sip) -> Wishes:
    """Return the other times that are asked for, by who asks, with whether each can be had.

    A clinic outside the agreement has no slots to compare with.
    """
    asked = by_person(open_proposals(g.session, sip.meeting_id))
    if not asked:
        return []
    starts = [one.starts_at for _invitation, wished in asked for one in wished]
    free: Collection[datetime] = starts
    if not is_outside(sip.unit):
        free = free_slots(
            g.session, sip.unit_id, after=g.now, until=local_date(max(starts)), now=g.now
        )
    return [
        (invitation, [(one, one.starts_at in free) for one in wished])
        for invitation, wished in asked
    ]


def sentence(sip: Sip, invitations: Sequence[Invitation]) -> str:
    """Return the first sentence of one's own booking, or "" when the answers say it all."""
    if sip.meeting.state is MeetingState.CANCELLED:
        text = N_("Mötet är inställt. Alla som hade det i kalendern får en avbokning.")
    elif clinic_declined(sip, invitations):
        text = N_("Mottagningen har tackat nej. Välj en ny tid eller be dem om en ersättare.")
    elif sip.standing is SipStanding.PROPOSED:
        text = N_("Tiden är föreslagen. De andra får sin kallelse när mottagningen har sagt ja.")
    else:
        return ""
    return str(g.words.text(text))


def called_off_in_words(sip: Sip) -> str:
    """Return why a booking was called off, or "" for one that stands."""
    return str(g.words.text(REASONS[sip.called_off])) if sip.called_off else ""
