"""What is refused about messages of the outbox."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class NotFailed(Refused):
    """Only what failed is sent again."""

    code = "not_failed"
    status = HTTPStatus.CONFLICT
    message = N_("Brevet har inte misslyckats, så det skickas inte en gång till.")
    next_step = N_("Läs vad som hänt med det på sidan.")
