"""Tells a function from a person. Pure: the list is public and names no one."""

import re
from collections.abc import Iterable

from atagande_agreements.mail_address import is_mail_address

#: Two or more words of letters with dots between: anna.berg, ann-marie.af.klint, anna.berg2.
_NAMES = re.compile(r"[a-z]{2,}(?:-[a-z]+)*(?:[._][a-z]+(?:-[a-z]+)*)+[0-9]{0,3}")
#: Swedish numbers, groups set off by signs and spaces; what follows is an extension.
_PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{3,}(?:,? ?(?:ankn|tonval|ext)\.? ?[0-9]+)?", re.IGNORECASE)


def looks_personal(email: str) -> bool:
    """Tell whether a mail address looks like firstname.lastname@."""
    return _NAMES.fullmatch(email.partition("@")[0].lower()) is not None


def is_phone(text: str) -> bool:
    """Tell whether `text` is a telephone number, perhaps with an extension."""
    return _PHONE.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Tell whether `text` is a mail address that every mail system takes."""
    return is_mail_address(text)


def names_someone(text: str, names: Iterable[str]) -> bool:
    """Tell whether a text has one of the full names, however it is spaced and cased."""
    plain = f" {_plain(text)} "
    return any(f" {_plain(name)} " in plain for name in names if " " in name.strip())


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
