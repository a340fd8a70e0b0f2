"""What goes over when a party ends: its obligations, its unfinished terms, its coming events."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.commitments.assess import assess
from atagande_agreements.commitments.evidence import Shown, find_occurrence, show
from atagande_agreements.commitments.models import Commitment, Evidence, Obligation, Occurrence
from atagande_agreements.commitments.terms import CONVENED, obligation_of, span_of, term_on
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.register.models import AgreementVersion, VersionState
from atagande_agreements.rules import TERMLY, Outcome

Party = Unit | Organisation


def owed_by(party: Party) -> ColumnElement[bool]:
    """Return the condition that an obligation is a party's own."""
    if isinstance(party, Unit):
        return Obligation.unit_id == party.id
    return and_(Obligation.organisation_id == party.id, Obligation.unit_id.is_(None))


def duties_of(session: Session, party: Party) -> Sequence[Obligation]:
    """Return what a party owes by versions in force; what a decision laid on it is not followed."""
    return session.scalars(
        select(Obligation)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(AgreementVersion, AgreementVersion.id == Commitment.version_id)
        .where(
            owed_by(party),
            ~Obligation.by_decision,
            AgreementVersion.state == VersionState.IN_FORCE,
        )
        .options(joinedload(Obligation.commitment))
        .order_by(Obligation.id)
    ).all()


def take_on(session: Session, old: Party, heir: Party) -> None:
    """Let an heir owe what the old party owes, each once."""
    has = {one.commitment_id for one in duties_of(session, heir)}
    is_unit = isinstance(heir, Unit)
    session.add_all(
        Obligation(
            association_id=one.association_id,
            agreement_id=one.agreement_id,
            commitment_id=one.commitment_id,
            organisation_id=heir.organisation_id if isinstance(heir, Unit) else heir.id,
            unit_id=heir.id if is_unit else None,
        )
        for one in duties_of(session, old)
        if one.commitment_id not in has
    )
    session.flush()


def hand_over(session: Session, old: Party, heir: Party, day: date, now: datetime) -> None:
    """Cut terms short at the old party's end, and move other events from `day` on to the heir.

    The network convener's year is not cut: the heir has it whole, with all its meetings.
    """
    occurrences = session.scalars(
        select(Occurrence)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .where(owed_by(old), Occurrence.event_on >= day)
        .options(
            joinedload(Occurrence.obligation).options(
                joinedload(Obligation.commitment),
                joinedload(Obligation.organisation),
                joinedload(Obligation.unit),
            )
        )
        .order_by(Occurrence.id)
        .with_for_update(of=Occurrence)
    ).all()
    theirs = {one.commitment.key: one for one in duties_of(session, heir)}
    for occurrence in occurrences:
        owing = occurrence.obligation
        if occurrence.origin.startswith(CONVENED) and isinstance(heir, Organisation):
            _carry_over(
                session,
                occurrence,
                theirs.get(owing.commitment.key) or obligation_of(session, owing.commitment, heir),
                now,
            )
            continue
        span = None
        if owing.commitment.rule in TERMLY:
            span = span_of(owing, term_on(session, owing.commitment, occurrence.event_on))
        if span is not None:
            occurrence.event_on = span[1]
            assess(session, occurrence, owing, now)
        elif owing.commitment.key in theirs:
            _move(session, occurrence, theirs[owing.commitment.key], now)
    session.flush()


def _carry_over(session: Session, occurrence: Occurrence, owing: Obligation, now: datetime) -> None:
    """Let the heir have convened the whole year: of the old one nothing is asked."""
    if occurrence.outcome != Outcome.VOID:
        show(
            session,
            obligation=owing,
            origin=occurrence.origin,
            event_on=occurrence.event_on,
            shown=Shown(
                counted=occurrence.counted,
                total=occurrence.total,
                unknown=occurrence.unknown,
                outcome=Outcome.CONVENES,
            ),
            now=now,
        )
    occurrence.outcome = Outcome.VOID
    assess(session, occurrence, occurrence.obligation, now)


def _move(session: Session, occurrence: Occurrence, owing: Obligation, now: datetime) -> None:
    if find_occurrence(session, owing, occurrence.origin) is None:
        occurrence.obligation_id = owing.id
        session.flush()
        session.refresh(occurrence, ["obligation"])
        assess(session, occurrence, owing, now)
        return
    # The heir has it already, as when both were called to one meeting: it is one event.
    told = session.scalar(
        select(Evidence.id).where(Evidence.occurrence_id == occurrence.id).limit(1)
    )
    if told is None:
        session.delete(occurrence)
        session.flush()
    else:
        occurrence.outcome = Outcome.VOID
        assess(session, occurrence, occurrence.obligation, now)
