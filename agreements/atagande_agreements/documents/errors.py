"""What is refused about documents."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class UpdateAlreadyDecided(Refused):
    """The same decision about the same document is in the register."""

    code = "update_already_decided"
    status = HTTPStatus.CONFLICT
    message = N_("Beslutet %(paragraph)s den %(decided_on)s om dokumentet är redan infört.")
    next_step = N_("Kontrollera paragraf och datum.")


class NothingDecided(Refused):
    """A new version that carries out no decision."""

    code = "nothing_decided"
    message = N_("En ny version behöver ett beslut av styrgruppen.")
    next_step = N_(
        "Välj vilket beslut versionen genomför. Finns inget, be styrgruppen besluta först."
    )


class CarriedOut(Refused):
    """A decision that no longer waits for a version."""

    code = "carried_out"
    status = HTTPStatus.CONFLICT
    message = N_("Beslutet väntar inte längre på en ny version.")
    next_step = N_("Läs vilken version som genomförde det, och välj bland dem som väntar.")


class PublishedInFuture(Refused):
    """A version can't have been published tomorrow."""

    code = "published_in_future"
    message = N_("Versionen kan inte ha publicerats %(day)s, det datumet har inte varit än.")
    next_step = N_("Skriv den dag versionen blev tillgänglig för parterna.")


class PublishedBeforeDecision(Refused):
    """A version is older than the decision it carries out."""

    code = "published_before_decision"
    message = N_("Versionen kan inte ha publicerats %(day)s, före beslutet %(decided_on)s.")
    next_step = N_("Kontrollera datumet, eller välj det beslut som versionen genomför.")


class PublishedBeforeLast(Refused):
    """A version is older than the one before it."""

    code = "published_before_last"
    message = N_("Versionen kan inte ha publicerats %(day)s, före version %(number)s den %(last)s.")
    next_step = N_("Kontrollera datumet.")


class NothingChanged(Refused):
    """A new version that reads as the last one."""

    code = "nothing_changed"
    message = N_("Texten är densamma som i version %(number)s.")
    next_step = N_("Ändra texten så som styrgruppen har beslutat.")


class NoText(Refused):
    """A version without words."""

    code = "no_text"
    message = N_("Versionen saknar text.")
    next_step = N_("Skriv eller klistra in dokumentets text.")


class BadLink(Refused):
    """An address that is not a full https address."""

    code = "link"
    message = N_("Adressen går inte att använda.")
    next_step = N_("Skriv hela adressen. Den börjar med https://.")


class LinkTaken(Refused):
    """The governing document is in the list already."""

    code = "link_taken"
    status = HTTPStatus.CONFLICT
    message = N_("Ett styrdokument med den adressen finns redan.")
    next_step = N_("Ändra det som finns.")


class UnknownCommitment(Refused):
    """A key that no commitment of the agreement has."""

    code = "unknown_commitment"
    message = N_("Överenskommelsen har inget åtagande %(key)s.")
    next_step = N_("Välj bland åtagandena i listan.")
