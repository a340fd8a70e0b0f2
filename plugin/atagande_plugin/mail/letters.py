"""What stands in our mails: one structure, written once as plain text and once as HTML.

A mail says what is asked, by when, and has one button.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Any

from atagande_agreements.i18n import N_
from atagande_plugin.translation import Words

_STYLE = "font-family:'Segoe UI',Arial,sans-serif;font-size:16px;line-height:1.5;color:#242424"
_BUTTON = (
    "display:inline-block;padding:12px 20px;background:#0f548c;color:#ffffff;"
    "text-decoration:none;border-radius:4px;font-weight:600"
)


_LINK = "color:#0f548c"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a part, and where it leads."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a mail with a heading: lines that each lead somewhere."""

    heading: str
    items: Sequence[Item]
    #: Said before the lines; "" for nothing.
    intro: str = ""

    def text(self) -> str:
        """Return it as plain text."""
        lines = [self.heading.upper(), *([self.intro] if self.intro else [])]
        return "\n".join([*lines, *(f"- {one.text}\n  {one.address}" for one in self.items)])

    def html(self) -> str:
        """Return it as HTML."""
        intro = f'<p style="margin:0 0 8px">{escape(self.intro)}</p>' if self.intro else ""
        items = "".join(
            f'<li style="margin:0 0 6px"><a href="{escape(one.address)}" style="{_LINK}">'
            f"{escape(one.text)}</a></li>"
            for one in self.items
        )
        return (
            f'<h2 style="font-size:18px;margin:24px 0 8px">{escape(self.heading)}</h2>'
            f'{intro}<ul style="margin:0;padding-left:20px">{items}</ul>'
        )


@dataclass(frozen=True, slots=True)
class Content:
    """A mail before it is written: subject, paragraphs, facts in rows, one button, a foot."""

    subject: str
    paragraphs: Sequence[str]
    facts: Sequence[tuple[str, str]] = ()
    #: (label, address)
    action: tuple[str, str] | None = None
    #: Said below the button.
    after: Sequence[str] = ()
    foot: str = ""
    language: str = field(default="sv", kw_only=True)
    #: Said above the button.
    parts: Sequence[Part] = field(default=(), kw_only=True)

    def text(self) -> str:
        """Return the mail as plain text."""
        parts = list(self.paragraphs)
        if self.facts:
            parts.append("\n".join(f"{name}: {value}" for name, value in self.facts))
        parts += [one.text() for one in self.parts]
        if self.action:
            parts.append(f"{self.action[0]}:\n{self.action[1]}")
        parts += self.after
        if self.foot:
            parts.append(f"--\n{self.foot}")
        return "\n\n".join(parts) + "\n"

    def html(self) -> str:
        """Return the mail as HTML that every mail program shows: no images, no classes."""
        body = [f"<p>{escape(part)}</p>" for part in self.paragraphs]
        if self.facts:
            rows = "".join(
                f'<tr><th align="left" style="padding:2px 16px 2px 0">{escape(name)}</th>'
                f'<td style="padding:2px 0">{escape(value)}</td></tr>'
                for name, value in self.facts
            )
            body.append(f'<table role="presentation" cellspacing="0">{rows}</table>')
        body += [one.html() for one in self.parts]
        if self.action:
            label, address = self.action
            above = ' style="margin-top:24px"' if self.parts else ""
            body.append(
                f'<p{above}><a href="{escape(address)}" style="{_BUTTON}">{escape(label)}</a></p>'
            )
        body += [f"<p>{escape(part)}</p>" for part in self.after]
        if self.foot:
            body.append(f'<p style="color:#616161;font-size:14px">{escape(self.foot)}</p>')
        return (
            f'<!doctype html><html lang="{self.language}"><head><meta charset="utf-8">'
            f"<title>{escape(self.subject)}</title></head>"
            f'<body style="{_STYLE}">{"".join(body)}</body></html>\n'
        )


def login_link(words: Words, address: str, minutes: int) -> Content:
    """Return the mail with a one-time link."""
    return Content(
        subject=words.text(N_("Din länk till Åtagande")),
        paragraphs=[words.text(N_("Här är länken du bad om för att logga in i Åtagande."))],
        action=(words.text(N_("Logga in")), address),
        after=[
            words.text(
                N_("Länken gäller i %(minutes)s minuter och en gång."), {"minutes": minutes}
            ),
            words.text(N_("Har du inte bett om den kan du kasta det här brevet.")),
        ],
        language=words.language,
    )


def deviation_opened(words: Words, facts: Mapping[str, Any], address: str) -> Content:
    """Return the mail to a unit's chief about a new deviation.

    `facts` holds key, title, unit, reference and reply_due (a date or None).
    """
    due = facts["reply_due"]
    asked = (
        words.text(N_("Skriv ert yttrande senast %(day)s."), {"day": words.day(due, weekday=True)})
        if due
        else words.text(N_("Skriv ert yttrande så snart ni kan. Ingen sista dag är beslutad."))
    )
    return Content(
        subject=words.text(N_("Avvikelse %(reference)s: ert yttrande behövs"), facts),
        paragraphs=[
            words.text(N_("Ett åtagande i överenskommelsen har inte hållits i tid."), None),
            asked,
        ],
        facts=[
            (words.text(N_("Åtagande")), f"{facts['key']} {facts['title']}"),
            (words.text(N_("Part")), str(facts["unit"])),
        ],
        action=(words.text(N_("Läs och svara")), address),
        after=[words.text(N_("Ingen bedöms utan att ha hörts. Styrgruppen läser ert yttrande."))],
        language=words.language,
    )


def contacts_confirm(words: Words, facts: Mapping[str, Any], address: str) -> Content:
    """Return the mail that asks a party's chief to confirm its contact points.

    `facts` holds party, due (a date), stale (whether it has passed), published (whether the party
    has ever confirmed) and days, for which the link opens.
    """
    params = {"day": words.day(facts["due"], weekday=True), "party": facts["party"]}
    if not facts["published"]:
        said = N_("%(party)s har inget i den öppna listan över kontaktvägar.")
    elif facts["stale"]:
        said = N_("%(party)s skulle ha bekräftat sina kontaktvägar senast %(day)s.")
    else:
        said = N_("Bekräfta senast %(day)s att kontaktvägarna till %(party)s stämmer.")
    return Content(
        subject=words.text(N_("Stämmer era kontaktvägar?")),
        paragraphs=[
            words.text(said, params),
            words.text(N_("Andra parters tjänstemän når er genom listan.")),
        ],
        action=(words.text(N_("Se och bekräfta uppgifterna")), address),
        after=[
            words.text(N_("Är något fel kan du logga in och ändra därifrån.")),
            words.text(
                N_("Länken är din egen och gäller i %(days)s dagar."), {"days": facts["days"]}
            ),
        ],
        language=words.language,
    )


def invitation(
    words: Words,
    facts: Mapping[str, Any],
    *,
    address: str,
    summoned: bool,
    private: bool,
    reads_mail: bool = False,
    proposed: bool = False,
) -> Content:
    """Return the words of an invitation, or of an update to one.

    `facts` are those frozen in the outbox: title, starts_at, minutes, place, agenda, and of an
    update what the last message said (`before`) and whether to answer anew. For a SIP (`private`)
    nothing but time, place and the reference is said. `reads_mail` tells whether an answer from
    the reader's calendar comes anywhere; `proposed` whether the reader decides if the time holds.
    """
    start, end = _span(facts)
    rows = [
        (words.text(N_("När")), words.span(start, end)),
        (words.text(N_("Var")), str(facts["place"])),
    ]
    rows += _before(words, facts, (start, end))
    after = [
        words.text(
            N_("Du kan också svara direkt i din kalender. Svaret räknas lika.")
            if reads_mail
            else N_("Svara med länken. Svar från kalendern läses inte automatiskt.")
        )
    ]
    if facts["agenda"]:
        after.insert(0, f"{words.text(N_('Dagordning'))}:\n{facts['agenda']}")
    if private:
        after.append(words.text(N_("Skriv inga uppgifter om någon person i ditt svar.")))
    moved = bool(facts.get("update")) and bool(facts.get("answer_anew"))
    title = str(facts["title"])
    return Content(
        subject=words.text(N_("Ändrat: %(title)s"), {"title": title}) if moved else title,
        paragraphs=[
            words.text(text) for text in _asked(facts, summoned=summoned, proposed=proposed)
        ],
        facts=rows,
        action=(words.text(N_("Svara ja, nej eller kanske")), address),
        after=after,
        language=words.language,
    )


def _asked(facts: Mapping[str, Any], *, summoned: bool, proposed: bool) -> list[str]:
    """Return what the reader is asked for, in sentences."""
    if facts.get("time_stands"):
        return [
            N_("Tiden du föreslog gick inte att ordna. Mötet står kvar på den tid som står här."),
            N_("Säg gärna till om du inte kan komma."),
        ]
    if facts.get("again") and not facts.get("answer_anew"):
        return [N_("Här är kallelsen igen, så som den gäller nu.")]
    if proposed:
        return [
            N_("Vi föreslår den här tiden för ett samverkansmöte hos er. Svara om den passar."),
            N_("Tiden gäller när ni har sagt ja. Säg annars vilken tid som passar bättre."),
        ]
    if facts.get("update") and facts.get("answer_anew"):
        return [N_("Mötet har ändrats. Svara igen: ditt förra svar gäller inte längre.")]
    if facts.get("update"):
        return [N_("Uppgifterna om mötet har ändrats. Ditt svar står kvar.")]
    return [N_("Du kallas till mötet.") if summoned else N_("Du är inbjuden till mötet.")]


def _span(facts: Mapping[str, Any]) -> tuple[datetime, datetime]:
    start = datetime.fromisoformat(str(facts["starts_at"]))
    return start, start + timedelta(minutes=int(facts["minutes"]))


def _before(
    words: Words, facts: Mapping[str, Any], now: tuple[datetime, datetime]
) -> list[tuple[str, str]]:
    """Return what the last message said otherwise: old → new stand beside each other."""
    before = facts.get("before")
    if not before:
        return []
    rows = []
    if _span(before) != now:
        rows.append((words.text(N_("Förut")), words.span(*_span(before))))
    if before["place"] != facts["place"]:
        rows.append((words.text(N_("Förra platsen")), str(before["place"])))
    if before["title"] != facts["title"]:
        rows.append((words.text(N_("Förra rubriken")), str(before["title"])))
    return rows


def cancellation(words: Words, facts: Mapping[str, Any]) -> Content:
    """Return the words that call a meeting off; `facts` as for `invitation`."""
    start, end = _span(facts)
    return Content(
        subject=words.text(N_("Inställt: %(title)s"), {"title": facts["title"]}),
        paragraphs=[words.text(N_("Mötet är inställt. Du behöver inte göra något."))],
        facts=[
            (words.text(N_("Skulle ha hållits")), words.span(start, end)),
            (words.text(N_("Var")), str(facts["place"])),
        ],
        after=[words.text(N_("Ligger mötet kvar i din kalender kan du ta bort det."))],
        language=words.language,
    )
