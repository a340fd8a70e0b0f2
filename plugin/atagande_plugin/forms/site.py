"""Input that belongs to no feature."""

from typing import Literal

from atagande_plugin.forms.base import Form


class Preferences(Form):
    """Language and theme of a browser."""

    lang: Literal["sv", "en"] | None = None
    theme: Literal["", "light", "dark", "contrast"] | None = None
    next: str = "/"
