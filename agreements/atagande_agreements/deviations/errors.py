"""What is refused about deviations."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class Closed(Refused):
    """The deviation is closed."""

    code = "deviation_closed"
    status = HTTPStatus.CONFLICT
    message = N_("Avvikelsen är redan stängd.")
    next_step = N_("Läs beslutet längst ner på avvikelsens sida.")


class EmptyReply(Refused):
    """A reply without words."""

    code = "empty_reply"
    message = N_("Skriv ett yttrande.")
    next_step = N_("Berätta kort vad som hände och vad ni gör åt det.")


class NotHeard(Refused):
    """The party has not replied and its time is not over."""

    code = "not_heard"
    status = HTTPStatus.CONFLICT
    message = N_("Parten har inte yttrat sig än, så avvikelsen kan inte stängas.")
    next_step = N_("Vänta på yttrandet, eller tills tiden för det har gått ut.")
