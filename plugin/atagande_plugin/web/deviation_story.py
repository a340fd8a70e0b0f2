"""The page of one deviation: its story, whose turn it is, and what the visitor can do now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from flask import g, render_template, request

from atagande_agreements.audit.queries import history
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import Occurrence
from atagande_agreements.deviations import queries, rules
from atagande_agreements.deviations.models import (
    ENDED,
    Deviation,
    DeviationState,
    DeviationStep,
    Ending,
    Measure,
    StepKind,
    reference,
)
from atagande_agreements.enquiries.queries import asked_by
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.followup.period import Period
from atagande_agreements.i18n import N_
from atagande_agreements.ladder.letter_models import LadderLetter
from atagande_agreements.ladder.letters import letters_about
from atagande_agreements.ladder.models import RUNGS, Rung
from atagande_agreements.ladder.queries import Step, next_rung, steps_on
from atagande_agreements.parties.models import Role
from atagande_calendar.steering.queries import dissents_of
from atagande_plugin.auth.access import SPEAKERS, roles
from atagande_plugin.period_words import period_words
from atagande_plugin.web.acting import acting, called
from atagande_plugin.web.occurrences import (
    CaseSeen,
    as_seen,
    counts_shown,
    event_of,
    shown_of,
    source_of,
)

#: Steps that come with the evidence of what was missed, on a day that is its own.
OF_EVIDENCE = {StepKind.EVIDENCE, StepKind.WITHDRAWN, StepKind.RESTORED}
_ON_ITS_DAY = {"deviation.opened", *(f"deviation.{one.value}" for one in OF_EVIDENCE)}
#: Who says that deviations have the same cause.
MERGERS = roles(Role.STEERING, Role.ADMINISTRATOR)

ACTIONS = {
    "deviation.opened": N_("Avvikelsen öppnades"),
    "deviation.asked": N_("Parten ombads yttra sig"),
    "deviation.evidence": N_("Underlag kom in"),
    "deviation.reply": N_("Parten yttrade sig"),
    "deviation.contest": N_("Parten bestred avvikelsen"),
    "deviation.lapsed": N_("Tiden för yttrande gick ut"),
    "deviation.measure": N_("Styrgruppen beslutade en åtgärd"),
    "deviation.measure_done": N_("Åtgärden rapporterades som gjord"),
    "deviation.escalated": N_("Styrgruppen tog nästa steg i trappan"),
    "deviation.letter": N_("Brevet skrevs och skickades"),
    "deviation.merged": N_("Fördes ihop med en annan avvikelse"),
    "deviation.parted": N_("Skildes från de andra"),
    "deviation.withdrawn": N_("Avvikelsen återtogs: underlag visar att åtagandet hölls"),
    "deviation.restored": N_("Avvikelsen gäller igen: underlaget ändrades"),
    "deviation.reopened": N_("Styrgruppen öppnade avvikelsen igen"),
    "deviation.closed": N_("Styrgruppen stängde avvikelsen"),
}
JOBS = {
    "sweep": N_("Åtagande, automatiskt"),
    "deviations": N_("Åtagande, automatiskt"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A deviation in a list, with whose turn it is."""

    deviation: Deviation
    name: str
    due: date | None
    #: What the clinic, or else the organisation, was called when it happened.
    party: str
    #: The party's: "reply", "undecided" (reply without a decided time). The measure's owner's:
    #: "measure". The group's: "late", "decision", "done", "overdue". Nobody's here: "together",
    #: "closed", "withdrawn".
    turn: str
    #: Name of the deviation that it is decided together with; "" when it is decided for itself.
    lead: str
    #: The measure that is neither replaced nor over, and what its owner is called.
    measure: Measure | None
    owner: str

    @property
    def due_on(self) -> date | None:
        """Return the day it should have been kept on; None where that tells of a single case."""
        return seen_of(self.deviation).due_on

    @property
    def quarter(self) -> str:
        """Return the quarter of a single case, which is all that others are told; else ""."""
        seen = seen_of(self.deviation)
        if not isinstance(seen, CaseSeen) or seen.quarter is None:
            return ""
        return period_words(seen.quarter, g.words)

    @property
    def reply_by(self) -> date | None:
        """Return the last day for the reply, for those who may be told when it was opened.

        It is a decided number of days after that, and so is the case's own day before it.
        """
        hidden = bool(self.quarter) and self.deviation.asked_on is None
        return None if hidden else self.due

    @property
    def is_the_groups(self) -> bool:
        """Tell whether the group may and should decide now."""
        return self.turn in {"late", "decision", "done", "overdue"}


def seen_of(deviation: Deviation) -> Occurrence | CaseSeen:
    """Return what was missed, as the visitor may see it."""
    owed = deviation.obligation
    return as_seen(deviation.occurrence, owed.commitment.rule, owed)


def _turn(deviation: Deviation, measure: Measure | None, today: date) -> str:
    if deviation.state in ENDED:
        return deviation.state.value
    due = rules.reply_due(deviation)
    is_open = deviation.state is DeviationState.OPEN
    if is_open and (due is None or today <= due):
        return "undecided" if due is None else "reply"
    if deviation.merged_into_id is not None:
        return "together"
    if measure is None:
        return "late" if is_open else "decision"
    if measure.done_on is not None:
        return "done"
    return "measure" if today <= measure.due_on else "overdue"


def row_of(deviation: Deviation, today: date) -> Row:
    """Return a deviation with its name and whose turn it is on a local date."""
    measure = deviation.current
    merged = deviation.merged_into_id
    return Row(
        deviation,
        reference(deviation.id),
        rules.reply_due(deviation),
        called(deviation.unit or deviation.organisation, deviation.occurrence.event_on),
        _turn(deviation, measure, today),
        reference(merged) if merged is not None else "",
        measure,
        called(measure.unit or measure.organisation, today) if measure else "",
    )


def is_own(owned: Deviation | Measure) -> bool:
    """Tell whether the visitor speaks for the party of a deviation or a measure."""
    return SPEAKERS.allows(g.me.roles) and rules.speaks_for(owned, acting())


def quarter_of(moment: datetime) -> str:
    """Return the quarter that stands for a moment of a single case."""
    return period_words(Period.quarter_of(local_date(moment)), g.words)


def found(deviation_id: int) -> Deviation:
    """Return a deviation of the association; raise NotFound."""
    deviation = queries.whole(g.session, g.me.association_id, deviation_id)
    if deviation is None:
        raise NotFound
    return deviation


def _history(deviation: Deviation, row: Row) -> list[dict[str, Any]]:
    """Return the trail; of a single case, others than its party are told days only of acts."""
    entries = history(g.session, g.me.association_id, "deviation", deviation.id)
    return [
        {
            "what": g.words.text(ACTIONS.get(one.action, one.action)),
            "when": quarter_of(one.at)
            if row.quarter and one.action in _ON_ITS_DAY
            else g.words.moment(one.at),
            "who": g.words.text(JOBS[one.actor]) if one.actor in JOBS else one.actor,
        }
        for one in entries
    ]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the group can decide now, the first of them the page's primary action."""

    #: Of "measure", "close", "escalate" and "reopen".
    forms: tuple[str, ...] = ()
    primary: str = ""
    endings: tuple[Ending, ...] = ()
    #: The next step of the ladder that is switched on.
    rung: Rung | None = None
    #: Days that the group gives for a measure.
    days: int = 0
    #: Steps that the group has not switched on.
    unused: tuple[Rung, ...] = ()


def _choices(deviation: Deviation, row: Row, others: Sequence[Deviation], today: date) -> Choices:
    """Return what the group can decide; nothing before every party is heard."""
    if deviation.state in ENDED:
        return Choices(("reopen",))
    heard = all(rules.may_decide(one, today) for one in (deviation, *others))
    if deviation.merged_into_id is not None or not heard:
        return Choices()
    ladder = steps_on(g.session, deviation.agreement_id, today)
    above = next_rung(ladder, deviation.rung)
    higher = above if above is not Rung.MEASURE else None
    used = ladder[Rung.MEASURE].is_used
    forms = [
        *(["measure"] if used else []),
        "close",
        *(["escalate"] if higher else []),
    ]
    primary = {"measure": "", "done": "close"}.get(row.turn, forms[0])
    if row.turn == "overdue" and higher:
        primary = "escalate"
    state = DeviationState.REPLIED if deviation.state is DeviationState.OPEN else deviation.state
    return Choices(
        tuple(sorted(forms, key=lambda one: one != primary)),
        primary,
        rules.ENDINGS[state],
        higher,
        ladder[Rung.MEASURE].days or 0,
        _unused(ladder, deviation.rung),
    )


def _unused(ladder: Mapping[Rung, Step], rung: Rung) -> tuple[Rung, ...]:
    above = RUNGS[RUNGS.index(rung) + 1 :]
    return tuple(one for one in above if not ladder[one].is_used)


def _measure_of(deviation: Deviation) -> dict[int, Measure]:
    """Return the measure that each step decided or said was done, by the step's number."""
    by_decision = {one.decision_id: one for one in deviation.measures}
    found: dict[int, Measure] = {}
    latest: Measure | None = None
    for step in deviation.steps:
        if step.kind is StepKind.MEASURE:
            latest = by_decision.get(step.decision_id or 0)
        if latest is not None and step.kind in {StepKind.MEASURE, StepKind.MEASURE_DONE}:
            found[step.number] = latest
    return found


def _changed(deviation: Deviation, refusal: Refused | None) -> list[DeviationStep]:
    """Return the steps that were taken after the visitor opened the page they sent a form from."""
    read = request.form.get("version", 0, type=int)
    if refusal is None or refusal.status != HTTPStatus.CONFLICT or read < 1:
        return []
    # The opening is version 1, and every step raises it by one.
    return deviation.steps[read - 1 :]


def page(
    deviation_id: int, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    """Return the page, with a refused form as it was filled in."""
    deviation = found(deviation_id)
    today = local_date(g.now)
    row = row_of(deviation, today)
    others = queries.decided_together(g.session, deviation)
    members = [] if row.lead else [row_of(one, today) for one in others]
    active = [one.deviation for one in members if one.deviation.state not in ENDED]
    steering = g.me.has(Role.STEERING)
    choices = _choices(deviation, row, active, today) if steering else Choices()
    measure = row.measure
    own = is_own(deviation)
    seen = seen_of(deviation)
    return render_template(
        "deviations/page.html",
        row=row,
        deviation=deviation,
        event_of=event_of,
        shown_of=shown_of,
        counts_shown=counts_shown,
        occurrence=seen,
        source=source_of(seen, own=own),
        # A case of another party's has no day of its own here, and no asker.
        asker=None
        if isinstance(seen, CaseSeen)
        else asked_by(g.session, g.me.association_id, seen.origin),
        own=own,
        may_reply=own and deviation.state not in ENDED,
        may_report=measure is not None and measure.done_on is None and is_own(measure),
        steering=steering,
        choices=choices,
        owners=_owners(today) if "measure" in choices.forms else [],
        due_on=today + timedelta(days=choices.days),
        unheard=[one for one in members if one.turn in {"reply", "undecided"}],
        members=members,
        may_merge=MERGERS.allows(g.me.roles) and deviation.state not in ENDED,
        measure_of=_measure_of(deviation),
        letters=_letters(deviation),
        dissents=dissents_of(
            g.session, {one.decision_id for one in deviation.steps if one.decision_id}
        ),
        changed=_changed(deviation, refusal),
        # The form that was sent, which keeps its words and shows its faults.
        tried=(request.endpoint or "").rpartition(".")[2] if request.method == "POST" else "",
        drafts=[request.form[name] for name in ("text", "note") if request.form.get(name)],
        entries=_history(deviation, row),
        quarter_of=quarter_of,
        of_evidence={one.value for one in OF_EVIDENCE},
        values=request.form,
        errors=errors or {},
    )


def _letters(deviation: Deviation) -> Sequence[LadderLetter]:
    """Return the letters that were sent about it, if it has gone up the ladder."""
    raised = any(step.kind is StepKind.ESCALATED for step in deviation.steps)
    return letters_about(g.session, deviation.id) if raised else ()


def _owners(today: date) -> list[tuple[str, str]]:
    return [(one.key, one.name) for one in queries.owners(g.session, g.me.association_id, today)]
