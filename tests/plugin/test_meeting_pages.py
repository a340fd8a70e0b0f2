"""The pages of meetings: planned, published and answered in the browser."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.civil_time import local_time
from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import (
    AnswerWay,
    Invitation,
    InvitationAnswer,
    InvitationMessage,
    Partstat,
)
from atagande_calendar.meetings.models import Meeting, MeetingState
from support.booking import PEOPLE, booked, invitation, plan, published
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CLINIC_CHIEF,
    READER,
    STEERING,
    World,
)

NUMBER = "850709-9805"


def form(world: World, **changed: Any) -> dict[str, Any]:
    with world.services.reader() as session:
        people = [str(world.person(session, email).id) for email in PEOPLE]
    return {
        "title": "Nätverksmöte SGI=0",
        "day": "2026-03-31",
        "clock": "09:00",
        "minutes": "120",
        "place": "Turebergshuset",
        "agenda": "Läget i kommunerna",
        "people": people,
    } | changed


def draft(world: World) -> int:
    with world.writer() as session:
        meeting = plan(world, session)
        session.commit()
        return meeting.id


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def count(world: World, table: Any) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_meeting_goes_from_the_form_to_everyones_mail(world: World) -> None:
    administrator = world.client(ADMINISTRATOR)
    assert "Här kommer mötena att stå" in text(administrator.get("/moten"))
    usual = administrator.get("/moten/nytt").get_data(as_text=True)
    assert usual.count(" checked") == 10, "everyone but the association's own three"
    made = administrator.post("/moten", form(world))
    assert made.status_code == 303
    page = administrator.get(made.location)
    assert "När du publicerar skickas 5 kallelser." in text(page)
    assert "tisdag 31 mars 2026 kl. 09.00–11.00" in text(page)
    assert "Så kommer mejlet att se ut" in text(page)
    assert count(world, OutboxMessage) == 0
    done = administrator.post(f"{made.location}/publicera", {"version": "1"})
    assert done.status_code == 303
    assert count(world, OutboxMessage) == 5
    page = administrator.get(made.location)
    assert "Mötet är publicerat och 5 kallelser skickas." in text(page)
    assert "0 av 5 har svarat." in text(page)
    assert text(page).count("Kallelse: Väntar på att skickas") == 5
    with world.services.reader() as session:
        meeting = session.scalars(select(Meeting)).one()
        assert meeting.starts_at == local_time(date(2026, 3, 31), time(9))


def test_only_the_administrator_sees_a_draft(world: World) -> None:
    number = draft(world)
    for email in (STEERING, READER, CLINIC_CHIEF, CONVENER):
        visitor = world.client(email)
        assert visitor.get(f"/moten/{number}").status_code == 404
        assert "24 mars" not in text(visitor.get("/moten"))
    assert "Utkast" in text(world.client(ADMINISTRATOR).get("/moten"))


def test_a_sip_is_on_no_page_of_meetings(world: World) -> None:
    """Scenario 17, on this side."""
    booked(world)
    with world.services.reader() as session:
        meeting = session.scalars(select(Meeting)).one()
    for email in (ADMINISTRATOR, STEERING, READER, CONVENER, CLINIC_CHIEF):
        visitor = world.client(email)
        assert "Samverkansmöte" not in text(visitor.get("/moten"))
        assert visitor.get(f"/moten/{meeting.id}").status_code == 404


def test_an_invited_person_answers_on_the_page(world: World) -> None:
    number = published(world)
    chief = world.client(CLINIC_CHIEF)
    assert "1 kallelse väntar på ditt svar." in text(chief.get("/moten"))
    assert 'value="maybe"' in chief.get(f"/moten/{number}").get_data(as_text=True)
    answer = {"answer": "no", "stand_in": "Biträdande enhetschef"}
    assert chief.post(f"/moten/{number}/svar", answer).status_code == 303
    assert chief.post(f"/moten/{number}/svar", answer).status_code == 303
    with world.services.reader() as session:
        mine = invitation(session, number, CLINIC_CHIEF)
        assert mine.partstat is Partstat.DECLINED
        assert mine.stand_in == "Biträdande enhetschef"
        assert session.scalars(select(InvitationAnswer.way)).all() == [AnswerWay.PAGE]
    page = text(world.client(ADMINISTRATOR).get(f"/moten/{number}"))
    assert "1 av 5 har svarat." in page
    assert "Ersättare: Biträdande enhetschef" in page
    assert "webbsidan" in page


def test_someone_who_is_not_asked_has_no_buttons_and_can_not_answer(world: World) -> None:
    number = published(world)
    other = world.client(OTHER_CLINIC_CHIEF)
    assert 'name="answer"' not in other.get(f"/moten/{number}").get_data(as_text=True)
    assert other.post(f"/moten/{number}/svar", {"answer": "yes"}).status_code == 404
    assert count(world, InvitationAnswer) == 0


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"day": ""}, 422, "Skriv datumet som ÅÅÅÅ-MM-DD."),
        ({"day": "31/3"}, 422, "Skriv datumet som ÅÅÅÅ-MM-DD."),
        ({"day": "2026-04-03"}, 422, "3 april 2026 är ingen arbetsdag."),
        ({"day": "2026-01-08"}, 422, "Tiden har redan varit."),
        ({"clock": "nio"}, 422, "Skriv klockslaget som TT:MM."),
        ({"minutes": "5"}, 422, "Mötet kan inte vara 5 minuter."),
        ({"title": " "}, 422, "Fyll i det här fältet."),
        ({"title": "a\x00b"}, 422, "ett tecken som inte går att spara"),
        ({"agenda": "a\x00b"}, 422, "ett tecken som inte går att spara"),
        ({"people": []}, 422, "Ingen är vald"),
        ({"people": ["999999"]}, 404, "finns inte"),
        ({"people": ["9" * 30]}, 422, "Värdet är för stort."),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_is_kept(
    sqlite_world: World, wrong: dict[str, Any], status: int, said: str
) -> None:
    administrator = sqlite_world.client(ADMINISTRATOR)
    answer = administrator.post("/moten", form(sqlite_world, **wrong))
    assert answer.status_code == status
    assert said in text(answer)
    if status == 422:
        assert 'value="Turebergshuset"' in answer.get_data(as_text=True)
    assert count(sqlite_world, Meeting) == 0


@pytest.mark.parametrize("clock", ["9.00", "09.00", "9:00", "09:00", "09:00:00"])
def test_a_clock_can_be_written_as_people_write_it(sqlite_world: World, clock: str) -> None:
    answer = sqlite_world.client(ADMINISTRATOR).post("/moten", form(sqlite_world, clock=clock))
    assert answer.status_code == 303
    with sqlite_world.services.reader() as session:
        start = session.scalars(select(Meeting.starts_at)).one()
    assert start == datetime(2026, 3, 31, 7, tzinfo=UTC)


@pytest.mark.parametrize("field", ["title", "day", "clock", "minutes", "place", "agenda", "people"])
def test_a_personal_number_is_refused_in_every_field_and_stored_nowhere(
    world: World, field: str
) -> None:
    """Scenario 10."""
    answer = world.client(ADMINISTRATOR).post("/moten", form(world, **{field: f"om {NUMBER}"}))
    assert answer.status_code == 422
    assert "personnummer" in text(answer)
    assert count(world, Meeting) == 0


def test_a_stale_page_publishes_nothing_and_says_why(world: World) -> None:
    number = draft(world)
    administrator = world.client(ADMINISTRATOR)
    with world.writer() as session:
        session.get_one(Meeting, number).place = "Kommunhuset"
        session.commit()
    answer = administrator.post(f"/moten/{number}/publicera", {"version": "1"})
    assert answer.status_code == 409
    assert "Någon annan hann ändra" in text(answer)
    assert "Kommunhuset" in text(answer)
    assert count(world, OutboxMessage) == 0


def test_a_form_sent_twice_makes_one_meeting_and_one_mail_to_each(world: World) -> None:
    administrator = world.client(ADMINISTRATOR)
    filled = form(world, form_key="a" * 32)
    first = administrator.post("/moten", filled)
    second = administrator.post("/moten", filled)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert count(world, Meeting) == 1
    data = {"version": "1", "form_key": "b" * 32}
    for _ in range(2):
        assert administrator.post(f"{first.location}/publicera", data).status_code == 303
    assert administrator.post(f"{first.location}/publicera", {"version": "1"}).status_code == 409
    assert count(world, InvitationMessage) == 5


def test_past_meetings_stand_below_the_coming_ones_a_page_at_a_time(world: World) -> None:
    with world.writer() as session:
        for week in range(30):
            start = local_time(date(2026, 3, 24), time(9)) + timedelta(weeks=week)
            meeting = plan(
                world, session, starts_at=start, title=f"Möte {week}", people=[FK], agenda=""
            )
            meeting.state = MeetingState.PUBLISHED
            meeting.published_at = world.now
            meeting.starts_at = start - timedelta(weeks=40)
        session.commit()
    page = world.client(ADMINISTRATOR).get("/moten")
    assert "Inget möte är publicerat just nu." in text(page)
    assert "Tidigare" in text(page)
    assert "Möte 29 " in text(page)
    assert "Möte 5 " not in text(page)
    older = world.client(ADMINISTRATOR).get("/moten?sida=2")
    assert "Möte 5 " in text(older)


def test_the_pages_cost_the_same_number_of_queries_whatever_there_is(world: World) -> None:
    numbers = [published(world) for _ in range(2)]
    administrator = world.client(ADMINISTRATOR)
    chief = world.client(CLINIC_CHIEF)
    paths = (
        (administrator, "/moten"),
        (administrator, "/moten/nytt"),
        (administrator, f"/moten/{numbers[0]}"),
        (chief, "/moten"),
        (chief, f"/moten/{numbers[0]}"),
    )

    def costs() -> list[int]:
        found = []
        for visitor, path in paths:
            with count_queries(world.services.engine) as sent:
                assert visitor.get(path).status_code == 200
            found.append(len(sent))
        return found

    few = costs()
    for _ in range(6):
        published(world)
    with world.writer() as session:
        for one in session.scalars(select(Invitation)):
            session.add(
                InvitationAnswer(
                    invitation_id=one.id,
                    partstat=Partstat.ACCEPTED,
                    sequence=0,
                    way=AnswerWay.LINK,
                    at=world.now,
                )
            )
        session.commit()
    assert costs() == few
    assert max(few) <= 12
