"""Who is bound beside those that an agreement file names: those before them and those after.

A file names parties as they were when it was written. When one of them has merged, split or been
succeeded, the same commitment is owed by its whole kin, each in its own days: the old one until
it ended, the new one from its first day. So a file that names the old and one that names the new
give the same, and neither loses results nor brings back what has ended.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.parties.models import Succession, SuccessionKind, Unit
from atagande_agreements.register.models import Agreement, AgreementParty, AgreementVersion

#: (commitment, organisation, unit or None), as ids.
Place = tuple[int, int, int | None]
_Ways = Mapping[int, set[int]]


def _ways(session: Session, association_id: int) -> tuple[_Ways, _Ways, _Ways, _Ways]:
    """Return where units and organisations went, and where they came from."""
    rows = session.execute(
        select(
            Succession.from_unit_id,
            Succession.to_unit_id,
            Succession.from_organisation_id,
            Succession.to_organisation_id,
        ).where(
            Succession.association_id == association_id,
            Succession.kind != SuccessionKind.RENAMED,
        )
    )
    found: tuple[defaultdict[int, set[int]], ...] = tuple(defaultdict(set) for _ in range(4))
    for from_unit, to_unit, from_body, to_body in rows:
        for number, (old, new) in enumerate(((from_unit, to_unit), (from_body, to_body))):
            if old is not None and new is not None:
                found[2 * number][old].add(new)
                found[2 * number + 1][new].add(old)
    return found[0], found[1], found[2], found[3]


def _along(ways: _Ways, start: int) -> set[int]:
    """Return all that is reached from `start`, itself included."""
    found, waiting = {start}, [start]
    while waiting:
        new = ways.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def with_kin(session: Session, association_id: int, places: Iterable[Place]) -> list[Place]:
    """Return the places with those of the parties' kin, each once, in order."""
    unit_to, unit_from, body_to, body_from = _ways(session, association_id)
    places = list(places)
    if not (unit_to or body_to):
        return list(dict.fromkeys(places))
    body_of = {
        row.id: row.organisation_id
        for row in session.execute(
            select(Unit.id, Unit.organisation_id).where(Unit.association_id == association_id)
        )
    }
    found: dict[Place, None] = {}
    for commitment, body, unit in places:
        if unit is not None:
            kin = _along(unit_to, unit) | _along(unit_from, unit)
            found |= dict.fromkeys((commitment, body_of[one], one) for one in sorted(kin))
        else:
            kin = _along(body_to, body) | _along(body_from, body)
            found |= dict.fromkeys((commitment, one, None) for one in sorted(kin))
    return list(found)


def bind_kin(session: Session, version: AgreementVersion) -> None:
    """Bind the kin of the organisations that a version binds."""
    session.flush()
    association_id = session.get_one(Agreement, version.agreement_id).association_id
    _, _, body_to, body_from = _ways(session, association_id)
    bound = session.scalars(
        select(AgreementParty).where(AgreementParty.version_id == version.id)
    ).all()
    there = {one.organisation_id for one in bound}
    for one in bound:
        kin = _along(body_to, one.organisation_id) | _along(body_from, one.organisation_id)
        for organisation_id in sorted(kin - there):
            there.add(organisation_id)
            session.add(
                AgreementParty(
                    version_id=version.id,
                    organisation_id=organisation_id,
                    member=one.member,
                    by_succession=True,
                )
            )
    session.flush()
