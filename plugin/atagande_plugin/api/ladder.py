"""The ladder: its steps and the decisions that switch them on and off."""

from typing import TYPE_CHECKING

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound
from atagande_agreements.ladder.models import Rung
from atagande_agreements.ladder.queries import Step, ladder_on
from atagande_agreements.ladder.verbs import decide_step
from atagande_plugin.api.ladder_shapes import LadderStep, LadderSteps
from atagande_plugin.web.acting import myself, the_agreement

if TYPE_CHECKING:
    from atagande_plugin.forms.ladder import DecideStep


def _line(step: Step) -> LadderStep:
    return LadderStep(
        rung=step.rung,
        is_used=step.is_used,
        days=step.days,
        text=step.text,
        paragraph=step.paragraph,
        decided_on=step.decided_on,
    )


def listed() -> LadderSteps:
    """Return how every step stands today."""
    found = ladder_on(g.session, the_agreement().id, local_date(g.now))
    return LadderSteps(items=[_line(step) for step in found.values()])


def decide(rung: str, form: "DecideStep") -> LadderStep:
    """Record what the group decided about a step; return how it stands today."""
    if rung not in {one.value for one in Rung}:
        raise NotFound
    agreement = the_agreement()
    decide_step(
        g.session,
        agreement=agreement,
        rung=Rung(rung),
        is_used=form.is_used,
        days=form.days,
        body=form.body,
        valid_from=form.valid_from,
        decided_on=form.decided_on,
        paragraph=form.paragraph,
        diary_number=form.diary_number,
        note=form.note,
        person=myself(),
        now=g.now,
    )
    return _line(ladder_on(g.session, agreement.id, local_date(g.now))[Rung(rung)])
