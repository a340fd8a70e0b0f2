"""Keeps what a page has read, until the audit trail of the association grows.

For what depends on nothing but the association, the date and what the trail covers (decision
0014). The trail's last hash is asked for with the person at every request, so nothing that has
changed is ever shown as it was. What a person may see is decided afterwards, each time.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_plugin.services import services

T = TypeVar("T")
#: Readings kept in a process, the latest used; a large one is a few megabytes.
MOST = 8


def kept(facts: tuple[Hashable, ...], read: Callable[[], T]) -> T:
    """Return what `read` gives for `facts`: again, or from the last time it was asked for."""
    if not g.me.audit_hash:
        return read()
    key = (g.me.association_id, g.me.audit_hash, local_date(g.now), *facts)
    store = services().kept
    found = store.pop(key, None)
    if found is None:
        found = read()
    # Last of all, so that the one that has lain longest is the first to go. Other threads may add
    # theirs meanwhile, so the keys are gone through as they were at one moment.
    store[key] = found
    for oldest in list(store)[:-MOST]:
        store.pop(oldest, None)
    return cast("T", found)
