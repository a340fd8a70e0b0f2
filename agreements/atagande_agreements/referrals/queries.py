"""Reads referrals. The municipality sees its own; Arbetsförmedlingen sees dates, no references."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from statistics import median, quantiles

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.civil_time import working_days_between
from atagande_agreements.commitments.models import (
    Commitment,
    Obligation,
    Occurrence,
    ParameterDecision,
)
from atagande_agreements.parties.models import OrganisationKind
from atagande_agreements.referrals.evidence import OF_AF, OF_MUNICIPALITY, STILL_COUNTED, origin
from atagande_agreements.referrals.models import Assessment, AttendedBy, Referral, Wish

_SUBJECTS = tuple(subject for _rule, subject in (*OF_AF, *OF_MUNICIPALITY))
_FEWEST_FOR_QUARTILES = 2


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose referrals someone sees: a municipality's own, all that concern AF, or none."""

    association_id: int
    #: The municipality whose cases they hold.
    organisation_id: int | None = None
    #: The municipalities that have ended and that theirs has followed.
    succeeded: frozenset[int] = frozenset()
    #: They are the party that the referrals go to.
    is_receiver: bool = False

    @property
    def holds(self) -> bool:
        """Tell whether the cases are theirs to change, with references."""
        return self.organisation_id is not None

    def owns(self) -> ColumnElement[bool]:
        """Return the condition that they see a referral."""
        mine: ColumnElement[bool] = false()
        if self.organisation_id is not None:
            mine = Referral.organisation_id.in_({self.organisation_id, *self.succeeded})
        elif self.is_receiver:
            return Referral.association_id == self.association_id
        return and_(Referral.association_id == self.association_id, mine)


def viewer(
    *,
    association_id: int,
    organisation_id: int,
    organisation_kind: OrganisationKind,
    succeeded: frozenset[int] = frozenset(),
) -> Viewer:
    """Return what someone who holds cases may see of the referrals."""
    match organisation_kind:
        case OrganisationKind.MUNICIPALITY:
            return Viewer(association_id, organisation_id=organisation_id, succeeded=succeeded)
        case OrganisationKind.EMPLOYMENT:
            return Viewer(association_id, is_receiver=True)
        case _:
            return Viewer(association_id)


#: Something is still waited for.
ONGOING = and_(
    Referral.withdrawn_on.is_(None),
    Referral.planned_on.is_(None),
    or_(Referral.assessment.is_(None), Referral.assessment == Assessment.SUITS),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A referral, with its occurrences by what they are about."""

    referral: Referral
    occurrences: dict[str, Occurrence]


def listed(
    session: Session, who: Viewer, *, ongoing: bool = False, size: int, offset: int = 0
) -> tuple[Sequence[Listed], int]:
    """Return one page of the referrals someone sees, newest first, and how many there are.

    `ongoing` leaves out those where nothing more is waited for.
    """
    where = [who.owns(), *([ONGOING] if ongoing else [])]
    total = session.scalar(select(func.count()).select_from(Referral).where(*where)) or 0
    rows = session.scalars(
        select(Referral)
        .where(*where)
        .options(joinedload(Referral.organisation))
        .order_by(Referral.referred_on.desc(), Referral.id.desc())
        .limit(size)
        .offset(offset)
    ).all()
    known = occurrences(session, who.association_id, [one.id for one in rows])
    return [Listed(one, known.get(one.id, {})) for one in rows], total


def ongoing_count(session: Session, who: Viewer) -> int:
    """Return how many of the referrals someone sees are not at their end."""
    query = select(func.count()).select_from(Referral).where(who.owns(), ONGOING)
    return session.scalar(query) or 0


def one(session: Session, who: Viewer, referral_id: int) -> Referral | None:
    """Return one referral to those who hold it, or None."""
    if not who.holds:
        return None
    return session.scalar(
        select(Referral)
        .where(who.owns(), Referral.id == referral_id)
        .options(joinedload(Referral.organisation))
    )


def occurrences(
    session: Session, association_id: int, referral_ids: Sequence[int]
) -> dict[int, dict[str, Occurrence]]:
    """Return what referrals gave to keep: referral -> subject -> occurrence."""
    if not referral_ids:
        return {}
    rows = session.execute(
        select(Occurrence, Commitment.subject)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(
            Obligation.association_id == association_id,
            Commitment.subject.in_(_SUBJECTS),
            Occurrence.origin.in_([origin(number) for number in referral_ids]),
        )
        .options(
            joinedload(Occurrence.parameter_decision).options(
                joinedload(ParameterDecision.decision), joinedload(ParameterDecision.parameter)
            )
        )
        .order_by(Occurrence.id)
    )
    found: dict[int, dict[str, Occurrence]] = {}
    for occurrence, subject in rows:
        number = int(occurrence.origin.rpartition(":")[2])
        found.setdefault(number, {})[subject] = occurrence
    return found


@dataclass(frozen=True, slots=True)
class Spread:
    """How many working days something took: the median, and the half in the middle."""

    #: How many cases it is counted from.
    number: int
    #: None when there are too few to tell.
    median: float | None = None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Durations:
    """Working days from step to step."""

    contact: Spread
    assessment: Spread
    plan: Spread


def medians(
    session: Session,
    agreement_id: int,
    first: date,
    last: date,
    *,
    organisation_id: int | None = None,
    fewest: int = 1,
) -> Durations:
    """Return what contact, assessment and plan took, where the step before was in a span.

    `first` and `last` are local dates, both included. `organisation_id` narrows to one
    municipality's cases. From fewer than `fewest` cases nothing but their number is told.
    """
    rows = session.execute(
        select(
            Referral.referred_on, Referral.contacted_on, Referral.assessed_on, Referral.planned_on
        ).where(
            Referral.agreement_id == agreement_id,
            Referral.referred_on <= last,
            *([Referral.organisation_id == organisation_id] if organisation_id is not None else []),
        )
    ).all()

    def took(start: int, end: int) -> Spread:
        days: list[int] = []
        for row in rows:
            began, ended = row[start], row[end]
            if began is not None and ended is not None and first <= began <= last:
                days.append(_working_days(began, ended))
        return spread(days, fewest)

    return Durations(contact=took(0, 1), assessment=took(1, 2), plan=took(2, 3))


def spread(days: Sequence[int], fewest: int = 1) -> Spread:
    """Return the median and the quartiles of numbers of working days."""
    if len(days) < max(fewest, 1):
        return Spread(len(days))
    if len(days) < _FEWEST_FOR_QUARTILES:
        only = float(days[0])
        return Spread(1, only, only, only)
    lower, _middle, upper = quantiles(days, n=4, method="inclusive")
    return Spread(len(days), float(median(days)), lower, upper)


@lru_cache(maxsize=4096)
def _working_days(start: date, end: date) -> int:
    return working_days_between(start, end)


@dataclass(frozen=True, slots=True)
class Meetings:
    """First meetings of a span."""

    #: The municipality was there, of those that it has told about.
    attended: int
    reported: int
    #: Been, and nobody has said who was there.
    unreported: int
    #: The client wanted to go alone; they are left out of the count.
    alone: int


def first_meetings(
    session: Session, organisation_id: int, first: date, last: date, today: date
) -> Meetings:
    """Return a municipality's first meetings that have been, of a span (local dates)."""
    rows = session.execute(
        select(Referral.attended_by, Referral.wish, func.count())
        .where(
            Referral.organisation_id == organisation_id,
            Referral.meeting_on.between(first, min(last, today)),
            STILL_COUNTED,
        )
        .group_by(Referral.attended_by, Referral.wish)
    ).all()
    counted = [(who, number) for who, wish, number in rows if wish is not Wish.ALONE]
    return Meetings(
        attended=sum(n for who, n in counted if who not in {None, AttendedBy.NOBODY}),
        reported=sum(n for who, n in counted if who is not None),
        unreported=sum(n for who, n in counted if who is None),
        alone=sum(number for _who, wish, number in rows if wish is Wish.ALONE),
    )
