"""By mail people ask for another time, for the invitation again, and for someone to go instead."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.models import Person
from atagande_agreements.parties.outside import add_outside_clinic
from atagande_calendar.invitations.models import (
    AnswerWay,
    Invitation,
    InvitationProposal,
    Partstat,
)
from atagande_calendar.meetings.models import Meeting
from atagande_plugin.mail.inbound import Received, receive
from atagande_plugin.mail.models import InboundMessage, Outcome
from support import replies
from support.booking import book, booked, published
from support.replies import Facts, counter, mail
from support.world import ADMINISTRATOR, AF, CLINIC_CHIEF, CONVENER, World

STRANGER = "nagon@annan.example"
#: Tuesday 31 March 2026, 10.00 in Stockholm.
LATER = datetime(2026, 3, 31, 8, tzinfo=UTC)


@pytest.fixture
def facts(world: World) -> Facts:
    """A published meeting with people asked, and what the clinic's chief's answer would hold."""
    return replies.asked(world)


def invitation(world: World, email: str = CLINIC_CHIEF) -> Invitation:
    with world.services.reader() as session:
        return session.scalars(select(Invitation).where(Invitation.email == email)).one()


def test_a_wish_for_another_time_is_kept_beside_a_maybe(world: World, facts: Facts) -> None:
    raw = counter(facts.but(partstat="TENTATIVE"), LATER, LATER + timedelta(hours=2), CONVENER, AF)
    assert receive(world.services, raw) == Received(Outcome.PROPOSED)
    with world.services.reader() as session:
        [wish] = session.scalars(select(InvitationProposal)).all()
        meeting = session.scalars(select(Meeting)).one()
    assert (wish.starts_at, wish.minutes, wish.way) == (LATER, 120, AnswerWay.MAIL)
    assert meeting.starts_at != LATER, "who convenes it moves it, nobody else"
    assert invitation(world).partstat is Partstat.TENTATIVE
    assert invitation(world, CONVENER).partstat is Partstat.NEEDS_ACTION


def test_a_wish_that_cannot_be_is_put_before_people_and_the_answer_counts(
    world: World, facts: Facts
) -> None:
    past = world.now - timedelta(days=1)
    raw = counter(facts.but(partstat="NEEDS-ACTION"), past, past + timedelta(hours=1))
    assert receive(world.services, raw) == Received(Outcome.QUARANTINED, "bad_proposal")
    assert invitation(world).partstat is Partstat.TENTATIVE


def test_a_strangers_wish_is_kept_and_proposes_nothing(world: World, facts: Facts) -> None:
    raw = counter(facts.but(sender=STRANGER), LATER, LATER + timedelta(hours=2))
    assert receive(world.services, raw) == Received(Outcome.KEPT, "stand_in")
    with world.services.reader() as session:
        assert not session.scalars(select(InvitationProposal)).all()
    assert invitation(world).partstat is Partstat.NEEDS_ACTION


def test_who_asks_for_the_invitation_gets_it_again_but_not_without_end(
    world: World, facts: Facts
) -> None:
    world.now += timedelta(hours=1)
    ask = facts.but(method="REFRESH", sender=STRANGER)
    assert receive(world.services, mail(ask)) == Received(Outcome.RESENT)
    again = mail(ask.but(message_id="<2@x.example>"))
    assert receive(world.services, again) == Received(Outcome.UNCHANGED, "sent_lately")
    with world.services.reader() as session:
        sent = session.scalars(
            select(OutboxMessage.recipient).where(OutboxMessage.queued_at == world.now)
        ).all()
    assert sent == [CLINIC_CHIEF], "it goes to the one who was asked"
    outcomes = []
    for number in range(6):
        world.now += timedelta(hours=1)
        more = mail(ask.but(message_id=f"<more-{number}@x.example>"))
        outcomes.append(receive(world.services, more).outcome)
    assert outcomes == [Outcome.RESENT] * 4 + [Outcome.UNCHANGED] * 2


def test_forged_answers_fill_no_table(world: World, facts: Facts) -> None:
    outcomes = [
        receive(
            world.services,
            mail(facts.but(sender=f"nummer{n}@x.example", message_id=f"<f-{n}@x.example>")),
        ).outcome
        for n in range(22)
    ]
    assert outcomes == [Outcome.KEPT] * 20 + [Outcome.UNCHANGED] * 2
    assert invitation(world).partstat is Partstat.NEEDS_ACTION


def test_a_known_delegate_is_invited_with_the_same_duty(world: World) -> None:
    facts = replies.asked(world, people=[CLINIC_CHIEF])
    raw = mail(facts.but(partstat="DELEGATED", parameters=f';DELEGATED-TO="mailto:{AF}"'))
    assert receive(world.services, raw) == Received(Outcome.DELEGATED)
    assert invitation(world).partstat is Partstat.DELEGATED
    theirs = invitation(world, AF)
    assert (theirs.partstat, theirs.attendance) == (
        Partstat.NEEDS_ACTION,
        invitation(world).attendance,
    )
    assert theirs.told_at is not None


def test_nobody_of_the_association_is_made_a_delegate_to_a_sip(world: World) -> None:
    booked(world)
    with world.services.reader() as session:
        number = session.scalars(select(Meeting.id)).one()
    facts = replies.facts_of(world, number)
    raw = mail(
        facts.but(partstat="DELEGATED", parameters=f';DELEGATED-TO="mailto:{ADMINISTRATOR}"')
    )
    assert receive(world.services, raw) == Received(Outcome.QUARANTINED, "unknown_delegate")
    with world.services.reader() as session:
        emails = session.scalars(select(Invitation.email)).all()
        [row] = session.scalars(select(InboundMessage)).all()
    assert ADMINISTRATOR not in emails
    assert row.private


def test_a_secret_that_was_passed_on_does_not_make_us_write_to_everyone(
    world: World, facts: Facts
) -> None:
    with world.writer() as session:
        like = world.person(session, AF)
        for at in range(5):
            session.add(
                Person(
                    association_id=like.association_id,
                    organisation_id=like.organisation_id,
                    name="Prov Person",
                    email=f"provperson{at}@af.example",
                    created_at=world.now,
                )
            )
        session.commit()
    outcomes = []
    for at in range(5):
        raw = mail(
            facts.but(
                partstat="DELEGATED",
                parameters=f';DELEGATED-TO="mailto:provperson{at}@af.example"',
                message_id=f"<{at}@annan.example>",
            )
        )
        outcomes.append(receive(world.services, raw).outcome)
        receive(world.services, mail(facts.but(message_id=f"<{at}b@annan.example>")))
    assert outcomes == [Outcome.DELEGATED] * 3 + [Outcome.QUARANTINED] * 2
    with world.services.reader() as session:
        asked = session.scalars(
            select(Invitation.email).where(Invitation.email.startswith("provperson"))
        ).all()
    assert len(asked) == 3


def test_a_clinic_outside_and_who_waits_for_it_are_reached_by_no_delegation(world: World) -> None:
    with world.writer() as session:
        unit = add_outside_clinic(
            session,
            name="Vårdcentralen Ån",
            address="Demogatan 1",
            email="samordning@vardcentral.example",
            person=world.person(session, CONVENER),
            now=world.now,
        )
        meeting = book(world, session, unit=unit).meeting_id
        session.commit()
    number = published(world)
    said = {"partstat": "DELEGATED"}
    outside = replies.facts_of(world, number).but(
        **said, parameters=';DELEGATED-TO="mailto:samordning@vardcentral.example"'
    )
    assert receive(world.services, mail(outside)) == Received(
        Outcome.QUARANTINED, "unknown_delegate"
    )
    own = replies.facts_of(world, meeting, CONVENER).but(
        **said, parameters=f';DELEGATED-TO="mailto:{AF}"'
    )
    assert receive(world.services, mail(own)) == Received(Outcome.DELEGATED)
    with world.services.reader() as session:
        theirs = session.scalars(
            select(Invitation).where(Invitation.meeting_id == meeting, Invitation.email == AF)
        ).one()
        assert (theirs.waiting, theirs.told_at) == (True, None)


def test_wishes_by_mail_are_bounded(world: World, facts: Facts) -> None:
    for at in range(25):
        begins = LATER + timedelta(days=at)
        asked = facts.but(message_id=f"<{at}@x.example>")
        receive(world.services, counter(asked, begins, begins + timedelta(hours=1)))
    with world.services.reader() as session:
        assert len(session.scalars(select(InvitationProposal)).all()) == 20


def test_a_wish_at_the_end_of_the_calendar_is_put_before_people(world: World, facts: Facts) -> None:
    begins = datetime(9999, 12, 31, 22, tzinfo=UTC)
    raw = counter(facts, begins, begins + timedelta(minutes=90))
    assert receive(world.services, raw) == Received(Outcome.QUARANTINED, "bad_proposal")
