"""What the command line refuses."""

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class OldDatabase(Refused):
    """The tables are not those of this version."""

    code = "old_database"
    message = N_("Databasen är inte uppdaterad till den här versionen.")
    next_step = N_("Säkerhetskopiera och kör sedan: atagande db upgrade")


class NoDatabase(Refused):
    """The database can't be reached."""

    code = "no_database"
    message = N_("Databasen går inte att nå.")
    next_step = N_("Kontrollera att den är igång och att ATAGANDE_DATABASE_URL stämmer.")


class MigrationFailed(Refused):
    """The migration can't be carried out."""

    code = "migration"
    message = N_("Migreringen gick inte att genomföra: %(reason)s")
    next_step = N_(
        "Steget som misslyckades ändrade inget. Kontrollera vilken version databasen är från."
    )


class TablesDiffer(Refused):
    """The tables differ from what the models say, at the right revision."""

    code = "tables_differ"
    message = N_("Databasens tabeller skiljer sig från programmets.")
    next_step = N_("Någon har ändrat tabellerna för hand. Läs in en säkerhetskopia.")


class CountsDiffer(Refused):
    """The counts by month are not those of the occurrences."""

    code = "counts_differ"
    message = N_("Antalen per månad stämmer inte med tillfällena för %(places)s åtaganden.")
    next_step = N_("Någon har ändrat i tabellerna för hand. Räkna om med: atagande db recount")


class PortTaken(Refused):
    """Someone else listens on the port."""

    code = "port_taken"
    message = N_("Port %(port)s på %(host)s är upptagen.")
    next_step = N_("Stäng det andra programmet eller välj en annan port med --port.")


class BadMoment(Refused):
    """A point in time that can't be read."""

    code = "moment"
    message = N_("Tidpunkten %(text)s går inte att läsa.")
    next_step = N_("Skriv till exempel 2026-03-03T13:00:00+01:00.")


class NoFile(Refused):
    """A file that can't be read or written."""

    code = "file"
    message = N_("Filen %(file)s går inte att läsa eller skriva: %(reason)s.")
    next_step = N_("Kontrollera namnet och att du har rätt till katalogen.")


class NoSuchAgreement(Refused):
    """No agreement by that number or name."""

    code = "no_agreement"
    message = N_("Det finns ingen överenskommelse som heter %(name)s.")
    next_step = N_("Det finns: %(known)s.")


class NoSuchMessage(Refused):
    """No message by that number."""

    code = "no_message"
    message = N_("Det finns inget utskick med nummer %(number)s.")
    next_step = N_("Lista dem med: atagande outbox list")


class Unknown(Refused):
    """A word that is none of the known ones."""

    code = "unknown_word"
    message = N_("%(option)s %(word)s finns inte.")
    next_step = N_("Välj bland: %(known)s.")


class BadAddress(Refused):
    """An e-mail address that not every mail system takes."""

    code = "address"
    message = N_("%(email)s är ingen e-postadress som fungerar överallt.")
    next_step = N_("Skriv en adress utan å, ä och ö.")


class EmptyField(Refused):
    """A text that is empty or too long."""

    code = "length"
    message = N_("%(option)s ska ha 1–%(most)s tecken.")
    next_step = N_("Skriv om och kör igen.")


class NoSuchPerson(Refused):
    """Nobody has that address."""

    code = "no_person"
    message = N_("Ingen har adressen %(email)s.")
    next_step = N_("Lägg till personen med: atagande user add")


class NoLongerSent(Refused):
    """What the message is about is gone, so it has no text any more."""

    code = "obsolete_message"
    message = N_("Utskick %(number)s behövs inte längre och har inget brev.")
    next_step = N_("Du behöver inte göra något.")
