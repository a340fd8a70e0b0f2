"""Whose turn it is in a deviation, and until when. Pure: facts and a date in, answer out."""

from datetime import date, datetime, timedelta

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import Status
from atagande_agreements.deviations.models import Deviation, DeviationState
from atagande_agreements.parties.heirs import Acting


def reply_due(deviation: Deviation) -> date | None:
    """Return the last local date for the party's reply; None while its time is undecided."""
    return _reply_due(deviation.opened_at, deviation.reply_days)


def _reply_due(opened_at: datetime, reply_days: int | None) -> date | None:
    if reply_days is None:
        return None
    return local_date(opened_at) + timedelta(days=reply_days)


def may_reply(deviation: Deviation, *, organisation_id: int, unit_id: int | None) -> bool:
    """Tell whether someone of an organisation and unit speaks for the deviation's party."""
    units = frozenset() if unit_id is None else frozenset({unit_id})
    return speaks_for(deviation, Acting(frozenset({organisation_id}), units))


def speaks_for(deviation: Deviation, acting: Acting) -> bool:
    """Tell whether someone speaks for a deviation: its party's own people, or its heir's."""
    if deviation.unit_id is not None:
        return deviation.unit_id in acting.units
    return deviation.organisation_id in acting.organisations


def may_close(deviation: Deviation, today: date) -> bool:
    """Tell whether the group may decide a deviation on a local date; see `awaits_decision`."""
    status = deviation.occurrence.status
    return awaits_decision(
        deviation.state, deviation.opened_at, deviation.reply_days, status, today
    )


def awaits_decision(
    state: DeviationState,
    opened_at: datetime,
    reply_days: int | None,
    status: Status,
    today: date,
) -> bool:
    """Tell whether the group may decide: the party is heard, or there is nothing to hear it on.

    That is after its reply, when its time for one (`reply_days`, calendar days) is over, or when
    later evidence (the occurrence's `status`) shows that it kept the commitment.
    """
    if state is not DeviationState.OPEN:
        return state is not DeviationState.CLOSED
    due = _reply_due(opened_at, reply_days)
    return status is Status.MET or (due is not None and today > due)
