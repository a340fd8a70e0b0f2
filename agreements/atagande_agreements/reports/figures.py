"""The figures of cases that a report repeats, as they were published and never otherwise."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.followup import figures
from atagande_agreements.followup.figures import Figure, Figures
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import Place
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.parties.names import Named, Names
from atagande_agreements.register.models import Agreement
from atagande_agreements.reports.contents import FigureLine


def gather(
    session: Session,
    agreement: Agreement,
    period: Period,
    before: Period | None,
    *,
    today: date,
    called: Names,
) -> tuple[list[FigureLine], tuple[str, ...]]:
    """Return a period's published figures, and the codes of the quarters without any yet."""
    now = figures.read(session, agreement, period, today=today)
    earlier = figures.read(session, agreement, before, today=today) if before is not None else None
    named = _names(session, agreement.association_id, called, period.last) if now.rows else {}
    lines = []
    for measure, sex in dict.fromkeys((one.measure, one.sex) for one in now.rows):
        some = [one for one in now.rows if (one.measure, one.sex) == (measure, sex)]
        lines += [_line(one, named.get(one.place), _before(earlier, one)) for one in some]
        total = now.total(measure, sex)
        if total is not None and len(some) > 1:
            was = earlier.total(measure, sex) if earlier is not None else None
            lines.append(_line(total, None, was))
    return lines, tuple(one.code for one in now.awaited)


def _before(earlier: Figures | None, one: Figure) -> Figure | None:
    if earlier is None or one.place is None:
        return None
    return earlier.of(one.measure, one.place, one.sex)


def _line(one: Figure, party: str | None, before: Figure | None) -> FigureLine:
    return FigureLine(
        measure=one.measure,
        sex=one.sex,
        kind=one.kind.value,
        party=party,
        value=one.value,
        partial=one.partial,
        is_small=one.is_small,
        value_before=before.value if before is not None else None,
        partial_before=before.partial if before is not None else None,
    )


def _names(
    session: Session, association_id: int, called: Names, last: date
) -> Mapping[Place | None, str]:
    """Return what every organisation and unit is called in a period that ends on `last`."""
    found: dict[Place | None, str] = {}
    for row in session.execute(
        select(Organisation.id, Organisation.name, Organisation.short_name).where(
            Organisation.association_id == association_id
        )
    ):
        now = Named(row.name, row.short_name)
        found[Place(row.id, 0)] = called.organisation_in(row.id, last, now).name
    for unit in session.execute(
        select(Unit.id, Unit.organisation_id, Unit.name, Unit.short_name).where(
            Unit.association_id == association_id
        )
    ):
        now = Named(unit.name, unit.short_name)
        found[Place(unit.organisation_id, unit.id)] = called.unit_in(unit.id, last, now).name
    return found
