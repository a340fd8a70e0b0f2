"""Texts of the command line, in the language of the setting LOCALE."""

import os
from collections.abc import Mapping

from atagande_agreements.errors import Refused
from atagande_plugin.translation import LANGUAGES, Words, words


def spoken() -> Words:
    """Return the words of the service's language; Swedish while the setting is wrong."""
    return words(os.environ.get("ATAGANDE_LOCALE", LANGUAGES[0]))


def text(message: str, params: Mapping[str, object] | None = None) -> str:
    """Return a message id in that language, its placeholders filled."""
    return spoken().text(message, params or None)


def refusal_text(refusal: Refused) -> str:
    """Return what is wrong and the next step, a line each."""
    return f"{text(refusal.message, refusal.params)}\n{text(refusal.next_step, refusal.params)}"
