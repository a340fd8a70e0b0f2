"""The agreement as a file: read it, check it, write it, and count who owes what.

An agreement file is TOML; docs/overenskommelse-fil.md describes it for whoever edits one. Nothing
here knows a database: `parse` gives an `AgreementFile` or every fault at once, `dump` gives the
canonical text back, and `obligations` tells who is bound by what.
"""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any, NamedTuple

from atagande_agreements.i18n import N_
from atagande_agreements.privacy import find_personal_number
from atagande_agreements.register.file_check import check
from atagande_agreements.register.file_faults import Fault, Faults
from atagande_agreements.register.file_lines import Lines
from atagande_agreements.register.file_read import RawFile, read_tables
from atagande_agreements.register.file_shape import (
    ROW_TABLES,
    SINGLE_TABLES,
    AgreementFile,
    FileAgreement,
    FileAnnex,
    FileAssociation,
    FileCommitment,
    FileOrganisation,
    FileParameter,
    FileSection,
    FileSteeringGroup,
    FileUnit,
)
from atagande_agreements.register.file_syntax import read_toml
from atagande_agreements.register.file_words import (
    ASSOCIATION_KIND,
    FORCES,
    FORMAT,
    NUMBER_UNITS,
    ON_MISS,
    PARAMETER_UNITS,
    REPORTERS,
    RULE_KINDS,
    RULE_SUBJECTS,
)
from atagande_agreements.register.file_write import dump

__all__ = [
    "FORCES",
    "FORMAT",
    "NUMBER_UNITS",
    "ON_MISS",
    "PARAMETER_UNITS",
    "REPORTERS",
    "RULE_KINDS",
    "RULE_SUBJECTS",
    "AgreementFile",
    "Fault",
    "FileAgreement",
    "FileAnnex",
    "FileAssociation",
    "FileCommitment",
    "FileObligation",
    "FileOrganisation",
    "FileParameter",
    "FileSection",
    "FileSteeringGroup",
    "FileUnit",
    "dump",
    "obligations",
    "parse",
    "parse_bytes",
    "shipped_text",
]


#: Bits of the widest number that is looked into; no personal number is wider.
_WIDEST_NUMBER = 64


class FileObligation(NamedTuple):
    """One commitment owed by one organisation, or by one of its units."""

    commitment: str
    organisation: str
    unit: str | None


def parse(text: str, *, filename: str) -> tuple[AgreementFile | None, list[Fault]]:
    """Read an agreement file.

    Returns the file and no faults, or None and every fault found, in the order of the lines.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    lines = Lines(text)
    faults = Faults(filename, lines)
    data, unreadable = read_toml(text, lines, faults)
    _refuse_personal_numbers(text, data, lines, faults)
    raw = RawFile()
    if data is not None:
        raw = read_tables(data, faults, unreadable=unreadable)
        check(raw, faults)
    found = faults.sorted()
    return (None, found) if found else (_build(raw), [])


def parse_bytes(data: bytes, *, filename: str) -> tuple[AgreementFile | None, list[Fault]]:
    """Read an agreement file from its bytes, which must be UTF-8."""
    try:
        return parse(data.decode("utf-8-sig"), filename=filename)
    except UnicodeDecodeError as error:
        fault = Fault(
            code="encoding",
            filename=filename,
            line=data.count(b"\n", 0, error.start) + 1,
            path="",
            problem=N_("Raden har tecken som inte är sparade som UTF-8."),
            remedy=N_("Spara filen igen och välj kodningen UTF-8."),
            params={"path": ""},
        )
        return None, [fault]


def obligations(agreement: AgreementFile) -> list[FileObligation]:
    """Return who owes what, in the order of the file and without repeats.

    A permission (*kan*) binds nobody, so it gives no obligation.
    """
    found: dict[FileObligation, None] = {}
    for commitment in agreement.commitments:
        if commitment.rule == "permission":
            continue
        for word in commitment.obliged:
            for organisation, unit in _bound(agreement, word):
                found[FileObligation(commitment.key, organisation, unit)] = None
    return list(found)


def shipped_text() -> str:
    """Return the agreement file that comes with the service, as text."""
    path = files("atagande_agreements") / "data" / "suvs.toml"
    return path.read_text(encoding="utf-8")


def _bound(agreement: AgreementFile, word: str) -> list[tuple[str, str | None]]:
    """Return the organisation and unit of every party that a word in `obliged` stands for."""
    group, _, key = word.partition(":")
    if group in {"clinics", "unit"}:
        return [
            (unit.organisation, unit.key)
            for unit in agreement.units
            if (unit.key == key if key else unit.kind == "clinic")
        ]
    return [
        (one.key, None)
        for one in agreement.organisations
        if (group == "association" and one.kind == ASSOCIATION_KIND)
        or (group == "all_members" and one.kind != ASSOCIATION_KIND)
        or (group == "municipalities" and one.kind == "kommun")
        or (group == "organisation" and one.key == key)
    ]


def _build(raw: RawFile) -> AgreementFile:
    """Make the dataclasses of rows without faults, with parameters in the order of the file."""
    order = {row.values["key"]: place for place, row in enumerate(raw.rows["parameter"])}
    tables: dict[str, Any] = {
        name: shape(**raw.single[name].values) for name, shape in SINGLE_TABLES.items()
    }
    for name, (attribute, shape) in ROW_TABLES.items():
        rows = [dict(row.values) for row in raw.rows[name]]
        for row in rows if name == "commitment" else ():
            for key in ("parameters", "guidance"):
                row[key] = tuple(sorted(row.get(key, ()), key=order.__getitem__))
        tables[attribute] = tuple(shape(**row) for row in rows)
    return AgreementFile(**tables)


def _refuse_personal_numbers(
    text: str, data: dict[str, Any] | None, lines: Lines, faults: Faults
) -> None:
    """Look in every line, comments included, and in every value as it reads without escapes."""
    problem = N_("Raden innehåller något som ser ut som ett personnummer.")
    remedy = N_("Ta bort numret. En överenskommelse innehåller aldrig uppgifter om en person.")
    for number, line in enumerate(text.split("\n"), start=1):
        if find_personal_number(line) is not None:
            faults.add("personal_number", lines.path(number), problem, remedy, line=number)
    for path, value in _leaves(data):
        if find_personal_number(value) is None:
            continue
        statement = lines.statement(lines.line(path))
        span = (statement.first, statement.last) if statement is not None else (1, 1)
        if not any(faults.has("personal_number", number) for number in range(span[0], span[1] + 1)):
            faults.add("personal_number", path, problem, remedy)


def _leaves(data: object) -> Iterator[tuple[str, str]]:
    """Give every key and value of `data` as text, with its path."""
    waiting: list[tuple[str, object]] = [("", data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            for key, inner in value.items():
                where = f"{path}.{key}" if path else key
                yield where, key
                waiting.append((where, inner))
        elif isinstance(value, list):
            waiting += [(f"{path}[{number}]", inner) for number, inner in enumerate(value, start=1)]
        elif not isinstance(value, int) or value.bit_length() <= _WIDEST_NUMBER:
            yield path, str(value)
