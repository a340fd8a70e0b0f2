"""Väntetider: how long the clinics' SIP meetings wait, without a word of any of them."""

from flask import g, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import agreement_in_force
from atagande_agreements.followup.suppress import LIMIT, limit_on
from atagande_agreements.parties.queries import clinics
from atagande_calendar.sip.lead_times import Half, half_of, lead_times
from atagande_plugin.auth.access import FOLLOWERS
from atagande_plugin.web import kernel

section = kernel.Section("lead_times", __name__)

#: Half-years that can be chosen.
SHOWN = 6


def halves() -> list[Half]:
    """Return the half-years that can be chosen, the present one first."""
    found = [half_of(local_date(g.now))]
    while len(found) < SHOWN:
        found.append(found[-1].before())
    return found


def chosen(text: str) -> Half:
    """Return the half-year that an address asks for; the latest that is over, if none."""
    return next((one for one in halves() if f"{one.year}-{one.number}" == text), halves()[1])


@section.route_for("/vantetider", allow=FOLLOWERS)
def waiting() -> str:
    """Show the clinics' lead times in a half-year."""
    today = local_date(g.now)
    agreement = agreement_in_force(g.session, g.me.association_id, today)
    half = chosen(request.args.get("period", ""))
    return render_template(
        "clinics/lead_times.html",
        half=half,
        halves=halves(),
        over=half.last < today,
        rows=lead_times(
            g.session,
            clinics(g.session, g.me.association_id, today),
            half=half,
            today=today,
            limit=limit_on(g.session, agreement.id, today) if agreement else LIMIT,
            own_unit_id=g.me.led_unit_id,
        ),
    )
