"""PDF documents: tagged (PDF/UA-1), in a language, and the same bytes for the same data.

A document is `typst/<name>.typ`. It begins

    #import "house.typ": *
    #let data = json("data.json")
    #show: house.with(data)

and holds no words of its own: they come in the data, already translated. Whatever stands in the
data is set as text and never read as markup. The fonts are those that come with the library.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from atagande_agreements.civil_time import STOCKHOLM
from atagande_agreements.i18n import N_
from atagande_plugin.translation import words

if TYPE_CHECKING:
    from typst import Fonts

FOLDER = Path(__file__).parent / "typst"
#: Accessible: every text and table tagged, with a title and a language (ISO 14289-1).
STANDARD: Literal["ua-1"] = "ua-1"
_HOUSE = "house.typ"
#: Stands for a sign that the fonts lack.
MISSING = "□"
_USUAL = frozenset("–—−’”“…•·✓◐✕§\u200b\n")
_TRIAL = b"""#import "house.typ": *
#set document(title: "-")
#set text(font: fonts)
#json("data.json")
"""
#: Words of the house's own look.
_WORDS: Mapping[str, str] = {
    "page": N_("Sida %(page)s av %(pages)s"),
    "diary_number": N_("Diarienummer"),
}


@lru_cache(maxsize=1)
def _fonts() -> "Fonts":
    from typst import Fonts  # noqa: PLC0415 - loaded on use: start-up time

    return Fonts(include_system_fonts=False)


@lru_cache(maxsize=8)
def _text(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def typeset(source: str, data: Mapping[str, object], *, language: str, made_at: datetime) -> bytes:
    """Return the PDF of a document.

    `source` is the name of its file without the ending. `data` is what json can write; it has
    "title" and "association", and may have "diary_number" and "dated" (a date in words) for the
    heading. `made_at` (UTC datetime) is the only time that the file tells.
    """
    return _set(parts(source, data, language=language, made_at=made_at), made_at)


def _set(files: Mapping[str, bytes], made_at: datetime) -> bytes:
    from typst import compile as compiled  # noqa: PLC0415 - loaded on use: start-up time

    # The library takes several files as a mapping; its types only know of one.
    several: Any = dict(files)
    return compiled(
        several,
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        pdf_standards=STANDARD,
        timestamp=int(made_at.timestamp()),
    )


def _texts(value: object) -> Iterator[str]:
    """Yield every text in what json can write."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _changed(value: object, table: Mapping[int, str]) -> object:
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, Mapping):
        return {name: _changed(one, table) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_changed(one, table) for one in value]
    return value


@lru_cache(maxsize=2048)
def _can_be_set(text: str) -> bool:
    """Tell whether the fonts have every sign of a text; the standard lets none be missing."""
    from typst import TypstError  # noqa: PLC0415 - loaded on use: start-up time

    trial = {"data.json": json.dumps(text).encode(), "house.typ": _text(_HOUSE)}
    try:
        _set({**trial, "main.typ": _TRIAL}, datetime.fromtimestamp(0, UTC))
    except TypstError:
        return False
    return True


def legible(data: Mapping[str, object]) -> Mapping[str, object]:
    """Return data whose texts can all be set: what no font has becomes □, what is no sign a space.

    Few texts hold anything unusual; those signs are tried, together first and then one by one.
    """
    signs = {sign for text in _texts(data) for sign in text if not _is_usual(sign)}
    table = {ord(sign): " " for sign in signs if unicodedata.category(sign) == "Cc"}
    others = sorted(signs - {chr(number) for number in table})
    if others and not _can_be_set(" ".join(others)):
        table |= {ord(sign): MISSING for sign in others if not _can_be_set(sign)}
    if not table:
        return data
    return {name: _changed(value, table) for name, value in data.items()}


def _is_usual(sign: str) -> bool:
    return " " <= sign <= "~" or "\xa0" <= sign <= "\u017f" or sign in _USUAL


def parts(
    source: str, data: Mapping[str, object], *, language: str, made_at: datetime
) -> dict[str, bytes]:
    """Return the files that a document is set from: its text, the house's look and the data."""
    said = words(language)
    local = made_at.astimezone(STOCKHOLM)
    own = {
        "language": said.language,
        "made_on": {"year": local.year, "month": local.month, "day": local.day},
        "house": {name: said.text(word) for name, word in _WORDS.items()},
    }
    return {
        "main.typ": _text(f"{source}.typ"),
        _HOUSE: _text(_HOUSE),
        "data.json": json.dumps({"diary_number": "", "dated": "", **legible(data), **own}).encode(),
    }
