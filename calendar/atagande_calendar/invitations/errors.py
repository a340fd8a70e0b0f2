"""What is refused about invitations and answers."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class BadLink(Refused):
    """The link is not ours, or was revoked."""

    code = "answer_link"
    status = HTTPStatus.NOT_FOUND
    message = N_("Länken går inte att använda.")
    next_step = N_("Öppna den senaste kallelsen du fått.")


class TooLate(Refused):
    """The meeting is over, or is no longer the person's to answer."""

    code = "answer_too_late"
    status = HTTPStatus.GONE
    message = N_("Mötet har redan varit, så det går inte att svara.")
    next_step = N_("Du behöver inte göra något.")


class CalledOff(TooLate):
    """The meeting is not held."""

    code = "answer_called_off"
    message = N_("Mötet är inställt, så det går inte att svara.")


class NoLongerAsked(TooLate):
    """The person was removed from the meeting."""

    code = "answer_no_longer_asked"
    message = N_("Du är inte längre kallad till mötet, så det går inte att svara.")


class NeedsReplacement(Refused):
    """A no to a SIP from who is kallad, without anyone instead or another time."""

    code = "answer_needs_replacement"
    message = N_("Du är kallad. Skriv vem som kommer i stället, eller föreslå en annan tid.")
    next_step = N_("Skriv funktionen, inte namnet, och tryck på Nej igen.")


class TooManyProposals(Refused):
    """More times than anyone can choose among."""

    code = "too_many_proposals"
    message = N_("Du har redan föreslagit %(most)s tider.")
    next_step = N_("Vänta på svar, eller svara ja eller nej på den tid som gäller.")


class NothingProposed(Refused):
    """Another time is asked for, and none is written."""

    code = "nothing_proposed"
    message = N_("Skriv minst en tid som passar dig bättre.")
    next_step = N_("Välj datum och klockslag.")


class AlreadyDecided(Refused):
    """The wish for another time has been answered."""

    code = "proposal_decided"
    status = HTTPStatus.CONFLICT
    message = N_("Förslaget är redan besvarat, eller så har mötet flyttats.")
    next_step = N_("Öppna mötet och se vad som gäller.")


class BadProposal(Refused):
    """The time that is asked for has been, is the same, or is too long."""

    code = "bad_proposal"
    message = N_("Tiden går inte att föreslå.")
    next_step = N_(
        "Välj en kommande tid som är en annan än mötets. En SIP får ta högst 60 minuter."
    )
