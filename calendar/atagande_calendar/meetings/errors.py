"""What is refused about meetings."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class InThePast(Refused):
    """A meeting can't be planned for a time that has been."""

    code = "meeting_in_past"
    message = N_("Tiden har redan varit.")
    next_step = N_("Välj en tid som ligger framåt.")


class NoWorkingDay(Refused):
    """A network meeting on a Saturday, Sunday or holiday."""

    code = "no_working_day"
    message = N_("%(day)s är ingen arbetsdag.")
    next_step = N_("Välj en vardag som inte är helgdag.")


class BadLength(Refused):
    """A meeting of no length, or of a whole day."""

    code = "meeting_length"
    message = N_("Mötet kan inte vara %(minutes)s minuter.")
    next_step = N_("Välj en längd från 15 till 480 minuter.")


class NobodyInvited(Refused):
    """A meeting without anyone to come."""

    code = "nobody_invited"
    message = N_("Ingen är vald, så mötet skulle inte ha några deltagare.")
    next_step = N_("Välj minst en person som ska kallas.")


class NotADraft(Refused):
    """Only a draft can be published."""

    code = "not_a_draft"
    status = HTTPStatus.CONFLICT
    message = N_("Mötet är redan publicerat eller inställt.")
    next_step = N_("Öppna mötet och se vad som har skickats.")
