"""What deviations of the simple life become, and what is left of the whole one without it."""

from datetime import date

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from atagande_agreements.commitments.models import Occurrence
from atagande_agreements.deviations.models import Deviation, DeviationState, Ending
from atagande_plugin import database
from support import deviations as life
from support.world import OTHER_CLINIC_CHIEF, World

THIRD = "sigtuna-upplands-vasby-mottagning"


def test_what_waited_and_what_was_closed_stays_so_through_an_older_edition(world: World) -> None:
    life.miss(world, life.CLINIC, "psykosmottagningen", THIRD)
    with world.writer() as session:
        life.reply(world, session, 1)
        life.reply(world, session, 2, who=OTHER_CLINIC_CHIEF)
        life.close(world, session, 2)
        session.commit()
    world.services.engine.dispose()
    database.downgrade(world.settings.database_url, "0024")
    with world.services.engine.connect() as connection:
        found = connection.execute(text("SELECT state FROM deviation ORDER BY id")).scalars().all()
        steps = connection.execute(text("SELECT kind FROM deviation_step ORDER BY id"))
        assert found == ["replied", "closed", "open"]
        assert steps.scalars().all() == ["reply", "reply", "closed"]
    world.services.engine.dispose()
    database.upgrade(world.settings.database_url)
    with world.services.reader() as session:
        rows = session.scalars(select(Deviation).order_by(Deviation.id)).all()
        assert [one.state for one in rows] == [
            DeviationState.REPLIED,
            DeviationState.CLOSED,
            DeviationState.OPEN,
        ]
        assert [one.ending for one in rows] == [None, Ending.NO_MEASURE, None]
        assert [one.group_turn_on for one in rows] == [
            date(2026, 4, 16),
            None,
            date(2026, 6, 16),
        ]
        assert session.scalar(select(Occurrence.id).limit(1)) is not None
    with world.writer() as session, pytest.raises(DBAPIError, match="skips a state"):
        session.execute(
            update(Deviation).where(Deviation.id == 3).values(state=DeviationState.MEASURE)
        )
