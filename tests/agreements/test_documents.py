"""Documents: what is decided, what is published, and what is refused."""

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from atagande_agreements.commitments.errors import (
    BadParagraph,
    BeforeAgreement,
    DecidedInFuture,
)
from atagande_agreements.commitments.models import Evidence, Occurrence, Status
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.documents import errors, governing, queries
from atagande_agreements.documents.models import DocumentUpdate, DocumentVersion, GoverningDocument
from atagande_agreements.documents.verbs import decide_update, publish
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.register.models import Agreement, AgreementVersion, VersionState
from atagande_agreements.steering.models import Decision
from atagande_agreements.sweep import sweep
from support.world import ADMINISTRATOR, STEERING, World

MODEL = "samre-modellen"
DECIDED = date(2026, 5, 4)


def document(session: Session, world: World, key: str = MODEL) -> queries.Document:
    agreement = world.agreement(session)
    found = queries.document(session, agreement, version_id(session, agreement), key)
    assert found is not None
    return found


def version_id(session: Session, agreement: Agreement) -> int:
    return session.scalars(
        select(AgreementVersion.id).where(
            AgreementVersion.agreement_id == agreement.id,
            AgreementVersion.state == VersionState.IN_FORCE,
        )
    ).one()


def decide(session: Session, world: World, **changes: Any) -> DocumentUpdate:
    given: dict[str, Any] = {
        "paragraph": "31",
        "decided_on": DECIDED,
        "note": "Ett nytt steg om uppföljning.",
        "document": document(session, world),
    }
    return decide_update(
        session,
        agreement=world.agreement(session),
        person=world.person(session, STEERING),
        now=world.now,
        **given | changes,
    )


def put_out(session: Session, world: World, **changes: Any) -> DocumentVersion:
    given: dict[str, Any] = {
        "text": "# SAMRE\n\nEtt steg.",
        "link": "",
        "published_on": date(2026, 3, 2),
        "updates": (),
        "after": 0,
        "document": document(session, world),
    }
    return publish(
        session,
        agreement=world.agreement(session),
        person=world.person(session, ADMINISTRATOR),
        now=world.now,
        **given | changes,
    )


def second(session: Session, world: World, update: DocumentUpdate, **changes: Any) -> Any:
    given: dict[str, Any] = {
        "text": "# SAMRE\n\nTvå steg.",
        "published_on": date(2026, 5, 18),
        "updates": (update.id,),
        "after": 1,
    }
    return put_out(session, world, **given | changes)


def owed(session: Session, update: DocumentUpdate) -> Occurrence:
    return session.scalars(
        select(Occurrence).where(Occurrence.origin == queries.origin(update.decision_id))
    ).one()


@pytest.fixture
def in_may(world: World) -> World:
    """Fourteen days are decided, and version 1 of the model is out; it is 19 May."""
    world.decide("publish_days", "14", date(2026, 2, 1))
    with world.writer() as session:
        put_out(session, world)
        session.commit()
    world.now = datetime(2026, 5, 19, 8, 0, tzinfo=UTC)
    return world


def test_the_documents_are_the_agreement_and_its_annexes(world: World) -> None:
    with world.services.reader() as session:
        agreement = world.agreement(session)
        found = queries.documents(session, agreement, version_id(session, agreement))
    assert [one.key for one in found] == [
        "overenskommelsen",
        "bilaga",
        "samre-modellen",
        "samre-bilaga",
    ]
    assert not any(one.latest or one.waiting for one in found)


def test_a_decision_gives_the_association_something_to_publish_in_time(in_may: World) -> None:
    in_may.now = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    with in_may.writer() as session:
        update = decide(session, in_may)
        occurrence = owed(session, update)
        assert occurrence.obligation.commitment.key == "F3"
        assert occurrence.obligation.organisation.key == "forbundet"
        assert (occurrence.event_on, occurrence.due_on) == (DECIDED, date(2026, 5, 18))
        assert occurrence.status is Status.PENDING
        assert document(session, in_may).waiting == [update]


def test_a_version_in_time_keeps_it_and_is_frozen(in_may: World) -> None:
    with in_may.writer() as session:
        update = decide(session, in_may)
        version = second(session, in_may, update)
        assert owed(session, update).status is Status.MET
        assert (update.number, update.published_on) == (2, date(2026, 5, 18))
        assert document(session, in_may).waiting == []
        number = version.id
        session.commit()
    with in_may.writer() as session, pytest.raises(DBAPIError, match="append-only"):
        session.execute(
            update_of(DocumentVersion).where(DocumentVersion.id == number).values(text="Annat.")
        )


update_of = update


def test_while_the_days_are_undecided_nothing_is_judged(world: World) -> None:
    world.now = datetime(2026, 5, 19, 8, 0, tzinfo=UTC)
    with world.writer() as session:
        update = decide(session, world)
        assert owed(session, update).status is Status.NOT_ASSESSABLE
        put_out(session, world, updates=(update.id,), published_on=date(2026, 5, 19))
        assert owed(session, update).status is Status.NOT_ASSESSABLE


def test_a_version_too_late_is_a_deviation_and_the_old_one_stays_readable(in_may: World) -> None:
    in_may.now = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    with in_may.writer() as session:
        update = decide(session, in_may)
        session.commit()
    in_may.now = datetime(2026, 5, 19, 8, 0, tzinfo=UTC)
    sweep(in_may.writer, in_may.now)
    with in_may.writer() as session:
        second(session, in_may, session.merge(update), published_on=date(2026, 5, 19))
        session.commit()
    sweep(in_may.writer, in_may.now)
    with in_may.services.reader() as session:
        occurrence = owed(session, update)
        assert (occurrence.status, occurrence.days_late) == (Status.NOT_MET, 1)
        assert session.scalars(select(Deviation.occurrence_id)).all() == [occurrence.id]
        first = queries.version(session, in_may.agreement(session).id, MODEL, 1)
        assert first is not None
        assert first.text == "# SAMRE\n\nEtt steg."


def test_one_version_may_carry_out_several_decisions(in_may: World) -> None:
    with in_may.writer() as session:
        updates = [decide(session, in_may, paragraph=text) for text in ("31", "32")]
        second(session, in_may, updates[0], updates=[one.id for one in updates])
        assert [owed(session, one).status for one in updates] == [Status.MET, Status.MET]
        assert session.scalars(select(Evidence.source).distinct()).all() == ["document-version:2"]


@pytest.mark.parametrize("order", list(permutations(("overenskommelsen", "bilaga", MODEL))))
def test_documents_do_not_touch_each_other(sqlite_world: World, order: tuple[str, ...]) -> None:
    world = sqlite_world
    world.decide("publish_days", "14", date(2026, 2, 1))
    world.now = datetime(2026, 5, 19, 8, 0, tzinfo=UTC)
    with world.writer() as session:
        updates = {
            key: decide(session, world, document=document(session, world, key)) for key in order
        }
        for key in order[:2]:
            put_out(
                session,
                world,
                document=document(session, world, key),
                updates=(updates[key].id,),
                published_on=date(2026, 5, 18),
            )
        kept = {key: owed(session, one).status for key, one in updates.items()}
    assert kept == {
        order[0]: Status.MET,
        order[1]: Status.MET,
        # Its day has passed, and only the sweep says so to others.
        order[2]: Status.NOT_MET,
    }


@pytest.mark.parametrize(
    ("changes", "refused", "field"),
    [
        ({"decided_on": date(2026, 5, 20)}, DecidedInFuture, "decided_on"),
        ({"decided_on": date(2019, 10, 24)}, BeforeAgreement, "decided_on"),
        ({"paragraph": "idag"}, BadParagraph, "paragraph"),
        ({"paragraph": "§ 030"}, errors.UpdateAlreadyDecided, "paragraph"),
    ],
)
def test_a_decision_that_can_not_be_is_refused(
    in_may: World, changes: dict[str, Any], refused: type[Refused], field: str
) -> None:
    with in_may.writer() as session:
        decide(session, in_may, paragraph="30")
        with pytest.raises(refused) as caught:
            decide(session, in_may, **changes)
        assert caught.value.field == field
        assert len(session.scalars(select(DocumentUpdate)).all()) == 1
        kinds = select(Decision).where(Decision.kind == "document")
        assert len(session.scalars(kinds).all()) == 1


@pytest.mark.parametrize(
    ("changes", "refused", "field"),
    [
        ({"published_on": date(2026, 5, 20)}, errors.PublishedInFuture, "published_on"),
        ({"published_on": date(2019, 10, 24)}, BeforeAgreement, "published_on"),
        ({"published_on": date(2026, 5, 3)}, errors.PublishedBeforeDecision, "published_on"),
        ({"published_on": date(2026, 3, 1)}, errors.PublishedBeforeLast, "published_on"),
        ({"updates": ()}, errors.NothingDecided, "updates"),
        ({"updates": (4711,)}, NotFound, "updates"),
        ({"text": " \n\t\n"}, errors.NoText, "text"),
        ({"text": "# SAMRE\r\n\r\nEtt steg.  \r\n"}, errors.NothingChanged, "text"),
        ({"link": "http://example.org/a.pdf"}, errors.BadLink, "link"),
        ({"link": "javascript:alert(1)"}, errors.BadLink, "link"),
        ({"link": "https://anna:hemlig@example.org/"}, errors.BadLink, "link"),
        ({"link": "HTTPS://example.org/"}, errors.BadLink, "link"),
        ({"link": "https://localhost"}, errors.BadLink, "link"),
        ({"link": "https://example.org/a b"}, errors.BadLink, "link"),
        ({"link": "https://example.org:99999/"}, errors.BadLink, "link"),
        ({"after": 0}, Stale, None),
        ({"after": 2}, Stale, None),
    ],
)
def test_a_version_that_can_not_be_is_refused(
    in_may: World, changes: dict[str, Any], refused: type[Refused], field: str | None
) -> None:
    with in_may.writer() as session:
        update = decide(session, in_may)
        with pytest.raises(refused) as caught:
            second(session, in_may, update, **changes)
        assert caught.value.field == field
        assert len(session.scalars(select(DocumentVersion)).all()) == 1


def test_a_decision_is_carried_out_once(in_may: World) -> None:
    with in_may.writer() as session:
        update = decide(session, in_may)
        second(session, in_may, update)
        with pytest.raises(errors.CarriedOut):
            second(session, in_may, update, text="Tre steg.", after=2)


def test_a_decision_about_another_document_is_not_this_ones(in_may: World) -> None:
    with in_may.writer() as session:
        annex = document(session, in_may, "samre-bilaga")
        update = decide(session, in_may, document=annex)
        with pytest.raises(NotFound):
            second(session, in_may, update)


def test_a_governing_document_stands_at_its_commitments(world: World) -> None:
    with world.writer() as session:
        agreement = world.agreement(session)
        person = world.person(session, ADMINISTRATOR)
        given: dict[str, Any] = {
            "title": "Riktlinjer för ekonomiskt bistånd",
            "issuer": "Sollentuna kommun",
            "link": "https://www.example.org/riktlinjer.pdf",
            "version_id": version_id(session, agreement),
            "person": person,
            "now": world.now,
        }
        added = governing.add(session, agreement=agreement, commitments=["K5", "K1"], **given)
        assert [one.commitment for one in added.clauses] == ["K1", "K5"]
        assert queries.governing(session, agreement.id, "K1") == [added]
        assert queries.governing(session, agreement.id, "K3") == []
        with pytest.raises(errors.LinkTaken):
            governing.add(session, agreement=agreement, commitments=[], **given)
        with pytest.raises(errors.UnknownCommitment):
            governing.add(session, agreement=agreement, commitments=["Z9"], **given)
        with pytest.raises(errors.BadLink):
            governing.add(
                session, agreement=agreement, commitments=[], **given | {"link": "ftp://a.example"}
            )
        session.commit()
        number = added.id
    with world.writer() as session:
        found = queries.governing_document(session, world.agreement(session).id, number)
        assert found is not None
        same = given | {"person": world.person(session, ADMINISTRATOR)}
        governing.change(session, document=found, commitments=["K3"], version=1, **same)
        session.commit()
        assert found.version == 2
        assert queries.governing(session, found.agreement_id, "K1") == []
        assert queries.governing(session, found.agreement_id, "K3") == [found]
        with pytest.raises(Stale):
            governing.change(session, document=found, commitments=[], version=1, **same)
        with pytest.raises(Stale):
            governing.remove(
                session, document=found, version=1, person=same["person"], now=world.now
            )
        governing.remove(
            session,
            document=found,
            version=2,
            person=world.person(session, ADMINISTRATOR),
            now=world.now,
        )
        session.commit()
        assert session.scalars(select(GoverningDocument)).all() == []
