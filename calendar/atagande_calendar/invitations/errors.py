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
    """The meeting is over or was called off."""

    code = "answer_too_late"
    status = HTTPStatus.GONE
    message = N_("Mötet har redan varit eller är inställt, så det går inte att svara.")
    next_step = N_("Du behöver inte göra något.")
