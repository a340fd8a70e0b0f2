"""Routes of a clinic's hours and closures, and of holding a slot there."""

from atagande_agreements.parties.models import Role
from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import CONVENER, SPEAKERS, roles

_CLINIC = "/clinics/{key}"
_HOURS = f"{_CLINIC}/hours"
_CLOSURES = f"{_CLINIC}/closures"
_OPENING = "clinic_hours_shapes.ClinicOpening"
_READERS = roles(Role.ADMINISTRATOR, Role.UNIT_CHIEF, Role.CONVENER)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        _HOURS,
        "clinic_hours.opening",
        "A clinic's recurring hours and closures, now and later",
        _READERS,
        _OPENING,
    ),
    Endpoint(
        "POST",
        _HOURS,
        "clinic_hours.add_hours",
        "Add hours of every week; booked meetings are never moved",
        SPEAKERS,
        _OPENING,
        takes="clinic_hours.RecurringHours",
        makes=True,
    ),
    Endpoint(
        "POST",
        f"{_HOURS}/{{number}}",
        "clinic_hours.change_hours",
        "Correct hours; those that have begun are followed by new ones",
        SPEAKERS,
        _OPENING,
        takes="clinic_hours.RecurringHours",
    ),
    Endpoint(
        "POST",
        f"{_HOURS}/{{number}}/end",
        "clinic_hours.end_hours",
        "Give hours a last day",
        SPEAKERS,
        _OPENING,
        takes="clinic_hours.LastDay",
    ),
    Endpoint(
        "POST",
        f"{_HOURS}/{{number}}/remove",
        "clinic_hours.remove_hours",
        "Remove hours that have not begun",
        SPEAKERS,
        _OPENING,
        takes="clinic_hours.ScheduleEdit",
    ),
    Endpoint(
        "POST",
        _CLOSURES,
        "clinic_hours.add_closure",
        "Close a clinic from a first to a last day",
        SPEAKERS,
        _OPENING,
        takes="clinic_hours.Closure",
        makes=True,
    ),
    Endpoint(
        "POST",
        f"{_CLOSURES}/{{number}}",
        "clinic_hours.change_closure",
        "Correct a closure; one that has begun keeps its first day",
        SPEAKERS,
        _OPENING,
        takes="clinic_hours.Closure",
    ),
    Endpoint(
        "POST",
        f"{_CLOSURES}/{{number}}/remove",
        "clinic_hours.remove_closure",
        "Remove a closure that has not begun",
        SPEAKERS,
        _OPENING,
        takes="clinic_hours.ScheduleEdit",
    ),
    Endpoint(
        "POST",
        f"{_CLINIC}/hold",
        "clinic_hours.hold",
        "Hold a free slot for 15 minutes while you book it",
        CONVENER,
        "clinic_hours_shapes.HeldSlot",
        takes="clinic_hours.HoldClinicSlot",
    ),
    Endpoint(
        "POST",
        f"{_CLINIC}/hold/release",
        "clinic_hours.release",
        "Give the slot back that you hold at a clinic",
        CONVENER,
        "clinic_hours_shapes.LetGo",
        takes="signin.Nothing",
    ),
)
