"""Whose turn it is in a deviation, and until when. Pure: facts and a date in, answer out."""

from collections.abc import Iterable
from datetime import date, timedelta

from atagande_agreements.civil_time import local_date
from atagande_agreements.deviations.models import (
    ENDED,
    Deviation,
    DeviationState,
    Ending,
    Measure,
    StepKind,
)
from atagande_agreements.parties.heirs import Acting

#: Steps by which the party is heard.
_HEARD = {StepKind.REPLY, StepKind.CONTEST, StepKind.LAPSED}
#: Steps by which a deviation begins anew.
_BEGINNINGS = {StepKind.REOPENED}
#: State -> why the group may close from it.
ENDINGS = {
    DeviationState.REPLIED: (Ending.NO_MEASURE, Ending.UNFOUNDED),
    DeviationState.MEASURE: (Ending.DONE, Ending.NO_MEASURE, Ending.UNFOUNDED),
}


def reply_due(deviation: Deviation) -> date | None:
    """Return the last local date for the party's reply; None while its time is undecided."""
    if deviation.reply_days is None:
        return None
    asked = deviation.asked_on or local_date(deviation.opened_at)
    return asked + timedelta(days=deviation.reply_days)


def may_reply(deviation: Deviation, *, organisation_id: int, unit_id: int | None) -> bool:
    """Tell whether someone of an organisation and unit speaks for the deviation's party."""
    units = frozenset() if unit_id is None else frozenset({unit_id})
    return speaks_for(deviation, Acting(frozenset({organisation_id}), units))


def speaks_for(owned: Deviation | Measure, acting: Acting) -> bool:
    """Tell whether someone speaks for the party of a deviation or a measure, or for its heir."""
    if owned.unit_id is not None:
        return owned.unit_id in acting.units
    return owned.organisation_id in acting.organisations


def may_decide(deviation: Deviation, today: date) -> bool:
    """Tell whether the group may decide a deviation on a local date.

    A party is never judged unheard: it has replied, or its time for that is over. What has
    ended is not decided on, only re-opened.
    """
    match deviation.state:
        case DeviationState.OPEN:
            return deviation.group_turn_on is not None and deviation.group_turn_on <= today
        case state:
            return state not in ENDED


def group_turn_on(deviation: Deviation, today: date) -> date | None:
    """Return from which local date it is the group's turn, after a step taken on `today`.

    1. Open: the day after the last day for the reply; None while that is undecided.
    2. Replied: at once, or since when it was.
    3. Measure: when it is done, or the day after its last day.
    4. Ended: never.
    """
    match deviation.state:
        case DeviationState.OPEN:
            due = reply_due(deviation)
            return due + timedelta(days=1) if due else None
        case DeviationState.REPLIED:
            known = deviation.group_turn_on
            return min(known, today) if known else today
        case DeviationState.MEASURE:
            current = current_measure(deviation.measures)
            if current is None or current.done_on is not None:
                return today
            return current.due_on + timedelta(days=1)
        case _:
            return None


def current_measure(measures: Iterable[Measure]) -> Measure | None:
    """Return the measure that is neither replaced nor over, if any; there is at most one."""
    return next((one for one in measures if one.ended_at is None), None)


def state_before_withdrawal(kinds: Iterable[StepKind]) -> DeviationState:
    """Return the state that steps in their order led to, those of withdrawing left out."""
    state = DeviationState.OPEN
    for kind in kinds:
        if kind in _BEGINNINGS:
            state = DeviationState.OPEN
        elif kind is StepKind.MEASURE:
            state = DeviationState.MEASURE
        elif kind in _HEARD and state is DeviationState.OPEN:
            state = DeviationState.REPLIED
    return state
