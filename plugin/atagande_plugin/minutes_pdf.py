"""Minutes as a tagged PDF, set from what was fixed and nothing else. Always in Swedish."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from atagande_agreements.civil_time import local_date
from atagande_agreements.i18n import N_
from atagande_calendar.meetings.attendance import Presence
from atagande_calendar.steering.contents import Contents, Decided, Point
from atagande_calendar.steering.items import Topic
from atagande_plugin import steering_words
from atagande_plugin.pdf import typeset
from atagande_plugin.translation import Words, words

LANGUAGE = "sv"
PRESENCES = {
    Presence.PRESENT: N_("Närvarande"),
    Presence.DEPUTY: N_("Ersättare"),
    Presence.ABSENT: N_("Frånvarande"),
}
#: Headings of the agenda, with the topics below each.
Headings = tuple[tuple[str, tuple[Topic, ...]], ...]
#: Topics that are for the group to know: no decision is missing.
TO_KNOW = frozenset({Topic.WITHDRAWN, Topic.SIGNATURES, Topic.DOCUMENT})


def title_of(said: Contents, by: Words) -> str:
    """Return the title of minutes or of a correction."""
    day = {"day": local_date(said.starts_at)}
    if said.number == 1:
        return by.text(N_("Protokoll %(day)s"), day)
    return by.text(
        N_("Rättelse %(number)s av protokoll %(day)s"), day | {"number": said.number - 1}
    )


def as_pdf(
    said: Contents,
    headings: Headings,
    *,
    digest: str,
    fixed_at: datetime,
    names: Mapping[str, str],
) -> bytes:
    """Return the PDF of fixed minutes.

    `names` are the organisations' by key, for parameters that choose one; `fixed_at` (UTC) is the
    time that the file tells, so that the same minutes give the same bytes.
    """
    by = words(LANGUAGE)
    return typeset(
        "minutes", _data(said, headings, digest, names, by), language=LANGUAGE, made_at=fixed_at
    )


def _data(
    said: Contents, headings: Headings, digest: str, names: Mapping[str, str], by: Words
) -> dict[str, Any]:
    ends_at = said.starts_at + timedelta(minutes=said.minutes)
    facts = [
        (by.text(N_("Möte")), said.title),
        (by.text(N_("När")), by.span(said.starts_at, ends_at)),
        (by.text(N_("Var")), said.place),
    ]
    fixed = said.fixed
    numbered = _parts(said, headings, names, by)
    return {
        "title": title_of(said, by),
        "association": said.association,
        "diary_number": fixed.diary_number if fixed else "",
        "dated": by.day(local_date(said.starts_at)),
        "facts": [fact for fact in facts if fact[1]],
        "reason": said.reason,
        "present": [
            [
                one.party,
                ", ".join(
                    (
                        by.text(PRESENCES[one.presence]),
                        *(
                            (by.plural("%(num)s person", "%(num)s personer", one.people),)
                            if one.people
                            else ()
                        ),
                    )
                ),
                ", ".join(one.functions) or "–",
            ]
            for one in said.present
        ],
        "parts": numbered,
        "next": _next(said, by),
        "fixed": by.text(
            N_("Justerat %(day)s av %(who)s."), {"day": fixed.on, "who": fixed.function}
        )
        if fixed
        else "",
        "digest": digest,
        "labels": {
            "present": by.text(N_("Närvaro")),
            "nobody": by.text(N_("Närvaron är inte rapporterad än.")),
            "head": [by.text(N_("Part")), by.text(N_("Närvaro")), by.text(N_("Funktioner"))],
            "next": by.text(N_("Nästa möte")),
            "reason": by.text(N_("Varför protokollet rättas:")),
            "checksum": by.text(N_("Kontrollsumma (SHA-256):")),
        },
    }


def _next(said: Contents, by: Words) -> str:
    if said.next is None:
        return by.text(N_("Inget möte är planerat."))
    where = f", {said.next.place}" if said.next.place else ""
    return f"{by.moment(said.next.starts_at)}{where}."


def _parts(
    said: Contents, headings: Headings, names: Mapping[str, str], by: Words
) -> list[dict[str, Any]]:
    found: list[tuple[str, list[dict[str, Any]]]] = []
    for heading, topics in headings:
        points = [one for one in said.points if one.item.topic in topics]
        if points:
            found.append((by.text(heading), [_point(one, said, names, by) for one in points]))
    if said.others:
        decisions = [_decided(one, said, names, by) for one in said.others]
        found.append((by.text(N_("Övriga beslut")), [_plain(decisions=decisions)]))
    if said.general:
        found.append((by.text(N_("Övrigt")), [_plain(note=said.general)]))
    return [
        {"title": f"{number}. {title}", "points": points}
        for number, (title, points) in enumerate(found, start=1)
    ]


def _plain(**said: Any) -> dict[str, Any]:
    return {"title": "", "text": "", "decisions": [], "outcome": "", "note": ""} | said


def _point(one: Point, said: Contents, names: Mapping[str, str], by: Words) -> dict[str, Any]:
    item = one.item
    waits = "" if one.decisions else steering_words.waits(by, item)
    party = f"{item.party}." if item.party else ""
    silent = one.decisions or item.topic in TO_KNOW
    return _plain(
        title=steering_words.called(by, item),
        text=" ".join(part for part in (party, waits) if part),
        decisions=[_decided(decision, said, names, by, item.key) for decision in one.decisions],
        outcome="" if silent else by.text(N_("Inget beslut.")),
        note=one.note,
    )


def _decided(
    one: Decided, said: Contents, names: Mapping[str, str], by: Words, below: str = ""
) -> dict[str, Any]:
    """Return a decision; `below` is the key of the item whose name stands above it."""
    lines = [
        told.below if act.key == below else told.line
        for act in one.acted
        for told in (steering_words.told(by, act, names),)
    ]
    head = [one.paragraph]
    if one.decided_on != local_date(said.starts_at):
        head.append(by.day(one.decided_on))
    if one.diary_number:
        head.append(one.diary_number)
    return {
        "head": " · ".join(head),
        "lines": [line for line in lines if line],
        "note": one.note,
        "dissents": [
            {
                "head": by.text(N_("Särskilt uttalande, %(party)s:"), {"party": dissent.party}),
                "text": dissent.text,
            }
            for dissent in one.dissents
        ],
    }
