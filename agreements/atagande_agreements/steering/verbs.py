"""Records decisions of the steering group."""

import re
from datetime import date, datetime

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BadParagraph, BeforeAgreement, DecidedInFuture
from atagande_agreements.parties.models import Person
from atagande_agreements.register.models import Agreement
from atagande_agreements.steering.models import Decision, DecisionKind

#: Where a session keeps the decisions that were entered in it, for whoever puts them under the
#: meeting that took them.
RECORDED = "atagande.decisions"


def normal_paragraph(text: str) -> str:
    """Return "§ 12" for "12", "§12" and "§ 12"; raise BadParagraph for anything else."""
    match = re.fullmatch(r"\s*§?\s*(0*[1-9]\d{0,3})\s*([a-zåäö]?)\s*", text, re.IGNORECASE)
    if match is None:
        raise BadParagraph(field="paragraph")
    letter = f" {match[2].lower()}" if match[2] else ""
    return f"§ {int(match[1])}{letter}"


def record_decision(
    session: Session,
    *,
    agreement: Agreement,
    kind: DecisionKind,
    paragraph: str,
    decided_on: date,
    person: Person,
    now: datetime,
    note: str = "",
    diary_number: str = "",
) -> Decision:
    """Enter a decision in the register; it must have been taken, and under the agreement.

    `diary_number` is the association's own (diarienummer), "" when it has none.
    """
    if decided_on > local_date(now):
        raise DecidedInFuture(field="decided_on", decided_on=decided_on)
    if decided_on < agreement.valid_from:
        raise BeforeAgreement(field="decided_on", day=decided_on, valid_from=agreement.valid_from)
    decision = Decision(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        kind=kind,
        paragraph=normal_paragraph(paragraph),
        diary_number=diary_number.strip(),
        decided_on=decided_on,
        note=note.strip(),
        recorded_by_id=person.id,
        recorded_at=now,
    )
    session.add(decision)
    session.flush()
    session.info.setdefault(RECORDED, []).append(decision)
    return decision
