"""What an occurrence arose from, and where it is reported, in the words of every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g

from atagande_agreements.commitments.models import (
    Evidence,
    Obligation,
    Occurrence,
    OccurrenceDecision,
    OnMiss,
    ParameterDecision,
    Status,
)
from atagande_agreements.followup.cases import CASE_ORIGINS, CASE_RULES, COUNTING_RULES
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.queries import Party
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_agreements.rules import Outcome
from atagande_plugin.auth.access import CASE_HOLDERS
from atagande_plugin.period_words import period_words

#: First part of an origin -> its words; what it is dated by comes from the occurrence.
EVENTS = {
    "meeting": N_("Mötet %(day)s"),
    "enquiry": N_("Förfrågan %(day)s"),
    "sip": N_("SIP %(day)s"),
    "referral": N_("Hänvisning, %(day)s"),
    "contacts": N_("Bekräftat %(day)s"),
    "document": N_("Beslutat %(day)s"),
}
_YEAR, _CONVENED = N_("Året %(year)s"), N_("Att sammankalla %(year)s")
_HALVES = {"H1": N_("Första halvåret %(year)s"), "H2": N_("Andra halvåret %(year)s")}
_YEAR_TO = N_("Året till och med %(day)s")

OUTCOMES = {
    Outcome.KEPT: N_("Som lovat"),
    Outcome.NOT_KEPT: N_("Inte som lovat"),
    Outcome.ATTENDED: N_("Var med"),
    Outcome.DEPUTY: N_("Skickade ersättare"),
    Outcome.ABSENT: N_("Var inte med"),
    Outcome.NEVER: N_("Inget publicerat än"),
    Outcome.VOID: N_("Blev inte av"),
}

#: Rule -> where what shows it is entered. A rule with several subjects has one for each.
_MEETINGS, _SIP, _FIRST = "/moten", "/sip", "/forsta-moten"
PLACES = {
    "held_per_period": _MEETINGS,
    "attends_each": _MEETINGS,
    "attends_per_period": _MEETINGS,
    "attends_when_summoned": _MEETINGS,
    "lifted_issues": _MEETINGS,
    "published_reconfirmed": "/kontaktvagar",
    "competence": "/kompetens",
    "standing": "/redovisning",
    "asked_when_unclear": "/redovisning",
    "quality_counts": "/lakarintyg",
    "document_updated": "/dokument",
    "answers_within": "/forfragningar",
    "followed_up_within": _SIP,
    "prepared_before": _FIRST,
    "effort_within": _FIRST,
    "service_within": _FIRST,
}
#: Rules that a meeting's attendance shows: whoever reports on the meeting is asked, not the party.
OF_ATTENDANCE = {
    "held_per_period",
    "attends_each",
    "attends_per_period",
    "attends_when_summoned",
}
PLACES_OF_SUBJECTS = {
    "sip_venue": _SIP,
    "sip_length": _SIP,
    "first_meeting_consent": _FIRST,
    "first_meeting_attended": _FIRST,
    "written_to_clinic": "/forfragningar",
}
#: Where only some roles enter anything; attendance is the administrator's, a SIP its convener's.
REPORTED_BY = {
    _MEETINGS: (Role.ADMINISTRATOR,),
    _SIP: (Role.CONVENER,),
    "/kompetens": (Role.UNIT_CHIEF,),
}
#: Only those who hold cases reach these.
_OF_CASES = {_SIP, _FIRST, "/forfragningar"}


def event_of(origin: str, event_on: date) -> str:
    """Return what an occurrence arose from: "Första halvåret 2026", "Mötet 12 mars 2026"."""
    kind, _, rest = origin.partition(":")
    year, _, part = rest.partition("-")
    if kind == _COARSE:
        return _text(_CASE, quarter=period_words(Period.parse(rest), g.words))
    if kind == "convened":
        return _text(_CONVENED, year=year)
    if kind == "period" and part in _HALVES:
        return _text(_HALVES[part], year=year)
    if kind == "period":
        return _text(_YEAR_TO, day=event_on) if part else _text(_YEAR, year=year)
    return _text(EVENTS.get(kind, "%(day)s"), day=event_on)


#: Said where a count of people's cases stands for others than the party: it has one home.
_ELSEWHERE = N_("antalen står under Uppföljning")
_LATE = N_("Gjort, men för sent")
#: What others than the party are told of one of its cases: nothing but the quarter.
_CASE = N_("Ett ärende, %(quarter)s")


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """An occurrence about people's cases as others than the party see it.

    Of a single case: the quarter, and late or not. Of a term's cases: how it stands, without the
    counts and without the evidence, of which there is one for each case. It has what pages read of
    an `Occurrence`, and no day that would tell one case from another.
    """

    id: int
    agreement_id: int
    obligation_id: int
    #: What `event_of` puts into words, and the day it is dated by.
    origin: str
    event_on: date
    due_on: date | None
    status: Status
    on_miss: OnMiss
    #: The quarter of a single case; None of a term's.
    quarter: Period | None
    is_late: bool
    parameter_decision: ParameterDecision | None
    more_decisions: Sequence[OccurrenceDecision]
    kept_on: None = None
    asked_on: None = None
    days_late: int = 0
    counted: int = 0
    total: int = 0
    unknown: int = 0
    outcome: str = ""
    evidence: tuple[Evidence, ...] = ()


_COARSE = "case"


@dataclass(frozen=True, slots=True)
class Owes:
    """Whose something is, where neither an obligation nor a column of the matrix is at hand."""

    organisation_id: int
    unit_id: int | None


def is_own(whose: Obligation | Party | Owes) -> bool:
    """Tell whether the person belongs to the party: to its unit, where a unit owes it."""
    return bool(
        g.me.organisation_id == whose.organisation_id and whose.unit_id in {None, g.me.unit_id}
    )


def as_seen(one: Occurrence, rule: str, whose: Obligation | Party) -> Occurrence | CaseSeen:
    """Return an occurrence of a rule as the person may see it, wherever a single one is shown.

    Whoever shows one, on a page or in the API (a deviation's, say), shows what this gives.
    """
    is_case = one.origin.startswith(CASE_ORIGINS)
    if is_own(whose) or not (is_case or rule in COUNTING_RULES):
        return one
    quarter = Period.quarter_of(one.event_on) if is_case else None
    return CaseSeen(
        id=one.id,
        agreement_id=one.agreement_id,
        obligation_id=one.obligation_id,
        origin=f"{_COARSE}:{quarter.code}" if quarter is not None else one.origin,
        event_on=quarter.first if quarter is not None else one.event_on,
        due_on=None if is_case else one.due_on,
        status=one.status,
        on_miss=one.on_miss,
        quarter=quarter,
        is_late=is_case and one.kept_on is not None,
        parameter_decision=one.parameter_decision,
        more_decisions=one.more_decisions,
    )


def counts_shown(
    one: Occurrence | CaseSeen,  # noqa: ARG001 - whoever shows a count says of what
    rule: str,
    whose: Obligation | Party,
    filed: Evidence | None = None,  # noqa: ARG001 - or of what was filed
) -> bool:
    """Tell whether the person may see an occurrence's counts, or those of what was filed for it.

    Of people's cases only the party may: what others see is published, see `followup.figures`.
    """
    return rule not in COUNTING_RULES or is_own(whose)


def number_shown(rule: str, whose: Obligation | Party | Owes) -> bool:
    """Tell whether the person may see how many occurrences an obligation has had, and kept."""
    return rule not in CASE_RULES or is_own(whose)


def cases_shown(whose: Obligation | Party | Owes) -> bool:
    """Tell whether the person may see a party's cases one by one."""
    return CASE_HOLDERS.allows(g.me.roles) and is_own(whose)


def shown_of(one: Occurrence | CaseSeen, rule: str, whose: Obligation | Party) -> str:
    """Return what is known of an occurrence in a few words: "3 av 4", "Var med"; "" if nothing."""
    if isinstance(one, CaseSeen) and one.quarter is not None:
        kept = {Status.MET: OUTCOMES[Outcome.KEPT], Status.NOT_MET: OUTCOMES[Outcome.NOT_KEPT]}
        late = one.is_late and one.status is Status.NOT_MET
        said = _LATE if late else kept.get(one.status)
        return _text(said) if said else ""
    if not counts_shown(one, rule, whose):
        return _text(_ELSEWHERE)
    if one.outcome in OUTCOMES:
        return _text(OUTCOMES[Outcome(one.outcome)])
    if one.total or one.unknown:
        return _text(N_("%(counted)s av %(total)s"), counted=one.counted, total=one.total)
    return str(one.counted) if one.counted else ""


def source_of(one: Occurrence | CaseSeen, *, own: bool) -> str:
    """Return the page of what an occurrence arose from; "" if the person can't open it."""
    kind, _, number = one.origin.partition(":")
    if kind == "meeting" and number.isdigit():
        return f"/moten/{number}"
    holds = own and CASE_HOLDERS.allows(g.me.roles)
    if kind == "enquiry" and number.isdigit() and holds:
        return f"/forfragningar/{number}"
    return {"contacts": "/kontaktvagar", "document": "/dokument"}.get(kind, "")


def _text(message: str, **values: Any) -> str:
    words: str = g.words.text(message, values)
    return words


def place_of(rule: str, subject: str) -> str:
    """Return where a person enters what shows a commitment; "" if they can't."""
    place = PLACES_OF_SUBJECTS.get(subject) or PLACES.get(rule, "")
    if place in _OF_CASES and not CASE_HOLDERS.allows(g.me.roles):
        return ""
    if g.me.roles <= {Role.READER, Role.STEERING, Role.OPERATIONS}:
        return ""
    needed = REPORTED_BY.get(place if rule != "lifted_issues" else "")
    return "" if needed and not g.me.has(*needed) else place
