"""Whatever parties merge, split or are succeeded, each event belongs to exactly one obligation."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from atagande_agreements.commitments.evidence import owing_on
from atagande_agreements.commitments.queries import owed
from atagande_agreements.commitments.terms import span_of
from atagande_agreements.errors import Refused
from atagande_agreements.parties.heirs import is_party_on
from atagande_agreements.parties.models import Unit, UnitKind
from atagande_agreements.parties.succession import (
    Change,
    New,
    merge_units,
    split_unit,
    succeed_unit,
)
from atagande_agreements.periods import Every, term_of
from support.world import ADMINISTRATOR, World

FIRST = date(2026, 1, 1)
ORIGINAL = (
    "sollentuna-mottagning",
    "sigtuna-upplands-vasby-mottagning",
    "psykosmottagningen",
)
#: (what happens, days after the first day, which clinics of those there are, into an old one).
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("merge", "split", "succeed")),
        st.integers(0, 900),
        st.integers(0, 20),
        st.integers(0, 20),
        st.booleans(),
    ),
    max_size=6,
)


def _happen(session: Any, world: World, number: int, step: tuple[str, int, int, int, bool]) -> None:
    """Carry a step out, unless it is refused: then nothing has happened."""
    what, days, one, other, existing = step
    person = world.person(session, ADMINISTRATOR)
    change = Change(FIRST + timedelta(days=days), "Beslut", person, world.now)
    clinics = session.scalars(
        select(Unit).where(Unit.kind == UnitKind.CLINIC).order_by(Unit.id)
    ).all()
    first, second = clinics[one % len(clinics)], clinics[other % len(clinics)]
    new = [New(f"ny-{number}-{part}", f"Ny {number}", "Ny") for part in (1, 2)]
    try:
        with session.begin_nested():
            match what:
                case "merge":
                    merge_units(
                        session,
                        units=[first] if existing else [first, second],
                        into=second if existing else new[0],
                        change=change,
                    )
                case "split":
                    split_unit(session, unit=first, into=new, change=change)
                case _:
                    by = second if existing else new[0]
                    succeed_unit(session, unit=first, by=by, change=change)
    except Refused:
        session.expire_all()


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, days=st.lists(st.integers(0, 1000), min_size=1, max_size=5))
def test_every_date_has_one_obligation_for_an_original_clinic(
    sqlite_world: World, steps: list[tuple[str, int, int, int, bool]], days: list[int]
) -> None:
    world = sqlite_world
    with world.writer() as session:
        for number, step in enumerate(steps):
            _happen(session, world, number, step)
        duties = owed(
            session,
            world.agreement(session).id,
            rule="answers_within",
            subject="enquiry",
        )
        by_unit = {one.unit_id: one for one in duties}
        for key in ORIGINAL:
            start = by_unit[world.unit(session, key).id]
            for number in days:
                day = FIRST + timedelta(days=number)
                owing = owing_on(session, start, day)
                assert owing.unit is not None
                assert is_party_on(owing.unit, day)
                # From there on the way is the same: it belongs to no other.
                assert owing_on(session, owing, day) is owing
                term = term_of(day, Every.HALF_YEAR)
                span = span_of(owing, term)
                assert span is not None
                assert span[0] <= day <= span[1]
                # Who came before has no day in common with it.
                assert (
                    owing is start
                    or span_of(start, term) is None
                    or (
                        start.unit is not None
                        and start.unit.valid_to is not None
                        and start.unit.valid_to < day
                    )
                )
        session.rollback()
