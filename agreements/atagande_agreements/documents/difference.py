"""What differs between two texts, so that it can be read: line by line, and word by word within.

Nothing is left out, so the older text is all that is not added, and the newer all that is not
removed (`before` and `after`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

#: Two lines less alike than this read better as one that went and one that came.
_ALIKE = 0.5
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Sign(StrEnum):
    """What became of a line or of words in it."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    #: Of a line only: some of its words went or came.
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a line with the same fate."""

    sign: Sign
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of either text, or one that is in both with other words."""

    sign: Sign
    words: tuple[Words, ...]


def difference(old: str, new: str) -> list[Line]:
    """Return the lines of both texts in reading order, each with what became of it."""
    before, after = old.split("\n"), new.split("\n")
    lines: list[Line] = []
    for what, start, end, first, last in SequenceMatcher(None, before, after).get_opcodes():
        if what == "equal":
            lines += (_whole(Sign.SAME, line) for line in before[start:end])
        else:
            lines += _replaced(before[start:end], after[first:last])
    return lines


def _whole(sign: Sign, line: str) -> Line:
    return Line(sign, (Words(sign, line),))


def _replaced(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """Yield what became of lines where others stand now: changed where they are alike."""
    for old, new in zip(before, after, strict=False):
        went, came = _WORDS.findall(old), _WORDS.findall(new)
        matcher = SequenceMatcher(None, went, came)
        if old.strip() and new.strip() and matcher.ratio() >= _ALIKE:
            yield Line(Sign.CHANGED, tuple(_within(matcher, went, came)))
        else:
            yield _whole(Sign.REMOVED, old)
            yield _whole(Sign.ADDED, new)
    yield from (_whole(Sign.REMOVED, line) for line in before[len(after) :])
    yield from (_whole(Sign.ADDED, line) for line in after[len(before) :])


def _within(
    matcher: "SequenceMatcher[str]", went: Sequence[str], came: Sequence[str]
) -> Iterator[Words]:
    """Yield the words of a changed line: what stayed, what went, what came instead."""
    for what, start, end, first, last in matcher.get_opcodes():
        old, new = "".join(went[start:end]), "".join(came[first:last])
        if what == "equal":
            yield Words(Sign.SAME, old)
            continue
        if old:
            yield Words(Sign.REMOVED, old)
        if new:
            yield Words(Sign.ADDED, new)


def _text(lines: Iterable[Line], without: Sign) -> str:
    return "\n".join(
        "".join(words.text for words in line.words if words.sign is not without)
        for line in lines
        if line.sign is not without
    )


def before(lines: Iterable[Line]) -> str:
    """Return the older text of a difference."""
    return _text(lines, Sign.ADDED)


def after(lines: Iterable[Line]) -> str:
    """Return the newer text of a difference."""
    return _text(lines, Sign.REMOVED)


def shortened(lines: Sequence[Line], around: int = 2) -> Iterator[list[Line]]:
    """Yield runs of lines; a long run of unchanged ones away from any change is one of its own.

    Such a run begins more than `around` lines after a change and ends as far before the next, and
    every line of it is unchanged. The others are to be read.
    """
    near = [
        any(one.sign is not Sign.SAME for one in lines[max(0, at - around) : at + around + 1])
        for at in range(len(lines))
    ]
    run: list[Line] = []
    for at, line in enumerate(lines):
        if at and near[at] is not near[at - 1]:
            yield run
            run = []
        run.append(line)
    if run:
        yield run
