"""What a kind of record says of itself, so that it can be decided on, previewed and removed.

Each feature describes its own kinds; the layer that knows them all gathers them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, func, select, union
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Occurrence
from atagande_agreements.deviations.models import ACTIVE, Deviation
from atagande_agreements.retention.rules import Moment

#: Association's number -> select of (id, moment) of everything that may go some day. Nothing that
#: is still open is among it.
Candidates = Callable[[int], Select[Any, Any]]
#: Removes the rows with these ids and all that hangs on them.
Remove = Callable[[Session, Sequence[int], datetime], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Handlingstyp: records that are kept by one rule."""

    key: str
    #: Message ids: what it is called, and what goes and what stays.
    name: str
    about: str
    moment: Moment
    #: Months that are proposed until the group has decided; None: to be kept for ever.
    proposal: int | None
    #: Months that a rule must not be shorter than: the record is in use for that long.
    shortest: int
    candidates: Candidates
    remove: Remove
    #: Tables whose rows go, or are emptied.
    tables: tuple[str, ...]
    #: `candidates` give moments, not local dates.
    by_clock: bool = False
    #: Counts single people's cases: no number of them is told, only whether they are few.
    private: bool = False
    #: Kinds of rules that are judged by these records.
    feeds: tuple[str, ...] = ()
    #: Models whose rows' numbers stand elsewhere (an occurrence's origin, the trail, a message's
    #: key), that of `candidates` first. The newest row of each stays until there is a newer one:
    #: a database numbers new rows after the highest it has, and no number may come back.
    named: tuple[type[Any], ...] = ()

    def may_go(self, association_id: int) -> Subquery:
        """Return (id, moment) of what may go some day, whatever the rule."""
        found = self.candidates(association_id).subquery()
        if not self.named:
            return found
        number, moment = found.columns
        newest = select(func.max(self.named[0].id)).scalar_subquery()
        return select(number, moment).where(number < newest).subquery()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Tables whose rows stay, and why."""

    key: str
    #: Message ids.
    name: str
    about: str
    tables: tuple[str, ...]


def open_origins(association_id: int) -> Select[Any]:
    """Return the origins of occurrences that wait for something, or have a deviation not ended."""
    waiting = select(Occurrence.origin).where(
        Occurrence.association_id == association_id, Occurrence.sweep_at.is_not(None)
    )
    deviating = (
        select(Occurrence.origin)
        .join(Deviation, Deviation.occurrence_id == Occurrence.id)
        .where(Deviation.association_id == association_id, ACTIVE)
    )
    return select(union(waiting, deviating).subquery())
