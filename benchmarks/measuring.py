"""Interleaved rounds, medians, and results that say whether their goal is met."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

#: Runs one round by itself and returns the seconds of the part that counts.
Round = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    #: Rounds of each candidate after a first one that is not counted.
    rounds: int = 15
    #: Occurrences in the small and the large database.
    few: int = 10_000
    many: int = 2_000_000
    #: Occurrences of the short history that the pages of a long one are held against.
    history: int = 100_000
    #: Newly due in one sweep.
    due: int = 500
    #: Due at once after a stop.
    backlog: int = 50_000
    #: Calls in one round of what takes about a millisecond.
    calls: int = 20
    #: Parties and obligations of the large matrix.
    parties: int = 40
    obligations: int = 5_000
    #: People called to one meeting, and mails delivered in one round.
    people: int = 500
    #: Meetings of the list and the feed, and those in one calendar that is searched.
    meetings: int = 200
    busy: int = 300
    #: PostgreSQL's shared buffers: room for the large database.
    memory: str = "1GB"


QUICK = Sizes(rounds=7, many=200_000, history=20_000)
#: Only for trying that everything runs.
TINY = Sizes(
    rounds=1,
    few=60,
    many=1200,
    history=600,
    due=20,
    backlog=40,
    calls=1,
    parties=6,
    obligations=60,
    people=3,
    meetings=3,
    memory="32MB",
)


@dataclass(frozen=True, slots=True)
class Result:
    """One measured goal; `measured` should be at most `limit`, both in `unit`."""

    goal: str
    #: What was measured and against what, in Swedish.
    what: str
    limit: float
    measured: float
    unit: str = "×"
    #: Median of each candidate, in the unit that `detail_unit` names.
    medians: Mapping[str, float] = field(default_factory=dict)
    detail_unit: str = "ms"

    @property
    def met(self) -> bool:
        return self.measured <= self.limit


def seconds(
    work: Callable[[], object], calls: int = 1, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the mean seconds of a call, by the wall clock unless another is given."""
    started = clock()
    for _ in range(calls):
        work()
    return (clock() - started) / calls


def interleave(candidates: Mapping[str, Round], rounds: int) -> dict[str, float]:
    """Return each candidate's median seconds; they take turns, every other round backwards."""
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    order = list(candidates)
    for number in range(rounds + 1):
        for name in order:
            gc.collect()
            spent = candidates[name]()
            if number:
                taken[name].append(spent)
        order.reverse()
    return {name: statistics.median(spent) for name, spent in taken.items()}


def ratio(goal: str, what: str, limit: float, medians: Mapping[str, float]) -> Result:
    """Return the first candidate's median over the second's."""
    ours, peer = list(medians.values())[:2]
    shown = {name: spent * 1000 for name, spent in medians.items()}
    return Result(goal, what, limit, ours / peer, medians=shown)
