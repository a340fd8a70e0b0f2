"""The parts of a report that tell how obligations stand: in all, by party, by commitment."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from atagande_agreements.followup.period import Period
from atagande_agreements.i18n import N_
from atagande_plugin.period_words import short_words
from atagande_plugin.reports import terms
from atagande_plugin.reports.document import Column, Kind, Part, Row, Sign, Table
from atagande_plugin.reports.terms import listed, term
from atagande_plugin.translation import Words

#: What a report says, as `reports.contents` writes it.
Said = Mapping[str, Any]
CODES = tuple(terms.STATUSES)
COUNTED = N_(
    "Ett åtagande räknas en gång för varje part som har det, hur många gånger det än skulle hållas."
)
OF_CASES = N_(
    "Siffran är hållna tillfällen av dem som skulle hållas. Den saknas där varje tillfälle är en "
    "persons ärende."
)


def in_language(row: Said, name: str, words: Words) -> str:
    """Return a text of the data in a language, Swedish where it has no other."""
    return str((words.language != "sv" and row.get(f"{name}_en")) or row[name])


def change(now: int, before: int | None) -> int | None:
    """Return how much more there is than before; None when there is no before."""
    return None if before is None else now - before


def sign(code: str, words: Words, count: str = "") -> Sign:
    """Return a status as shape and word."""
    return Sign(code, term(terms.STATUSES, code, words), count)


def _status_columns(words: Words, last: str) -> list[Column]:
    names = [Column(term(terms.STATUSES, code, words), Kind.NUMBER) for code in CODES]
    return [*names, Column(last, Kind.NUMBER)]


def summary(said: Said, words: Words) -> Part:
    """Tell how all obligations stand, beside the period before, and how that has gone."""
    overview, text = said["overview"], words.text
    before = overview["before"]
    rows = [
        Row(
            (
                sign(code, words),
                overview["tally"][code],
                before[code] if before else None,
                change(overview["tally"][code], before[code] if before else None),
            )
        )
        for code in CODES
    ]
    whole = sum(before.values()) if before else None
    name, number = text(N_("Alla åtaganden")), overview["obligations"]
    rows.append(Row((name, number, whole, change(number, whole)), is_total=True))
    statuses = Table(
        "statuses",
        text(N_("Åtagandena efter läge")),
        (
            Column(text(N_("Läge")), Kind.SIGN, 1),
            Column(text(N_("Åtaganden")), Kind.NUMBER),
            Column(text(N_("Perioden före")), Kind.NUMBER),
            Column(text(N_("Skillnad")), Kind.CHANGE),
        ),
        rows,
        text(COUNTED),
    )
    return Part("summary", text(N_("Läget i korthet")), (), (statuses, _trend(overview, words)))


def _trend(overview: Said, words: Words) -> Table:
    steps = zip(overview["steps"], overview["trend"], strict=True)
    return Table(
        "trend",
        words.text(N_("Så har det gått")),
        (
            Column(words.text(N_("Period")), Kind.TEXT, 1),
            *_status_columns(words, words.text(N_("Alla"))),
        ),
        [
            Row((short_words(Period.parse(code), words), *_numbers(tally)), bar=tally)
            for code, tally in steps
        ],
    )


def _numbers(tally: Mapping[str, int] | None) -> list[int | None]:
    if tally is None:
        return [None] * (len(CODES) + 1)
    return [*(tally[code] for code in CODES), sum(tally.values())]


def parties(said: Said, words: Words) -> Part:
    """Tell how each party's obligations stand, and each type of party's."""
    overview, text = said["overview"], words.text
    columns = (
        Column(text(N_("Part")), Kind.TEXT, 1),
        *_status_columns(words, text(N_("Alla"))),
        Column(text(N_("Uppfyllt före")), Kind.NUMBER),
    )
    every = [
        Row(
            (one["name"], *_numbers(one["tally"]), (one["before"] or {}).get("met")),
            bar=one["tally"],
        )
        for one in overview["parties"]
    ]
    before = overview["before"] or {}
    every.append(
        Row(
            (text(N_("Alla parter")), *_numbers(overview["tally"]), before.get("met")),
            bar=overview["tally"],
            is_total=True,
        )
    )
    types = [
        Row(
            (
                term(terms.TYPES, one["type"], words),
                *_numbers(one["tally"]),
                (one["before"] or {}).get("met"),
            ),
            bar=one["tally"],
        )
        for one in overview["types"]
    ]
    partly = [
        text(
            N_("%(name)s var part %(first)s–%(last)s."),
            {
                "name": name,
                "first": date.fromisoformat(first),
                "last": date.fromisoformat(last),
            },
        )
        for name, first, last in said["partly"]
    ]
    return Part(
        "parties",
        text(N_("Parterna")),
        partly,
        (
            Table("parties", text(N_("Åtaganden efter part och läge")), columns, every),
            Table(
                "types",
                text(N_("Åtaganden efter slag av part")),
                (Column(text(N_("Slag av part")), Kind.TEXT, 1), *columns[1:]),
                types,
            ),
        ),
    )


def commitments(said: Said, words: Words) -> Part:
    """Tell how each commitment stands with each party: as a matrix, and as a list to count on."""
    overview, text = said["overview"], words.text
    cells = {(one["commitment"], one["party"]): one for one in overview["cells"]}
    matrix, section = [], None
    for line in overview["commitments"]:
        if line["section"] != section:
            section = line["section"]
            matrix.append(Row((), in_language(line, "section", words)))
        row = [cells.get((line["key"], one["key"])) for one in overview["parties"]]
        matrix.append(
            Row(
                (
                    f"{line['key']} {in_language(line, 'title', words)}",
                    *(None if one is None else _sign(one, words) for one in row),
                )
            )
        )
    return Part(
        "commitments",
        text(N_("Åtagandena")),
        (),
        (
            Table(
                "matrix",
                text(N_("Varje åtagande och part")),
                (
                    Column(text(N_("Åtagande")), Kind.TEXT, 3),
                    *(Column(one["short_name"], Kind.SIGN, 1) for one in overview["parties"]),
                ),
                matrix,
                text(OF_CASES),
                in_data=False,
                is_wide=True,
            ),
            _cells(overview, words),
        ),
    )


def _sign(cell: Said, words: Words) -> Sign:
    return sign(cell["status"], words, f"{cell['met']}/{cell['due']}" if cell["due"] else "")


def _cells(overview: Said, words: Words) -> Table:
    text = words.text
    titles = {one["key"]: in_language(one, "title", words) for one in overview["commitments"]}
    names = {one["key"]: one["name"] for one in overview["parties"]}
    return Table(
        "cells",
        text(N_("Åtaganden en rad var")),
        (
            Column(text(N_("Åtagande"))),
            Column(text(N_("Innehåll")), Kind.TEXT, 2),
            Column(text(N_("Part")), Kind.TEXT, 2),
            Column(text(N_("Läge")), Kind.SIGN),
            Column(text(N_("Hållna")), Kind.NUMBER),
            Column(text(N_("Skulle hållas")), Kind.NUMBER),
            Column(text(N_("Varför ej bedömbart")), Kind.TEXT, 1),
        ),
        [
            Row(
                (
                    one["commitment"],
                    titles[one["commitment"]],
                    names[one["party"]],
                    sign(one["status"], words),
                    one["met"],
                    one["due"],
                    term(terms.REASONS, one["reason"], words) if one["reason"] else None,
                )
            )
            for one in overview["cells"]
        ],
        on_page=False,
    )


def not_assessable(said: Said, words: Words) -> Part:
    """Tell what can't be assessed and why, and what the group has not decided."""
    overview, text = said["overview"], words.text
    reasons = [
        Row((term(terms.REASONS, code, words), number))
        for code, number in overview["reasons"].items()
        if number
    ]
    missing = [
        Row(
            (
                in_language(one, "label", words),
                ", ".join(one["commitments"]),
                one["obligations"],
                date.fromisoformat(one["since"]) if one["since"] else None,
            )
        )
        for one in overview["missing"]
    ]
    tables = []
    if reasons:
        tables.append(
            Table(
                "reasons",
                text(N_("Varför åtaganden inte går att bedöma")),
                (
                    Column(text(N_("Orsak")), Kind.TEXT, 1),
                    Column(text(N_("Åtaganden")), Kind.NUMBER),
                ),
                reasons,
            )
        )
    if missing:
        tables.append(
            Table(
                "missing",
                text(N_("Mätvärden som saknades vid periodens slut")),
                (
                    Column(text(N_("Mätvärde")), Kind.TEXT, 2),
                    Column(text(N_("Åtaganden som väntar")), Kind.TEXT, 1),
                    Column(text(N_("Antal")), Kind.NUMBER),
                    Column(text(N_("Beslutat från")), Kind.DATE),
                ),
                missing,
                text(N_("Ett åtagande kan vänta på flera mätvärden.")),
            )
        )
    undecided = _undecided(said["undecided"], words)
    if undecided is not None:
        tables.append(undecided)
    said_none = () if tables else (text(N_("Alla åtaganden gick att bedöma.")),)
    return Part("not_assessable", text(N_("Ej bedömbart")), said_none, tables)


def _undecided(rows: Sequence[Said], words: Words) -> Table | None:
    if not rows:
        return None
    text = words.text
    return Table(
        "undecided",
        text(N_("Mätvärden som inte är beslutade")),
        (
            Column(text(N_("Mätvärde")), Kind.TEXT, 2),
            Column(text(N_("Åtaganden")), Kind.TEXT, 1),
            Column(text(N_("Förslag, som inte gäller")), Kind.TEXT, 1),
        ),
        [
            Row(
                (
                    in_language(one, "label", words),
                    listed(one["commitments"], words) or None,
                    None
                    if one["proposal"] is None
                    else terms.value_words(one["unit"], one["proposal"], words, {}),
                )
            )
            for one in rows
        ],
    )
