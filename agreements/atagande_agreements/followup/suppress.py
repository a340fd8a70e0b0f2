"""Small numbers: a count of few may point out a person, so outsiders are shown a limit instead.

Pure, but for `limit_on`. What is published of a span's cases is a `Picture`, made so that no sum,
difference, share or earlier picture gives a count of 1 to one less than the limit:

1. *Atoms.* A group of cases is counted once a span: by the place that handled it. A count of a
   place is shown when it is 0 or at least the limit, and nothing larger is ever published but
   sums of what is shown.
2. *Splits.* A count that is shown may be split (women, men, not known; in time, not in time).
   The parts are shown all together or not at all, so no part is a whole minus the others. When
   they are not, none is said to be the small one: eight cases split in two small parts are four
   and four.
3. *Judged shares.* Whether a share is enough is told in a word. Nine of ten being enough, a whole
   of 12 that is enough has one case besides at most. So a whole that is judged by a split is
   shown with it or not at all.
4. *The other side.* The same cases counted by the place that sent them add up to the same whole.
   They are shown only when every count on both sides can be.
5. *Neighbours.* Whoever sent some of a place's cases knows those, and can subtract them. A count
   is shown only if what is left for each of them is 0 or at least the limit too.
6. *Time.* A picture stands until every count that it shares with any earlier picture of the same
   span is the same or differs by at least the limit, for neighbours too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Parameter, ParameterDecision
from atagande_agreements.followup.period import Period

LIMIT = 5
_PARAMETER = "small_number_limit"


def is_small(value: int, limit: int = LIMIT) -> bool:
    """Tell whether a count is too small to show: above nothing and below the limit."""
    return 0 < value < limit


def shown(value: int, limit: int = LIMIT) -> str:
    """Return a count as outsiders see it: "0", "<5" or the number."""
    return f"<{limit}" if is_small(value, limit) else str(value)


def limit_on(session: Session, agreement_id: int, day: date) -> int:
    """Return the limit decided on a local date; the usual one until the group has decided."""
    value = session.scalar(
        select(ParameterDecision.value)
        .join(Parameter, Parameter.id == ParameterDecision.parameter_id)
        .where(
            Parameter.agreement_id == agreement_id,
            Parameter.key == _PARAMETER,
            ParameterDecision.valid_from <= day,
        )
        .order_by(ParameterDecision.valid_from.desc())
        .limit(1)
    )
    return int(value) if value is not None else LIMIT


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Whose cases: an organisation, or one of its units (0: the organisation itself)."""

    organisation_id: int
    unit_id: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What is counted: a measure, perhaps of one sex ("women", "men", "unknown")."""

    measure: str
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Atom:
    """Some cases of one place and span, and who else knows of them. No case, no person."""

    key: Key
    place: Place
    #: Whole local days: a quarter, or the half-year that something is reported by.
    span: Period
    number: int
    #: The other party to these cases; None if there is none.
    neighbour: Place | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """A count divided: every case of `whole` is in exactly one of `parts`."""

    whole: Key
    parts: tuple[Key, ...]
    #: The agreement judges its share, so the whole is not shown without it.
    is_judged: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """Cases counted by place: the measure of them all, and its splits, wholes before parts.

    No two splits of one whole may follow from each other: where everyone assessed has been
    contacted, the assessed are a part of the contacted, or the rest would be a difference.
    """

    whole: str
    splits: tuple[Split, ...] = ()

    @property
    def keys(self) -> tuple[Key, ...]:
        """Return everything that is counted."""
        parts = (part for split in self.splits for part in split.parts)
        return tuple(dict.fromkeys((Key(self.whole), *parts)))


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that are followed up together, seen from one side or two."""

    name: str
    side: Side
    #: The same cases by the place at the other end.
    other: Side | None = None
    #: It counts those there are at one time, so the spans' counts are never added.
    is_stock: bool = False
    #: A place without atoms in a span had none; otherwise it has not reported.
    fills: bool = True


@dataclass(frozen=True, slots=True)
class Count:
    """A count, and how many of it each neighbour knows."""

    value: int = 0
    known: Mapping[Place, int] = field(default_factory=dict)

    def plus(self, atom: Atom) -> "Count":
        """Return the count with an atom added."""
        known = dict(self.known)
        if atom.neighbour is not None:
            known[atom.neighbour] = known.get(atom.neighbour, 0) + atom.number
        return Count(self.value + atom.number, known)

    def seen_by(self, neighbour: Place | None) -> int:
        """Return what is left for a neighbour who subtracts its own."""
        return self.value - (self.known.get(neighbour, 0) if neighbour is not None else 0)

    def may_show(self, limit: int) -> bool:
        """Tell whether it gives no small number to anyone, neighbours included."""
        left = (self.seen_by(one) for one in (None, *self.known))
        return not any(is_small(one, limit) for one in left) and not self._pins(limit)

    def _pins(self, limit: int) -> bool:
        """Tell whether a neighbour could work out another's part from its being shown.

        Each part of several is at most `value - limit` then, or the rest of it would be small.
        Of nine, where one knows of its own one, the two others' can only be four and four.
        """
        parts = [number for number in self.known.values() if number]
        most = self.value - limit
        return any(
            max(0, left - (len(parts) - 2) * most) == min(left, most)
            for left in (self.value - own for own in parts)
            if len(parts) > 2  # noqa: PLR2004 - one other part is the rest, which is not small
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """What is published of one count: the count, or that it is hidden."""

    count: Count | None
    #: It may be said that it is 1 to one less than the limit.
    is_small: bool = False


HIDDEN = Cell(None)
#: Cell of each count of a group in a span.
Picture = Mapping[tuple[Place, Key], Cell]
Counts = Mapping[tuple[Place, Key], Count]


def add_up(atoms: Iterable[Atom]) -> dict[Period, dict[tuple[Place, Key], Count]]:
    """Return the counts of some atoms, by span."""
    found: dict[Period, dict[tuple[Place, Key], Count]] = defaultdict(dict)
    for atom in atoms:
        at = (atom.place, atom.key)
        found[atom.span][at] = found[atom.span].get(at, Count()).plus(atom)
    return found


def picture(group: Group, counts: Counts, limit: int = LIMIT) -> Picture:
    """Return what may be published of a group's counts in a span.

    `counts` has every measure of every place, those of none as 0.
    """
    cells = _Shown(group.side, counts, limit).cells()
    if group.other is None:
        return cells
    opposite = _Shown(group.other, counts, limit).cells()
    wholes = {Key(group.side.whole), Key(group.other.whole)}
    if any(cell.count is None for at, cell in {**cells, **opposite}.items() if at[1] in wholes):
        opposite = dict.fromkeys(opposite, HIDDEN)
    return {**cells, **opposite}


@dataclass(frozen=True, slots=True)
class _Shown:
    """What may be shown of one side by itself."""

    side: Side
    counts: Counts
    limit: int

    def may(self, place: Place, key: Key) -> bool:
        """Tell whether a count may be shown, with the shares it is judged by."""
        return self.counts[place, key].may_show(self.limit) and all(
            self.may(place, part)
            for split in self.side.splits
            if split.is_judged and split.whole == key
            for part in split.parts
        )

    def cells(self) -> dict[tuple[Place, Key], Cell]:
        whole = Key(self.side.whole)
        found: dict[tuple[Place, Key], Cell] = {}
        for place in sorted({at[0] for at in self.counts if at[1] == whole}):
            count = self.counts[place, whole]
            if self.may(place, whole):
                found[place, whole] = Cell(count)
            else:
                found[place, whole] = Cell(None, is_small(count.value, self.limit))
            for split in self.side.splits:
                shows = found[place, split.whole].count is not None
                shows &= all(self.may(place, part) for part in split.parts)
                for part in split.parts:
                    cell = Cell(self.counts[place, part]) if shows else HIDDEN
                    found[place, part] = cell
        return found


def may_follow(new: Picture, earlier: Sequence[Picture], limit: int = LIMIT) -> bool:
    """Tell whether a picture may be published after earlier ones of the same span.

    No count that two of them show may have changed by a small number, seen by anyone.
    """
    return all(
        _apart(cell.count, before[at].count, limit)
        for before in earlier
        for at, cell in new.items()
        if at in before
    )


def _apart(new: Count | None, old: Count | None, limit: int) -> bool:
    if new is None or old is None:
        return True
    return not any(
        is_small(abs(new.seen_by(one) - old.seen_by(one)), limit)
        for one in (None, *new.known, *old.known)
    )


def differs(new: Picture, old: Picture) -> bool:
    """Tell whether two pictures say different things."""

    def said(one: Picture) -> dict[tuple[Place, Key], tuple[int | None, bool]]:
        return {
            at: (cell.count.value if cell.count is not None else None, cell.is_small)
            for at, cell in one.items()
        }

    return said(new) != said(old)
