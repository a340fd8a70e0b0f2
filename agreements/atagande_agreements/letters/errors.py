"""What is refused about letter templates."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class UnknownPlaceholder(Refused):
    """A place to fill in that nothing fills."""

    code = "unknown_placeholder"
    message = N_("Platshållaren {%(name)s} finns inte.")
    next_step = N_("Använd någon av dem som står under rutan.")


class BrokenPlaceholder(Refused):
    """A brace without its other half."""

    code = "broken_placeholder"
    message = N_("En klammer på rad %(line)s saknar sin andra halva.")
    next_step = N_("Skriv platshållaren som {referens}, eller ta bort klammern.")


class LineNotAlone(Refused):
    """The empty line to write on stands in the middle of a sentence."""

    code = "line_not_alone"
    message = N_("{rad} på rad %(line)s står inte ensam.")
    next_step = N_("Låt {rad} stå på en egen rad. Den blir en tom rad att skriva på.")


class EmptyTemplate(Refused):
    """A letter without words."""

    code = "empty_template"
    message = N_("Brevet saknar text.")
    next_step = N_("Skriv vad brevet ska säga.")


class NameTaken(Refused):
    """There is already a letter by that name."""

    code = "letter_name_taken"
    status = HTTPStatus.CONFLICT
    message = N_("Det finns redan en brevmall som heter %(name)s.")
    next_step = N_("Ändra den som finns, eller välj ett annat namn.")


class BadName(Refused):
    """A name that no address can be made of."""

    code = "letter_name"
    message = N_("Namnet %(name)s går inte att använda.")
    next_step = N_("Börja namnet med bokstäver, till exempel Begäran om läkarintyg.")
