"""What is refused about the ladder."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class ReplyIsParameter(Refused):
    """The time for a reply is decided as a parameter, not as a step."""

    code = "reply_is_a_parameter"
    message = N_("Steget yttrande används när tiden för det är beslutad.")
    next_step = N_("Besluta mätvärdet för hur många dagar parten har för sitt yttrande.")


class BadDays(Refused):
    """A time that the step can't have."""

    code = "ladder_days"
    message = N_("Steget kan inte ha tiden %(days)s dagar.")
    next_step = N_("Skriv ett heltal från %(least)s till %(most)s.")


class NoLetter(Refused):
    """The step has no letter to write words for."""

    code = "no_letter"
    message = N_("Det steget har inget brev.")
    next_step = N_("Lämna rutan tom.")


class StepDecided(Refused):
    """There is already a decision on the step from that date."""

    code = "step_decided"
    status = HTTPStatus.CONFLICT
    message = N_("Det finns redan ett beslut om steget som gäller från %(valid_from)s.")
    next_step = N_("Välj ett senare startdatum för det nya beslutet.")
