"""Reads the tables of an agreement file one value at a time, and notes each that is wrong."""

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from atagande_agreements.i18n import N_
from atagande_agreements.mail_address import is_mail_address
from atagande_agreements.register import file_words as words
from atagande_agreements.register.file_faults import Faults
from atagande_agreements.register.file_shape import (
    NEEDED_TABLES,
    ROW_TABLES,
    SINGLE_TABLES,
    Row,
)

#: Largest whole number a file may hold.
_LARGEST = 1_000_000
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_FORMS: Final = {
    "slug": (
        re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*"),
        N_("Använd små bokstäver a–z, siffror och bindestreck, till exempel upplands-vasby."),
    ),
    "snake": (
        re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"),
        N_("Använd små bokstäver a–z, siffror och understreck, till exempel answer_days."),
    ),
    "code": (
        re.compile(r"[A-Z]{1,4}[0-9]{1,3}[a-z]?"),
        N_("Använd en eller flera stora bokstäver och ett tal, till exempel P3 eller K2a."),
    ),
}

_TYPES: Final = {
    "text": (N_("%(path)s ska vara en text."), N_('Skriv texten inom citattecken: "…".')),
    "list": (
        N_("%(path)s ska vara en lista med texter."),
        N_('Skriv listan inom hakparenteser: ["clinics"].'),
    ),
    "date": (
        N_("%(path)s ska vara ett datum."),
        N_("Skriv år-månad-dag utan citattecken och utan klockslag, till exempel 2019-10-25."),
    ),
    "integer": (
        N_("%(path)s ska vara ett heltal från 0 till 1000000."),
        N_("Skriv talet med siffror, utan citattecken, mellanslag och decimaler."),
    ),
    "value": (
        N_("%(path)s ska vara ett heltal, en text, true eller false."),
        N_("Skriv ett värde som passar mätvärdets enhet (unit)."),
    ),
    "table": (
        N_("%(path)s ska vara en rubrik med nycklar under."),
        N_("Skriv [%(name)s] på en egen rad om den finns en gång, annars [[%(name)s]]."),
    ),
}


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row that has been read: its path, and those of its values that are right."""

    path: str
    values: Mapping[str, Any]
    #: Every key that stands in the file, right or wrong.
    given: frozenset[str]

    def text(self, key: str) -> str | None:
        """Return a text value, or None when it is missing or was wrong."""
        value = self.values.get(key)
        return value if isinstance(value, str) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list value, empty when it is missing or was wrong."""
        return cast("tuple[str, ...]", self.values.get(key, ()))


class RawFile:
    """The rows of every table."""

    def __init__(self) -> None:
        self.single: dict[str, RawRow] = {}
        self.rows: dict[str, list[RawRow]] = {name: [] for name in ROW_TABLES}


def read_tables(data: Mapping[str, Any], faults: Faults, *, unreadable: set[str]) -> RawFile:
    """Read every table of `data`.

    `unreadable` holds the paths that stand in the file but whose values could not be read.
    """
    raw = RawFile()
    known = ["format", *SINGLE_TABLES, *ROW_TABLES]
    for name in data:
        if name not in known:
            faults.unknown("unknown_key", name, N_("%(word)s finns inte i formatet."), name, known)
    _read_format(data, faults, unreadable)
    for name, shape in SINGLE_TABLES.items():
        if name not in data:
            _missing_table(name, faults, many=False)
        elif isinstance(data[name], dict):
            raw.single[name] = _read_row(data[name], shape, name, faults, unreadable)
        else:
            _wrong_type("table", name, faults, name=name)
    for name, (_, row_shape) in ROW_TABLES.items():
        rows = data.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            _wrong_type("table", name, faults, name=name)
            continue
        if not rows and name in NEEDED_TABLES:
            _missing_table(name, faults, many=True)
        for number, row in enumerate(rows, start=1):
            path = f"{name}[{number}]"
            raw.rows[name].append(_read_row(row, row_shape, path, faults, unreadable))
    return raw


def _read_format(data: Mapping[str, Any], faults: Faults, unreadable: set[str]) -> None:
    found = data.get("format")
    if (type(found) is int and found == words.FORMAT) or "format" in unreadable:
        return
    faults.add(
        "format",
        "format",
        N_("Filen säger inte vilket format den har, eller har ett format som inte går att läsa."),
        N_("Skriv format = %(format)s överst i filen, före den första rubriken."),
        format=words.FORMAT,
    )


def _missing_table(name: str, faults: Faults, *, many: bool) -> None:
    if name == "commitment":
        faults.add(
            "no_commitments",
            name,
            N_("Filen har inga åtaganden."),
            N_("Lägg till minst ett åtagande under en rubrik [[commitment]]."),
        )
        return
    faults.add(
        "missing_table",
        name,
        N_("Rubriken %(header)s saknas."),
        N_("Lägg till %(header)s på en egen rad, med sina nycklar under."),
        header=f"[[{name}]]" if many else f"[{name}]",
    )


def _read_row(
    row: Mapping[str, Any], shape: type[Row], path: str, faults: Faults, unreadable: set[str]
) -> RawRow:
    fields = {one.name: one for one in dataclasses.fields(shape)}
    unknown = [key for key in row if key not in fields]
    free = [name for name in fields if name not in row]
    problem = N_("%(word)s finns inte i formatet.")
    # A key that was only misspelt is not called missing as well.
    misspelt = {
        faults.unknown("unknown_key", f"{path}.{key}", problem, key, free or fields)
        for key in unknown
    }
    values: dict[str, Any] = {}
    for name, one in fields.items():
        where = f"{path}.{name}"
        if name not in row:
            excused = where in unreadable or name in misspelt
            if one.default is dataclasses.MISSING and not excused:
                faults.add(
                    "missing_key",
                    where,
                    N_("Nyckeln %(key)s saknas."),
                    N_("Lägg till en rad som börjar med %(key)s = under rubriken."),
                    key=name,
                )
        else:
            value = _read_value(row[name], one.metadata, where, faults)
            if value is not None:
                values[name] = value
    given = frozenset(name for name in fields if name in row or f"{path}.{name}" in unreadable)
    return RawRow(path, values, given)


def _read_value(value: object, meta: Mapping[str, Any], path: str, faults: Faults) -> object:
    """Return the value as the dataclass wants it, or None after noting what is wrong."""
    kind: str = meta["kind"]
    if kind == "date":
        right = type(value) is dt.date
    elif kind == "integer":
        right = _is_number(value)
    elif kind == "value":
        right = isinstance(value, bool | str) or _is_number(value)
    elif kind == "list":
        right = isinstance(value, list) and all(isinstance(item, str) for item in value)
    else:
        kind, right = "text", isinstance(value, str)
    if not right:
        _wrong_type(kind, path, faults)
        return None
    if isinstance(value, str):
        return _read_text(value, meta, path, faults)
    return tuple(value) if isinstance(value, list) else value


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST


def _wrong_type(kind: str, path: str, faults: Faults, **params: Any) -> None:
    problem, remedy = _TYPES[kind]
    faults.add("wrong_type", path, problem, remedy, **params)


def _read_text(value: str, meta: Mapping[str, Any], path: str, faults: Faults) -> str | None:
    kind: str = meta["kind"]
    longest: int = meta["longest"]
    if not value.strip():
        faults.add(
            "empty",
            path,
            N_("%(path)s är tom."),
            N_("Skriv en text, eller ta bort raden om nyckeln får utelämnas."),
        )
    elif len(value) > longest:
        faults.add(
            "too_long",
            path,
            N_("Texten har %(length)s tecken."),
            N_("Korta den till högst %(longest)s tecken."),
            length=len(value),
            longest=longest,
        )
    elif any(
        unicodedata.category(char) in _INVISIBLE
        for char in value
        if kind != "prose" or char != "\n"
    ):
        faults.add(
            "control_character",
            path,
            N_("Texten innehåller en radbrytning eller ett annat osynligt tecken."),
            N_("Skriv texten på en rad och ta bort tecken som inte syns."),
        )
    elif kind in _FORMS and not _FORMS[kind][0].fullmatch(value):
        faults.add(
            "key_form", path, N_("%(word)s kan inte vara nyckel."), _FORMS[kind][1], word=value
        )
        # Kept, so that rows which refer to it are not called wrong as well.
        return value
    elif kind == "choice" and value not in meta["choices"]:
        faults.unknown(
            f"unknown_{path.rpartition('.')[2]}",
            path,
            N_("%(word)s är inte ett av orden som går att välja."),
            value,
            meta["choices"],
        )
    elif kind == "email" and not is_mail_address(value):
        faults.add(
            "email",
            path,
            N_("%(word)s är inte en e-postadress som alla e-postsystem klarar."),
            N_("Skriv adressen utan å, ä, ö och mellanslag, till exempel svar@forbundet.example."),
            word=value,
        )
    else:
        return value
    return None
