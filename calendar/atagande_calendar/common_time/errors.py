"""What is refused about common times, published calendars and polls."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class NobodyChosen(Refused):
    """A search or a poll without anyone."""

    code = "nobody_chosen"
    message = N_("Ingen är vald.")
    next_step = N_("Välj minst en person, enhet eller mottagning.")


class TooMany(Refused):
    """More participants than a page can show and a person can judge."""

    code = "too_many_chosen"
    message = N_("Du har valt %(number)s, och högst %(most)s kan jämföras på en gång.")
    next_step = N_("Välj färre, eller sök i omgångar.")


class BadSpan(Refused):
    """Days that end before they begin, lie in the past, or are too many."""

    code = "common_time_span"
    message = N_("Perioden från %(first)s till %(last)s går inte att söka i.")
    next_step = N_("Välj dagar från i dag och framåt, högst %(most)s dagar.")


class BadMinutes(Refused):
    """A length that no meeting has."""

    code = "common_time_minutes"
    message = N_("Mötet kan inte vara %(minutes)s minuter.")
    next_step = N_("Välj en längd i hela kvartar från 15 till 480 minuter.")


class BadAddress(Refused):
    """An address of a calendar that is never fetched."""

    code = "calendar_address"
    message = N_("Adressen går inte att använda.")
    next_step = N_("Klistra in den publicerade adressen. Den ska börja med https://.")


class SameAddress(Refused):
    """The address is there already."""

    code = "calendar_address_known"
    status = HTTPStatus.CONFLICT
    message = N_("Adressen finns redan.")
    next_step = N_("Du behöver inte göra något.")


class EnoughCalendars(Refused):
    """More calendars than one owner needs."""

    code = "calendars_enough"
    message = N_("Det går att ha högst %(most)s kalendrar.")
    next_step = N_("Ta bort en av dem först.")


class BadTimes(Refused):
    """Too few or too many proposed times, or one that has been."""

    code = "poll_times"
    message = N_("En omröstning behöver 2 till 10 tider som ligger framåt.")
    next_step = N_("Välj tiderna igen bland förslagen.")


class BadDeadline(Refused):
    """A last day that is over, or after the first proposed time."""

    code = "poll_deadline"
    message = N_("Sista dag att svara kan inte vara %(day)s.")
    next_step = N_("Välj en dag från i dag till och med dagen före den första tiden.")


class BadPollLink(Refused):
    """The link is not ours."""

    code = "poll_link"
    status = HTTPStatus.NOT_FOUND
    message = N_("Länken går inte att använda.")
    next_step = N_("Öppna länken i det senaste mejlet du fått.")


class PollClosed(Refused):
    """No more answers are taken."""

    code = "poll_closed"
    status = HTTPStatus.GONE
    message = N_("Omröstningen är avslutad, så det går inte att svara.")
    next_step = N_("Du behöver inte göra något. Blir det ett möte får du en kallelse.")


class PollDone(Refused):
    """A poll is closed once."""

    code = "poll_done"
    status = HTTPStatus.CONFLICT
    message = N_("Omröstningen är redan avslutad.")
    next_step = N_("Öppna omröstningen och se vilken tid som valdes.")


class AnswersMissing(Refused):
    """A time that nothing is said about."""

    code = "poll_answers_missing"
    message = N_("Svara på varje tid.")
    next_step = N_("Välj ja, helst eller nej för tiden.")
