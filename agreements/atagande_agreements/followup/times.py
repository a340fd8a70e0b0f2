"""How long things took: the medians and quartiles that are published, quarter by quarter.

They are only published where enough cases stand behind them (see `figures`), and never added: a
year is shown as its quarters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from atagande_agreements.followup.figures import LOWER, UPPER
from atagande_agreements.followup.figures_models import FigureKind, PublishedFigure
from atagande_agreements.followup.period import Period
from atagande_agreements.parties.models import Organisation, Unit


@dataclass(frozen=True, slots=True)
class Spread:
    """The median, and the half in the middle, in whole days."""

    median: int
    lower: int
    upper: int


@dataclass(frozen=True, slots=True)
class Time:
    """How long one thing took at one party, in each of some quarters."""

    #: What is timed, as the feature that counts it names it.
    measure: str
    #: Key and name of the unit, or of the organisation.
    party: str
    name: str
    #: In the order of the quarters asked about; None where nothing is published.
    spreads: tuple[Spread | None, ...]


def times(session: Session, agreement_id: int, quarters: Sequence[Period]) -> tuple[Time, ...]:
    """Return the published times of some quarters, by measure and party. One query."""
    if not quarters:
        return ()
    latest = (
        select(
            PublishedFigure.group.label("together"),
            PublishedFigure.first_on,
            func.max(PublishedFigure.version).label("version"),
        )
        .where(PublishedFigure.agreement_id == agreement_id)
        .group_by(PublishedFigure.group, PublishedFigure.first_on)
        .subquery()
    )
    rows = session.execute(
        select(
            PublishedFigure.measure,
            PublishedFigure.first_on,
            PublishedFigure.last_on,
            PublishedFigure.value,
            func.coalesce(Unit.key, Organisation.key).label("party"),
            func.coalesce(Unit.name, Organisation.name).label("name"),
        )
        .join(
            latest,
            and_(
                latest.c.together == PublishedFigure.group,
                latest.c.first_on == PublishedFigure.first_on,
                latest.c.version == PublishedFigure.version,
            ),
        )
        .join(Organisation, Organisation.id == PublishedFigure.organisation_id)
        .outerjoin(Unit, Unit.id == PublishedFigure.unit_id)
        .where(
            PublishedFigure.agreement_id == agreement_id,
            PublishedFigure.kind == FigureKind.MEDIAN,
            PublishedFigure.value.is_not(None),
            PublishedFigure.first_on >= quarters[0].first,
            PublishedFigure.last_on <= quarters[-1].last,
        )
        .order_by(PublishedFigure.group, Organisation.position, Unit.position, PublishedFigure.id)
    ).all()
    names = {row.party: row.name for row in rows}
    known = {(row.measure, row.party, Period(row.first_on, row.last_on)): row.value for row in rows}
    return tuple(_times(known, names, quarters))


def _times(
    known: dict[tuple[str, str, Period], int], names: dict[str, str], quarters: Sequence[Period]
) -> Iterable[Time]:
    whose = dict.fromkeys(
        (measure, party) for measure, party, _ in known if not measure.endswith((LOWER, UPPER))
    )
    for measure, party in whose:
        spreads = tuple(
            Spread(known[at], known[lower], known[upper])
            if {at, lower, upper} <= known.keys()
            else None
            for one in quarters
            for at in ((measure, party, one),)
            for lower in ((measure + LOWER, party, one),)
            for upper in ((measure + UPPER, party, one),)
        )
        if any(spreads):
            yield Time(measure, party, names[party], spreads)
