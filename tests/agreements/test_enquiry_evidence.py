"""What enquiries show of who asks (K4, K8), of therapists who pass them on, and corrected dates."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.commitments.models import (
    Commitment,
    Evidence,
    Obligation,
    Occurrence,
    Status,
)
from atagande_agreements.deviations.models import Deviation, DeviationStep, StepKind
from atagande_agreements.enquiries import errors, queries
from atagande_agreements.enquiries.models import Addressee, Channel, Enquiry
from atagande_agreements.enquiries.verbs import (
    answer_enquiry,
    correct_answer,
    forward_enquiry,
    new_reference,
    register_enquiry,
)
from atagande_agreements.errors import Forbidden, Refused, Stale
from atagande_agreements.sweep import sweep
from support.followup import of_enquiries
from support.world import CLINIC_CHIEF, CONVENER, OTHER_CONVENER, World

MONDAY = date(2026, 3, 30)
AFTER = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
AUGUST = datetime(2026, 8, 3, 8, 0, tzinfo=UTC)


@pytest.fixture
def spring(world: World) -> World:
    """A spring with a share of letters, an answer time and a meaning of "unclear" decided."""
    world.decide("letters_share", "90", date(2026, 1, 2))
    world.decide("unclear_means", "När läkarintyg och samtal säger olika.", date(2026, 1, 2))
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.now = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)
    return world


def ask(
    session: Session,
    world: World,
    channel: Channel = Channel.LETTER,
    addressee: Addressee = Addressee.CLINIC,
    *,
    sent_on: date = MONDAY,
    who: str = CONVENER,
) -> Enquiry:
    return register_enquiry(
        session,
        agreement=world.agreement(session),
        unit=world.unit(session, "sollentuna-mottagning"),
        person=world.person(session, who),
        sent_on=sent_on,
        reference=new_reference(),
        channel=channel,
        addressee=addressee,
        now=world.now,
    )


def of(session: Session, key: str) -> list[Occurrence]:
    return list(
        session.scalars(
            select(Occurrence)
            .join(Obligation, Obligation.id == Occurrence.obligation_id)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .where(Commitment.key == key)
            .order_by(Occurrence.id)
        )
    )


@pytest.mark.parametrize(
    ("channel", "addressee", "counted"),
    [
        (Channel.LETTER, Addressee.CLINIC, 1),
        (Channel.SECURE_MESSAGE, Addressee.CLINIC, 1),
        (Channel.TELEPHONE, Addressee.CLINIC, 0),
        (Channel.LETTER, Addressee.DOCTOR, 0),
        (Channel.TELEPHONE, Addressee.DOCTOR, 0),
    ],
)
def test_a_letter_to_the_clinic_counts_and_one_to_a_doctor_counts_against(
    spring: World, channel: Channel, addressee: Addressee, counted: int
) -> None:
    with spring.writer() as session:
        ask(session, spring, channel, addressee)
        k4 = of(session, "K4")[0]
        assert (k4.counted, k4.total, k4.status) == (counted, 1, Status.PENDING)
        k8 = of(session, "K8")[0]
        # However it was asked, it was asked.
        assert (k8.counted, k8.total) == (1, 1)
        session.commit()
    sweep(spring.writer, AUGUST)
    with spring.services.reader() as session:
        assert of(session, "K4")[0].status is (Status.MET if counted else Status.NOT_MET)
        assert of(session, "K8")[0].status is Status.MET


def test_each_municipality_and_half_year_is_counted_by_itself(spring: World) -> None:
    with spring.writer() as session:
        ask(session, spring)
        ask(session, spring, addressee=Addressee.DOCTOR)
        ask(session, spring, who=OTHER_CONVENER)
        ask(session, spring, sent_on=date(2025, 12, 30))
        counts = {
            (one.obligation.organisation_id, one.origin): (one.counted, one.total)
            for one in of(session, "K4")
        }
        ours = spring.person(session, CONVENER).organisation_id
        theirs = spring.person(session, OTHER_CONVENER).organisation_id
        assert counts == {
            (ours, "period:2026-H1"): (1, 2),
            (theirs, "period:2026-H1"): (1, 1),
            (ours, "period:2025-H2"): (1, 1),
        }


def test_a_half_year_without_enquiries_asks_nothing_of_letters(spring: World) -> None:
    sweep(spring.writer, AUGUST)
    with spring.services.reader() as session:
        spring_terms = [one for one in of(session, "K4") if one.origin == "period:2026-H1"]
        assert {one.status for one in spring_terms} == {Status.NOT_ASSESSABLE}
        unasked = [one for one in of(session, "K8") if one.origin == "period:2026-H1"]
        assert {one.status for one in unasked} == {Status.UNREPORTED}


def test_until_the_group_decides_neither_is_judged(world: World) -> None:
    world.now = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)
    with world.writer() as session:
        ask(session, world, addressee=Addressee.DOCTOR)
        session.commit()
    sweep(world.writer, AUGUST)
    with world.services.reader() as session:
        assert of(session, "K4")[0].status is Status.NOT_ASSESSABLE
        assert of(session, "K8")[0].status is Status.NOT_ASSESSABLE
        assert session.scalars(select(Deviation)).all() == []


CASES = st.lists(
    st.tuples(st.sampled_from(list(Channel)), st.sampled_from(list(Addressee))),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CASES)
def test_in_any_order_the_same_enquiries_show_the_same(
    sqlite_world: World, cases: list[tuple[Channel, Addressee]]
) -> None:
    seen = []
    for order in (cases, cases[::-1]):
        with sqlite_world.writer() as session:
            sqlite_world.now = AFTER
            for channel, addressee in order:
                ask(session, sqlite_world, channel, addressee)
            seen.append([(one.counted, one.total) for one in of(session, "K4")])
            session.rollback()
    assert seen[0] == seen[1]


def answered(session: Session, world: World, day: int) -> Enquiry:
    enquiry = ask(session, world)
    answer_enquiry(
        session,
        enquiry=enquiry,
        answered_on=date(2026, 4, day),
        person=world.person(session, CONVENER),
        now=world.now,
    )
    session.commit()
    return enquiry


def correct(session: Session, world: World, enquiry: Enquiry, day: date, **changes: object) -> None:
    given: dict[str, object] = {
        "person": world.person(session, CONVENER),
        "version": enquiry.version,
    }
    correct_answer(
        session,
        enquiry=enquiry,
        answered_on=day,
        now=world.now,
        **(given | changes),  # type: ignore[arg-type]  # each test names what it changes
    )


def test_a_date_corrected_to_be_late_gives_its_deviation(spring: World) -> None:
    with spring.writer() as session:
        enquiry = answered(session, spring, 15)
        assert session.scalars(of_enquiries()).one().status is Status.MET
        correct(session, spring, enquiry, date(2026, 4, 16))
        occurrence = session.scalars(of_enquiries()).one()
        assert (occurrence.status, occurrence.days_late) == (Status.NOT_MET, 1)
        session.commit()
    assert sweep(spring.writer, spring.now).deviations_opened == 1


def test_a_date_corrected_to_be_in_time_is_told_to_the_deviation(spring: World) -> None:
    with spring.writer() as session:
        enquiry = answered(session, spring, 17)
    sweep(spring.writer, spring.now)
    with spring.writer() as session:
        enquiry = session.get_one(Enquiry, enquiry.id)
        correct(session, spring, enquiry, date(2026, 4, 14))
        assert session.scalars(of_enquiries()).one().status is Status.MET
        assert session.scalars(select(DeviationStep.kind)).all() == [StepKind.WITHDRAWN]
        filed = session.execute(
            select(Evidence.source, Evidence.effective_on)
            .where(Evidence.source.like("enquiry-answer:%"))
            .order_by(Evidence.id)
        ).all()
        number = enquiry.id
        assert [tuple(row) for row in filed] == [
            (f"enquiry-answer:{number}", date(2026, 4, 17)),
            (f"enquiry-answer:{number}:v2", date(2026, 4, 14)),
        ]
        session.commit()
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.object_type == "enquiry")
        ).all()
        assert sorted(actions) == ["enquiry.answered", "enquiry.corrected", "enquiry.registered"]


def test_the_same_date_corrects_nothing_and_there_and_back_again_is_kept(spring: World) -> None:
    with spring.writer() as session:
        enquiry = answered(session, spring, 15)
        correct(session, spring, enquiry, date(2026, 4, 15))
        assert enquiry.answer_revision == 1
        correct(session, spring, enquiry, date(2026, 4, 17))
        correct(session, spring, enquiry, date(2026, 4, 15))
        assert enquiry.answer_revision == 3
        assert session.scalars(of_enquiries()).one().status is Status.MET


@pytest.mark.parametrize(
    ("day", "changes", "refusal"),
    [
        (date(2026, 3, 29), {}, errors.AnswerBeforeQuestion),
        (date(2026, 4, 21), {}, errors.AnsweredInFuture),
        (date(2026, 4, 14), {"version": 1}, Stale),
    ],
)
def test_a_correction_keeps_to_what_can_be(
    spring: World, day: date, changes: dict[str, object], refusal: type[Refused]
) -> None:
    with spring.writer() as session:
        enquiry = answered(session, spring, 15)
        with pytest.raises(refusal):
            correct(session, spring, enquiry, day, **changes)
        assert enquiry.answered_on == date(2026, 4, 15)


def test_only_who_asked_corrects_and_only_an_answer(spring: World) -> None:
    with spring.writer() as session:
        enquiry = answered(session, spring, 15)
        for who in (CLINIC_CHIEF, OTHER_CONVENER):
            with pytest.raises(Forbidden):
                correct(
                    session, spring, enquiry, date(2026, 4, 14), person=spring.person(session, who)
                )
        with pytest.raises(errors.NotAnswered):
            correct(session, spring, ask(session, spring), date(2026, 4, 14))


@pytest.mark.parametrize("who", [CONVENER, CLINIC_CHIEF])
def test_passing_a_question_on_is_counted_and_never_judged_and_stops_no_clock(
    spring: World, who: str
) -> None:
    with spring.writer() as session:
        enquiry = ask(session, spring)
        clock = session.scalars(of_enquiries()).one()
        before = (clock.status, clock.due_on, clock.sweep_at)
        for _ in range(2):
            forward_enquiry(
                session,
                enquiry=enquiry,
                forwarded_on=date(2026, 4, 1),
                person=spring.person(session, who),
                version=1,
                now=spring.now,
            )
        assert of(session, "P4") == []
        assert (clock.status, clock.due_on, clock.sweep_at) == before
        viewer = queries.Viewer(enquiry.association_id, organisation_id=enquiry.organisation_id)
        assert queries.forwarded_count(session, viewer) == 1


@pytest.mark.parametrize(
    ("day", "who", "version", "refusal"),
    [
        (date(2026, 3, 29), CONVENER, 1, errors.ForwardedBeforeQuestion),
        (date(2026, 4, 21), CONVENER, 1, errors.ForwardedInFuture),
        (date(2026, 4, 1), OTHER_CONVENER, 1, Forbidden),
        (date(2026, 4, 1), CLINIC_CHIEF, 7, Stale),
    ],
)
def test_passing_on_keeps_to_what_can_be(
    spring: World, day: date, who: str, version: int, refusal: type[Refused]
) -> None:
    with spring.writer() as session:
        enquiry = ask(session, spring)
        person = spring.person(session, who)

        def forward(on: date) -> None:
            forward_enquiry(
                session,
                enquiry=enquiry,
                forwarded_on=on,
                person=person,
                version=version,
                now=spring.now,
            )

        with pytest.raises(refusal):
            forward(day)
        assert enquiry.forwarded_on is None
