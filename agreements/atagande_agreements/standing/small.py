"""What others than the party are told of its counts of people: what is published, see `figures`."""

from collections.abc import Mapping
from dataclasses import dataclass

from atagande_agreements.followup.figures import Figures
from atagande_agreements.followup.suppress import Place
from atagande_agreements.standing.figures import PEOPLE, REACHED, UNASKED

#: Name of a count -> its measure and sex.
_MEASURES: Mapping[str, tuple[str, str]] = {
    "people": (PEOPLE, ""),
    "women": (PEOPLE, "women"),
    "men": (PEOPLE, "men"),
    "rehabilitated": (REACHED, ""),
    "unasked": (UNASKED, ""),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of people, as another party may see them; None where nothing is said or shown."""

    people: int | None = None
    women: int | None = None
    men: int | None = None
    rehabilitated: int | None = None
    #: Cases left unasked.
    unasked: int | None = None
    #: Names of the counts that are not shown; they are None here.
    hidden: frozenset[str] = frozenset()
    #: Those of them that are said to be more than none and less than the limit.
    small: frozenset[str] = frozenset()


def as_published(counts: Counts, figures: Figures | None, organisation_id: int) -> Counts:
    """Return `counts` as they are published of an organisation; None: nothing is yet."""
    values: dict[str, int | None] = {}
    hidden, small = set(), set()
    for name, (measure, sex) in _MEASURES.items():
        if getattr(counts, name) is None:
            continue
        place = Place(organisation_id)
        figure = figures.of(measure, place, sex) if figures is not None else None
        values[name] = figure.value if figure is not None else None
        if figure is None or figure.value is None:
            hidden.add(name)
            if figure is not None and figure.is_small:
                small.add(name)
    return Counts(**values, hidden=frozenset(hidden), small=frozenset(small))
