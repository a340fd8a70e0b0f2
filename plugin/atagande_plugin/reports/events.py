"""The parts of a report that tell what happened: deviations, decisions, issues, cases."""

from collections.abc import Mapping, Sequence
from datetime import date

from atagande_agreements.followup.period import Period
from atagande_agreements.i18n import N_
from atagande_plugin.period_words import short_words
from atagande_plugin.reports import terms
from atagande_plugin.reports.document import Cell, Column, Kind, Part, Row, Table
from atagande_plugin.reports.standings import Said, change, in_language
from atagande_plugin.reports.terms import listed, term
from atagande_plugin.translation import Words

COUNTS = {
    "opened": N_("Öppnade"),
    "reopened": N_("Öppnade igen"),
    "closed": N_("Stängda genom beslut"),
    "withdrawn": N_("Återtagna, åtagandet hölls"),
    "open_at_end": N_("Inte avslutade vid periodens slut"),
}


def day_of(text: str | None) -> date | None:
    """Return a local date of the data."""
    return None if text is None else date.fromisoformat(text)


def deviations(said: Said, words: Words) -> Part:
    """Tell how many deviations came and went, and how each stands."""
    text, found = words.text, said["deviations"]
    now, before = found["now"], found["before"]
    counts = Table(
        "deviation_counts",
        text(N_("Avvikelser under perioden")),
        (
            Column(text(N_("Avvikelser")), Kind.TEXT, 1),
            Column(text(N_("Antal")), Kind.NUMBER),
            Column(text(N_("Perioden före")), Kind.NUMBER),
            Column(text(N_("Skillnad")), Kind.CHANGE),
        ),
        [
            Row((text(word), now[name], earlier, change(now[name], earlier)))
            for name, word in COUNTS.items()
            for earlier in (before[name] if before else None,)
        ],
    )
    if not found["lines"]:
        none = text(N_("Ingen avvikelse öppnades, avslutades eller väntade under perioden."))
        return Part("deviations", text(N_("Avvikelser")), (none,), (counts,))
    lines = Table(
        "deviations",
        text(N_("Avvikelserna en för en")),
        (
            Column(text(N_("Avvikelse"))),
            Column(text(N_("Åtagande")), Kind.TEXT, 5),
            Column(text(N_("Part")), Kind.TEXT, 5),
            Column(text(N_("Öppnad")), Kind.DATE),
            Column(text(N_("Yttrande"))),
            Column(text(N_("Läge")), Kind.TEXT, 5),
            Column(text(N_("Åtgärd")), Kind.TEXT, 4),
            Column(text(N_("Avslutad")), Kind.DATE, on_page=False),
            Column(text(N_("Paragraf")), on_page=False),
            Column(text(N_("Beslutsdatum")), Kind.DATE, on_page=False),
            Column(text(N_("Väntade vid periodens slut")), on_page=False),
        ),
        _under_headings(found["lines"], words),
        text(
            N_(
                "Läget är det som gällde %(day)s, när rapporten gjordes. Avvikelser i enskilda "
                "ärenden räknas och dateras bara per kvartal."
            ),
            {"day": day_of(said["overview"]["today"])},
        ),
        left_out=found["left_out"],
    )
    return Part("deviations", text(N_("Avvikelser")), (), (counts, lines))


def _under_headings(lines: Sequence[Said], words: Words) -> list[Row]:
    """Return the deviations, those that waited at the end first, under a heading of their own."""
    rows: list[Row] = []
    last = None
    for one in lines:
        if one["open_at_end"] is not last:
            last = one["open_at_end"]
            heading = N_("Väntade vid periodens slut") if last else N_("Avslutade under perioden")
            rows.append(Row((), words.text(heading)))
        rows.append(Row(_deviation(one, words)))
    return rows


def _deviation(one: Said, words: Words) -> tuple[Cell, ...]:
    text = words.text
    replied = N_("ja, bestrider") if one["contested"] else N_("ja")
    return (
        one["name"],
        f"{one['commitment']} {in_language(one, 'title', words)}",
        one["party"],
        day_of(one["opened_on"]) or _quarter(one.get("opened_in"), words),
        text(replied) if one["replied"] else text(N_("nej")),
        _state(one, words),
        _measure(one, words),
        day_of(one["ended_on"]) or _quarter(one.get("ended_in"), words),
        one["paragraph"],
        day_of(one["decided_on"]),
        text(N_("ja")) if one["open_at_end"] else text(N_("nej")),
    )


def _quarter(code: str | None, words: Words) -> str | None:
    """Return the quarter that stands for a day of one person's case."""
    return None if code is None else short_words(Period.parse(code), words)


def _state(one: Said, words: Words) -> str:
    """Return how a deviation stands, and since when or by which decision."""
    if one["ending"]:
        said = term(terms.ENDINGS, one["ending"], words)
    else:
        said = term(terms.STATES, one["state"], words)
    quarter = _quarter(one.get("ended_in"), words)
    if one["rung"] in terms.RUNGS and not one["ended_on"] and quarter is None:
        said = f"{said}; {term(terms.RUNGS, one['rung'], words)}"
    if one["paragraph"] and one["state"] in {"closed", "measure"}:
        return f"{said}, {one['paragraph']}, {words.day(date.fromisoformat(one['decided_on']))}"
    ended = words.day(date.fromisoformat(one["ended_on"])) if one["ended_on"] else quarter
    return f"{said} {ended}" if ended is not None else said


def _measure(one: Said, words: Words) -> str | None:
    if one["measure_owner"] is None:
        return None
    done = day_of(one["measure_done_on"])
    if done is not None:
        said = words.text(
            N_("%(owner)s, gjord %(day)s"), {"owner": one["measure_owner"], "day": done}
        )
    else:
        said = words.text(
            N_("%(owner)s, senast %(day)s"),
            {"owner": one["measure_owner"], "day": day_of(one["measure_due_on"])},
        )
    return said


def decisions(said: Said, words: Words, names: Mapping[str, str]) -> Part:
    """Tell what the group decided, and what was lifted to it. `names`: of parties, by key."""
    text, parts, tables = words.text, [], []
    has_number = any(one["diary_number"] for one in said["decisions"])
    if said["decisions"]:
        tables.append(
            Table(
                "decisions",
                text(N_("Styrgruppens beslut under perioden")),
                (
                    Column(text(N_("Paragraf"))),
                    Column(text(N_("Datum")), Kind.DATE),
                    Column(text(N_("Diarienummer")), Kind.TEXT, 3, on_page=has_number),
                    Column(text(N_("Beslutet gäller")), Kind.TEXT, 4),
                    Column(text(N_("Vad gruppen beslutade")), Kind.TEXT, 9),
                ),
                [Row(_decision(one, words, names)) for one in said["decisions"]],
            )
        )
    else:
        parts.append(text(N_("Styrgruppen fattade inga beslut under perioden.")))
    if said["lifted"]:
        whole_meeting = text(N_("Mötet"))
        tables.append(
            Table(
                "lifted",
                text(N_("Frågor som lyftes till styrgruppen")),
                (
                    Column(text(N_("Lyft")), Kind.DATE),
                    Column(text(N_("Från mötet")), Kind.DATE),
                    Column(text(N_("Av")), Kind.TEXT, 2),
                    Column(text(N_("Fråga")), Kind.TEXT, 5),
                ),
                [
                    Row(
                        (
                            day_of(one["lifted_on"]),
                            day_of(one["meeting_on"]),
                            one["party"] or whole_meeting,
                            one["text"],
                        )
                    )
                    for one in said["lifted"]
                ],
            )
        )
    else:
        parts.append(text(N_("Ingen fråga lyftes till styrgruppen under perioden.")))
    return Part("decisions", text(N_("Beslut och lyfta frågor")), parts, tables)


def _decision(one: Said, words: Words, names: Mapping[str, str]) -> tuple[Cell, ...]:
    text = words.text
    about = listed(one["about_en"] if words.language != "sv" else one["about"], words)
    said = []
    if one["value"] is not None:
        value = terms.value_words(one["unit"], one["value"], words, names)
        said.append(
            text(
                N_("%(what)s: %(value)s, från %(day)s."),
                {"what": about, "value": value, "day": day_of(one["valid_from"])},
            )
        )
    elif about:
        said.append(f"{about}.")
    if one["note"]:
        said.append(one["note"])
    return (
        one["paragraph"],
        day_of(one["decided_on"]),
        one["diary_number"] or None,
        term(terms.DECISIONS, one["kind"], words),
        " ".join(said) or None,
    )
