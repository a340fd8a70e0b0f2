"""What is refused about a clinic's hours and slots."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class NotOffered(Refused):
    """The time is no slot of the clinic."""

    code = "slot_not_offered"
    message = N_("Mottagningen har ingen tid som börjar då.")
    next_step = N_("Välj en av tiderna i listan.")


class SlotTaken(Refused):
    """Someone else booked the slot first, or holds it. `free` are the next free ones (UTC)."""

    code = "slot_taken"
    status = HTTPStatus.CONFLICT
    message = N_("Någon annan hann boka den tiden.")
    next_step = N_("Välj en av de närmaste lediga tiderna.")

    def __init__(self, free: Sequence[datetime], *, held: bool = False) -> None:
        super().__init__(field="slot")
        self.free = tuple(free)
        self.held = held
        if held:
            self.message = N_("Någon annan håller på att boka den tiden.")


class OffGrid(Refused):
    """Hours stand on the quarters of an hour."""

    code = "hours_off_grid"
    message = N_("Tider anges på hel kvart.")
    next_step = N_("Skriv till exempel 09.00, 09.15, 09.30 eller 09.45.")


class NoRoom(Refused):
    """Hours that hold no whole slot, or that end before they begin."""

    code = "hours_no_room"
    message = N_("Från %(opens)s till %(closes)s ryms inget möte om 60 minuter.")
    next_step = N_("Skriv en sluttid som är minst 60 minuter efter starttiden.")


class EndsBeforeItBegins(Refused):
    """A last day before the first."""

    code = "hours_ends_before"
    message = N_("%(last)s är före den första dagen, som är %(first)s.")
    next_step = N_("Kontrollera datumen.")


class InThePast(Refused):
    """What has been offered, or closed, can't be changed afterwards."""

    code = "hours_in_the_past"
    message = N_("%(day)s har redan varit. En ändring kan tidigast gälla från %(earliest)s.")
    next_step = N_("Skriv ett senare datum.")


class TooFarAhead(Refused):
    """A date that nobody plans for."""

    code = "hours_too_far"
    message = N_("%(day)s är för långt fram. Tider läggs in högst fem år i förväg.")
    next_step = N_("Skriv ett tidigare datum, eller lämna fältet tomt om det gäller tills vidare.")


class HasBegun(Refused):
    """What has applied stays in the history."""

    code = "hours_have_begun"
    message = N_("Det här har börjat gälla, och det som har varit ändras inte.")
    next_step = N_("Ange en sista dag i stället.")


class IsOver(Refused):
    """What has ended is left as it was."""

    code = "hours_are_over"
    message = N_("Det här har slutat gälla och kan inte ändras.")
    next_step = N_("Lägg till nya tider, eller en ny stängning.")


class HoursOverlap(Refused):
    """Two spans of hours on the same weekday would hold the same quarter of an hour."""

    code = "hours_overlap"
    status = HTTPStatus.CONFLICT
    message = N_("Tiden krockar med %(opens)s–%(closes)s samma veckodag, från %(since)s.")
    next_step = N_("Ändra eller avsluta den tiden först, eller välj en annan tid.")


class ClosuresOverlap(Refused):
    """Two closures on the same day."""

    code = "closures_overlap"
    status = HTTPStatus.CONFLICT
    message = N_("Mottagningen är redan stängd %(first)s–%(last)s.")
    next_step = N_("Ändra den stängningen i stället.")


class MeetingsStand(Refused):
    """Booked meetings fall outside the new hours; told once before it is saved.

    `known` is how many, or None for someone who may not see SIP meetings: a small number could
    point one out.
    """

    code = "hours_meetings_stand"
    status = HTTPStatus.CONFLICT
    message = N_("Bokade möten som hamnar utanför öppettiderna: %(count)s.")
    next_step = N_(
        "De ligger kvar som de är. Kontakta den som kallat om ett möte behöver flyttas. "
        "Spara om det stämmer."
    )

    def __init__(self, count: int, *, limit: int, seen: bool) -> None:
        super().__init__(count=count if seen else None, limit=limit)
        self.known = count if seen else None
        if not seen:
            self.message = (
                N_("Färre än %(limit)s bokade möten hamnar utanför öppettiderna.")
                if count < limit
                else N_("%(limit)s eller fler bokade möten hamnar utanför öppettiderna.")
            )
            self.next_step = N_(
                "De ligger kvar som de är, och mottagningens chef ser hur många de är. "
                "Spara om det stämmer."
            )
