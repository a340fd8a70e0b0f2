"""Where a SIP is held, in words: a closed list of places and of reasons for another one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypeVar

from flask import g

from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Unit
from atagande_calendar.sip.errors import NeedlessReason, NoReason
from atagande_calendar.sip.models import Sip, SipResult, SipVenue, VenueReason
from atagande_plugin.web.kernel import error_texts

VENUES = {
    SipVenue.CLINIC: N_("På mottagningen"),
    SipVenue.CONVENER: N_("Hos oss som sammankallar"),
    SipVenue.ONLINE: N_("Digitalt"),
    SipVenue.ELSEWHERE: N_("På en annan plats"),
}
HINTS = {
    SipVenue.ONLINE: N_("Du skickar länken på ert eget sätt."),
    SipVenue.ELSEWHERE: N_("Du meddelar platsen på ert eget sätt. Skriv den aldrig här."),
}
REASONS = {
    VenueReason.CLIENT_CANNOT_COME: N_("Klienten kan inte ta sig till mottagningen"),
    VenueReason.PREMISES_UNAVAILABLE: N_("Mottagningens lokal är inte tillgänglig"),
    VenueReason.ONLINE_MEETING: N_("Deltagarna möts digitalt"),
    VenueReason.OTHER: N_("Annat skäl"),
}
RESULTS = {
    SipResult.HELD: N_("Mötet hölls"),
    SipResult.NOT_HELD: N_("Mötet blev inte av"),
}
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Place:
    """The place that is chosen so far in a booking, with its reason."""

    venue: SipVenue = SipVenue.CLINIC
    reason: VenueReason | None = None

    @classmethod
    def of(cls, given: Mapping[str, str], venue: str, reason: str) -> Self:
        """Return what an address or a form says; what it can't be is read as not said."""
        return cls(
            _one_of(SipVenue, given.get(venue)) or SipVenue.CLINIC,
            _one_of(VenueReason, given.get(reason)),
        )

    @property
    def fault(self) -> NoReason | NeedlessReason | None:
        """Return what the booking would be refused for."""
        at_clinic = self.venue is SipVenue.CLINIC
        if at_clinic and self.reason is not None:
            return NeedlessReason(field="skal")
        if not at_clinic and self.reason is None:
            return NoReason(field="skal")
        return None

    def errors(self) -> dict[str, str]:
        """Return the fault in words, by field."""
        return error_texts(self.fault) if self.fault else {}

    def pairs(self) -> list[tuple[str, str]]:
        """Return it as it stands in addresses; nothing for the clinic."""
        pairs = [] if self.venue is SipVenue.CLINIC else [("plats", self.venue.value)]
        return pairs + ([("skal", self.reason.value)] if self.reason else [])


#: What is chosen when nobody has chosen.
AT_CLINIC = Place()


def _one_of(choices: type[_Choice], text: str | None) -> _Choice | None:
    return next((one for one in choices if one.value == text), None)


def labels(words: Mapping[_Choice, str]) -> dict[str, str]:
    """Return choices with their words in the visitor's language."""
    return {one.value: g.words.text(label) for one, label in words.items()}


def venues(unit: Unit) -> list[tuple[str, str, str]]:
    """Return the places to choose from, each with its words and a hint."""
    hints = {venue: g.words.text(text) for venue, text in HINTS.items()}
    hints[SipVenue.CLINIC] = unit.name
    hints[SipVenue.CONVENER] = g.me.unit_name or g.me.organisation_name
    return [(one.value, g.words.text(label), hints[one]) for one, label in VENUES.items()]


def in_words(place: Place) -> str:
    """Return a place with its reason."""
    venue = g.words.text(VENUES[place.venue])
    return venue if place.reason is None else f"{venue}. {g.words.text(REASONS[place.reason])}."


def reason_of(sip: Sip) -> str:
    """Return why a SIP is not at the clinic; empty when it is."""
    return g.words.text(REASONS[sip.venue_reason]) if sip.venue_reason else ""
