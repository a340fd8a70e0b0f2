"""The answer page: another time, a stand-in, a meeting that was moved or left."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from atagande_agreements.civil_time import local_time
from atagande_calendar.invitations.models import (
    AnswerWay,
    Attendance,
    InvitationProposal,
    Partstat,
)
from atagande_calendar.invitations.sending import tell
from atagande_calendar.invitations.verbs import answer as answer_verb
from atagande_calendar.invitations.verbs import invite, remove
from atagande_calendar.meetings.materials import add_material
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.sip.models import Sip
from atagande_plugin.outbox.delivery import deliver
from support.answers import answers, page_text, state
from support.booking import answer_path, booked, invitation, published
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    World,
)


def proposals(world: World) -> list[tuple[datetime, int]]:
    with world.services.reader() as session:
        return [
            (one.starts_at, one.minutes)
            for one in session.scalars(
                select(InvitationProposal).order_by(InvitationProposal.starts_at)
            )
        ]


def test_another_time_is_proposed_and_the_meeting_stands(world: World) -> None:
    meeting = published(world)
    path = answer_path(world, meeting, CLINIC_CHIEF)
    visitor = world.client()
    wished = {
        "answer": "propose",
        "day": ["2026-03-26", "2026-03-27", ""],
        "clock": ["13.00", "9:30", ""],
    }
    for _ in range(2):
        done = visitor.post(path, wished)
        assert done.status_code == 303
    thanks = page_text(visitor.get(done.location))
    assert "Du har föreslagit:" in thanks
    assert "torsdag 26 mars 2026 kl. 13.00" in thanks
    assert proposals(world) == [
        (local_time(date(2026, 3, 26), time(13)), 120),
        (local_time(date(2026, 3, 27), time(9, 30)), 120),
    ]
    assert state(world, meeting) == (Partstat.TENTATIVE, "")
    assert answers(world) == 1
    with world.services.reader() as session:
        assert session.get_one(Meeting, meeting).starts_at.day == 24
    shown = visitor.get(path)
    assert "väntar på svar" in page_text(shown)
    too_many = {
        "answer": "propose",
        "day": ["2026-03-30", "2026-03-31"],
        "clock": ["09:00", "09:00"],
    }
    refused = visitor.post(path, too_many)
    assert refused.status_code == 422
    assert "Du har redan föreslagit 3 tider." in page_text(refused)
    assert len(proposals(world)) == 2, "a refused form keeps none of its times"


@pytest.mark.parametrize(
    ("day", "clock", "said"),
    [
        ([], [], "Skriv minst en tid"),
        (["", "", ""], ["", "", ""], "Skriv minst en tid"),
        (["2026-03-26"], [""], "Skriv minst en tid"),
        ([""], ["09:00"], "Skriv minst en tid"),
        (["2026-01-07"], ["09:00"], "Tiden går inte att föreslå."),
        (["2026-03-24"], ["09:00"], "Tiden går inte att föreslå."),
        (["26/3"], ["09:00"], "ÅÅÅÅ-MM-DD"),
        (["2026-03-26"], ["nio"], "TT:MM"),
        (["2026-03-26"] * 4, ["09:00"] * 4, ""),
    ],
)
def test_a_time_that_can_not_be_proposed_is_refused_at_its_field(
    sqlite_world: World, day: list[str], clock: list[str], said: str
) -> None:
    path = answer_path(sqlite_world, published(sqlite_world), CLINIC_CHIEF)
    data = {"answer": "propose", "day": day, "clock": clock}
    answer = sqlite_world.client().post(path, data)
    assert answer.status_code == 422
    assert said in page_text(answer)
    assert 'href="#f-day"' in answer.get_data(as_text=True)
    assert proposals(sqlite_world) == []
    assert answers(sqlite_world) == 0


def test_who_is_no_longer_asked_is_told_so(world: World) -> None:
    number = published(world)
    path = answer_path(world, number, CLINIC_CHIEF)
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        remove(session, invitation=invitation(session, number, CLINIC_CHIEF), now=world.now)
        tell(session, meeting=meeting, now=world.now)
        session.commit()
    answer = world.client().get(path)
    assert answer.status_code == 410
    assert "Du är inte längre kallad" in page_text(answer)
    assert world.client().post(path, {"answer": "yes"}).status_code == 410
    page = world.client(CLINIC_CHIEF)
    assert page.post(f"/moten/{number}/svar", {"answer": "yes"}).status_code == 404
    assert 'name="answer"' not in page.get(f"/moten/{number}").get_data(as_text=True)
    assert answers(world) == 0
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        person = world.person(session, CLINIC_CHIEF)
        invite(session, meeting=meeting, person=person, attendance=Attendance.SUMMONED)
        tell(session, meeting=meeting, now=world.now)
        session.commit()
    assert world.client().get(path).status_code == 404, "the old link opens nothing"
    assert world.client().get(answer_path(world, number, CLINIC_CHIEF)).status_code == 200


def test_a_moved_meeting_shows_the_old_time_and_the_new(world: World) -> None:
    number = published(world)
    deliver(world.services, world.now)
    path = answer_path(world, number, CLINIC_CHIEF)
    visitor = world.client()
    visitor.post(path, {"answer": "yes"})
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        meeting.starts_at = local_time(date(2026, 3, 25), time(13))
        tell(session, meeting=meeting, now=world.now)
        session.commit()
    shown = page_text(visitor.get(path))
    assert "Svara igen: ditt förra svar gäller inte längre." in shown
    assert "Förut tisdag 24 mars 2026 kl. 09.00–11.00, Turebergshuset" in shown
    assert "Nu onsdag 25 mars 2026 kl. 13.00–15.00, Turebergshuset" in shown
    assert visitor.get(f"{path}/tack").status_code == 302
    visitor.post(path, {"answer": "yes"})
    assert "Förut" not in page_text(visitor.get(path))


def test_the_clinic_that_is_called_to_a_sip_says_who_comes_instead(world: World) -> None:
    """Scenario 13."""
    booked(world, people=[FK])
    with world.services.reader() as session:
        meeting = session.scalars(select(Meeting.id)).one()
    path = answer_path(world, meeting, CLINIC_CHIEF)
    visitor = world.client()
    refused = visitor.post(path, {"answer": "no"})
    assert refused.status_code == 422
    assert "Skriv vem som kommer i stället, eller föreslå en annan tid." in page_text(refused)
    assert 'href="#f-stand_in"' in refused.get_data(as_text=True)
    page = world.client(CLINIC_CHIEF)
    with world.services.reader() as session:
        sip = session.scalars(select(Sip.id)).one()
    assert page.post(f"/sip/{sip}/svar", {"answer": "no"}).status_code == 422
    assert state(world, meeting) == (Partstat.NEEDS_ACTION, "")
    no = {"answer": "no", "stand_in": "Biträdande enhetschef"}
    assert visitor.post(path, no).status_code == 303
    assert state(world, meeting) == (Partstat.DECLINED, "Biträdande enhetschef")
    # Who is inbjuden may say no as it is, and so may who has convened it.
    for email in (FK, CONVENER):
        other = answer_path(world, meeting, email)
        assert world.client().post(other, {"answer": "no"}).status_code == 303
        assert state(world, meeting, email) == (Partstat.DECLINED, "")


def test_another_time_does_instead_of_a_stand_in(world: World) -> None:
    """Scenario 13, the other way."""
    booked(world)
    with world.services.reader() as session:
        meeting = session.scalars(select(Meeting.id)).one()
    path = answer_path(world, meeting, CLINIC_CHIEF)
    visitor = world.client()
    wish = {"answer": "propose", "day": ["2026-03-10"], "clock": ["13:00"]}
    assert visitor.post(path, wish).status_code == 303
    assert [minutes for _start, minutes in proposals(world)] == [60]
    assert visitor.post(path, {"answer": "no"}).status_code == 303
    assert state(world, meeting) == (Partstat.DECLINED, "")


def test_a_no_by_mail_is_taken_as_it_is(sqlite_world: World) -> None:
    booked(sqlite_world)
    with sqlite_world.writer() as session:
        meeting = session.scalars(select(Meeting.id)).one()
        assert answer_verb(
            session,
            invitation=invitation(session, meeting, CLINIC_CHIEF),
            partstat=Partstat.DECLINED,
            way=AnswerWay.MAIL,
            now=sqlite_world.now,
        )


def test_material_stands_on_the_page(sqlite_world: World) -> None:
    number = published(sqlite_world)
    with sqlite_world.writer() as session:
        add_material(
            session,
            meeting=session.get_one(Meeting, number),
            title="Underlag",
            link="https://exempel.se/underlag",
            document="",
            person=sqlite_world.person(session, ADMINISTRATOR),
            now=sqlite_world.now,
        )
        session.commit()
    shown = sqlite_world.client().get(answer_path(sqlite_world, number, CLINIC_CHIEF))
    assert 'href="https://exempel.se/underlag"' in shown.get_data(as_text=True)
