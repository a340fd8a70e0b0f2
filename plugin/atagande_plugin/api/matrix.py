"""The matrix: the same figures as the page, from the same queries."""

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import InForce
from atagande_agreements.errors import NotFound
from atagande_agreements.followup import queries
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.status import tally
from atagande_plugin.api import shapes
from atagande_plugin.api.agreements import chosen
from atagande_plugin.forms.api_lists import Followed
from atagande_plugin.web.occurrences import number_shown


def period_of(known: InForce, asked: Followed) -> Period:
    """Return the period that is asked for; raise NotFound if there can be nothing of it."""
    this = local_date(g.now).year
    begins = known.agreement.valid_from.year
    period = Period.parse(asked.period) if asked.period else Period.of_year(max(this, begins))
    if not begins <= period.first.year <= period.last.year <= max(this + 1, begins):
        raise NotFound(field="period")
    return period


def matrix(key: str, asked: Followed) -> shapes.Matrix:
    """Return how every obligation stands in a period."""
    known = chosen(key)
    period = period_of(known, asked)
    version = known.version.id
    clauses = queries.clauses(g.session, version, period)
    duties = queries.duties(
        g.session,
        agreement_id=known.agreement.id,
        version_id=version,
        period=period,
        judged=queries.judged_of(clauses),
    )
    parties = queries.parties(g.session, version, period)
    organisations = {one.organisation_id: one.key for one in parties if one.unit_id is None}
    deviations = queries.open_deviations(g.session, known.agreement.id, local_date(g.now))
    rows = []
    for clause in clauses:
        cells = []
        for party in parties:
            place = (clause.key, party.organisation_id, party.unit_id)
            standing = duties.standings.get(place)
            if standing is None:
                continue
            shows = number_shown(clause.rule, party)
            cells.append(
                shapes.MatrixCell(
                    party=shapes.Party(
                        organisation=organisations[party.organisation_id],
                        unit=party.key if party.unit_id is not None else None,
                        name=party.name,
                    ),
                    status=standing.status,
                    met=standing.met if shows else None,
                    due=standing.due if shows else None,
                    reason=standing.reason,
                    open_deviations=sum(
                        deviations.by_obligation.get(one, 0) for one in duties.ids[place]
                    ),
                )
            )
        rows.append(
            shapes.MatrixRow(
                commitment=clause.key, title=clause.title, title_en=clause.title_en, cells=cells
            )
        )
    return shapes.Matrix(
        agreement=key,
        period=period.code,
        obligations=len(duties.standings),
        counts=tally(duties.standings.values()),
        rows=rows,
    )
