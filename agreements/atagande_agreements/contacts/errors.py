"""What is refused about contact points."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class NoWay(Refused):
    """An entry by which nobody can be reached."""

    code = "contact_no_way"
    message = N_("Det går inte att nå någon med de här uppgifterna.")
    next_step = N_("Skriv ett telefonnummer, en e-postadress eller en adress.")


class NotAnAddress(Refused):
    """A mail address that can't be used."""

    code = "contact_address"
    message = N_("%(email)s är ingen e-postadress som går att använda.")
    next_step = N_("Skriv adressen som funktion@verksamhet.se, utan å, ä och ö.")


class NotAPhone(Refused):
    """A telephone number that nobody can dial."""

    code = "contact_phone"
    message = N_("%(phone)s är inget telefonnummer.")
    next_step = N_("Skriv numret med siffror, till exempel 08-123 456 78.")


class PersonsAddress(Refused):
    """The address is that of someone who signs in here."""

    code = "contact_person_address"
    message = N_("%(email)s är en persons adress. Listan är öppen för alla.")
    next_step = N_("Skriv adressen till en funktionsbrevlåda.")


class LooksPersonal(Refused):
    """The address looks like a person's, and nobody has said that it is not."""

    code = "contact_looks_personal"
    message = N_("%(email)s ser ut som en persons adress. Listan är öppen för alla.")
    next_step = N_("Byt till en funktionsbrevlåda, eller kryssa i att adressen är en sådan.")


class PersonsName(Refused):
    """The text names someone who signs in here."""

    code = "contact_person_name"
    message = N_("Texten nämner en person. Listan är öppen för alla.")
    next_step = N_("Skriv funktionen, till exempel SGI-handläggare.")


class NotTheirUnit(Refused):
    """The unit belongs to another party, or is gone."""

    code = "contact_unit"
    message = N_("Enheten hör inte till parten.")
    next_step = N_("Välj en av partens enheter, eller hela parten.")


class TooMany(Refused):
    """The party has as many entries as the list takes."""

    code = "contact_too_many"
    message = N_("Ni har redan %(most)s kontaktvägar, och fler får inte plats.")
    next_step = N_("Ta bort en kontaktväg som inte används.")


class NothingToConfirm(Refused):
    """The party has no entries."""

    code = "contact_nothing"
    message = N_("Det finns inga kontaktvägar att bekräfta.")
    next_step = N_("Lägg till minst en kontaktväg först.")


class ConfirmedInFuture(Refused):
    """A confirmation is dated after today."""

    code = "contact_future"
    message = N_("Dagen %(day)s har inte varit än.")
    next_step = N_("Skriv dagen då parten sa att uppgifterna stämmer.")


class ChangedSince(Refused):
    """A confirmation is dated before its entries became what they are."""

    code = "contact_changed_since"
    message = N_("Uppgifterna ändrades %(changed_on)s, efter %(day)s.")
    next_step = N_("Skriv en dag då uppgifterna stämde som de är nu, tidigast %(changed_on)s.")


class BadLink(Refused):
    """The link is not ours, or its person no longer speaks for the party."""

    code = "contact_link"
    status = HTTPStatus.NOT_FOUND
    message = N_("Länken går inte att använda.")
    next_step = N_("Logga in och bekräfta kontaktvägarna där.")


class OldLink(Refused):
    """The link has grown old."""

    code = "contact_link_old"
    status = HTTPStatus.GONE
    message = N_("Länken är för gammal.")
    next_step = N_("Logga in och bekräfta kontaktvägarna där.")
