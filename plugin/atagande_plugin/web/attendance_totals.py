"""Uppföljning Finsam: meetings held and how many took part, on screen and as CSV."""

from flask import Response, g, render_template, request

from atagande_agreements.civil_time import FIRST_YEAR, LAST_YEAR, local_date
from atagande_calendar.meetings import totals
from atagande_plugin.auth.access import FOLLOWERS
from atagande_plugin.csv_safe import as_csv
from atagande_plugin.web import kernel
from atagande_plugin.web.meetings import KINDS

section = kernel.Section("attendance_totals", __name__)


def _year() -> int:
    """Return the calendar year that the address asks for; this year, if none."""
    this = local_date(g.now).year
    return min(max(request.args.get("ar", this, type=int), FIRST_YEAR), LAST_YEAR)


@section.route_for("/moten/narvaro", allow=FOLLOWERS)
def attendance_totals() -> str:
    """Show how many meetings were held in a year, and how many came from each party."""
    year = _year()
    return render_template(
        "attendance/totals.html",
        year=year,
        years=totals.years(g.session, g.me.association_id, local_date(g.now).year),
        held=totals.held(g.session, g.me.association_id, year),
        participants=totals.participants(g.session, g.me.association_id, year),
        kinds=KINDS,
    )


@section.route_for("/moten/narvaro.csv", allow=FOLLOWERS)
def attendance_csv() -> Response:
    """Give the same as CSV, as Swedish spreadsheets read it."""
    year = _year()
    held = totals.held(g.session, g.me.association_id, year)
    rows: list[tuple[object, ...]] = [
        ("Period", "Slag av möte", "Hållna möten", "Part", "Möten med parten", "Deltagare")
    ]
    rows += [(year, KINDS[kind], number, "", "", "") for kind, number in held.items()]
    rows += [
        (year, KINDS[one.kind], held[one.kind], one.organisation, one.meetings, one.people)
        for one in totals.participants(g.session, g.me.association_id, year)
    ]
    response = Response(as_csv(rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="narvaro-{year}.csv"'
    return response
