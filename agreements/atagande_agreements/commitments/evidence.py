"""Opens occurrences and files what shows that they were kept."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased, joinedload

from atagande_agreements.commitments.assess import assess
from atagande_agreements.commitments.models import (
    Commitment,
    Evidence,
    Obligation,
    Occurrence,
    Status,
)
from atagande_agreements.parties.errors import NotPartyThen
from atagande_agreements.parties.heirs import heirs, is_party_on
from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_agreements.retention.sealed import is_sealed
from atagande_agreements.rules import Outcome


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is known of an occurrence's keeping; it replaces what was known before."""

    kept_on: date | None = None
    asked_on: date | None = None
    counted: int = 0
    total: int = 0
    unknown: int = 0
    outcome: Outcome = Outcome.NONE
    trained: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Who told it. The same source twice is one piece of evidence."""

    #: Such as "attendance:17"; one for each thing that was said, with its revision.
    source: str
    #: When the thing happened (local date).
    effective_on: date
    person: Person


def same_place(obligation: Obligation) -> ColumnElement[bool]:
    """Return the condition that an occurrence belongs to an obligation, in any version.

    The same clause keeps its key from version to version, so what has arisen under an earlier one
    never arises again.
    """
    clause, other, owed = aliased(Commitment), aliased(Commitment), aliased(Obligation)
    return Occurrence.obligation_id.in_(
        select(owed.id)
        .join(other, other.id == owed.commitment_id)
        .join(clause, clause.key == other.key)
        .where(
            clause.id == obligation.commitment_id,
            owed.agreement_id == obligation.agreement_id,
            owed.organisation_id == obligation.organisation_id,
            owed.unit_id.is_(None)
            if obligation.unit_id is None
            else owed.unit_id == obligation.unit_id,
        )
    )


def owing_on(session: Session, obligation: Obligation, day: date) -> Obligation:
    """Return the obligation that an event on a local date belongs to: the party's or its heir's.

    An event belongs to exactly one. NotPartyThen if there was no such party that day.
    """
    party: Unit | Organisation = obligation.unit or obligation.organisation
    if is_party_on(party, day):
        return obligation
    ways = heirs(session, obligation.association_id)
    condition: ColumnElement[bool]
    if obligation.unit_id is not None:
        place = ways.unit_on(obligation.unit_id, day)
        condition = Obligation.unit_id == place
    else:
        place = ways.organisation_on(obligation.organisation_id, day)
        condition = and_(Obligation.organisation_id == place, Obligation.unit_id.is_(None))
    found = None
    if place != party.id:
        found = session.scalar(
            select(Obligation)
            .where(condition, Obligation.commitment_id == obligation.commitment_id)
            .options(joinedload(Obligation.commitment))
        )
    if found is None:
        raise NotPartyThen(party=party.name, day=day)
    return found


@cache
def _found() -> Select[Occurrence]:
    """Return what finds an occurrence by its place and origin; see `same_place`.

    Made once: it is looked for with every piece of evidence.
    """
    clause, other, owed = aliased(Commitment), aliased(Commitment), aliased(Obligation)
    place = (
        select(owed.id)
        .join(other, other.id == owed.commitment_id)
        .join(clause, clause.key == other.key)
        .where(
            clause.id == bindparam("commitment"),
            owed.agreement_id == bindparam("agreement"),
            owed.organisation_id == bindparam("organisation"),
            func.coalesce(owed.unit_id, 0) == bindparam("unit"),
        )
    )
    return (
        select(Occurrence)
        .where(Occurrence.obligation_id.in_(place), Occurrence.origin == bindparam("origin"))
        .options(joinedload(Occurrence.obligation).joinedload(Obligation.commitment))
        .with_for_update(of=Occurrence)
        .execution_options(populate_existing=True)
    )


def find_occurrence(session: Session, obligation: Obligation, origin: str) -> Occurrence | None:
    """Return what arose from `origin` for an obligation, in any version, locked; or None."""
    return session.scalars(
        _found(),
        {
            "commitment": obligation.commitment_id,
            "agreement": obligation.agreement_id,
            "organisation": obligation.organisation_id,
            "unit": obligation.unit_id or 0,
            "origin": origin,
        },
    ).first()


def open_occurrence(
    session: Session,
    *,
    obligation: Obligation,
    origin: str,
    event_on: date,
    now: datetime,
    shown: Shown | None = None,
) -> Occurrence:
    """Add the occurrence that an event gives an obligation, judged as of `now`."""
    occurrence = Occurrence(
        association_id=obligation.association_id,
        agreement_id=obligation.agreement_id,
        obligation_id=obligation.id,
        origin=origin,
        event_on=event_on,
        status=Status.NOT_ASSESSABLE,
        on_miss=obligation.commitment.on_miss,
        outcome=Outcome.NONE,
        counted=0,
        total=0,
        unknown=0,
    )
    if shown is not None:
        _put(occurrence, shown)
    assess(session, occurrence, obligation, now)
    session.add(occurrence)
    session.flush()
    return occurrence


def show(
    session: Session,
    *,
    obligation: Obligation,
    origin: str,
    event_on: date,
    shown: Shown,
    now: datetime,
    told: Told | None = None,
) -> Occurrence:
    """Set all that is known of an occurrence and judge it; open it first if it is new.

    A feature works `shown` out from everything it holds, so any order of the same reports ends in
    the same verdict. The row is locked, so that the sweep comes before or after. `event_on` moves
    with what it arose from (a meeting that gets another day); the origin never does. What happens
    after a party has ended is owed by its heir. What was judged by records that have gone stands.
    """
    obligation = owing_on(session, obligation, event_on)
    occurrence = find_occurrence(session, obligation, origin)
    if occurrence is None:
        try:
            with session.begin_nested():
                occurrence = open_occurrence(
                    session,
                    obligation=obligation,
                    origin=origin,
                    event_on=event_on,
                    now=now,
                    shown=shown,
                )
        except IntegrityError:
            # Someone else opened it at the same moment.
            occurrence = find_occurrence(session, obligation, origin)
            if occurrence is None:
                raise
    if _is_sealed(session, occurrence):
        return occurrence
    if told is not None:
        _note(session, occurrence, told, shown, now)
    occurrence.event_on = event_on
    _put(occurrence, shown)
    assess(session, occurrence, occurrence.obligation, now)
    session.flush()
    return occurrence


def withdraw(
    session: Session,
    *,
    association_id: int,
    origin: str,
    now: datetime,
    but: Collection[int] = (),
) -> list[Occurrence]:
    """Say that what occurrences arose from was called off, so that nothing is owed.

    `but` are the occurrences that stand, when it was called off for some only.
    """
    found = [
        one
        for one in _of_origin(session, association_id, origin)
        if one.id not in but and not _is_sealed(session, one)
    ]
    for occurrence in found:
        occurrence.outcome = Outcome.VOID
        assess(session, occurrence, occurrence.obligation, now)
    session.flush()
    return found


def file_evidence(
    session: Session,
    *,
    origin: str,
    association_id: int,
    source: str,
    effective_on: date,
    person: Person,
    now: datetime,
) -> list[Occurrence]:
    """File what shows that the occurrences of `origin` were kept, and settle them at once.

    The same source twice changes nothing. The occurrence's row is locked, so that a sweep at the
    same moment either comes before (and the deviation stands) or finds nothing to do.
    """
    occurrences = _of_origin(session, association_id, origin)
    for occurrence in occurrences:
        told = Told(source, effective_on, person)
        if _is_sealed(session, occurrence) or not _note(session, occurrence, told, None, now):
            continue
        if occurrence.kept_on is None or effective_on < occurrence.kept_on:
            occurrence.kept_on = effective_on
        assess(session, occurrence, occurrence.obligation, now)
    session.flush()
    return occurrences


def _of_origin(session: Session, association_id: int, origin: str) -> list[Occurrence]:
    """Return what arose from `origin`, locked."""
    return list(
        session.scalars(
            select(Occurrence)
            .where(
                # The key on (obligation, origin) finds them; there is none on the origin alone.
                Occurrence.obligation_id.in_(
                    select(Obligation.id).where(Obligation.association_id == association_id)
                ),
                Occurrence.origin == origin,
            )
            .options(joinedload(Occurrence.obligation).joinedload(Obligation.commitment))
            .with_for_update(of=Occurrence)
        )
    )


def _is_sealed(session: Session, occurrence: Occurrence) -> bool:
    """Tell whether the records that an occurrence was judged by have gone."""
    return is_sealed(
        session,
        association_id=occurrence.association_id,
        rule=occurrence.obligation.commitment.rule,
        origin=occurrence.origin,
        event_on=occurrence.event_on,
    )


def _put(occurrence: Occurrence, shown: Shown) -> None:
    occurrence.kept_on = shown.kept_on
    occurrence.asked_on = shown.asked_on
    occurrence.counted = shown.counted
    occurrence.total = shown.total
    occurrence.unknown = shown.unknown
    occurrence.outcome = shown.outcome
    occurrence.trained = (
        json.dumps([[day.isoformat(), people] for day, people in sorted(shown.trained)])
        if shown.trained
        else None
    )


def _note(
    session: Session, occurrence: Occurrence, told: Told, shown: Shown | None, now: datetime
) -> bool:
    """Add the evidence unless its source has told it already; return whether it was new."""
    known = session.scalar(
        select(Evidence.id).where(
            Evidence.occurrence_id == occurrence.id, Evidence.source == told.source
        )
    )
    if known is not None:
        return False
    counts = shown is not None and shown.total > 0
    session.add(
        Evidence(
            association_id=occurrence.association_id,
            occurrence_id=occurrence.id,
            source=told.source,
            effective_on=told.effective_on,
            received_at=now,
            reported_by_id=told.person.id,
            reporter_organisation_id=told.person.organisation_id,
            counted=shown.counted if shown is not None and counts else None,
            total=shown.total if shown is not None and counts else None,
        )
    )
    return True
