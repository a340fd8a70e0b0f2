"""Trappan: its steps, which are used by which decision, their letters, and the letters sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.ladder import letters, queries
from atagande_agreements.ladder.models import RUNGS, Rung
from atagande_agreements.ladder.texts import LETTERS, PLACES, USUAL, words_of
from atagande_agreements.ladder.verbs import DAYS, decide_step
from atagande_agreements.parties.models import Role
from atagande_plugin.auth.access import FOLLOWERS, STEERING
from atagande_plugin.mail import digests, ladder_letters
from atagande_plugin.mail.samples import sample_things
from atagande_plugin.services import services
from atagande_plugin.translation import words
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import agreement_now, myself, the_agreement

if TYPE_CHECKING:
    from atagande_plugin.forms.ladder import DecideStep

section = kernel.Section("ladder", __name__)
PATH = "/styrgruppen/trappan"

#: Step -> its name in addresses.
SLUGS: Mapping[Rung, str] = {
    Rung.REMINDER: "paminnelse",
    Rung.REPLY: "yttrande",
    Rung.MEASURE: "atgard",
    Rung.AGENDA: "eget-arende",
    Rung.NOTICE: "skrivelse",
    Rung.BOARD: "styrelsen",
}
_RUNGS = {slug: rung for rung, slug in SLUGS.items()}


@dataclass(frozen=True, slots=True)
class Letter:
    """A step's letter as it will look: to whom, under which heading, in which paragraphs."""

    subject: str
    paragraphs: tuple[str, ...]
    #: It comes as a line of the daily mail, and is no letter of its own.
    in_digest: bool


def letter_of(rung: Rung, own: str, days: int) -> Letter | None:
    """Return a step's letter with invented facts, in the reader's language; None without one."""
    today = local_date(g.now)
    if rung in LETTERS:
        text = words_of(rung, own)
        facts = ladder_letters.sample(today)
        last = ladder_letters.last_day(today, days)
        return Letter(
            g.words.text(ladder_letters.SUBJECTS[rung], {"name": facts.reference}),
            tuple(
                ladder_letters.paragraphs(g.words, text, facts, answer_by=last, written_on=today)
            ),
            in_digest=False,
        )
    found = sample_things(rung, own, days, today)
    if not found:
        return None
    content = digests.content(g.words, found, services().settings.base_url)
    return Letter(content.subject, (content.text(),), in_digest=True)


@section.route_for(PATH, allow=FOLLOWERS)
def ladder() -> str:
    """Show the ladder: each step, whether it is used, and by which decision."""
    agreement = agreement_now()
    steps = None
    if agreement is not None:
        steps = list(queries.ladder_on(g.session, agreement.id, local_date(g.now)).values())
    return render_template(
        "ladder/page.html",
        steps=steps,
        slugs=SLUGS,
        used=sum(one.is_used for one in steps or ()),
        of_group=g.me.has(Role.STEERING),
    )


def rung_of(slug: str) -> Rung:
    """Return the step that an address names; raise NotFound for none."""
    if slug not in _RUNGS:
        raise NotFound
    return _RUNGS[slug]


def _page(
    steg: str,
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,  # noqa: ARG001 - the errors say it
) -> str:
    rung, agreement = rung_of(steg), the_agreement()
    today = local_date(g.now)
    step = queries.ladder_on(g.session, agreement.id, today)[rung]
    decisions = queries.decisions_about(g.session, agreement.id, rung)
    least, most = DAYS.get(rung, (0, 0))
    values: Any = request.form
    if request.method == "GET":
        values = {"is_used": "1", "days": step.days or "", "body": step.text}
    return render_template(
        "ladder/step.html",
        step=step,
        slug=steg,
        decisions=decisions,
        coming=[one for one in decisions if one.valid_from > today],
        letter=letter_of(rung, step.text, step.days or least),
        usual=g.words.text(USUAL[rung]) if rung in USUAL else "",
        usual_is_swedish=words("sv").text(USUAL[rung]) if rung in USUAL else "",
        places=PLACES.get(rung),
        least=least,
        most=most,
        parameter=queries.REPLY_PARAMETER if rung is Rung.REPLY else None,
        may_decide=g.me.has(Role.STEERING) and rung is not Rung.REPLY,
        values=values,
        errors=errors or {},
    )


@section.route_for(f"{PATH}/<steg>", allow=FOLLOWERS)
def step(steg: str) -> str:
    """Show one step with its letter, its decisions, and the form for a new one."""
    return _page(steg)


@section.route_for(
    f"{PATH}/<steg>", allow=STEERING, methods=("POST",), takes="ladder.DecideStep", again=_page
)
def decide(steg: str, form: "DecideStep") -> Any:
    """Record what the group decided about a step."""
    rung = rung_of(steg)
    decided = decide_step(
        g.session,
        agreement=the_agreement(),
        rung=rung,
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
    said = (
        N_("Beslutet är infört. Steget används från %(day)s.")
        if decided.is_used
        else N_("Beslutet är infört. Steget används inte från %(day)s.")
    )
    flash(g.words.text(said, {"day": decided.valid_from}), "success")
    return redirect(f"{PATH}/{steg}", 303)


@section.route_for("/avvikelser/<int:deviation_id>/brev/<int:letter_id>", allow=FOLLOWERS)
def letter(deviation_id: int, letter_id: int) -> str:
    """Show a letter about a deviation as it was sent, ready to print."""
    found = letters.letter(g.session, g.me.association_id, letter_id)
    if found is None or found.deviation_id != deviation_id:
        raise NotFound
    # Authorities write to each other in Swedish, whatever language the page is read in.
    swedish = words("sv")
    facts = letters.facts_of(found)
    written_on = local_date(found.at)
    return render_template(
        "ladder/letter.html",
        letter=found,
        facts=facts,
        heading=swedish.text(ladder_letters.SUBJECTS[found.rung], {"name": facts.reference}),
        day_written=swedish.day(written_on),
        paragraphs=ladder_letters.paragraphs(
            swedish, found.text, facts, answer_by=found.answer_by, written_on=written_on
        ),
        receivers=letters.receivers_of(g.session, found),
    )


assert set(SLUGS) == set(RUNGS)  # noqa: S101 - every step has a page
