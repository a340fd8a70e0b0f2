"""Writes a report's contents out as a document, in a language. All four ways to read it go here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from atagande_agreements.civil_time import local_date
from atagande_agreements.followup.period import Period
from atagande_agreements.i18n import N_
from atagande_plugin.period_words import period_words
from atagande_plugin.reports import case_figures, events, standings, terms
from atagande_plugin.reports.document import Document, Kind, Part
from atagande_plugin.reports.standings import CODES, Said
from atagande_plugin.reports.terms import term
from atagande_plugin.translation import Words


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is written on a report that is not in its contents."""

    title: str
    diary_number: str
    #: When it was, or is about to be, issued (UTC).
    made_at: datetime
    #: The report over the same period that it replaces: its number and when it was issued.
    replaces: tuple[int, datetime] | None = None


def title_of(period: Period, words: Words) -> str:
    """Return what a report over a period is called."""
    return words.text(N_("Uppföljning %(period)s"), {"period": period_words(period, words)})


def document(said: Said, stamp: Stamp, words: Words) -> Document:
    """Return a report as a document in a language."""
    overview = said["overview"]
    names = {one["key"]: one["name"] for one in overview["parties"]}
    return Document(
        title=stamp.title,
        association=said["association"],
        agreement=said["agreement"],
        diary_number=stamp.diary_number,
        language=words.language,
        made_on=local_date(stamp.made_at),
        lead=_lead(said, words),
        bar=[(code, term(terms.STATUSES, code, words), overview["tally"][code]) for code in CODES],
        parts=(
            standings.summary(said, words),
            standings.parties(said, words),
            standings.commitments(said, words),
            events.deviations(said, words),
            events.decisions(said, words, names),
            standings.not_assessable(said, words),
            case_figures.figures(said, words),
            _about(said, stamp, words),
        ),
    )


def _lead(said: Said, words: Words) -> list[str]:
    """Return the report in at most four sentences."""
    overview, text = said["overview"], words.text
    assessed, found = _assessed(overview["tally"]), []
    if assessed:
        said_met = (
            N_("Överenskommelsen följs i %(met)s av det enda åtagande som gick att bedöma.")
            if assessed == 1
            else N_("Överenskommelsen följs i %(met)s av de %(all)s åtaganden som gick att bedöma.")
        )
        found.append(text(said_met, {"met": overview["tally"]["met"], "all": assessed}))
        before = overview["before"]
        if before and _assessed(before):
            found.append(
                text(
                    N_("Perioden före var det %(met)s av %(all)s."),
                    {"met": before["met"], "all": _assessed(before)},
                )
            )
        if overview["tally"]["not_assessable"]:
            found.append(
                words.plural(
                    "%(num)s åtagande gick inte att bedöma.",
                    "%(num)s åtaganden gick inte att bedöma.",
                    overview["tally"]["not_assessable"],
                )
            )
    else:
        found.append(
            text(
                N_("Inget av de %(all)s åtagandena gick att bedöma under perioden."),
                {"all": overview["obligations"]},
            )
        )
    left = said["deviations"]["now"]["open_at_end"]
    found.append(
        words.plural(
            "%(num)s avvikelse var inte avslutad när perioden tog slut.",
            "%(num)s avvikelser var inte avslutade när perioden tog slut.",
            left,
        )
        if left
        else text(N_("Ingen avvikelse väntade när perioden tog slut."))
    )
    return found


def _assessed(tally: Mapping[str, int]) -> int:
    return sum(tally.values()) - tally["not_assessable"]


def _about(said: Said, stamp: Stamp, words: Words) -> Part:
    """Tell what the report is about and how it was made, so that it can be judged by itself."""
    overview, text = said["overview"], words.text
    period = _period(overview["first"], overview["last"])
    found = [
        text(
            N_("Rapporten gäller %(agreement)s, version %(version)s, %(period)s."),
            {
                "agreement": said["agreement"],
                "version": overview["version"],
                "period": period_words(period, words),
            },
        ),
        text(
            N_("Den är gjord %(day)s av det som var inrapporterat då."),
            {"day": stamp.made_at},
        ),
    ]
    if date.fromisoformat(overview["today"]) <= period.last:
        found.append(
            text(N_("Perioden var inte slut när rapporten gjordes, så siffrorna kan ändras."))
        )
    if said["before_first"]:
        found.append(
            text(
                N_("Perioden före är %(period)s."),
                {"period": period_words(_period(said["before_first"], said["before_last"]), words)},
            )
        )
    else:
        found.append(text(N_("Överenskommelsen gällde inte perioden före, så inget jämförs.")))
    if stamp.replaces is not None:
        number, issued = stamp.replaces
        found.append(
            text(
                N_("Rapporten ersätter rapport %(number)s, som utfärdades %(day)s."),
                {"number": number, "day": issued},
            )
        )
    found.append(
        text(
            N_(
                "Rapporten visar vad organisationer har gjort. Den innehåller inga uppgifter om "
                "enskilda ärenden eller personer."
            )
        )
    )
    return Part("about", text(N_("Om rapporten")), found)


def _period(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


def shown(cell: object, words: Words, kind: Kind = Kind.TEXT) -> str:
    """Return a cell in words: dates written out, a difference with its sign, nothing as a dash."""
    if cell is None or cell == "":
        return "–"
    if isinstance(cell, date):
        return words.day(cell)
    if kind is Kind.CHANGE and isinstance(cell, int):
        return f"{cell:+d}".replace("-", "−") if cell else "0"
    return str(cell)
