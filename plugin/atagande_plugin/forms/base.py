"""What all input models share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from atagande_agreements.db import HIGHEST_ID


class Form(BaseModel):
    """Input of one action. White space around text is dropped; unknown fields are refused."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid", frozen=True)


#: A row's number.
RowNumber = Annotated[int, Field(ge=0, le=HIGHEST_ID)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
OptionalText = Annotated[str, StringConstraints(max_length=4000)]
