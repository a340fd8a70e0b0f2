"""The referrals' figures: by Arbetsförmedlingen that gets them, and by municipality."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import working_days_between
from atagande_agreements.commitments.models import Commitment, Obligation
from atagande_agreements.followup.figures import Days, Source
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import Atom, Group, Key, Place, Side, Split
from atagande_agreements.referrals.evidence import CONTACT, counted
from atagande_agreements.referrals.models import Assessment, AttendedBy, Referral

#: Referred to Arbetsförmedlingen, and how far each has come (AF1-AF3).
REFERRED = "referrals"
CONTACTED, NOT_CONTACTED = "referrals_contacted", "referrals_not_contacted"
ASSESSED, NOT_ASSESSED = "referrals_assessed", "referrals_not_assessed"
SUITS, REFERRED_ON = "referrals_suits", "referrals_referred_on"
PLANNED, NOT_PLANNED = "referrals_planned", "referrals_not_planned"
#: Working days from step to step.
CONTACT_DAYS, ASSESSMENT_DAYS, PLAN_DAYS = "contact_days", "assessment_days", "plan_days"
#: Referred by a municipality; with a joint first meeting, and the municipality there (K5).
MADE = "referrals_made"
MET, NOT_MET = "first_meetings", "no_first_meeting"
ATTENDED, NOT_ATTENDED = "first_meetings_attended", "first_meetings_not_attended"

GROUP = Group(
    "referrals",
    Side(
        REFERRED,
        (
            Split(Key(REFERRED), (Key(CONTACTED), Key(NOT_CONTACTED))),
            Split(Key(CONTACTED), (Key(ASSESSED), Key(NOT_ASSESSED))),
            Split(Key(ASSESSED), (Key(SUITS), Key(REFERRED_ON))),
            Split(Key(SUITS), (Key(PLANNED), Key(NOT_PLANNED))),
        ),
    ),
    Side(
        MADE,
        (
            Split(Key(MADE), (Key(MET), Key(NOT_MET))),
            Split(Key(MET), (Key(ATTENDED), Key(NOT_ATTENDED)), is_judged=True),
        ),
    ),
)


def _steps(one: Referral) -> Iterator[str]:
    yield REFERRED
    yield CONTACTED if one.contacted_on is not None else NOT_CONTACTED
    if one.contacted_on is not None:
        yield ASSESSED if one.assessed_on is not None else NOT_ASSESSED
    if one.assessment is not None:
        yield SUITS if one.assessment is Assessment.SUITS else REFERRED_ON
    if one.assessment is Assessment.SUITS:
        yield PLANNED if one.planned_on is not None else NOT_PLANNED


def _meetings(one: Referral) -> Iterator[str]:
    yield MADE
    counts = counted(one)
    yield MET if counts.meeting_on is not None else NOT_MET
    if counts.meeting_on is not None:
        came = counts.attended_by not in {None, AttendedBy.NOBODY}
        yield ATTENDED if came else NOT_ATTENDED


def _referred(session: Session, agreement_id: int, first: date, last: date) -> Iterator[Referral]:
    yield from session.scalars(
        select(Referral)
        .where(Referral.agreement_id == agreement_id, Referral.referred_on.between(first, last))
        .execution_options(yield_per=1000)
    )


def _receiver(session: Session, agreement_id: int) -> Place | None:
    """Return the party that referrals go to; None if the agreement has none."""
    rule, subject = CONTACT
    found = session.scalar(
        select(Obligation.organisation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(
            Obligation.agreement_id == agreement_id,
            Commitment.rule == rule,
            Commitment.subject == subject,
        )
        .order_by(Obligation.id.desc())
        .limit(1)
    )
    return None if found is None else Place(found)


def counts_by_quarter(
    session: Session, agreement_id: int, first: date, last: date
) -> Iterator[Atom]:
    """Yield the referrals made between two local dates, counted."""
    receiver = _receiver(session, agreement_id)
    for one in _referred(session, agreement_id, first, last):
        municipality, span = Place(one.organisation_id), Period.quarter_of(one.referred_on)
        for measure in _meetings(one):
            yield Atom(Key(measure), municipality, span, 1)
        if receiver is not None:
            for measure in _steps(one):
                yield Atom(Key(measure), receiver, span, 1, municipality)


def days_by_quarter(session: Session, agreement_id: int, first: date, last: date) -> Iterator[Days]:
    """Yield how long each step took for what was referred between two local dates."""
    receiver = _receiver(session, agreement_id)
    if receiver is None:
        return
    found: dict[tuple[str, str, Period], list[int]] = defaultdict(list)
    for one in _referred(session, agreement_id, first, last):
        span = Period.quarter_of(one.referred_on)
        for measure, of, began, ended in (
            (CONTACT_DAYS, CONTACTED, one.referred_on, one.contacted_on),
            (ASSESSMENT_DAYS, ASSESSED, one.contacted_on, one.assessed_on),
            (PLAN_DAYS, PLANNED, one.assessed_on, one.planned_on),
        ):
            if began is not None and ended is not None:
                found[measure, of, span].append(working_days_between(began, ended))
    for (measure, of, span), days in found.items():
        yield Days(measure, Key(of), receiver, span, days)


SOURCE = Source(GROUP, counts_by_quarter, days_by_quarter)
