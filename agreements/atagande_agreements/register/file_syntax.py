"""Reads the TOML of an agreement file, and goes on past a line that can't be read.

The steps: 1. let `tomllib` read the text; 2. on a fault, note it and blank the statement it stands
in; 3. try again. What was blanked is remembered, so that nobody is told that a key is missing
when it only was unreadable. A fault in a header, or a string without an end, stops the reading,
since the rows after it would land in the wrong table.
"""

import re
import tomllib
from typing import Any, Final

from atagande_agreements.i18n import N_
from atagande_agreements.register.file_faults import Faults
from atagande_agreements.register.file_lines import Lines, Statement

_MOST_FAULTS = 100
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")

#: What `tomllib` says (its beginning), and how it is said to a person.
_SAID: Final = (
    (
        ("Invalid value",),
        N_("Värdet efter likhetstecknet går inte att läsa."),
        N_("Skriv text inom citattecken. Tal, datum, true och false skrivs utan."),
    ),
    (
        ("Expected '=' after a key",),
        N_("Raden saknar likhetstecken efter nyckeln."),
        N_('Skriv raden som nyckel = "värde".'),
    ),
    (
        ("Unclosed array", "Unclosed inline table"),
        N_("Listan har inget slut."),
        N_("Sätt ] efter listans sista värde och kommatecken mellan värdena."),
    ),
    (
        ("Unescaped", "Invalid hex", "Escaped character is not"),
        N_("Ett bakstreck i texten går inte att läsa."),
        N_("Skriv två bakstreck (\\\\) där du menar ett."),
    ),
    (
        ("Invalid date",),
        N_("Datumet finns inte i kalendern."),
        N_("Skriv år-månad-dag utan citattecken, till exempel 2019-10-25."),
    ),
    (
        ("Illegal character", "Unterminated string", 'Expected \'"""\'', "Expected \"'''\""),
        N_("Texten har inget slut på raden, eller ett tecken som inte får stå där."),
        N_('Sätt ett citattecken (") sist i texten och ta bort osynliga tecken.'),
    ),
    (
        ("Expected newline or end of document",),
        N_("Det står något mer efter värdet på raden."),
        N_('Skriv en nyckel per rad. Ett citattecken inne i texten skrivs \\".'),
    ),
)
_OTHERWISE: Final = (
    N_("Raden går inte att läsa som TOML."),
    N_('En rad är antingen en rubrik, som [[commitment]], eller nyckel = "värde".'),
)


def read_toml(text: str, lines: Lines, faults: Faults) -> tuple[dict[str, Any] | None, set[str]]:
    """Return the tables of `text` and the paths that could not be read.

    The tables are None when the text can't be followed past a fault.
    """
    unreadable: set[str] = set()
    rows = text.split("\n")
    for _ in range(_MOST_FAULTS):
        try:
            return tomllib.loads("\n".join(rows)), unreadable
        except tomllib.TOMLDecodeError as error:
            statement = _note(str(error), lines, faults, last=len(rows))
        except (ValueError, RecursionError):
            # tomllib lets Python's own limits through: digits in a number, depth of a list.
            faults.add("syntax", "", *_OTHERWISE, line=1)
            return None, unreadable
        if statement is None or statement.is_header or not statement.path:
            return None, unreadable
        if not statement.closed and statement.last >= len(text.rstrip().split("\n")):
            return None, unreadable
        if not any(rows[statement.first - 1 : statement.last]):
            return None, unreadable
        for place in range(statement.first - 1, statement.last):
            rows[place] = ""
        unreadable.add(statement.path)
    return None, unreadable


def _note(said: str, lines: Lines, faults: Faults, *, last: int) -> Statement | None:
    """Note what `tomllib` said, and return the statement it was about."""
    found = _AT_LINE.search(said)
    line = int(found[1]) if found is not None else last
    statement = lines.statement(line)
    unclosed = lines.unclosed(line)
    if unclosed is not None and (found is None or said.startswith("Unclosed")):
        statement = unclosed
    if statement is not None and statement is unclosed:
        line = statement.first
    path = statement.path if statement is not None else ""
    if statement is not None and statement.repeats is not None:
        faults.add(
            "duplicate_key",
            path,
            N_("%(path)s står redan på rad %(first)s."),
            N_("Behåll den ena raden och ta bort den andra."),
            line=line,
            first=statement.repeats,
        )
        return statement
    problem, remedy = next(
        ((problem, remedy) for starts, problem, remedy in _SAID if said.startswith(starts)),
        _OTHERWISE,
    )
    faults.add("syntax", path, problem, remedy, line=line)
    return statement
