"""Competence: a chief's reports, and how the parties stand. Counts only."""

from typing import TYPE_CHECKING

from flask import g
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from atagande_agreements.civil_time import local_date
from atagande_agreements.competence import queries
from atagande_agreements.competence.counts import Numbers, Training
from atagande_agreements.competence.models import CompetenceReport
from atagande_agreements.competence.places import Place, places_for
from atagande_agreements.competence.verbs import report_competence
from atagande_agreements.errors import NotFound
from atagande_plugin.api import competence_shapes as shapes
from atagande_plugin.api.common import found, part, part_of, party
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.web.acting import agreement_now, myself

if TYPE_CHECKING:
    from atagande_plugin.forms.competence import NewReport


def _own() -> dict[tuple[int, int | None], Place]:
    """Return the caller's places by organisation and unit."""
    places = places_for(g.session, myself(), local_date(g.now))
    return {place.ids: place for place in places}


def _theirs(places: dict[tuple[int, int | None], Place]) -> Select[CompetenceReport]:
    """Select the reports of some places of one organisation."""
    units = [unit_id for _, unit_id in places if unit_id is not None]
    whole = [CompetenceReport.unit_id.is_(None)] if any(unit is None for _, unit in places) else []
    return (
        select(CompetenceReport)
        .where(
            CompetenceReport.organisation_id == g.me.organisation_id,
            CompetenceReport.association_id == g.me.association_id,
            or_(CompetenceReport.unit_id.in_(units), *whole),
        )
        .options(
            selectinload(CompetenceReport.trainings),
            joinedload(CompetenceReport.organisation),
            joinedload(CompetenceReport.unit),
        )
    )


def _shape(report: CompetenceReport, place: Place) -> shapes.Report:
    return shapes.Report(
        id=report.id,
        place=place.key,
        party=party(report.organisation, report.unit),
        subject=report.subject,
        number=report.number,
        as_of=report.as_of,
        staff=report.staff,
        trained=[
            shapes.TrainedLine(trained_on=one.trained_on, people=one.people)
            for one in report.trainings
        ],
        reported_at=report.reported_at,
    )


def listed(asked: Page) -> shapes.ReportList:
    """Return the reports of the caller's places."""
    places = _own()
    rows, following = part(_theirs(places), CompetenceReport.id, asked)
    items = [_shape(one, places[one.organisation_id, one.unit_id]) for one in rows]
    return shapes.ReportList(items=items, next=following)


def one(number: int) -> shapes.Report:
    """Return one report of the caller's places."""
    places = _own()
    report = found(g.session.scalar(_theirs(places).where(CompetenceReport.id == number)))
    return _shape(report, places[report.organisation_id, report.unit_id])


def report(form: "NewReport") -> tuple[shapes.Report, str]:
    """File a report."""
    agreement = found(agreement_now())
    places = {place.key: place for place in _own().values()}
    if form.place not in places:
        raise NotFound(field="place")
    made = report_competence(
        g.session,
        agreement=agreement,
        place=places[form.place],
        subject=form.subject,
        as_of=form.as_of,
        numbers=Numbers(
            form.staff, tuple(Training(row.trained_on, row.people) for row in form.trained)
        ),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return one(made.id), f"/competence/reports/{made.id}"


def shares(asked: Page) -> shapes.ShareList:
    """Return how the parties stand, a commitment of a party at a time."""
    agreement, today = agreement_now(), local_date(g.now)
    if agreement is None:
        return shapes.ShareList(items=[], next=None)
    clauses = queries.commitments(g.session, agreement.id)
    lines = queries.lines(g.session, clauses, today, g.me)
    duties = list({line.duty.id: line.duty for line in lines}.values())
    shown, following = part_of(duties, asked)
    wanted = {duty.id for duty in shown}
    part_lines = [line for line in lines if line.duty.id in wanted]
    counts = queries.counts(g.session, agreement.id, part_lines, today)
    return shapes.ShareList(
        items=[
            _share([counts[line.spot] for line in part_lines if line.duty.id == duty.id])
            for duty in shown
        ],
        next=following,
    )


def _share(counts: list[queries.Count]) -> shapes.Share:
    first = counts[0]
    line, judged = first.line, first.occurrence
    return shapes.Share(
        id=line.duty.id,
        commitment=line.commitment.key,
        organisation=line.place.organisation.key,
        subject=line.commitment.subject,
        required_share=first.demand.share,
        valid_months=first.demand.months,
        status=judged.status if judged else None,
        counted=judged.counted if judged else None,
        total=judged.total if judged else None,
        places=[_place(one) for one in counts],
    )


def _place(count: queries.Count) -> shapes.PlaceShare:
    place, report = count.line.place, count.standing.report
    return shapes.PlaceShare(
        place=place.key,
        party=party(place.organisation, place.unit),
        staff=report.staff if report else None,
        valid=count.valid,
        share=count.share,
        as_of=report.as_of if report else None,
        version=count.standing.version,
        soon=[shapes.TrainedLine(trained_on=day, people=people) for day, people in count.soon],
    )
