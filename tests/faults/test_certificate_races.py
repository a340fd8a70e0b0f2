"""What several municipalities tell at the same moment: nothing is counted away."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Barrier, Thread

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.certificates.counts import Counts
from atagande_agreements.certificates.models import CertificateReport, CertificateRevision
from atagande_agreements.certificates.terms import half_year
from atagande_agreements.certificates.verbs import report_certificates
from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence
from atagande_agreements.enquiries.models import Addressee, Channel
from atagande_agreements.enquiries.verbs import new_reference, register_enquiry
from atagande_agreements.errors import Stale
from support.world import CONVENER, OTHER_CONVENER, World

PATIENCE = 60
THIRD = "enhetschef@sigtuna.example"


def together(world: World, works: list[Callable[[Session], None]]) -> list[BaseException | None]:
    """Run each work in a thread and transaction of its own, all at once; return their faults."""
    start = Barrier(len(works))
    faults: list[BaseException | None] = [None] * len(works)

    def run(index: int) -> None:
        try:
            with world.writer() as session:
                start.wait(PATIENCE)
                works[index](session)
                session.commit()
        except BaseException as fault:  # noqa: BLE001 - judged by the test itself
            faults[index] = fault

    threads = [Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return faults


def telling(world: World, who: str, counts: Counts) -> Callable[[Session], None]:
    def tell(session: Session) -> None:
        report_certificates(
            session,
            agreement=world.agreement(session),
            unit=world.unit(session, "sollentuna-mottagning"),
            term=half_year("2026-H1"),
            counts=counts,
            person=world.person(session, who),
            version=0,
            now=world.now,
        )

    return tell


def of(session: Session, key: str) -> Occurrence:
    return session.scalars(
        select(Occurrence)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(Commitment.key == key)
    ).one()


def test_municipalities_that_report_at_once_are_all_in_the_sum(world: World) -> None:
    faults = together(
        world,
        [
            telling(world, CONVENER, Counts(10, 1, 0)),
            telling(world, OTHER_CONVENER, Counts(20, 2, 0)),
            telling(world, THIRD, Counts(30, 3, 0)),
        ],
    )
    assert faults == [None] * 3
    with world.services.reader() as session:
        occurrence = of(session, "P2")
        assert (occurrence.counted, occurrence.total) == (54, 60)


def test_of_two_from_one_municipality_at_once_one_wins(world: World) -> None:
    faults = together(
        world,
        [telling(world, CONVENER, Counts(received, 1, 0)) for received in (10, 11, 12)],
    )
    assert [type(fault) for fault in faults if fault is not None] == [Stale, Stale]
    with world.services.reader() as session:
        report = session.scalars(select(CertificateReport)).one()
        revision = session.scalars(select(CertificateRevision)).one()
        assert report.version == revision.number == 1
        assert of(session, "P2").total == revision.received


def test_enquiries_registered_at_once_are_all_counted(world: World) -> None:
    world.now = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)

    def register(session: Session) -> None:
        register_enquiry(
            session,
            agreement=world.agreement(session),
            unit=world.unit(session, "sollentuna-mottagning"),
            person=world.person(session, CONVENER),
            sent_on=date(2026, 3, 30),
            reference=new_reference(),
            channel=Channel.LETTER,
            addressee=Addressee.CLINIC,
            now=world.now,
        )

    assert together(world, [register] * 4) == [None] * 4
    with world.services.reader() as session:
        for key in ("K4", "K8"):
            assert (of(session, key).counted, of(session, key).total) == (4, 4)
