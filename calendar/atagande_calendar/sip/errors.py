"""What is refused about SIP bookings."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class TooLong(Refused):
    """More than 60 minutes (A8)."""

    code = "sip_too_long"
    message = N_("Högst 60 minuter. Du skrev %(minutes)s.")
    next_step = N_("Boka 60 minuter, och ett uppföljande möte om det behövs.")


class NotAConvener(Refused):
    """Only a municipality or a clinic calls to a SIP, never the association."""

    code = "sip_not_convener"
    status = HTTPStatus.FORBIDDEN
    message = N_("Bara en kommun eller en mottagning kan kalla till SIP.")
    next_step = N_("Be den som är sammankallande i kommunen eller på mottagningen att boka.")


class NotForSip(Refused):
    """The association's people have no part in a SIP."""

    code = "sip_not_for"
    message = N_("Samordningsförbundets personal kan inte kallas till SIP.")
    next_step = N_("Välj personer från kommunerna, vården och de andra myndigheterna.")


class NobodyAtClinic(Refused):
    """Nobody at the clinic can get the summons, so the slot would be booked unseen."""

    code = "sip_clinic_without_chief"
    message = N_("%(unit)s har ingen enhetschef i tjänsten som kan få kallelsen.")
    next_step = N_("Be förbundets administratör lägga till mottagningens enhetschef.")


class NoConsent(Refused):
    """The person's consent is not confirmed."""

    code = "sip_no_consent"
    message = N_("Samtycke är inte bekräftat, så inget skickas.")
    next_step = N_("Bekräfta att personen samtycker till mötet innan du bokar.")


class NoPurpose(Refused):
    """Purpose and questions are not prepared."""

    code = "sip_no_purpose"
    message = N_("Syftet är inte förberett, så inget skickas.")
    next_step = N_("Förbered syfte och frågor i ert eget system och bekräfta det här.")


class RequestedInFuture(Refused):
    """The need can't have arisen tomorrow."""

    code = "sip_requested_in_future"
    message = N_("Behovet kan inte ha kommit upp %(day)s, det datumet har inte varit än.")
    next_step = N_("Skriv det datum då behovet av en SIP kom upp.")


class NoReason(Refused):
    """Another place than the clinic, and no reason (A6)."""

    code = "sip_no_reason"
    message = N_("Mötet är inte på mottagningen, och skälet saknas.")
    next_step = N_("Välj ett skäl, eller håll mötet på mottagningen.")


class NeedlessReason(Refused):
    """A reason for another place, though it is at the clinic."""

    code = "sip_needless_reason"
    message = N_("Mötet är på mottagningen, så inget skäl behövs.")
    next_step = N_("Ta bort skälet, eller välj den andra platsen.")


class NotYetHeld(Refused):
    """Nothing can be said of a meeting that has not begun."""

    code = "sip_not_yet"
    message = N_("Mötet har inte börjat än.")
    next_step = N_("Berätta hur det gick när mötet har varit.")


class FollowedUpUnheld(Refused):
    """Minutes of a meeting that was not held."""

    code = "sip_not_held"
    message = N_("Mötet blev inte av, så det finns inget att följa upp.")
    next_step = N_("Töm fälten, eller välj att mötet hölls.")


class BadActualMinutes(Refused):
    """A meeting of no length, or of more than a working day."""

    code = "sip_actual_minutes"
    message = N_("Mötet kan inte ha tagit %(minutes)s minuter.")
    next_step = N_("Skriv hur många minuter mötet tog, från 1 till 480.")


class SentInFuture(Refused):
    """What is sent tomorrow has not been sent."""

    code = "sip_sent_in_future"
    message = N_("Det kan inte ha skickats %(day)s, det datumet har inte varit än.")
    next_step = N_("Skriv det datum då det skickades, eller lämna fältet tomt.")


class SentBeforeMeeting(Refused):
    """Minutes can't be older than the meeting."""

    code = "sip_sent_before"
    message = N_("%(day)s är före mötet, som var %(held_on)s.")
    next_step = N_("Kontrollera datumet.")


class SipIsOver(Refused):
    """It has been, was called off, or has been reported on."""

    code = "sip_is_over"
    status = HTTPStatus.CONFLICT
    message = N_("Mötet har redan varit eller är inställt, så det går inte att ändra.")
    next_step = N_("Boka ett nytt möte om det behövs.")


class SameTime(Refused):
    """Moved to where it is."""

    code = "sip_same_time"
    message = N_("Mötet ligger redan på den tiden.")
    next_step = N_("Välj en annan tid.")


class NotOfficeHours(Refused):
    """A time that can't be proposed to a clinic outside the agreement."""

    code = "sip_not_office_hours"
    message = N_("Tiden går inte att föreslå.")
    next_step = N_("Välj en kommande vardag, mellan 08.00 och 17.00, högst ett halvår fram.")
