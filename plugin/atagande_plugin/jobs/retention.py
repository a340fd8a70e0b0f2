"""The job that removes what has been kept for long enough.

1. Publish the figures that are ready, so that no case goes before it has been counted.
2. Remove, a batch at a time (`retention.removal`).
3. On SQLite, empty the write-ahead log: what was removed is not left in it.
"""

from collections.abc import Mapping
from typing import Any

from atagande_agreements.retention.removal import remove_due
from atagande_plugin.figures import publish_job
from atagande_plugin.jobs.faults import JobFailed
from atagande_plugin.observability import LOGGER
from atagande_plugin.retention import KINDS
from atagande_plugin.services import Services


def retention_job(services: Services) -> Mapping[str, Any]:
    """Remove everything that is to go today; return how many records went.

    Raises JobFailed when something still referred to what was to go; all else has gone.
    """
    publish_job(services)
    removed, held_back = remove_due(services.writer, KINDS, services.now())
    if removed:
        _empty_log(services)
    if held_back:
        LOGGER.warning("retention held back", extra={"kinds": " ".join(sorted(held_back))})
        raise JobFailed("retention_held_back")
    return {"removed": sum(removed.values())}


def _empty_log(services: Services) -> None:
    """Write SQLite's log into the database and cut it off; with readers about, it waits a day."""
    if services.engine.dialect.name != "sqlite":
        return
    connection = services.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
