"""Väntetider: how long the clinics' SIP meetings wait, without a word of any of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import agreement_in_force
from atagande_agreements.followup.figures import read
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import Place
from atagande_agreements.parties.models import Unit
from atagande_agreements.parties.queries import clinics
from atagande_agreements.register.models import Agreement
from atagande_agreements.rules.verdict import REPORT_DAYS
from atagande_calendar.sip.figures import BOOKED, MEETING_DAYS, OFFERED_DAYS
from atagande_calendar.sip.lead_times import Half, half_of, own_times
from atagande_plugin.auth.access import FOLLOWERS
from atagande_plugin.period_words import period_words
from atagande_plugin.web import kernel
from atagande_plugin.web.followup_figures import shown

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


@dataclass(frozen=True, slots=True)
class Waits:
    """One clinic's quarter, as it is published."""

    clinic: str
    quarter: str
    booked: str
    #: Median days; None where too few stand behind them, or nothing is published.
    offered: int | None
    met: int | None


def _published(agreement: Agreement, half: Half, units: Sequence[Unit]) -> list[Waits]:
    """Return what is published of a half-year's quarters, by clinic."""
    period, today = Period(half.first, half.last), local_date(g.now)
    found = []
    by_quarter = [read(g.session, agreement, one, today=today) for one in period.quarters]
    for unit in units:
        place = Place(unit.organisation_id, unit.id)
        for quarter in by_quarter:
            medians = [quarter.of(measure, place) for measure in (OFFERED_DAYS, MEETING_DAYS)]
            offered, met = (one.value if one is not None else None for one in medians)
            booked = shown(quarter.of(BOOKED, place), quarter.limit)
            words = period_words(quarter.period, g.words)
            found.append(Waits(unit.name, words, booked, offered, met))
    return found


@section.route_for("/vantetider", allow=FOLLOWERS)
def waiting() -> str:
    """Show the clinics' lead times in a half-year, and the visitor's own clinic's."""
    today = local_date(g.now)
    agreement = agreement_in_force(g.session, g.me.association_id, today)
    half = chosen(request.args.get("period", ""))
    units = clinics(g.session, g.me.association_id, today)
    own = next((one for one in units if one.id == g.me.led_unit_id), None)
    return render_template(
        "clinics/lead_times.html",
        half=half,
        halves=halves(),
        rows=_published(agreement, half, units) if agreement else [],
        own=own,
        times=own_times(g.session, own.id, half) if own else None,
        days=REPORT_DAYS,
    )
