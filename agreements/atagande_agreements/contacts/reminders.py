"""Asks the parties' chiefs by mail to confirm their entries: once before, and once after."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence, Status
from atagande_agreements.contacts.chain import RULE, SUBJECT
from atagande_agreements.contacts.errors import BadLink, OldLink
from atagande_agreements.contacts.links import VALID_DAYS, Asked, read_token
from atagande_agreements.contacts.verbs import KEEPERS
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.outbox.verbs import enqueue
from atagande_agreements.parties.models import Organisation, Person, Role, RoleGrant
from atagande_agreements.rules import Outcome

KIND = "contacts_confirm"
#: Calendar days before the last day that the first mail goes, and after it that the second may.
BEFORE, AFTER = timedelta(days=14), timedelta(days=60)


class Stage(StrEnum):
    """When a mail goes: before the last day, or when it is over."""

    DUE = "due"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Opened:
    """Who opened a link, and for which party."""

    person: Person
    organisation: Organisation
    asked: Asked


def remind(session: Session, now: datetime) -> int:
    """Queue the mails that are to go by `now` (UTC) and have not; return how many."""
    today = local_date(now)
    waiting = session.scalars(
        select(Occurrence)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(Organisation, Organisation.id == Obligation.organisation_id)
        .where(
            Commitment.rule == RULE,
            Commitment.subject == SUBJECT,
            Occurrence.kept_on.is_(None),
            Occurrence.outcome != Outcome.VOID,
            Occurrence.status != Status.NOT_ASSESSABLE,
            Occurrence.due_on >= today - AFTER,
            Occurrence.due_on <= today + BEFORE,
            or_(Organisation.valid_to.is_(None), Organisation.valid_to >= today),
        )
        .options(joinedload(Occurrence.obligation))
        .order_by(Occurrence.id)
    ).all()
    if not waiting:
        return 0
    people = _chiefs(session, {one.obligation.organisation_id for one in waiting})
    wanted: dict[str, tuple[Occurrence, Stage, Person]] = {}
    for one in waiting:
        stage = Stage.DUE if one.due_on is None or one.due_on >= today else Stage.STALE
        for person in people[one.obligation.organisation_id]:
            wanted[f"contacts-confirm:{one.id}:{stage}:{person.id}"] = (one, stage, person)
    sent = set(
        session.scalars(
            select(OutboxMessage.unique_key).where(OutboxMessage.unique_key.in_(wanted))
        )
    )
    new = {key: value for key, value in wanted.items() if key not in sent}
    for key, (one, stage, person) in new.items():
        enqueue(
            session,
            unique_key=key,
            kind=KIND,
            person=person,
            subject=("contacts", one.obligation.organisation_id),
            payload={
                "stage": stage,
                "due_on": one.due_on.isoformat() if one.due_on else "",
                "published": one.outcome != Outcome.NEVER,
            },
            now=now,
        )
    return len(new)


def _chiefs(session: Session, organisations: set[int]) -> dict[int, list[Person]]:
    """Return each party's unit chiefs; those who else keep its entries, if it has none."""
    found: dict[int, dict[Role, list[Person]]] = defaultdict(lambda: defaultdict(list))
    rows = session.execute(
        select(Person, RoleGrant.role)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            Person.organisation_id.in_(organisations),
            Person.active,
            RoleGrant.role.in_(KEEPERS),
        )
        .order_by(Person.id)
    )
    for person, role in rows:
        found[person.organisation_id][role].append(person)
    return defaultdict(
        list,
        {
            number: by_role[Role.UNIT_CHIEF] or by_role[Role.CONVENER]
            for number, by_role in found.items()
        },
    )


def open_link(session: Session, secret: bytes, token: str, today: date) -> Opened:
    """Return who a link was sent to; raise BadLink or OldLink.

    It opens as long as the person speaks for the party, for 60 days. Nothing is changed by it.
    """
    asked = read_token(secret, token)
    if asked is None:
        raise BadLink
    person = (
        session.scalars(
            select(Person)
            .where(
                Person.id == asked.person_id,
                Person.organisation_id == asked.organisation_id,
                Person.active,
            )
            .options(joinedload(Person.organisation), joinedload(Person.grants))
        )
        .unique()
        .one_or_none()
    )
    if person is None or not _keeps(person.grants):
        raise BadLink
    if today > asked.day + timedelta(days=VALID_DAYS):
        raise OldLink
    return Opened(person, person.organisation, asked)


def _keeps(grants: Sequence[RoleGrant]) -> bool:
    return any(grant.role in KEEPERS for grant in grants)


def is_spent(confirmed_on: date | None, asked: Asked) -> bool:
    """Tell whether the party has confirmed since the mail was written: nothing is left to do."""
    return confirmed_on is not None and confirmed_on >= asked.day
