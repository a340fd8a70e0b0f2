"""Makes the demo's database: all of it, or nothing.

It is built in a file of its own and given its name when it is whole, so that a start that was
interrupted leaves nothing half-made. One that is there is kept as it is, and only migrated.
"""

import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Association
from atagande_agreements.register.agreement_file import parse, shipped_text
from atagande_agreements.register.importer import import_agreement
from atagande_plugin import database
from atagande_plugin.config import Settings
from atagande_plugin.demo.people import add_people
from atagande_plugin.demo.year import live_a_year
from atagande_plugin.figures import publish_job
from atagande_plugin.services import Services

#: Days before today when the agreement was entered and the year began.
BEGAN = timedelta(days=800)
_NAME = "atagande.db"


def prepare(settings: Settings, *, said: Callable[[str], object]) -> bool:
    """Make the demo's database in the data directory; return whether it was made now.

    `said` is told, as a message id, what takes time.
    """
    target = settings.data_dir / _NAME
    if target.exists():
        services = Services(settings)
        current = database.is_current(services.engine)
        services.close()
        if not current:
            said(N_("Uppdaterar demons databas …"))
            database.upgrade(settings.database_url)
        return False
    said(N_("Bygger demon, det tar några sekunder …"))
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".demo-") as place:
        part = Path(place) / _NAME
        url = f"sqlite:///{part}"
        database.upgrade(url)
        services = Services(replace(settings, database_url=url))
        try:
            fill(services, services.now())
        finally:
            services.close()
        with sqlite3.connect(part) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        part.rename(target)
    return True


def fill(services: Services, now: datetime) -> bool:
    """Fill an empty, migrated database up to `now`; return False if it holds something."""
    with services.writer() as session:
        if session.scalar(select(Association.id).limit(1)) is not None:
            return False
        file, faults = parse(shipped_text(), filename="suvs.toml")
        if file is None:
            raise RuntimeError(f"the shipped agreement has faults: {faults[0]}")
        began = local_time(local_date(now) - BEGAN, time(8))
        import_agreement(session, file, actor=audit.Actor.job("atagande demo"), now=began)
        add_people(session, session.scalars(select(Association)).one(), began)
        session.commit()
    live_a_year(services, now)
    publish_job(services)
    return True
