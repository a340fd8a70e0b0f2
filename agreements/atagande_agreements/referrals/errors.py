"""What is refused about referrals to Arbetsförmedlingen."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class ReferenceInUse(Refused):
    """There is already a referral with that reference."""

    code = "referral_reference_taken"
    status = HTTPStatus.CONFLICT
    message = N_("Referensen %(reference)s är redan registrerad.")
    next_step = N_("Ta en ny referens, eller öppna den hänvisning som finns.")


class StepInFuture(Refused):
    """A step can't have been taken tomorrow."""

    code = "referral_in_future"
    message = N_("Det kan inte ha hänt %(day)s, det datumet har inte varit än.")
    next_step = N_("Skriv det datum då det hände, eller lämna fältet tomt.")


class StepBefore(Refused):
    """A step dated before the one it follows."""

    code = "referral_step_before"
    message = N_("%(day)s är före steget innan, som var %(earlier)s.")
    next_step = N_("Kontrollera datumen. Stegen kommer i ordning.")


class StepMissing(Refused):
    """A step without the one it follows."""

    code = "referral_step_missing"
    message = N_("Steget innan saknar datum.")
    next_step = N_("Fyll i stegen i ordning: kontakt, bedömning, planering.")


class OutcomeMissing(Refused):
    """An assessment without what it came to."""

    code = "referral_outcome_missing"
    message = N_("Bedömningen saknar utfall.")
    next_step = N_("Välj om insatsen passar eller om klienten hänvisas till en annan part.")


class AssessmentMissing(Refused):
    """What an assessment came to, without its date."""

    code = "referral_assessment_missing"
    message = N_("Utfallet har ingen bedömning.")
    next_step = N_("Skriv när bedömningen gjordes, eller ta bort utfallet.")


class NothingToPlan(Refused):
    """A plan for someone who was referred on."""

    code = "referral_nothing_to_plan"
    message = N_("Klienten hänvisades till en annan part, så det finns inget att planera.")
    next_step = N_("Ta bort planeringens datum, eller ändra utfallet.")


class NoConsentToMeeting(Refused):
    """The client's consent to the joint meeting is not confirmed (K6)."""

    code = "referral_no_consent"
    message = N_("Samtycke till mötet är inte bekräftat, så det kan inte bokas.")
    next_step = N_("Bekräfta klientens samtycke först.")


class MeetingBeforeConsent(Refused):
    """The meeting is older than the consent to it."""

    code = "referral_meeting_before_consent"
    message = N_("Mötet %(day)s är före samtycket, som bekräftades %(consent_on)s.")
    next_step = N_("Samtycket kommer först. Kontrollera datumet.")


class MeetingTooFar(Refused):
    """A meeting more than a year ahead is a slip of the pen."""

    code = "referral_meeting_too_far"
    message = N_("%(day)s ligger mer än ett år fram.")
    next_step = N_("Kontrollera datumet.")


class NoMeeting(Refused):
    """Something is said of a meeting that is not booked."""

    code = "referral_no_meeting"
    message = N_("Det finns inget möte bokat.")
    next_step = N_("Boka mötet först.")


class MeetingAhead(Refused):
    """Nobody has been at a meeting that has not been."""

    code = "referral_meeting_ahead"
    message = N_("Mötet är %(day)s och har inte varit än.")
    next_step = N_("Berätta vem som var med när mötet har varit.")


class MeetingReported(Refused):
    """A meeting that someone has told about can't get another day."""

    code = "referral_meeting_reported"
    status = HTTPStatus.CONFLICT
    message = N_("Mötet %(day)s är redan rapporterat.")
    next_step = N_("Ta bort vem som var med, om mötet ska få ett annat datum.")


class ReferralWithdrawn(Refused):
    """The referral has been called off."""

    code = "referral_withdrawn"
    status = HTTPStatus.CONFLICT
    message = N_("Hänvisningen återkallades %(day)s och ändras inte mer.")
    next_step = N_("Registrera en ny hänvisning om ärendet tas upp igen.")
