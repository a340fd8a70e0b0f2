"""Planning one meeting by hand: how each kind usually is, who is usually asked, and the form."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request
from sqlalchemy import select

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.commitments.queries import agreement_in_force
from atagande_agreements.errors import NotFound
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import (
    Organisation,
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
    UnitKind,
)
from atagande_agreements.parties.queries import people
from atagande_calendar.meetings.evidence import decided_convener
from atagande_calendar.meetings.models import MeetingKind
from atagande_calendar.meetings.verbs import plan_meeting
from atagande_plugin.auth.access import ADMINISTRATOR
from atagande_plugin.services import services
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.meetings import KINDS

if TYPE_CHECKING:
    from atagande_plugin.forms.meetings import Plan

section = kernel.Section("meeting_planning", __name__)


def parties() -> list[tuple[Organisation, list[Person]]]:
    """Return everyone who can be asked, by party."""
    found = people(g.session, g.me.association_id)
    return [
        (organisation, list(group))
        for organisation, group in groupby(found, lambda person: person.organisation)
    ]


@dataclass(frozen=True, slots=True)
class Usual:
    """How a kind of meeting usually is."""

    #: In the address.
    word: str
    #: What the form is called.
    heading: str
    title: str
    clock: str
    minutes: int


#: What can be planned by hand, the most usual first.
USUAL = {
    MeetingKind.NETWORK: Usual(
        "natverk", N_("Planera nätverksmöte"), "Nätverksmöte SGI=0", "09:00", 120
    ),
    MeetingKind.SEMINAR: Usual(
        "seminarium", N_("Planera seminarium"), "Lunchseminarium SGI=0", "12:00", 60
    ),
    MeetingKind.STEERING: Usual(
        "styrgrupp", N_("Planera styrgruppsmöte"), "Styrgruppsmöte", "13:00", 120
    ),
}


def _is_usual(kind: MeetingKind, person: Person, roles: Collection[Role]) -> bool:
    """Tell whether a person is usually asked to a kind of meeting.

    To a steering meeting: its members, and the clinics' unit chiefs (P1). Otherwise everyone who
    comes from a party.
    """
    if kind is not MeetingKind.STEERING:
        return person.organisation.kind is not OrganisationKind.ASSOCIATION
    clinic = person.unit is not None and person.unit.kind is UnitKind.CLINIC
    return Role.STEERING in roles or (clinic and Role.UNIT_CHIEF in roles)


def usual_people(kind: MeetingKind, parties: list[tuple[Organisation, list[Person]]]) -> list[str]:
    """Return the numbers of those who are usually asked, as the form has them."""
    grants: dict[int, set[Role]] = defaultdict(set)
    if kind is MeetingKind.STEERING:
        numbers = [person.id for _organisation, group in parties for person in group]
        for row in g.session.execute(
            select(RoleGrant.person_id, RoleGrant.role).where(RoleGrant.person_id.in_(numbers))
        ):
            grants[row.person_id].add(row.role)
    return [
        str(person.id)
        for _organisation, group in parties
        for person in group
        if _is_usual(kind, person, grants[person.id])
    ]


def usual_title(kind: MeetingKind) -> str:
    """Return what such a meeting is usually called; the steering group has a name of its own."""
    if kind is MeetingKind.STEERING:
        agreement = agreement_in_force(g.session, g.me.association_id, local_date(g.now))
        if agreement is not None and agreement.steering_name:
            return agreement.steering_name
    return USUAL[kind].title


def _planned_kind() -> MeetingKind:
    """Return the kind that the form is about: as it was sent, or as the address says."""
    if request.form.get("kind") in USUAL:
        return MeetingKind(request.form["kind"])
    asked = request.args.get("slag", "")
    return next((kind for kind, usual in USUAL.items() if usual.word == asked), MeetingKind.NETWORK)


def _known_time() -> dict[str, str]:
    """Return the time that the address names, as a poll that was closed does."""
    return {
        name: request.args[name] for name in ("day", "clock", "minutes") if request.args.get(name)
    }


def _chosen(kind: MeetingKind, groups: list[tuple[Organisation, list[Person]]]) -> list[str]:
    """Return those whom the address names, or else those who are usually asked."""
    return request.args.getlist("people") or usual_people(kind, groups)


def _plan_page(errors: dict[str, str] | None = None, **_: Any) -> str:
    groups = parties()
    kind = _planned_kind()
    return render_template(
        "meetings/plan.html",
        parties=groups,
        kind=kind,
        kinds=KINDS,
        usual=USUAL,
        target_group=errors is None or "target_group" in request.form,
        values={
            "title": usual_title(kind),
            "clock": USUAL[kind].clock,
            "minutes": USUAL[kind].minutes,
            **_known_time(),
            **request.form,
        },
        chosen=_chosen(kind, groups) if errors is None else request.form.getlist("people"),
        # The start is written in two fields; what is wrong with it is said at the first.
        errors={
            "day" if name == "starts_at" else name: text for name, text in (errors or {}).items()
        },
    )


@section.route_for("/moten/nytt", allow=ADMINISTRATOR)
def plan_form() -> str:
    """Show the form for a new meeting, filled in as its kind usually is."""
    return _plan_page()


def convener_of(kind: MeetingKind) -> Organisation:
    """Return who convenes a meeting that is planned: the administrator's own organisation.

    For the network it is whom the steering group has decided on, once it has.
    """
    own: Organisation = g.session.get_one(Organisation, g.me.organisation_id)
    if kind is not MeetingKind.NETWORK:
        return own
    return decided_convener(g.session, g.me.association_id, local_date(g.now)) or own


@section.route_for(
    "/moten",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="meetings.Plan",
    lists=frozenset({"people"}),
    again=_plan_page,
)
def plan(form: "Plan") -> Any:
    """Keep a meeting as a draft."""
    agreement = agreement_in_force(g.session, g.me.association_id, local_date(g.now))
    known = {person.id: person for person in people(g.session, g.me.association_id)}
    if agreement is None or not known.keys() >= set(form.people):
        raise NotFound
    meeting = plan_meeting(
        g.session,
        agreement=agreement,
        kind=form.kind,
        title=form.title,
        starts_at=local_time(form.day, form.clock),
        minutes=form.minutes,
        place=form.place,
        agenda=form.agenda,
        target_group=form.target_group,
        convener=convener_of(form.kind),
        people=[known[number] for number in form.people],
        person=myself(),
        domain=services().settings.host,
        now=g.now,
    )
    flash(g.words.text(N_("Utkastet är sparat. Ingenting har skickats.")), "success")
    return redirect(f"/moten/{meeting.id}", 303)
