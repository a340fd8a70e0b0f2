"""What is refused about commitments and parameters."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class BadValue(Refused):
    """A parameter's value is no number, or outside its bounds."""

    code = "parameter_value"
    message = N_("Värdet %(value)s går inte att använda för %(label)s.")
    next_step = N_("Skriv ett heltal från %(minimum)s till %(maximum)s.")


class BadChoice(BadValue):
    """A parameter's value is none of those to choose from."""

    next_step = N_("Välj ett av alternativen.")


class NoWords(BadValue):
    """A parameter that is described in words has none."""

    message = N_("Värdet för %(label)s är tomt.")
    next_step = N_("Skriv med egna ord, högst 200 tecken.")


class DecidedInFuture(Refused):
    """A decision is dated after today."""

    code = "decision_in_future"
    message = N_("Beslutsdatum %(decided_on)s har inte varit än.")
    next_step = N_("Skriv datumet för det möte där beslutet togs.")


class ReachesBack(Refused):
    """A decision would judge what happened before it was taken."""

    code = "decision_reaches_back"
    message = N_("Beslutet kan inte gälla från %(valid_from)s, före beslutsdatum %(decided_on)s.")
    next_step = N_("Välj ett startdatum som är samma dag som beslutet eller senare.")


class BeforeAgreement(Refused):
    """Something is dated before the agreement began to apply."""

    code = "before_agreement"
    message = N_("Datumet %(day)s ligger före överenskommelsens första dag, %(valid_from)s.")
    next_step = N_("Kontrollera datumet.")


class AlreadyDecided(Refused):
    """There is already a decision from that date."""

    code = "already_decided"
    status = HTTPStatus.CONFLICT
    message = N_("Det finns redan ett beslut om %(label)s som gäller från %(valid_from)s.")
    next_step = N_("Välj ett senare startdatum för det nya beslutet.")


class BadParagraph(Refused):
    """A paragraph of the minutes that can't be read."""

    code = "paragraph"
    message = N_("Skriv vilken paragraf i protokollet beslutet har.")
    next_step = N_("Till exempel 12 eller § 12.")
