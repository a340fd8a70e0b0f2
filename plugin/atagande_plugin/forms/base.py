"""What all input models share."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints


class Form(BaseModel):
    """Input of one action. White space around text is dropped; unknown fields are refused."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid", frozen=True)


def _none_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


#: Put before an optional type, so that an empty form field reads as absent.
Blank = BeforeValidator(_none_if_blank)

Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
OptionalLine = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
OptionalText = Annotated[str, StringConstraints(max_length=4000)]
