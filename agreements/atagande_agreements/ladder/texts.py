"""What the ladder's letters say: the usual words of each step, and the group's own. Pure.

`{part}` and its like are filled in by the service. There is no place for anything about a person.
"""

from collections.abc import Mapping

from atagande_agreements.i18n import N_
from atagande_agreements.ladder.errors import NoLetter
from atagande_agreements.ladder.models import Rung
from atagande_agreements.letters.text import check

#: Steps whose letter is a document of its own.
LETTERS = (Rung.NOTICE, Rung.BOARD)

_IN_LETTERS: Mapping[str, str] = {
    "part": N_("partens namn"),
    "forbund": N_("förbundets namn"),
    "avvikelse": N_("avvikelsens namn, som A-12"),
    "atagande": N_("åtagandets nummer och rubrik"),
    "lofte": N_("vad parterna lovade, med överenskommelsens ord"),
    "handelse": N_("vad som hände"),
    "yttrande": N_("om parten har yttrat sig"),
    "beslut": N_("beslutets paragraf och datum"),
    "motivering": N_("vad gruppen skrev om sitt beslut"),
    "svar_senast": N_("sista dagen att svara"),
    "datum": N_("dagen då brevet skrevs"),
}
#: Step -> the places of its letter, as said to whoever writes one. Steps without words have none.
PLACES: Mapping[Rung, Mapping[str, str]] = {
    Rung.REMINDER: {"dagar": N_("hur många dagar före sista dagen")},
    Rung.MEASURE: {},
    Rung.NOTICE: _IN_LETTERS,
    Rung.BOARD: _IN_LETTERS,
}
#: Step -> what its letter says until the group has decided on other words.
USUAL: Mapping[Rung, str] = {
    Rung.REMINDER: N_("Det här ska vara klart inom {dagar} dagar."),
    Rung.MEASURE: N_("Styrgruppen har beslutat vad ni ska göra. Säg till när det är gjort."),
    Rung.NOTICE: N_(
        "Till ledningen för {part}\n\n"
        "{forbund} skriver till er om avvikelse {avvikelse} från den lokala överenskommelsen.\n\n"
        "Åtagandet är {atagande}. {lofte}\n\n"
        "{handelse} {yttrande}\n\n"
        "Styrgruppen har beslutat, {beslut}, att vända sig till er ledning. {motivering}\n\n"
        "Svara styrgruppen senast {svar_senast}. "
        "Berätta vad ni gör för att åtagandet ska hållas."
    ),
    Rung.BOARD: N_(
        "Till styrelsen för {forbund}\n\n"
        "Styrgruppen lämnar avvikelse {avvikelse} till styrelsen. Den gäller {part}.\n\n"
        "Åtagandet är {atagande}. {lofte}\n\n"
        "{handelse} {yttrande}\n\n"
        "Styrgruppen har beslutat detta, {beslut}. {motivering}\n\n"
        "Styrgruppen ber styrelsen att ta upp ärendet senast {svar_senast}."
    ),
}


def own_words(rung: Rung, body: str) -> str:
    """Return a step's own words as they are kept; "" for the usual ones.

    Raises NoLetter for a step that says nothing, and what `letters.text.check` does.
    """
    text = "\n".join(line.rstrip() for line in body.strip().splitlines())
    if not text:
        return ""
    if rung not in PLACES:
        raise NoLetter(field="body")
    check(text, PLACES[rung])
    return "" if text == USUAL[rung] else text


def words_of(rung: Rung, own: str) -> str:
    """Return what a step's letter says: the group's own words, or else the usual ones."""
    return own or USUAL[rung]
