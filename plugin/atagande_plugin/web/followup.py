"""Uppföljning: how it stands in a period, for each party, with the trend and what took time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.followup import figures as published
from atagande_agreements.followup import times, trend
from atagande_agreements.followup.overview import Overview, PartyType, Tally, gather
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.status import STATUSES
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_plugin.auth.access import FOLLOWERS, roles
from atagande_plugin.figures import DAYS
from atagande_plugin.period_words import short_words
from atagande_plugin.web import kernel
from atagande_plugin.web.agreement import REASONS
from atagande_plugin.web.chosen import Chosen, choose
from atagande_plugin.web.followup_figures import tables

section = kernel.Section("followup", __name__)

PATH = "/uppfoljning"
#: Those who have reports made.
MAKERS = roles(Role.ADMINISTRATOR, Role.STEERING)
#: Pages whose period can be chosen by two dates.
PAGES = frozenset({PATH, "/matris"})

TYPES = {
    PartyType.ASSOCIATION: N_("Förbundet"),
    PartyType.AGENCY: N_("Myndigheter"),
    PartyType.MUNICIPALITY: N_("Kommuner"),
    PartyType.REGION: N_("Psykiatrin och dess mottagningar"),
}
#: Quarters whose times are shown.
_QUARTERS = 4

#: CSS pixels of a bar; of a trend: how wide a step is, and how high.
SIZE = _BAR, _STEP, _HEIGHT = 160, 12, 28


@dataclass(frozen=True, slots=True)
class Piece:
    """One status in a bar: where it begins and how long it is."""

    status: str
    at: float
    length: float


def bar(tally: Tally, length: int = _BAR) -> list[Piece]:
    """Return the pieces of a bar of a tally, in CSS pixels; none of nothing."""
    whole = sum(tally.values())
    found: list[Piece] = []
    at = 0.0
    for status in STATUSES:
        if number := tally[status.value]:
            size = number * length / whole
            found.append(Piece(status.value, round(at, 2), round(size, 2)))
            at += size
    return found


def columns(trend: Sequence[Tally | None]) -> list[list[Piece]]:
    """Return the standing bars of a trend, each filled from below; empty where there was none."""
    return [
        [
            Piece(one.status, round(_HEIGHT - one.at - one.length, 2), one.length)
            for one in bar(tally, _HEIGHT)
        ]
        if tally is not None
        else []
        for tally in trend
    ]


def read(chosen: Chosen) -> Overview:
    """Gather the overview of the chosen agreement and period."""
    return gather(
        g.session,
        agreement=chosen.agreement,
        version=chosen.version,
        period=chosen.period,
        today=local_date(g.now),
    )


@section.route_for(PATH, allow=FOLLOWERS)
def overview() -> str:
    """Show how it stands in a period."""
    chosen = choose()
    if chosen is None:
        return render_template("agreement/none.html")
    today = local_date(g.now)
    found = read(chosen)
    figures = published.read(g.session, chosen.agreement, chosen.period, today=today)
    steps = [Period.parse(code) for code in found.steps]
    quarters = trend.quarters(chosen.period, since=chosen.agreement.valid_from, today=today)
    quarters = quarters[-_QUARTERS:]
    return render_template(
        "followup/page.html",
        chosen=chosen,
        path=PATH,
        found=found,
        before=chosen.words(chosen.period.before),
        statuses=STATUSES,
        types=TYPES,
        reasons=REASONS,
        heads=[(short_words(one, g.words), chosen.words(one), one.last >= today) for one in steps],
        trends=[("", found.trend), *((one.name, one.trend) for one in found.parties)],
        bar=bar,
        columns=columns,
        size=SIZE,
        ongoing=chosen.period.first <= today < chosen.period.last,
        can_report=MAKERS.allows(g.me.roles),
        times=times.times(g.session, chosen.agreement.id, quarters),
        quarters=[(short_words(one, g.words), chosen.words(one)) for one in quarters],
        days=DAYS,
        tables=tables(figures),
        awaited=[chosen.words(one) for one in figures.awaited if one.last < today],
        judged=found.obligations - found.tally["not_assessable"],
        titles={one.key: one for one in found.commitments},
        day_of=date.fromisoformat,
    )


@section.route_for(f"{PATH}/datum", allow=FOLLOWERS)
def dates() -> Any:
    """Go on to a page with a period of two dates, or show what is wrong with them."""
    chosen = choose()
    if chosen is None:
        return render_template("agreement/none.html")
    page = request.args.get("sida", PATH)
    page = page if page in PAGES else PATH
    errors: dict[str, str] = {}
    days = {}
    for name, message in (
        ("fran", N_("Skriv första dagen som ÅÅÅÅ-MM-DD.")),
        ("till", N_("Skriv sista dagen som ÅÅÅÅ-MM-DD.")),
    ):
        try:
            days[name] = date.fromisoformat(request.args.get(name, ""))
        except ValueError:
            errors[name] = g.words.text(message)
    if not errors:
        first, last = days["fran"], days["till"]
        if last < first:
            errors["till"] = g.words.text(
                N_("Sista dagen är före den första. Byt plats på dem eller rätta datumen.")
            )
        else:
            errors = _outside(chosen, first, last)
    if not errors:
        code = Period(days["fran"], days["till"]).code
        status = request.args.get("status") or None
        return redirect(chosen.link(page, period=code, status=status), 303)
    asked = bool(request.args.get("fran") or request.args.get("till"))
    shown = render_template(
        "followup/dates.html",
        chosen=chosen,
        page=page,
        errors=errors if asked else {},
        first=request.args.get("fran", ""),
        last=request.args.get("till", ""),
    )
    return (shown, 400) if asked else shown


def _outside(chosen: Chosen, first: date, last: date) -> dict[str, str]:
    """Return what is wrong with days that there can be nothing of."""
    span = chosen.span
    text = N_("Välj dagar från och med %(first)s till och med %(last)s.")
    words = g.words.text(text, {"first": span.first, "last": span.last})
    return {name: words for name, day in (("fran", first), ("till", last)) if day not in span}
