"""The words for what a report's codes mean."""

from collections.abc import Callable, Mapping, Sequence

from atagande_agreements.i18n import N_
from atagande_plugin.translation import Words

STATUSES: Mapping[str, str] = {
    "met": N_("Uppfyllt"),
    "partly": N_("Delvis"),
    "not_met": N_("Ej uppfyllt"),
    "unreported": N_("Ej rapporterat"),
    "not_assessable": N_("Ej bedömbart"),
}
REASONS: Mapping[str, str] = {
    "permission": N_("Ger en möjlighet och kräver inget"),
    "undecided": N_("Styrgruppen har inte beslutat hur det mäts"),
    "nothing_due": N_("Inget skulle ha hållits under perioden"),
}
STATES: Mapping[str, str] = {
    "open": N_("Väntar på yttrande"),
    "replied": N_("Väntar på beslut"),
    "measure": N_("Åtgärd beslutad"),
    "closed": N_("Stängd"),
    "withdrawn": N_("Återtagen"),
}
ENDINGS: Mapping[str, str] = {
    "done": N_("Stängd, åtgärden är gjord"),
    "no_measure": N_("Stängd utan åtgärd"),
    "unfounded": N_("Stängd, åtagandet hölls"),
}
RUNGS: Mapping[str, str] = {
    "agenda": N_("eget ärende i styrgruppen"),
    "notice": N_("skrivelse till partens ledning"),
    "board": N_("hos förbundets styrelse"),
}
DECISIONS: Mapping[str, str] = {
    "parameter": N_("Mätvärde"),
    "close_deviation": N_("Avvikelse stängd"),
    "document": N_("Dokument ska ändras"),
    "measure": N_("Åtgärd"),
    "escalate": N_("Nästa steg i trappan"),
    "reopen_deviation": N_("Avvikelse öppnad igen"),
    "ladder": N_("Trappan"),
    "retention": N_("Gallring"),
    "other": N_("Övrigt"),
}
TYPES: Mapping[str, str] = {
    "association": N_("Förbundet"),
    "agency": N_("Myndigheter"),
    "municipality": N_("Kommuner"),
    "region": N_("Psykiatrin och dess mottagningar"),
}


def term(known: Mapping[str, str], code: str, words: Words) -> str:
    """Return the word for a code in a language; the code itself if there is none."""
    return words.text(known[code]) if code in known else code


#: Unit of a parameter -> the number in words.
_COUNTED: Mapping[str, Callable[[Words, int], str]] = {
    "working_days": lambda words, n: words.plural("%(num)s arbetsdag", "%(num)s arbetsdagar", n),
    "calendar_days": lambda words, n: words.plural(
        "%(num)s kalenderdag", "%(num)s kalenderdagar", n
    ),
    "weeks": lambda words, n: words.plural("%(num)s vecka", "%(num)s veckor", n),
    "months": lambda words, n: words.plural("%(num)s månad", "%(num)s månader", n),
    "per_year": lambda words, n: words.plural("%(num)s gång per år", "%(num)s gånger per år", n),
}


def value_words(unit: str, value: str, words: Words, names: Mapping[str, str]) -> str:
    """Return a parameter's value in its unit: "10 arbetsdagar". `names`: of parties, by key."""
    if unit in _COUNTED:
        return _COUNTED[unit](words, int(value))
    if unit == "percent":
        return words.text(N_("%(number)s procent"), {"number": value})
    if unit == "boolean":
        return words.text(N_("ja")) if value == "1" else words.text(N_("nej"))
    return names.get(value, value) if unit == "organisation" else value


def listed(texts: Sequence[str], words: Words) -> str:
    """Return texts as a list in a sentence: "a, b och c"."""
    if len(texts) < 2:  # noqa: PLR2004 - one needs no "och"
        return "".join(texts)
    return words.text(
        N_("%(first)s och %(last)s"), {"first": ", ".join(texts[:-1]), "last": texts[-1]}
    )
