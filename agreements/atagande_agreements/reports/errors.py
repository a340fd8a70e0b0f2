"""What is refused about reports."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class BadSpan(Refused):
    """A last day before the first, or a span longer than anyone reads."""

    code = "report_span"
    message = N_("Perioden går inte att använda: den sista dagen ligger före den första.")
    next_step = N_("Välj en sista dag som är samma dag som den första, eller senare.")


class NoPeriod(Refused):
    """Neither a period by its code nor two dates."""

    code = "report_period"
    message = N_("Det framgår inte vilken period rapporten ska gälla.")
    next_step = N_("Välj en period, eller skriv både den första och den sista dagen.")


class TooLongSpan(Refused):
    """A span longer than a report is made over."""

    code = "report_too_long"
    message = N_("En rapport kan gälla högst %(years)s år.")
    next_step = N_("Välj en kortare period.")


class PeriodBeforeAgreement(Refused):
    """The whole period was over before the agreement began."""

    code = "report_before_agreement"
    message = N_("Perioden slutar före överenskommelsens första dag, %(valid_from)s.")
    next_step = N_("Välj en period då överenskommelsen gällde.")


class PeriodAfterAgreement(Refused):
    """The whole period is after the agreement's last day."""

    code = "report_after_agreement"
    message = N_("Perioden börjar efter överenskommelsens sista dag, %(valid_to)s.")
    next_step = N_("Välj en period då överenskommelsen gällde.")


class NotBegun(Refused):
    """The period is still to come."""

    code = "report_not_begun"
    message = N_("Perioden börjar %(first)s och har inte börjat än.")
    next_step = N_("Välj en period som har börjat. Då finns det något att följa upp.")


class AlreadyAsked(Refused):
    """The same report is waiting or being made."""

    code = "report_already_asked"
    status = HTTPStatus.CONFLICT
    message = N_("Rapporten över samma period görs redan.")
    next_step = N_("Öppna den i listan över rapporter.")


class NotFailed(Refused):
    """Only what could not be made is made again."""

    code = "report_not_failed"
    status = HTTPStatus.CONFLICT
    message = N_("Rapporten behöver inte göras om.")
    next_step = N_("Öppna rapporten för att se hur långt den har kommit.")
