"""A letter's text with places to fill in. Pure.

`{referens}` and its like are filled in by the service; `{rad}`, alone on its line, is an empty
line to write on by hand. There is no place for anything about a person.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from atagande_agreements.i18n import N_
from atagande_agreements.letters.errors import (
    BadName,
    BrokenPlaceholder,
    EmptyTemplate,
    LineNotAlone,
    UnknownPlaceholder,
)

#: Placeholder -> what it becomes, as said to whoever writes a template.
PLACEHOLDERS: Mapping[str, str] = {
    "referens": N_("förfrågans referens"),
    "mottagning": N_("mottagningens namn"),
    "kommun": N_("kommunens namn"),
    "enhet": N_("enheten som skickar brevet"),
    "skickad": N_("dagen då förfrågan skickades"),
    "datum": N_("dagens datum"),
    "rad": N_("en tom rad att skriva på, ensam på sin rad"),
}
_LINE = "rad"
_FOUND = re.compile(r"\{([^{}]*)\}")
_KEY = re.compile(r"[a-z][a-z0-9-]{1,39}")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or an empty line to write on when `text` is ""."""

    text: str


def check(body: str, places: Collection[str] = PLACEHOLDERS) -> None:
    """Raise what says which placeholder is wrong, if any is; `places` are those that are filled."""
    if not body.strip():
        raise EmptyTemplate(field="body")
    for number, line in enumerate(body.splitlines(), 1):
        names = _FOUND.findall(line)
        for name in names:
            if name not in places:
                raise UnknownPlaceholder(field="body", name=name)
        if set("{}") & set(_FOUND.sub("", line)):
            raise BrokenPlaceholder(field="body", line=number)
        if _LINE in names and line.strip() != f"{{{_LINE}}}":
            raise LineNotAlone(field="body", line=number)


def blocks(body: str, values: Mapping[str, str]) -> list[Block]:
    """Return a checked letter's paragraphs with its places filled in.

    Lines of a paragraph stay lines; an empty line parts paragraphs.
    """
    found: list[Block] = []
    paragraph: list[str] = []

    def end() -> None:
        if paragraph:
            found.append(Block("\n".join(paragraph)))
            paragraph.clear()

    for raw in body.splitlines():
        line = raw.strip()
        if not line or line == f"{{{_LINE}}}":
            end()
            if line:
                found.append(Block(""))
            continue
        paragraph.append(_FOUND.sub(lambda match: values[match[1]], line))
    end()
    return found


def key_of(name: str) -> str:
    """Return what a template is called in addresses: "Begäran om svar" is "begaran-om-svar"."""
    plain = unicodedata.normalize("NFKD", name.strip().lower())
    words = re.findall(
        r"[a-z0-9]+", "".join(one for one in plain if not unicodedata.combining(one))
    )
    key = "-".join(words)[:40].strip("-")
    if _KEY.fullmatch(key) is None or key == "ny":
        raise BadName(field="name", name=name)
    return key
