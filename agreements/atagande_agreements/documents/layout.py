"""Reads a document's plain text as headings, paragraphs and lists.

    # Heading            ## Heading below it
    - item               1. numbered item

Blocks are parted by empty lines. There is nothing else, and no markup gets through: whoever shows
a block shows its text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_HEADING = re.compile(r"(#{1,4})\s+(\S.*)")
_BULLET = re.compile(r"\s*[-*•]\s+(\S.*)")
_NUMBER = re.compile(r"\s*(\d{1,3})[.)]\s+(\S.*)")


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    BULLETS = "bullets"
    NUMBERS = "numbers"


@dataclass(slots=True)
class Block:
    """A heading or paragraph (one line), or a list (a line an item)."""

    kind: Kind
    lines: list[str]
    #: Of a heading: 1 is the highest, and none is more than one below the heading before it.
    level: int = 0
    #: Of a numbered list: the number of its first item.
    start: int = 1


def normal(text: str) -> str:
    """Return a text as it is kept: NFC, line feeds, no blanks at the ends of lines."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a text in order."""
    open_: Block | None = None
    level = 0
    for line in text.split("\n"):
        new = _block(line)
        if new is None or open_ is None or not _goes_on(open_, new):
            if open_ is not None:
                yield open_
            open_ = new
        elif new.kind is Kind.PARAGRAPH:
            # A line that goes on with the paragraph, or with the item above it.
            open_.lines[-1] += f" {new.lines[0]}"
        else:
            open_.lines += new.lines
        if new is not None and new.kind is Kind.HEADING:
            new.level = level = min(new.level, level + 1)
    if open_ is not None:
        yield open_


def _block(line: str) -> Block | None:
    """Return what a line is on its own; None for an empty one, which ends a block."""
    if heading := _HEADING.fullmatch(line):
        return Block(Kind.HEADING, [heading[2]], level=len(heading[1]))
    if bullet := _BULLET.fullmatch(line):
        return Block(Kind.BULLETS, [bullet[1]])
    if number := _NUMBER.fullmatch(line):
        return Block(Kind.NUMBERS, [number[2]], start=int(number[1]))
    return Block(Kind.PARAGRAPH, [line.strip()]) if line.strip() else None


def _goes_on(before: Block, new: Block) -> bool:
    """Tell whether a line belongs to the block before it."""
    if before.kind is Kind.HEADING:
        return False
    if new.kind is Kind.NUMBERS and before.kind is Kind.NUMBERS:
        return new.start == before.start + len(before.lines)
    return new.kind in {Kind.PARAGRAPH, before.kind}
