"""What is refused about the steering group's meetings."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class DecidedBeforeMeeting(Refused):
    """A decision can't be older than the meeting that took it."""

    code = "decided_before_meeting"
    message = N_("Beslutet är daterat %(decided_on)s, men mötet hölls %(met_on)s.")
    next_step = N_("Rätta datumet eller välj mötet där beslutet fattades.")


class MeetingAhead(Refused):
    """A decision is taken at a meeting that has begun."""

    code = "meeting_ahead"
    message = N_("Mötet har inte börjat än.")
    next_step = N_("Välj mötet där beslutet fattades.")


class MinutesFixed(Refused):
    """What the minutes say is settled."""

    code = "minutes_fixed"
    status = HTTPStatus.CONFLICT
    message = N_("Protokollet är justerat och ändras inte mer.")
    next_step = N_("Börja en rättelse om något är fel. Det första protokollet står kvar.")


class MinutesBegun(Refused):
    """One draft at a time."""

    code = "minutes_begun"
    status = HTTPStatus.CONFLICT
    message = N_("Någon har redan börjat på protokollet.")
    next_step = N_("Öppna protokollet och fortsätt där.")


class NoAttendance(Refused):
    """Minutes say who was there."""

    code = "no_attendance"
    message = N_("Närvaron är inte rapporterad, så protokollet kan inte säga vilka som var med.")
    next_step = N_("Rapportera närvaron på mötets sida och justera sedan.")


class NoFunction(Refused):
    """Minutes are fixed by somebody."""

    code = "no_function"
    message = N_("Det står inte vem som justerade.")
    next_step = N_("Skriv funktionen, till exempel Ordföranden och ledamoten för Sigtuna.")


class FixedOutOfTime(Refused):
    """Minutes are fixed on the day of the meeting or later, and not ahead of today."""

    code = "fixed_out_of_time"
    message = N_("Protokollet kan inte ha justerats %(day)s.")
    next_step = N_("Skriv en dag från mötets dag till och med i dag.")


class FixedBeforeDecision(Refused):
    """Minutes are fixed after what they say was decided."""

    code = "fixed_before_decision"
    message = N_("%(paragraph)s är daterad %(decided_on)s, efter justeringen.")
    next_step = N_("Rätta datumet för justeringen.")


class CorrectionNeedsReason(Refused):
    """A correction says what was wrong."""

    code = "correction_needs_reason"
    message = N_("Det står inte varför protokollet rättas.")
    next_step = N_("Skriv vad som var fel i det första protokollet.")


class NothingToCorrect(Refused):
    """Only fixed minutes are corrected; a draft is changed."""

    code = "nothing_to_correct"
    status = HTTPStatus.CONFLICT
    message = N_("Protokollet är inte justerat, så det behöver ingen rättelse.")
    next_step = N_("Ändra i utkastet.")


class ItemWithoutTitle(Refused):
    """An own item has a title."""

    code = "agenda_item_title"
    message = N_("Punkten saknar rubrik.")
    next_step = N_("Skriv vad punkten handlar om, med några ord.")


class TooManyItems(Refused):
    """An agenda that nobody gets through."""

    code = "agenda_items"
    message = N_("Dagordningen kan ha högst %(most)s egna punkter.")
    next_step = N_("Slå ihop några punkter eller ta bort någon.")


class AlreadyHandled(Refused):
    """An item is decided once."""

    code = "item_handled"
    status = HTTPStatus.CONFLICT
    message = N_("Det finns redan ett beslut om punkten.")
    next_step = N_("Se beslutet i registret.")


class EmptyDecision(Refused):
    """A decision that acts on nothing in the service says what was decided."""

    code = "empty_decision"
    message = N_("Det står inte vad gruppen beslutade.")
    next_step = N_("Skriv beslutet med en eller två meningar.")


class EmptyDissent(Refused):
    """A dissent has words."""

    code = "empty_dissent"
    message = N_("Uttalandet är tomt.")
    next_step = N_("Skriv vad parten vill ha sagt.")


class AlreadyDissented(Refused):
    """One statement a party and decision."""

    code = "already_dissented"
    status = HTTPStatus.CONFLICT
    message = N_("Parten har redan ett särskilt uttalande om beslutet.")
    next_step = N_("Se uttalandet vid beslutet. Det ändras inte.")
