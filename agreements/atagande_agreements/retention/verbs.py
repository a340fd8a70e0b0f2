"""Enters what the steering group decides about retention."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.parties.models import Person
from atagande_agreements.register.models import Agreement
from atagande_agreements.retention.errors import (
    HoldInPast,
    NoMonths,
    OlderDecision,
    TooLong,
    TooShort,
)
from atagande_agreements.retention.kinds import Kind
from atagande_agreements.retention.models import RetentionHold, RetentionRule
from atagande_agreements.steering.models import Decision, DecisionKind
from atagande_agreements.steering.verbs import record_decision

#: A hundred years.
LONGEST = 1200

Entry = RetentionRule | RetentionHold


def decide_rule(
    session: Session,
    *,
    agreement: Agreement,
    kind: Kind,
    months: int | None,
    for_ever: bool,
    paragraph: str,
    decided_on: date,
    person: Person,
    now: datetime,
    diary_number: str = "",
) -> RetentionRule:
    """Enter how long a kind of record is kept, from the decision's date on.

    `months` from the kind's moment; None with `for_ever`. Raises NoMonths, TooShort, TooLong,
    OlderDecision and what `record_decision` raises.
    """
    if for_ever:
        months = None
    elif months is None:
        raise NoMonths(field="months")
    elif months < kind.shortest:
        raise TooShort(field="months", months=months, shortest=kind.shortest)
    elif months > LONGEST:
        raise TooLong(field="months", months=months)
    decision = record_decision(
        session,
        agreement=agreement,
        kind=DecisionKind.RETENTION,
        paragraph=paragraph,
        decided_on=decided_on,
        person=person,
        now=now,
        diary_number=diary_number,
    )
    rule = RetentionRule(
        association_id=agreement.association_id,
        kind=kind.key,
        months=months,
        decision_id=decision.id,
        valid_from=decided_on,
    )
    _add(session, rule)
    _note(session, rule, decision, person, now, action="retention.decided", what=("months", months))
    return rule


def hold(
    session: Session,
    *,
    agreement: Agreement,
    kind: Kind,
    until: date,
    paragraph: str,
    decided_on: date,
    person: Person,
    now: datetime,
    diary_number: str = "",
) -> RetentionHold:
    """Let nothing of a kind go through a local date, whatever its rule says.

    A later decision with an earlier day ends it. Raises HoldInPast, OlderDecision and what
    `record_decision` raises.
    """
    if until < decided_on:
        raise HoldInPast(field="until", until=until, decided_on=decided_on)
    decision = record_decision(
        session,
        agreement=agreement,
        kind=DecisionKind.RETENTION,
        paragraph=paragraph,
        decided_on=decided_on,
        person=person,
        now=now,
        diary_number=diary_number,
    )
    entry = RetentionHold(
        association_id=agreement.association_id,
        kind=kind.key,
        until=until,
        decision_id=decision.id,
        valid_from=decided_on,
    )
    _add(session, entry)
    _note(session, entry, decision, person, now, action="retention.held", what=("until", until))
    return entry


def _add(session: Session, entry: Entry) -> None:
    """Add a decision unless there is one from that day or later; of two at once, one gets in."""
    table = type(entry)
    latest = session.scalar(
        select(func.max(table.valid_from)).where(
            table.association_id == entry.association_id, table.kind == entry.kind
        )
    )
    if latest is not None and latest >= entry.valid_from:
        raise OlderDecision(field="decided_on", valid_from=latest)
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError as error:
        raise OlderDecision(field="decided_on", valid_from=entry.valid_from) from error


def _note(
    session: Session,
    entry: Entry,
    decision: Decision,
    person: Person,
    now: datetime,
    *,
    action: str,
    what: tuple[str, object],
) -> None:
    audit.record(
        session,
        audit.Change(
            association_id=entry.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action=action,
            object_type="retention",
            object_id=entry.id,
            changes={
                "kind": (None, entry.kind),
                what[0]: (None, what[1]),
                "paragraph": (None, decision.paragraph),
                "decided_on": (None, decision.decided_on),
            },
        ),
    )
