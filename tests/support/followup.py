"""Something to follow up: enquiries, many occurrences, neighbours, and a second agreement."""

from datetime import date
from itertools import count
from pathlib import Path

from sqlalchemy import Select, insert, select

from atagande_agreements import audit
from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence, Status
from atagande_agreements.enquiries.models import Addressee, Channel
from atagande_agreements.enquiries.verbs import answer_enquiry, register_enquiry
from atagande_agreements.parties.models import Association, Organisation, Person, Role, RoleGrant
from atagande_agreements.register.agreement_file import parse
from atagande_agreements.register.importer import import_agreement
from atagande_agreements.sweep import sweep
from support.world import CONVENER, World

SMALL = Path(__file__).parent.parent / "agreements" / "files" / "small.toml"
NEIGHBOUR = "alla.roller@prov.example"
CLINICS = ("sollentuna-mottagning", "sigtuna-upplands-vasby-mottagning", "psykosmottagningen")

_numbers = count(1)


def of_enquiries() -> Select[Occurrence]:
    """Select what enquiries gave to keep; terms give occurrences of their own."""
    return select(Occurrence).where(Occurrence.origin.like("enquiry:%"))


def ask(world: World, clinic: str, sent_on: date, answered_on: date | None = None) -> str:
    """Register an enquiry, and its answer if it has one; return its reference."""
    reference = f"HEMLIG-{next(_numbers)}"
    with world.writer() as session:
        person = world.person(session, CONVENER)
        enquiry = register_enquiry(
            session,
            agreement=world.agreement(session),
            unit=world.unit(session, clinic),
            person=person,
            sent_on=sent_on,
            reference=reference,
            channel=Channel.LETTER,
            addressee=Addressee.CLINIC,
            now=world.now,
        )
        if answered_on is not None:
            answer_enquiry(
                session, enquiry=enquiry, answered_on=answered_on, person=person, now=world.now
            )
        session.commit()
    return reference


def sweep_now(world: World) -> None:
    """Run the sweep as of the world's clock."""
    sweep(world.writer, world.now)


def many_occurrences(world: World, number: int) -> None:
    """Add settled occurrences of P3, spread over the clinics and the year."""
    with world.writer() as session:
        obligations = session.scalars(
            select(Obligation)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .where(Commitment.key == "P3")
        ).all()
        start = next(_numbers) * 10_000
        session.execute(
            insert(Occurrence),
            [
                {
                    "association_id": obligations[0].association_id,
                    "agreement_id": obligations[0].agreement_id,
                    "obligation_id": obligations[index % len(obligations)].id,
                    "origin": f"enquiry:{start + index}",
                    "event_on": date(2026, 1 + index % 12, 1 + index % 28),
                    "due_on": date(2026, 12, 31),
                    "status": Status.MET if index % 2 else Status.NOT_MET,
                    "on_miss": obligations[0].commitment.on_miss,
                    "days_late": 0,
                }
                for index in range(number)
            ],
        )
        session.commit()


def add_neighbours(world: World) -> None:
    """Add another association with an agreement of its own, and a person with every role there."""
    _import(world, SMALL.read_text("utf-8"))
    with world.writer() as session:
        organisation = session.scalars(
            select(Organisation)
            .join(Association, Association.id == Organisation.association_id)
            .where(Association.key == "prov", Organisation.key == "provby")
        ).one()
        session.add(
            Person(
                association_id=organisation.association_id,
                organisation=organisation,
                name="Alla Roller",
                email=NEIGHBOUR,
                created_at=world.now,
                grants=[RoleGrant(role=role) for role in Role],
            )
        )
        session.commit()


def add_second_agreement(world: World) -> None:
    """Add a second agreement, "prov", to the association that is there."""
    text = SMALL.read_text("utf-8")
    _import(world, text.replace('short = "Prov"', 'short = "SUVS"', 1))


def _import(world: World, text: str) -> None:
    file, faults = parse(text, filename="small.toml")
    assert file is not None, faults
    with world.writer() as session:
        import_agreement(session, file, actor=audit.Actor.job("test"), now=world.now)
        session.commit()
