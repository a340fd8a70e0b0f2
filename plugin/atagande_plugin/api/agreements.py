"""Agreements, their clauses and parameters."""

from typing import TYPE_CHECKING

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments import queries
from atagande_agreements.commitments.models import (
    Commitment,
    CommitmentParameter,
    Parameter,
    ParameterDecision,
)
from atagande_agreements.commitments.verbs import decide_parameter
from atagande_agreements.errors import NotFound
from atagande_plugin.api import shapes
from atagande_plugin.api.common import found, part, part_of, party
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.web.acting import myself

if TYPE_CHECKING:
    from atagande_plugin.forms.agreement import DecideParameter


def chosen(key: str) -> queries.InForce:
    """Return the association's agreement with this key; raise NotFound if there is none."""
    all_ = queries.agreements(g.session, g.me.association_id, local_date(g.now))
    return found(next((one for one in all_ if one.agreement.key == key), None))


def _facts(one: queries.InForce) -> dict[str, object]:
    agreement = one.agreement
    return {
        "id": agreement.id,
        "key": agreement.key,
        "title": agreement.title,
        "valid_from": agreement.valid_from,
        "valid_to": agreement.valid_to,
        "version": one.version.number,
    }


def listed(asked: Page) -> shapes.AgreementList:
    """Return the agreements."""
    all_ = queries.agreements(g.session, g.me.association_id, local_date(g.now))
    by_id = {one.agreement.id: one for one in all_}
    rows, following = part_of([one.agreement for one in all_], asked)
    return shapes.AgreementList(
        items=[shapes.AgreementLine.model_validate(_facts(by_id[one.id])) for one in rows],
        next=following,
    )


def one(key: str) -> shapes.AgreementWhole:
    """Return one agreement with its parts."""
    known = chosen(key)
    agreement, version = known.agreement, known.version
    sections = queries.sections(g.session, version.id)
    annexes = queries.annexes(g.session, version.id)
    parameters = queries.parameters(g.session, agreement.id)
    return shapes.AgreementWhole.model_validate(
        _facts(known)
        | {
            "target_group": agreement.target_group,
            "target_group_en": agreement.target_group_en,
            "steering_group": agreement.steering_name,
            "steering_from": agreement.steering_from,
            "source": agreement.source,
            "parties": [
                party(one.organisation, None) for one in queries.signatories(g.session, version.id)
            ],
            "sections": [
                shapes.AgreementSection(
                    key=one.key,
                    title=one.title,
                    title_en=one.title_en,
                    missing=one.missing,
                    missing_en=one.missing_en,
                )
                for one in sections
            ],
            "annexes": [
                shapes.AgreementAnnex(key=one.key, title=one.title, title_en=one.title_en)
                for one in annexes
            ],
            "commitments": len(queries.commitments(g.session, version.id)),
            "obligations": queries.count_obligations(g.session, agreement.id, local_date(g.now)),
            "undecided_parameters": sum(queries.is_undecided(one) for one in parameters),
        }
    )


def commitments(key: str, asked: Page) -> shapes.CommitmentList:
    """Return clauses of the version in force."""
    rows, following = part(
        select(Commitment)
        .where(Commitment.version_id == chosen(key).version.id)
        .options(
            joinedload(Commitment.section),
            selectinload(Commitment.uses).joinedload(CommitmentParameter.parameter),
        ),
        Commitment.id,
        asked,
    )
    return shapes.CommitmentList(items=[_clause(row) for row in rows], next=following)


def _clause(row: Commitment) -> shapes.CommitmentLine:
    uses = sorted(row.uses, key=lambda use: use.parameter.position or 0)
    return shapes.CommitmentLine(
        id=row.id,
        key=row.key,
        section=row.section.key,
        paragraph=row.paragraph,
        title=row.title,
        title_en=row.title_en,
        text=row.text,
        text_en=row.text_en,
        force=row.force,
        obliged=row.obliged.split(),
        rule=row.rule,
        subject=row.subject,
        on_miss=row.on_miss,
        reporter=row.reporter,
        rule_text=row.rule_text,
        rule_text_en=row.rule_text_en,
        parameters=[use.parameter.key for use in uses if use.judges],
        guidance=[use.parameter.key for use in uses if not use.judges],
    )


def parameters(key: str, asked: Page) -> shapes.ParameterList:
    """Return the parameters with their decisions."""
    all_ = queries.parameters(g.session, chosen(key).agreement.id)
    rows, following = part_of(all_, asked)
    return shapes.ParameterList(items=[_parameter(row) for row in rows], next=following)


def _decided(row: ParameterDecision) -> shapes.ParameterDecided:
    return shapes.ParameterDecided(
        id=row.id,
        value=row.value,
        valid_from=row.valid_from,
        paragraph=row.decision.paragraph,
        decided_on=row.decision.decided_on,
        recorded_at=row.decision.recorded_at,
    )


def _parameter(row: Parameter) -> shapes.ParameterLine:
    now = queries.in_force(row, local_date(g.now))
    return shapes.ParameterLine(
        id=row.id,
        key=row.key,
        label=row.label,
        label_en=row.label_en,
        unit=row.unit,
        proposal=row.proposal,
        minimum=row.minimum,
        maximum=row.maximum,
        value=now.value if now else None,
        decisions=[_decided(one) for one in row.decisions],
    )


def _known(key: str, parameter: str) -> Parameter:
    row = queries.parameter(g.session, chosen(key).agreement.id, parameter)
    if row is None or row.position is None:
        raise NotFound
    return row


def parameter_one(key: str, parameter: str) -> shapes.ParameterLine:
    """Return one parameter."""
    return _parameter(_known(key, parameter))


def decide(key: str, parameter: str, form: "DecideParameter") -> tuple[shapes.ParameterLine, str]:
    """Record a decision about a parameter and return it as it now stands."""
    row = _known(key, parameter)
    decide_parameter(
        g.session,
        parameter=row,
        value=form.value,
        valid_from=form.valid_from,
        decided_on=form.decided_on,
        paragraph=form.paragraph,
        person=myself(),
        now=g.now,
    )
    g.session.expire(row, ["decisions"])
    return _parameter(_known(key, parameter)), f"/agreements/{key}/parameters/{parameter}"
