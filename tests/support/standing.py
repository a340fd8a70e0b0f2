"""Reports of standing duties in the spring of 2026, for tests."""

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence
from atagande_agreements.enquiries.models import Addressee, Channel, Enquiry
from atagande_agreements.parties.models import Organisation
from atagande_agreements.standing import services
from atagande_agreements.standing.models import SelfReport, Subject
from atagande_agreements.standing.verbs import Said, report_standing
from support.world import CONVENER, World

TERM = "2026-H1"
SIGTUNA = "enhetschef@sigtuna.example"


def decided(world: World) -> World:
    """Monday 4 May 2026; everything that the reports are judged by was decided in February."""
    world.now = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
    day = date(2026, 2, 1)
    world.decide("activity_measure", "Antal i målgruppen och antal som nått rehabilitering", day)
    world.decide("service_count", "2", day)
    world.decide("unclear_means", "När handläggaren inte vet om personen klarar insatsen", day)
    world.decide("steering_meetings_per_year", "4", day)
    return world


def give(
    session: Session,
    world: World,
    subject: Subject = Subject.ACTIVE_WORK,
    said: Said | None = None,
    *,
    who: str = CONVENER,
    term: str = TERM,
    **more: object,
) -> SelfReport:
    """Report for a term; "yes, we work actively" unless told otherwise."""
    return report_standing(
        session,
        agreement=world.agreement(session),
        subject=subject,
        term=term,
        said=said or Said(works=True),
        person=world.person(session, who),
        now=world.now,
        **more,  # type: ignore[arg-type]  # each test names what it changes
    )


def offer(session: Session, world: World, name: str, **dates: date | None) -> None:
    """Add a preparatory service of the convener\'s municipality."""
    services.add_service(
        session,
        offer=services.Offer(
            name=name,
            purpose="Rutiner i vardagen",
            place="Demogatan 4",
            contact="Samordnaren",
            valid_from=dates.get("valid_from") or date(2026, 1, 1),
            valid_to=dates.get("valid_to"),
        ),
        person=world.person(session, CONVENER),
        now=world.now,
    )


def standing(
    session: Session, key: str, who: str = "upplands-vasby", term: str = TERM
) -> Occurrence:
    """Return what a party has to keep in a term, by the commitment's key."""
    return session.scalars(
        select(Occurrence)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(Organisation, Organisation.id == Obligation.organisation_id)
        .where(
            Commitment.key == key,
            Organisation.key == who,
            Occurrence.origin == f"period:{term}",
        )
        .execution_options(populate_existing=True)
    ).one()


def enquiry(session: Session, world: World, number: int, sent_on: date = date(2026, 4, 7)) -> None:
    """Put an enquiry in the register, past its verb."""
    person = world.person(session, CONVENER)
    agreement = world.agreement(session)
    session.add(
        Enquiry(
            association_id=agreement.association_id,
            agreement_id=agreement.id,
            reference=f"A7K{number}-MQ9X",
            organisation_id=person.organisation_id,
            unit_id=world.unit(session, "sollentuna-mottagning").id,
            channel=Channel.LETTER,
            addressee=Addressee.CLINIC,
            sent_on=sent_on,
            registered_by_id=person.id,
            registered_at=world.now,
        )
    )
    session.flush()
