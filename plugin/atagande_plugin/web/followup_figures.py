"""The figures of cases on the page of the follow-up: by party, and by sex where it is reported."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import g
from sqlalchemy import select

from atagande_agreements.followup.figures import Figure, Figures
from atagande_agreements.followup.suppress import Place, Side
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Organisation, Unit
from atagande_plugin.figures import HEADINGS, SEXES, SOURCES, WORDS


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is counted, perhaps of one sex, in words and as it is shown."""

    label: str
    sex: str
    #: For all places together, then for each place of the table.
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What is counted of one kind of case, by who handled it."""

    heading: str
    places: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def is_told(self) -> bool:
        """Tell whether anything in it is a number."""
        return any(cell[-1:].isdigit() for row in self.rows for cell in row.cells if cell[0] != "<")


def tables(figures: Figures) -> list[Table]:
    """Return the tables of what is published in a period, in the order of the features.

    One query, for the parties' names.
    """
    if not figures.rows:
        return []
    names = _names()
    found = []
    for source in SOURCES:
        group = source.group
        for side in (group.side, group.other):
            table = _table(figures, HEADINGS[group.name], side, names) if side else None
            if table is not None:
                found.append(table)
    return found


def _table(figures: Figures, heading: str, side: Side, names: Mapping[Place, str]) -> Table | None:
    places = figures.places(side.whole)
    # A sum of one is itself.
    totals = len(places) > 1
    rows = []
    for key in side.keys:
        ones = [figures.of(key.measure, place, key.sex) for place in places]
        if key.measure not in WORDS or not any(ones):
            continue
        if totals:
            ones.insert(0, figures.total(key.measure, key.sex))
        rows.append(
            Row(
                g.words.text(WORDS[key.measure]),
                g.words.text(SEXES[key.sex]) if key.sex else "",
                tuple(shown(one, figures.limit) for one in ones),
            )
        )
    if not rows:
        return None
    heads = [names.get(place, "–") for place in places]
    if totals:
        heads.insert(0, g.words.text(N_("Alla")))
    return Table(g.words.text(heading), tuple(heads), tuple(_by_measure(rows)))


def _by_measure(rows: list[Row]) -> list[Row]:
    """Return the rows with each measure's sexes right after it."""
    order = list(dict.fromkeys(one.label for one in rows))
    return sorted(rows, key=lambda one: (order.index(one.label), bool(one.sex)))


def shown(one: Figure | None, limit: int) -> str:
    """Return a figure as people see it: "12", "minst 12", "<5", "dolt" or a dash."""
    if one is None:
        return "–"
    if one.value is None:
        return f"<{limit}" if one.is_small else str(g.words.text(N_("dolt")))
    if one.partial:
        return str(g.words.text(N_("minst %(number)s"), {"number": one.value}))
    return str(one.value)


def _names() -> dict[Place, str]:
    rows = g.session.execute(
        select(Organisation.id, Unit.id, Organisation.short_name, Unit.short_name)
        .outerjoin(Unit, Unit.organisation_id == Organisation.id)
        .where(Organisation.association_id == g.me.association_id)
    )
    found: dict[Place, str] = {}
    for organisation_id, unit_id, name, unit_name in rows:
        found[Place(organisation_id)] = name
        if unit_id is not None:
            found[Place(organisation_id, unit_id)] = unit_name
    return found
