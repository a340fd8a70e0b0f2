"""What is refused about enquiries."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class NotAClinic(Refused):
    """The addressee is no clinic under the agreement."""

    code = "not_a_clinic"
    message = N_("%(unit)s är ingen mottagning under överenskommelsen.")
    next_step = N_("Välj en av mottagningarna i listan.")


class BadReference(Refused):
    """The reference is not of the opaque form."""

    code = "reference"
    message = N_("Referensen %(reference)s går inte att använda.")
    next_step = N_("Använd 4–20 tecken: versaler A–Z, siffror och bindestreck.")


class ReferenceTaken(Refused):
    """There is already an enquiry with that reference."""

    code = "reference_taken"
    status = HTTPStatus.CONFLICT
    message = N_("Referensen %(reference)s är redan registrerad.")
    next_step = N_("Ta en ny referens, eller öppna den förfrågan som finns.")


class SentInFuture(Refused):
    """A letter can't have been sent tomorrow."""

    code = "sent_in_future"
    message = N_("Förfrågan kan inte ha skickats %(day)s, det datumet har inte varit än.")
    next_step = N_("Skriv det datum då brevet lämnade er.")


class AnsweredInFuture(Refused):
    """An answer can't have come tomorrow."""

    code = "answered_in_future"
    message = N_("Svaret kan inte ha kommit %(day)s, det datumet har inte varit än.")
    next_step = N_("Skriv det datum då svaret kom.")


class AnswerBeforeQuestion(Refused):
    """The answer is older than the question."""

    code = "answer_before_question"
    message = N_("Svaret %(answered_on)s är äldre än förfrågan från %(sent_on)s.")
    next_step = N_("Kontrollera datumen.")


class AlreadyAnswered(Refused):
    """The enquiry has another answer date already."""

    code = "already_answered"
    status = HTTPStatus.CONFLICT
    message = N_("Förfrågan besvarades redan %(answered_on)s.")
    next_step = N_("Är datumet fel kan kommunen som frågade rätta det på förfrågans sida.")


class NotAnswered(Refused):
    """There is no answer whose date could be wrong."""

    code = "not_answered"
    status = HTTPStatus.CONFLICT
    message = N_("Förfrågan har inget registrerat svar att rätta.")
    next_step = N_("Registrera svaret i stället.")


class ForwardedInFuture(Refused):
    """A question can't have been passed on tomorrow."""

    code = "forwarded_in_future"
    message = N_("Frågan kan inte ha förmedlats vidare %(day)s, det datumet har inte varit än.")
    next_step = N_("Skriv det datum då behandlaren tog emot frågan.")


class ForwardedBeforeQuestion(Refused):
    """It was passed on before it was put."""

    code = "forwarded_before_question"
    message = N_("Vidareförmedlingen %(forwarded_on)s är äldre än förfrågan från %(sent_on)s.")
    next_step = N_("Kontrollera datumen.")


class AlreadyForwarded(Refused):
    """Another date has been told already."""

    code = "already_forwarded"
    status = HTTPStatus.CONFLICT
    message = N_("Det är redan registrerat att frågan förmedlades vidare %(forwarded_on)s.")
    next_step = N_("En vidareförmedling räknas en gång. Du behöver inte göra något.")
