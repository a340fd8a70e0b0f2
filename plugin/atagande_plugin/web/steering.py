"""The steering group's page: what to decide, what to follow, what was decided."""

from flask import g, render_template

from atagande_agreements.civil_time import local_date
from atagande_agreements.deviations.models import DeviationState
from atagande_agreements.deviations.queries import counts, in_state
from atagande_agreements.parties.queries import organisation_names
from atagande_agreements.steering import queries
from atagande_calendar.meetings import lifted
from atagande_plugin.auth.access import STEERING
from atagande_plugin.web import attendance, kernel
from atagande_plugin.web.deviations import row_of
from atagande_plugin.web.paging import page_number, pages_of

section = kernel.Section("steering", __name__)
#: Decisions on one page of the register.
PAGE_SIZE = 25


@section.route_for("/styrgruppen", allow=STEERING)
def overview() -> str:
    """Show the group's page."""
    association_id = g.me.association_id
    today = local_date(g.now)
    numbers = counts(g.session, association_id)
    unclosed = sum(numbers.values()) - numbers[DeviationState.CLOSED]
    # Those with a reply first, so that none is left out however many wait for theirs.
    rows = [
        row_of(one, today)
        for state in (DeviationState.REPLIED, DeviationState.OPEN)
        for one in in_state(g.session, association_id, state)
    ]
    page = page_number()
    decisions, total = queries.register(
        g.session, association_id, size=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    deviating, obligations = queries.standing(g.session, association_id, today)
    issues, issues_total = lifted.latest(g.session, association_id, size=attendance.LATEST)
    return render_template(
        "steering/page.html",
        lifted=issues,
        lifted_total=issues_total,
        to_decide=[one for one in rows if one.turn in {"decision", "late", "kept"}],
        to_follow=[one for one in rows if one.turn in {"reply", "undecided"}],
        left_out=unclosed - len(rows),
        organisations=organisation_names(g.session, association_id),
        undecided=queries.undecided(g.session, association_id),
        deviating=deviating,
        obligations=obligations,
        decisions=decisions,
        page=page,
        pages=pages_of(total, PAGE_SIZE),
    )
