"""Finds Swedish personal identity numbers, so that they are refused before anything is stored.

Sources: folkbokföringslagen (1991:481) 18 § for the personal number, 18 a § for the coordination
number (day + 60); the check digit is the Luhn sum over the ten last digits.
"""

import re
import unicodedata
from calendar import monthrange

#: Hyphens, dashes, dots, strokes and spaces that people write inside a number.
_SEPARATOR = r"[-+./_\u2010-\u2015\u2212\s]"
_NUMBER = re.compile(
    rf"""(?<![0-9])
    (?P<century>(?:18|19|20))?
    (?P<year>[0-9]{{2}}){_SEPARATOR}?
    (?P<month>[0-9]{{2}}){_SEPARATOR}?
    (?P<day>[0-9]{{2}})
    (?P<sep>\s?{_SEPARATOR}?\s?)
    (?P<serial>[0-9]{{4}}|[TRSUWXJKLMN][0-9]{{3}})
    (?![0-9])""",
    re.VERBOSE | re.IGNORECASE,
)
#: Keys and checksums that programs write: digits beside letters there are no one's number.
_MACHINE_KEY = re.compile(
    r"\b(?:[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b",
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+")
_INVISIBLE = {"Cf", "Cc"}
_COORDINATION_OFFSET = 60
_MONTHS = 12


def _plain(text: str) -> str:
    """Fold every script's digits to ASCII, drop what can't be seen, make white space one space.

    One space, since a pattern that is to pass over any number of them takes its time.
    """
    folded = unicodedata.normalize("NFKC", text)
    if not folded.isascii():
        folded = "".join(
            str(unicodedata.decimal(char)) if char.isdecimal() else char for char in folded
        )
    seen = (
        char for char in folded if char in "\t\r\n" or unicodedata.category(char) not in _INVISIBLE
    )
    return _SPACES.sub(" ", "".join(seen))


def _is_date(year: int, month: int, day: int) -> bool:
    if not 1 <= month <= _MONTHS:
        return False
    day = day - _COORDINATION_OFFSET if day > _COORDINATION_OFFSET else day
    return 1 <= day <= monthrange(2000 + year % 100, month)[1]


def _luhn(digits: str) -> bool:
    total = 0
    for place, char in enumerate(digits):
        value = int(char) * (2 - place % 2)
        total += value // 10 + value % 10
    return total % 10 == 0


def find_personal_number(text: str) -> str | None:
    """Return the first personal or coordination number in `text`, or None.

    A number is one with a possible date and either a separator before the four last, a century,
    a letter (interim number) or a right check digit. Ten bare digits with a wrong check digit
    pass, since they are as likely a telephone number. So does what is written together with
    letters and has a wrong check digit, since it is as likely a record's number.
    """
    plain = _MACHINE_KEY.sub(" ", _plain(text))
    for match in _NUMBER.finditer(plain):
        year, month, day = (int(match[name]) for name in ("year", "month", "day"))
        if not _is_date(year, month, day):
            continue
        serial = match["serial"]
        ten = f"{match['year']}{match['month']}{match['day']}{serial}"
        around = plain[max(match.start() - 1, 0) : match.start()] + plain[match.end() :][:1]
        if around.isascii() and any(char.isalpha() for char in around):
            if serial.isdigit() and _luhn(ten):
                return match[0]
            continue
        written_as_number = match["sep"].strip() != "" or match["century"] is not None
        if written_as_number or not serial.isdigit() or _luhn(ten):
            return match[0]
    return None
