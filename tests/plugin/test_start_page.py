"""The start page: what waits for each role."""

from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.models import Role, RoleGrant
from atagande_calendar.invitations.models import AnswerWay, Invitation, Partstat
from atagande_calendar.invitations.verbs import answer
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.meetings.verbs import plan_meeting, publish_meeting
from atagande_calendar.sip.verbs import book_sip
from atagande_calendar.slots.queries import free_slots
from support.followup import CLINICS, NEIGHBOUR, add_neighbours, ask, many_occurrences, sweep_now
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    OTHER_CLINIC_CHIEF,
    READER,
    STEERING,
    World,
)


def page_of(world: World, email: str) -> str:
    response = world.client(email).get("/")
    assert response.status_code == 200
    return " ".join(unescape(response.get_data(as_text=True)).split())


def plan(world: World, *emails: str, days: int = 14, publish: bool = True) -> int:
    """Plan a network meeting with these people; return its id."""
    starts_at = world.now + timedelta(days=days)
    with world.writer() as session:
        administrator = world.person(session, ADMINISTRATOR)
        meeting = plan_meeting(
            session,
            agreement=world.agreement(session),
            kind=MeetingKind.NETWORK,
            title="Nätverksmöte i mars",
            starts_at=starts_at,
            minutes=120,
            place="Kommunhuset",
            agenda="",
            convener=administrator.organisation,
            people=[world.person(session, email) for email in emails],
            person=administrator,
            domain="suvs.example",
            now=world.now,
        )
        if publish:
            publish_meeting(
                session,
                meeting=meeting,
                person=administrator,
                version=meeting.version,
                now=world.now,
            )
        session.commit()
        return meeting.id


def book(world: World) -> str:
    """Let the convener book a SIP with the clinic's chief; return its title."""
    with world.writer() as session:
        unit = world.unit(session, CLINICS[0])
        sip = book_sip(
            session,
            agreement=world.agreement(session),
            unit=unit,
            starts_at=free_slots(session, unit.id, after=world.now, limit=1)[0],
            minutes=60,
            people=[world.person(session, CLINIC_CHIEF)],
            consent=True,
            purpose_ready=True,
            requested_on=date(2026, 3, 1),
            convener=world.person(session, CONVENER),
            domain="suvs.example",
            now=world.now,
        )
        session.commit()
        return sip.meeting.title


def late(world: World, number: int = 1) -> None:
    """Leave enquiries to the clinic unanswered until they are deviations."""
    world.decide("answer_days", "10", date(2026, 2, 1))
    for _ in range(number):
        ask(world, CLINICS[0], date(2026, 2, 2))
    sweep_now(world)


def test_nothing_waiting_is_said_calmly(sqlite_world: World) -> None:
    page = page_of(sqlite_world, AF)
    assert "Inget väntar på dig, och inget är planerat de närmaste 30 dagarna." in page
    assert "Att svara på" not in page
    assert "På gång" not in page
    assert (
        "Arbetsförmedlingen Nordöstra Stockholm har uppfyllt 0 av 11 åtaganden 2026. "
        "11 går inte att bedöma än." in page
    )


def test_a_chief_is_asked_to_answer_what_is_theirs(world: World) -> None:
    late(world)
    page = page_of(world, CLINIC_CHIEF)
    assert "1 sak väntar på dig." in page
    assert "Yttra dig om avvikelse A-1" in page
    assert "P3 Svar på förfrågan, Sollentuna psykiatriska mottagning." in page
    assert 'href="/avvikelser/1"' in page
    for other in (OTHER_CLINIC_CHIEF, CONVENER, READER, ADMINISTRATOR):
        assert "Yttra dig" not in page_of(world, other)


def test_many_deviations_are_one_thing_to_do(sqlite_world: World) -> None:
    late(sqlite_world, 6)
    page = page_of(sqlite_world, CLINIC_CHIEF)
    assert "1 sak väntar på dig." in page
    assert "6 avvikelser väntar på partens yttrande" in page


def test_an_invitation_waits_until_it_is_answered(world: World) -> None:
    meeting = plan(world, AF)
    page = page_of(world, AF)
    assert "1 sak väntar på dig." in page
    assert f'href="/moten/{meeting}"' in page
    assert "måndag 16 mars 2026 kl. 09.00–11.00, Kommunhuset. Du är kallad." in page
    with world.writer() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.email == AF)).one()
        answer(
            session,
            invitation=invitation,
            partstat=Partstat.ACCEPTED,
            way=AnswerWay.PAGE,
            now=world.now,
        )
        session.commit()
    page = page_of(world, AF)
    assert "Inget väntar på dig just nu." in page
    assert "Du har tackat ja" in page


def test_a_meeting_far_ahead_is_to_answer_but_not_under_way(sqlite_world: World) -> None:
    plan(sqlite_world, AF, days=63)
    page = page_of(sqlite_world, AF)
    assert "1 sak väntar på dig." in page
    assert "På gång" not in page


def test_a_past_meeting_waits_for_nobody(sqlite_world: World) -> None:
    plan(sqlite_world, AF)
    sqlite_world.now += timedelta(days=20)
    assert "Att svara på" not in page_of(sqlite_world, AF)


def test_a_sip_is_shown_to_those_asked_and_to_nobody_else(world: World) -> None:
    title = book(world)
    assert title.startswith("Samverkansmöte 60 min – ref ")
    for email in (CLINIC_CHIEF, CONVENER):
        page = page_of(world, email)
        assert title in page
        assert 'href="/sip/1"' in page
    for email in (ADMINISTRATOR, STEERING, READER, OTHER_CLINIC_CHIEF, AF):
        assert "Samverkansmöte" not in page_of(world, email)


def test_the_association_never_sees_a_sip_even_if_it_were_asked(sqlite_world: World) -> None:
    book(sqlite_world)
    with sqlite_world.writer() as session:
        administrator = sqlite_world.person(session, ADMINISTRATOR)
        session.execute(
            update(Invitation)
            .where(Invitation.email == CLINIC_CHIEF)
            .values(person_id=administrator.id)
        )
        session.commit()
    assert "Samverkansmöte" not in page_of(sqlite_world, ADMINISTRATOR)


def test_the_steering_group_sees_what_it_has_to_decide(world: World) -> None:
    world.decide("deviation_reply_days", "10", date(2026, 2, 1), "13")
    late(world)
    page = page_of(world, STEERING)
    assert "1 sak väntar på dig." in page
    assert "35 mätvärden är inte beslutade" in page
    assert 'href="/overenskommelsen#obeslutade"' in page
    world.now += timedelta(days=20)
    page = page_of(world, STEERING)
    assert "2 saker väntar på dig." in page
    assert "1 avvikelse väntar på styrgruppens beslut" in page
    assert "styrgruppens beslut" not in page_of(world, ADMINISTRATOR)


def test_the_administrator_sees_drafts_and_mail_that_failed(sqlite_world: World) -> None:
    world = sqlite_world
    draft = plan(world, AF, publish=False)
    plan(world, READER, days=15)
    book(world)
    with world.writer() as session:
        session.execute(update(OutboxMessage).values(state=OutboxState.FAILED))
        session.commit()
    page = page_of(world, ADMINISTRATOR)
    assert "2 saker väntar på dig." in page
    assert "Utkast: Nätverksmöte i mars" in page
    assert f'href="/moten/{draft}"' in page
    # The two mails of the SIP are not the association's to see.
    assert "mejl kom inte fram" in page
    for email in (AF, STEERING):
        page = page_of(world, email)
        assert "Utkast" not in page
        assert "kom inte fram" not in page


def test_what_falls_due_is_under_way(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 2, 1))
    ask(world, CLINICS[0], date(2026, 2, 27))
    ask(world, CLINICS[0], date(2026, 2, 27))
    page = page_of(world, CLINIC_CHIEF)
    assert "Inget väntar på dig just nu." in page
    assert "P3 Svar på förfrågan" in page
    assert "Senast fredag 13 mars 2026." in page
    assert "2 tillfällen" in page
    assert "På gång" not in page_of(world, OTHER_CLINIC_CHIEF)


def test_a_clinic_reads_of_itself_and_of_its_organisation(sqlite_world: World) -> None:
    late(sqlite_world)
    page = page_of(sqlite_world, CLINIC_CHIEF)
    assert (
        "Sollentuna psykiatriska mottagning har uppfyllt 0 av 3 åtaganden 2026. "
        "1 är inte helt uppfyllt. 2 går inte att bedöma än." in page
    )
    assert "Psykiatri Nordväst har uppfyllt 0 av 8 åtaganden 2026." in page


def test_neighbours_see_nothing_of_ours(sqlite_world: World) -> None:
    late(sqlite_world)
    plan(sqlite_world, AF, publish=False)
    with sqlite_world.writer() as session:
        session.execute(update(OutboxMessage).values(state=OutboxState.FAILED))
        session.commit()
    add_neighbours(sqlite_world)
    page = page_of(sqlite_world, NEIGHBOUR)
    assert "1 sak väntar på dig." in page
    assert "4 mätvärden är inte beslutade" in page
    assert "Sollentuna" not in page


@pytest.mark.parametrize("email", [ADMINISTRATOR, STEERING, CLINIC_CHIEF, CONVENER, READER])
def test_the_start_page_asks_the_database_no_more_for_more(world: World, email: str) -> None:
    late(world)
    plan(world, CLINIC_CHIEF, CONVENER, STEERING)
    book(world)
    with world.writer() as session:
        # Someone with every role is asked the most.
        person = world.person(session, email)
        has = {grant.role for grant in person.grants}
        if email == ADMINISTRATOR:
            session.add_all(
                RoleGrant(person_id=person.id, role=role) for role in Role if role not in has
            )
        session.commit()
    sent = []
    visitor = world.client(email)
    for number in (10, 490):
        many_occurrences(world, number)
        with count_queries(world.services.engine) as queries:
            assert visitor.get("/").status_code == 200
        sent.append(len(queries))
    assert sent[0] == sent[1] <= 12, sent


def test_operations_alone_sees_only_the_machinery(sqlite_world: World) -> None:
    late(sqlite_world)
    with sqlite_world.writer() as session:
        person = sqlite_world.person(session, READER)
        person.grants = [RoleGrant(role=Role.OPERATIONS)]
        session.execute(update(OutboxMessage).values(state=OutboxState.FAILED))
        session.commit()
        assert session.scalar(select(Meeting.id)) is None
    page = page_of(sqlite_world, READER)
    assert 'href="/drift"' in page
    assert "mejl kom inte fram" in page
    assert "Så går det" not in page
