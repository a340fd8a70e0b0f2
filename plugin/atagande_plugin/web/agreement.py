"""Överenskommelsen: the document, its commitments, and the parameters the group decides."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments import queries
from atagande_agreements.commitments.models import Commitment, Occurrence, Parameter, ParameterUnit
from atagande_agreements.commitments.verbs import decide_parameter
from atagande_agreements.deviations.models import reference
from atagande_agreements.documents.queries import governing
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.followup import queries as followup
from atagande_agreements.followup.cases import CASE_RULES
from atagande_agreements.followup.status import STATUSES, Reason, Standing, tally
from atagande_agreements.followup.times import Spread, times
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_agreements.parties.queries import organisation_names
from atagande_agreements.referrals.figures import ASSESSMENT_DAYS, CONTACT_DAYS, PLAN_DAYS
from atagande_plugin.auth.access import FOLLOWERS, STEERING
from atagande_plugin.web import guard, kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.chosen import PATH, Chosen, choose
from atagande_plugin.web.effects import effect_of, effects_of, of_cases_among
from atagande_plugin.web.occurrences import (
    cases_shown,
    counts_shown,
    event_of,
    number_shown,
    shown_of,
    source_of,
)
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.agreement import DecideParameter

section = kernel.Section("agreement", __name__)

#: Subject of a commitment -> the published time of its step with Arbetsförmedlingen.
_STEPS = {"af_contact": CONTACT_DAYS, "af_assessment": ASSESSMENT_DAYS, "af_plan": PLAN_DAYS}

#: Occurrences on one page.
PAGE_SIZE = 50
REPORTERS = {
    "association": N_("Förbundets administratör"),
    "meeting": N_("Mötets närvarolista"),
    "party": N_("Parten själv"),
    "unit_chief": N_("Enhetschefen"),
    "convener": N_("Den som sammankallar mötet"),
    "municipality": N_("Kommunen"),
    "referrer": N_("Den som hänvisade klienten"),
    "nobody": N_("Ingen"),
}
REASONS = {
    Reason.PERMISSION: N_("En möjlighet, inget att bedöma"),
    Reason.UNDECIDED: N_("Mätvärdet är inte beslutat"),
    Reason.NOTHING_DUE: N_("Inget har förfallit"),
}


@dataclass(frozen=True, slots=True)
class Owed:
    """One party's obligation on the page of its commitment."""

    party: followup.Party
    place: followup.Place
    standing: Standing
    #: Whether the visitor sees how many occurrences were due, and kept.
    has_number: bool


def _chosen() -> Chosen:
    chosen = choose()
    if chosen is None:
        raise NotFound
    return chosen


@section.route_for(PATH, allow=FOLLOWERS, by_audit=True)
def document() -> str:
    """Show the agreement as the document it is, with what is decided and how it goes."""
    chosen = choose()
    if chosen is None:
        return render_template("agreement/none.html")
    session, version_id = g.session, chosen.version.id
    commitments = queries.commitments(session, version_id)
    parameters = queries.parameters(session, chosen.agreement.id)
    by_id = {one.id: one for one in parameters}
    duties = followup.duties(
        session,
        agreement_id=chosen.agreement.id,
        version_id=version_id,
        period=chosen.period,
        judged={one.key: queries.judged(one, by_id, chosen.period.last) for one in commitments},
    )
    signatories = queries.signatories(session, version_id)
    return render_template(
        "agreement/document.html",
        chosen=chosen,
        agreement=chosen.agreement,
        sections=queries.sections(session, version_id),
        annexes=queries.annexes(session, version_id),
        signatories=signatories,
        names={one.organisation.key: one.organisation.name for one in signatories},
        commitments=_grouped(commitments),
        number=len(commitments),
        obligations=len(duties.standings),
        uses={one.id: _used(one, by_id) for one in commitments},
        undecided=[one for one in parameters if queries.is_undecided(one)],
        users=_users(commitments),
        counts=_counts(duties),
        reasons=_reasons(duties),
        statuses=STATUSES,
        can_decide=g.me.has(Role.STEERING),
    )


def _grouped(commitments: Any) -> Mapping[int, list[Commitment]]:
    """Return commitments by the id of their heading."""
    found: dict[int, list[Commitment]] = defaultdict(list)
    for one in commitments:
        found[one.section_id].append(one)
    return found


def _used(commitment: Commitment, by_id: Mapping[int, Parameter]) -> list[tuple[Parameter, bool]]:
    """Return the parameters of a commitment, those that judge first."""
    used = [(by_id[one.parameter_id], one.judges) for one in commitment.uses]
    return sorted(used, key=lambda pair: (not pair[1], pair[0].position or 0))


def _users(commitments: Any) -> Mapping[int, list[str]]:
    """Return the keys of the commitments that use each parameter."""
    found: dict[int, list[str]] = defaultdict(list)
    for one in commitments:
        for use in one.uses:
            found[use.parameter_id].append(one.key)
    return found


def _counts(duties: followup.Duties) -> Mapping[str, Any]:
    """Return how the obligations of each commitment stand."""
    found: dict[str, list[Standing]] = defaultdict(list)
    for place, one in duties.standings.items():
        found[place[0]].append(one)
    return {key: tally(ones) for key, ones in found.items()}


def _reasons(duties: followup.Duties) -> Mapping[str, str]:
    """Return why a commitment can't be assessed, where one reason holds for all its parties."""
    found: dict[str, set[Reason | None]] = defaultdict(set)
    for place, one in duties.standings.items():
        found[place[0]].add(one.reason)
    return {
        key: REASONS[reason]
        for key, reasons in found.items()
        if len(reasons) == 1
        for reason in reasons
        if reason is not None
    }


@section.route_for(f"{PATH}/<key>", allow=FOLLOWERS)
def commitment(key: str) -> str:
    """Show one commitment: its rule, its parameters and how each party keeps it."""
    chosen = _chosen()
    found = queries.commitment(g.session, chosen.version.id, key)
    if found is None:
        raise NotFound
    by_id = {one.parameter_id: one.parameter for one in found.uses}
    used = _used(found, by_id)
    judged = queries.judged(found, by_id, chosen.period.last)
    duties = followup.duties(
        g.session,
        agreement_id=chosen.agreement.id,
        version_id=chosen.version.id,
        period=chosen.period,
        judged={key: judged},
    )
    owed = [
        Owed(
            party,
            place,
            duties.standings[place],
            number_shown(found.rule, party),
        )
        for party in followup.parties(g.session, chosen.version.id, chosen.period)
        for place in ((key, party.organisation_id, party.unit_id),)
        if place in duties.standings
    ]
    asked = request.args.get("part")
    part = next((one for one in owed if one.party.key == asked), None)
    if asked and part is None:
        raise NotFound
    shown = [part] if part else owed
    listed = [one for one in shown if found.rule not in CASE_RULES or cases_shown(one.party)]
    total = sum(duties.counts[one.place].total for one in listed)
    page = page_number()
    rows = followup.occurrences(
        g.session,
        [obligation for one in listed for obligation in duties.ids[one.place]],
        chosen.period,
        limit=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
    )
    parties = {number: one.party for one in shown for number in duties.ids[one.place]}

    def told(one: Occurrence) -> bool:
        # Of a term's cases there is evidence for each: only the party sees it.
        return counts_shown(one, found.rule, parties[one.obligation_id])

    can_decide = g.me.has(Role.STEERING)
    return render_template(
        "agreement/commitment.html",
        chosen=chosen,
        commitment=found,
        followed=judged[0],
        decided=judged[1],
        reporter=REPORTERS.get(found.reporter, found.reporter),
        used=used,
        missing=[one for one, judges in used if judges and queries.is_undecided(one)],
        names=_names([one for one, _ in used]),
        effects=effects_of(used, found.rule) if can_decide else {},
        can_decide=can_decide,
        values=_values(),
        owed=owed,
        part=part,
        counts=tally(one.standing for one in owed),
        statuses=STATUSES,
        reasons=REASONS,
        parties=parties,
        told=told,
        rows=rows,
        withheld=len(listed) < len(shown),
        evidence=followup.evidence(g.session, [one.id for one, _ in rows if told(one)]),
        reference=reference,
        event_of=event_of,
        shown_of=shown_of,
        source_of=source_of,
        governing=governing(g.session, chosen.agreement.id, key),
        spreads=_spreads(chosen, found),
        total=total,
        page=page,
        pages=pages_of(total, PAGE_SIZE),
    )


def _spreads(chosen: Chosen, commitment: Commitment) -> list[tuple[str, Spread]] | None:
    """Return how long it took in each quarter that is published, for a commitment of steps."""
    measure = _STEPS.get(commitment.subject)
    if measure is None:
        return None
    quarters = chosen.period.quarters
    return [
        (chosen.words(quarter), spread)
        for one in times(g.session, chosen.agreement.id, quarters)
        if one.measure == measure
        for quarter, spread in zip(quarters, one.spreads, strict=True)
        if spread is not None
    ]


def _names(parameters: list[Parameter]) -> Mapping[str, str]:
    """Return the organisations' names by key, if any of the parameters is a choice of one."""
    if any(one.unit is ParameterUnit.ORGANISATION for one in parameters):
        return organisation_names(g.session, g.me.association_id)
    return {}


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _values() -> Mapping[str, str]:
    """Return what the form of a decision holds: what was sent, else today's date."""
    today = local_date(g.now).isoformat()
    sent = request.form
    return {
        "value": sent.get("value", ""),
        "decided_on": sent.get("decided_on", today),
        "valid_from": sent.get("valid_from", today),
        "paragraph": sent.get("paragraph", ""),
        **({"meeting": sent["meeting"]} if "meeting" in sent else {}),
    }


def _parameter(chosen: Chosen, key: str) -> Parameter:
    found = queries.parameter(g.session, chosen.agreement.id, key)
    if found is None:
        raise NotFound
    return found


@section.route_for(f"{PATH}/parameter/<key>", allow=FOLLOWERS)
def parameter(key: str) -> str:
    """Show a parameter: the proposal, what uses it, its decisions, and the form for one."""
    return _parameter_page(key)


def _parameter_page(
    key: str, errors: Mapping[str, str] | None = None, refusal: Refused | None = None
) -> str:
    del refusal  # its words are in `errors`
    chosen = _chosen()
    found = _parameter(chosen, key)
    can_decide = g.me.has(Role.STEERING)
    values = _values()
    users = [tuple(row) for row in queries.users_of(g.session, chosen.version.id, found.id)]
    return render_template(
        "agreement/parameter.html",
        chosen=chosen,
        parameter=found,
        users=users,
        names=_names([found]),
        can_decide=can_decide,
        effect=effect_of(
            found,
            _date(values["valid_from"]),
            any(judges for _, judges in users),
            of_cases=bool(of_cases_among([found])),
        )
        if can_decide
        else None,
        values=values,
        errors=errors or {},
    )


@section.route_for(f"{PATH}/parameter/<key>/verkan", allow=STEERING)
def effect(key: str) -> str:
    """Show only what a decision from a date would change, for the form that is being filled in."""
    found = _parameter(_chosen(), key)
    since = _date(request.args.get("valid_from", ""))
    judges = queries.judges_something(g.session, found)
    return render_template(
        "agreement/effect.html",
        effect=effect_of(found, since, judges, of_cases=bool(of_cases_among([found]))),
    )


@section.route_for(
    f"{PATH}/parameter/<key>/beslut",
    allow=STEERING,
    methods=("POST",),
    takes="agreement.DecideParameter",
    again=_parameter_page,
)
def decide(key: str, form: "DecideParameter") -> Any:
    """Record what the steering group decided about a parameter."""
    chosen = _chosen()
    found = _parameter(chosen, key)
    decide_parameter(
        g.session,
        parameter=found,
        value=form.value,
        valid_from=form.valid_from,
        decided_on=form.decided_on,
        paragraph=form.paragraph,
        person=myself(),
        now=g.now,
    )
    text = N_("Beslutet är infört och gäller från %(day)s.")
    flash(g.words.text(text, {"day": form.valid_from}), "success")
    target = guard.safe_next(form.next) if form.next else chosen.parameter(key)
    return redirect(target, 303)
