"""Fields that may be left empty: a form sends them as empty text."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from atagande_agreements.db import HIGHEST_ID

#: Reads a field that was left empty as None.
or_nothing = BeforeValidator(lambda value: None if value == "" else value)
OptionalDate = Annotated[date | None, or_nothing]
OptionalNumber = Annotated[Annotated[int, Field(ge=-HIGHEST_ID, le=HIGHEST_ID)] | None, or_nothing]
