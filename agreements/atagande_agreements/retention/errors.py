"""What is refused about retention."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class TooShort(Refused):
    """A rule would remove what is still in use."""

    code = "retention_too_short"
    message = N_("%(months)s månader är för kort tid.")
    next_step = N_("Handlingarna används så länge. Skriv minst %(shortest)s månader.")


class TooLong(Refused):
    """A rule counts more years than anyone can mean."""

    code = "retention_too_long"
    message = N_("%(months)s månader är längre än 100 år.")
    next_step = N_("Ska handlingarna aldrig gallras? Välj att de bevaras.")


class NoMonths(Refused):
    """Something is to go, but it is not said when."""

    code = "retention_no_months"
    message = N_("Du har inte skrivit hur länge handlingarna ska sparas.")
    next_step = N_("Skriv ett antal månader, eller välj att de bevaras.")


class OlderDecision(Refused):
    """A later decision is already entered; this one would change nothing."""

    code = "retention_older_decision"
    status = HTTPStatus.CONFLICT
    message = N_("Det finns redan ett beslut som gäller från %(valid_from)s.")
    next_step = N_("Läs det beslutet. För in ett senare beslut om regeln ska ändras.")


class HoldInPast(Refused):
    """A hold would end before the decision was taken."""

    code = "retention_hold_in_past"
    message = N_("Undantaget slutar %(until)s, före beslutet den %(decided_on)s.")
    next_step = N_("Välj en dag som är beslutsdagen eller senare.")
