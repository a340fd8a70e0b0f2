"""Writes an agreement file in its one canonical form."""

import dataclasses
import datetime as dt
from typing import Final

from atagande_agreements.register.file_shape import (
    ROW_TABLES,
    SINGLE_TABLES,
    AgreementFile,
    Row,
)

#: Stands first in every file that is written. Other comments are not kept.
HEAD: Final = """\
# Överenskommelse som Åtagande kan läsa. Formatet beskrivs i docs/overenskommelse-fil.md.
# Kontrollera filen efter varje ändring: atagande agreement check FIL
# Egna kommentarer försvinner när överenskommelsen exporteras.
"""

_ESCAPES: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
}
_FIRST_PRINTABLE = 0x20
_DELETE = 0x7F


def dump(agreement: AgreementFile) -> str:
    """Return the canonical TOML of an agreement file.

    Reading it back gives an equal `AgreementFile`, and writing that gives the same text.
    """
    parts = [HEAD, f"format = {agreement.format}\n"]
    parts += [_table(f"[{name}]", getattr(agreement, name)) for name in SINGLE_TABLES]
    for name, (attribute, _) in ROW_TABLES.items():
        parts += [_table(f"[[{name}]]", row) for row in getattr(agreement, attribute)]
    return "\n".join(parts)


def _table(header: str, row: Row) -> str:
    lines = [header]
    for one in dataclasses.fields(row):
        value = getattr(row, one.name)
        if value is not None and (value != () or one.default is dataclasses.MISSING):
            lines.append(f"{one.name} = {_value(value)}")
    return "\n".join(lines) + "\n"


def _value(value: str | int | dt.date | tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{"".join(map(_escape, value))}"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if ord(char) < _FIRST_PRINTABLE or ord(char) == _DELETE:
        return f"\\u{ord(char):04X}"
    return char
