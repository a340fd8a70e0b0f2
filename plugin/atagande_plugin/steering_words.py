"""The words of the agenda's items and of what decisions acted on: for pages, CSV and PDF alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atagande_agreements.i18n import N_
from atagande_calendar.steering.acted import Acted
from atagande_calendar.steering.items import Item, Topic
from atagande_plugin.reports.terms import value_words
from atagande_plugin.retention import BY_KEY
from atagande_plugin.translation import Words

RUNGS: Mapping[str, str] = {
    "reminder": N_("Påminnelse"),
    "reply": N_("Yttrande från parten"),
    "measure": N_("Åtgärd med sista dag"),
    "agenda": N_("Eget ärende i styrgruppen"),
    "notice": N_("Skrivelse till partens ledning"),
    "board": N_("Förbundets styrelse"),
}
#: Topic -> what is said: while it is waited for, and when its day is over.
_WAITS: Mapping[Topic, tuple[str, str]] = {
    Topic.LATE_REPLY: (
        N_("Parten har till och med %(day)s på sig att yttra sig."),
        N_("Tiden för yttrande gick ut %(day)s. Gruppen beslutar."),
    ),
    Topic.LATE_MEASURE: (
        N_("Åtgärden ska vara klar senast %(day)s."),
        N_("Åtgärden skulle ha varit klar %(day)s."),
    ),
    Topic.MEASURE_DONE: (
        N_("Åtgärden är rapporterad som gjord."),
        N_("Åtgärden är rapporterad som gjord %(day)s. Gruppen beslutar om den räcker."),
    ),
    Topic.LADDER: (
        N_("Svar väntas senast %(day)s."),
        N_("Tiden för svar gick ut %(day)s."),
    ),
    Topic.ISSUE: (N_("Lyft %(day)s."), N_("Lyft %(day)s.")),
}
#: Topic -> what is said of it whatever the day.
_SAID: Mapping[Topic, str] = {
    Topic.DEVIATION: N_("Parten är hörd. Gruppen beslutar."),
    Topic.WITHDRAWN: N_("Återtagen: underlag visar att åtagandet hölls."),
    Topic.PARAMETER: N_("Gäller %(name)s."),
    Topic.DOCUMENT: N_("Ändringen beslutades %(day)s, %(name)s, och är inte publicerad."),
}
_ACTS: Mapping[str, str] = {
    "closed": N_("stängs."),
    "reopened": N_("öppnas igen."),
}


def waits(words: Words, item: Item) -> str:
    """Return what is waited for, in one or two sentences; "" when nothing is to be said."""
    if item.topic is Topic.SIGNATURES:
        number = words.plural(
            "%(num)s part ska underteckna.", "%(num)s parter ska underteckna.", item.number
        )
        return f"{number} {words.text(N_('Vilka som har gjort det följs inte upp här än.'))}"
    text = _dated(item) if item.topic in _WAITS else _SAID.get(item.topic, "")
    if item.topic is Topic.DEVIATION and item.contested:
        text = N_("Parten bestrider. Gruppen beslutar.")
    if item.topic is Topic.PARAMETER and not item.name:
        text = N_("Gäller hela tjänsten.")
    said = words.text(text, {"day": item.day, "name": item.name}) if text else ""
    if item.topic is Topic.LADDER:
        return f"{words.text(RUNGS[item.rung])}. {said}".strip()
    return said


def _dated(item: Item) -> str:
    if item.is_case:
        over = N_("Tiden för yttrande har gått ut. Gruppen beslutar.")
        return N_("Väntar på partens yttrande.") if item.ahead else over
    if item.day is None:
        late = item.topic is Topic.LATE_REPLY
        return N_("Väntar på partens yttrande. Tiden för det är inte beslutad.") if late else ""
    before, after = _WAITS[item.topic]
    return before if item.ahead else after


def called(words: Words, item: Item) -> str:
    """Return what an item is called, as plain text."""
    title = (item.title_en if words.language == "en" else "") or item.title
    match item.topic:
        case Topic.ISSUE:
            return item.text
        case Topic.SIGNATURES:
            return words.text(N_("Överenskommelsens undertecknande"))
        case Topic.OWN | Topic.PARAMETER | Topic.DOCUMENT:
            return title
        case _:
            return f"{item.name}: {title}"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a decision acted on, in words."""

    #: What it is called, linked where it can be read.
    name: str
    link: str
    #: What comes after the name: what became of it.
    text: str
    #: What became of it, where the name stands above already; "" when the name says it all.
    outcome: str
    #: Somebody's own words, in Swedish.
    quoted: str = ""

    @property
    def line(self) -> str:
        """Return it as plain text."""
        return " ".join(part for part in (f"{self.name}{self.text}", self.quoted) if part)

    @property
    def below(self) -> str:
        """Return it as plain text below its own name: what became of it, if that is to be said."""
        if not self.outcome:
            return ""
        said = self.outcome[:1].upper() + self.outcome[1:]
        return " ".join(part for part in (said, self.quoted) if part)


def told(words: Words, one: Acted, names: Mapping[str, str]) -> Told:
    """Return what a decision did with one thing. `names`: of organisations, by key."""
    title = (one.title_en if words.language == "en" else "") or one.title
    match one.what:
        case "parameter":
            value = value_words(one.unit, one.value, words, names)
            since = words.text(N_("Gäller från %(day)s."), {"day": one.day})
            return Told(title, one.link, f": {value}. {since}", f"{value}. {since}")
        case "document":
            until = (
                words.text(N_("Publicerat %(day)s."), {"day": one.day})
                if one.day
                else words.text(N_("Inte publicerat än."))
            )
            said = f"{words.text(N_('ändras.'))} {until}"
            return Told(title, one.link, f" {said}", said)
        case "ladder":
            text = N_("Används från %(day)s.") if one.is_used else N_("Används inte från %(day)s.")
            step = words.text(RUNGS[one.value])
            since = words.text(text, {"day": one.day})
            return Told(words.text(N_("Trappan")), one.link, f": {step}. {since}", since)
        case "issue" | "own":
            name = N_("Fråga från nätverket") if one.what == "issue" else N_("Egen punkt")
            return Told(words.text(name), one.link, ":", "", one.text or one.title)
        case "retention" | "hold":
            return _retention(words, one)
        case "escalated":
            rung = words.text(RUNGS[one.value]).lower()
            said = words.text(N_("går till nästa steg: %(step)s."), {"step": rung})
        case "measure":
            said = words.text(N_("åtgärd senast %(day)s."), {"day": one.day})
        case _:
            said = words.text(_ACTS[one.what])
    return Told(one.name, one.link, f" {one.party}: {said}", said, one.text)


def _retention(words: Words, one: Acted) -> Told:
    """Return what a decision says of how long a kind of records is kept."""
    kind = BY_KEY.get(one.value)
    name = words.text(kind.name) if kind else one.value
    if one.what == "hold":
        said = words.text(N_("gallras inte till och med %(day)s."), {"day": one.day})
    elif one.is_used:
        length = words.plural(
            "gallras efter %(num)s månad.", "gallras efter %(num)s månader.", one.number
        )
        said = f"{length} {words.text(N_('Gäller från %(day)s.'), {'day': one.day})}"
    else:
        said = words.text(N_("bevaras. Gäller från %(day)s."), {"day": one.day})
    return Told(name, "", f": {said}", said)


def speech(words: Words, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what templates speak of items and decisions with."""
    return {
        "waits": lambda item: waits(words, item),
        "told": lambda one: told(words, one, names or {}),
    }
