"""Clinics and their free slots."""

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.parties.models import Unit
from atagande_agreements.parties.queries import clinics
from atagande_calendar.slots.models import SLOT_MINUTES
from atagande_calendar.slots.queries import free_slots, free_slots_of
from atagande_plugin.api import shapes
from atagande_plugin.api.common import found, part_of
from atagande_plugin.forms.api_lists import Page, SlotPage


def clinic(key: str) -> Unit:
    """Return the clinic with this key; raise NotFound if there is none."""
    units = clinics(g.session, g.me.association_id, local_date(g.now))
    return found(next((one for one in units if one.key == key), None))


def listed(asked: Page) -> shapes.ClinicList:
    """Return the clinics."""
    rows, following = part_of(clinics(g.session, g.me.association_id, local_date(g.now)), asked)
    free = free_slots_of(
        g.session, [row.id for row in rows], after=g.now, limit=1, person_id=g.me.person_id
    )
    return shapes.ClinicList(
        items=[
            shapes.Clinic(
                id=row.id,
                key=row.key,
                name=row.name,
                address=row.address,
                first_free=free[row.id][0] if free[row.id] else None,
            )
            for row in rows
        ],
        next=following,
    )


def slots(key: str, asked: SlotPage) -> shapes.SlotList:
    """Return a clinic's free slots."""
    unit = clinic(key)
    after = max(asked.after, g.now) if asked.after is not None else g.now
    items = free_slots(
        g.session,
        unit.id,
        after=after,
        limit=asked.limit + 1,
        now=g.now,
        person_id=g.me.person_id,
    )
    shown = items[: asked.limit]
    return shapes.SlotList(
        unit=unit.key,
        minutes=SLOT_MINUTES,
        items=shown,
        next=shown[-1] if len(items) > asked.limit else None,
    )
