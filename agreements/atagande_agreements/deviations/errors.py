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


class Withdrawn(Refused):
    """The deviation is withdrawn: the commitment was kept."""

    code = "deviation_withdrawn"
    status = HTTPStatus.CONFLICT
    message = N_("Avvikelsen är återtagen: underlag visar att åtagandet hölls.")
    next_step = N_("Läs på avvikelsens sida vad som kom in. Styrgruppen kan öppna den igen.")


class NotEnded(Refused):
    """Only what is closed or withdrawn is opened again."""

    code = "deviation_not_ended"
    status = HTTPStatus.CONFLICT
    message = N_("Avvikelsen är redan öppen.")
    next_step = N_("Läs på avvikelsens sida vad som väntar.")


class EmptyReply(Refused):
    """A reply without words."""

    code = "empty_reply"
    message = N_("Skriv ett yttrande.")
    next_step = N_("Berätta kort vad som hände och vad ni gör åt det.")


class NotHeard(Refused):
    """The party has not replied and its time is not over."""

    code = "not_heard"
    status = HTTPStatus.CONFLICT
    message = N_("Parten har inte yttrat sig än, så gruppen kan inte besluta om avvikelsen.")
    next_step = N_("Vänta på yttrandet, eller tills tiden för det har gått ut.")


class OthersNotHeard(NotHeard):
    """Of several that are decided together, some party is not heard."""

    code = "others_not_heard"
    message = N_("Alla som avgörs tillsammans har inte yttrat sig än: %(names)s.")
    next_step = N_("Vänta på deras yttranden, eller skilj dem från de andra först.")


class DecidedTogether(Refused):
    """It is decided together with another; the decision is taken there."""

    code = "decided_together"
    status = HTTPStatus.CONFLICT
    message = N_("Avvikelsen avgörs tillsammans med %(name)s.")
    next_step = N_("Besluta på den avvikelsens sida, eller skilj den här från de andra först.")


class CantMerge(Refused):
    """Two deviations that can't be decided together."""

    code = "cant_merge"
    status = HTTPStatus.CONFLICT
    message = N_("Avvikelserna kan inte avgöras tillsammans.")
    next_step = N_(
        "Välj två avvikelser i samma överenskommelse som har kommit lika långt och inte är stängda."
    )


class NotMerged(Refused):
    """It is not decided together with any other."""

    code = "not_merged"
    status = HTTPStatus.CONFLICT
    message = N_("Avvikelsen avgörs redan för sig.")
    next_step = N_("Läs på avvikelsens sida vad som väntar.")


class WrongEnding(Refused):
    """It can't be closed for that reason now."""

    code = "wrong_ending"
    message = N_("Avvikelsen kan inte stängas av det skälet nu.")
    next_step = N_("Åtgärden är genomförd bara om gruppen har beslutat en. Välj ett annat skäl.")


class AnswerTheContest(Refused):
    """The party contests; the group says what it finds."""

    code = "answer_the_contest"
    message = N_("Parten bestrider avvikelsen. Skriv vad gruppen kom fram till och varför.")
    next_step = N_("Skriv det i rutan för vad gruppen beslutade.")


class EmptyMeasure(Refused):
    """A measure without words."""

    code = "empty_measure"
    message = N_("Skriv vad som ska göras.")
    next_step = N_("Skriv kort och så att det går att se när det är gjort.")


class NoOwner(Refused):
    """A measure for nobody who is a party."""

    code = "no_owner"
    message = N_("Välj vem som ska göra det.")
    next_step = N_("Det ska vara en part eller en mottagning som är part i dag.")


class DueBeforeDecision(Refused):
    """A measure that should have been done before it was decided."""

    code = "due_before_decision"
    message = N_("Åtgärden ska vara klar efter att den beslutades, %(day)s.")
    next_step = N_("Välj ett senare datum.")


class NoMeasure(Refused):
    """There is no measure to report on."""

    code = "no_measure"
    status = HTTPStatus.CONFLICT
    message = N_("Det finns ingen åtgärd som väntar.")
    next_step = N_("Läs på avvikelsens sida vad som har beslutats.")


class MeasureDone(Refused):
    """The measure is already reported as done."""

    code = "measure_done"
    status = HTTPStatus.CONFLICT
    message = N_("Åtgärden är redan rapporterad som gjord.")
    next_step = N_("Läs på avvikelsens sida vad som skrevs.")


class DoneInFuture(Refused):
    """Done on a day that has not come, or before it was decided."""

    code = "done_in_future"
    message = N_("Åtgärden kan ha gjorts från och med beslutet %(first)s till och med i dag.")
    next_step = N_("Kontrollera datumet.")


class RungNotUsed(Refused):
    """A step of the ladder that the group has not switched on."""

    code = "rung_not_used"
    status = HTTPStatus.CONFLICT
    message = N_("Styrgruppen har inte beslutat att använda det steget i trappan.")
    next_step = N_("Besluta först om steget på sidan Trappan.")


class RungSkipped(Refused):
    """Not the next step of the ladder."""

    code = "rung_skipped"
    status = HTTPStatus.CONFLICT
    message = N_("Det är inte nästa steg i trappan för den här avvikelsen.")
    next_step = N_("Ladda om sidan och läs vilket steg som kommer härnäst.")
