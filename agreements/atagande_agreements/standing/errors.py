"""What is refused about self-reports and services."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class ReportedInFuture(Refused):
    """A report can't speak of a day that has not been."""

    code = "reported_in_future"
    message = N_("Redovisningen kan inte gälla %(day)s, det datumet har inte varit än.")
    next_step = N_("Skriv dagens datum eller ett tidigare.")


class ReportedBeforeTerm(Refused):
    """A report is dated before the term it is about."""

    code = "reported_before_term"
    message = N_("Datumet %(day)s ligger före periodens första dag, %(first)s.")
    next_step = N_("Välj ett datum i perioden eller senare.")


class NotToReport(Refused):
    """The party has nothing to report for that term, or not yet."""

    code = "not_to_report"
    message = N_("Perioden %(term)s går inte att redovisa.")
    next_step = N_("Öppna Redovisning och välj en period därifrån.")


class ReportingOver(Refused):
    """The time to correct a report is over."""

    code = "reporting_over"
    status = HTTPStatus.CONFLICT
    message = N_("Tiden att rätta redovisningen gick ut %(day)s.")
    next_step = N_("Har den gett en avvikelse, skriv vad som är fel i ert yttrande.")


class AnswerMissing(Refused):
    """The one thing the report is about has not been said."""

    code = "answer_missing"
    message = N_("Svaret saknas.")
    next_step = N_("Svara på frågan och skicka igen.")


class PartsExceed(Refused):
    """A part is larger than the whole."""

    code = "parts_exceed"
    message = N_("Delarna blir fler än hela målgruppen, %(people)s personer.")
    next_step = N_("Kontrollera antalen.")


class WholeMissing(Refused):
    """There are parts but no whole."""

    code = "whole_missing"
    message = N_("Ni har skrivit delar men inte hur många målgruppen är.")
    next_step = N_("Skriv hur många målgruppen är, eller töm de andra antalen.")


class ServiceEndsBeforeStart(Refused):
    """A service's last day is before its first."""

    code = "service_span"
    message = N_("Sista dagen %(valid_to)s ligger före första dagen %(valid_from)s.")
    next_step = N_("Kontrollera datumen.")


class ServiceTaken(Refused):
    """The party has a service by that name from that day."""

    code = "service_taken"
    status = HTTPStatus.CONFLICT
    message = N_("Ni har redan en insats som heter %(name)s från samma dag.")
    next_step = N_("Öppna den som finns, eller välj ett annat namn.")


class NamesPerson(Refused):
    """The contact is someone who signs in here, by name or address."""

    code = "service_names_person"
    message = N_("Kontakten är en person. Listan nämner bara funktioner.")
    next_step = N_("Skriv funktionen, till exempel Samordnaren på enheten.")
