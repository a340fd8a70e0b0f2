"""The queries behind an archive's lists, in the order of their columns.

None tells of a single case: see `sheets`.
"""

from typing import Any

from sqlalchemy import and_, case, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from atagande_agreements.commitments.models import (
    Commitment,
    Obligation,
    Occurrence,
    Parameter,
    ParameterDecision,
)
from atagande_agreements.deviations.models import Deviation, DeviationStep, Measure, StepKind
from atagande_agreements.documents.models import DocumentVersion
from atagande_agreements.followup.cases import CASE_ORIGINS
from atagande_agreements.followup.figures_models import PublishedFigure
from atagande_agreements.ladder.models import LadderDecision
from atagande_agreements.parties.models import Organisation, Person, RoleGrant, Unit
from atagande_agreements.parties.queries import is_party
from atagande_agreements.register.models import Agreement
from atagande_agreements.reports.models import Report, ReportFile, ReportState
from atagande_agreements.retention.models import RetentionHold, RetentionRule
from atagande_agreements.steering.models import Decision
from atagande_calendar.meetings.attendance import LiftedIssue, MeetingAttendance
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.steering.models import Dissent, MeetingDecision, Minutes

#: Steps that come with the evidence of what was missed.
OF_EVIDENCE = (StepKind.EVIDENCE, StepKind.WITHDRAWN, StepKind.RESTORED)


def of_case() -> Any:
    """Return the condition that an occurrence arose from a single case."""
    return or_(*(Occurrence.origin.startswith(one, autoescape=True) for one in CASE_ORIGINS))


_Unit, _Body = aliased(Unit), aliased(Organisation)


def decisions(agreement_id: int) -> Any:
    """Return the register of decisions."""
    return (
        select(
            Decision.id,
            Decision.kind,
            Decision.paragraph,
            Decision.diary_number,
            Decision.decided_on,
            MeetingDecision.met_on,
            Decision.note,
            Person.title,
            Decision.recorded_at,
        )
        .join(Person, Person.id == Decision.recorded_by_id)
        .outerjoin(MeetingDecision, MeetingDecision.decision_id == Decision.id)
        .where(Decision.agreement_id == agreement_id)
        .order_by(Decision.id)
    )


def dissents(agreement_id: int) -> Any:
    """Return what parties wanted said about decisions."""
    return (
        select(Dissent.decision_id, Organisation.name, Dissent.text, Dissent.recorded_at)
        .join(Decision, Decision.id == Dissent.decision_id)
        .join(Organisation, Organisation.id == Dissent.organisation_id)
        .where(Decision.agreement_id == agreement_id)
        .order_by(Dissent.id)
    )


def parameters(agreement_id: int) -> Any:
    """Return decisions on parameters."""
    return (
        select(
            Parameter.key,
            Parameter.label,
            ParameterDecision.value,
            Parameter.unit,
            ParameterDecision.valid_from,
            ParameterDecision.decision_id,
        )
        .join(Parameter, Parameter.id == ParameterDecision.parameter_id)
        .where(Parameter.agreement_id == agreement_id)
        .order_by(ParameterDecision.id)
    )


def ladder(agreement_id: int) -> Any:
    """Return decisions on the ladder's steps."""
    return (
        select(
            LadderDecision.rung,
            LadderDecision.is_used,
            LadderDecision.days,
            LadderDecision.text,
            LadderDecision.valid_from,
            LadderDecision.decision_id,
        )
        .where(LadderDecision.agreement_id == agreement_id)
        .order_by(LadderDecision.id)
    )


def minutes(agreement_id: int) -> Any:
    """Return minutes that are fixed."""
    return (
        select(
            Minutes.id,
            Meeting.title,
            Meeting.starts_at,
            Minutes.number,
            Minutes.reason,
            Minutes.fixed_on,
            Minutes.fixed_function,
            Minutes.diary_number,
            Minutes.digest,
            Minutes.content,
        )
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .where(Meeting.agreement_id == agreement_id, Minutes.fixed_at.is_not(None))
        .order_by(Minutes.id)
    )


def reports(agreement_id: int) -> Any:
    """Return the files of issued reports."""
    return (
        select(
            Report.id,
            Report.title,
            Report.first_on,
            Report.last_on,
            Report.language,
            Report.diary_number,
            Report.issued_at,
            ReportFile.format,
            ReportFile.size,
            ReportFile.sha256,
        )
        .join(ReportFile, ReportFile.report_id == Report.id)
        .where(Report.agreement_id == agreement_id, Report.state == ReportState.ISSUED)
        .order_by(Report.id, ReportFile.format)
    )


def documents(agreement_id: int) -> Any:
    """Return documents in every version."""
    return (
        select(
            DocumentVersion.document,
            DocumentVersion.number,
            DocumentVersion.title,
            DocumentVersion.published_on,
            DocumentVersion.link,
            DocumentVersion.text,
        )
        .where(DocumentVersion.agreement_id == agreement_id)
        .order_by(DocumentVersion.document, DocumentVersion.number)
    )


def _owed(query: Any, agreement_id: int) -> Any:
    """Join what owes and the clause to a query of occurrences."""
    return (
        query.join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(_Body, _Body.id == Obligation.organisation_id)
        .outerjoin(_Unit, _Unit.id == Obligation.unit_id)
        .where(Occurrence.agreement_id == agreement_id)
    )


def verdicts(agreement_id: int) -> Any:
    """Return how every occurrence was judged, but those of single cases."""
    query = select(
        Occurrence.id,
        Commitment.key,
        _Body.name,
        _Unit.name,
        Occurrence.event_on,
        Occurrence.due_on,
        Occurrence.kept_on,
        Occurrence.status,
        ParameterDecision.decision_id,
    ).outerjoin(ParameterDecision, ParameterDecision.id == Occurrence.parameter_decision_id)
    return _owed(query, agreement_id).where(~of_case()).order_by(Occurrence.id)


def deviations(agreement_id: int) -> Any:
    """Return deviations; those of single cases without their dates."""
    query = select(
        Deviation.id,
        Commitment.key,
        _Body.name,
        _Unit.name,
        case((of_case(), None), else_=Occurrence.event_on),
        case((of_case(), True), else_=False),
        Deviation.state,
        Deviation.ending,
        Deviation.rung,
        case((of_case(), None), else_=Deviation.opened_at),
        Deviation.merged_into_id,
    ).join(Deviation, Deviation.occurrence_id == Occurrence.id)
    return _owed(query, agreement_id).order_by(Deviation.id)


def steps(agreement_id: int) -> Any:
    """Return the steps of deviations; those of single cases without free text.

    Nor is there the day that evidence came: it is the case's own.
    """
    return (
        select(
            DeviationStep.deviation_id,
            DeviationStep.number,
            DeviationStep.kind,
            case(
                (and_(of_case(), DeviationStep.kind.in_(OF_EVIDENCE)), None),
                else_=DeviationStep.at,
            ),
            Person.title,
            case((of_case(), ""), else_=DeviationStep.text),
            DeviationStep.decision_id,
        )
        .join(Deviation, Deviation.id == DeviationStep.deviation_id)
        .join(Occurrence, Occurrence.id == Deviation.occurrence_id)
        .outerjoin(Person, Person.id == DeviationStep.person_id)
        .where(Deviation.agreement_id == agreement_id)
        .order_by(DeviationStep.deviation_id, DeviationStep.number)
    )


def measures(agreement_id: int) -> Any:
    """Return measures; those of single cases without free text."""
    return (
        select(
            Measure.deviation_id,
            Organisation.name,
            Unit.name,
            case((of_case(), ""), else_=Measure.text),
            Measure.due_on,
            Measure.done_on,
            case((of_case(), ""), else_=Measure.done_text),
            Measure.decision_id,
        )
        .join(Deviation, Deviation.id == Measure.deviation_id)
        .join(Occurrence, Occurrence.id == Deviation.occurrence_id)
        .join(Organisation, Organisation.id == Measure.organisation_id)
        .outerjoin(Unit, Unit.id == Measure.unit_id)
        .where(Deviation.agreement_id == agreement_id)
        .order_by(Measure.id)
    )


def figures(agreement_id: int) -> Any:
    """Return figures of cases as they were published."""
    return (
        select(
            PublishedFigure.group,
            PublishedFigure.measure,
            PublishedFigure.kind,
            _Body.name,
            _Unit.name,
            PublishedFigure.sex,
            PublishedFigure.first_on,
            PublishedFigure.last_on,
            PublishedFigure.version,
            PublishedFigure.value,
            PublishedFigure.published_at,
        )
        .join(_Body, _Body.id == PublishedFigure.organisation_id)
        .outerjoin(_Unit, _Unit.id == PublishedFigure.unit_id)
        .where(PublishedFigure.agreement_id == agreement_id)
        .order_by(PublishedFigure.id)
    )


def meetings(agreement_id: int) -> Any:
    """Return meetings but SIP."""
    return (
        select(
            Meeting.id,
            Meeting.kind,
            Meeting.state,
            Meeting.title,
            Meeting.starts_at,
            Meeting.minutes,
            Meeting.place,
            Organisation.name,
            Meeting.agenda,
        )
        .join(Organisation, Organisation.id == Meeting.organisation_id)
        .where(Meeting.agreement_id == agreement_id, Meeting.kind != MeetingKind.SIP)
        .order_by(Meeting.id)
    )


def attendance(agreement_id: int) -> Any:
    """Return which parties were at meetings."""
    return (
        select(
            MeetingAttendance.meeting_id,
            Organisation.name,
            Unit.name,
            MeetingAttendance.presence,
            MeetingAttendance.people,
        )
        .join(Meeting, Meeting.id == MeetingAttendance.meeting_id)
        .join(Organisation, Organisation.id == MeetingAttendance.organisation_id)
        .outerjoin(Unit, Unit.id == MeetingAttendance.unit_id)
        .where(Meeting.agreement_id == agreement_id, Meeting.kind != MeetingKind.SIP)
        .order_by(MeetingAttendance.id)
    )


def issues(agreement_id: int) -> Any:
    """Return issues that meetings lifted."""
    return (
        select(LiftedIssue.meeting_id, Organisation.name, LiftedIssue.lifted_on, LiftedIssue.text)
        .join(Meeting, Meeting.id == LiftedIssue.meeting_id)
        .outerjoin(Organisation, Organisation.id == LiftedIssue.organisation_id)
        .where(Meeting.agreement_id == agreement_id, Meeting.kind != MeetingKind.SIP)
        .order_by(LiftedIssue.id)
    )


def retention(agreement_id: int) -> Any:
    """Return rules and exceptions as decided, under this agreement."""
    mine = Decision.agreement_id == agreement_id
    rules = (
        select(
            literal("regel"),
            RetentionRule.kind,
            RetentionRule.months,
            null(),
            RetentionRule.valid_from,
            RetentionRule.decision_id,
        )
        .join(Decision, Decision.id == RetentionRule.decision_id)
        .where(mine)
    )
    holds = (
        select(
            literal("undantag"),
            RetentionHold.kind,
            null(),
            RetentionHold.until,
            RetentionHold.valid_from,
            RetentionHold.decision_id,
        )
        .join(Decision, Decision.id == RetentionHold.decision_id)
        .where(mine)
    )
    return rules.union_all(holds).order_by("decision_id")


def parties(association_id: int) -> Any:
    """Return parties and their units."""
    return (
        select(
            Organisation.key,
            Organisation.name,
            Unit.key,
            Unit.name,
            func.coalesce(Unit.valid_from, Organisation.valid_from),
            func.coalesce(Unit.valid_to, Organisation.valid_to),
        )
        .outerjoin(Unit, Unit.organisation_id == Organisation.id)
        .where(Organisation.association_id == association_id, is_party())
        .order_by(Organisation.position, Organisation.id, Unit.position, Unit.id)
    )


def people(association_id: int) -> Any:
    """Return people by function; no name and no address, and nobody of clinics outside."""
    return (
        select(
            *(Person.id, Person.title, Organisation.name, Unit.name),
            *(RoleGrant.role, Person.active),
        )
        .join(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.association_id == association_id, is_party())
        .order_by(Person.id, RoleGrant.role)
    )


def agreements(association_id: int) -> Any:
    """Return the agreements."""
    return (
        select(
            Agreement.key,
            Agreement.title,
            Agreement.valid_from,
            Agreement.valid_to,
            Agreement.steering_name,
        )
        .where(Agreement.association_id == association_id)
        .order_by(Agreement.id)
    )
