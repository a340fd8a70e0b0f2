"""Enquiries: what is refused, when an answer is due, and whose they are."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.models import Evidence, Occurrence, Status
from atagande_agreements.enquiries import errors, queries
from atagande_agreements.enquiries.models import Addressee, Channel, Enquiry
from atagande_agreements.enquiries.verbs import answer_enquiry, new_reference, register_enquiry
from atagande_agreements.errors import Forbidden, Refused, Stale
from atagande_agreements.privacy import find_personal_number
from support.followup import of_enquiries
from support.queries import count_queries
from support.world import CLINIC_CHIEF, CONVENER, OTHER_CONVENER, World

MONDAY = date(2026, 3, 30)


def register(session: Session, world: World, *, who: str = CONVENER, **changes: object) -> Enquiry:
    given: dict[str, object] = {
        "sent_on": MONDAY,
        "reference": "A7K2-MQ9X",
        "unit": world.unit(session, "sollentuna-mottagning"),
    }
    return register_enquiry(
        session,
        agreement=world.agreement(session),
        person=world.person(session, who),
        channel=Channel.LETTER,
        addressee=Addressee.CLINIC,
        now=world.now,
        **(given | changes),  # type: ignore[arg-type]  # each test names what it changes
    )


@pytest.fixture
def at_easter(world: World) -> World:
    world.now = datetime(2026, 4, 16, 8, 0, tzinfo=UTC)
    return world


def only(session: Session) -> Occurrence:
    return session.scalars(of_enquiries()).one()


def test_until_the_group_decides_nothing_is_judged(at_easter: World) -> None:
    with at_easter.writer() as session:
        enquiry = register(session, at_easter)
        answer_enquiry(
            session,
            enquiry=enquiry,
            answered_on=date(2026, 4, 16),
            person=at_easter.person(session, CONVENER),
            now=at_easter.now,
        )
        occurrence = only(session)
        assert occurrence.status is Status.NOT_ASSESSABLE
        assert (occurrence.due_on, occurrence.sweep_at) == (None, None)


def test_ten_working_days_skip_good_friday_and_easter_monday(at_easter: World) -> None:
    at_easter.decide("answer_days", "10", date(2026, 2, 1))
    with at_easter.writer() as session:
        register(session, at_easter)
        occurrence = only(session)
        assert occurrence.due_on == date(2026, 4, 15)
        # The day is over at midnight in Stockholm, two hours before it is in UTC.
        assert occurrence.sweep_at == datetime(2026, 4, 15, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answered", "status", "late"),
    [
        (date(2026, 3, 30), Status.MET, 0),
        (date(2026, 4, 15), Status.MET, 0),
        (date(2026, 4, 16), Status.NOT_MET, 1),
    ],
)
def test_the_last_day_is_in_time_and_the_next_is_one_working_day_late(
    at_easter: World, answered: date, status: Status, late: int
) -> None:
    at_easter.decide("answer_days", "10", date(2026, 2, 1))
    with at_easter.writer() as session:
        enquiry = register(session, at_easter)
        answer_enquiry(
            session,
            enquiry=enquiry,
            answered_on=answered,
            person=at_easter.person(session, CONVENER),
            now=at_easter.now,
        )
        occurrence = only(session)
        assert (occurrence.status, occurrence.days_late) == (status, late)


def test_the_same_answer_twice_changes_nothing(at_easter: World) -> None:
    at_easter.decide("answer_days", "10", date(2026, 2, 1))
    with at_easter.writer() as session:
        enquiry = register(session, at_easter)
        for who in (CONVENER, CLINIC_CHIEF):
            answer_enquiry(
                session,
                enquiry=enquiry,
                answered_on=date(2026, 4, 14),
                person=at_easter.person(session, who),
                now=at_easter.now,
                version=1,
            )
        evidence = session.scalars(
            select(Evidence).where(Evidence.source.like("enquiry-answer:%"))
        ).one()
        assert evidence.reported_by_id == at_easter.person(session, CONVENER).id
        assert enquiry.version == 2


def test_another_date_on_an_old_page_is_stale_and_on_a_new_page_already_answered(
    at_easter: World,
) -> None:
    with at_easter.writer() as session:
        enquiry = register(session, at_easter)
        person = at_easter.person(session, CONVENER)

        def answer(day: int, version: int) -> None:
            answer_enquiry(
                session,
                enquiry=enquiry,
                answered_on=date(2026, 4, day),
                person=person,
                now=at_easter.now,
                version=version,
            )

        answer(14, 1)
        session.flush()
        with pytest.raises(Stale):
            answer(15, 1)
        with pytest.raises(errors.AlreadyAnswered):
            answer(15, 2)
        assert enquiry.answered_on == date(2026, 4, 14)


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"sent_on": date(2026, 4, 17)}, errors.SentInFuture, "sent_on"),
        ({"sent_on": date(2019, 10, 24)}, BeforeAgreement, "sent_on"),
        ({"reference": "A7K"}, errors.BadReference, "reference"),
        ({"reference": "Å7K2"}, errors.BadReference, "reference"),
        ({"reference": "A7K2 MQ9X"}, errors.BadReference, "reference"),
    ],
)
def test_what_cannot_be_registered_is_refused_by_its_field(
    at_easter: World, changes: dict[str, object], refusal: type[Refused], field: str
) -> None:
    with at_easter.writer() as session, pytest.raises(refusal) as caught:
        register(session, at_easter, **changes)
    assert caught.value.field == field


def test_an_office_is_no_clinic(at_easter: World) -> None:
    with at_easter.writer() as session, pytest.raises(errors.NotAClinic):
        register(session, at_easter, unit=at_easter.unit(session, "sollentuna-ek"))


def test_only_a_municipality_registers(at_easter: World) -> None:
    with at_easter.writer() as session, pytest.raises(Forbidden):
        register(session, at_easter, who=CLINIC_CHIEF)


def test_a_reference_is_used_once_in_the_association(at_easter: World) -> None:
    with at_easter.writer() as session:
        register(session, at_easter)
        with pytest.raises(errors.ReferenceTaken):
            register(session, at_easter, reference=" a7k2-mq9x ", who=OTHER_CONVENER)
        assert session.scalars(select(Enquiry)).one().reference == "A7K2-MQ9X"


def test_a_new_reference_is_opaque_and_never_looks_like_a_personal_number() -> None:
    references = {new_reference() for _ in range(500)}
    assert len(references) == 500
    assert not any(find_personal_number(one) for one in references)


def test_a_municipality_and_the_asked_clinic_see_it_and_nobody_else(at_easter: World) -> None:
    with at_easter.writer() as session:
        enquiry = register(session, at_easter)
        people = {
            who: at_easter.person(session, who)
            for who in (
                CONVENER,
                CLINIC_CHIEF,
                OTHER_CONVENER,
                "enhetschef.psykos@psykiatri.example",
                "samverkan@fk.example",
            )
        }
        seen = {
            who: queries.one(
                session,
                queries.viewer(
                    association_id=person.association_id,
                    organisation_id=person.organisation_id,
                    organisation_kind=person.organisation.kind,
                    unit_id=person.unit_id,
                    unit_kind=person.unit.kind if person.unit else None,
                    roles=frozenset(grant.role for grant in person.grants),
                ),
                enquiry.id,
            )
            for who, person in people.items()
        }
    assert {who for who, found in seen.items() if found} == {CONVENER, CLINIC_CHIEF}


def test_a_decision_judges_many_with_as_few_questions_as_one(sqlite_world: World) -> None:
    world = sqlite_world
    asked = []
    for number, valid_from in ((1, date(2026, 2, 25)), (12, date(2026, 2, 26))):
        with world.writer() as session:
            for _ in range(number):
                register(session, world, sent_on=valid_from, reference=new_reference())
            session.commit()
        with count_queries(world.services.engine) as sent:
            world.decide("answer_days", "10", valid_from)
        asked.append(sum(one.startswith("SELECT") for one in sent))
    assert asked[0] == asked[1]
    with world.services.reader() as session:
        judged = session.scalars(of_enquiries().order_by(Occurrence.id)).all()
    assert {one.status for one in judged} == {Status.PENDING}
    assert [one.parameter_decision_id for one in judged] == [1] + [2] * 12
