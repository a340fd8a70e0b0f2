"""The letters of the ladder's upper steps: to a party's management, and to the board.

A letter is one row, kept as it was written, and one mail for each who gets it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.deviations.life import JOB
from atagande_agreements.deviations.models import Deviation, DeviationStep, StepKind, reference
from atagande_agreements.followup.cases import CASE_ORIGINS
from atagande_agreements.ladder.letter_models import LadderLetter
from atagande_agreements.ladder.models import Rung
from atagande_agreements.ladder.queries import Step, ladder_on
from atagande_agreements.ladder.texts import LETTERS, words_of
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.heirs import heirs
from atagande_agreements.parties.models import (
    Association,
    Organisation,
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
)
from atagande_agreements.steering.models import Decision

KIND = "ladder_letter"
#: Who gets a party's letters when it has no mailbox of its own, the first that there is.
_MANAGEMENT = (Role.UNIT_CHIEF, Role.CONVENER, Role.READER)


@dataclass(frozen=True, slots=True)
class Facts:
    """What fills a letter, as it was when the letter was written. Dates are ISO 8601 or ""."""

    association: str
    party: str
    reference: str
    clause: str
    clause_en: str
    promise: str
    promise_en: str
    #: The occurrence is one person's case: nothing of when it happened is said.
    is_case: bool
    due_on: str
    kept_on: str
    #: When the party last replied, and whether it contests.
    replied_on: str
    contested: bool
    paragraph: str
    decided_on: str
    note: str


def facts_of(letter: LadderLetter) -> Facts:
    """Return what fills a letter that has been written."""
    return Facts(**json.loads(letter.facts))


def send(
    session: Session, *, deviation: Deviation, rung: Rung, decision: Decision, now: datetime
) -> LadderLetter | None:
    """Write the letter of a step that the group has decided, and queue it to those who get it.

    None for a step without a letter. The same decision writes one letter about a deviation,
    however often it is asked for.
    """
    if rung not in LETTERS:
        return None
    known = session.scalar(
        select(LadderLetter).where(
            LadderLetter.deviation_id == deviation.id, LadderLetter.decision_id == decision.id
        )
    )
    if known is not None:
        return known
    today = local_date(now)
    step: Step = ladder_on(session, deviation.agreement_id, today)[rung]
    letter = LadderLetter(
        association_id=deviation.association_id,
        deviation_id=deviation.id,
        decision_id=decision.id,
        rung=rung,
        text=words_of(rung, step.text),
        facts=json.dumps(
            asdict(_facts(session, deviation, decision)), ensure_ascii=False, sort_keys=True
        ),
        answer_by=today + timedelta(days=step.days) if step.days else None,
        at=now,
    )
    session.add(letter)
    session.flush()
    _queue(session, letter, deviation, now)
    audit.record(
        session,
        audit.Change(
            association_id=deviation.association_id,
            at=now,
            actor=JOB,
            action="deviation.letter",
            object_type="deviation",
            object_id=deviation.id,
            changes={"letter": (None, rung.value)},
        ),
    )
    return letter


def _facts(session: Session, deviation: Deviation, decision: Decision) -> Facts:
    occurrence, commitment = deviation.occurrence, deviation.obligation.commitment
    is_case = occurrence.origin.startswith(CASE_ORIGINS)
    reply = session.scalars(
        select(DeviationStep)
        .where(
            DeviationStep.deviation_id == deviation.id,
            DeviationStep.kind.in_([StepKind.REPLY, StepKind.CONTEST]),
        )
        .order_by(DeviationStep.number.desc())
        .limit(1)
    ).first()
    party = deviation.organisation.name
    return Facts(
        association=session.get_one(Association, deviation.association_id).name,
        party=f"{party}, {deviation.unit.name}" if deviation.unit else party,
        reference=reference(deviation.id),
        clause=f"{commitment.key} {commitment.title}",
        clause_en=f"{commitment.key} {commitment.title_en}",
        promise=commitment.text,
        promise_en=commitment.text_en,
        is_case=is_case,
        due_on="" if is_case else _iso(occurrence.due_on),
        kept_on="" if is_case else _iso(occurrence.kept_on),
        replied_on=_iso(local_date(reply.at)) if reply else "",
        contested=deviation.contested,
        paragraph=decision.paragraph,
        decided_on=decision.decided_on.isoformat(),
        note=decision.note,
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _queue(session: Session, letter: LadderLetter, deviation: Deviation, now: datetime) -> None:
    for who, address in _receivers(session, letter.rung, deviation, now):
        session.add(
            OutboxMessage(
                association_id=letter.association_id,
                unique_key=f"ladder-letter:{letter.id}:{who.id if who else 'mailbox'}",
                kind=KIND,
                recipient=address,
                person_id=who.id if who else None,
                language=who.language if who else "sv",
                subject_type="deviation",
                subject_id=deviation.id,
                payload=json.dumps({"letter": letter.id}),
                queued_at=now,
                next_try_at=now,
            )
        )
    session.flush()


def _receivers(
    session: Session, rung: Rung, deviation: Deviation, now: datetime
) -> list[tuple[Person | None, str]]:
    """Return (person, address) of those who get a letter; a mailbox has no person.

    The board's goes to the association's administrators, who put it on the board's agenda. The
    management's goes to the party's own mailbox, where it is registered; without one to its people.
    """
    ways = heirs(session, deviation.association_id)
    number = ways.organisation_on(deviation.organisation_id, local_date(now))
    party = session.get_one(Organisation, number)
    if rung is Rung.BOARD or party.kind is OrganisationKind.ASSOCIATION:
        administrators = _people(session, deviation.association_id, None, (Role.ADMINISTRATOR,))
        return [(one, one.email) for one in administrators]
    if party.email:
        return [(None, party.email.lower())]
    for role in _MANAGEMENT:
        if found := _people(session, deviation.association_id, party.id, (role,)):
            whole = [one for one in found if one.unit_id is None]
            return [(one, one.email) for one in whole or found]
    return []


def _people(
    session: Session, association_id: int, organisation_id: int | None, roles: Sequence[Role]
) -> Sequence[Person]:
    query = (
        select(Person)
        .where(
            Person.association_id == association_id,
            Person.active,
            Person.id.in_(select(RoleGrant.person_id).where(RoleGrant.role.in_(roles))),
        )
        .order_by(Person.id)
    )
    if organisation_id is not None:
        query = query.where(Person.organisation_id == organisation_id)
    return session.scalars(query).all()


def letters_about(session: Session, deviation_id: int) -> Sequence[LadderLetter]:
    """Return the letters about a deviation, the first one first."""
    return session.scalars(
        select(LadderLetter)
        .where(LadderLetter.deviation_id == deviation_id)
        .order_by(LadderLetter.id)
    ).all()


def letter(session: Session, association_id: int, letter_id: int) -> LadderLetter | None:
    """Return one letter of an association, or None."""
    return session.scalar(
        select(LadderLetter)
        .where(LadderLetter.association_id == association_id, LadderLetter.id == letter_id)
        .options(joinedload(LadderLetter.decision))
    )


def receivers_of(session: Session, letter: LadderLetter) -> Sequence[OutboxMessage]:
    """Return the mails that brought a letter to those who got it."""
    return session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.association_id == letter.association_id,
            OutboxMessage.subject_type == "deviation",
            OutboxMessage.subject_id == letter.deviation_id,
            OutboxMessage.kind == KIND,
            OutboxMessage.payload == json.dumps({"letter": letter.id}),
        )
        .order_by(OutboxMessage.id)
    ).all()
