"""Hides small numbers from others than the party that reported them. Pure.

A number that is more than none and less than the limit could point someone out. It is hidden, and
so is whatever would let a reader work it out from the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from atagande_agreements.followup.suppress import LIMIT, is_small


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of people, as another party may see them; None where nothing was said."""

    people: int | None = None
    women: int | None = None
    men: int | None = None
    rehabilitated: int | None = None
    #: Cases left unasked.
    unasked: int | None = None
    #: Names of the counts that are hidden; they are None here.
    hidden: frozenset[str] = frozenset()


def suppressed(counts: Counts, limit: int = LIMIT) -> Counts:
    """Return `counts` without the small ones and without what gives them away.

    Women, men and the rest add up to the whole: is one of the three small, women and men are
    both hidden. The same goes for those who reached rehabilitation and those who did not.
    """

    def small(number: int | None) -> bool:
        return number is not None and is_small(number, limit)

    hidden: set[str] = set()
    people = counts.people
    if small(people):
        hidden |= {"people", "women", "men", "rehabilitated"}
    elif people is not None:
        rest = people - (counts.women or 0) - (counts.men or 0)
        if any(small(part) for part in (counts.women, counts.men, rest)):
            hidden |= {"women", "men"}
        reached = counts.rehabilitated
        if reached is not None and (small(reached) or small(people - reached)):
            hidden.add("rehabilitated")
    if small(counts.unasked):
        hidden.add("unasked")
    values: Mapping[str, int | None] = {
        name: None if name in hidden else getattr(counts, name)
        for name in ("people", "women", "men", "rehabilitated", "unasked")
    }
    said = {name for name in hidden if getattr(counts, name) is not None}
    return Counts(**values, hidden=frozenset(said))
