"""Parties change: units merge, split, get new names and successors from a date.

A change is carried out by dates alone, so one that is planned needs nothing more on its day:

1. The old party's last day is the day before; the new one's first is the day itself.
2. The new one owes what the old one owed, from its first day (`commitments.terms.span_of`).
3. A term that was cut short ends with the old party, and is judged by what was shown in it; a
   year's number or share of meetings is then judged of neither (`commitments.assess`). The year
   that the network's convener answers for goes over whole. Other events on or after the day go
   over to the heir; what is judged already stands, and refuses the change.
4. What the old party left open is acted on by its heir (`parties.heirs`), and its people follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.models import Obligation, Occurrence
from atagande_agreements.commitments.terms import CONVENED, look_again
from atagande_agreements.errors import NotFound
from atagande_agreements.parties.checks import added, check_key, check_name, check_short, free_key
from atagande_agreements.parties.current import bring_people
from atagande_agreements.parties.errors import (
    JudgedSince,
    NamedSince,
    NoDecision,
    NotPartyThen,
    OtherDuties,
    OtherKind,
    OtherOrganisation,
    PartyEnded,
    SameName,
    SameParty,
    TooEarly,
    TooFew,
)
from atagande_agreements.parties.handover import duties_of, hand_over, owed_by, take_on
from atagande_agreements.parties.models import (
    Organisation,
    PartyName,
    Person,
    Succession,
    SuccessionKind,
    Unit,
)
from atagande_agreements.register.models import (
    Agreement,
    AgreementParty,
    AgreementVersion,
    VersionState,
)

Party = Unit | Organisation


@dataclass(frozen=True, slots=True)
class New:
    """A party that comes into being by the change; its kind is that of the old one."""

    key: str
    name: str
    short_name: str
    email: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """From when a change applies, by which decision, and who records it when."""

    takes_effect_on: date
    decision: str
    person: Person
    now: datetime

    @property
    def last_day(self) -> date:
        """Return the last day of the old."""
        return self.takes_effect_on - timedelta(days=1)

    @property
    def has_come(self) -> bool:
        """Tell whether the day has come."""
        return self.takes_effect_on <= local_date(self.now)


def rename(
    session: Session, *, party: Party, name: str, short_name: str, change: Change
) -> PartyName:
    """Give a party a new name from a date; until then everything stands under the old one."""
    name, short_name = check_name(name), check_short(short_name)
    _lock(session, [party])
    _check(session, [party], change)
    whose = _named(party)
    last = session.scalar(
        select(PartyName).where(whose).order_by(PartyName.valid_from.desc()).limit(1)
    )
    if last is not None and last.valid_from >= change.takes_effect_on:
        raise NamedSince(field="takes_effect_on", day=last.valid_from)
    before = (last.name, last.short_name) if last else (party.name, party.short_name)
    if before == (name, short_name):
        raise SameName(field="name", name=name)
    is_unit = isinstance(party, Unit)
    row = PartyName(
        association_id=party.association_id,
        unit_id=party.id if is_unit else None,
        organisation_id=None if is_unit else party.id,
        valid_from=change.takes_effect_on,
        name=name,
        short_name=short_name,
        name_before=before[0],
        short_name_before=before[1],
    )
    session.add(row)
    if change.has_come:
        party.name, party.short_name = name, short_name
    _record(session, SuccessionKind.RENAMED, party, party, change, name=(before[0], name))
    return row


def _named(party: Party) -> ColumnElement[bool]:
    column = PartyName.unit_id if isinstance(party, Unit) else PartyName.organisation_id
    return column == party.id


def merge_units(
    session: Session, *, units: Sequence[Unit], into: Unit | New, change: Change
) -> Unit:
    """Let units of one organisation go up in one, new or existing, from a date."""
    units = list(dict.fromkeys(units))
    if len(units) + isinstance(into, Unit) < 2:  # noqa: PLR2004 - a merger needs two
        raise TooFew(field="units")
    _same_place(units[0], units[1:])
    (heir,) = _go_over(session, SuccessionKind.MERGED, units, [into], change)
    return heir


def split_unit(
    session: Session, *, unit: Unit, into: Sequence[Unit | New], change: Change
) -> list[Unit]:
    """Let a unit become several from a date; the first takes over what it left open."""
    if len(into) < 2:  # noqa: PLR2004 - fewer is no split
        raise TooFew(field="key")
    return _go_over(session, SuccessionKind.SPLIT, [unit], into, change)


def succeed_unit(session: Session, *, unit: Unit, by: Unit | New, change: Change) -> Unit:
    """Let another unit take over from a unit from a date."""
    (heir,) = _go_over(session, SuccessionKind.SUCCESSOR, [unit], [by], change)
    return heir


def succeed_organisation(
    session: Session, *, organisation: Organisation, by: Organisation | New, change: Change
) -> Organisation:
    """Let another organisation take over from one from a date, with a successor of each unit."""
    known = [by] if isinstance(by, Organisation) else []
    _lock(session, [organisation, *known])
    _check(session, [organisation], change)
    _check_heirs(session, [organisation], known, change)
    heir = (
        by if isinstance(by, Organisation) else _new_organisation(session, organisation, by, change)
    )
    _end(session, organisation, change)
    take_on(session, organisation, heir)
    _bind(session, organisation, heir)
    _record(session, SuccessionKind.SUCCESSOR, organisation, heir, change, carries=True)
    hand_over(session, organisation, heir, change.takes_effect_on, change.now)
    units = session.scalars(
        select(Unit).where(Unit.organisation_id == organisation.id, Unit.valid_to.is_(None))
    ).all()
    for unit in units:
        key = free_key(session, unit, change.takes_effect_on)
        new = New(key, unit.name, unit.short_name, unit.email, unit.address)
        _go_over(session, SuccessionKind.SUCCESSOR, [unit], [new], change, body=heir)
    if change.has_come:
        bring_people(session, organisation.association_id, local_date(change.now), change.now)
    return heir


def _go_over(
    session: Session,
    kind: SuccessionKind,
    old: Sequence[Unit],
    into: Sequence[Unit | New],
    change: Change,
    *,
    body: Organisation | None = None,
) -> list[Unit]:
    """Let every old unit go over into every one of `into`; the first of them is the heir.

    `body` is the organisation of the new ones, when it is another.
    """
    known = [one for one in into if isinstance(one, Unit)]
    _lock(session, [*old, *known])
    for one in known:
        if one in old:
            raise SameParty(field="into", party=one.name)
    _same_place(old[0], known)
    _check(session, old, change)
    _check_heirs(session, old, known, change)
    heirs = [
        one if isinstance(one, Unit) else _new_unit(session, old[0], one, change, body)
        for one in into
    ]
    for unit in old:
        _end(session, unit, change)
        for number, heir in enumerate(heirs):
            if heir not in known:
                take_on(session, unit, heir)
            _record(session, kind, unit, heir, change, carries=number == 0)
        hand_over(session, unit, heirs[0], change.takes_effect_on, change.now)
    if change.has_come and body is None:
        bring_people(session, old[0].association_id, local_date(change.now), change.now)
    return heirs


def _lock(session: Session, parties: Sequence[Party]) -> None:
    """Take the rows in one order and read them anew: someone else may be changing them."""
    for table in (Organisation, Unit):
        ids = [one.id for one in parties if isinstance(one, table)]
        if ids:
            session.scalars(
                select(table)
                .where(table.id.in_(ids))
                .order_by(table.id)
                .with_for_update()
                .execution_options(populate_existing=True)
            ).all()


def _same_place(first: Unit, others: Sequence[Unit]) -> None:
    for one in others:
        if one.association_id != first.association_id:
            raise NotFound
        if one.organisation_id != first.organisation_id:
            raise OtherOrganisation(field="units", party=one.name)
        if one.kind is not first.kind:
            raise OtherKind(field="units", party=one.name)


def _check(session: Session, old: Sequence[Party], change: Change) -> None:
    """Refuse what can't be: no decision, a party that ended, a day too early."""
    if not change.decision.strip():
        raise NoDecision(field="decision")
    day = change.takes_effect_on
    begins = session.scalar(
        select(func.min(Agreement.valid_from)).where(
            Agreement.association_id == old[0].association_id
        )
    )
    if begins is not None and day < begins:
        raise BeforeAgreement(field="takes_effect_on", day=day, valid_from=begins)
    for party in old:
        if party.valid_to is not None:
            raise PartyEnded(field="units", party=party.name, day=party.valid_to)
        if party.valid_from is not None and day <= party.valid_from:
            raise TooEarly(field="takes_effect_on", party=party.name, day=party.valid_from)


def _check_heirs(
    session: Session, old: Sequence[Party], known: Sequence[Party], change: Change
) -> None:
    """Refuse heirs that can't take over, and a day that judged results stand after."""
    day, today = change.takes_effect_on, local_date(change.now)
    for party in known:
        if party in old:
            raise SameParty(field="into", party=party.name)
        if party.association_id != old[0].association_id:
            raise NotFound
        if party.kind is not old[0].kind:
            raise OtherKind(field="into", party=party.name)
        # One that has ended, or will, has nobody to hand on to.
        if party.valid_to is not None:
            raise PartyEnded(field="into", party=party.name, day=party.valid_to)
        if party.valid_from is not None and party.valid_from > day:
            raise NotPartyThen(field="takes_effect_on", party=party.name, day=day)
        has = {one.commitment_id for one in duties_of(session, party)}
        if any(one.commitment_id not in has for each in old for one in duties_of(session, each)):
            raise OtherDuties(field="into", party=party.name)
    for party in (*old, *known):
        latest = _judged_since(session, party, day, today)
        if latest is not None:
            raise JudgedSince(field="takes_effect_on", party=party.name, day=latest)


def _judged_since(session: Session, party: Party, day: date, today: date) -> date | None:
    """Return the date of the latest judged result on or after a day, or None.

    A term that is not over is judged anew when it is cut short, so it does not count.
    """
    return session.scalar(
        select(func.max(Occurrence.event_on))
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .where(
            owed_by(party),
            Occurrence.event_on >= day,
            or_(
                Occurrence.missed_at.is_not(None),
                and_(
                    Occurrence.settled_at.is_not(None),
                    or_(
                        not_(
                            or_(
                                Occurrence.origin.startswith("period:"),
                                Occurrence.origin.startswith(CONVENED),
                            )
                        ),
                        Occurrence.event_on < today,
                    ),
                ),
            ),
        )
    )


def _end(session: Session, party: Party, change: Change) -> None:
    party.valid_to = change.last_day
    session.flush()


def _new_unit(
    session: Session, like: Unit, new: New, change: Change, body: Organisation | None
) -> Unit:
    unit = Unit(
        association_id=like.association_id,
        organisation_id=(body or like.organisation).id,
        key=check_key(new.key),
        name=check_name(new.name),
        short_name=check_short(new.short_name),
        kind=like.kind,
        email=new.email or None,
        address=new.address or None,
        position=like.position,
        in_agreement=like.in_agreement,
        by_succession=like.in_agreement,
        valid_from=change.takes_effect_on,
    )
    return added(session, unit)


def _new_organisation(
    session: Session, like: Organisation, new: New, change: Change
) -> Organisation:
    organisation = Organisation(
        association_id=like.association_id,
        key=check_key(new.key),
        name=check_name(new.name),
        short_name=check_short(new.short_name),
        kind=like.kind,
        email=new.email or None,
        position=like.position,
        valid_from=change.takes_effect_on,
    )
    return added(session, organisation)


def _bind(session: Session, old: Organisation, heir: Organisation) -> None:
    """Bind the heir by the versions in force that the old organisation is bound by."""
    bound = session.scalars(
        select(AgreementParty)
        .join(AgreementVersion, AgreementVersion.id == AgreementParty.version_id)
        .where(AgreementVersion.state == VersionState.IN_FORCE)
        .where(AgreementParty.organisation_id.in_((old.id, heir.id)))
    ).all()
    there = {one.version_id for one in bound if one.organisation_id == heir.id}
    session.add_all(
        AgreementParty(
            version_id=one.version_id,
            organisation_id=heir.id,
            member=one.member,
            by_succession=True,
        )
        for one in bound
        if one.organisation_id == old.id and one.version_id not in there
    )
    session.flush()


def _record(
    session: Session,
    kind: SuccessionKind,
    old: Party,
    heir: Party,
    change: Change,
    *,
    carries: bool = False,
    **more: tuple[object, object],
) -> None:
    is_unit = isinstance(old, Unit)
    session.add(
        Succession(
            association_id=old.association_id,
            kind=kind,
            from_unit_id=old.id if is_unit else None,
            to_unit_id=heir.id if is_unit else None,
            from_organisation_id=None if is_unit else old.id,
            to_organisation_id=None if is_unit else heir.id,
            takes_effect_on=change.takes_effect_on,
            decision=change.decision.strip(),
            carries=carries,
            recorded_by_id=change.person.id,
            recorded_at=change.now,
        )
    )
    session.flush()
    look_again(session, old.association_id)
    followed = more or {"followed_by": (None, heir.key), "last_day": (None, change.last_day)}
    audit.record(
        session,
        audit.Change(
            association_id=old.association_id,
            at=change.now,
            actor=audit.Actor.of(change.person),
            action=f"party.{kind.value}",
            object_type="unit" if is_unit else "organisation",
            object_id=old.id,
            changes=followed
            | {
                "takes_effect_on": (None, change.takes_effect_on),
                "decision": (None, change.decision.strip()),
            },
        ),
    )
