"""What a person is told when something is refused.

Every refusal has a stable code, a sentence that says what is wrong, and a next step. A refused
input changes nothing: whoever raises one has not written anything, or the edge rolls it back.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from atagande_agreements.i18n import N_


class Refused(Exception):  # noqa: N818 - the domain's word for it
    """A request that can't be carried out, with words for the person who made it.

    `message` and `next_step` are message ids (Swedish) with named placeholders that `params`
    fills. `field` names the input at fault, when there is one.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    message: str = N_("Det går inte att göra så.")
    next_step: str = N_("Gå tillbaka och försök på ett annat sätt.")

    def __init__(self, *, field: str | None = None, **params: object) -> None:
        super().__init__(self.code)
        self.field = field
        self.params: Mapping[str, object] = params

    def __str__(self) -> str:
        return f"{self.code}: {self.message % self.params}"


class NotFound(Refused):
    """The thing does not exist for this person: it is gone, or it belongs to someone else."""

    code = "not_found"
    status = HTTPStatus.NOT_FOUND
    message = N_("Sidan eller uppgiften finns inte.")
    next_step = N_("Kontrollera adressen eller gå till startsidan.")


class Forbidden(Refused):
    """The person's role does not reach this."""

    code = "forbidden"
    status = HTTPStatus.FORBIDDEN
    message = N_("Din roll ger inte tillgång till den här sidan.")
    next_step = N_("Gå till startsidan. Behöver du tillgång, fråga förbundets administratör.")


class Stale(Refused):
    """Someone else changed the thing after the form was opened (optimistic lock)."""

    code = "stale"
    status = HTTPStatus.CONFLICT
    message = N_("Någon annan hann ändra det här efter att du öppnade sidan.")
    next_step = N_("Läs vad som har ändrats och skicka igen om det fortfarande stämmer.")


class NaiveDatetime(Refused):
    """A point in time without a time zone (RFC 3339 demands an offset)."""

    code = "naive_datetime"
    message = N_("Tidpunkten saknar tidszon.")
    next_step = N_("Skriv tiden med tidszon, till exempel 2026-03-03T13:00:00+01:00.")


class PersonalNumber(Refused):
    """A personal or coordination number was written in a field. It is stored nowhere."""

    code = "personal_number"
    message = N_("Fältet innehåller något som ser ut som ett personnummer. Det sparas inte.")
    next_step = N_("Ta bort numret. Använd ärendets referens, aldrig uppgifter om en person.")
