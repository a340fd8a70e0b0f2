"""Finds Swedish personal identity numbers, so that they are refused before anything is stored.

Sources: folkbokföringslagen (1991:481) 18 § for the personal number, 18 a § for the coordination
number (day + 60); the check digit is the Luhn sum over the ten last digits.
"""

import re
import unicodedata
from calendar import monthrange

#: Hyphens, dashes, dots and spaces that people write inside a number.
_SEPARATOR = r"[-+.\u2010-\u2015\u2212\s]"
_NUMBER = re.compile(
    rf"""(?<![0-9A-Za-z])
    (?P<century>(?:18|19|20))?
    (?P<year>[0-9]{{2}}){_SEPARATOR}?
    (?P<month>[0-9]{{2}}){_SEPARATOR}?
    (?P<day>[0-9]{{2}})
    (?P<sep>\s*{_SEPARATOR}?\s*)
    (?P<serial>[0-9]{{4}}|[TRSUWXJKLMN][0-9]{{3}})
    (?![0-9A-Za-z])""",
    re.VERBOSE | re.IGNORECASE,
)
_INVISIBLE = {"Cf", "Cc"}
_COORDINATION_OFFSET = 60
_MONTHS = 12


def _plain(text: str) -> str:
    """Fold full-width digits to ASCII and drop characters that can't be seen."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(
        " " if char in "\t\r\n" else char
        for char in folded
        if char in "\t\r\n" or unicodedata.category(char) not in _INVISIBLE
    )


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
    pass, since they are as likely a telephone number.
    """
    for match in _NUMBER.finditer(_plain(text)):
        year, month, day = (int(match[name]) for name in ("year", "month", "day"))
        if not _is_date(year, month, day):
            continue
        serial = match["serial"]
        ten = f"{match['year']}{match['month']}{match['day']}{serial}"
        written_as_number = match["sep"].strip() != "" or match["century"] is not None
        if written_as_number or not serial.isdigit() or _luhn(ten):
            return match[0]
    return None


def is_mail_address(text: str) -> bool:
    """Tell whether `text` is an address every mail system can take: ASCII, one @, no spaces."""
    return re.fullmatch(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", text) is not None
