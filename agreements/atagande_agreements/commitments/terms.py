"""Opens what is owed in every term, so that a party sees what comes and nothing is forgotten.

Run by each sweep. A term is opened once it has begun, for those who were parties in it; what a
sweep missed, the next one opens. Nothing is opened for terms that ended before the association
began to follow its agreement up here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import Date, Select, bindparam, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.assess import Basis, Known, basis_on
from atagande_agreements.commitments.evidence import Shown, open_occurrence
from atagande_agreements.commitments.models import (
    Commitment,
    Obligation,
    Occurrence,
    ParameterUnit,
    Status,
)
from atagande_agreements.parties.heirs import heirs, is_party_on
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.periods import Every, Term, term_of, terms_between
from atagande_agreements.register.models import Agreement, AgreementVersion, VersionState
from atagande_agreements.rules import TERMLY, Outcome

#: The kind whose occurrences follow upon each other, and need a first one.
_CHAINED = "published_reconfirmed"
_CONVENED = "attends_per_period"
#: What the origins of the convener's years begin with.
CONVENED = "convened:"


@dataclass(frozen=True, slots=True)
class _New:
    """An occurrence that should be there."""

    obligation: Obligation
    origin: str
    event_on: date
    outcome: Outcome = Outcome.NONE


def start_month(basis: Basis, rule: str) -> int:
    """Return the month (1-12) in which the year begins for a commitment, 1 unless decided."""
    if rule != _CONVENED:
        return 1
    return int(basis.values.get(ParameterUnit.COUNT, "1"))


def term_on(session: Session, commitment: Commitment, day: date) -> Term:
    """Return the term of a commitment that a local date belongs to."""
    every = TERMLY[commitment.rule]
    month = 1
    if commitment.rule == _CONVENED:
        month = start_month(basis_on(session, commitment.id, day), commitment.rule)
    return term_of(day, every, month)


def span_of(obligation: Obligation, term: Term) -> tuple[date, date] | None:
    """Return the part of a term in which the party was one (local dates), or None."""
    party: Unit | Organisation = obligation.unit or obligation.organisation
    first = max(term.first, party.valid_from or term.first)
    last = min(term.last, party.valid_to or term.last)
    return (first, last) if first <= last else None


def look_again(session: Session, association_id: int) -> None:
    """Let the next sweep look for terms anew: a decision or a party has changed."""
    session.execute(
        update(Agreement)
        .where(Agreement.association_id == association_id)
        .values(terms_opened_on=None)
    )


@cache
def _waiting() -> Select[int]:
    """Return what finds the agreements whose terms have not been looked for on a day."""
    day = bindparam("today", type_=Date())
    return select(Agreement.id).where(
        or_(Agreement.terms_opened_on.is_(None), Agreement.terms_opened_on < day)
    )


def not_looked_for(session: Session, at: datetime) -> Sequence[int]:
    """Return the ids of agreements whose terms are to be looked for; an empty sweep asks no more.

    Once a day, and again when something has changed.
    """
    return session.scalars(_waiting(), {"today": local_date(at)}).all()


def open_terms(session: Session, agreement_ids: Iterable[int], at: datetime) -> int:
    """Open what has begun by `at` (UTC) and is not there; return how many."""
    return sum(_open_terms(session, number, at) for number in agreement_ids)


def _open_terms(session: Session, agreement_id: int, at: datetime) -> int:
    opened = 0
    agreement = session.get_one(Agreement, agreement_id)
    followed_from = session.scalars(
        select(func.min(AgreementVersion.imported_at)).where(
            AgreementVersion.agreement_id == agreement_id
        )
    ).one()
    # What had begun by the last look is there already.
    since = max(local_date(followed_from), agreement.terms_opened_on or date.min)
    new = list(_missing(session, agreement, since, local_date(at)))
    for one in new:
        opened += _open(session, one, at)
    agreement.terms_opened_on = local_date(at)
    if new:
        audit.record(
            session,
            audit.Change(
                association_id=agreement.association_id,
                at=at,
                actor=audit.Actor.job("sweep"),
                action="terms.opened",
                object_type="agreement",
                object_id=agreement.id,
                changes={"number": (None, len(new))},
            ),
        )
    return opened


def _open(session: Session, new: _New, at: datetime) -> bool:
    """Open an occurrence; return False if another sweep did so at the same moment."""
    try:
        with session.begin_nested():
            open_occurrence(
                session,
                obligation=new.obligation,
                origin=new.origin,
                event_on=new.event_on,
                now=at,
                shown=Shown(outcome=new.outcome),
            )
    except IntegrityError:
        return False
    return True


def _missing(session: Session, agreement: Agreement, since: date, today: date) -> Iterator[_New]:
    """Yield what should have been opened for an agreement by a local date and is not there."""
    last = min(today, agreement.valid_to or today)
    since = max(since, agreement.valid_from)
    duties = session.scalars(
        select(Obligation)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(AgreementVersion, AgreementVersion.id == Commitment.version_id)
        .where(
            Obligation.agreement_id == agreement.id,
            AgreementVersion.state == VersionState.IN_FORCE,
            Commitment.rule.in_([*TERMLY, _CHAINED]),
        )
        .options(
            joinedload(Obligation.commitment),
            joinedload(Obligation.organisation),
            joinedload(Obligation.unit),
        )
        .order_by(Obligation.id)
    ).all()
    known: Known = {}
    wanted: list[_New] = []
    chained: list[Obligation] = []
    for duty in duties:
        if duty.commitment.rule == _CHAINED:
            chained.append(duty)
        elif not duty.by_decision:
            wanted += _terms_of(session, duty, since, last, known)
    wanted += _convened(session, duties, since, last, known)
    there = _there(session, agreement, {one.origin for one in wanted})
    for one in wanted:
        if (*_place(one.obligation), one.origin) not in there:
            yield one
    yield from _first_links(session, chained, last, known)


def _place(obligation: Obligation) -> tuple[str, int, int | None]:
    return obligation.commitment.key, obligation.organisation_id, obligation.unit_id


def _basis(session: Session, commitment: Commitment, day: date, known: Known) -> Basis:
    key = (commitment.id, day)
    if key not in known:
        known[key] = basis_on(session, *key)
    return known[key]


def _terms_of(
    session: Session, duty: Obligation, since: date, last: date, known: Known
) -> Iterator[_New]:
    every, rule = TERMLY[duty.commitment.rule], duty.commitment.rule
    month = 1
    if rule == _CONVENED:
        # Until the group has decided when the year begins, no year can be told from another.
        basis = _basis(session, duty.commitment, last, known)
        if ParameterUnit.COUNT not in basis.values:
            return
        month = start_month(basis, rule)
    for term in terms_between(since, last, every, month):
        span = span_of(duty, term)
        if span is not None and span[0] <= last:
            yield _New(duty, term.origin, span[1])


def _convened(
    session: Session, duties: Iterable[Obligation], since: date, last: date, known: Known
) -> Iterator[_New]:
    """Yield the convener's years: that the meetings are held at all."""
    seen: set[int] = set()
    for duty in duties:
        commitment = duty.commitment
        if commitment.rule != _CONVENED or commitment.id in seen:
            continue
        seen.add(commitment.id)
        basis = _basis(session, commitment, last, known)
        if ParameterUnit.COUNT not in basis.values:
            continue
        month = start_month(basis, commitment.rule)
        for term in terms_between(since, last, Every.YEAR, month):
            owing = convening(session, commitment, min(term.last, last), until=term.last)
            if owing is not None:
                yield _New(owing, convened_origin(term), term.last, Outcome.CONVENES)


def convening(
    session: Session, commitment: Commitment, day: date, *, until: date | None = None
) -> Obligation | None:
    """Return the obligation laid on who convened on a local date, or None if it is undecided.

    `until` is the last day of a year that goes over whole, to the heir if one follows by then.
    """
    until = until or day
    basis = basis_on(session, commitment.id, day)
    key = basis.values.get(ParameterUnit.ORGANISATION)
    if key is None or ParameterUnit.COUNT not in basis.values:
        return None
    convener = session.scalars(
        select(Organisation).where(
            Organisation.association_id == commitment.association_id,
            Organisation.key == key,
        )
    ).one()
    if not is_party_on(convener, until):
        ways = heirs(session, commitment.association_id)
        convener = session.get_one(Organisation, ways.organisation_on(convener.id, until))
    return obligation_of(session, commitment, convener)


def convened_origin(term: Term) -> str:
    """Return what the convener's occurrence of a year is keyed on."""
    return f"{CONVENED}{term.key}"


def obligation_of(
    session: Session, commitment: Commitment, organisation: Organisation
) -> Obligation:
    """Return an organisation's obligation; one that the agreement lacks is laid by decision."""
    found = session.scalars(
        select(Obligation)
        .where(
            Obligation.commitment_id == commitment.id,
            Obligation.organisation_id == organisation.id,
            Obligation.unit_id.is_(None),
        )
        .options(joinedload(Obligation.commitment))
    ).one_or_none()
    if found is None:
        found = Obligation(
            association_id=commitment.association_id,
            agreement_id=commitment.agreement_id,
            commitment_id=commitment.id,
            organisation_id=organisation.id,
            by_decision=True,
        )
        found.commitment = commitment
        session.add(found)
        session.flush()
    return found


def _there(
    session: Session, agreement: Agreement, origins: set[str]
) -> set[tuple[str, int, int | None, str]]:
    """Return which of the origins have arisen, by place, whatever the version."""
    if not origins:
        return set()
    rows = session.execute(
        select(Commitment.key, Obligation.organisation_id, Obligation.unit_id, Occurrence.origin)
        .select_from(Obligation)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(Occurrence, Occurrence.obligation_id == Obligation.id)
        .where(Obligation.agreement_id == agreement.id, Occurrence.origin.in_(origins))
    )
    return {(row.key, row.organisation_id, row.unit_id, row.origin) for row in rows}


def _first_links(
    session: Session, duties: Iterable[Obligation], last: date, known: Known
) -> Iterator[_New]:
    """Yield the first occurrence of those that follow upon each other.

    It arises with the decision that makes it possible to judge: nothing reaches further back.
    """
    duties = list(duties)
    if not duties:
        return
    links = {
        (row.key, row.organisation_id, row.unit_id): row.judged
        for row in session.execute(
            select(
                Commitment.key,
                Obligation.organisation_id,
                Obligation.unit_id,
                func.max(case((Occurrence.status != Status.NOT_ASSESSABLE, 1), else_=0)).label(
                    "judged"
                ),
            )
            .select_from(Obligation)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .join(Occurrence, Occurrence.obligation_id == Obligation.id)
            .where(
                Obligation.agreement_id == duties[0].agreement_id,
                Commitment.rule == _CHAINED,
            )
            .group_by(Commitment.key, Obligation.organisation_id, Obligation.unit_id)
        )
    }
    for duty in duties:
        party: Unit | Organisation = duty.unit or duty.organisation
        basis = _basis(session, duty.commitment, last, known)
        judged = links.get(_place(duty))
        if judged or not basis.judging or not is_party_on(party, last):
            continue
        # What was there before the decision is a confirmation: something is published.
        outcome = Outcome.NEVER if judged is None else Outcome.NONE
        yield _New(duty, f"contacts:{last.isoformat()}", last, outcome)
