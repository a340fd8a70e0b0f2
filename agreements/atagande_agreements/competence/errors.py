"""What is refused about competence reports and the files they come in."""

from http import HTTPStatus

from atagande_agreements.errors import PersonalNumber, Refused
from atagande_agreements.i18n import N_


class NotAsked(Refused):
    """No commitment of the organisation asks for the subject."""

    code = "competence_not_asked"
    status = HTTPStatus.NOT_FOUND
    message = N_("Inget åtagande för er gäller det ämnet.")
    next_step = N_("Välj ett av ämnena på sidan Kompetens.")


class ReportInFuture(Refused):
    """Nobody knows what is true tomorrow."""

    code = "report_in_future"
    message = N_("Uppgifterna kan inte gälla %(day)s, det datumet har inte varit än.")
    next_step = N_("Skriv dagens datum eller ett tidigare.")


class TrainedInFuture(Refused):
    """A training is dated after the report's day."""

    code = "trained_in_future"
    message = N_("Utbildningen %(trained_on)s är senare än dagen som uppgifterna gäller, %(day)s.")
    next_step = N_("Rätta datumet, eller ta med utbildningen i nästa rapport.")


class BadStaff(Refused):
    """The number of staff is no number that a unit can have."""

    code = "staff"
    message = N_("Antalet personal går inte att använda.")
    next_step = N_("Skriv ett heltal från 0 till %(highest)s.")


class MoreThanStaff(Refused):
    """More people are trained than there are."""

    code = "more_than_staff"
    message = N_("%(trained)s är utbildade, men personalen är %(staff)s.")
    next_step = N_("Räkna varje person en gång, med sin senaste utbildning.")


class BadTrainingRow(Refused):
    """A row of the form lacks its date or its number."""

    code = "training_row"
    message = N_("Rad %(row)s går inte att läsa.")
    next_step = N_("Skriv både datum (ÅÅÅÅ-MM-DD) och antal, minst 1, eller lämna raden tom.")


class BadNameRow(Refused):
    """A row of the form lacks its date or its name, or the name holds a number."""

    code = "name_row"
    message = N_("Rad %(row)s går inte att läsa.")
    next_step = N_(
        "Skriv både namn eller initialer (högst 80 tecken, inga nummer) och datum, "
        "eller lämna raden tom."
    )


class SameName(Refused):
    """A name stands twice, so that a person would count twice."""

    code = "same_name"
    message = N_("Samma namn står på rad %(first)s och %(row)s.")
    next_step = N_("Behåll den senaste utbildningen. Är det två personer, skriv så att det syns.")


class NamesNotYours(Refused):
    """Only a unit's own chief may name its staff."""

    code = "names_not_yours"
    message = N_("Namn får bara enhetens egen chef skriva in.")
    next_step = N_("Skriv antal i stället för namn.")


class UnitNotInForce(Refused):
    """The unit did not exist on the report's day."""

    code = "unit_not_in_force"
    message = N_("%(unit)s fanns inte %(day)s.")
    next_step = N_("Kontrollera datumet.")


class EmptyFile(Refused):
    """The file holds no row."""

    code = "empty_file"
    message = N_("Filen har inga rader.")
    next_step = N_("Hämta den tomma mallen, fyll i den och välj den.")


class WrongFileType(Refused):
    """The file is neither CSV nor XLSX."""

    code = "wrong_file_type"
    message = N_("Filen är varken CSV eller XLSX.")
    next_step = N_("Spara arbetsboken som XLSX eller CSV och välj den filen.")


class LockedFile(Refused):
    """The workbook is encrypted, or of the format before 2007."""

    code = "locked_file"
    message = N_("Arbetsboken är skyddad med lösenord eller har det gamla formatet XLS.")
    next_step = N_("Spara den som XLSX utan lösenord och välj den filen.")


class BrokenFile(Refused):
    """The file ends too soon or can't be read to its end."""

    code = "broken_file"
    message = N_("Filen är skadad eller avklippt.")
    next_step = N_("Öppna den i kalkylprogrammet, spara den på nytt och välj den igen.")


class BrokenLine(Refused):
    """A line of the CSV file can't be read."""

    code = "broken_line"
    message = N_("Rad %(row)s i filen går inte att läsa.")
    next_step = N_("Se efter citattecken som saknar sitt andra, rätta raden och välj filen igen.")


class TooLargeFile(Refused):
    """The file is larger than what is taken."""

    code = "file_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    message = N_("Filen är för stor. Högst %(rows)s rader och %(megabytes)s MB tas emot.")
    next_step = N_("Dela upp filen, ett ämne i taget, eller skriv antal i stället för namn.")


class PersonalNumberInFile(PersonalNumber):
    """A cell holds what looks like a personal number. Nothing of the file is stored."""

    message = N_(
        "Rad %(row)s, kolumn %(column)s, innehåller något som ser ut som ett personnummer. "
        "Inget ur filen har sparats."
    )
    next_step = N_("Ta bort numret ur filen och välj den igen. Skriv namn, initialer eller antal.")


class ImportExpired(Refused):
    """The preview is too old, or someone else's."""

    code = "import_expired"
    status = HTTPStatus.NOT_FOUND
    message = N_("Förhandsvisningen har gått ut. Inget har sparats.")
    next_step = N_("Välj filen igen.")
