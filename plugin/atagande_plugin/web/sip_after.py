"""After a SIP: the convener says whether it was held, how long it took, and what was sent."""

from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_calendar.sip import queries
from atagande_calendar.sip.after import Afterwards, keeps, report_sip
from atagande_calendar.sip.models import Sip
from atagande_plugin.auth.access import CASE_HOLDERS
from atagande_plugin.web import kernel, sip_venue
from atagande_plugin.web.acting import myself
from atagande_plugin.web.answer import shown_or
from atagande_plugin.web.sip import seeing

if TYPE_CHECKING:
    from atagande_plugin.forms import sip as forms

section = kernel.Section("sip_after", __name__)


def own(number: int) -> Sip:
    """Return a booking that the person keeps; others' are not found."""
    found = queries.one(g.session, g.me.association_id, number, **seeing())
    if found is None or not keeps(found, myself()):
        raise NotFound
    return found


def _page(number: int, errors: dict[str, str] | None = None, refusal: Refused | None = None) -> str:
    sip = own(number)
    said = {
        "result": sip.result.value if sip.result else "",
        "actual_minutes": sip.actual_minutes or "",
        "minutes_sent_on": sip.minutes_sent_on.isoformat() if sip.minutes_sent_on else "",
        "followup_sent_on": sip.followup_sent_on.isoformat() if sip.followup_sent_on else "",
    }
    return render_template(
        "sip/after.html",
        sip=sip,
        meeting=sip.meeting,
        been=sip.meeting.starts_at <= g.now,
        held_on=local_date(sip.meeting.starts_at),
        stale=isinstance(refusal, Stale),
        results=sip_venue.labels(sip_venue.RESULTS),
        values=said | request.form,
        errors=errors or {},
    )


def _again(number: int, errors: dict[str, str], refusal: Refused) -> str:
    with shown_or(refusal):
        return _page(number, errors, refusal)


@section.route_for("/sip/<int:number>/efterat", allow=CASE_HOLDERS)
def afterwards(number: int) -> str:
    """Show what has been said of one's own SIP, to fill in or put right."""
    return _page(number)


@section.route_for(
    "/sip/<int:number>/efterat",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="sip.Afterwards",
    again=_again,
)
def tell(number: int, form: "forms.Afterwards") -> Any:
    """Record what became of one's own SIP."""
    report_sip(
        g.session,
        sip=own(number),
        said=Afterwards(
            form.result, form.actual_minutes, form.minutes_sent_on, form.followup_sent_on
        ),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    flash(g.words.text(N_("Tack. Det är sparat.")), "success")
    return redirect(f"/sip/{number}", 303)
