"""A party's page: what it promised, what is asked of it now, what comes, and how it has gone."""

from dataclasses import dataclass
from typing import Any

from flask import g, render_template

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import Commitment
from atagande_agreements.deviations.models import reference
from atagande_agreements.deviations.queries import measures_of
from atagande_agreements.errors import NotFound
from atagande_agreements.followup import party as queries
from atagande_agreements.followup import queries as followup
from atagande_agreements.followup.cases import CASE_RULES
from atagande_agreements.followup.status import STATUSES, Standing, tally
from atagande_plugin.auth.access import FOLLOWERS
from atagande_plugin.web import kernel
from atagande_plugin.web.agreement import REASONS
from atagande_plugin.web.chosen import choose
from atagande_plugin.web.occurrences import (
    Owes,
    cases_shown,
    event_of,
    number_shown,
    place_of,
)

section = kernel.Section("party", __name__)

#: How far ahead the page looks, in calendar days.
DAYS = 90
#: Measures that are listed one by one.
MOST_MEASURES = 20


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment that the party owes, with how it stands."""

    commitment: Commitment
    #: The unit that owes it, when it is a unit's own.
    unit: str
    part: str
    standing: Standing
    #: Whether the visitor sees how many occurrences were due, and kept.
    has_number: bool


@section.route_for("/parter/<key>", allow=FOLLOWERS)
def party_page(key: str) -> str:
    """Show one party, or one of its units."""
    chosen = choose()
    found = queries.party(g.session, g.me.association_id, key)
    if chosen is None or found is None:
        raise NotFound
    organisation, unit = found
    today = local_date(g.now)
    whose: dict[str, Any] = {
        "association_id": g.me.association_id,
        "organisation_id": organisation.id,
        "unit_id": unit.id if unit else None,
    }
    asked = queries.expected(g.session, **whose, now=g.now, today=today, days=DAYS)
    expected = [
        one
        for one in asked
        if one.rule not in CASE_RULES or cases_shown(Owes(organisation.id, one.unit_id))
    ]
    commitments = queries.owes(g.session, chosen.version.id, organisation.id)
    clauses = followup.clauses(g.session, chosen.version.id, chosen.period)
    duties = followup.duties(
        g.session,
        agreement_id=chosen.agreement.id,
        version_id=chosen.version.id,
        period=chosen.period,
        judged=followup.judged_of(clauses),
        organisation_id=organisation.id,
    )
    units = {
        one.unit_id: one
        for one in followup.parties(g.session, chosen.version.id, chosen.period)
        if one.organisation_id == organisation.id
    }
    promises = [
        Promise(
            commitment,
            units[unit_id].name if unit_id is not None and unit is None else "",
            units[unit_id].key if unit_id in units else organisation.key,
            standing,
            number_shown(commitment.rule, Owes(organisation.id, unit_id)),
        )
        for commitment in commitments
        for (clause, _, unit_id), standing in duties.standings.items()
        if clause == commitment.key
        and (unit_id in units or unit_id is None)
        and (unit is None or unit_id in {None, unit.id})
    ]
    own_promises = [one for one in promises if one.part == (unit or organisation).key]
    return render_template(
        "party/page.html",
        chosen=chosen,
        organisation=organisation,
        unit=unit,
        units=[one for one in units.values() if one.unit_id is not None],
        promises=promises,
        counts=tally(one.standing for one in promises),
        own_promises=own_promises,
        own_counts=tally(one.standing for one in own_promises),
        statuses=STATUSES,
        reasons=REASONS,
        awaiting=[one for one in expected if one.is_awaited(today)],
        coming=[one for one in expected if not one.is_awaited(today)],
        deviations=queries.open_deviations(g.session, **whose),
        measures=measures_of(g.session, **whose, limit=MOST_MEASURES),
        # Said whether there is a case or not, so that it tells of none.
        withheld=any(one.rule in CASE_RULES for one in commitments)
        and not cases_shown(Owes(organisation.id, unit.id if unit else None)),
        days=DAYS,
        event_of=event_of,
        place_of=place_of,
        own=g.me.organisation_id == organisation.id,
        reference=reference,
    )
