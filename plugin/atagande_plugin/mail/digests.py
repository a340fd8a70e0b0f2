"""The daily mail: what someone has to do and what is new, told once each.

It is worked out when it is written, and what it tells is noted together with its bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.deviations.models import reference
from atagande_agreements.i18n import N_
from atagande_agreements.ladder import digests, queueing
from atagande_agreements.ladder.models import Rung
from atagande_agreements.ladder.texts import USUAL
from atagande_agreements.ladder.things import NEWS, Clause, Thing, ThingKind
from atagande_agreements.letters.text import blocks
from atagande_agreements.outbox.models import OutboxMessage
from atagande_plugin.mail.letters import Content, Item, Part
from atagande_plugin.translation import Words, words

KIND = queueing.KIND
#: Lines under one heading; the page has the rest.
MOST = 20

#: Kind -> its heading, in the order they stand.
HEADINGS: Mapping[ThingKind, str] = {
    ThingKind.REPLY_NEAR: N_("Snart är sista dagen för ert yttrande"),
    ThingKind.REPLY: N_("Skriv ert yttrande"),
    ThingKind.MEASURE_NEAR: N_("Snart ska åtgärden vara gjord"),
    ThingKind.MEASURE: N_("Gör åtgärden"),
    ThingKind.DUE: N_("Snart är det dags"),
    ThingKind.OPENED: N_("Nya avvikelser"),
    ThingKind.REPLIED: N_("Parten har yttrat sig"),
    ThingKind.REPLY_OVER: N_("Tiden för yttrande har gått ut"),
    ThingKind.MEASURE_DONE: N_("Parten har gjort åtgärden"),
    ThingKind.MEASURE_OVER: N_("Åtgärden är inte gjord i tid"),
}
#: What makes another thing of the same deviation needless to say in the same mail.
_COVERED = {
    ThingKind.REPLY_NEAR: ThingKind.REPLY,
    ThingKind.MEASURE_NEAR: ThingKind.MEASURE,
}


class NothingLeft(Exception):  # noqa: N818 - no fault: what it would have told is told or over
    """Nothing is left to tell, or the digest's day has passed."""


@dataclass(slots=True)
class Round:
    """One round of writing: what concerns whom in each association is read once."""

    session: Session
    now: datetime
    known: dict[int, dict[int, list[Thing]]] = field(default_factory=dict)

    def untold(self, message: OutboxMessage) -> list[Thing]:
        """Return what a digest's receiver is to be told now."""
        if message.person_id is None:
            return []
        return digests.untold(self.session, self._found(message), {message.person_id}).get(
            message.person_id, []
        )

    def stands(self, message: OutboxMessage) -> bool:
        """Tell whether anything that a written digest tells is still so."""
        current = self._found(message).get(message.person_id or 0, [])
        return not digests.keys_of(self.session, message.id).isdisjoint(
            thing.key for thing in current
        )

    def _found(self, message: OutboxMessage) -> dict[int, list[Thing]]:
        number = message.association_id
        if number not in self.known:
            self.known[number] = digests.waiting(self.session, number, self.now)
        return self.known[number]


def compose(round_: Round, message: OutboxMessage, base_url: str) -> tuple[Content, Sequence[str]]:
    """Return a digest's words, and the keys of all that it tells; or raise NothingLeft.

    A digest tells only of its own day, and nobody gets two on one day.
    """
    day = local_date(round_.now)
    if queueing.day_of(message) != day or digests.had_another(round_.session, message, round_.now):
        raise NothingLeft
    found = round_.untold(message)
    if not found:
        raise NothingLeft
    return content(words(message.language), found, base_url), [thing.key for thing in found]


def require_current(round_: Round, message: OutboxMessage) -> None:
    """Raise NothingLeft for a digest that is not to leave now, although it has been written.

    1. Its receiver has had another one today.
    2. Its day has passed, and it is known not to have left: another one tells it. When nobody
       knows whether it left, the same bytes leave once more.
    3. It was tried before today, and nothing in it is so any more.
    """
    if digests.had_another(round_.session, message, round_.now):
        raise NothingLeft
    if queueing.day_of(message) != local_date(round_.now):
        if message.last_error:
            raise NothingLeft
    elif message.tries > 1 and message.raw is not None and not round_.stands(message):
        raise NothingLeft


def content(speak: Words, found: Sequence[Thing], base_url: str) -> Content:
    """Return the words of a digest."""
    said = {(thing.kind, thing.deviation_id) for thing in found}
    shown = [thing for thing in found if (_COVERED.get(thing.kind), thing.deviation_id) not in said]
    parts = [
        _part(speak, kind, of_kind, base_url)
        for kind in HEADINGS
        if (of_kind := [thing for thing in shown if thing.kind is kind])
    ]
    to_do = sum(len(_lines(speak, kind, shown)) for kind in HEADINGS if kind not in NEWS)
    news = sum(thing.kind in NEWS for thing in shown)
    if to_do:
        subject = speak.plural(
            N_("%(num)s sak att göra i Åtagande"), N_("%(num)s saker att göra i Åtagande"), to_do
        )
    else:
        subject = speak.plural(
            N_("%(num)s nyhet för styrgruppen"), N_("%(num)s nyheter för styrgruppen"), news
        )
    first = N_("Det här väntar på dig.") if to_do else N_("Det här är nytt.")
    return Content(
        subject=subject,
        paragraphs=[speak.text(first)],
        parts=parts,
        action=(speak.text(N_("Öppna Åtagande")), f"{base_url}/"),
        foot=speak.text(
            N_("Du får högst ett sådant brev om dagen, och bara när det finns något nytt.")
        ),
        language=speak.language,
    )


def _part(speak: Words, kind: ThingKind, found: Sequence[Thing], base_url: str) -> Part:
    lines = _lines(speak, kind, found)
    items = [Item(text, f"{base_url}{path}") for text, path in lines[:MOST]]
    if (more := len(lines) - MOST) > 0:
        rest = speak.plural(N_("och %(num)s till"), N_("och %(num)s till"), more)
        items.append(Item(rest, f"{base_url}/avvikelser"))
    return Part(speak.text(HEADINGS[kind]), tuple(items), _intro(speak, kind, found))


def _intro(speak: Words, kind: ThingKind, found: Sequence[Thing]) -> str:
    """Return the words of the ladder's step, the group's own or the usual ones."""
    rungs = {ThingKind.DUE: Rung.REMINDER, ThingKind.MEASURE: Rung.MEASURE}
    if kind is ThingKind.REPLY:
        return speak.text(N_("Ingen bedöms utan att ha hörts. Styrgruppen läser ert yttrande."))
    if kind not in rungs:
        return ""
    step = found[0]
    text = step.words or speak.text(USUAL[rungs[kind]])
    return "\n".join(one.text for one in blocks(text, {"dagar": str(step.days)}))


def _named(speak: Words, clause: Clause) -> str:
    title = clause.title_en if speak.language == "en" else clause.title
    return f"{clause.key} {title} ({clause.party})"


def _lines(speak: Words, kind: ThingKind, found: Sequence[Thing]) -> list[tuple[str, str]]:
    """Return (text, path) of each line; single cases of one clause are one line with a number."""
    of_kind = [thing for thing in found if thing.kind is kind]
    if kind is not ThingKind.DUE:
        return [(_line(speak, thing), f"/avvikelser/{thing.deviation_id}") for thing in of_kind]
    lines: dict[tuple[Clause, object], int] = {}
    for thing in of_kind:
        place = (thing.clause, thing.day)
        lines[place] = lines.get(place, 0) + 1
    return [
        (_due(speak, clause, day, number), f"/overenskommelsen/{clause.key}")
        for (clause, day), number in lines.items()
    ]


def _due(speak: Words, clause: Clause, day: object, number: int) -> str:
    what = _named(speak, clause)
    if day is None:
        said = speak.form(N_("%(what)s: %(num)s ärende."), N_("%(what)s: %(num)s ärenden."), number)
        return said % {"what": what, "num": number}
    return speak.text(N_("%(what)s: senast %(day)s."), {"what": what, "day": day})


#: Kind -> what is said of a thing with a last day, and of one without.
_SAID: Mapping[ThingKind, tuple[str, str]] = {
    ThingKind.REPLY: (
        N_("%(name)s, %(what)s: senast %(day)s."),
        N_("%(name)s, %(what)s: så snart ni kan. Ingen sista dag är beslutad."),
    ),
    ThingKind.REPLY_OVER: (
        N_("%(name)s, %(what)s: sista dagen var %(day)s."),
        N_("%(name)s, %(what)s."),
    ),
    ThingKind.MEASURE_OVER: (
        N_("%(name)s, %(what)s: sista dagen var %(day)s."),
        N_("%(name)s, %(what)s."),
    ),
}
_OTHERS = (N_("%(name)s, %(what)s: senast %(day)s."), N_("%(name)s, %(what)s."))


def _line(speak: Words, thing: Thing) -> str:
    dated, undated = _SAID.get(thing.kind, _OTHERS)
    facts = {"name": reference(thing.deviation_id or 0), "what": _named(speak, thing.clause)}
    if thing.day is None:
        return speak.text(undated, facts)
    return speak.text(dated, {**facts, "day": thing.day})
