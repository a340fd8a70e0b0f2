"""Reads input into its model, and says in plain words what is wrong with it.

The models are loaded when the first form is read, since pydantic costs a tenth of the start.
"""

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_

if TYPE_CHECKING:
    from pydantic import BaseModel

#: Type of pydantic error -> what is said. Anything else reads as the last one.
MESSAGES: Mapping[str, str] = {
    "missing": N_("Fyll i det här fältet."),
    "string_too_short": N_("Fyll i det här fältet."),
    "string_too_long": N_("Texten är för lång. Högst %(max_length)s tecken."),
    "string_pattern_mismatch": N_("Texten har inte rätt form."),
    "date_from_datetime_parsing": N_("Skriv datumet som ÅÅÅÅ-MM-DD."),
    "date_parsing": N_("Skriv datumet som ÅÅÅÅ-MM-DD."),
    "date_type": N_("Skriv datumet som ÅÅÅÅ-MM-DD."),
    "time_parsing": N_("Skriv klockslaget som TT:MM."),
    "datetime_parsing": N_("Skriv tidpunkten som 2026-03-03T13:00:00+01:00."),
    "datetime_from_date_parsing": N_("Skriv tidpunkten som 2026-03-03T13:00:00+01:00."),
    "timezone_aware": N_(
        "Tidpunkten saknar tidszon. Skriv till exempel 2026-03-03T13:00:00+01:00."
    ),
    "int_parsing": N_("Skriv ett heltal."),
    "int_type": N_("Skriv ett heltal."),
    "greater_than_equal": N_("Värdet är för litet. Minst %(ge)s."),
    "less_than_equal": N_("Värdet är för stort. Högst %(le)s."),
    "enum": N_("Välj ett av alternativen."),
    "literal_error": N_("Välj ett av alternativen."),
    "too_short": N_("Välj minst ett alternativ."),
    "extra_forbidden": N_("Fältet finns inte."),
    "bool_parsing": N_("Svara ja eller nej."),
}
OTHER = N_("Värdet går inte att använda.")


class BadInput(Refused):
    """Input that does not fit its model. `fields` maps a field to (message id, parameters)."""

    code = "input"
    message = N_("Något behöver rättas.")
    next_step = N_("Rätta fälten och skicka igen.")

    def __init__(self, fields: Mapping[str, tuple[str, Mapping[str, object]]]) -> None:
        super().__init__()
        self.fields = fields


def schema(name: str) -> type["BaseModel"]:
    """Return the model called "feature.Model" in this package."""
    feature, _, model = name.partition(".")
    module = importlib.import_module(f"atagande_plugin.forms.{feature}")
    found: type[BaseModel] = getattr(module, model)
    return found


def read(name: str, data: Mapping[str, Any]) -> "BaseModel":
    """Return `data` as the model `name`; raise BadInput with every fault."""
    from pydantic import ValidationError  # noqa: PLC0415 - loaded on use: start-up time

    try:
        return schema(name).model_validate(data)
    except ValidationError as error:
        fields: dict[str, tuple[str, Mapping[str, object]]] = {}
        for fault in error.errors(include_url=False, include_input=False):
            field = str(fault["loc"][0]) if fault["loc"] else ""
            fields.setdefault(field, (MESSAGES.get(fault["type"], OTHER), fault.get("ctx", {})))
        raise BadInput(fields) from None
