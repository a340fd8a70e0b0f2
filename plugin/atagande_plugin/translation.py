"""Words in Swedish and English, from compiled gettext catalogues."""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from atagande_agreements.civil_time import STOCKHOLM

LANGUAGES = ("sv", "en")
LOCALE_DIR = Path(__file__).parent / "locale"


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> gettext.NullTranslations:
    # Swedish is the language of the message ids, so a missing entry still reads well.
    return gettext.translation("messages", LOCALE_DIR, [language], fallback=True)


@lru_cache(maxsize=4096)
def _date(day: date, pattern: str, language: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415 - loaded on use: start-up time

    return format_date(day, pattern, locale=language)


@dataclass(frozen=True, slots=True)
class Words:
    """Translates and writes dates in one language."""

    language: str

    def text(self, message: str, params: Mapping[str, object] | None = None) -> str:
        """Return a message in the language, its placeholders filled; dates are written out."""
        translated = _catalogue(self.language).gettext(message)
        return translated % {k: self.value(v) for k, v in params.items()} if params else translated

    def form(self, singular: str, plural: str, number: int) -> str:
        """Return the form for `number`, its placeholder %(num)s still to be filled."""
        return _catalogue(self.language).ngettext(singular, plural, number)

    def plural(self, singular: str, plural: str, number: int) -> str:
        """Return the form for `number`, which fills %(num)s."""
        return self.form(singular, plural, number) % {"num": number}

    def value(self, value: object) -> object:
        """Return a date in words, and anything else as it is."""
        if isinstance(value, datetime):
            return self.moment(value)
        return self.day(value) if isinstance(value, date) else value

    def day(self, day: date, *, weekday: bool = False) -> str:
        """Return "3 mars 2026", or "tisdag 3 mars 2026" with its weekday."""
        return _date(day, "EEEE d MMMM y" if weekday else "d MMMM y", self.language)

    def short_day(self, day: date) -> str:
        """Return "tis 3 mars"."""
        return _date(day, "EEE d MMM", self.language)

    def clock(self, moment: datetime) -> str:
        """Return "13.00" (Swedish) or "13:00" (English), Stockholm time."""
        local = moment.astimezone(STOCKHOLM)
        return f"{local:%H.%M}" if self.language == "sv" else f"{local:%H:%M}"

    def moment(self, moment: datetime) -> str:
        """Return "tisdag 3 mars 2026 kl. 13.00"."""
        day = self.day(moment.astimezone(STOCKHOLM).date(), weekday=True)
        at = "kl." if self.language == "sv" else "at"
        return f"{day} {at} {self.clock(moment)}"

    def span(self, start: datetime, end: datetime) -> str:
        """Return "tisdag 3 mars 2026 kl. 13.00–14.00"."""
        return f"{self.moment(start)}–{self.clock(end)}"


def words(language: str) -> Words:
    """Return the words of a language; Swedish for one we don't have."""
    return Words(language if language in LANGUAGES else LANGUAGES[0])
