"""Why an invitation can't be composed. Nothing has been written or sent when one is raised.

A datetime without a time zone raises `atagande_agreements.errors.NaiveDatetime`.
"""

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class EndsBeforeStart(Refused):
    """The meeting ends before it starts, or at the same second."""

    code = "meeting_ends_before_start"
    message = N_("Mötet slutar innan det har börjat.")
    next_step = N_("Ändra sluttiden så att den ligger efter starttiden.")


class NoSummary(Refused):
    """The meeting has no heading: libical and others drop the whole message."""

    code = "meeting_without_summary"
    message = N_("Mötet saknar rubrik.")
    next_step = N_("Skriv en kort, neutral rubrik.")


class UnsafeAddress(Refused):
    """An e-mail address that not every mail server and calendar reads the same way."""

    code = "unsafe_address"
    message = N_("E-postadressen kan inte användas i en kallelse.")
    next_step = N_("Skriv adressen med bokstäverna a–z, till exempel namn@kommun.se.")


class UnsafeHeader(Refused):
    """A line break, a control character or an encoded word in a mail's header."""

    code = "unsafe_header"
    message = N_("Raden i brevhuvudet innehåller tecken som inte får finnas där.")
    next_step = N_("Skriv texten på en enda rad med vanliga tecken.")


class UnsafeIdentifier(Refused):
    """A UID or a Message-ID that clients may cut, fold or read differently."""

    code = "unsafe_identifier"
    message = N_("Mötets eller brevets beteckning har fel form.")
    next_step = N_("Kontakta driften och ange felkoden.")


class BadSequence(Refused):
    """SEQUENCE is not a whole number from 0 (RFC 5545, 3.8.7.4)."""

    code = "bad_sequence"
    message = N_("Mötets ändringsnummer har fel form.")
    next_step = N_("Kontakta driften och ange felkoden.")


class AlreadyCancelled(Refused):
    """Nobody can be invited to a meeting that is cancelled."""

    code = "meeting_cancelled"
    message = N_("Mötet är inställt.")
    next_step = N_("Skapa ett nytt möte om det ska bli av ändå.")


class NotForRecipient(Refused):
    """The calendar text is not a message to the person the mail goes to.

    Gmail and others then show an event to add and no way to answer it.
    """

    code = "calendar_not_for_recipient"
    message = N_("Kallelsen är inte ställd till den som brevet går till.")
    next_step = N_("Kontakta driften och ange felkoden.")


class BadRule(Refused):
    """A regular rule that common calendars read differently, or that gives no such dates."""

    code = "bad_rule"
    message = N_("Regeln går inte att använda.")
    next_step = N_("Välj en veckodag, hur ofta och högst 60 gånger, från en dag som följer regeln.")
