"""The letters of the ladder in words: as a page to print and as a mail."""

from collections.abc import Mapping
from datetime import date, timedelta

from atagande_agreements.i18n import N_
from atagande_agreements.ladder.letter_models import LadderLetter
from atagande_agreements.ladder.letters import Facts, facts_of
from atagande_agreements.ladder.models import Rung
from atagande_agreements.ladder.texts import USUAL
from atagande_agreements.letters.text import blocks
from atagande_plugin.mail.letters import Content
from atagande_plugin.translation import Words

#: Step -> what its letter is about, as a heading.
SUBJECTS: Mapping[Rung, str] = {
    Rung.NOTICE: N_("Skrivelse om avvikelse %(name)s"),
    Rung.BOARD: N_("Ärende till styrelsen: avvikelse %(name)s"),
}


def sample(today: date) -> Facts:
    """Return invented facts that a letter is shown with before there is any."""
    return Facts(
        association="Samordningsförbundet Exempel",
        party="Exempelparten",
        reference="A-12",
        clause="A2 Deltar i nätverket",
        clause_en="A2 Takes part in the network",
        promise="Parterna ingår i ett nätverk som möts fyra gånger om året.",
        promise_en="The parties take part in a network that meets four times a year.",
        is_case=False,
        due_on=(today - timedelta(days=90)).isoformat(),
        kept_on="",
        replied_on=(today - timedelta(days=40)).isoformat(),
        contested=False,
        paragraph="§ 12",
        decided_on=today.isoformat(),
        note="Det är andra året i rad.",
    )


def last_day(written_on: date, days: int) -> date | None:
    """Return the last day for an answer to a letter; None when none is asked for."""
    return written_on + timedelta(days=days) if days else None


def _day(speak: Words, iso: str) -> str:
    return speak.day(date.fromisoformat(iso)) if iso else ""


def values(
    speak: Words, facts: Facts, *, answer_by: date | None, written_on: date
) -> dict[str, str]:
    """Return what fills each place of a letter."""
    english = speak.language == "en"
    if facts.is_case:
        happened = speak.text(N_("Det hölls inte i tid i ett ärende."))
    elif facts.kept_on:
        days = {"due": _day(speak, facts.due_on), "day": _day(speak, facts.kept_on)}
        happened = speak.text(N_("Det skulle ha hållits senast %(due)s och hölls %(day)s."), days)
    else:
        due = {"due": _day(speak, facts.due_on)}
        happened = speak.text(N_("Det skulle ha hållits senast %(due)s. Det hölls inte."), due)
    if not facts.replied_on:
        heard = speak.text(N_("Parten har inte yttrat sig."))
    else:
        said = (
            N_("Parten yttrade sig %(day)s och menar att åtagandet hölls.")
            if facts.contested
            else N_("Parten yttrade sig %(day)s.")
        )
        heard = speak.text(said, {"day": _day(speak, facts.replied_on)})
    return {
        "part": facts.party,
        "forbund": facts.association,
        "avvikelse": facts.reference,
        "atagande": facts.clause_en if english else facts.clause,
        "lofte": facts.promise_en if english else facts.promise,
        "handelse": happened,
        "yttrande": heard,
        "beslut": f"{facts.paragraph}, {_day(speak, facts.decided_on)}",
        "motivering": facts.note,
        "svar_senast": speak.day(answer_by, weekday=True) if answer_by else "–",
        "datum": speak.day(written_on),
    }


def paragraphs(
    speak: Words, text: str, facts: Facts, *, answer_by: date | None, written_on: date
) -> list[str]:
    """Return a letter's paragraphs; the usual words in the reader's language, own ones as is."""
    said = speak.text(text) if text in USUAL.values() else text
    filled = values(speak, facts, answer_by=answer_by, written_on=written_on)
    found = (one.text.strip() for one in blocks(said, filled))
    return [one for one in found if one]


def content(speak: Words, letter: LadderLetter, written_on: date, address: str) -> Content:
    """Return the mail that brings a letter; `address` is the letter's own page."""
    facts = facts_of(letter)
    return Content(
        subject=speak.text(SUBJECTS[letter.rung], {"name": facts.reference}),
        paragraphs=paragraphs(
            speak, letter.text, facts, answer_by=letter.answer_by, written_on=written_on
        ),
        action=(speak.text(N_("Läs och skriv ut brevet")), address),
        foot=facts.association,
        language=speak.language,
    )
