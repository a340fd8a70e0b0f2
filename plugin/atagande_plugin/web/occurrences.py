"""What an occurrence arose from, and where it is reported, in the words of every page."""

from datetime import date
from typing import Any

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import Evidence, Obligation, Occurrence
from atagande_agreements.followup.queries import Party
from atagande_agreements.followup.status import Standing
from atagande_agreements.followup.suppress import is_small, limit_on
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_agreements.rules import Outcome
from atagande_plugin.auth.access import CASE_HOLDERS

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
    if kind == "convened":
        return _text(_CONVENED, year=year)
    if kind == "period" and part in _HALVES:
        return _text(_HALVES[part], year=year)
    if kind == "period":
        return _text(_YEAR_TO, day=event_on) if part else _text(_YEAR, year=year)
    return _text(EVENTS.get(kind, "%(day)s"), day=event_on)


#: Rules whose figures stand with what the party says of them, small ones hidden, on their own page.
#: Others never see the sum here: with what is shown there, it would give away a hidden number.
APART = {"quality_counts": N_("siffrorna står under Läkarintyg")}
#: Rules that count people's cases, so that a small number may point someone out.
_OF_PEOPLE = {*APART, "asked_when_unclear", "share_of_cases"}
#: Subjects whose every occurrence is one person's case.
OF_CASES = frozenset(
    {
        "sip_venue",
        "sip_preparation",
        "sip_length",
        "first_meeting_consent",
        "first_meeting_material",
        "af_contact",
        "af_assessment",
        "af_plan",
    }
)
#: First parts of the origins that are one person's case.
CASE_ORIGINS = ("sip:", "referral:")


def small_limit(agreement_id: int) -> int:
    """Return the limit for small numbers that applies today; read once a request."""
    if "small_limits" not in g:
        g.small_limits = {}
    limits: dict[int, int] = g.small_limits
    if agreement_id not in limits:
        limits[agreement_id] = limit_on(g.session, agreement_id, local_date(g.now))
    return limits[agreement_id]


def counts_shown(
    one: Occurrence, rule: str, whose: Obligation | Party, filed: Evidence | None = None
) -> bool:
    """Tell whether the person may see an occurrence's counts, or those of what was filed for it."""
    own = g.me.organisation_id == whose.organisation_id and whose.unit_id in {None, g.me.unit_id}
    if rule not in _OF_PEOPLE or own:
        return True
    if rule in APART:
        return False
    counted, total = one.counted, one.total
    if filed is not None:
        counted, total = filed.counted or 0, filed.total or 0
    numbers = (counted, total, total - counted, one.unknown)
    limit = small_limit(one.agreement_id)
    return not any(is_small(number, limit) for number in numbers)


def number_shown(subject: str, organisation_id: int, one: Standing, agreement_id: int) -> bool:
    """Tell whether the person may see how many occurrences an obligation has had, and kept."""
    if subject not in OF_CASES or g.me.organisation_id == organisation_id:
        return True
    return not is_small(one.due, small_limit(agreement_id))


def cases_shown(organisation_id: int) -> bool:
    """Tell whether the person may see a party's cases one by one."""
    return CASE_HOLDERS.allows(g.me.roles) and bool(g.me.organisation_id == organisation_id)


def shown_of(one: Occurrence, rule: str, whose: Obligation | Party) -> str:
    """Return what is known of an occurrence in a few words: "3 av 4", "Var med"; "" if nothing."""
    if not counts_shown(one, rule, whose):
        return _text(APART[rule]) if rule in APART and one.total else ""
    if one.outcome in OUTCOMES:
        return _text(OUTCOMES[Outcome(one.outcome)])
    if one.total or one.unknown:
        return _text(N_("%(counted)s av %(total)s"), counted=one.counted, total=one.total)
    return str(one.counted) if one.counted else ""


def source_of(one: Occurrence, *, own: bool) -> str:
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
